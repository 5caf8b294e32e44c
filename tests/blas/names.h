/* The standard names, declared as a program that is linked with any BLAS would see them. */
#ifndef TESTS_BLAS_NAMES_H
#define TESTS_BLAS_NAMES_H

enum { ROW_MAJOR = 101, COL_MAJOR = 102, NO_TRANS = 111, TRANS = 112, CONJ_TRANS = 113 };

#define NAMES(REAL, P)                                                                                       \
    void cblas_##P##gemm(int, int, int, int, int, int, REAL, const REAL *, int, const REAL *, int, REAL,     \
                         REAL *, int);                                                                       \
    void cblas_##P##gemv(int, int, int, int, REAL, const REAL *, int, const REAL *, int, REAL, REAL *, int); \
    void P##gemm_(const char *, const char *, const int *, const int *, const int *, const REAL *,           \
                  const REAL *, const int *, const REAL *, const int *, const REAL *, REAL *, const int *);  \
    void P##gemv_(const char *, const int *, const int *, const REAL *, const REAL *, const int *,           \
                  const REAL *, const int *, const REAL *, REAL *, const int *);
NAMES(float, s)
NAMES(double, d)

#endif
