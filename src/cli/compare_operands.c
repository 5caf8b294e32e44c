/* See compare_operands.h. */
#include "cli/compare_operands.h"
#include "cli/targets.h"
#include "util/str.h"
#include <stdlib.h>
#include <string.h>

static int out_of_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while comparing targets");
}

static int add_target(ts_compare_operands *a, const char *name)
{
    ts_target *target = NULL;
    int rc = ts_cli_target(name, ts_args_value(a->args, "db"), &target);
    if (rc == TS_OK && !ts_vec_push(&a->targets, target)) {
        ts_target_free(target);
        rc = out_of_memory();
    }
    return rc;
}

static int add_all_targets(ts_compare_operands *a)
{
    char **names = NULL;
    size_t count = 0;
    int rc = ts_target_list(&names, &count);
    for (size_t i = 0; i < count && rc == TS_OK; i++)
        rc = add_target(a, names[i]);
    ts_name_list_free(names, count);
    return rc;
}

static int add_workload(ts_compare_operands *a, const char *name)
{
    ts_workload *workload = NULL;
    int rc = ts_workload_load(name, &workload);
    if (rc == TS_OK && !ts_vec_push(&a->workloads, workload)) {
        ts_workload_free(workload);
        rc = out_of_memory();
    }
    return rc;
}

static int add_all_workloads(ts_compare_operands *a)
{
    char **names = NULL;
    size_t count = 0;
    int rc = ts_workload_list(&names, &count);
    for (size_t i = 0; i < count && rc == TS_OK; i++)
        rc = add_workload(a, names[i]);
    ts_name_list_free(names, count);
    return rc;
}

static int add_shape(ts_compare_operands *a, const char *kernel, const char *shape)
{
    ts_workload *workload = NULL;
    int rc = ts_workload_of(kernel, ts_args_value(a->args, "type"), shape, &workload);
    if (rc == TS_OK && !ts_vec_push(&a->workloads, workload)) {
        ts_workload_free(workload);
        rc = out_of_memory();
    }
    return rc;
}

/* A shape of the manifest as text. */
static void shape_text(const ts_kernel *kernel, const ts_shape *shape, ts_str *out)
{
    for (size_t d = 0; d < kernel->dim_count; d++)
        ts_str_format(out, "%s%s=%lld", d ? "," : "", kernel->dims[d].name, (long long)shape->dims[d]);
}

static int add_typical(ts_compare_operands *a, const char *name)
{
    ts_kernel *kernel = NULL;
    const char *type = ts_args_value(a->args, "type");
    int rc = ts_kernel_load(name, &kernel);
    for (size_t i = 0; rc == TS_OK && i < kernel->shape_count; i++) {
        const ts_shape *s = &kernel->shapes[i];
        ts_str text = TS_STR_INIT;
        if (strcmp(s->kind, "typical") != 0 ||
            (s->type && strcmp(s->type, type ? type : kernel->types[0].name) != 0))
            continue;
        shape_text(kernel, s, &text);
        rc = add_shape(a, name, ts_str_text(&text));
        ts_str_free(&text);
    }
    ts_kernel_free(kernel);
    return rc;
}

static int add_kernel(ts_compare_operands *a, const char *name)
{
    const char *const *shapes = ts_args_values(a->args, "shape");
    char *copy = strdup(name);
    if (!copy || !ts_vec_push(&a->kernels, copy)) {
        free(copy);
        return out_of_memory();
    }
    int rc = shapes ? TS_OK : add_typical(a, name);
    for (size_t i = 0; shapes && shapes[i] && rc == TS_OK; i++)
        rc = add_shape(a, name, shapes[i]);
    return rc;
}

static bool lists(char *const *names, size_t count, const char *name, ts_suggestion *near)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
        ts_suggest(near, names[i]);
    }
    return false;
}

/* What there is of each kind; a suggestion borrows from it. */
enum { TARGETS, KERNELS, WORKLOADS, KINDS };

