/*
 * From a configuration to C. A variant's text is made under a placeholder name, hashed together with
 * everything else that decides its machine code, and then renamed after its hash: equal variants get equal
 * names whatever configuration they came from.
 */
#include "build/render.h"
#include "build/template.h"
#include "build/thunk.h"
#include "build/toolchain.h"
#include "util/clock.h"
#include "util/hash.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As long as the name that replaces it; SHA-256 has not been seen to give 128 zero bits. */
#define PREFIX      "ts_v_"
#define PLACEHOLDER PREFIX "00000000000000000000000000000000"
_Static_assert(sizeof PLACEHOLDER == sizeof PREFIX + TS_VARIANT_ID - 1,
               "the placeholder is as long as a variant's name");

/* What a manifest without a parameter of that role gets. */
#define DEFAULT_COMPILER "cc"
#define DEFAULT_FLAGS    "-O2"

#define WORKSPACE_LIMIT ((int64_t)1 << 40)

/* What a <template> names, parsed; `common` comes first, if there is one. */
typedef struct ts_texts {
    ts_template *common, *own;
} ts_texts;

struct ts_renderer {
    ts_problem problem;
    const ts_target *target;
    const ts_space *space;
    ts_names *names; /* the kernel's, and T */
    size_t t_slot;
    ts_texts *texts;   /* [problem.kernel->template_count] */
    ts_value *slots;   /* [kernel->slot_count] of the problem and target; parameters as last rendered */
    ts_value *visible; /* [count of names] what the template in use may see */
};

static int no_memory(void)
{
    return ts_fail(TS_ENOMEM, "out of memory while rendering a variant");
}

static int load_templates(ts_renderer *r)
{
    const ts_kernel *kernel = r->problem.kernel;
    int rc = 0;
    r->texts = calloc(kernel->template_count, sizeof *r->texts);
    if (!r->texts)
        return no_memory();
    for (size_t i = 0; i < kernel->template_count && rc == 0; i++) {
        const ts_template_use *use = &kernel->templates[i];
        if (use->common)
            rc = ts_template_load(use->common, r->names, &r->texts[i].common);
        if (rc == 0)
            rc = ts_template_load(use->file, r->names, &r->texts[i].own);
    }
    return rc;
}

int ts_renderer_open(const ts_problem *problem, const ts_target *target, const ts_space *space,
                     ts_renderer **out)
{
    ts_renderer *r = calloc(1, sizeof *r);
    *out = NULL;
    if (!r)
        return no_memory();
    *r = (ts_renderer){.problem = *problem, .target = target, .space = space};
    int rc = ts_names_copy(problem->kernel->names, &r->names);
    if (rc == 0)
        rc = ts_names_add(r->names, "T", &r->t_slot);
    if (rc == 0) {
        r->slots = calloc(problem->kernel->slot_count, sizeof *r->slots);
        r->visible = calloc(ts_names_count(r->names), sizeof *r->visible);
        rc = r->slots && r->visible ? ts_kernel_slots(problem, target, r->slots) : no_memory();
    }
    if (rc == 0)
        rc = load_templates(r);
    if (rc < 0) {
        ts_renderer_close(r);
        return rc;
    }
    *out = r;
    return 0;
}

void ts_renderer_close(ts_renderer *r)
{
    if (!r)
        return;
    for (size_t i = 0; r->texts && i < r->problem.kernel->template_count; i++) {
        ts_template_free(r->texts[i].common);
        ts_template_free(r->texts[i].own);
    }
    free(r->texts);
    free(r->slots);
    free(r->visible);
    ts_names_free(r->names);
    free(r);
}

/* The first template whose condition holds. */
static int find_template(const ts_renderer *r, const ts_value *slots, size_t *index)
{
    const ts_kernel *kernel = r->problem.kernel;
    for (size_t i = 0; i < kernel->template_count; i++) {
        bool serves = true;
        int rc = kernel->templates[i].when ? ts_expr_test(kernel->templates[i].when, slots, &serves) : 0;
        if (rc < 0)
            return rc;
        if (serves)
            return *index = i, 0;
    }
    return ts_fail(TS_EINPUT,
                   "%s: no <template> serves this configuration; add one, or a constraint that excludes it",
                   kernel->path);
}

