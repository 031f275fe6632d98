/* Loops over elements, left to the compiler to vectorise. An output may be an input (the same
   address, not a shifted one), which it cannot know: hence the pragma. */
#define ELEMENTWISE _Pragma("clang loop vectorize(assume_safety)")

static void add(const float *a, const float *b, float *out, ptrdiff_t count) {
  ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++) out[i] = a[i] + b[i];
}

static void accumulate(const float *a, float *out, ptrdiff_t count) {
  ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++) out[i] += a[i];
}

static void scaleAccumulate(float scale, const float *a, float *out, ptrdiff_t count) {
  ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++) out[i] += scale * a[i];
}

static void clamp(const float *a, float lower, float upper, float *out, ptrdiff_t count) {
  ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++) {
    float value = a[i] < lower ? lower : a[i];
    out[i] = value > upper ? upper : value;
  }
}

static void clampGradient(const float *input, const float *gradient, float lower, float upper,
                          int accumulates, float *out, ptrdiff_t count) {
  if (accumulates)
    ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++) {
      float passed = ((input[i] > lower) & (input[i] < upper)) ? gradient[i] : 0.0f;
      out[i] += passed;
    }
  else
    ELEMENTWISE for (ptrdiff_t i = 0; i < count; i++)
      out[i] = ((input[i] > lower) & (input[i] < upper)) ? gradient[i] : 0.0f;
}
