/* The public functions: each calls its kernel on the path chosen at start-up. */
#include "paths.h"

#include <stdlib.h>
#include <string.h>

static const EspalierPath *path = &EspalierPathPortable;

/* A constructor runs before any thread exists: the choice needs no lock. */
__attribute__((constructor)) static void choosePath(void) {
  const char *wish = getenv("ESPALIER_CPU");
  if (wish != NULL && strcmp(wish, "portable") == 0) return;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) path = &EspalierPathAVX2;
  if (wish != NULL && strcmp(wish, "avx2") == 0) return;
  if (path == &EspalierPathAVX2 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    path = &EspalierPathAVX512;
#elif defined(__aarch64__)
  path = &EspalierPathNEON;
#endif
}

const char *espalier_cpu_path(void) { return path->name; }

ptrdiff_t espalier_fetch_add(ptrdiff_t *counter, ptrdiff_t amount) {
  return __atomic_fetch_add(counter, amount, __ATOMIC_RELAXED);
}

void espalier_matmul_packed(const float *base, const ptrdiff_t *rowOffsets, ptrdiff_t rows,
                            EspalierRuns runs, const float *packed, ptrdiff_t outputs,
                            EspalierEpilogue epilogue) {
  path->matmulPacked(base, rowOffsets, rows, runs, packed, outputs, epilogue);
}

void espalier_matmul_transposed(const float *base, const ptrdiff_t *rowOffsets, ptrdiff_t rows,
                                EspalierRuns runs, const float *d, ptrdiff_t dStride,
                                ptrdiff_t outputs, float *gradient, ptrdiff_t gradientStride,
                                int accumulates) {
  path->matmulTransposed(base, rowOffsets, rows, runs, d, dStride, outputs, gradient,
                         gradientStride, accumulates);
}

void espalier_matmul_dense(const float *a, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t k,
                           const float *packed, ptrdiff_t outputs, EspalierEpilogue epilogue) {
  path->matmulDense(a, stride, rows, k, packed, outputs, epilogue);
}

void espalier_matmul_swapped(const float *a, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t k,
                             const float *b, ptrdiff_t bStride, ptrdiff_t bStep, ptrdiff_t outputs,
                             float *memory, EspalierEpilogue epilogue) {
  path->matmulSwapped(a, stride, rows, k, b, bStride, bStep, outputs, memory, epilogue);
}

void espalier_matmul_transposed_dense(const float *a, ptrdiff_t aStride, ptrdiff_t rows, ptrdiff_t k,
                                      const float *d, ptrdiff_t dStride, ptrdiff_t outputs,
                                      float *gradient, ptrdiff_t gradientStride, int accumulates) {
  path->matmulTransposedDense(a, aStride, rows, k, d, dStride, outputs, gradient, gradientStride,
                              accumulates);
}

void espalier_pack(const float *matrix, ptrdiff_t rowStride, ptrdiff_t columnStride, ptrdiff_t k,
                   ptrdiff_t outputs, float *packed) {
  path->pack(matrix, rowStride, columnStride, k, outputs, packed);
}

void espalier_depthwise(const float *image, EspalierImage bounds, const float *weights,
                        EspalierDepthwise extents, ptrdiff_t firstRow, const float *bias,
                        float lower, float upper, float *output) {
  path->depthwise(image, bounds, weights, extents, firstRow, bias, lower, upper, output);
}

void espalier_depthwise_input_gradient(const float *outputGradient, const float *weights,
                                       EspalierDepthwise extents, float *inputGradient) {
  path->depthwiseInputGradient(outputGradient, weights, extents, inputGradient);
}

void espalier_depthwise_weight_gradient(const float *input, const float *outputGradient,
                                        EspalierDepthwise extents, float *weightGradient) {
  path->depthwiseWeightGradient(input, outputGradient, extents, weightGradient);
}

void espalier_winograd_input(const float *image, EspalierWinograd extents, ptrdiff_t firstRow,
                             ptrdiff_t rows, float *v, ptrdiff_t plane) {
  path->winogradInput(image, extents, firstRow, rows, v, plane);
}

void espalier_winograd_products(const float *v, ptrdiff_t vPlane, ptrdiff_t tiles,
                                ptrdiff_t channels, const float *packed, ptrdiff_t outputs,
                                float *m, ptrdiff_t mPlane) {
  path->winogradProducts(v, vPlane, tiles, channels, packed, outputs, m, mPlane);
}

