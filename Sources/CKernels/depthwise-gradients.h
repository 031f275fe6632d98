/* Gradients of the depthwise convolution, vectorised over channels; a last partial vector is
   loaded and stored in part. */

enum { TapGroup = 9, MaximumWindow = 5 };

/* One output row under one kernel row, for one vector of channels and neighbouring taps. The
   window holds the input pixels that the next outputs still add to, so that each is written once. */
INLINE void inputGradientWindow(const int width, const int stride, const int whole,
                                const EspalierDepthwise *e, const float *outputGradient,
                                const float *weights, ptrdiff_t count, float *out) {
  Lanes taps[MaximumWindow], window[MaximumWindow];
  UNROLL for (int j = 0; j < width; j++) {
    loadLanes(whole, weights + j * e->channels, count, &taps[j]);
    window[j] = SPLAT(0.0f);
  }
  for (ptrdiff_t x = 0; x < e->outputWidth; x++) {
    Lanes gradient;
    loadLanes(whole, outputGradient + x * e->channels, count, &gradient);
    UNROLL for (int j = 0; j < width; j++) window[j] = MULTIPLY_ADD(gradient, taps[j], window[j]);
    UNROLL for (int j = 0; j < stride && j < width; j++)
      addLanes(whole, out + j * e->channels, count, &window[j]);
    UNROLL for (int j = 0; j < width; j++)
      window[j] = j + stride < width ? window[j + stride] : SPLAT(0.0f);
    out += stride * e->channels;
  }
  UNROLL for (int j = 0; j < width - stride; j++)
    addLanes(whole, out + j * e->channels, count, &window[j]);
}

/* The same for any stride and dilation. */
INLINE void inputGradientTaps(const int whole, const EspalierDepthwise *e,
                              const float *outputGradient, const float *weights, ptrdiff_t count,
                              float *out) {
  for (ptrdiff_t x = 0; x < e->outputWidth; x++)
    for (ptrdiff_t j = 0; j < e->kernelWidth; j++) {
      Lanes gradient, tap;
      loadLanes(whole, outputGradient + x * e->channels, count, &gradient);
      loadLanes(whole, weights + j * e->channels, count, &tap);
      gradient *= tap;
      addLanes(whole, out + (x * e->strideX + j * e->dilationX) * e->channels, count, &gradient);
    }
}

INLINE void inputGradientVector(const int whole, const EspalierDepthwise *e,
                                const float *outputGradient, const float *weights, ptrdiff_t count,
                                float *out) {
  ptrdiff_t shape = e->dilationX == 1 ? e->kernelWidth * 10 + e->strideX : 0;
  if (shape == 31) inputGradientWindow(3, 1, whole, e, outputGradient, weights, count, out);
  else if (shape == 32) inputGradientWindow(3, 2, whole, e, outputGradient, weights, count, out);
  else if (shape == 51) inputGradientWindow(5, 1, whole, e, outputGradient, weights, count, out);
  else if (shape == 52) inputGradientWindow(5, 2, whole, e, outputGradient, weights, count, out);
  else inputGradientTaps(whole, e, outputGradient, weights, count, out);
}

static void depthwiseInputGradient(const float *outputGradient, const float *weights,
                                   EspalierDepthwise e, float *inputGradient) {
  for (ptrdiff_t y = 0; y < e.outputHeight; y++)
    for (ptrdiff_t i = 0; i < e.kernelHeight; i++) {
      float *row = inputGradient +
                   (y * e.strideY + i * e.dilationY) * e.paddedWidth * e.channels;
      const float *gradient = outputGradient + y * e.outputWidth * e.channels;
      const float *taps = weights + i * e.kernelWidth * e.channels;
      ptrdiff_t c = 0;
      for (; c + LANES <= e.channels; c += LANES)
        inputGradientVector(1, &e, gradient + c, taps + c, LANES, row + c);
      if (c < e.channels)
        inputGradientVector(0, &e, gradient + c, taps + c, e.channels - c, row + c);
    }
}

/* Adds one output row's part to `taps` taps of one vector of channels; `offsets` lead from the
   pixel under the first tap of the kernel to the one under each. */
INLINE void weightGradientTile(const int taps, const int whole, const EspalierDepthwise *e,
                               const float *input, const float *outputGradient,
                               const ptrdiff_t *offsets, ptrdiff_t count, float *weightGradient) {
  Lanes sums[TapGroup];
  UNROLL for (int t = 0; t < taps; t++) sums[t] = SPLAT(0.0f);
  for (ptrdiff_t x = 0; x < e->outputWidth; x++) {
    Lanes gradient, pixel;
    loadLanes(whole, outputGradient + x * e->channels, count, &gradient);
    const float *from = input + x * e->strideX * e->channels;
    UNROLL for (int t = 0; t < taps; t++) {
      loadLanes(whole, from + offsets[t], count, &pixel);
      sums[t] = MULTIPLY_ADD(pixel, gradient, sums[t]);
    }
  }
  UNROLL for (int t = 0; t < taps; t++)
    addLanes(whole, weightGradient + t * e->channels, count, &sums[t]);
}

/* All channels of one output row for `taps` neighbouring taps. */
INLINE void weightGradientRow(const int taps, const EspalierDepthwise *e, const float *input,
                              const float *outputGradient, const ptrdiff_t *offsets,
                              float *weightGradient) {
  ptrdiff_t c = 0;
  for (; c + LANES <= e->channels; c += LANES)
    weightGradientTile(taps, 1, e, input + c, outputGradient + c, offsets, LANES,
                       weightGradient + c);
  if (c < e->channels)
    weightGradientTile(taps, 0, e, input + c, outputGradient + c, offsets, e->channels - c,
                       weightGradient + c);
}

static void depthwiseWeightGradient(const float *input, const float *outputGradient,
                                    EspalierDepthwise e, float *weightGradient) {
  ptrdiff_t taps = e.kernelHeight * e.kernelWidth;
  for (ptrdiff_t first = 0, group; first < taps; first += group) {
    ptrdiff_t offsets[TapGroup];
    group = taps - first >= 9 ? 9 : taps - first >= 5 ? 5 : taps - first >= 3 ? 3 : 1;
    for (ptrdiff_t t = 0; t < group; t++) {
      ptrdiff_t i = (first + t) / e.kernelWidth, j = (first + t) % e.kernelWidth;
      offsets[t] = (i * e.dilationY * e.paddedWidth + j * e.dilationX) * e.channels;
    }
    float *out = weightGradient + first * e.channels;
    for (ptrdiff_t y = 0; y < e.outputHeight; y++) {
      const float *row = input + y * e.strideY * e.paddedWidth * e.channels;
      const float *gradient = outputGradient + y * e.outputWidth * e.channels;
      if (group == 9) weightGradientRow(9, &e, row, gradient, offsets, out);
      else if (group == 5) weightGradientRow(5, &e, row, gradient, offsets, out);
      else if (group == 3) weightGradientRow(3, &e, row, gradient, offsets, out);
      else weightGradientRow(1, &e, row, gradient, offsets, out);
    }
  }
}
