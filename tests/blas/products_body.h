/* The calls for one element type; see products.c. */
typedef void NAME(gemm_fn)(int, int, int, int, int, int, REAL, const REAL *, int, const REAL *, int, REAL,
                           REAL *, int);
typedef void NAME(gemv_fn)(int, int, int, int, REAL, const REAL *, int, const REAL *, int, REAL, REAL *, int);
static REAL NAME(a)[POOL], NAME(b)[POOL], NAME(before)[POOL], NAME(after)[POOL], NAME(theirs)[POOL];
static NAME(gemm_fn) * NAME(peer_gemm);
static NAME(gemv_fn) * NAME(peer_gemv);
static double NAME(worst);

static void NAME(setup)(void *peer)
{
    for (int i = 0; i < POOL; i++) {
        NAME(a)[i] = (REAL)uniform();
        NAME(b)[i] = (REAL)uniform();
        NAME(before)[i] = (REAL)uniform();
    }
    if (peer) {
        *(void **)&NAME(peer_gemm) = dlsym(peer, SYMBOL "gemm");
        *(void **)&NAME(peer_gemv) = dlsym(peer, SYMBOL "gemv");
    }
}

/* Where element (i, j) of an operand lies. */
static int NAME(at)(const call *c, int trans, int ld, int i, int j)
{
    int across = (trans != NO_TRANS) != (c->layout == COL_MAJOR);
    return across ? j * ld + i : i * ld + j;
}

static double NAME(ratio)(REAL got, WIDE exact, WIDE size)
{
    if (!isfinite(got))
        return INFINITY;
    WIDE error = fabsl((long double)(got - exact));
    return error == 0 ? 0 : (double)(error / (EPSILON * size));
}

/* The error of what stands at a place, and if that is right, how far off the peer is if it is too far. */
static double NAME(judged)(int at, WIDE exact, WIDE size, int peer)
{
    double ratio = NAME(ratio)(NAME(after)[at], exact, size);
    if (!peer || !(ratio < THRESHOLD))
        return ratio;
    double apart = NAME(ratio)(NAME(after)[at], NAME(theirs)[at], size);
    return apart < 2 * THRESHOLD ? ratio : apart;
}

/* The error of element (i, j) of C. */
static double NAME(element)(const call *c, int i, int j)
{
    WIDE sum = 0, size = 0;
    for (int p = 0; p < c->k && c->alpha != 0; p++) {
        WIDE x = (WIDE)NAME(a)[NAME(at)(c, c->ta, c->lda, i, p)] * NAME(b)[NAME(at)(c, c->tb, c->ldb, p, j)];
        sum += x;
        size += x < 0 ? -x : x;
    }
    int at = NAME(at)(c, NO_TRANS, c->ldc, i, j);
    WIDE own = c->beta == 0 ? 0 : (WIDE)(REAL)c->beta * NAME(before)[at];
    WIDE exact = (WIDE)(REAL)c->alpha * sum + own;
    size = (WIDE)fabs(c->alpha) * size + (own < 0 ? -own : own);
    return NAME(judged)(at, exact, size, NAME(peer_gemm) != NULL);
}

/* Whether everything outside of a lines x length matrix is as it was. */
static int NAME(kept)(int lines, int length, int ld, REAL poison)
{
    for (int i = 0; i <= lines; i++)
        for (int j = i < lines ? length : 0; j < ld && i * ld + j < POOL; j++) {
            REAL was = poison != 0 ? poison : NAME(before)[i * ld + j];
            if (memcmp(&NAME(after)[i * ld + j], &was, sizeof was) != 0)
                return 0;
        }
    return 1;
}

static void NAME(call_gemm)(const call *c)
{
    REAL alpha = (REAL)c->alpha, beta = (REAL)c->beta;
    if (c->fortran) {
        char ta = (char)letter(c->ta), tb = (char)letter(c->tb);
        BLAS(gemm_)
        (&ta, &tb, &c->m, &c->n, &c->k, &alpha, NAME(a), &c->lda, NAME(b), &c->ldb, &beta, NAME(after),
         &c->ldc);
    } else
        CBLAS(gemm)
    (c->layout, c->ta, c->tb, c->m, c->n, c->k, alpha, NAME(a), c->lda, NAME(b), c->ldb, beta, NAME(after),
     c->ldc);
}

