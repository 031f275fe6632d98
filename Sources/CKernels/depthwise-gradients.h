/* Gradients of the depthwise convolution, vectorised over channels; a last partial vector is
   loaded and stored in part. */

static void depthwiseInputGradient(const float *outputGradient, const float *weights,
                                   EspalierDepthwise e, float *inputGradient) {
  for (ptrdiff_t y = 0; y < e.outputHeight; y++)
    for (ptrdiff_t i = 0; i < e.kernelHeight; i++) {
      float *row = inputGradient +
                   (y * e.strideY + i * e.dilationY) * e.paddedWidth * e.channels;
      const float *rowWeights = weights + i * e.kernelWidth * e.channels;
      for (ptrdiff_t x = 0; x < e.outputWidth; x++) {
        const float *gradient = outputGradient + (y * e.outputWidth + x) * e.channels;
        for (ptrdiff_t j = 0; j < e.kernelWidth; j++) {
          float *out = row + (x * e.strideX + j * e.dilationX) * e.channels;
          const float *weight = rowWeights + j * e.channels;
          ptrdiff_t c = 0;
          for (; c + LANES <= e.channels; c += LANES)
            STORE(out + c, MULTIPLY_ADD(LOAD(gradient + c), LOAD(weight + c), LOAD(out + c)));
          for (; c < e.channels; c++) out[c] = MULTIPLY_ADD(gradient[c], weight[c], out[c]);
        }
      }
    }
}

enum { TapGroup = 9 };

/* Adds one output row's part to `taps` taps of one vector of channels; `offsets` lead from the
   pixel under the first tap of the kernel to the one under each. */
INLINE void weightGradientTile(const int taps, const int whole, const EspalierDepthwise *e,
                               const float *input, const float *outputGradient,
                               const ptrdiff_t *offsets, ptrdiff_t count, float *weightGradient) {
  Lanes sums[TapGroup];
  UNROLL for (int t = 0; t < taps; t++) sums[t] = SPLAT(0.0f);
  for (ptrdiff_t x = 0; x < e->outputWidth; x++) {
    Lanes gradient, pixel;
    if (whole) gradient = LOAD(outputGradient + x * e->channels);
    else loadFirst(outputGradient + x * e->channels, count, &gradient);
    const float *from = input + x * e->strideX * e->channels;
    UNROLL for (int t = 0; t < taps; t++) {
      if (whole) pixel = LOAD(from + offsets[t]);
      else loadFirst(from + offsets[t], count, &pixel);
      sums[t] = MULTIPLY_ADD(pixel, gradient, sums[t]);
    }
  }
  UNROLL for (int t = 0; t < taps; t++) {
    float *out = weightGradient + t * e->channels;
    if (whole) {
      STORE(out, LOAD(out) + sums[t]);
    } else {
      Lanes old;
      loadFirst(out, count, &old);
      old += sums[t];
      storeFirst(out, count, &old);
    }
  }
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
