/* See problems.h. */
#include "cli/problems.h"
#include "util/str.h"

#include <string.h>

static int refuse_type(const ts_kernel *kernel, const char *name)
{
    ts_str known = TS_STR_INIT;
    for (size_t i = 0; i < kernel->type_count; i++)
        ts_str_format(&known, "%s%s", i ? ", " : "", kernel->types[i].name);
    int rc = ts_fail(TS_EINPUT, "%s has no element type '%s'; its types are %s", kernel->name, name,
                     ts_str_text(&known));
    ts_str_free(&known);
    return rc;
}

static int find_type(const ts_kernel *kernel, const char *name, const ts_type **out)
{
    for (size_t i = 0; i < kernel->type_count; i++)
        if (!name || strcmp(kernel->types[i].name, name) == 0) {
            *out = &kernel->types[i];
            return TS_OK;
        }
    *out = NULL;
    return refuse_type(kernel, name ? name : "");
}

static int add_problem(const ts_problem *problem, ts_cli_problems *out)
{
    return ts_vec_push(out, *problem) ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while reading shapes");
}

static int add_typical(const ts_kernel *kernel, const ts_type *type, ts_cli_problems *out)
{
    int rc = TS_OK;
    for (size_t i = 0; i < kernel->shape_count && rc == TS_OK; i++) {
        const ts_shape *s = &kernel->shapes[i];
        ts_problem problem = {.kernel = kernel, .type = type, .threads = 1};
        if (strcmp(s->kind, "typical") != 0 || (s->type && strcmp(s->type, type->name) != 0))
            continue;
        memcpy(problem.dims, s->dims, sizeof problem.dims);
        rc = add_problem(&problem, out);
    }
    if (rc == TS_OK && out->count == 0)
        rc = ts_fail(TS_EINPUT, "kernel '%s' states no typical shape for %s; give one with --shape",
                     kernel->name, type->name);
    return rc;
}

int ts_cli_problems_of(const ts_kernel *kernel, const char *type_name, const char *const *shapes,
                       ts_cli_problems *out)
{
    const ts_type *type;
    int rc = find_type(kernel, type_name, &type);
    if (rc == TS_OK && !shapes)
        return add_typical(kernel, type, out);
    for (size_t i = 0; rc == TS_OK && shapes[i]; i++) {
        ts_problem problem;
        rc = ts_problem_parse(kernel, type->name, shapes[i], &problem);
        if (rc == TS_OK)
            rc = add_problem(&problem, out);
    }
    return rc;
}
