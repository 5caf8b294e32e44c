/* Any library with the CBLAS interface (OpenBLAS, BLIS, MKL, …), by path: nothing but its run-time library is
 * needed. */
#include "../driver.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };

typedef void sgemm_fn(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
                      const float *b, int ldb, float beta, float *c, int ldc);
typedef void dgemm_fn(int order, int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda,
                      const double *b, int ldb, double beta, double *c, int ldc);
typedef void sgemv_fn(int order, int ta, int m, int n, float alpha, const float *a, int lda, const float *x,
                      int incx, float beta, float *y, int incy);
typedef void dgemv_fn(int order, int ta, int m, int n, double alpha, const double *a, int lda,
                      const double *x, int incx, double beta, double *y, int incy);

typedef struct product {
    union {
        void *address;
        sgemm_fn *sgemm;
        dgemm_fn *dgemm;
        sgemv_fn *sgemv;
        dgemv_fn *dgemv;
    } call;
    int m, n, k, ta, tb, lda, ldb, ldc, batch;
    double alpha, beta;
    const void *a, *b;
    void *c;
} product;

static void run_sgemm(void *state)
{
    const product *p = state;
    for (int i = 0; i < p->batch; i++)
        p->call.sgemm(ROW_MAJOR, p->ta, p->tb, p->m, p->n, p->k, (float)p->alpha,
                      (const float *)p->a + (size_t)i * p->m * p->k, p->lda,
                      (const float *)p->b + (size_t)i * p->k * p->n, p->ldb, (float)p->beta,
                      (float *)p->c + (size_t)i * p->m * p->n, p->ldc);
}

static void run_dgemm(void *state)
{
    const product *p = state;
    for (int i = 0; i < p->batch; i++)
        p->call.dgemm(ROW_MAJOR, p->ta, p->tb, p->m, p->n, p->k, p->alpha,
                      (const double *)p->a + (size_t)i * p->m * p->k, p->lda,
                      (const double *)p->b + (size_t)i * p->k * p->n, p->ldb, p->beta,
                      (double *)p->c + (size_t)i * p->m * p->n, p->ldc);
}

static void run_sgemv(void *state)
{
    const product *p = state;
    p->call.sgemv(ROW_MAJOR, p->ta, p->m, p->n, (float)p->alpha, p->a, p->lda, p->b, 1, (float)p->beta, p->c,
                  1);
}

static void run_dgemv(void *state)
{
    const product *p = state;
    p->call.dgemv(ROW_MAJOR, p->ta, p->m, p->n, p->alpha, p->a, p->lda, p->b, 1, p->beta, p->c, 1);
}

/* Each library has its own way to say how many threads. */
static void set_threads(void *library, int threads)
{
    static const char *const names[] = {"openblas_set_num_threads", "MKL_Set_Num_Threads"};
    void (*set)(int) = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *address = dlsym(library, names[i]);
        memcpy(&set, &address, sizeof set);
        if (address)
            set(threads);
    }
    void (*set_blis)(int64_t) = NULL;
    void *address = dlsym(library, "bli_thread_set_num_threads");
    memcpy(&set_blis, &address, sizeof set_blis);
    if (address)
        set_blis(threads);
}

static int open_gemm(const bench_job *job, product *p)
{
    const bench_tensor *a = bench_tensor_of(job, "A"), *b = bench_tensor_of(job, "B"),
                       *c = bench_tensor_of(job, "C");
    if (!a || !b || !c)
        return 0;
    p->batch = (int)bench_dim_of(job, "batch", 1);
    p->k = (int)bench_dim_of(job, "k", 0);
    p->tb = bench_dim_of(job, "tb", 0) ? TRANSPOSED : PLAIN;
    p->a = a->data, p->b = b->data, p->c = c->data;
    int batched = strcmp(job->kernel, "gemm_batched") == 0; /* there, an operand's row is a whole matrix */
    p->lda = batched ? p->ta == TRANSPOSED ? p->m : p->k : (int)a->ld;
    p->ldb = batched ? p->tb == TRANSPOSED ? p->k : p->n : (int)b->ld;
    p->ldc = batched ? p->n : (int)c->ld;
    return 1;
}

/* y = A x: CBLAS counts the rows and columns of A as stored. */
static int open_gemv(const bench_job *job, product *p)
{
    const bench_tensor *a = bench_tensor_of(job, "A"), *x = bench_tensor_of(job, "x"),
                       *y = bench_tensor_of(job, "y");
    if (!a || !x || !y)
        return 0;
    if (p->ta == TRANSPOSED) {
        int rows = p->m;
        p->m = p->n;
        p->n = rows;
    }
    p->a = a->data, p->b = x->data, p->c = y->data;
    p->lda = (int)a->ld;
    return 1;
}

int bench_open(const bench_job *job, const char *library, bench_way ways[BENCH_WAYS], char why[BENCH_WHY])
{
    int gemm = strcmp(job->kernel, "gemm") == 0 || strcmp(job->kernel, "gemm_batched") == 0 ||
               strcmp(job->kernel, "gemm_sparse") == 0, /* dense to this library: its zeros stand in A */

        gemv = strcmp(job->kernel, "gemv") == 0, single = strcmp(job->type, "f32") == 0,
        twice = strcmp(job->type, "f64") == 0;
    if ((!gemm && !gemv) || (!single && !twice))
        return 0;
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    void *address = handle ? dlsym(handle, gemm     ? single ? "cblas_sgemm" : "cblas_dgemm"
                                           : single ? "cblas_sgemv"
                                                    : "cblas_dgemv")
                           : NULL;
    product *p = address ? calloc(1, sizeof *p) : NULL;
    if (!p) {
        snprintf(why, BENCH_WHY, "%s",
                 handle                 ? "has no CBLAS interface"
                 : strchr(library, '/') ? dlerror()
                                        : "not installed");
        return 0;
    }
    set_threads(handle, job->threads);
    p->call.address = address;
    p->alpha = bench_scalar_of(job, "alpha", 1);
    p->beta = bench_scalar_of(job, "beta", 0);
    p->m = (int)bench_dim_of(job, "m", 0);
    p->n = (int)bench_dim_of(job, "n", 0);
    p->ta = bench_dim_of(job, "ta", 0) ? TRANSPOSED : PLAIN;
    if (gemm ? !open_gemm(job, p) : !open_gemv(job, p))
        return 0;
    ways[0] = (bench_way){.name = "",
                          .run = gemm     ? single ? run_sgemm : run_dgemm
                                 : single ? run_sgemv
                                          : run_dgemv,
                          .state = p};
    return 1;
}
