/* Depthwise convolution 3 × 3 of stride 1 whose output is as wide as its input, which most are: squares
   of 2 × 2 pixels, so that of an input's nine uses four come from one load. The first and the last
   square of a row know which of their taps lie outside the image. */

enum { SquareSide = 2, SquareTaps = 3, SquareReach = SquareSide + SquareTaps - 1 };

/* `rows` × 2 pixels of one vector of channels. `input` stands under the first tap of the first pixel;
   of the input's rows from there on those from `above` to `below` are there. */
INLINE void depthwiseSquare(const int rows, const int isFirst, const int isLast,
                            const Depthwise *work, const float *input, ptrdiff_t above,
                            ptrdiff_t below, ptrdiff_t channel, float *output) {
  ptrdiff_t channels = work->extents.channels, line = work->extents.outputWidth * channels;
  Lanes sums[SquareSide][SquareSide], weights[SquareTaps * SquareTaps], bias = SPLAT(0.0f);
  if (work->bias != NULL) bias = LOAD(work->bias + channel);
  UNROLL for (int t = 0; t < SquareTaps * SquareTaps; t++)
    weights[t] = LOAD(work->weights + t * channels + channel);
  UNROLL for (int y = 0; y < rows; y++)
    UNROLL for (int x = 0; x < SquareSide; x++) sums[y][x] = bias;
  UNROLL for (int r = 0; r < rows + SquareTaps - 1; r++) {
    if (r < above || r >= below) continue;
    const float *from = input + r * work->line + channel;
    Lanes in[SquareReach];
    UNROLL for (int x = isFirst; x < SquareReach - isLast; x++) in[x] = LOAD(from + x * channels);
    UNROLL for (int y = 0; y < rows; y++)
      UNROLL for (int j = 0; j < SquareTaps; j++)
        UNROLL for (int x = 0; x < SquareSide; x++) {
          int i = r - y, column = x + j;
          if (i < 0 || i >= SquareTaps) continue;
          if ((isFirst && column == 0) || (isLast && column == SquareReach - 1)) continue;
          sums[y][x] = MULTIPLY_ADD(in[column], weights[i * SquareTaps + j], sums[y][x]);
        }
  }
  Lanes lower = SPLAT(work->lower), upper = SPLAT(work->upper);
  UNROLL for (int y = 0; y < rows; y++)
    UNROLL for (int x = 0; x < SquareSide; x++) {
      Lanes value = sums[y][x] < lower ? lower : sums[y][x];
      value = value > upper ? upper : value;
      STORE(output + y * line + x * channels + channel, value);
    }
}

/* All channels of a square; the last vector overlaps the one before it. */
INLINE void depthwiseSquareChannels(const int rows, const int isFirst, const int isLast,
                                    const Depthwise *work, const float *input, ptrdiff_t above,
                                    ptrdiff_t below, float *output) {
  ptrdiff_t channels = work->extents.channels, c = 0;
  for (; c + LANES <= channels; c += LANES)
    depthwiseSquare(rows, isFirst, isLast, work, input, above, below, c, output);
  if (c < channels)
    depthwiseSquare(rows, isFirst, isLast, work, input, above, below, channels - LANES, output);
}

/* One or two rows of outputs; the last square of an odd row overlaps the one before it. */
INLINE void depthwiseSquareRow(const int rows, const Depthwise *work, const float *input,
                               ptrdiff_t above, ptrdiff_t below, float *output) {
  ptrdiff_t channels = work->extents.channels, last = work->extents.outputWidth - SquareSide;
  depthwiseSquareChannels(rows, 1, 0, work, input, above, below, output);
  for (ptrdiff_t x = SquareSide; x < last; x += SquareSide)
    depthwiseSquareChannels(rows, 0, 0, work, input + x * channels, above, below,
                            output + x * channels);
  depthwiseSquareChannels(rows, 0, 1, work, input + last * channels, above, below,
                          output + last * channels);
}

INLINE int depthwiseIsSquare(EspalierImage bounds, EspalierDepthwise e) {
  return e.kernelWidth == SquareTaps && e.kernelHeight == SquareTaps && e.strideX == 1 &&
         e.strideY == 1 && e.dilationX == 1 && e.dilationY == 1 && bounds.padLeft == 1 &&
         e.outputWidth == bounds.width && e.outputWidth > SquareSide && e.channels >= LANES;
}

static void depthwiseSquares(const Depthwise *work, const float *image, EspalierImage bounds,
                             ptrdiff_t firstRow, float *output) {
  ptrdiff_t channels = work->extents.channels, height = work->extents.outputHeight;
  for (ptrdiff_t row = 0; row < height; row += SquareSide) {
    ptrdiff_t y = firstRow + row - bounds.padTop;
    const float *input = image + y * work->line - channels;
    float *out = output + row * work->extents.outputWidth * channels;
    if (row + SquareSide <= height)
      depthwiseSquareRow(SquareSide, work, input, -y, bounds.height - y, out);
    else depthwiseSquareRow(1, work, input, -y, bounds.height - y, out);
  }
}
