/* What the processor can do at most: chains of multiply-adds that depend on nothing but themselves, as
   many at once as the tile of the packed product has sums. Nothing is loaded or stored. */
enum { CHAINS = 12 };

static double multiplyAddChains(ptrdiff_t rounds, float *sum) {
  Lanes chain[CHAINS];
  const Lanes half = SPLAT(0.5f), one = SPLAT(1.0f);
  /* Beginnings differ, or the compiler would keep one chain for all. */
  UNROLL for (int i = 0; i < CHAINS; i++) chain[i] = SPLAT((float)i);
  for (ptrdiff_t round = 0; round < rounds; round++) {
    UNROLL for (int i = 0; i < CHAINS; i++) chain[i] = MULTIPLY_ADD(chain[i], half, one);
  }
  float total = 0;
  UNROLL for (int i = 0; i < CHAINS; i++) {
    for (int lane = 0; lane < LANES; lane++) total += chain[i][lane];
  }
  *sum = total;
  return 2.0 * CHAINS * LANES * (double)rounds;
}
