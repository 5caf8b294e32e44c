/*
 * A variant on live operands, before it may answer: its result against the one that the caller gets anyway,
 * and its first and last rows against the portable product as well. Both are within gamma_(k+2) * |alpha|
 * |a||b| of the exact one (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.5);
 * |a||b| is bounded by the norms of the row and the column (Cauchy and Schwarz).
 */
#include "runtime/live.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS  ((int64_t)8)         /* at either end that the portable product computes too */
#define LIMIT ((int64_t)256 << 20) /* bytes of a result that is copied for this */

typedef struct check {
    const tsrt_product *p;
    size_t size;     /* of an element */
    double *columns; /* norms of B's columns */
    double largest;  /* of the result */
} check;

static double at(const check *ch, const void *matrix, int64_t i)
{
    return ch->size == sizeof(float) ? (double)((const float *)matrix)[i] : ((const double *)matrix)[i];
}

static void column_norms(check *ch)
{
    for (int64_t j = 0; j < ch->p->n; j++)
        ch->columns[j] = 0;
    for (int64_t l = 0; l < ch->p->k; l++) {
        for (int64_t j = 0; j < ch->p->n; j++) {
            double b = at(ch, ch->p->b, l * ch->p->ldb + j);
            ch->columns[j] += b * b;
        }
    }
    for (int64_t j = 0; j < ch->p->n; j++)
        ch->columns[j] = sqrt(ch->columns[j]);
}

static double row_norm(const check *ch, int64_t i)
{
    double sum = 0;
    for (int64_t l = 0; l < ch->p->k; l++) {
        double a = at(ch, ch->p->a, i * ch->p->lda + l);
        sum += a * a;
    }
    return sqrt(sum);
}

static void find_largest(check *ch)
{
    for (int64_t i = 0; i < ch->p->m; i++)
        for (int64_t j = 0; j < ch->p->n; j++)
            ch->largest = fmax(ch->largest, fabs(at(ch, ch->p->c, i * ch->p->ldc + j)));
}

/* Rows first.. of `got` (packed, n wide) against `want`: 1 within the bound, -1 not, 0 where no bound is
 * finite. */
static int compare(const check *ch, const void *got, const void *want, int64_t ld, int64_t first,
                   int64_t rows, double max_error)
{
    const tsrt_product *p = ch->p;
    double eps = ch->size == sizeof(float) ? (double)FLT_EPSILON : DBL_EPSILON, terms = (double)p->k + 4;
    for (int64_t i = 0; i < rows; i++) {
        double norm = fabs(p->alpha) * row_norm(ch, first + i);
        for (int64_t j = 0; j < p->n; j++) {
            double x = at(ch, got, i * p->n + j), y = at(ch, want, i * ld + j);
            double bound = 2 * terms * eps * (norm * ch->columns[j] + 2 * fabs(y)) + max_error * ch->largest;
            if (!isfinite(y) || !isfinite(bound))
                return 0;
            if (!(fabs(x - y) <= bound + DBL_MIN))
                return -1;
        }
    }
    return 1;
}

/* The portable product of some rows, from C as it was. */
static int compare_portable(const check *ch, const char *before, const char *got, int64_t first, int64_t rows,
                            double max_error)
{
    size_t row = (size_t)ch->p->n * ch->size;
    tsrt_product q = *ch->p;
    char *want = malloc((size_t)rows * row);
    if (want == NULL)
        return 0;
    memcpy(want, before + (size_t)first * row, (size_t)rows * row);
    q.m = rows;
    q.a = (const char *)q.a + (size_t)(first * q.lda) * ch->size;
    q.c = want;
    q.ldc = q.n;
    tsrt_product_call(&q, q.family == TSRT_GEMM_F32 ? tsrt_gemm_f32[0] : tsrt_gemm_f64[0], NULL);
    int verdict = compare(ch, got + (size_t)first * row, want, q.n, first, rows, max_error);
    free(want);
    return verdict;
}

static int judge(check *ch, const char *before, const char *got, double max_error)
{
    const tsrt_product *p = ch->p;
    int64_t rows = p->m < ROWS ? p->m : ROWS;
    column_norms(ch);
    find_largest(ch);
    int first = compare_portable(ch, before, got, 0, rows, max_error);
    int last = first == 1 ? compare_portable(ch, before, got, p->m - rows, rows, max_error) : first;
    return last == 1 ? compare(ch, got, p->c, p->ldc, 0, p->m, max_error) : last;
}

static void copy_out(const tsrt_product *p, size_t size, char *to)
{
    for (int64_t i = 0; i < p->m; i++)
        memcpy(to + (size_t)(i * p->n) * size, (const char *)p->c + (size_t)(i * p->ldc) * size,
               (size_t)p->n * size);
}

int tsrt_product_verify(ts_rt *rt, const tsrt_product *p, const tsrt_variant *variant)
{
    check ch = {.p = p, .size = p->family == TSRT_GEMM_F32 ? sizeof(float) : sizeof(double)};
    int verdict = 0;
    char *before = NULL, *got = NULL;
    if (p->m <= LIMIT / (int64_t)ch.size / p->n) {
        size_t bytes = (size_t)(p->m * p->n) * ch.size;
        before = calloc(1, bytes);
        got = malloc(bytes);
        ch.columns = malloc((size_t)p->n * sizeof *ch.columns);
    }
    bool room = before != NULL && got != NULL && ch.columns != NULL;
    if (room && p->beta != 0)
        copy_out(p, ch.size, before);
    if (tsrt_product_run(rt, p, NULL) == 0 && room) {
        tsrt_product trial = *p;
        trial.c = memcpy(got, before, (size_t)(p->m * p->n) * ch.size);
        trial.ldc = p->n;
        (void)tsrt_product_run(rt, &trial, variant);
        verdict = judge(&ch, before, got, variant->max_error);
    }
    free(before);
    free(got);
    free(ch.columns);
    return verdict;
}
