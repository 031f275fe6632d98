/* The path that runs everywhere: SSE2 on x86-64, whatever the compiler finds elsewhere. */
#define ESPALIER_PATH EspalierPathPortable
#define ESPALIER_PATH_NAME "portable"
#if defined(__aarch64__)
#define LANES 8 /* pairs of registers: there are 32 */
#define HAS_FMA 1
#else
#define LANES 4
#define HAS_FMA 0
#endif
#define MANY_REGISTERS 0
#include "path-kernels.h"
