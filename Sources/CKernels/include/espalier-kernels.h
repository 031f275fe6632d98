/* The loops that decide the speed: whole-tile kernels in C, chosen once at run time for the
   processor at hand (AVX-512, AVX2 with FMA, or portable C). All are single-threaded and touch only the
   memory they are given. Every pointer is to 32-bit floats; extents are in elements. */
#ifndef ESPALIER_KERNELS_H
#define ESPALIER_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The name of the path in use: "avx512", "avx2" or "portable". `ESPALIER_CPU` forces one of the last
   two. */
const char *espalier_cpu_path(void);

/* Adds to a counter that several threads share and returns what stood there before. */
ptrdiff_t espalier_fetch_add(ptrdiff_t *counter, ptrdiff_t amount);

/* Outputs per packed panel. */
enum { EspalierPanel = 16 };

/* Where the elements of one row of an implicit matrix lie: `count` runs of contiguous floats, run s
   starting `offsets[s]` after the row's base and `lengths[s]` long. A dense row is one run. */
typedef struct {
  const ptrdiff_t *offsets;
  const ptrdiff_t *lengths;
  ptrdiff_t count;
} EspalierRuns;

/* Equally spaced levels (k + offset) · step for whole k in lowest...highest, all far below 2^22. A value
   goes to the nearest level, half way to the even k:
       (round(min(max(value / step - offset, lowest), highest)) + offset) · step
   With step 0 there is no grid and values stay as they are. NaN stays NaN. */
typedef struct {
  float step, offset, lowest, highest;
} EspalierGrid;

/* Where a result goes and what is done to it on the way, in this order:
       out[p][o] = grid(min(max(((value + old) + bias[o]) + residual[p][o], lower), upper))
   `bias` and `residual` may be NULL; `old`, what stood at out[p][o], counts with `accumulate` only.
   `residual` may be the output itself. NaN passes through the clamp. */
typedef struct {
  float *output;
  ptrdiff_t outputStride;
  const float *bias;
  const float *residual;
  ptrdiff_t residualStride;
  float lower;
  float upper;
  EspalierGrid grid;
  int accumulate;
} EspalierEpilogue;

/* value[p][o] = Σ_k A[p][k] · B[k][o]   for p in 0..<rows, o in 0..<outputs

   Row p of A begins at base + rowOffsets[p] and is gathered through `runs` (K floats in all).
   B is packed in panels of 16 outputs: [ceil(outputs/16)][K][16], the last panel padded with zeros.
   A row's result is the same bits whichever other rows are in the call. K may be 0: value is 0.
   This one kernel is convolution without im2col (a row is a patch of a padded NHWC image), its
   gradient with respect to the input, and the dense product. */
void espalier_matmul_packed(const float *base, const ptrdiff_t *rowOffsets, ptrdiff_t rows,
                            EspalierRuns runs, const float *packed, ptrdiff_t outputs,
                            EspalierEpilogue epilogue);

/* The same of a matrix whose row p lies at a + p · stride. */
void espalier_matmul_dense(const float *a, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t k,
                           const float *packed, ptrdiff_t outputs, EspalierEpilogue epilogue);

/* The same bits for few rows and a B that is not packed: B[k][o] = b[o · bStride +
   k · bStep]. `memory` has room for ceil(rows/16) · 16 · (k + outputs) floats. */
void espalier_matmul_swapped(const float *a, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t k,
                             const float *b, ptrdiff_t bStride, ptrdiff_t bStep, ptrdiff_t outputs,
                             float *memory, EspalierEpilogue epilogue);

/* gradient[k][o] += Σ_p A[p][k] · D[p][o]      (K × outputs, row stride `gradientStride`)

   A as above; row p of D begins at D + p · dStride. Rows are summed in blocks of a fixed number.
   Without `accumulates` the gradient is written, unless there are no rows. */
void espalier_matmul_transposed(const float *base, const ptrdiff_t *rowOffsets, ptrdiff_t rows,
                                EspalierRuns runs, const float *d, ptrdiff_t dStride,
                                ptrdiff_t outputs, float *gradient, ptrdiff_t gradientStride,
                                int accumulates);

/* The same of a matrix whose row p lies at a + p · aStride. */
void espalier_matmul_transposed_dense(const float *a, ptrdiff_t aStride, ptrdiff_t rows, ptrdiff_t k,
                                      const float *d, ptrdiff_t dStride, ptrdiff_t outputs,
                                      float *gradient, ptrdiff_t gradientStride,
                                int accumulates);

