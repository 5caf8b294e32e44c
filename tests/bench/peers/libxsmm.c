/* LIBXSMM: column-major, so C = A B is computed as C^T = B^T A^T. A kernel made for the very shape, and the
 * library's own gemm. */
#include "../driver.h"
#include <libxsmm.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct product {
    libxsmm_blasint m, n, k, lda, ldb, ldc; /* of the transposed product */
    int batch;
    size_t step_a, step_b, step_c; /* elements from one product of a batch to the next */
    double alpha, beta;
    const void *a, *b;
    void *c;
    libxsmm_smmfunction single;
    libxsmm_dmmfunction twice;
} product;

static void run_single(void *state)
{
    const product *p = state;
    for (int i = 0; i < p->batch; i++)
        p->single((const float *)p->a + (size_t)i * p->step_a, (const float *)p->b + (size_t)i * p->step_b,
                  (float *)p->c + (size_t)i * p->step_c);
}

static void run_twice(void *state)
{
    const product *p = state;
    for (int i = 0; i < p->batch; i++)
        p->twice((const double *)p->a + (size_t)i * p->step_a, (const double *)p->b + (size_t)i * p->step_b,
                 (double *)p->c + (size_t)i * p->step_c);
}

static void dispatch(product *p, int twice)
{
    const float alpha = (float)p->alpha, beta = (float)p->beta;
    const int prefetch = LIBXSMM_PREFETCH_NONE, flags = LIBXSMM_GEMM_FLAG_NONE;
    if (twice)
        p->twice = libxsmm_dmmdispatch(p->m, p->n, p->k, &p->lda, &p->ldb, &p->ldc, &p->alpha, &p->beta,
                                       &flags, &prefetch);
    else
        p->single = libxsmm_smmdispatch(p->m, p->n, p->k, &p->lda, &p->ldb, &p->ldc, &alpha, &beta, &flags,
                                        &prefetch);
}

int bench_open(const bench_job *job, const char *library, bench_way ways[BENCH_WAYS], char why[BENCH_WHY])
{
    const bench_tensor *a = bench_tensor_of(job, "A"), *b = bench_tensor_of(job, "B"),
                       *c = bench_tensor_of(job, "C");
    int twice = strcmp(job->type, "f64") == 0;
    (void)library;
    if ((strcmp(job->kernel, "gemm") != 0 && strcmp(job->kernel, "gemm_batched") != 0) || !a || !b || !c ||
        (!twice && strcmp(job->type, "f32") != 0))
        return 0;
    if (bench_dim_of(job, "ta", 0) || bench_dim_of(job, "tb", 0) || job->threads > 1) {
        snprintf(why, BENCH_WHY, "%s",
                 job->threads > 1 ? "its kernels use one thread" : "no transposed operands");
        return 0;
    }
    product *p = calloc(1, sizeof *p);
    if (!p)
        return 0;
    libxsmm_init();
    *p = (product){.m = (libxsmm_blasint)bench_dim_of(job, "n", 0),
                   .n = (libxsmm_blasint)bench_dim_of(job, "m", 0),
                   .k = (libxsmm_blasint)bench_dim_of(job, "k", 0),
                   .lda = (libxsmm_blasint)b->ld,
                   .ldb = (libxsmm_blasint)a->ld,
                   .ldc = (libxsmm_blasint)c->ld,
                   .batch = (int)bench_dim_of(job, "batch", 1),
                   .alpha = bench_scalar_of(job, "alpha", 1),
                   .beta = bench_scalar_of(job, "beta", 0),
                   .a = b->data,
                   .b = a->data,
                   .c = c->data};
    if (strcmp(job->kernel, "gemm_batched") == 0) /* there, an operand's row is a whole matrix */
        p->lda = p->ldc = p->m, p->ldb = p->k;
    p->step_a = (size_t)p->k * (size_t)p->m, p->step_b = (size_t)p->n * (size_t)p->k,
    p->step_c = (size_t)p->n * (size_t)p->m;
    dispatch(p, twice);
    if (twice ? !p->twice : !p->single) {
        snprintf(why, BENCH_WHY, "makes no kernel for this shape");
        return 0;
    }
    ways[0] = (bench_way){.name = "", .run = twice ? run_twice : run_single, .state = p};
    return 1;
}
