/* The packed product. A tile of rows × vectors of outputs stays in registers while k runs; every
   element is one chain of multiply-adds in the order of k, whichever tile it falls in, so a row's
   result does not depend on the other rows of the call. */

typedef struct {
  const float *base;
  const ptrdiff_t *rowOffsets;
  EspalierRuns runs;
  ptrdiff_t leftStep; /* from k to k in a run of the left matrix */
  const float *packed;
  ptrdiff_t k, outputs;
  EspalierEpilogue epilogue;
  int isPlain; /* the epilogue only stores */
} Product;

typedef void ProductTile(const Product *product, ptrdiff_t row, ptrdiff_t vector);

enum { PanelVectors = EspalierPanel / LANES, TileRows = 14, TileVectors = 8 };

/* Bias, residual, clamp, grid and store for one vector of outputs of `rows` rows. `lower` is the first
   operand of the comparison so that NaN passes through. */
INLINE void finishColumn(const int rows, const int whole, const EspalierEpilogue *epilogue,
                         ptrdiff_t row, ptrdiff_t output, ptrdiff_t count, Lanes *sums,
                         int distance) {
  Lanes lower = SPLAT(epilogue->lower), upper = SPLAT(epilogue->upper), bias = SPLAT(0.0f), other;
  if (epilogue->bias != NULL) loadLanes(whole, epilogue->bias + output, count, &bias);
  UNROLL for (int r = 0; r < rows; r++) {
    float *out = epilogue->output + (row + r) * epilogue->outputStride + output;
    Lanes value = sums[r * distance];
    if (epilogue->accumulate) {
      loadLanes(whole, out, count, &other);
      value += other;
    }
    value += bias;
    if (epilogue->residual != NULL) {
      const float *residual = epilogue->residual + (row + r) * epilogue->residualStride + output;
      loadLanes(whole, residual, count, &other);
      value += other;
    }
    value = value < lower ? lower : value;
    value = value > upper ? upper : value;
    if (epilogue->grid.step != 0) vectorToGrid(&epilogue->grid, &value);
    if (whole) STORE(out, value);
    else storeFirst(out, count, &value);
  }
}

INLINE void productTile(const int rows, const int vectors, const Product *product, ptrdiff_t row,
                        ptrdiff_t vector) {
  Lanes sums[TileRows][TileVectors];
  const float *b[TileVectors];
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) sums[r][v] = SPLAT(0.0f);
  UNROLL for (int v = 0; v < vectors; v++) {
    ptrdiff_t panel = (vector + v) / PanelVectors, lane = (vector + v) % PanelVectors * LANES;
    b[v] = product->packed + panel * product->k * EspalierPanel + lane;
  }
  for (ptrdiff_t s = 0; s < product->runs.count; s++) {
    const float *start = product->base + product->runs.offsets[s];
    const float *a[TileRows];
    ptrdiff_t length = product->runs.lengths[s];
    const ptrdiff_t step = product->leftStep;
    UNROLL for (int r = 0; r < rows; r++) a[r] = start + product->rowOffsets[row + r];
    for (ptrdiff_t k = 0; k < length; k++) {
      Lanes right[TileVectors];
      UNROLL for (int v = 0; v < vectors; v++) right[v] = LOAD(b[v] + k * EspalierPanel);
      UNROLL for (int r = 0; r < rows; r++) {
        Lanes left = SPLAT(a[r][k * step]);
        UNROLL for (int v = 0; v < vectors; v++)
          sums[r][v] = MULTIPLY_ADD(left, right[v], sums[r][v]);
      }
    }
    UNROLL for (int v = 0; v < vectors; v++) b[v] += length * EspalierPanel;
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    ptrdiff_t output = (vector + v) * LANES, count = product->outputs - output;
    if (count >= LANES && product->isPlain)
      UNROLL for (int r = 0; r < rows; r++)
        STORE(product->epilogue.output + (row + r) * product->epilogue.outputStride + output,
              sums[r][v]);
    else if (count >= LANES)
      finishColumn(rows, 1, &product->epilogue, row, output, LANES, &sums[0][v], TileVectors);
    else
      finishColumn(rows, 0, &product->epilogue, row, output, count, &sums[0][v], TileVectors);
  }
}

/* The tiles that tileHeight and tileWidth ask for, as rows and vectors of outputs. */
#define FEW_ROWS_TILES(TILE)                                                               \
  TILE(1, 1) TILE(1, 2) TILE(1, 3) TILE(2, 1) TILE(2, 2) TILE(2, 3) TILE(3, 1) TILE(3, 2) TILE(3, 3)
