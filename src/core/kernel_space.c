/* A kernel's search space for one problem on one target, and the author's advice where to begin in it. */
#include "core/kernel_parse.h"
#include "util/str.h"
#include "util/vec.h"
#include <stdlib.h>
#include <string.h>

/* What ts_space_build() is told, with the arrays it borrows. */
typedef struct space_plan {
    const ts_kernel *kernel;
    ts_value *slots;
    ts_space_param_spec *params;
    const ts_expr **constraints;
    size_t ready; /* parameters whose domain is owned */
} space_plan;

static void plan_clear(space_plan *plan)
{
    for (size_t i = 0; i < plan->ready; i++)
        free((ts_value *)plan->params[i].values);
    free(plan->params);
    free(plan->constraints);
    free(plan->slots);
}

static int compiler_values(const ts_parameter *p, const char *const *compilers, ts_value **values,
                           size_t *count)
{
    size_t n = 0;
    while (compilers && compilers[n])
        n++;
    if (n == 0 || n > 1000)
        return ts_fail(TS_EINPUT,
                       "%s:%d: parameter %s needs from 1 to 1000 compilers but the session has %zu; name "
                       "some with --compiler",
                       p->place.file, p->place.line, p->name, n);
    *values = calloc(n, sizeof **values);
    if (!*values)
        return ts_fail(TS_ENOMEM, "out of memory while building a space");
    for (*count = 0; *count < n; (*count)++)
        (*values)[*count] = ts_string(compilers[*count]);
    return 0;
}

static int plan_parameter(space_plan *plan, const ts_parameter *p, const char *const *compilers)
{
    ts_value *values = NULL, wanted;
    size_t count = 0;
    int rc = p->role == TS_ROLE_COMPILER ? compiler_values(p, compilers, &values, &count)
                                         : ts_domain_values(p, plan->slots, &values, &count);
    if (rc < 0)
        return rc;
    ts_space_param_spec *spec = &plan->params[plan->ready++];
    *spec = (ts_space_param_spec){
        .name = p->name, .kind = p->kind, .values = values, .count = count, .when = p->when, .slot = p->slot};
    if (!p->fallback)
        return 0;
    rc = ts_expr_eval(p->fallback, plan->slots, &wanted);
    return rc < 0 ? rc : ts_domain_ordinal(p, values, count, wanted, &spec->fallback);
}

/* The reason the author gave for the constraint that the space names. */
static const char *reason_of(const ts_kernel *kernel, const char *why)
{
    for (size_t i = 0; i < kernel->constraint_count; i++)
        if (strstr(why, ts_expr_text(kernel->constraints[i].test)))
            return kernel->constraints[i].text;
    return NULL;
}

static int fail_empty(const ts_problem *problem, const ts_target *target, const char *why)
{
    ts_str shape = TS_STR_INIT;
    ts_problem_text(problem, &shape);
    const char *reason = why ? reason_of(problem->kernel, why) : NULL;
    int rc = ts_fail(
        TS_EINPUT,
        "%s has no valid configuration for %s %s on target %s: this constraint leaves none: %s%s%s%s; "
        "relax it or widen the values it restricts",
        problem->kernel->name, problem->type->name, ts_str_text(&shape), target->name, why ? why : "unknown",
        reason ? " (" : "", reason ? reason : "", reason ? ")" : "");
    ts_str_free(&shape);
    return rc;
}

int ts_kernel_space(const ts_problem *problem, const ts_target *target, const char *const *compilers,
                    ts_space **out)
{
    const ts_kernel *kernel = problem->kernel;
    space_plan plan = {.kernel = kernel};
    *out = NULL;
    plan.slots = calloc(kernel->slot_count, sizeof *plan.slots);
    plan.params = calloc(kernel->parameter_count, sizeof *plan.params);
    plan.constraints = calloc(kernel->constraint_count + 1, sizeof *plan.constraints);
    int rc = plan.slots && plan.params && plan.constraints
                 ? ts_kernel_slots(problem, target, plan.slots)
                 : ts_fail(TS_ENOMEM, "out of memory while building a space");
    for (size_t i = 0; i < kernel->parameter_count && rc == 0; i++)
        rc = plan_parameter(&plan, &kernel->parameters[i], compilers);
    if (rc < 0)
        goto done;
    for (size_t i = 0; i < kernel->constraint_count; i++)
        plan.constraints[i] = kernel->constraints[i].test;
    ts_space_spec spec = {.params = plan.params,
                          .param_count = kernel->parameter_count,
                          .constraints = plan.constraints,
                          .constraint_count = kernel->constraint_count,
                          .known = plan.slots,
                          .slot_count = kernel->slot_count};
    rc = ts_space_build(&spec, out);
    if (rc == 0 && ts_space_count(*out) == 0) {
        rc = fail_empty(problem, target, ts_space_why_empty(*out));
        ts_space_free(*out);
        *out = NULL;
    }
done:
    plan_clear(&plan);
    return rc;
}

/* A seed on its way to a configuration. */
typedef struct sprout {
    const ts_kernel *kernel;
    const ts_space *space;
    ts_value *slots;     /* [slot_count] */
    uint16_t *ordinals;  /* [parameter_count] */
    uint16_t *fallbacks; /* [parameter_count] */
    TS_VEC(uint64_t) configs;
} sprout;