typedef struct ts_known_names {
    char **names;
    size_t count;
} ts_known_names;

static int list_all(ts_known_names all[KINDS])
{
    int rc = ts_target_list(&all[TARGETS].names, &all[TARGETS].count);
    if (rc == TS_OK)
        rc = ts_kernel_list(&all[KERNELS].names, &all[KERNELS].count);
    if (rc == TS_OK)
        rc = ts_workload_list(&all[WORKLOADS].names, &all[WORKLOADS].count);
    return rc;
}

static int refuse(const ts_suggestion *near)
{
    if (near->best)
        return ts_fail(TS_ENOTFOUND, "there is no target, kernel or workload '%s'; did you mean '%s'?",
                       near->word, near->best);
    return ts_fail(
        TS_ENOTFOUND,
        "there is no target, kernel or workload '%s'; 'tilesmith show targets', 'show kernels' and 'show "
        "workloads' list them",
        near->word);
}

/* A file is a target if it reads as one, else a workload, else a kernel's folder. */
static int add_path(ts_compare_operands *a, const char *path)
{
    size_t length = strlen(path);
    if (length < 4 || strcmp(path + length - 4, ".xml") != 0)
        return add_kernel(a, path);
    ts_workload *workload = NULL;
    if (ts_workload_load(path, &workload) != TS_OK)
        return add_target(a, path);
    if (ts_vec_push(&a->workloads, workload))
        return TS_OK;
    ts_workload_free(workload);
    return out_of_memory();
}

static int add_name(ts_compare_operands *a, const char *name)
{
    ts_suggestion near = {.word = name};
    ts_known_names all[KINDS] = {{0}};
    int kind = 0, rc = list_all(all);
    while (rc == TS_OK && kind < KINDS && !lists(all[kind].names, all[kind].count, name, &near))
        kind++;
    if (rc == TS_OK)
        rc = kind == TARGETS     ? add_target(a, name)
             : kind == KERNELS   ? add_kernel(a, name)
             : kind == WORKLOADS ? add_workload(a, name)
                                 : refuse(&near);
    for (int i = 0; i < KINDS; i++)
        ts_name_list_free(all[i].names, all[i].count);
    return rc;
}

static int add_operand(ts_compare_operands *a, const char *name)
{
    if (strcmp(name, "all") == 0)
        return add_all_targets(a);
    if (strcmp(name, "host") == 0 || strcmp(name, "this") == 0)
        return add_target(a, NULL);
    return strchr(name, '/') ? add_path(a, name) : add_name(a, name);
}

/* Nothing named: everything. */
int ts_compare_operands_load(ts_compare_operands *a)
{
    int rc = TS_OK;
    for (size_t i = 0; i < ts_args_operands(a->args) && rc == TS_OK; i++)
        rc = add_operand(a, ts_args_operand(a->args, i));
    bool none = a->targets.count == 0;
    if (rc == TS_OK && none)
        rc = add_target(a, NULL);
    if (rc == TS_OK && none)
        rc = add_all_targets(a);
    if (rc == TS_OK && a->workloads.count == 0)
        rc = add_all_workloads(a);
    if (rc == TS_OK && ts_args_values(a->args, "shape") && a->kernels.count == 0)
        rc =
            ts_fail(TS_EINPUT, "--shape is for kernels, and none was named; workloads have their own shapes");
    return rc;
}

void ts_compare_operands_free(ts_compare_operands *o)
{
    for (size_t i = 0; i < o->targets.count; i++)
        ts_target_free(o->targets.items[i]);
    ts_vec_free(&o->targets);
    for (size_t i = 0; i < o->workloads.count; i++)
        ts_workload_free(o->workloads.items[i]);
    ts_vec_free(&o->workloads);
    for (size_t i = 0; i < o->kernels.count; i++)
        free(o->kernels.items[i]);
    ts_vec_free(&o->kernels);
}
