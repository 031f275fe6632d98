/* Depthwise convolution, forward: several output pixels × vectors of channels in registers. */

typedef struct {
  const float *weights, *bias;
  EspalierDepthwise extents;
  float lower, upper;
} Depthwise;

/* Pixels in a row share each load of the weights. `input` and `output` stand at the first pixel's
   first channel. */
INLINE void depthwiseTile(const int pixels, const int vectors, const Depthwise *work,
                          const float *input, ptrdiff_t channel, float *output) {
  const EspalierDepthwise *e = &work->extents;
  ptrdiff_t step = e->strideX * e->channels;
  Lanes sums[4][2];
  UNROLL for (int v = 0; v < vectors; v++) {
    Lanes bias = SPLAT(0.0f);
    if (work->bias != NULL) bias = LOAD(work->bias + channel + v * LANES);
    UNROLL for (int x = 0; x < pixels; x++) sums[x][v] = bias;
  }
  const float *weights = work->weights + channel;
  for (ptrdiff_t i = 0; i < e->kernelHeight; i++) {
    const float *pixel = input + i * e->dilationY * e->paddedWidth * e->channels + channel;
    for (ptrdiff_t j = 0; j < e->kernelWidth; j++) {
      UNROLL for (int v = 0; v < vectors; v++) {
        Lanes weight = LOAD(weights + v * LANES);
        UNROLL for (int x = 0; x < pixels; x++)
          sums[x][v] = MULTIPLY_ADD(LOAD(pixel + x * step + v * LANES), weight, sums[x][v]);
      }
      weights += e->channels;
      pixel += e->dilationX * e->channels;
    }
  }
  Lanes lower = SPLAT(work->lower), upper = SPLAT(work->upper);
  UNROLL for (int x = 0; x < pixels; x++)
    UNROLL for (int v = 0; v < vectors; v++) {
      Lanes value = sums[x][v];
      value = value < lower ? lower : value;
      value = value > upper ? upper : value;
      STORE(output + x * e->channels + channel + v * LANES, value);
    }
}

/* All channels of `pixels` pixels. The last vector overlaps the one before it: the lanes computed
   twice get the same bits twice. */
INLINE void depthwisePixels(const int pixels, const Depthwise *work, const float *input,
                            float *output) {
  ptrdiff_t channels = work->extents.channels, channel = 0;
  for (; channel + 2 * LANES <= channels; channel += 2 * LANES)
    depthwiseTile(pixels, 2, work, input, channel, output);
  for (; channel + LANES <= channels; channel += LANES)
    depthwiseTile(pixels, 1, work, input, channel, output);
  if (channel < channels) depthwiseTile(pixels, 1, work, input, channels - LANES, output);
}

/* Fewer channels than lanes: one by one, with the multiply-add of the vector path. */
static void depthwiseFewChannels(const Depthwise *work, const float *input, float *output) {
  const EspalierDepthwise *e = &work->extents;
  for (ptrdiff_t c = 0; c < e->channels; c++) {
    float sum = work->bias != NULL ? work->bias[c] : 0;
    const float *weights = work->weights + c;
    for (ptrdiff_t i = 0; i < e->kernelHeight; i++)
      for (ptrdiff_t j = 0; j < e->kernelWidth; j++, weights += e->channels) {
        ptrdiff_t pixel = i * e->dilationY * e->paddedWidth + j * e->dilationX;
        sum = MULTIPLY_ADD(input[pixel * e->channels + c], *weights, sum);
      }
    sum = sum < work->lower ? work->lower : sum;
    output[c] = sum > work->upper ? work->upper : sum;
  }
}

static void depthwise(const float *input, const float *weights, EspalierDepthwise extents,
                      const float *bias, float lower, float upper, float *output) {
  Depthwise work = {weights, bias, extents, lower, upper};
  ptrdiff_t channels = extents.channels, width = extents.outputWidth;
  for (ptrdiff_t y = 0; y < extents.outputHeight; y++) {
    const float *row = input + y * extents.strideY * extents.paddedWidth * channels;
    for (ptrdiff_t x = 0, pixels; x < width; x += pixels) {
      const float *from = row + x * extents.strideX * channels;
      float *to = output + (y * width + x) * channels;
      pixels = 1;
      if (channels < LANES) {
        depthwiseFewChannels(&work, from, to);
      } else if (x + 4 <= width) {
        pixels = 4;
        depthwisePixels(4, &work, from, to);
      } else {
        depthwisePixels(1, &work, from, to);
      }
    }
  }
}
