/* Depthwise convolution, forward, over an image without padding in memory: taps outside it are left
   out. Several neighbouring pixels of one vector of channels stay in registers; every element is one
   chain of multiply-adds in the order of the taps, whichever tile it falls in. */

enum { DepthwisePixels = MANY_REGISTERS ? 8 : 4 };

typedef struct {
  const float *weights, *bias;
  EspalierDepthwise extents;
  ptrdiff_t line; /* floats in a row of the image */
  float lower, upper;
} Depthwise;

/* The taps that lie inside the image: rows `top` to `bottom`, columns `left` to `right`. */
typedef struct {
  ptrdiff_t top, bottom, left, right;
} Taps;

/* Neighbouring pixels of neighbouring vectors of channels. With a `width` known to the compiler all
   columns are there, and each input is loaded once for all taps that read it; with 0 any column may
   be missing. `input` stands under the kernel's first tap, inside the image or not. */
INLINE void depthwiseTile(const int pixels, const int vectors, const int width, const int stride,
                          const int whole, const Depthwise *work, const float *input, Taps taps,
                          ptrdiff_t channel, ptrdiff_t count, float *output) {
  const EspalierDepthwise *e = &work->extents;
  Lanes sums[8][4], weight, in[24];
  UNROLL for (int v = 0; v < vectors; v++) {
    Lanes bias = SPLAT(0.0f);
    if (work->bias != NULL) loadLanes(whole, work->bias + channel + v * LANES, count, &bias);
    UNROLL for (int x = 0; x < pixels; x++) sums[x][v] = bias;
  }
  for (ptrdiff_t i = taps.top; i < taps.bottom; i++) {
    const float *row = input + i * e->dilationY * work->line + channel;
    const float *weights = work->weights + i * e->kernelWidth * e->channels + channel;
    if (width > 0) {
      UNROLL for (int v = 0; v < vectors; v++) {
        UNROLL for (int x = 0; x < (pixels - 1) * stride + width; x++)
          loadLanes(whole, row + x * e->channels + v * LANES, count, &in[x]);
        UNROLL for (int j = 0; j < width; j++) {
          loadLanes(whole, weights + j * e->channels + v * LANES, count, &weight);
          UNROLL for (int x = 0; x < pixels; x++)
            sums[x][v] = MULTIPLY_ADD(in[x * stride + j], weight, sums[x][v]);
        }
      }
    } else {
      for (ptrdiff_t j = taps.left; j < taps.right; j++) {
        const float *pixel = row + j * e->dilationX * e->channels;
        UNROLL for (int v = 0; v < vectors; v++) {
          loadLanes(whole, weights + j * e->channels + v * LANES, count, &weight);
          UNROLL for (int x = 0; x < pixels; x++) {
            loadLanes(whole, pixel + x * e->strideX * e->channels + v * LANES, count, &in[x]);
            sums[x][v] = MULTIPLY_ADD(in[x], weight, sums[x][v]);
          }
        }
      }
    }
  }
  Lanes lower = SPLAT(work->lower), upper = SPLAT(work->upper);
  UNROLL for (int x = 0; x < pixels; x++)
    UNROLL for (int v = 0; v < vectors; v++) {
      Lanes value = sums[x][v] < lower ? lower : sums[x][v];
      value = value > upper ? upper : value;
      float *to = output + x * e->channels + channel + v * LANES;
      if (whole) STORE(to, value);
      else storeFirst(to, count, &value);
    }
}

/* All channels of some pixels; few pixels take several vectors at a time, that no sum waits on
   itself. The last vector overlaps the one before it: the lanes computed twice get the same bits
   twice. */
INLINE void depthwisePixels(const int pixels, const int vectors, const int width, const int stride,
                            const Depthwise *work, const float *input, Taps taps, float *output) {
  ptrdiff_t channels = work->extents.channels, c = 0;
  if (channels < LANES) {
    depthwiseTile(pixels, 1, width, stride, 0, work, input, taps, 0, channels, output);
    return;
  }
  for (; vectors > 1 && c + vectors * LANES <= channels; c += vectors * LANES)
    depthwiseTile(pixels, vectors, width, stride, 1, work, input, taps, c, LANES, output);
  for (; c + LANES <= channels; c += LANES)
    depthwiseTile(pixels, 1, width, stride, 1, work, input, taps, c, LANES, output);
  if (c < channels)
    depthwiseTile(pixels, 1, width, stride, 1, work, input, taps, channels - LANES, LANES, output);
}

/* The pixels of a row from `first` to `end`, whose columns of taps all lie inside the image. `input`
   and `output` stand at pixel 0. */
