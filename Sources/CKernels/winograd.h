/* Winograd's minimal filtering F(4×4, 3×3): sixteen outputs of a 3×3 kernel from 36 products instead
   of 144 (Lavin and Gray 2016, section 4.1; interpolation points 0, ±1, ±2, ∞). A tile of 4×4
   outputs reads 6×6 inputs; each of the 36 transformed elements is a packed product of its own. */

enum { WinogradInput = 6, WinogradOutput = 4, WinogradPlanes = 36 };

/* Bᵀ·d for one column of six. */
INLINE void transformInput(const Lanes *d, Lanes *out) {
  Lanes even = MULTIPLY_ADD(SPLAT(-4.0f), d[2], d[4]), odd = MULTIPLY_ADD(SPLAT(-4.0f), d[1], d[3]);
  Lanes wide = d[4] - d[2], step = d[3] - d[1];
  out[0] = MULTIPLY_ADD(SPLAT(4.0f), d[0], MULTIPLY_ADD(SPLAT(-5.0f), d[2], d[4]));
  out[1] = even + odd;
  out[2] = even - odd;
  out[3] = MULTIPLY_ADD(SPLAT(2.0f), step, wide);
  out[4] = MULTIPLY_ADD(SPLAT(-2.0f), step, wide);
  out[5] = MULTIPLY_ADD(SPLAT(4.0f), d[1], MULTIPLY_ADD(SPLAT(-5.0f), d[3], d[5]));
}

/* Aᵀ·m for one column of six. */
INLINE void transformOutput(const Lanes *m, Lanes *out) {
  Lanes sum = m[1] + m[2], difference = m[1] - m[2], wideSum = m[3] + m[4];
  Lanes wideDifference = m[3] - m[4];
  out[0] = m[0] + sum + wideSum;
  out[1] = MULTIPLY_ADD(SPLAT(2.0f), wideDifference, difference);
  out[2] = MULTIPLY_ADD(SPLAT(4.0f), wideSum, sum);
  out[3] = MULTIPLY_ADD(SPLAT(8.0f), wideDifference, difference) + m[5];
}

/* One tile of one vector of channels. `image` is the pixel under the tile's first input, which may
   lie outside; `edges` are the first row that is there, the one after the last, and the same of
   columns. */
INLINE void winogradInputTile(const int whole, const int inside, const EspalierWinograd *e,
                              const float *image, const ptrdiff_t *edges, ptrdiff_t count, float *v,
                              ptrdiff_t plane) {
  Lanes half[WinogradInput][WinogradInput];
  ptrdiff_t line = e->inputWidth * e->channels;
  UNROLL for (int x = 0; x < WinogradInput; x++) {
    Lanes d[WinogradInput], out[WinogradInput];
    UNROLL for (int y = 0; y < WinogradInput; y++) {
      if (inside || (y >= edges[0] && y < edges[1] && x >= edges[2] && x < edges[3]))
        loadLanes(whole, image + y * line + x * e->channels, count, &d[y]);
      else d[y] = SPLAT(0.0f);
    }
    transformInput(d, out);
    UNROLL for (int y = 0; y < WinogradInput; y++) half[y][x] = out[y];
  }
  UNROLL for (int y = 0; y < WinogradInput; y++) {
    Lanes out[WinogradInput];
    transformInput(half[y], out);
    UNROLL for (int x = 0; x < WinogradInput; x++) {
      float *to = v + (y * WinogradInput + x) * plane;
      if (whole) STORE(to, out[x]);
      else storeFirst(to, count, &out[x]);
    }
  }
}

static void winogradInput(const float *image, EspalierWinograd e, ptrdiff_t firstRow,
                          ptrdiff_t rows, float *v, ptrdiff_t plane) {
  ptrdiff_t columns = (e.outputWidth + WinogradOutput - 1) / WinogradOutput;
  for (ptrdiff_t row = firstRow; row < firstRow + rows; row++)
    for (ptrdiff_t column = 0; column < columns; column++, v += e.channels) {
      ptrdiff_t y = row * WinogradOutput - e.padTop, x = column * WinogradOutput - e.padLeft;
      ptrdiff_t edges[4] = {-y, e.inputHeight - y, -x, e.inputWidth - x};
      int inside = edges[0] <= 0 && edges[1] >= WinogradInput && edges[2] <= 0 &&
                   edges[3] >= WinogradInput;
      const float *from = image + (y * e.inputWidth + x) * e.channels;
      ptrdiff_t c = 0;
      for (; c + LANES <= e.channels; c += LANES)
        if (inside) winogradInputTile(1, 1, &e, from + c, edges, LANES, v + c, plane);
        else winogradInputTile(1, 0, &e, from + c, edges, LANES, v + c, plane);
      if (c < e.channels)
        winogradInputTile(0, 0, &e, from + c, edges, e.channels - c, v + c, plane);
    }
}

/* One tile of one vector of outputs, of which `rows` × `columns` lie inside the image. */
INLINE void winogradOutputTile(const int whole, const EspalierEpilogue *epilogue, ptrdiff_t line,
                               ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t pixel,
                               ptrdiff_t output, ptrdiff_t count, const float *m,
                               ptrdiff_t plane) {
  Lanes half[WinogradOutput][WinogradInput];
  UNROLL for (int x = 0; x < WinogradInput; x++) {
    Lanes column[WinogradInput], out[WinogradOutput];
    UNROLL for (int y = 0; y < WinogradInput; y++)
      loadLanes(whole, m + (y * WinogradInput + x) * plane, count, &column[y]);
    transformOutput(column, out);
    UNROLL for (int y = 0; y < WinogradOutput; y++) half[y][x] = out[y];
  }
  for (ptrdiff_t y = 0; y < rows; y++) {
    Lanes out[WinogradOutput];
    transformOutput(half[y], out);
    for (ptrdiff_t x = 0; x < columns; x++)
      finishColumn(1, whole, epilogue, pixel + y * line + x, output, count, &out[x], 1);
  }
}

