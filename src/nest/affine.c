/* Bounds and subscripts as sums of multiples of iterators. */
#include "nest/emit.h"
#include <stdio.h>
#include <string.h>

/* A term that holds an iterator: i, 2*i or i*2. */
static bool term(const ts_nest *nest, ts_span span, const char *iter, int64_t *factor)
{
    long long n = 1;
    size_t length = span.last - span.first;
    if (length == 3 && ts_nest_is(nest, span.first + 1, "*")) {
        size_t number = ts_nest_is(nest, span.first, iter) ? span.last - 1 : span.first;
        if (!ts_token_int(ts_nest_token(nest, number), &n) || n > INT32_MAX)
            return false;
    } else if (length != 1) {
        return false;
    }
    *factor = n;
    return true;
}

static bool add_term(const ts_nest *nest, ts_span span, int64_t sign, const char *const *iters, size_t count,
                     int64_t *coefficients)
{
    for (size_t i = 0; i < count; i++) {
        int64_t factor;
        if (!ts_nest_holds(nest, span, iters[i]))
            continue;
        if (!term(nest, span, iters[i], &factor))
            return false;
        coefficients[i] += sign * factor;
        return true;
    }
    return true;
}

bool ts_affine(const ts_nest *nest, ts_span span, const char *const *iters, size_t count,
               int64_t *coefficients)
{
    int64_t sign = 1;
    size_t from = span.first, depth = 0;
    memset(coefficients, 0, count * sizeof *coefficients);
    for (size_t i = span.first; i < span.last; i++) {
        const ts_token *t = ts_nest_token(nest, i);
        if (ts_token_is(t, "(") || ts_token_is(t, "["))
            depth++;
        else if (ts_token_is(t, ")") || ts_token_is(t, "]"))
            depth--;
        else if (depth == 0 && (ts_token_is(t, "+") || ts_token_is(t, "-"))) {
            if (from < i && !add_term(nest, (ts_span){from, i}, sign, iters, count, coefficients))
                return false;
            sign = ts_token_is(t, "-") ? -1 : 1;
            from = i + 1;
        } else if (depth == 0 && !ts_token_is(t, "*") && t->kind == TS_TOKEN_PUNCTUATOR) {
            for (size_t k = 0; k < count; k++)
                if (ts_nest_holds(nest, span, iters[k]))
                    return false;
        }
    }
    return from < span.last && add_term(nest, (ts_span){from, span.last}, sign, iters, count, coefficients);
}

bool ts_band_depends(const ts_band *band, size_t l, size_t m)
{
    return ts_nest_holds(band->nest, band->loops[l]->from, band->loops[m]->iter) ||
           ts_nest_holds(band->nest, band->loops[l]->to, band->loops[m]->iter);
}

bool ts_band_bent(const ts_band *band, size_t l)
{
    for (size_t m = 0; m < l; m++)
        if (ts_band_depends(band, l, m))
            return true;
    return false;
}

void ts_emit_bound(const ts_band *band, size_t l, bool upper, bool largest, const ts_ends *ends, ts_str *out)
{
    const ts_nest_node *loop = band->loops[l];
    const ts_span span = upper ? loop->to : loop->from;
    ts_view view = {.count = l};
    int64_t coefficients[TS_NEST_DEPTH];
    for (size_t m = 0; m < l; m++)
        view.names[m] = band->loops[m]->iter;
    ts_affine(band->nest, span, view.names, l, coefficients);
    for (size_t m = 0; m < l; m++)
        snprintf(view.texts[m], sizeof view.texts[m], "(%s)",
                 (coefficients[m] > 0) == largest ? ends->high[m] : ends->low[m]);
    ts_str_append(out, "(");
    ts_emit_tokens(band->nest, span, &view, out);
    ts_str_append(out, upper && loop->inclusive ? ") + 1" : ")");
}
