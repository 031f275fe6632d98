/* What batch normalisation does to rows of channels, with a clamp behind it: one pass over memory
   each. Up to four vectors of channels keep their factors in registers while the rows pass. */

enum { ChannelVectors = 4 };

/* `value` where the clamp let `output` through, otherwise 0. */
INLINE void passThrough(const int whole, const float *output, ptrdiff_t count, float lower,
                        float upper, Lanes *value) {
  Lanes seen;
  loadLanes(whole, output, count, &seen);
  *value = ((seen > SPLAT(lower)) & (seen < SPLAT(upper))) ? *value : SPLAT(0.0f);
}

INLINE void affineClampBlock(const int vectors, const int whole, const float *a,
                             const float *scale, const float *shift, float lower, float upper,
                             float *out, ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t count) {
  Lanes scales[ChannelVectors], shifts[ChannelVectors], low = SPLAT(lower), high = SPLAT(upper);
  UNROLL for (int v = 0; v < vectors; v++) {
    loadLanes(whole, scale + v * LANES, count, &scales[v]);
    loadLanes(whole, shift + v * LANES, count, &shifts[v]);
  }
  for (ptrdiff_t p = 0; p < rows; p++, a += channels, out += channels)
    UNROLL for (int v = 0; v < vectors; v++) {
      Lanes value;
      loadLanes(whole, a + v * LANES, count, &value);
      value = value * scales[v] + shifts[v];
      value = value < low ? low : value;
      value = value > high ? high : value;
      if (whole) STORE(out + v * LANES, value);
      else storeFirst(out, count, &value);
    }
}

static void affineClamp(const float *a, const float *scale, const float *shift, float lower,
                        float upper, float *out, ptrdiff_t rows, ptrdiff_t channels) {
  ptrdiff_t c = 0;
  for (; c + 4 * LANES <= channels; c += 4 * LANES)
    affineClampBlock(4, 1, a + c, scale + c, shift + c, lower, upper, out + c, rows, channels, 0);
  for (; c + LANES <= channels; c += LANES)
    affineClampBlock(1, 1, a + c, scale + c, shift + c, lower, upper, out + c, rows, channels, 0);
  if (c < channels)
    affineClampBlock(1, 0, a + c, scale + c, shift + c, lower, upper, out + c, rows, channels,
                     channels - c);
}

typedef struct {
  const float *a, *b, *output;
  float lower, upper;
  ptrdiff_t rows, channels;
} MaskedRows;

/* Channels from `c` on. */
INLINE void maskedMomentsBlock(const int whole, const MaskedRows *r, ptrdiff_t c, ptrdiff_t count,
                               double *sums, double *products) {
  DoubleLanes sum = {0}, product = {0};
  for (int lane = 0; lane < LANES && lane < count; lane++) {
    sum[lane] = sums[c + lane];
    product[lane] = products[c + lane];
  }
  for (ptrdiff_t p = 0, at = c; p < r->rows; p++, at += r->channels) {
    Lanes a, b;
    loadLanes(whole, r->a + at, count, &a);
    loadLanes(whole, r->b + at, count, &b);
    if (r->output != NULL) passThrough(whole, r->output + at, count, r->lower, r->upper, &a);
    sum += AS_DOUBLES(a);
    product += AS_DOUBLES(a) * AS_DOUBLES(b);
  }
  for (int lane = 0; lane < LANES && lane < count; lane++) {
    sums[c + lane] = sum[lane];
    products[c + lane] = product[lane];
  }
}

static void maskedMoments(const float *a, const float *b, const float *output, float lower,
                          float upper, ptrdiff_t rows, ptrdiff_t channels, double *sums,
                          double *products) {
  MaskedRows masked = {a, b, output, lower, upper, rows, channels};
  ptrdiff_t c = 0;
  for (; c + LANES <= channels; c += LANES)
    maskedMomentsBlock(1, &masked, c, LANES, sums, products);
  if (c < channels) maskedMomentsBlock(0, &masked, c, channels - c, sums, products);
}

INLINE void maskedAffineBlock(const int vectors, const int whole, const int accumulates,
                              const MaskedRows *r, const float *scale, const float *slope,
                              const float *shift, float *out, ptrdiff_t c, ptrdiff_t count) {
  Lanes scales[ChannelVectors], slopes[ChannelVectors], shifts[ChannelVectors];
  UNROLL for (int v = 0; v < vectors; v++) {
    loadLanes(whole, scale + c + v * LANES, count, &scales[v]);
    loadLanes(whole, slope + c + v * LANES, count, &slopes[v]);
    loadLanes(whole, shift + c + v * LANES, count, &shifts[v]);
  }
  for (ptrdiff_t p = 0, row = c; p < r->rows; p++, row += r->channels)
    UNROLL for (int v = 0; v < vectors; v++) {
      ptrdiff_t at = row + v * LANES;
      Lanes a, b;
      loadLanes(whole, r->a + at, count, &a);
      loadLanes(whole, r->b + at, count, &b);
      if (r->output != NULL) passThrough(whole, r->output + at, count, r->lower, r->upper, &a);
      a = a * scales[v] + b * slopes[v] + shifts[v];
      if (accumulates) addLanes(whole, out + at, count, &a);
      else if (whole) STORE(out + at, a);
      else storeFirst(out + at, count, &a);
    }
}

static void maskedAffine(const float *a, const float *scale, const float *b, const float *slope,
                         const float *shift, const float *output, float lower, float upper,
                         int accumulates, float *out, ptrdiff_t rows, ptrdiff_t channels) {
  MaskedRows r = {a, b, output, lower, upper, rows, channels};
  ptrdiff_t c = 0;
  for (; c + 4 * LANES <= channels; c += 4 * LANES)
    if (accumulates) maskedAffineBlock(4, 1, 1, &r, scale, slope, shift, out, c, LANES);
    else maskedAffineBlock(4, 1, 0, &r, scale, slope, shift, out, c, LANES);
  for (; c + LANES <= channels; c += LANES)
    if (accumulates) maskedAffineBlock(1, 1, 1, &r, scale, slope, shift, out, c, LANES);
    else maskedAffineBlock(1, 1, 0, &r, scale, slope, shift, out, c, LANES);
  if (c == channels) return;
  if (accumulates) maskedAffineBlock(1, 0, 1, &r, scale, slope, shift, out, c, channels - c);
  else maskedAffineBlock(1, 0, 0, &r, scale, slope, shift, out, c, channels - c);
}
