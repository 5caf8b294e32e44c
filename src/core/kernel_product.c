/* <product> and <convolution>: what a kernel is to a machine that multiplies matrices. */
#include "core/kernel_parse.h"
#include "util/str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Attributes in the order of ts_product.terms, `count` first. */
static const char *const product_terms[TS_PRODUCT_TERMS] = {"count", "m", "n", "k", "constant"};
static const char *const convolution_terms[TS_PRODUCT_TERMS] = {
    "count", "images", "height", "width", "channels", "filters", "rows", "columns", "stride"};

static int read_terms(ts_kernel *kernel, const xmlNode *node, const char *const *names, bool convolution)
{
    ts_product *product = ts_manifest_add(&kernel->products, &kernel->product_count, sizeof *product);
    if (!product)
        return TS_ENOMEM;
    product->is_convolution = convolution;
    int rc = ts_manifest_text(node, "text", &product->text);
    for (size_t i = 0; i < TS_PRODUCT_TERMS && names[i] && rc == 0; i++)
        rc = ts_manifest_expr(kernel, node, names[i], TS_SCOPE_PROBLEM, &product->terms[i]);
    return rc;
}

int ts_manifest_product(ts_kernel *kernel, const xmlNode *node)
{
    return read_terms(kernel, node, product_terms, false);
}

int ts_manifest_convolution(ts_kernel *kernel, const xmlNode *node)
{
    return read_terms(kernel, node, convolution_terms, true);
}

void ts_products_free(ts_product *products, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(products[i].text);
        for (size_t j = 0; j < TS_PRODUCT_TERMS; j++)
            ts_expr_free(products[i].terms[j]);
    }
    free(products);
}

static int bad_size(const ts_problem *problem, const ts_expr *expr)
{
    ts_str shape = TS_STR_INIT;
    ts_place place = ts_expr_place(expr);
    ts_problem_text(problem, &shape);
    int rc =
        ts_fail(TS_EINPUT,
                "%s:%d: the matrix product '%s' has no positive size, or too large a one, for %s; correct it",
                place.file, place.line, ts_expr_text(expr), ts_str_text(&shape));
    ts_str_free(&shape);
    return rc;
}

/* <product constant="">: whether, where all other terms are sizes. */
static bool is_truth(const ts_product *product, size_t term)
{
    return !product->is_convolution && term == 4;
}

static bool product_of_three(int64_t a, int64_t b, int64_t c, int64_t *out)
{
    return !__builtin_mul_overflow(a, b, out) && !__builtin_mul_overflow(*out, c, out);
}

static int evaluate(const ts_problem *problem, const ts_product *product, const ts_value *slots,
                    ts_product_sizes *out)
{
    int64_t v[TS_PRODUCT_TERMS] = {0};
    *out = (ts_product_sizes){
        .text = product->text, .is_convolution = product->is_convolution, .count = 1, .constant = true};
    int rc = product->terms[0] ? ts_expr_real(product->terms[0], slots, &out->count) : 0;
    if (rc == 0 && !(isfinite(out->count) && out->count > 0))
        rc = bad_size(problem, product->terms[0]);
    for (size_t i = 1; i < TS_PRODUCT_TERMS && product->terms[i] && rc == 0; i++) {
        rc = ts_expr_int(product->terms[i], slots, &v[i]);
        if (rc == 0 && v[i] < (is_truth(product, i) ? 0 : 1))
            rc = bad_size(problem, product->terms[i]);
    }
    if (!product->is_convolution) {
        out->m = v[1], out->n = v[2], out->k = v[3];
        out->constant = !product->terms[4] || v[4];
        return rc;
    }
    out->images = v[1], out->height = v[2], out->width = v[3], out->channels = v[4];
    out->filters = v[5], out->rows = v[6], out->columns = v[7], out->stride = v[8];
    out->n = out->filters;
    bool fits = product_of_three(out->images, out->height, out->width, &out->m) &&
                product_of_three(out->channels, out->rows, out->columns, &out->k);
    return rc == 0 && !fits ? bad_size(problem, product->terms[1]) : rc;
}

int ts_problem_products(const ts_problem *problem, ts_product_sizes *sizes)
{
    const ts_kernel *kernel = problem->kernel;
    ts_value *slots = calloc(kernel->slot_count + 1, sizeof *slots);
    if (!slots)
        return ts_fail(TS_ENOMEM, "out of memory while computing the products of %s", kernel->name);
    int rc = ts_kernel_slots(problem, NULL, slots);
    for (size_t i = 0; i < kernel->product_count && rc == 0; i++)
        rc = evaluate(problem, &kernel->products[i], slots, &sizes[i]);
    free(slots);
    return rc;
}
