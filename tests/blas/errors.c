/*
 * Every invalid argument of the standard names, alone and before a later one: the handler that the program
 * brings must hear of the place and the name that the standard prescribes, and C must stay as it was.
 */
#include "names.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void xerbla_(const char *routine, const int *argument, size_t length);
void cblas_xerbla(int argument, const char *routine, const char *form, ...);

static int heard, failures, checks;
static char heard_name[32];

void xerbla_(const char *routine, const int *argument, size_t length)
{
    heard = *argument;
    snprintf(heard_name, sizeof heard_name, "%.*s", (int)length, routine);
}

void cblas_xerbla(int argument, const char *routine, const char *form, ...)
{
    (void)form;
    heard = argument;
    snprintf(heard_name, sizeof heard_name, "%s", routine);
}

static void expect(int line, int argument, const char *name, double touched)
{
    checks++;
    if (heard != argument || strcmp(heard_name, name) != 0 || touched != 3) {
        failures++;
        printf("line %d: heard %d of '%s', expected %d of '%s'; C is %g\n", line, heard, heard_name, argument,
               name, touched);
    }
    heard = 0;
    heard_name[0] = '\0';
}

#define GEMM(P, REAL, argument, ...)                                                                         \
    do {                                                                                                     \
        REAL x[64] = {0}, c[64] = {3};                                                                       \
        REAL *X = x, *C = c;                                                                                 \
        cblas_##P##gemm(__VA_ARGS__);                                                                        \
        expect(__LINE__, argument, "cblas_" #P "gemm", c[0]);                                                \
    } while (0)
#define GEMV(P, REAL, argument, ...)                                                                         \
    do {                                                                                                     \
        REAL x[64] = {0}, c[64] = {3};                                                                       \
        REAL *X = x, *C = c;                                                                                 \
        cblas_##P##gemv(__VA_ARGS__);                                                                        \
        expect(__LINE__, argument, "cblas_" #P "gemv", c[0]);                                                \
    } while (0)

#define CBLAS_CASES(P, REAL)                                                                                 \
    static void cblas_cases_##P(void)                                                                        \
    {                                                                                                        \
        enum { N = NO_TRANS, T = TRANS, ROW = ROW_MAJOR, COL = COL_MAJOR };                                  \
        GEMM(P, REAL, 1, 0, N, N, 2, 2, 2, 1, X, 2, X, 2, 0, C, 2);                                          \
        GEMM(P, REAL, 1, 103, 0, N, -1, 2, 2, 1, X, 2, X, 2, 0, C, 2);                                       \
        for (int order = ROW; order <= COL; order++) {                                                       \
            GEMM(P, REAL, 2, order, 0, N, -1, 2, 2, 1, X, 2, X, 2, 0, C, 2);                                 \
            GEMM(P, REAL, 2, order, 114, 0, 2, 2, 2, 1, X, 2, X, 2, 0, C, 2);                                \
            GEMM(P, REAL, 3, order, N, 110, -1, 2, 2, 1, X, 2, X, 2, 0, C, 2);                               \
            GEMM(P, REAL, 4, order, N, N, -1, 2, 2, 1, X, 2, X, 2, 0, C, 2);                                 \
            GEMM(P, REAL, 5, order, N, T, 2, -1, 2, 1, X, 2, X, 2, 0, C, 2);                                 \
            GEMM(P, REAL, 6, order, T, N, 2, 2, -1, 1, X, 1, X, 1, 0, C, 1);                                 \
            GEMM(P, REAL, 9, order, N, N, 3, 3, 3, 1, X, 2, X, 3, 0, C, 2);                                  \
            GEMM(P, REAL, 9, order, N, N, 0, 0, 0, 1, X, 0, X, 1, 0, C, 1);                                  \
            GEMM(P, REAL, 11, order, N, N, 3, 3, 3, 1, X, 3, X, 2, 0, C, 2);                                 \
            GEMM(P, REAL, 14, order, T, T, 3, 3, 3, 1, X, 3, X, 3, 0, C, 2);                                 \
            GEMV(P, REAL, 2, order, 0, -1, 2, 1, X, 2, X, 1, 0, C, 1);                                       \
            GEMV(P, REAL, 3, order, N, -1, 2, 1, X, 2, X, 1, 0, C, 1);                                       \
            GEMV(P, REAL, 4, order, T, 2, -1, 1, X, 2, X, 1, 0, C, 1);                                       \
            GEMV(P, REAL, 7, order, N, 3, 3, 1, X, 2, X, 0, 0, C, 1);                                        \
            GEMV(P, REAL, 9, order, T, 3, 3, 1, X, 3, X, 0, 0, C, 0);                                        \
            GEMV(P, REAL, 12, order, N, 3, 3, 1, X, 3, X, 1, 0, C, 0);                                       \
        }                                                                                                    \
        GEMV(P, REAL, 1, 100, 0, -1, 2, 1, X, 2, X, 1, 0, C, 1);                                             \
        /* the sides change places before the Fortran routine looks: N before M, B before A */               \
        GEMM(P, REAL, 5, ROW, N, N, -1, -1, 2, 1, X, 2, X, 2, 0, C, 2);                                      \
        GEMM(P, REAL, 4, COL, N, N, -1, -1, 2, 1, X, 2, X, 2, 0, C, 2);                                      \
        GEMM(P, REAL, 11, ROW, N, N, 3, 3, 3, 1, X, 2, X, 2, 0, C, 2);                                       \
        GEMM(P, REAL, 9, COL, N, N, 3, 3, 3, 1, X, 2, X, 2, 0, C, 2);                                        \
        /* leading dimensions by transposition: A is 2 x 5, B 5 x 3 */                                       \
        GEMM(P, REAL, 9, ROW, N, N, 2, 3, 5, 1, X, 4, X, 3, 0, C, 3);                                        \
        GEMM(P, REAL, 9, ROW, T, N, 2, 3, 5, 1, X, 1, X, 3, 0, C, 3);                                        \
        GEMM(P, REAL, 11, ROW, N, T, 2, 3, 5, 1, X, 5, X, 4, 0, C, 3);                                       \
        GEMM(P, REAL, 9, COL, T, N, 2, 3, 5, 1, X, 4, X, 5, 0, C, 2);                                        \
        GEMM(P, REAL, 11, COL, N, T, 2, 3, 5, 1, X, 2, X, 2, 0, C, 2);                                       \
        GEMM(P, REAL, 14, ROW, N, N, 2, 3, 5, 1, X, 5, X, 3, 0, C, 2);                                       \
        GEMV(P, REAL, 7, ROW, N, 2, 5, 1, X, 4, X, 1, 0, C, 1);                                              \
        GEMV(P, REAL, 7, COL, T, 5, 2, 1, X, 4, X, 1, 0, C, 1);                                              \
        GEMV(P, REAL, 4, ROW, N, -1, -1, 1, X, 2, X, 1, 0, C, 1);                                            \
    }
CBLAS_CASES(s, float)
CBLAS_CASES(d, double)

#define FORTRAN_CASES(P, REAL, GEMM_NAME, GEMV_NAME)                                                         \
    static void gemm_case_##P(int line, int argument, const char *t, const int *v)                           \
    {                                                                                                        \
        REAL x[64] = {0}, c[64] = {3}, one = 1, zero = 0;                                                    \
        P##gemm_(t, t + 1, v, v + 1, v + 2, &one, x, v + 3, x, v + 4, &zero, c, v + 5);                      \
        expect(line, argument, GEMM_NAME, c[0]);                                                             \
    }                                                                                                        \
    static void gemv_case_##P(int line, int argument, const char *t, const int *v)                           \
    {                                                                                                        \
        REAL x[64] = {0}, c[64] = {3}, one = 1, zero = 0;                                                    \
        P##gemv_(t, v, v + 1, &one, x, v + 2, x, v + 3, &zero, c, v + 4);                                    \
        expect(line, argument, GEMV_NAME, c[0]);                                                             \
    }
FORTRAN_CASES(s, float, "SGEMM ", "SGEMV ")
FORTRAN_CASES(d, double, "DGEMM ", "DGEMV ")

typedef struct fortran_case {
    int argument;
    const char *letters;
    int values[6];
} fortran_case;

static const fortran_case gemm_cases[] = {
    {1, "/N", {-1, 2, 2, 2, 2, 2}},  {2, "T/", {-1, 2, 2, 2, 2, 2}}, {3, "NN", {-1, -1, 2, 2, 2, 2}},
    {4, "nt", {2, -1, -1, 2, 2, 2}}, {5, "TC", {2, 2, -1, 2, 2, 2}}, {8, "NN", {3, 2, 2, 2, 1, 1}},
    {8, "TN", {2, 2, 3, 2, 3, 2}},   {10, "NN", {2, 2, 3, 2, 2, 1}}, {10, "NT", {2, 3, 2, 2, 2, 1}},
    {13, "NN", {3, 2, 2, 3, 2, 2}},  {13, "NN", {0, 0, 0, 1, 1, 0}}};
static const fortran_case gemv_cases[] = {{1, "/", {-1, 2, 2, 1, 1}}, {2, "N", {-1, -1, 2, 1, 1}},
                                          {3, "c", {2, -1, 1, 1, 1}}, {6, "T", {3, 2, 2, 0, 0}},
                                          {8, "N", {2, 2, 2, 0, 0}},  {11, "n", {2, 2, 2, -1, 0}}};

int main(void)
{
    cblas_cases_s();
    cblas_cases_d();
    for (size_t i = 0; i < sizeof gemm_cases / sizeof *gemm_cases; i++) {
        gemm_case_s((int)i, gemm_cases[i].argument, gemm_cases[i].letters, gemm_cases[i].values);
        gemm_case_d((int)i, gemm_cases[i].argument, gemm_cases[i].letters, gemm_cases[i].values);
    }
    for (size_t i = 0; i < sizeof gemv_cases / sizeof *gemv_cases; i++) {
        gemv_case_s((int)i, gemv_cases[i].argument, gemv_cases[i].letters, gemv_cases[i].values);
        gemv_case_d((int)i, gemv_cases[i].argument, gemv_cases[i].letters, gemv_cases[i].values);
    }
    printf("%d invalid calls, %d reported wrongly\n", checks, failures);
    return failures != 0;
}