static void winogradOutput(const float *m, ptrdiff_t plane, EspalierWinograd e, ptrdiff_t firstRow,
                           ptrdiff_t rows, EspalierEpilogue epilogue) {
  ptrdiff_t tiles = (e.outputWidth + WinogradOutput - 1) / WinogradOutput;
  for (ptrdiff_t row = firstRow; row < firstRow + rows; row++)
    for (ptrdiff_t column = 0; column < tiles; column++, m += e.outputs) {
      ptrdiff_t y = row * WinogradOutput, x = column * WinogradOutput;
      ptrdiff_t height = smaller(WinogradOutput, e.outputHeight - y);
      ptrdiff_t width = smaller(WinogradOutput, e.outputWidth - x);
      ptrdiff_t pixel = y * e.outputWidth + x, o = 0;
      for (; o + LANES <= e.outputs; o += LANES)
        winogradOutputTile(1, &epilogue, e.outputWidth, height, width, pixel, o, LANES, m + o,
                           plane);
      if (o < e.outputs)
        winogradOutputTile(0, &epilogue, e.outputWidth, height, width, pixel, o, e.outputs - o,
                           m + o, plane);
    }
}

static void winogradProducts(const float *v, ptrdiff_t vPlane, ptrdiff_t tiles, ptrdiff_t channels,
                             const float *packed, ptrdiff_t outputs, float *m, ptrdiff_t mPlane) {
  ptrdiff_t panels = (outputs + EspalierPanel - 1) / EspalierPanel * EspalierPanel * channels;
  EspalierEpilogue store = {.outputStride = outputs, .lower = -__builtin_inff(),
                            .upper = __builtin_inff()};
  for (ptrdiff_t plane = 0; plane < WinogradPlanes; plane++) {
    store.output = m + plane * mPlane;
    matmulDense(v + plane * vPlane, channels, tiles, channels, packed + plane * panels, outputs,
                store);
  }
}

/* x / y, correctly rounded: with the reciprocal correctly rounded too, one step from the exact rest
   is enough (Markstein 1990, theorem 8.4). */
#if HAS_FMA
#define DIVIDE(x, y)                                                                       \
  __builtin_elementwise_fma(                                                               \
      __builtin_elementwise_fma((DoubleLanes)(-(y)), (x) * (1.0 / (y)), x),                \
      (DoubleLanes)(1.0 / (y)), (x) * (1.0 / (y)))
#else
#define DIVIDE(x, y) ((x) / (y))
#endif

/* G·g for one column of three, in double so that only the result is rounded. */
INLINE void transformWeights(const DoubleLanes *g, DoubleLanes *out) {
  DoubleLanes outer = g[0] + g[2], sixth = DIVIDE(g[2], 6.0);
  DoubleLanes even = DIVIDE(outer, -6.0), odd = DIVIDE(g[1], 6.0);
  DoubleLanes wide = DIVIDE(g[0], 24.0) + sixth, step = DIVIDE(g[1], 12.0);
  out[0] = g[0] * 0.25;
  out[1] = even - odd;
  out[2] = even + odd;
  out[3] = wide + step;
  out[4] = wide - step;
  out[5] = g[2];
}

/* LANES neighbouring kernels of one channel, of which `count` are there. */
INLINE void winogradKernels(const float *weights, ptrdiff_t outputStride, int flipped,
                            ptrdiff_t count, float *packed, ptrdiff_t plane) {
  double taps[9][LANES] __attribute__((aligned(64))) = {0};
  DoubleLanes half[3][WinogradInput], out[WinogradInput];
  for (ptrdiff_t lane = 0; lane < LANES && lane < count; lane++)
    for (int tap = 0; tap < 9; tap++)
      taps[flipped ? 8 - tap : tap][lane] = weights[lane * outputStride + tap];
  for (int x = 0; x < 3; x++) {
    DoubleLanes column[3];
    for (int y = 0; y < 3; y++) column[y] = *(const UnalignedDoubleLanes *)taps[y * 3 + x];
    transformWeights(column, half[x]);
  }
  for (int y = 0; y < WinogradInput; y++) {
    DoubleLanes row[3] = {half[0][y], half[1][y], half[2][y]};
    transformWeights(row, out);
    for (int x = 0; x < WinogradInput; x++)
      STORE(packed + (y * WinogradInput + x) * plane, __builtin_convertvector(out[x], Lanes));
  }
}

static void winogradWeights(const float *weights, ptrdiff_t outputStride, ptrdiff_t channelStride,
                            int flipped, ptrdiff_t channels, ptrdiff_t outputs, float *packed) {
  ptrdiff_t panels = (outputs + EspalierPanel - 1) / EspalierPanel;
  ptrdiff_t plane = panels * EspalierPanel * channels;
  for (ptrdiff_t panel = 0; panel < panels; panel++)
    for (ptrdiff_t c = 0; c < channels; c++)
      for (ptrdiff_t lane = 0; lane < EspalierPanel; lane += LANES, packed += LANES) {
        ptrdiff_t o = panel * EspalierPanel + lane;
        winogradKernels(weights + o * outputStride + c * channelStride, outputStride, flipped,
                        outputs - o, packed, plane);
      }
}
