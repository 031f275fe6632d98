/* A path: every kernel compiled for one kind of processor. `dispatch.c` picks one at start-up. */
#ifndef ESPALIER_PATHS_H
#define ESPALIER_PATHS_H

#include "espalier-kernels.h"

typedef struct {
  const char *name;
  __typeof__(espalier_matmul_packed) *matmulPacked;
  __typeof__(espalier_matmul_transposed) *matmulTransposed;
  __typeof__(espalier_matmul_dense) *matmulDense;
  __typeof__(espalier_matmul_swapped) *matmulSwapped;
  __typeof__(espalier_matmul_transposed_dense) *matmulTransposedDense;
  __typeof__(espalier_pack) *pack;
  __typeof__(espalier_depthwise) *depthwise;
  __typeof__(espalier_depthwise_input_gradient) *depthwiseInputGradient;
  __typeof__(espalier_depthwise_weight_gradient) *depthwiseWeightGradient;
  __typeof__(espalier_winograd_input) *winogradInput;
  __typeof__(espalier_winograd_products) *winogradProducts;
  __typeof__(espalier_winograd_output) *winogradOutput;
  __typeof__(espalier_winograd_weights) *winogradWeights;
  __typeof__(espalier_winograd_output_gradient) *winogradOutputGradient;
  __typeof__(espalier_winograd_gradient_products) *winogradGradientProducts;
  __typeof__(espalier_winograd_weight_gradient) *winogradWeightGradient;
  __typeof__(espalier_add) *add;
  __typeof__(espalier_accumulate) *accumulate;
  __typeof__(espalier_scale_accumulate) *scaleAccumulate;
  __typeof__(espalier_clamp) *clamp;
  __typeof__(espalier_clamp_gradient) *clampGradient;
  __typeof__(espalier_quantize) *quantize;
  __typeof__(espalier_quantize_gradient) *quantizeGradient;
  __typeof__(espalier_affine_clamp) *affineClamp;
  __typeof__(espalier_masked_moments) *maskedMoments;
  __typeof__(espalier_masked_affine) *maskedAffine;
  __typeof__(espalier_column_sums) *columnSums;
  __typeof__(espalier_adam) *adam;
  __typeof__(espalier_sgd) *sgd;
  __typeof__(espalier_soft_update) *softUpdate;
  __typeof__(espalier_multiply_add_chains) *multiplyAddChains;
} EspalierPath;

extern const EspalierPath EspalierPathPortable;
#if defined(__x86_64__)
extern const EspalierPath EspalierPathAVX2;
extern const EspalierPath EspalierPathAVX512;
#elif defined(__aarch64__)
extern const EspalierPath EspalierPathNEON;
#endif

#endif
