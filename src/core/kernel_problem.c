/* One problem of a kernel: its shape as text, its work, the values that expressions see. */
#include "core/kernel_parse.h"
#include "util/str.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A whole number, with K, M or G if the author likes; TS_EINPUT otherwise. What is too large for 64 bits
 * saturates. */
static int parse_extent(const char *name, const char *text, size_t length, int64_t *out)
{
    static const char suffixes[] = "KMG";
    char digits[32] = "", *end;
    if (length < sizeof digits)
        memcpy(digits, text, length);
    errno = 0;
    long long value = strtoll(digits, &end, 10);
    const char *suffix = *end ? strchr(suffixes, *end) : NULL;
    if (end == digits || is_blank(digits[0]) || (suffix ? end[1] : *end))
        return ts_fail(TS_EINPUT, "%s=%.*s is not a whole number; write for example %s=512", name,
                       (int)length, text, name);
    for (ptrdiff_t i = 0; suffix && i <= suffix - suffixes; i++)
        if (__builtin_mul_overflow(value, 1024LL, &value))
            value = value < 0 ? INT64_MIN : INT64_MAX;
    *out = value;
    return 0;
}

static int unknown_dimension(const ts_kernel *kernel, const char *name, size_t length)
{
    ts_str known = TS_STR_INIT;
    ts_manifest_list(kernel->dims, kernel->dim_count, sizeof *kernel->dims, &known);
    int rc = ts_fail(TS_EINPUT, "%s has no dimension '%.*s'; its dimensions are %s", kernel->name,
                     (int)length, name, ts_str_text(&known));
    ts_str_free(&known);
    return rc;
}

static int check_extent(const ts_kernel *kernel, size_t i, const char *text, size_t length, int64_t value)
{
    const ts_dim *dim = &kernel->dims[i];
    if (value >= dim->min && value <= dim->max)
        return 0;
    return ts_fail(TS_EINPUT, "%s=%.*s is out of range; %s of %s goes from %" PRId64 " to %" PRId64,
                   dim->name, (int)length, text, dim->name, kernel->name, dim->min, dim->max);
}

/* "m=512" */
static int parse_assignment(const ts_kernel *kernel, ts_piece piece, int64_t *dims, bool *given)
{
    const char *equals = memchr(piece.text, '=', piece.length), *end = piece.text + piece.length;
    if (!equals)
        return ts_fail(TS_EINPUT,
                       "a shape is written NAME=NUMBER,…, but '%.*s' has no '='; write for example %s=512",
                       (int)piece.length, piece.text, kernel->dims[0].name);
    size_t length = (size_t)(equals - piece.text);
    while (length > 0 && is_blank(piece.text[length - 1]))
        length--;
    const char *text = equals + 1;
    while (text < end && is_blank(*text))
        text++;
    for (size_t i = 0; i < kernel->dim_count; i++) {
        const char *name = kernel->dims[i].name;
        if (strlen(name) != length || memcmp(name, piece.text, length) != 0)
            continue;
        if (given[i])
            return ts_fail(TS_EINPUT, "%s is given twice in the shape; remove one of the two", name);
        given[i] = true;
        int rc = parse_extent(name, text, (size_t)(end - text), &dims[i]);
        return rc < 0 ? rc : check_extent(kernel, i, text, (size_t)(end - text), dims[i]);
    }
    return unknown_dimension(kernel, piece.text, length);
}

int ts_shape_parse(const ts_kernel *kernel, const char *shape, int64_t *dims)
{
    bool given[TS_MAX_DIMS] = {false};
    const char *at = shape && *shape ? shape : NULL;
    ts_piece piece;
    while (ts_next_piece(&at, ',', &piece)) {
        int rc = parse_assignment(kernel, piece, dims, given);
        if (rc < 0)
            return rc;
    }
    for (size_t i = 0; i < kernel->dim_count; i++) {
        const ts_dim *dim = &kernel->dims[i];
        if (!given[i] && dim->fallback < dim->min)
            return ts_fail(TS_EINPUT,
                           "the shape doesn't give %s, which has no default; add for example %s=512",
                           dim->name, dim->name);
        if (!given[i])
            dims[i] = dim->fallback;
    }
    return 0;
}