INLINE void depthwiseInside(const int width, const int stride, const Depthwise *work,
                            const float *input, Taps taps, ptrdiff_t first, ptrdiff_t end,
                            float *output) {
  ptrdiff_t channels = work->extents.channels, step = work->extents.strideX * channels;
  ptrdiff_t x = first;
  for (; x + DepthwisePixels <= end; x += DepthwisePixels)
    depthwisePixels(DepthwisePixels, 1, width, stride, work, input + x * step, taps,
                    output + x * channels);
  if (x < end && first + DepthwisePixels <= end) { /* overlapping the tile before it */
    x = end - DepthwisePixels;
    depthwisePixels(DepthwisePixels, 1, width, stride, work, input + x * step, taps,
                    output + x * channels);
    return;
  }
  if (x + 4 <= end) {
    depthwisePixels(4, 2, width, stride, work, input + x * step, taps, output + x * channels);
    x += 4;
  }
  if (x + 2 <= end) {
    depthwisePixels(2, 4, width, stride, work, input + x * step, taps, output + x * channels);
    x += 2;
  }
  if (x < end)
    depthwisePixels(1, 4, width, stride, work, input + x * step, taps, output + x * channels);
}

#define DEPTHWISE_INSIDE(width, stride)                                                    \
  static void depthwiseInside##width##x##stride(                                           \
      const Depthwise *work, const float *input, Taps taps, ptrdiff_t first, ptrdiff_t end, \
      float *output) {                                                                     \
    depthwiseInside(width, stride, work, input, taps, first, end, output);                 \
  }
DEPTHWISE_INSIDE(0, 0) DEPTHWISE_INSIDE(3, 1) DEPTHWISE_INSIDE(3, 2) DEPTHWISE_INSIDE(5, 1)
DEPTHWISE_INSIDE(5, 2) DEPTHWISE_INSIDE(7, 1) DEPTHWISE_INSIDE(7, 2)

typedef __typeof__(depthwiseInside0x0) DepthwiseInside;

static DepthwiseInside *depthwiseInsideOf(EspalierDepthwise e) {
  static DepthwiseInside *const byExtents[3][2] = {
      {depthwiseInside3x1, depthwiseInside3x2},
      {depthwiseInside5x1, depthwiseInside5x2},
      {depthwiseInside7x1, depthwiseInside7x2}};
  int isKnown = e.dilationX == 1 && e.strideX <= 2 && e.kernelWidth % 2 == 1 &&
                e.kernelWidth >= 3 && e.kernelWidth <= 7;
  return isKnown ? byExtents[(e.kernelWidth - 3) / 2][e.strideX - 1] : depthwiseInside0x0;
}

/* The part of 0..<count whose positions `start + index · step` lie in 0..<extent. */
INLINE void clip(ptrdiff_t start, ptrdiff_t step, ptrdiff_t count, ptrdiff_t extent,
                 ptrdiff_t *first, ptrdiff_t *end) {
  *first = start < 0 ? (-start + step - 1) / step : 0;
  *end = start >= extent ? 0 : smaller(count, (extent - start - 1) / step + 1);
  if (*first > *end) *first = *end;
}

#include "depthwise-rows.h"

static void depthwise(const float *image, EspalierImage bounds, const float *weights,
                      EspalierDepthwise e, ptrdiff_t firstRow, const float *bias, float lower,
                      float upper, float *output) {
  Depthwise work = {weights, bias, e, bounds.width * e.channels, lower, upper};
  if (depthwiseIsSquare(bounds, e)) {
    depthwiseSquares(&work, image, bounds, firstRow, output);
    return;
  }
  DepthwiseInside *inside = depthwiseInsideOf(e);
  /* Pixels that see all columns: those whose first and whose last tap lie inside. */
  ptrdiff_t first, end, lastFirst, lastEnd, reach = (e.kernelWidth - 1) * e.dilationX;
  clip(-bounds.padLeft, e.strideX, e.outputWidth, bounds.width, &first, &end);
  clip(reach - bounds.padLeft, e.strideX, e.outputWidth, bounds.width, &lastFirst, &lastEnd);
  end = smaller(end, lastEnd);
  if (first < lastFirst) first = lastFirst;
  if (first > end) first = end;
  for (ptrdiff_t row = 0; row < e.outputHeight; row++) {
    Taps taps = {0, 0, 0, e.kernelWidth};
    ptrdiff_t y = (firstRow + row) * e.strideY - bounds.padTop;
    clip(y, e.dilationY, e.kernelHeight, bounds.height, &taps.top, &taps.bottom);
    const float *input = image + y * work.line - bounds.padLeft * e.channels;
    float *out = output + row * e.outputWidth * e.channels;
    inside(&work, input, taps, first, end, out);
    for (ptrdiff_t x = 0; x < e.outputWidth; x++) {
      if (x == first && first < end) x = end;
      if (x >= e.outputWidth) break;
      Taps some = taps;
      clip(x * e.strideX - bounds.padLeft, e.dilationX, e.kernelWidth, bounds.width, &some.left,
           &some.right);
      depthwisePixels(1, 4, 0, 0, &work, input + x * e.strideX * e.channels, some,
                      out + x * e.channels);
    }
  }
}
