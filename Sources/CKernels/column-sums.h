/* Sums over rows in double, one chain per column in the order of the rows. */

#define AS_DOUBLES(value) __builtin_convertvector(value, DoubleLanes)

/* Columns `c` to `c + vectors · LANES`. */
INLINE void columnBlock(const int vectors, const float *a, ptrdiff_t rows, ptrdiff_t channels,
                        ptrdiff_t c, double *sum) {
  DoubleLanes sums[4];
  UNROLL for (int v = 0; v < vectors; v++)
    sums[v] = *(const UnalignedDoubleLanes *)(sum + c + v * LANES);
  for (ptrdiff_t p = 0; p < rows; p++)
    UNROLL for (int v = 0; v < vectors; v++)
      sums[v] += AS_DOUBLES(LOAD(a + p * channels + c + v * LANES));
  UNROLL for (int v = 0; v < vectors; v++)
    *(UnalignedDoubleLanes *)(sum + c + v * LANES) = sums[v];
}

static void columnSums(const float *a, ptrdiff_t rows, ptrdiff_t channels, double *sum) {
  ptrdiff_t c = 0;
  for (; c + 4 * LANES <= channels; c += 4 * LANES) columnBlock(4, a, rows, channels, c, sum);
  for (; c + 2 * LANES <= channels; c += 2 * LANES) columnBlock(2, a, rows, channels, c, sum);
  for (; c + LANES <= channels; c += LANES) columnBlock(1, a, rows, channels, c, sum);
  for (ptrdiff_t p = 0; p < rows; p++)
    for (ptrdiff_t tail = c; tail < channels; tail++) sum[tail] += a[p * channels + tail];
}