int ts_problem_parse(const ts_kernel *kernel, const char *type, const char *shape, ts_problem *out)
{
    *out = (ts_problem){.kernel = kernel, .threads = 1};
    for (size_t i = 0; i < kernel->type_count && !out->type; i++)
        if (!type || strcmp(kernel->types[i].name, type) == 0)
            out->type = &kernel->types[i];
    if (out->type)
        return ts_shape_parse(kernel, shape, out->dims);
    ts_str known = TS_STR_INIT;
    ts_manifest_list(kernel->types, kernel->type_count, sizeof *kernel->types, &known);
    int rc = ts_fail(TS_EINPUT, "%s has no element type '%s'; its types are %s", kernel->name, type,
                     ts_str_text(&known));
    ts_str_free(&known);
    return rc;
}

void ts_problem_text(const ts_problem *problem, ts_str *out)
{
    for (size_t i = 0; i < problem->kernel->dim_count; i++)
        ts_str_format(out, "%s%s=%" PRId64, i ? "," : "", problem->kernel->dims[i].name, problem->dims[i]);
}

static ts_operand_type type_in(const ts_problem *problem, const ts_operand_type *own)
{
    const ts_type *type = problem->type;
    return own ? *own : (ts_operand_type){type->name, type->ctype, type->size};
}

ts_operand_type ts_problem_tensor_type(const ts_problem *problem, size_t tensor)
{
    return type_in(problem, problem->kernel->tensors[tensor].type);
}

ts_operand_type ts_problem_scalar_type(const ts_problem *problem, size_t scalar)
{
    return type_in(problem, problem->kernel->scalars[scalar].type);
}

int ts_problem_threads(const ts_problem *problem)
{
    return problem->threads > 1 ? problem->threads : 1;
}

bool ts_kernel_fills_by_reference(const ts_kernel *kernel)
{
    for (size_t i = 0; i < kernel->tensor_count; i++)
        if (kernel->tensors[i].reference_fill)
            return true;
    return false;
}

int ts_problem_work(const ts_problem *problem, double *flops, double *bytes)
{
    const ts_kernel *kernel = problem->kernel;
    ts_value *slots = calloc(kernel->slot_count, sizeof *slots);
    if (!slots)
        return ts_fail(TS_ENOMEM, "out of memory while computing the work of %s", kernel->name);
    int rc = ts_kernel_slots(problem, NULL, slots);
    if (rc == 0)
        rc = ts_expr_real(kernel->flops, slots, flops);
    if (rc == 0)
        rc = ts_expr_real(kernel->bytes, slots, bytes);
    free(slots);
    return rc;
}

/* What the target says, or what the manifest assumes where it doesn't. */
static int use_value(const ts_kernel *kernel, const ts_target *target, const ts_use *use, ts_value *out)
{
    const ts_attribute *attribute = ts_target_get(target, use->attribute);
    *out = attribute ? attribute->value : use->fallback;
    if (out->kind == TS_NONE)
        return ts_fail(
            TS_EINPUT,
            "%s: target %s doesn't say %s; add it to the target, or a default to <uses> in the manifest",
            kernel->path, target->name, use->attribute);
    return 0;
}

int ts_kernel_slots(const ts_problem *problem, const ts_target *target, ts_value *slots)
{
    const ts_kernel *kernel = problem->kernel;
    memset(slots, 0, kernel->slot_count * sizeof *slots);
    slots[kernel->type_slot] = ts_string(problem->type->name);
    slots[kernel->type_size_slot] = ts_int(problem->type->size);
    slots[kernel->max_error_slot] = ts_real(problem->max_error);
    slots[kernel->threads_slot] = ts_int(ts_problem_threads(problem));
    for (size_t i = 0; i < kernel->dim_count; i++)
        slots[kernel->dims[i].slot] = ts_int(problem->dims[i]);
    int rc = 0;
    for (size_t i = 0; target && i < kernel->use_count && rc == 0; i++)
        rc = use_value(kernel, target, &kernel->uses[i], &slots[kernel->uses[i].slot]);
    return rc;
}
