/* The dense product with its sides exchanged: the few rows are packed, and the many weights are read
   once where they lie. Every element is the same chain of multiply-adds in the order of k, so its bits
   are those of matmulDense. */

/* LANES outputs of LANES rows from the sums, [output][row]; `outputs` and `rows` are how many of them
   there are. */
INLINE void finishSquare(const int whole, const EspalierEpilogue *epilogue, const float *sums,
                         ptrdiff_t sumStride, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t output,
                         ptrdiff_t outputs) {
  Lanes square[LANES];
  const float *from = sums + output * sumStride + row;
  UNROLL for (int o = 0; o < LANES; o++)
    if (whole || o < outputs) square[o] = LOAD(from + o * sumStride);
    else square[o] = SPLAT(0.0f);
  turnSquare(square);
  if (whole) finishColumn(LANES, 1, epilogue, row, output, LANES, square, 1);
  else
    for (ptrdiff_t r = 0; r < rows; r++)
      finishColumn(1, outputs == LANES, epilogue, row + r, output, outputs, &square[r], 1);
}

static void matmulSwapped(const float *a, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t k,
                          const float *b, ptrdiff_t bStride, ptrdiff_t bStep, ptrdiff_t outputs,
                          float *memory, EspalierEpilogue epilogue) {
  ptrdiff_t width = (rows + EspalierPanel - 1) / EspalierPanel * EspalierPanel;
  ptrdiff_t offsets[DenseRows], start = 0;
  float *sums = memory + width * k;
  packPanels(a, 1, stride, k, rows, memory);
  for (ptrdiff_t o = 0; o < smaller(outputs, DenseRows); o++) offsets[o] = o * bStride;
  for (ptrdiff_t first = 0; first < outputs; first += DenseRows) {
    EspalierEpilogue store = {.output = sums + first * width, .outputStride = width,
                              .lower = -__builtin_inff(), .upper = __builtin_inff()};
    Product product = {b + first * bStride, offsets, {&start, &k, 1}, bStep, memory, k, width,
                       store, 0};
    runProduct(product, smaller(DenseRows, outputs - first));
  }
  for (ptrdiff_t row = 0; row < rows; row += LANES)
    for (ptrdiff_t output = 0; output < outputs; output += LANES) {
      ptrdiff_t height = smaller(rows - row, LANES), count = smaller(outputs - output, LANES);
      if (height == LANES && count == LANES)
        finishSquare(1, &epilogue, sums, width, row, LANES, output, LANES);
      else finishSquare(0, &epilogue, sums, width, row, height, output, count);
    }
}
