/* The few symbols of libopenblas that Tensors calls, declared here so that no header of a
   distribution (whose folder differs from one to the next) has to be found.

   BLAS through the C interface; LAPACK through the Fortran symbols libopenblas already holds:
   every argument by address, and after them the hidden length of each character argument. */
#ifndef ESPALIER_OPENBLAS_SYMBOLS_H
#define ESPALIER_OPENBLAS_SYMBOLS_H

#include <stddef.h>

enum { OpenBLASRowMajor = 101, OpenBLASColumnMajor = 102 };
enum { OpenBLASNoTranspose = 111, OpenBLASTranspose = 112 };
enum { OpenBLASUpper = 121, OpenBLASLower = 122 };

void openblas_set_num_threads(int count);
/* The processor whose kernels are in use, such as "SkylakeX". */
char *openblas_get_corename(void);

/* C = alpha op(A) op(B) + beta C */
void cblas_sgemm(int order, int transposeA, int transposeB, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);
void cblas_dgemm(int order, int transposeA, int transposeB, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta, double *c,
                 int ldc);
/* C = alpha A Aᵀ + beta C, one triangle */
void cblas_ssyrk(int order, int triangle, int transpose, int n, int k, float alpha, const float *a,
                 int lda, float beta, float *c, int ldc);

/* Cholesky factor of a symmetric positive definite matrix, in place. */
void dpotrf_(const char *triangle, const int *n, double *a, const int *lda, int *info,
             size_t triangleLength);
/* Solve with the factor. */
void dpotrs_(const char *triangle, const int *n, const int *columns, const double *a,
             const int *lda, double *b, const int *ldb, int *info, size_t triangleLength);
/* Inverse from the factor. */
void dpotri_(const char *triangle, const int *n, double *a, const int *lda, int *info,
             size_t triangleLength);

#endif
