/* The path for aarch64: NEON's vectors of 4 floats, and tiles of up to four of them, a whole panel,
   because there are 32 registers. */
#if defined(__aarch64__)
#define ESPALIER_PATH EspalierPathNEON
#define ESPALIER_PATH_NAME "neon"
#define LANES 4
#define HAS_FMA 1
#define MANY_REGISTERS 1
#define QUARTETS 1
#include "path-kernels.h"
#endif