#define MORE_ROWS_TILES(TILE)                                                              \
  TILE(4, 1) TILE(4, 2) TILE(5, 1) TILE(5, 2) TILE(6, 1) TILE(6, 2) TILE(7, 1) TILE(8, 1)
#if MANY_REGISTERS
#define TALL_TILES(TILE)                                                                   \
  TILE(4, 3) TILE(5, 3) TILE(6, 3) TILE(7, 2) TILE(7, 3) TILE(8, 2) TILE(8, 3)             \
  TILE(9, 1) TILE(10, 1) TILE(11, 1) TILE(12, 1) TILE(13, 1) TILE(14, 1)
#else
#define TALL_TILES(TILE)
#endif
/* Four vectors, where they are a panel. */
#if defined(QUARTETS)
#define QUARTET_TILES(TILE)                                                                \
  TILE(1, 4) TILE(2, 4) TILE(3, 4) TILE(4, 4) TILE(5, 4) TILE(6, 4)
#define MORE_WIDE_TILES(TILE)
#else
#define QUARTET_TILES(TILE)
#define MORE_WIDE_TILES(TILE) TILE(1, 4) TILE(2, 4)
#endif
#define ALL_TILES(TILE)                                                                    \
  FEW_ROWS_TILES(TILE) MORE_ROWS_TILES(TILE) TALL_TILES(TILE) QUARTET_TILES(TILE)
/* For products of few rows alone. */
#define WIDE_TILES(TILE) TILE(1, 8) MORE_WIDE_TILES(TILE)

#define PRODUCT_TILE(rows, vectors)                                                        \
  static void productTile##rows##x##vectors(const Product *product, ptrdiff_t row,         \
                                            ptrdiff_t vector) {                            \
    productTile(rows, vectors, product, row, vector);                                      \
  }
ALL_TILES(PRODUCT_TILE) WIDE_TILES(PRODUCT_TILE)

#define PRODUCT_ENTRY(rows, vectors) [rows][vectors] = productTile##rows##x##vectors,
static ProductTile *const productTiles[TileRows + 1][TileVectors + 1] = {
    ALL_TILES(PRODUCT_ENTRY) WIDE_TILES(PRODUCT_ENTRY)};

/* The height of the next tile when `left` rows are to be covered at a width of 1 to 4 vectors:
   full tiles, then the remainder in two tiles that are as alike as possible, for the low ones wait
   on their own chains. */
INLINE ptrdiff_t tileHeight(ptrdiff_t left, ptrdiff_t vectors) {
#if MANY_REGISTERS
  static const unsigned char full[] = {0, 14, 8, 8, 6};
#else
  static const unsigned char full[] = {0, 8, 6, 3};
#endif
  ptrdiff_t height = full[vectors];
  if (left <= height) return left;
  return left < 2 * height ? (left + 1) / 2 : height;
}

/* The width of the next tile when `left` vectors of outputs are to be covered: pairs, and one
   triple where the number is odd; or quartets, and one or two that are smaller. */
INLINE ptrdiff_t tileWidth(ptrdiff_t left) {
#if defined(QUARTETS)
  return left == 5 ? 3 : smaller(left, 4);
#else
  return left == 3 ? 3 : left == 1 ? 1 : 2;
#endif
}

/* Fewer than four rows: wide tiles make up for the missing rows. */
static void productOfFewRows(const Product *product, ptrdiff_t row, ptrdiff_t rows,
                             ptrdiff_t vectors) {
  for (ptrdiff_t vector = 0, width; vector < vectors; vector += width) {
    ptrdiff_t left = vectors - vector;
    width = rows == 1 && left >= 8 ? 8 : smaller(left, rows == 3 ? 3 : 4);
    productTiles[rows][width](product, row, vector);
  }
}

/* Rows per block: its part of A (at most rows · K floats) should stay in the second-level cache
   while the panels pass. */
INLINE ptrdiff_t productBlock(ptrdiff_t k) {
  ptrdiff_t rows = 128 * 1024 / (ptrdiff_t)sizeof(float) / (k > 0 ? k : 1);
  ptrdiff_t step = MANY_REGISTERS ? 16 : 12; /* whole tiles of two vectors */
  return rows < step ? step : rows - rows % step;
}

