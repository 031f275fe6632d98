/* The gradient of the weights of a convolution by Winograd's F(4×4, 3×3): of
   out = Aᵀ[(Bᵀ·d·B) ⊙ (G·g·Gᵀ)]A it is ∂g = Gᵀ[Σ (Bᵀ·d·B) ⊙ (A·∂out·Aᵀ)]G, summed over all tiles
   in between: 36 products where the definition takes 144. */

/* A·y for one column of four. */
INLINE void transformOutputGradient(const Lanes *y, Lanes *out) {
  Lanes even = y[0] + y[2], odd = y[1] + y[3];
  Lanes wide = MULTIPLY_ADD(SPLAT(4.0f), y[2], y[0]);
  Lanes step = MULTIPLY_ADD(SPLAT(4.0f), y[3], y[1]);
  out[0] = y[0];
  out[1] = even + odd;
  out[2] = even - odd;
  out[3] = MULTIPLY_ADD(SPLAT(2.0f), step, wide);
  out[4] = MULTIPLY_ADD(SPLAT(-2.0f), step, wide);
  out[5] = y[3];
}

/* One tile of one vector of outputs, of which `rows` × `columns` lie inside the image. */
INLINE void winogradGradientTile(const int whole, const int inside, const float *gradient,
                                 ptrdiff_t line, ptrdiff_t outputs, ptrdiff_t rows,
                                 ptrdiff_t columns, ptrdiff_t count, float *d, ptrdiff_t plane) {
  Lanes half[WinogradInput][WinogradOutput];
  UNROLL for (int x = 0; x < WinogradOutput; x++) {
    Lanes y[WinogradOutput], out[WinogradInput];
    UNROLL for (int r = 0; r < WinogradOutput; r++) {
      if (inside || (r < rows && x < columns))
        loadLanes(whole, gradient + r * line + x * outputs, count, &y[r]);
      else y[r] = SPLAT(0.0f);
    }
    transformOutputGradient(y, out);
    UNROLL for (int r = 0; r < WinogradInput; r++) half[r][x] = out[r];
  }
  UNROLL for (int r = 0; r < WinogradInput; r++) {
    Lanes out[WinogradInput];
    transformOutputGradient(half[r], out);
    UNROLL for (int x = 0; x < WinogradInput; x++) {
      float *to = d + (r * WinogradInput + x) * plane;
      if (whole) STORE(to, out[x]);
      else storeFirst(to, count, &out[x]);
    }
  }
}

static void winogradOutputGradient(const float *gradient, EspalierWinograd e, ptrdiff_t firstRow,
                                   ptrdiff_t rows, float *d, ptrdiff_t plane) {
  ptrdiff_t tiles = (e.outputWidth + WinogradOutput - 1) / WinogradOutput;
  ptrdiff_t line = e.outputWidth * e.outputs;
  for (ptrdiff_t row = firstRow; row < firstRow + rows; row++)
    for (ptrdiff_t column = 0; column < tiles; column++, d += e.outputs) {
      ptrdiff_t y = row * WinogradOutput, x = column * WinogradOutput;
      ptrdiff_t height = e.outputHeight - y, width = e.outputWidth - x;
      int inside = height >= WinogradOutput && width >= WinogradOutput;
      const float *from = gradient + y * line + x * e.outputs;
      ptrdiff_t o = 0;
      for (; o + LANES <= e.outputs; o += LANES)
        if (inside)
          winogradGradientTile(1, 1, from + o, line, e.outputs, height, width, LANES, d + o, plane);
        else
          winogradGradientTile(1, 0, from + o, line, e.outputs, height, width, LANES, d + o, plane);
      if (o < e.outputs)
        winogradGradientTile(0, 0, from + o, line, e.outputs, height, width, e.outputs - o, d + o,
                             plane);
    }
}

static void winogradGradientProducts(const float *v, ptrdiff_t vPlane, ptrdiff_t tiles,
                                     ptrdiff_t channels, const float *d, ptrdiff_t dPlane,
                                     ptrdiff_t outputs, float *sums, int accumulates) {
  for (ptrdiff_t plane = 0; plane < WinogradPlanes; plane++)
    matmulTransposedDense(v + plane * vPlane, channels, tiles, channels, d + plane * dPlane,
                          outputs, outputs, sums + plane * channels * outputs, outputs,
                          accumulates);
}

/* Gᵀ·u for one column of six, in double so that only the result is rounded. */
INLINE void transformWeightGradient(const DoubleLanes *u, DoubleLanes *out) {
  DoubleLanes inner = (u[1] + u[2]) * (1.0 / 6.0), outer = (u[3] + u[4]) * (1.0 / 24.0);
  out[0] = u[0] * 0.25 - inner + outer;
  out[1] = (u[2] - u[1]) * (1.0 / 6.0) + (u[3] - u[4]) * (1.0 / 12.0);
  out[2] = outer * 4.0 - inner + u[5];
}

static void winogradWeightGradient(const float *sums, ptrdiff_t channels, ptrdiff_t outputs,
                                   int accumulates, float *gradient) {
  for (ptrdiff_t c = 0; c < channels; c++)
    for (ptrdiff_t o = 0; o < outputs; o += LANES) {
      ptrdiff_t count = smaller(outputs - o, LANES);
      DoubleLanes half[WinogradInput][3];
      for (int y = 0; y < WinogradInput; y++) {
        DoubleLanes row[WinogradInput];
        for (int x = 0; x < WinogradInput; x++) {
          Lanes lanes;
          ptrdiff_t plane = y * WinogradInput + x;
          loadLanes(0, sums + (plane * channels + c) * outputs + o, count, &lanes);
          row[x] = __builtin_convertvector(lanes, DoubleLanes);
        }
        transformWeightGradient(row, half[y]);
      }
      float taps[9][LANES] __attribute__((aligned(64)));
      for (int x = 0; x < 3; x++) {
        DoubleLanes column[WinogradInput], out[3];
        for (int y = 0; y < WinogradInput; y++) column[y] = half[y][x];
        transformWeightGradient(column, out);
        for (int y = 0; y < 3; y++)
          STORE(taps[y * 3 + x], __builtin_convertvector(out[y], Lanes));
      }
      for (ptrdiff_t lane = 0; lane < count; lane++) {
        float *to = gradient + ((o + lane) * channels + c) * 9;
        for (int tap = 0; tap < 9; tap++)
          to[tap] = taps[tap][lane] + (accumulates ? to[tap] : 0);
      }
    }
}