/* Dimensions that are arguments have no value in a template that serves any shape. */
static void make_visible(ts_renderer *r, const ts_value *slots, bool fixed_shape)
{
    const ts_kernel *kernel = r->problem.kernel;
    memcpy(r->visible, slots, kernel->slot_count * sizeof *slots);
    for (size_t i = 0; i < kernel->dim_count && !fixed_shape; i++)
        if (kernel->dims[i].argument)
            r->visible[kernel->dims[i].slot] = (ts_value){.kind = TS_NONE};
    r->visible[r->t_slot] = ts_string(r->problem.type->ctype);
}

static int workspace(const ts_renderer *r, const ts_value *slots, ts_variant *out)
{
    const ts_kernel *kernel = r->problem.kernel;
    int64_t bytes = 0;
    if (!kernel->workspace)
        return 0;
    int rc = ts_expr_int(kernel->workspace, slots, &bytes);
    if (rc < 0)
        return rc;
    ts_place place = ts_expr_place(kernel->workspace);
    /* A variant for any shape is called with other shapes too: its workspace must be large enough for them
     * all. */
    if (ts_expr_int(kernel->workspace, r->visible, &bytes) < 0)
        return ts_fail(TS_EINPUT,
                       "%s:%d: the workspace of a variant for any shape can't depend on the shape; bound it "
                       "by parameters, or "
                       "declare the template with shape=\"fixed\"",
                       place.file, place.line);
    if (bytes < 0 || bytes > WORKSPACE_LIMIT)
        return ts_fail(TS_EINPUT,
                       "%s:%d: a workspace of %" PRId64 " bytes is impossible; correct its expression",
                       place.file, place.line, bytes);
    out->workspace_bytes = bytes;
    return kernel->huge ? ts_expr_test(kernel->huge, slots, &out->huge_pages) : 0;
}

/* Compiler and flags: the values of the parameters that have these roles. */
static int toolchain(const ts_renderer *r, const ts_value *slots, ts_variant *out)
{
    const ts_kernel *kernel = r->problem.kernel;
    const char *compiler = DEFAULT_COMPILER;
    ts_str flags = TS_STR_INIT;
    bool has_flags = false;
    for (size_t i = 0; i < kernel->parameter_count; i++) {
        const ts_parameter *p = &kernel->parameters[i];
        const ts_value value = slots[p->slot];
        if (p->role == TS_ROLE_NONE)
            continue;
        if (value.kind != TS_STRING) {
            ts_str_free(&flags);
            return ts_fail(TS_EINPUT, "%s:%d: parameter %s has a role, so its values must be strings",
                           p->place.file, p->place.line, p->name);
        }
        if (p->role == TS_ROLE_COMPILER) {
            compiler = value.s;
        } else {
            has_flags = true;
            ts_str_format(&flags, "%s%s", flags.length > 0 && *value.s ? " " : "", value.s);
        }
    }
    out->compiler = strdup(compiler);
    out->flags = strdup(has_flags ? ts_str_text(&flags) : DEFAULT_FLAGS);
    bool failed = flags.failed || !out->compiler || !out->flags;
    ts_str_free(&flags);
    return failed ? no_memory() : 0;
}

/* The variant converts its constant operands once, before the calls. */
static int preparation(const ts_renderer *r, const ts_value *slots, ts_variant *out)
{
    const ts_kernel *kernel = r->problem.kernel;
    out->prepares = kernel->prepares;
    int rc = kernel->prepare ? ts_expr_test(kernel->prepare, slots, &out->prepares) : 0;
    if (rc == 0 && out->prepares && !out->fixed_shape)
        rc = ts_fail(TS_EINPUT,
                     "%s:%d: a variant that prepares is compiled for one shape, but the template of this "
                     "configuration serves any; declare it with shape=\"fixed\"",
                     kernel->prepare_place.file, kernel->prepare_place.line);
    return rc;
}

