/* Compares the kernels of the NEON path with those of the portable one, compiled for the same processor:
   both fuse their multiply-adds, so that every product, convolution and elementwise loop must give the
   same bits. Ends with 1 and names what differs. `check-neon.sh` builds and runs it. */
#include "paths.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { Size = 1 << 17 };
static float a[Size], b[Size], c[Size], first[Size], second[Size], memory[2 * Size];
static int failures;

static void fill(float *values, unsigned seed) {
  for (ptrdiff_t i = 0; i < Size; i++) {
    seed = seed * 1664525u + 1013904223u;
    values[i] = (float)(seed >> 8) / (1 << 23) - 1;
  }
}

static void compare(const char *what, int x, int y, int z) {
  if (memcmp(first, second, sizeof first) == 0) return;
  printf("check-neon: %s of %d, %d, %d differs\n", what, x, y, z);
  failures++;
}

/* Runs `call` on each path into a target that begins with the same numbers. */
#define BOTH(what, x, y, z, call)                                                          \
  do {                                                                                     \
    const EspalierPath *path = &EspalierPathPortable;                                      \
    float *out = first;                                                                    \
    memcpy(first, c, sizeof c);                                                            \
    memcpy(second, c, sizeof c);                                                           \
    call;                                                                                  \
    path = &EspalierPathNEON;                                                              \
    out = second;                                                                          \
    call;                                                                                  \
    compare(what, x, y, z);                                                                \
  } while (0)

static EspalierEpilogue epilogue(float *out, ptrdiff_t stride) {
  return (EspalierEpilogue){.output = out, .outputStride = stride, .bias = b, .residual = c,
                            .residualStride = stride, .lower = -0.5f, .upper = 1.5f};
}

static void products(int rows, int k, int outputs) {
  BOTH("pack", rows, k, outputs, path->pack(a, outputs, 1, k, outputs, out));
  BOTH("pack, transposed", rows, k, outputs, path->pack(a, 1, k, k, outputs, out));
  EspalierPathPortable.pack(b, 1, k, k, outputs, memory);
  BOTH("product", rows, k, outputs,
       path->matmulDense(a, k, rows, k, memory, outputs, epilogue(out, outputs)));
  BOTH("swapped product", rows, k, outputs,
       path->matmulSwapped(a, k, rows, k, b, k, 1, outputs, memory, epilogue(out, outputs)));
  for (int accumulates = 0; accumulates < 2; accumulates++)
    BOTH("gradient", rows, k, outputs,
         path->matmulTransposedDense(a, k, rows, k, b, outputs, outputs, out, outputs,
                                     accumulates));
}

static void depthwise(int extent, int channels, int stride) {
  EspalierImage bounds = {.height = extent, .width = extent, .padTop = 1, .padLeft = 1};
  int output = (extent - 1) / stride + 1;
  EspalierDepthwise e = {.outputHeight = output, .outputWidth = output, .channels = channels,
                         .kernelHeight = 3, .kernelWidth = 3, .strideY = stride,
                         .strideX = stride, .dilationY = 1, .dilationX = 1,
                         .paddedWidth = extent + 2};
  BOTH("depthwise", extent, channels, stride,
       path->depthwise(a, bounds, b, e, 0, b, -0.5f, 1.0f, out));
  BOTH("depthwise input gradient", extent, channels, stride,
       path->depthwiseInputGradient(a, b, e, out));
  BOTH("depthwise weight gradient", extent, channels, stride,
       path->depthwiseWeightGradient(a, b, e, out));
}

static void winograd(int extent, int channels, int outputs) {
  EspalierWinograd e = {.inputHeight = extent, .inputWidth = extent, .channels = channels,
                        .outputHeight = extent, .outputWidth = extent, .outputs = outputs,
                        .padTop = 1, .padLeft = 1};
  ptrdiff_t rows = (extent + 3) / 4, tiles = rows * rows;
  BOTH("Winograd's weights", extent, channels, outputs,
       path->winogradWeights(b, channels * 9, 9, 0, channels, outputs, out));
  BOTH("Winograd's input", extent, channels, outputs,
       path->winogradInput(a, e, 0, rows, out, tiles * channels));
  BOTH("Winograd's products", extent, channels, outputs,
       path->winogradProducts(a, tiles * channels, tiles, channels, b, outputs, out,
                              tiles * outputs));
  BOTH("Winograd's output", extent, channels, outputs,
       path->winogradOutput(a, tiles * outputs, e, 0, rows, epilogue(out, outputs)));
}

static void rows(int count, int channels) {
  double sums[2][512] = {{0}};
  int n = count * channels;
  BOTH("normalisation", count, channels, 0,
       path->affineClamp(a, b, c, a, 0, INFINITY, out, count, channels));
  BOTH("gradient of a normalisation", count, channels, 0,
       path->maskedAffine(a, b, a, c, b, c, 0, INFINITY, 1, out, out + n, count, channels));
  BOTH("moments", count, channels, 0,
       (memset(sums, 0, sizeof sums),
        path->maskedMoments(a, b, c, 0, INFINITY, count, channels, sums[0], sums[1]),
        memcpy(out, sums, sizeof sums)));
  BOTH("column sums", count, channels, 0,
       (memset(sums, 0, sizeof sums), path->columnSums(a, count, channels, sums[0]),
        memcpy(out, sums, sizeof sums)));
}

static void elements(int n) {
  BOTH("add", n, 0, 0, path->add(a, b, out, n));
  BOTH("clamp", n, 0, 0, path->clamp(a, -0.25f, 0.5f, out, n));
  BOTH("gradient of a clamp", n, 0, 0, path->clampGradient(a, b, 0, INFINITY, 1, out, n));
  BOTH("soft update", n, 0, 0, path->softUpdate(a, out, 0.01f, n));
  BOTH("momentum", n, 0, 0, path->sgd(out, a, out + n, n, 0.1f, 0.9f, 1e-4f, 0));
  BOTH("Adam", n, 0, 0,
       (memset(out + 2 * n, 0, n * sizeof(float)),
        path->adam(out, a, out + n, out + 2 * n, n, 0.9f, 0.999f, 0.01f, 1e-8f)));
}

int main(void) {
  static const int counts[] = {1, 3, 4, 6, 13, 16, 17, 20, 33, 64};
  fill(a, 1), fill(b, 2), fill(c, 3);
  for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
    for (unsigned j = 0; j < sizeof counts / sizeof *counts; j++) {
      products(counts[i], counts[j], counts[(i + j) % 10]);
      rows(counts[i], counts[j]);
    }
    winograd(9, counts[i], counts[9 - i]);
    depthwise(3 + (int)i, counts[i], 1);
    depthwise(9, counts[i], 2);
    elements(counts[i] * 37);
  }
  if (failures == 0) printf("check-neon: the NEON kernels give the portable ones' bits\n");
  return failures != 0;
}
