/*
 * The portable matrix product for one element type; default_gemm.c includes this once per type and defines
 *   REAL      the element type
 *   NAME(x)   x with the type's suffix
 *   MC        rows of A packed at a time, a multiple of MR
 *
 * Goto & van de Geijn's loop order (ACM TOMS 34(3), 2008) with panels small enough for the stack, so that
 * this rung needs no workspace and cannot fail.
 */
#define LANES ((int64_t)(16 / sizeof(REAL)))
#define NR    (2 * LANES)

typedef REAL NAME(vector) __attribute__((vector_size(16)));

/* out (MR x NR) = a (kc columns of MR) times b (kc rows of NR). */
static void NAME(tile)(int64_t kc, const REAL *a, const REAL *b, REAL *out)
{
    NAME(vector) acc[MR][2] = {{{0}}};
    for (int64_t p = 0; p < kc; p++, a += MR, b += NR) {
        NAME(vector) b0 = *(const NAME(vector) *)b, b1 = *(const NAME(vector) *)(b + LANES);
        UNROLL for (int i = 0; i < MR; i++)
        {
            acc[i][0] += a[i] * b0;
            acc[i][1] += a[i] * b1;
        }
    }
    UNROLL for (int i = 0; i < MR; i++)
    {
        *(NAME(vector) *)(out + i * NR) = acc[i][0];
        *(NAME(vector) *)(out + i * NR + LANES) = acc[i][1];
    }
}

/* Pack `kc` steps of `count` <= width elements, zero beyond: element (p, i) is at from[p*step_p + i*step_i].
 */
static inline void NAME(pack)(REAL *to, const REAL *from, int64_t kc, int64_t step_p, int64_t count,
                              int64_t step_i, const int64_t width)
{
    if (count == width && step_i == 1) {
        for (int64_t p = 0; p < kc; p++)
            memcpy(to + p * width, from + p * step_p, (size_t)width * sizeof(REAL));
        return;
    }
    for (int64_t p = 0; p < kc; p++)
        for (int64_t i = 0; i < width; i++)
            to[p * width + i] = i < count ? from[p * step_p + i * step_i] : 0;
}

/* How a computed tile enters C. */
typedef struct NAME(update) {
    REAL alpha, beta;
    bool first; /* of the passes over k: this one applies beta */
} NAME(update);

static void NAME(store)(const REAL *out, NAME(update) u, REAL *c, int64_t ldc, int64_t rows, int64_t columns)
{
    for (int64_t i = 0; i < rows; i++, c += ldc, out += NR) {
        if (!u.first)
            for (int64_t j = 0; j < columns; j++)
                c[j] += u.alpha * out[j];
        else if (u.beta == 0)
            for (int64_t j = 0; j < columns; j++)
                c[j] = u.alpha * out[j];
        else
            for (int64_t j = 0; j < columns; j++)
                c[j] = u.alpha * out[j] + u.beta * c[j];
    }
}

static inline int64_t NAME(at_most)(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A matrix operand as the loops see it: element (row, column) is at p[row*row_step + column*column_step]. */
typedef struct NAME(operand) {
    const REAL *p;
    int64_t row_step, column_step;
} NAME(operand);

/* One packed block of A (mb x kc) against all columns of B. */
static void NAME(block)(int64_t mb, int64_t n, int64_t kc, const REAL *a, NAME(operand) b, NAME(update) u,
                        REAL *c, int64_t ldc)
{
    _Alignas(64) REAL panel[KC * NR], out[MR * NR];
    for (int64_t j = 0; j < n; j += NR) {
        int64_t columns = NAME(at_most)(NR, n - j);
        NAME(pack)(panel, b.p + j * b.column_step, kc, b.row_step, columns, b.column_step, NR);
        for (int64_t i = 0; i < mb; i += MR) {
            NAME(tile)(kc, a + i * kc, panel, out);
            NAME(store)(out, u, c + i * ldc + j, ldc, NAME(at_most)(MR, mb - i), columns);
        }
    }
}

static void NAME(product)(int64_t m, int64_t n, int64_t k, REAL alpha, NAME(operand) a, NAME(operand) b,
                          REAL beta, REAL *c, int64_t ldc)
{
    _Alignas(64) REAL packed[MC * KC];
    if (k <= 0 || alpha == 0) {
        NAME(tsrt_scale)(m, n, beta, c, ldc);
        return;
    }
    for (int64_t p = 0; p < k; p += KC) {
        int64_t kc = NAME(at_most)(KC, k - p);
        NAME(operand) b_rows = {b.p + p * b.row_step, b.row_step, b.column_step};
        for (int64_t i = 0; i < m; i += MC) {
            int64_t mb = NAME(at_most)(MC, m - i);
            for (int64_t r = 0; r < mb; r += MR)
                NAME(pack)
            (packed + r * kc, a.p + (i + r) * a.row_step + p * a.column_step, kc, a.column_step,
             NAME(at_most)(MR, mb - r), a.row_step, MR);
            NAME(block)(mb, n, kc, packed, b_rows, (NAME(update)){alpha, beta, p == 0}, c + i * ldc, ldc);
        }
    }
}

void NAME(tsrt_scale)(int64_t m, int64_t n, REAL beta, REAL *c, int64_t ldc)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++)
            c[i * ldc + j] = beta == 0 ? 0 : beta * c[i * ldc + j];
}

#define TRANSPOSITION(suffix, ta, tb)                                                                        \
    static void NAME(suffix)(int64_t m, int64_t n, int64_t k, REAL alpha, const REAL *a, int64_t lda,        \
                             const REAL *b, int64_t ldb, REAL beta, REAL *c, int64_t ldc, void *workspace)   \
    {                                                                                                        \
        (void)workspace;                                                                                     \
        NAME(product)                                                                                        \
        (m, n, k, alpha, (NAME(operand)){a, (ta) ? 1 : lda, (ta) ? lda : 1},                                 \
         (NAME(operand)){b, (tb) ? 1 : ldb, (tb) ? ldb : 1}, beta, c, ldc);                                  \
    }
TRANSPOSITION(nn, 0, 0)
TRANSPOSITION(nt, 0, 1)
TRANSPOSITION(tn, 1, 0)
TRANSPOSITION(tt, 1, 1)

void (*const NAME(tsrt_gemm)[4])(void) = {(void (*)(void))NAME(nn), (void (*)(void))NAME(nt),
                                          (void (*)(void))NAME(tn), (void (*)(void))NAME(tt)};

#undef TRANSPOSITION
#undef LANES
#undef NR