static void place_value(sprout *s, size_t i, size_t ordinal)
{
    s->ordinals[i] = (uint16_t)ordinal;
    s->slots[s->kernel->parameters[i].slot] = ts_space_param(s->space, i)->values[ordinal];
}

/* The ordinal that `expr` asks for; the default (or first) value where a compiler isn't in this session. */
static int wanted_ordinal(const sprout *s, size_t i, const ts_expr *expr, size_t *ordinal)
{
    const ts_parameter *p = &s->kernel->parameters[i];
    const ts_param *domain = ts_space_param(s->space, i);
    ts_value wanted;
    int rc = ts_expr_eval(expr, s->slots, &wanted);
    if (rc < 0)
        return rc;
    rc = ts_domain_ordinal(p, domain->values, domain->count, wanted, ordinal);
    return rc < 0 && p->role == TS_ROLE_COMPILER ? 0 : rc;
}

static int find_fallbacks(sprout *s)
{
    for (size_t i = 0; i < s->kernel->parameter_count; i++) {
        size_t ordinal = 0;
        const ts_expr *fallback = s->kernel->parameters[i].fallback;
        int rc = fallback ? wanted_ordinal(s, i, fallback, &ordinal) : 0;
        if (rc < 0)
            return rc;
        s->fallbacks[i] = (uint16_t)ordinal;
    }
    return 0;
}

/* An inactive parameter takes its default; that may make others inactive, hence the rounds. */
static int silence_inactive(sprout *s)
{
    for (size_t round = 0; round < s->kernel->parameter_count; round++) {
        bool changed = false;
        for (size_t i = 0; i < s->kernel->parameter_count; i++) {
            const ts_expr *when = s->kernel->parameters[i].when;
            bool active = true;
            int rc = when ? ts_expr_test(when, s->slots, &active) : 0;
            if (rc < 0)
                return rc;
            if (active || s->ordinals[i] == s->fallbacks[i])
                continue;
            place_value(s, i, s->fallbacks[i]);
            changed = true;
        }
        if (!changed)
            break;
    }
    return 0;
}

static int keep_if_new(sprout *s)
{
    uint64_t config;
    if (!ts_space_encode(s->space, s->ordinals, &config))
        return 0;
    for (size_t i = 0; i < s->configs.count; i++)
        if (s->configs.items[i] == config)
            return 0;
    return ts_vec_push(&s->configs, config) ? 0 : ts_fail(TS_ENOMEM, "out of memory while reading seeds");
}

/* `seed` NULL: all defaults. */
static int plant(sprout *s, const ts_seed *seed)
{
    bool applies = true;
    int rc = seed && seed->when ? ts_expr_test(seed->when, s->slots, &applies) : 0;
    for (size_t i = 0; i < s->kernel->parameter_count && rc == 0 && applies; i++) {
        size_t ordinal = s->fallbacks[i];
        if (seed && seed->values[i])
            rc = wanted_ordinal(s, i, seed->values[i], &ordinal);
        if (rc == 0)
            place_value(s, i, ordinal);
    }
    if (rc < 0 || !applies)
        return rc;
    rc = silence_inactive(s);
    return rc < 0 ? rc : keep_if_new(s);
}

static void sprout_free(sprout *s)
{
    free(s->slots);
    free(s->ordinals);
    free(s->fallbacks);
}

static int sprout_open(const ts_problem *problem, const ts_target *target, const ts_space *space, sprout *s)
{
    const ts_kernel *kernel = problem->kernel;
    *s = (sprout){.kernel = kernel, .space = space};
    s->slots = calloc(kernel->slot_count, sizeof *s->slots);
    s->ordinals = calloc(kernel->parameter_count, sizeof *s->ordinals);
    s->fallbacks = calloc(kernel->parameter_count, sizeof *s->fallbacks);
    int rc = s->slots && s->ordinals && s->fallbacks
                 ? ts_kernel_slots(problem, target, s->slots)
                 : ts_fail(TS_ENOMEM, "out of memory while reading seeds");
    return rc == 0 ? find_fallbacks(s) : rc;
}

int ts_kernel_seeds(const ts_problem *problem, const ts_target *target, const ts_space *space,
                    uint64_t **configs, size_t *count)
{
    sprout s;
    int rc = sprout_open(problem, target, space, &s);
    for (size_t i = 0; i < problem->kernel->seed_count && rc == 0; i++)
        rc = plant(&s, &problem->kernel->seeds[i]);
    if (rc == 0)
        rc = plant(&s, NULL);
    if (rc < 0)
        ts_vec_free(&s.configs);
    *configs = s.configs.items;
    *count = s.configs.count;
    sprout_free(&s);
    return rc;
}

int ts_kernel_defaults(const ts_problem *problem, const ts_target *target, const ts_space *space,
                       uint64_t *config)
{
    sprout s;
    int rc = sprout_open(problem, target, space, &s);
    if (rc == 0)
        rc = plant(&s, NULL);
    if (rc == 0)
        *config = ts_space_nearest(space, s.ordinals);
    ts_vec_free(&s.configs);
    sprout_free(&s);
    return rc;
}
