/* The path for x86-64 with AVX-512: vectors twice as wide, tiles as high as 32 registers allow. A
   product is the same chain of multiply-adds as with AVX2, so its bits are the same too. */
#if defined(__x86_64__)
#include <immintrin.h>

#define ESPALIER_PATH EspalierPathAVX512
#define ESPALIER_PATH_NAME "avx512"
#define LANES 16
#define HAS_FMA 1
#define HAS_MASKS 1
#define MANY_REGISTERS 1
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), \
                             apply_to = function)
#include "path-kernels.h"
#pragma clang attribute pop
#endif
