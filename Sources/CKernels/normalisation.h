/* What batch normalisation does to rows of channels, with a clamp behind it: one pass over memory
   each. Up to four vectors of channels keep their factors in registers while the rows pass. */

enum { ChannelVectors = 4 };

/* Rows that pass at a time where there are more channels than registers: they stay in the first-level
   cache until all channels have been visited. */
INLINE ptrdiff_t normalisedRows(ptrdiff_t channels) {
  ptrdiff_t rows = 2048 / (channels > 0 ? channels : 1);
  return rows < 8 ? 8 : rows;
}

/* `value` where the clamp let `output` through, otherwise 0. */
INLINE void passThrough(const int whole, const float *output, ptrdiff_t count, float lower,
                        float upper, Lanes *value) {
  Lanes seen;
  loadLanes(whole, output, count, &seen);
  *value = ((seen > SPLAT(lower)) & (seen < SPLAT(upper))) ? *value : SPLAT(0.0f);
}

INLINE void affineClampBlock(const int vectors, const int whole, const float *a,
                             const float *scale, const float *shift, const float *residual,
                             float lower, float upper, float *out, ptrdiff_t rows,
                             ptrdiff_t channels, ptrdiff_t count) {
  Lanes scales[ChannelVectors], shifts[ChannelVectors], low = SPLAT(lower), high = SPLAT(upper);
  UNROLL for (int v = 0; v < vectors; v++) {
    loadLanes(whole, scale + v * LANES, count, &scales[v]);
    loadLanes(whole, shift + v * LANES, count, &shifts[v]);
  }
  for (ptrdiff_t p = 0, row = 0; p < rows; p++, row += channels)
    UNROLL for (int v = 0; v < vectors; v++) {
      ptrdiff_t at = row + v * LANES;
      Lanes value, other;
      loadLanes(whole, a + at, count, &value);
      value = value * scales[v] + shifts[v];
      if (residual != NULL) {
        loadLanes(whole, residual + at, count, &other);
        value += other;
      }
      value = value < low ? low : value;
      value = value > high ? high : value;
      if (whole) STORE(out + at, value);
      else storeFirst(out + at, count, &value);
    }
}

static void affineClamp(const float *a, const float *scale, const float *shift,
                        const float *residual, float lower, float upper, float *out,
                        ptrdiff_t rows, ptrdiff_t channels) {
  for (ptrdiff_t first = 0, step = normalisedRows(channels); first < rows; first += step) {
    ptrdiff_t count = smaller(step, rows - first), at = first * channels, c = 0;
#define AFFINE_CLAMP(vectors, whole)                                                       \
  affineClampBlock(vectors, whole, a + at + c, scale + c, shift + c,                       \
                   residual == NULL ? NULL : residual + at + c, lower, upper, out + at + c, \
                   count, channels, channels - c)
    for (; c + 4 * LANES <= channels; c += 4 * LANES) AFFINE_CLAMP(4, 1);
    for (; c + 2 * LANES <= channels; c += 2 * LANES) AFFINE_CLAMP(2, 1);
    for (; c + LANES <= channels; c += LANES) AFFINE_CLAMP(1, 1);
    if (c < channels) AFFINE_CLAMP(1, 0);
#undef AFFINE_CLAMP
  }
}

typedef struct {
  const float *a, *b, *output;
  float lower, upper;
  ptrdiff_t rows, channels;
} MaskedRows;

/* Some of the rows. */
INLINE MaskedRows maskedRows(const MaskedRows *all, ptrdiff_t first, ptrdiff_t count) {
  MaskedRows some = *all;
  some.rows = smaller(count, all->rows - first);
  some.a += first * all->channels;
  some.b += first * all->channels;
  if (some.output != NULL) some.output += first * all->channels;
  return some;
}

/* A product of two floats is exact in double, so that one rounding or two make no difference. */
#if HAS_FMA
#define EXACT_MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define EXACT_MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

