#include "espalier-kernels.h"
const char *espalier_cpu_path(void) { return "portable"; }