/* A function that the template defines is declared before it, and can be called through a thunk behind it. */
static int wrap(ts_renderer *r, const ts_texts *texts, const ts_variant *v, ts_str *source)
{
    ts_thunk_declaration(&r->problem, PLACEHOLDER, source);
    if (v->prepares)
        ts_thunk_declaration(&r->problem, PLACEHOLDER "_prepare", source);
    int rc = texts->common ? ts_template_render(texts->common, r->visible, PLACEHOLDER, source) : 0;
    if (rc == 0)
        rc = ts_template_render(texts->own, r->visible, PLACEHOLDER, source);
    if (rc < 0)
        return rc;
    ts_thunk_definition(&r->problem, PLACEHOLDER, source);
    if (v->prepares)
        ts_thunk_definition(&r->problem, PLACEHOLDER "_prepare", source);
    return source->failed ? no_memory() : 0;
}

static int expand(ts_renderer *r, const ts_value *slots, ts_str *source, ts_variant *out)
{
    size_t index = 0;
    int rc = find_template(r, slots, &index);
    if (rc < 0)
        return rc;
    out->fixed_shape = r->problem.kernel->templates[index].fixed_shape;
    make_visible(r, slots, out->fixed_shape);
    if ((rc = preparation(r, slots, out)) < 0 || (rc = wrap(r, &r->texts[index], out, source)) < 0)
        return rc;
    return workspace(r, slots, out);
}

/* "native" means other instructions on another machine: there the machine is part of the variant. */
static int identify(const ts_renderer *r, const char *source, ts_variant *out)
{
    const char *identity = NULL;
    char abi[16], hex[TS_HASH_HEX];
    int rc = ts_compiler_identity(out->compiler, &identity);
    if (rc < 0)
        return rc;
    snprintf(abi, sizeof abi, "abi %d", TS_VARIANT_ABI);
    ts_hash hash;
    ts_hash_begin(&hash);
    ts_hash_add_text(&hash, abi);
    ts_hash_add_text(&hash, identity);
    ts_hash_add_text(&hash, out->flags);
    if (strstr(out->flags, "=native") && r->target->fingerprint)
        ts_hash_add_text(&hash, r->target->fingerprint);
    ts_hash_add_text(&hash, source);
    ts_hash_end(&hash, hex);
    memcpy(out->id, hex, TS_VARIANT_ID - 1);
    out->id[TS_VARIANT_ID - 1] = '\0';
    return 0;
}

/* The placeholder gives way to the id, which has the same length. */
static void rename_all(char *source, const char *id)
{
    for (char *at = strstr(source, PLACEHOLDER); at; at = strstr(at, PLACEHOLDER)) {
        memcpy(at + strlen(PREFIX), id, TS_VARIANT_ID - 1);
        at += strlen(PLACEHOLDER);
    }
}

int ts_renderer_variant_of(ts_renderer *r, const ts_value *slots, ts_variant *out)
{
    uint64_t start = ts_now_ns();
    ts_str source = TS_STR_INIT;
    *out = (ts_variant){0};
    int rc = expand(r, slots, &source, out);
    if (rc == 0)
        rc = toolchain(r, slots, out);
    if (rc == 0)
        rc = identify(r, ts_str_text(&source), out);
    if (rc == 0 && !(out->source = ts_str_take(&source)))
        rc = no_memory();
    if (rc < 0) {
        ts_str_free(&source);
        ts_variant_clear(out);
        return rc;
    }
    rename_all(out->source, out->id);
    out->render_seconds = 1e-9 * (double)(ts_now_ns() - start);
    return 0;
}

int ts_renderer_variant(ts_renderer *r, uint64_t config, ts_variant *out)
{
    *out = (ts_variant){0};
    if (config >= ts_space_count(r->space))
        return ts_fail(TS_EINTERNAL, "configuration %" PRIu64 " is outside its space; please report this",
                       config);
    ts_space_values(r->space, config, r->slots);
    return ts_renderer_variant_of(r, r->slots, out);
}

int ts_renderer_fixed_shape(ts_renderer *r, uint64_t config, bool *fixed)
{
    size_t index = 0;
    ts_space_values(r->space, config, r->slots);
    int rc = find_template(r, r->slots, &index);
    *fixed = rc == 0 && r->problem.kernel->templates[index].fixed_shape;
    return rc;
}
