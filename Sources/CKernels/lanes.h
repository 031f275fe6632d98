/* LANES floats at a time, in the compiler's own vectors: the same source becomes AVX-512, AVX2,
   SSE2 or NEON. Vectors never cross a function's border by value, whose convention differs with AVX. */

typedef float Lanes __attribute__((ext_vector_type(LANES), may_alias));
typedef float UnalignedLanes __attribute__((ext_vector_type(LANES), may_alias, aligned(4)));
typedef double DoubleLanes __attribute__((ext_vector_type(LANES), may_alias));
typedef double UnalignedDoubleLanes __attribute__((ext_vector_type(LANES), may_alias, aligned(8)));

#define LOAD(pointer) (*(const UnalignedLanes *)(pointer))
#define STORE(pointer, value) (*(UnalignedLanes *)(pointer) = (value))
#define SPLAT(value) ((Lanes)(value))
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

/* One rounding where the processor has it, two otherwise: never left to the optimiser, so that a
   value does not depend on the tile it was computed in. */
#if HAS_FMA
#define MULTIPLY_ADD(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

INLINE ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

/* The first `count` lanes from memory, zeros after them; nothing else is read. */
INLINE void loadFirst(const float *from, ptrdiff_t count, Lanes *to) {
#if defined(HAS_MASKS)
  *to = (Lanes)_mm512_maskz_loadu_ps((__mmask16)((1u << smaller(count, LANES)) - 1), from);
#elif defined(HAS_MASKED_LOAD)
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane);
  *to = (Lanes)_mm256_maskload_ps(from, mask);
#else
  float lanes[LANES] = {0};
  for (ptrdiff_t i = 0; i < LANES && i < count; i++) lanes[i] = from[i];
  *to = LOAD(lanes);
#endif
}

/* The first `count` lanes, fewer than all, to memory; nothing else is written. Pieces of four, two
   and one are faster than AVX2's masked store on the processors this was measured on. */
INLINE void storeFirst(float *to, ptrdiff_t count, const Lanes *from) {
#if defined(HAS_MASKS)
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)*from);
#else
  float lanes[LANES];
  STORE(lanes, *from);
  ptrdiff_t done = 0;
  if (LANES > 4 && (count & 4)) {
    __builtin_memcpy(to, lanes, 4 * sizeof(float));
    done = 4;
  }
  if (count & 2) {
    __builtin_memcpy(to + done, lanes + done, 2 * sizeof(float));
    done += 2;
  }
  if (count & 1) to[done] = lanes[done];
#endif
}

/* A whole vector, or its first `count` lanes and zeros. `whole` is known to the compiler. */
INLINE void loadLanes(const int whole, const float *from, ptrdiff_t count, Lanes *to) {
  if (whole) *to = LOAD(from);
  else loadFirst(from, count, to);
}

/* `out += value`, whole or its first `count` lanes. */
INLINE void addLanes(const int whole, float *out, ptrdiff_t count, const Lanes *value) {
  Lanes old;
  if (whole) {
    STORE(out, LOAD(out) + *value);
  } else {
    loadFirst(out, count, &old);
    old += *value;
    storeFirst(out, count, &old);
  }
}

/* LANES vectors as the rows of a square, turned over its diagonal: as often as LANES halves, each
   vector is interleaved with the one half of the square further on. */
#if LANES == 16
#define INTERLEAVE_LOW(a, b)                                                               \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b)                                                              \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif LANES == 8
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

INLINE void turnSquare(Lanes *rows) {
  UNROLL for (int side = 1; side < LANES; side *= 2) {
    Lanes next[LANES];
    UNROLL for (int i = 0; i < LANES / 2; i++) {
      next[2 * i] = INTERLEAVE_LOW(rows[i], rows[i + LANES / 2]);
      next[2 * i + 1] = INTERLEAVE_HIGH(rows[i], rows[i + LANES / 2]);
    }
    UNROLL for (int i = 0; i < LANES; i++) rows[i] = next[i];
  }
}