static void runProduct(Product product, ptrdiff_t rows) {
  const EspalierEpilogue *e = &product.epilogue;
  product.isPlain = e->bias == NULL && e->residual == NULL && !e->accumulate &&
                    e->lower == -__builtin_inff() && e->upper == __builtin_inff() &&
                    e->grid.step == 0;
  ptrdiff_t vectors = (product.outputs + LANES - 1) / LANES, block = productBlock(product.k);
  for (ptrdiff_t first = 0; first < rows; first += block) {
    ptrdiff_t end = smaller(rows, first + block);
    if (end - first < 4) {
      productOfFewRows(&product, first, end - first, vectors);
      continue;
    }
    for (ptrdiff_t vector = 0, width; vector < vectors; vector += width) {
      width = tileWidth(vectors - vector);
      for (ptrdiff_t row = first, height; row < end; row += height) {
        height = tileHeight(end - row, width);
        productTiles[height][width](&product, row, vector);
      }
    }
  }
}

static void matmulPacked(const float *base, const ptrdiff_t *rowOffsets, ptrdiff_t rows,
                         EspalierRuns runs, const float *packed, ptrdiff_t outputs,
                         EspalierEpilogue epilogue) {
  ptrdiff_t k = 0;
  for (ptrdiff_t s = 0; s < runs.count; s++) k += runs.lengths[s];
  runProduct((Product){base, rowOffsets, runs, 1, packed, k, outputs, epilogue, 0}, rows);
}

/* Rows whose offsets stand on the stack at a time: whole blocks of the kernels above and below. */
enum { DenseRows = 256 };

static void matmulDense(const float *a, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t k,
                        const float *packed, ptrdiff_t outputs, EspalierEpilogue epilogue) {
  ptrdiff_t offsets[DenseRows], start = 0;
  for (ptrdiff_t row = 0; row < smaller(rows, DenseRows); row++) offsets[row] = row * stride;
  for (ptrdiff_t first = 0; first < rows; first += DenseRows) {
    EspalierEpilogue moved = epilogue;
    moved.output += first * epilogue.outputStride;
    if (moved.residual != NULL) moved.residual += first * epilogue.residualStride;
    matmulPacked(a + first * stride, offsets, smaller(DenseRows, rows - first),
                 (EspalierRuns){&start, &k, 1}, packed, outputs, moved);
  }
}

/* One panel of a matrix whose columns are contiguous, square by square. */
static void packTurned(const float *matrix, ptrdiff_t columnStride, ptrdiff_t k, ptrdiff_t count,
                       float *packed) {
  for (ptrdiff_t group = 0; group < EspalierPanel; group += LANES)
    for (ptrdiff_t row = 0; row < k; row += LANES) {
      Lanes square[LANES];
      ptrdiff_t left = smaller(k - row, LANES), columns = smaller(count - group, LANES);
      const float *from = matrix + group * columnStride + row;
      float *to = packed + row * EspalierPanel + group;
      if (left == LANES && columns == LANES) {
        UNROLL for (int o = 0; o < LANES; o++) square[o] = LOAD(from + o * columnStride);
        turnSquare(square);
        UNROLL for (int r = 0; r < LANES; r++) STORE(to + r * EspalierPanel, square[r]);
        continue;
      }
      for (int o = 0; o < LANES; o++)
        if (o < columns) loadFirst(from + o * columnStride, left, &square[o]);
        else square[o] = SPLAT(0.0f);
      turnSquare(square);
      for (ptrdiff_t r = 0; r < left; r++) STORE(to + r * EspalierPanel, square[r]);
    }
}

static void packPanels(const float *matrix, ptrdiff_t rowStride, ptrdiff_t columnStride,
                       ptrdiff_t k, ptrdiff_t outputs, float *packed) {
  for (ptrdiff_t first = 0; first < outputs; first += EspalierPanel) {
    ptrdiff_t count = smaller(EspalierPanel, outputs - first);
    if (rowStride == 1) { /* a transpose: read along the lines */
      packTurned(matrix + first * columnStride, columnStride, k, count, packed);
      packed += k * EspalierPanel;
      continue;
    }
    for (ptrdiff_t row = 0; row < k; row++, packed += EspalierPanel) {
      const float *from = matrix + row * rowStride + first * columnStride;
      for (ptrdiff_t o = 0; o < count; o++) packed[o] = from[o * columnStride];
      for (ptrdiff_t o = count; o < EspalierPanel; o++) packed[o] = 0;
    }
  }
}