void espalier_winograd_output(const float *m, ptrdiff_t plane, EspalierWinograd extents,
                              ptrdiff_t firstRow, ptrdiff_t rows, EspalierEpilogue epilogue) {
  path->winogradOutput(m, plane, extents, firstRow, rows, epilogue);
}

void espalier_winograd_weights(const float *weights, ptrdiff_t outputStride,
                               ptrdiff_t channelStride, int flipped, ptrdiff_t channels,
                               ptrdiff_t outputs, float *packed) {
  path->winogradWeights(weights, outputStride, channelStride, flipped, channels, outputs, packed);
}

void espalier_winograd_output_gradient(const float *gradient, EspalierWinograd extents,
                                       ptrdiff_t firstRow, ptrdiff_t rows, float *d,
                                       ptrdiff_t plane) {
  path->winogradOutputGradient(gradient, extents, firstRow, rows, d, plane);
}

void espalier_winograd_gradient_products(const float *v, ptrdiff_t vPlane, ptrdiff_t tiles,
                                         ptrdiff_t channels, const float *d, ptrdiff_t dPlane,
                                         ptrdiff_t outputs, float *sums, int accumulates) {
  path->winogradGradientProducts(v, vPlane, tiles, channels, d, dPlane, outputs, sums,
                                 accumulates);
}

void espalier_winograd_weight_gradient(const float *sums, ptrdiff_t channels, ptrdiff_t outputs,
                                       int accumulates, float *gradient) {
  path->winogradWeightGradient(sums, channels, outputs, accumulates, gradient);
}

void espalier_add(const float *a, const float *b, float *out, ptrdiff_t count) {
  path->add(a, b, out, count);
}

void espalier_accumulate(const float *a, float *out, ptrdiff_t count) {
  path->accumulate(a, out, count);
}

void espalier_scale_accumulate(float scale, const float *a, float *out, ptrdiff_t count) {
  path->scaleAccumulate(scale, a, out, count);
}

void espalier_clamp(const float *a, float lower, float upper, float *out, ptrdiff_t count) {
  path->clamp(a, lower, upper, out, count);
}

void espalier_clamp_gradient(const float *input, const float *gradient, float lower, float upper,
                             int accumulates, float *out, ptrdiff_t count) {
  path->clampGradient(input, gradient, lower, upper, accumulates, out, count);
}

void espalier_quantize(const float *a, EspalierGrid grid, float *out, ptrdiff_t count) {
  path->quantize(a, grid, out, count);
}

void espalier_quantize_gradient(const float *input, const float *gradient, EspalierGrid grid,
                                int accumulates, float *out, ptrdiff_t count) {
  path->quantizeGradient(input, gradient, grid, accumulates, out, count);
}

void espalier_affine_clamp(const float *a, const float *scale, const float *shift,
                           const float *residual, float lower, float upper, float *out,
                           ptrdiff_t rows, ptrdiff_t channels) {
  path->affineClamp(a, scale, shift, residual, lower, upper, out, rows, channels);
}

void espalier_masked_moments(const float *a, const float *b, const float *output, float lower,
                             float upper, ptrdiff_t rows, ptrdiff_t channels, double *sums,
                             double *products) {
  path->maskedMoments(a, b, output, lower, upper, rows, channels, sums, products);
}

void espalier_masked_affine(const float *a, const float *scale, const float *b, const float *slope,
                            const float *shift, const float *output, float lower, float upper,
                            int accumulates, float *out, float *passed, ptrdiff_t rows,
                            ptrdiff_t channels) {
  path->maskedAffine(a, scale, b, slope, shift, output, lower, upper, accumulates, out, passed,
                     rows, channels);
}

void espalier_column_sums(const float *a, ptrdiff_t rows, ptrdiff_t channels, double *sum) {
  path->columnSums(a, rows, channels, sum);
}

void espalier_adam(float *weights, const float *gradient, float *m, float *v, ptrdiff_t count,
                   float beta1, float beta2, float stepSize, float epsilon) {
  path->adam(weights, gradient, m, v, count, beta1, beta2, stepSize, epsilon);
}

void espalier_sgd(float *weights, const float *gradient, float *velocity, ptrdiff_t count,
                  float rate, float momentum, float decay, int nesterov) {
  path->sgd(weights, gradient, velocity, count, rate, momentum, decay, nesterov);
}

void espalier_soft_update(const float *source, float *target, float rate, ptrdiff_t count) {
  path->softUpdate(source, target, rate, count);
}

double espalier_multiply_add_chains(ptrdiff_t rounds, float *sum) {
  return path->multiplyAddChains(rounds, sum);
}
