/* Loops over elements that put values on a grid and let gradients through it. */

static void quantize(const float *a, EspalierGrid grid, float *out, ptrdiff_t count) {
  if (grid.step == 0) {
    if (out != a) __builtin_memcpy(out, a, (size_t)count * sizeof(float));
    return;
  }
  ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++) {
    float value = a[i];
    TO_GRID(value, grid.step, grid.offset, grid.lowest, grid.highest);
    out[i] = value;
  }
}

/* Whether a value's level lies on the grid before its ends cut off; far beyond them rounding is not
   exact and need not be. */
#define ON_GRID(rounded, grid) (((rounded) >= (grid).lowest) & ((rounded) <= (grid).highest))

static void quantizeGradient(const float *input, const float *gradient, EspalierGrid grid,
                             int accumulates, float *out, ptrdiff_t count) {
  if (grid.step == 0) {
    if (accumulates) accumulate(gradient, out, count);
    else if (out != gradient) __builtin_memcpy(out, gradient, (size_t)count * sizeof(float));
    return;
  }
  if (accumulates)
    ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++) {
      float level = ((input[i] / grid.step - grid.offset) + ROUNDER) - ROUNDER;
      float passed = ON_GRID(level, grid) ? gradient[i] : 0.0f;
      out[i] += passed;
    }
  else
    ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++) {
      float level = ((input[i] / grid.step - grid.offset) + ROUNDER) - ROUNDER;
      out[i] = ON_GRID(level, grid) ? gradient[i] : 0.0f;
    }
}
