/* The path for x86-64 with AVX2 and FMA. The target is an attribute of each function, so that no
   compiler flag is needed and the rest of the program still runs on older processors. */
#if defined(__x86_64__)
#include <immintrin.h>

#define ESPALIER_PATH EspalierPathAVX2
#define ESPALIER_PATH_NAME "avx2"
#define LANES 8
#define HAS_FMA 1
#define MANY_REGISTERS 0
#define HAS_MASKED_LOAD 1
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "path-kernels.h"
#pragma clang attribute pop
#endif