/* Packs B[k][o] = matrix[k · rowStride + o · columnStride] into panels of 16. */
void espalier_pack(const float *matrix, ptrdiff_t rowStride, ptrdiff_t columnStride, ptrdiff_t k,
                   ptrdiff_t outputs, float *packed);

/* Extents of a depthwise convolution over one NHWC image (multiplier 1). */
typedef struct {
  ptrdiff_t outputHeight, outputWidth, channels;
  ptrdiff_t kernelHeight, kernelWidth;
  ptrdiff_t strideY, strideX, dilationY, dilationX;
  ptrdiff_t paddedWidth; /* pixels in a row of the padded input, for the gradients */
} EspalierDepthwise;

/* An image in memory and the zeros thought around it. */
typedef struct {
  ptrdiff_t height, width;
  ptrdiff_t padTop, padLeft;
} EspalierImage;

/* out[y][x][c] = clamp(bias[c] + Σ image[y·s+i·d-padTop][x·s+j·d-padLeft][c] · weights[i][j][c])
   for `outputHeight` rows from `firstRow` on; taps outside the image are left out. */
void espalier_depthwise(const float *image, EspalierImage bounds, const float *weights,
                        EspalierDepthwise extents, ptrdiff_t firstRow, const float *bias,
                        float lower, float upper, float *output);
/* inputGradient (padded image, zeroed by the caller) += transposed of the above. */
void espalier_depthwise_input_gradient(const float *outputGradient, const float *weights,
                                       EspalierDepthwise extents, float *inputGradient);
/* weightGradient[i][j][c] += Σ input · outputGradient. */
void espalier_depthwise_weight_gradient(const float *input, const float *outputGradient,
                                        EspalierDepthwise extents, float *weightGradient);

/* Extents of a 3×3 convolution of stride 1 over one NHWC image, without padding in memory: pixels
   outside the image are zeros. A tile is 4×4 outputs; tiles follow each other row by row. */
typedef struct {
  ptrdiff_t inputHeight, inputWidth, channels;
  ptrdiff_t outputHeight, outputWidth, outputs;
  ptrdiff_t padTop, padLeft;
} EspalierWinograd;

/* The three parts of Winograd's convolution F(4×4, 3×3): out = Aᵀ[(Bᵀ·d·B) ⊙ (G·g·Gᵀ)]A.
   `rows` rows of tiles from `firstRow` on, into v[36][tiles][channels], 36 planes `plane` apart; */
void espalier_winograd_input(const float *image, EspalierWinograd extents, ptrdiff_t firstRow,
                             ptrdiff_t rows, float *v, ptrdiff_t plane);
/* m[i][tile][o] = Σ_c v[i][tile][c] · packed[i][c][o] for each of the 36 planes; */
void espalier_winograd_products(const float *v, ptrdiff_t vPlane, ptrdiff_t tiles,
                                ptrdiff_t channels, const float *packed, ptrdiff_t outputs,
                                float *m, ptrdiff_t mPlane);
/* and the outputs of those rows of tiles. `epilogue.output` is the image's first pixel. A tile's
   result is the same bits whichever other tiles are in the calls. */
void espalier_winograd_output(const float *m, ptrdiff_t plane, EspalierWinograd extents,
                              ptrdiff_t firstRow, ptrdiff_t rows, EspalierEpilogue epilogue);
/* packed[36][ceil(outputs/16)][channels][16] from weights[o · outputStride + c · channelStride + tap]
   with nine taps, turned by half a circle if `flipped`. */
void espalier_winograd_weights(const float *weights, ptrdiff_t outputStride,
                               ptrdiff_t channelStride, int flipped, ptrdiff_t channels,
                               ptrdiff_t outputs, float *packed);

/* The gradient of the weights, ∂g = Gᵀ[Σ (Bᵀ·d·B) ⊙ (A·∂out·Aᵀ)]G, in three parts as well. A·∂out·Aᵀ of
   `rows` rows of tiles from `firstRow` on, into d[36][tiles][outputs], 36 planes `plane` apart; */
void espalier_winograd_output_gradient(const float *gradient, EspalierWinograd extents,
                                       ptrdiff_t firstRow, ptrdiff_t rows, float *d,
                                       ptrdiff_t plane);