/* Channels from `c` on; `masks` where there is an output, `squares` where a is b. */
INLINE void maskedMomentsBlock(const int vectors, const int whole, const int masks,
                               const int squares, const MaskedRows *r, ptrdiff_t c,
                               ptrdiff_t count, double *sums, double *products) {
  DoubleLanes sum[ChannelVectors], product[ChannelVectors];
  UNROLL for (int v = 0; v < vectors; v++)
    if (whole) {
      sum[v] = *(const UnalignedDoubleLanes *)(sums + c + v * LANES);
      product[v] = *(const UnalignedDoubleLanes *)(products + c + v * LANES);
    } else {
      sum[v] = product[v] = (DoubleLanes)0.0;
      for (int lane = 0; lane < LANES && lane < count; lane++) {
        sum[v][lane] = sums[c + lane];
        product[v][lane] = products[c + lane];
      }
    }
  for (ptrdiff_t p = 0, row = c; p < r->rows; p++, row += r->channels)
    UNROLL for (int v = 0; v < vectors; v++) {
      ptrdiff_t at = row + v * LANES;
      Lanes a, b;
      loadLanes(whole, r->a + at, count, &a);
      if (squares) b = a;
      else loadLanes(whole, r->b + at, count, &b);
      if (masks) passThrough(whole, r->output + at, count, r->lower, r->upper, &a);
      DoubleLanes wide = AS_DOUBLES(a);
      sum[v] += wide;
      product[v] = EXACT_MULTIPLY_ADD(wide, squares ? wide : AS_DOUBLES(b), product[v]);
    }
  UNROLL for (int v = 0; v < vectors; v++)
    if (whole) {
      *(UnalignedDoubleLanes *)(sums + c + v * LANES) = sum[v];
      *(UnalignedDoubleLanes *)(products + c + v * LANES) = product[v];
    } else {
      for (int lane = 0; lane < LANES && lane < count; lane++) {
        sums[c + lane] = sum[v][lane];
        products[c + lane] = product[v][lane];
      }
    }
}

static void maskedMoments(const float *a, const float *b, const float *output, float lower,
                          float upper, ptrdiff_t rows, ptrdiff_t channels, double *sums,
                          double *products) {
  MaskedRows all = {a, b, output, lower, upper, rows, channels};
  for (ptrdiff_t first = 0, step = normalisedRows(channels); first < rows; first += step) {
    MaskedRows masked = maskedRows(&all, first, step);
    ptrdiff_t c = 0;
#define MASKED_MOMENTS(vectors, whole, masks, squares)                                     \
  maskedMomentsBlock(vectors, whole, masks, squares, &masked, c, channels - c, sums, products)
#define MASKED_MOMENTS_OF(vectors)                                                         \
  for (; c + (vectors) * LANES <= channels; c += (vectors) * LANES)                        \
    if (output != NULL) MASKED_MOMENTS(vectors, 1, 1, 0);                                  \
    else if (a == b) MASKED_MOMENTS(vectors, 1, 0, 1);                                     \
    else MASKED_MOMENTS(vectors, 1, 0, 0);
    MASKED_MOMENTS_OF(2)
    MASKED_MOMENTS_OF(1)
    if (c == channels) continue;
    if (output != NULL) MASKED_MOMENTS(1, 0, 1, 0);
    else MASKED_MOMENTS(1, 0, 0, 0);
#undef MASKED_MOMENTS_OF
#undef MASKED_MOMENTS
  }
}

INLINE void maskedAffineBlock(const int vectors, const int whole, const int accumulates,
                              const MaskedRows *r, const float *scale, const float *slope,
                              const float *shift, float *out, float *passed, ptrdiff_t c,
                              ptrdiff_t count) {
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
      if (passed != NULL && whole) STORE(passed + at, a);
      else if (passed != NULL) storeFirst(passed + at, count, &a);
      a = a * scales[v] + b * slopes[v] + shifts[v];
      if (accumulates) addLanes(whole, out + at, count, &a);
      else if (whole) STORE(out + at, a);
      else storeFirst(out + at, count, &a);
    }
}

static void maskedAffine(const float *a, const float *scale, const float *b, const float *slope,
                         const float *shift, const float *output, float lower, float upper,
                         int accumulates, float *out, float *passed, ptrdiff_t rows,
                         ptrdiff_t channels) {
  MaskedRows all = {a, b, output, lower, upper, rows, channels};
  for (ptrdiff_t first = 0, step = normalisedRows(channels); first < rows; first += step) {
    MaskedRows r = maskedRows(&all, first, step);
    float *to = out + first * channels, *seen = passed;
    ptrdiff_t c = 0;
    if (passed != NULL) seen += first * channels;
#define MASKED_AFFINE(vectors, whole)                                                      \
  if (accumulates)                                                                         \
    maskedAffineBlock(vectors, whole, 1, &r, scale, slope, shift, to, seen, c, channels - c); \
  else maskedAffineBlock(vectors, whole, 0, &r, scale, slope, shift, to, seen, c, channels - c)
    for (; c + 4 * LANES <= channels; c += 4 * LANES) {
      MASKED_AFFINE(4, 1);
    }
    for (; c + 2 * LANES <= channels; c += 2 * LANES) {
      MASKED_AFFINE(2, 1);
    }
    for (; c + LANES <= channels; c += LANES) {
      MASKED_AFFINE(1, 1);
    }
    if (c < channels) {
      MASKED_AFFINE(1, 0);
    }
#undef MASKED_AFFINE
  }
}