static int NAME(gemm)(void)
{
    call c = draw();
    int col = c.layout == COL_MAJOR, lines = col ? c.n : c.m, length = col ? c.m : c.n;
    c.lda = at_least((c.ta != NO_TRANS) != col ? c.m : c.k);
    c.ldb = at_least((c.tb != NO_TRANS) != col ? c.k : c.n);
    c.ldc = at_least(length);
    size_t bytes = (size_t)((lines + 1) * c.ldc < POOL ? (lines + 1) * c.ldc : POOL) * sizeof(REAL);
    memcpy(NAME(after), NAME(before), bytes);
    REAL poison = c.beta == 0 ? (REAL)NAN : 0; /* beta = 0: C must not be read */
    for (size_t i = 0; poison != 0 && i < bytes / sizeof(REAL); i++)
        NAME(after)[i] = poison;
    if (NAME(peer_gemm)) {
        memcpy(NAME(theirs), NAME(after), bytes);
        NAME(peer_gemm)
        (c.layout, c.ta, c.tb, c.m, c.n, c.k, (REAL)c.alpha, NAME(a), c.lda, NAME(b), c.ldb, (REAL)c.beta,
         NAME(theirs), c.ldc);
    }
    NAME(call_gemm)(&c);
    if (!NAME(kept)(lines, length, c.ldc, poison))
        return report("gemm wrote beside C", &c, 0);
    for (int s = 0; s < SAMPLES && c.m > 0 && c.n > 0; s++) {
        int i = s == 0 ? c.m - 1 : below(c.m), j = s == 0 ? c.n - 1 : below(c.n);
        double ratio = NAME(element)(&c, i, j);
        NAME(worst) = fmax(NAME(worst), ratio);
        if (!(ratio < THRESHOLD))
            return report("gemm" SYMBOL, &c, ratio);
    }
    return 0;
}

static int NAME(spot)(int i, int length, int inc)
{
    return inc > 0 ? i * inc : (i + 1 - length) * inc;
}

static double NAME(vector_element)(const call *c, int i, int xs, int ys)
{
    WIDE sum = 0, size = 0;
    for (int p = 0; p < xs && c->alpha != 0; p++) {
        WIDE x = (WIDE)NAME(a)[NAME(at)(c, c->ta, c->lda, i, p)] * NAME(b)[NAME(spot)(p, xs, c->incx)];
        sum += x;
        size += x < 0 ? -x : x;
    }
    int at = NAME(spot)(i, ys, c->incy);
    WIDE own = c->beta == 0 ? 0 : (WIDE)(REAL)c->beta * NAME(before)[at];
    size = (WIDE)fabs(c->alpha) * size + (own < 0 ? -own : own);
    return NAME(judged)(at, (WIDE)(REAL)c->alpha * sum + own, size, NAME(peer_gemv) != NULL);
}

static void NAME(call_gemv)(const call *c)
{
    REAL alpha = (REAL)c->alpha, beta = (REAL)c->beta;
    if (c->fortran) {
        char ta = (char)letter(c->ta);
        BLAS(gemv_)
        (&ta, &c->m, &c->n, &alpha, NAME(a), &c->lda, NAME(b), &c->incx, &beta, NAME(after), &c->incy);
    } else
        CBLAS(gemv)
    (c->layout, c->ta, c->m, c->n, alpha, NAME(a), c->lda, NAME(b), c->incx, beta, NAME(after), c->incy);
}

static int NAME(gemv)(void)
{
    call c = draw();
    int xs = c.ta == NO_TRANS ? c.n : c.m, ys = c.ta == NO_TRANS ? c.m : c.n, step = abs(c.incy);
    c.lda = at_least(c.layout == COL_MAJOR ? c.m : c.n);
    memcpy(NAME(after), NAME(before), VECTOR * sizeof(REAL));
    if (NAME(peer_gemv)) {
        memcpy(NAME(theirs), NAME(before), VECTOR * sizeof(REAL));
        NAME(peer_gemv)
        (c.layout, c.ta, c.m, c.n, (REAL)c.alpha, NAME(a), c.lda, NAME(b), c.incx, (REAL)c.beta, NAME(theirs),
         c.incy);
    }
    for (int i = 0; c.beta == 0 && c.m && c.n && i < ys; i++)
        NAME(after)[i * step] = (REAL)NAN;
    NAME(call_gemv)(&c);
    for (int i = 0; i < VECTOR; i++)
        if ((!c.m || !c.n || i % step || i / step >= ys) &&
            memcmp(&NAME(after)[i], &NAME(before)[i], sizeof(REAL)) != 0)
            return report("gemv wrote beside y", &c, i);
    for (int i = 0; i < ys && xs > 0; i++) {
        double ratio = NAME(vector_element)(&c, i, xs, ys);
        NAME(worst) = fmax(NAME(worst), ratio);
        if (!(ratio < THRESHOLD))
            return report("gemv" SYMBOL, &c, ratio);
    }
    return 0;
}