/* sums[i][c][o] (+)= Σ_tile v[i][tile][c] · d[i][tile][o] for each of the 36 planes; */
void espalier_winograd_gradient_products(const float *v, ptrdiff_t vPlane, ptrdiff_t tiles,
                                         ptrdiff_t channels, const float *d, ptrdiff_t dPlane,
                                         ptrdiff_t outputs, float *sums, int accumulates);
/* and gradient[o][c][9] (+)= Gᵀ·sums·G. */
void espalier_winograd_weight_gradient(const float *sums, ptrdiff_t channels, ptrdiff_t outputs,
                                       int accumulates, float *gradient);

/* Elementwise loops over `count` floats; outputs may be an input. */
void espalier_add(const float *a, const float *b, float *out, ptrdiff_t count);
void espalier_accumulate(const float *a, float *out, ptrdiff_t count); /* out += a */
void espalier_scale_accumulate(float scale, const float *a, float *out, ptrdiff_t count);
void espalier_clamp(const float *a, float lower, float upper, float *out, ptrdiff_t count);
/* out (+)= gradient where lower < input < upper, otherwise 0 (Relu: 0 and infinity) */
void espalier_clamp_gradient(const float *input, const float *gradient, float lower, float upper,
                             int accumulates, float *out, ptrdiff_t count);
/* out = the level of the grid next to a */
void espalier_quantize(const float *a, EspalierGrid grid, float *out, ptrdiff_t count);
/* out (+)= gradient where no end of the grid cut the input off, otherwise 0: the straight-through
   gradient of the above */
void espalier_quantize_gradient(const float *input, const float *gradient, EspalierGrid grid,
                                int accumulates, float *out, ptrdiff_t count);

/* Rows of channels in batch normalisation with a clamp behind it.
   out[p][c] = min(max(a[p][c] · scale[c] + shift[c] + residual[p][c], lower), upper); `residual` may
   be null */
void espalier_affine_clamp(const float *a, const float *scale, const float *shift,
                           const float *residual, float lower, float upper, float *out,
                           ptrdiff_t rows, ptrdiff_t channels);
/* sums[c] += Σ_p a'[p][c] and products[c] += Σ_p a'[p][c] · b[p][c] in double, where a' is a where
   lower < output < upper and 0 elsewhere; without `output` all of a. */
void espalier_masked_moments(const float *a, const float *b, const float *output, float lower,
                             float upper, ptrdiff_t rows, ptrdiff_t channels, double *sums,
                             double *products);
/* out[p][c] (+)= a'[p][c] · scale[c] + b[p][c] · slope[c] + shift[c], a' as above; a' itself goes to
   `passed` where that is not null */
void espalier_masked_affine(const float *a, const float *scale, const float *b, const float *slope,
                            const float *shift, const float *output, float lower, float upper,
                            int accumulates, float *out, float *passed, ptrdiff_t rows,
                            ptrdiff_t channels);
/* sum[c] += Σ_p a[p][c] in double */
void espalier_column_sums(const float *a, ptrdiff_t rows, ptrdiff_t channels, double *sum);

/* One step of Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay 0:
   m = β1 m + (1-β1) g; v = β2 v + (1-β2) g²; w -= stepSize · m / (√v + epsilon),
   where stepSize and epsilon carry the bias corrections. */
void espalier_adam(float *weights, const float *gradient, float *m, float *v, ptrdiff_t count,
                   float beta1, float beta2, float stepSize, float epsilon);
/* One step of SGD: velocity = momentum · velocity + g + decay · w; w -= rate · velocity
   (with `nesterov`, w -= rate · (g + decay · w + momentum · velocity)). */
void espalier_sgd(float *weights, const float *gradient, float *velocity, ptrdiff_t count,
                  float rate, float momentum, float decay, int nesterov);
/* target += rate · (source - target) */
void espalier_soft_update(const float *source, float *target, float rate, ptrdiff_t count);

/* For measurements: `rounds` steps x = x · ½ + 1 of 12 independent vectors, vector i starting at i in
   every lane. Writes the sum over all lanes, which tends to 2 for each, and returns the floating-point
   operations that the steps took, two for each multiply-add. */
double espalier_multiply_add_chains(ptrdiff_t rounds, float *sum);

#endif
