/*
 * Random calls of the standard names against sums in a wider type: products CALLS SEED [PEER.so]. As in the
 * level 2 and 3 test programs of the standard (Dongarra et al., ACM TOMS 16(1), 1990, section 5), an
 * element's error is counted in units of eps * (|alpha| |A| |B| + |beta| |C|) and must stay below 16; what
 * lies between the rows of C must stay as it was, and so must A, B. With PEER, another BLAS must agree within
 * twice that.
 */
#include "names.h"
#include <dlfcn.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 300, PAD = 7, POOL = (LARGEST + PAD) * (LARGEST + PAD), SAMPLES = 48, VECTOR = LARGEST * 4 };
#define THRESHOLD 16.0

static uint64_t seed = 1;

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
static uint64_t bits(void)
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int below(int n)
{
    return (int)(bits() % (uint64_t)n);
}

static double uniform(void)
{
    return (double)(bits() >> 11) / 4503599627370496.0 - 1;
}

static int dimension(void)
{
    return below(4) ? below(LARGEST + 1) : below(20);
}

static double scalar(void)
{
    static const double usual[] = {0, 1, -1, 0.5};
    return below(3) ? usual[below(4)] : uniform();
}

static int stride(void)
{
    static const int strides[] = {1, 1, 2, 3, -1, -2};
    return strides[below(6)];
}

typedef struct call {
    int fortran, layout, ta, tb, m, n, k, lda, ldb, ldc, incx, incy;
    double alpha, beta;
} call;

static int report(const char *what, const call *c, double ratio)
{
    printf("%s: fortran=%d layout=%d ta=%d tb=%d m=%d n=%d k=%d lda=%d ldb=%d ldc=%d incx=%d incy=%d "
           "alpha=%g beta=%g: %g\n",
           what, c->fortran, c->layout, c->ta, c->tb, c->m, c->n, c->k, c->lda, c->ldb, c->ldc, c->incx,
           c->incy, c->alpha, c->beta, ratio);
    return 1;
}

static int letter(int trans)
{
    return trans == NO_TRANS ? "Nn"[below(2)] : trans == TRANS ? "Tt"[below(2)] : "Cc"[below(2)];
}

static int at_least(int ld)
{
    return (ld > 1 ? ld : 1) + below(PAD);
}

static call draw(void)
{
    call c = {.fortran = below(2), .ta = NO_TRANS + below(3), .tb = NO_TRANS + below(3)};
    c.layout = c.fortran ? COL_MAJOR : ROW_MAJOR + below(2);
    c.m = dimension(), c.n = dimension(), c.k = dimension();
    c.alpha = scalar(), c.beta = scalar();
    c.incx = stride(), c.incy = stride();
    return c;
}

#define REAL     float
#define WIDE     double
#define EPSILON  FLT_EPSILON
#define NAME(x)  x##_f32
#define BLAS(x)  s##x
#define CBLAS(x) cblas_s##x
#define SYMBOL   "cblas_s"
#include "products_body.h"
#undef REAL
#undef WIDE
#undef EPSILON
#undef NAME
#undef BLAS
#undef CBLAS
#undef SYMBOL
#define REAL     double
#define WIDE     long double
#define EPSILON  DBL_EPSILON
#define NAME(x)  x##_f64
#define BLAS(x)  d##x
#define CBLAS(x) cblas_d##x
#define SYMBOL   "cblas_d"
#include "products_body.h"

int main(int argc, char **argv)
{
    int calls = argc > 1 ? atoi(argv[1]) : 1000, failures = 0;
    void *peer = argc > 3 ? dlopen(argv[3], RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND) : NULL;
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    if (argc > 3 && !peer) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    setup_f32(peer);
    setup_f64(peer);
    for (int i = 0; i < calls; i++)
        failures += below(2) ? (below(4) ? gemm_f32() : gemv_f32()) : (below(4) ? gemm_f64() : gemv_f64());
    printf("%d calls, %d wrong; largest error %.2f (f32), %.2f (f64) of %g allowed%s\n", calls, failures,
           worst_f32, worst_f64, THRESHOLD, peer ? "; the peer agrees" : "");
    return failures != 0;
}
