/* The gradient of the packed product with respect to B. A tile of neighbouring k × vectors of
   outputs stays in registers while a block of rows passes. The block's part of D is copied first,
   vector by vector and padded with zeros: its stride is then short and its tails are gone. */

enum { BlockRows = 64, BlockVectors = 64 / LANES };

typedef struct {
  const float *base;
  const ptrdiff_t *rowOffsets;
  ptrdiff_t rows;
  const float *d; /* [vector][BlockRows][LANES] */
  float *gradient;
  ptrdiff_t gradientStride;
  ptrdiff_t outputs; /* from the first of the block on */
  int writes;        /* whatever stands in the gradient */
} GradientBlock;

typedef void GradientTile(const GradientBlock *block, ptrdiff_t offset, ptrdiff_t k,
                          ptrdiff_t vector);

INLINE void gradientTile(const int height, const int vectors, const GradientBlock *block,
                         ptrdiff_t offset, ptrdiff_t k, ptrdiff_t vector) {
  Lanes sums[TileRows][TileVectors];
  UNROLL for (int r = 0; r < height; r++)
    UNROLL for (int v = 0; v < vectors; v++) sums[r][v] = SPLAT(0.0f);
  const float *d = block->d + vector * BlockRows * LANES;
  const float *start = block->base + offset;
  for (ptrdiff_t p = 0; p < block->rows; p++) {
    const float *a = start + block->rowOffsets[p];
    /* The next tiles' line, which no stride foretells where rows are long. The narrow tile has no
       load to spare. */
    if (vectors > 1) __builtin_prefetch(a + 16);
    Lanes right[TileVectors];
    UNROLL for (int v = 0; v < vectors; v++) right[v] = LOAD(d + (v * BlockRows + p) * LANES);
    UNROLL for (int r = 0; r < height; r++) {
      Lanes left = SPLAT(a[r]);
      UNROLL for (int v = 0; v < vectors; v++)
        sums[r][v] = MULTIPLY_ADD(left, right[v], sums[r][v]);
    }
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    ptrdiff_t output = (vector + v) * LANES, count = block->outputs - output;
    UNROLL for (int r = 0; r < height; r++) {
      float *out = block->gradient + (k + r) * block->gradientStride + output;
      if (count >= LANES && block->writes) STORE(out, sums[r][v]);
      else if (count >= LANES) addLanes(1, out, LANES, &sums[r][v]);
      else if (block->writes) storeFirst(out, count, &sums[r][v]);
      else addLanes(0, out, count, &sums[r][v]);
    }
  }
}

#define GRADIENT_TILE(height, vectors)                                                     \
  static void gradientTile##height##x##vectors(const GradientBlock *block, ptrdiff_t offset, \
                                               ptrdiff_t k, ptrdiff_t vector) {            \
    gradientTile(height, vectors, block, offset, k, vector);                               \
  }
ALL_TILES(GRADIENT_TILE)

#define GRADIENT_ENTRY(height, vectors) [height][vectors] = gradientTile##height##x##vectors,
static GradientTile *const gradientTiles[TileRows + 1][5] = {ALL_TILES(GRADIENT_ENTRY)};

static void copyBlock(const float *d, ptrdiff_t dStride, ptrdiff_t rows, ptrdiff_t outputs,
                      float *block) {
  for (ptrdiff_t first = 0; first < outputs; first += LANES, block += BlockRows * LANES) {
    ptrdiff_t count = outputs - first;
    for (ptrdiff_t p = 0; p < rows; p++) {
      Lanes lanes;
      if (count >= LANES) lanes = LOAD(d + p * dStride + first);
      else loadFirst(d + p * dStride + first, count, &lanes);
      STORE(block + p * LANES, lanes);
    }
  }
}

static void gradientOfBlock(const GradientBlock *block, EspalierRuns runs, ptrdiff_t vectors) {
  for (ptrdiff_t vector = 0, width; vector < vectors; vector += width) {
    width = tileWidth(vectors - vector);
    for (ptrdiff_t s = 0, first = 0; s < runs.count; first += runs.lengths[s], s++) {
      ptrdiff_t length = runs.lengths[s];
      for (ptrdiff_t k = 0, height; k < length; k += height) {
        height = tileHeight(length - k, width);
        gradientTiles[height][width](block, runs.offsets[s] + k, first + k, vector);
      }
    }
  }
}

static void matmulTransposed(const float *base, const ptrdiff_t *rowOffsets, ptrdiff_t rows,
                             EspalierRuns runs, const float *d, ptrdiff_t dStride,
                             ptrdiff_t outputs, float *gradient, ptrdiff_t gradientStride,
                             int accumulates) {
  float copy[BlockVectors * BlockRows * LANES] __attribute__((aligned(64)));
  for (ptrdiff_t output = 0; output < outputs; output += BlockVectors * LANES) {
    ptrdiff_t count = smaller(outputs - output, BlockVectors * LANES);
    for (ptrdiff_t row = 0; row < rows; row += BlockRows) {
      GradientBlock block = {base,     rowOffsets + row,  smaller(rows - row, BlockRows), copy,
                             gradient + output, gradientStride, count,
                             !accumulates && row == 0};
      copyBlock(d + row * dStride + output, dStride, block.rows, count, copy);
      gradientOfBlock(&block, runs, (count + LANES - 1) / LANES);
    }
  }
}

static void matmulTransposedDense(const float *a, ptrdiff_t aStride, ptrdiff_t rows, ptrdiff_t k,
                                  const float *d, ptrdiff_t dStride, ptrdiff_t outputs,
                                  float *gradient, ptrdiff_t gradientStride, int accumulates) {
  ptrdiff_t offsets[DenseRows], start = 0;
  for (ptrdiff_t row = 0; row < smaller(rows, DenseRows); row++) offsets[row] = row * aStride;
  for (ptrdiff_t first = 0; first < rows; first += DenseRows)
    matmulTransposed(a + first * aStride, offsets, smaller(DenseRows, rows - first),
                     (EspalierRuns){&start, &k, 1}, d + first * dStride, dStride, outputs, gradient,
                     gradientStride, accumulates || first > 0);
}
