/* See variant_of.h. */
#include "cli/variant_of.h"
#include "cli/cli.h"
#include "cli/data.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int unknown_parameter(const ts_cli_variant *v, const ts_problem *problem, const char *name)
{
    ts_suggestion near = {.word = name};
    for (size_t i = 0; i < ts_space_params(v->space); i++)
        ts_suggest(&near, ts_space_param(v->space, i)->name);
    return near.best ? ts_fail(TS_EINPUT, "%s has no parameter '%s'; did you mean '%s'?",
                               problem->kernel->name, name, near.best)
                     : ts_fail(TS_EINPUT,
                               "%s has no parameter '%s'; 'tilesmith show kernels %s' lists those it has",
                               problem->kernel->name, name, problem->kernel->name);
}

static int set_value(const ts_param *p, const char *text, uint16_t *ordinal)
{
    char buffer[64];
    ts_str known = TS_STR_INIT;
    for (size_t i = 0; i < p->count; i++) {
        const char *value = ts_value_text(p->values[i], buffer, sizeof buffer);
        if (strcmp(value, text) == 0) {
            *ordinal = (uint16_t)i;
            ts_str_free(&known);
            return 0;
        }
        ts_str_format(&known, "%s%s", i ? ", " : "", value);
    }
    int rc = ts_fail(TS_EINPUT, "%s=%s is not among its values: %s", p->name, text, ts_str_text(&known));
    ts_str_free(&known);
    return rc;
}

static int set_pair(const ts_cli_variant *v, const ts_problem *problem, char *pair, uint16_t *ordinals)
{
    char *equals = strchr(pair, '=');
    if (!equals)
        return ts_fail(TS_EINPUT, "--config is written NAME=VALUE,..., but '%s' has no '='", pair);
    *equals = '\0';
    for (size_t i = 0; i < ts_space_params(v->space); i++)
        if (strcmp(ts_space_param(v->space, i)->name, pair) == 0)
            return set_value(ts_space_param(v->space, i), equals + 1, &ordinals[i]);
    return unknown_parameter(v, problem, pair);
}

static int set_all(const ts_cli_variant *v, const ts_problem *problem, const char *config, uint16_t *ordinals)
{
    char *text = strdup(config), *rest = NULL;
    int rc = text ? 0 : ts_fail(TS_ENOMEM, "out of memory while reading --config");
    for (char *pair = text ? strtok_r(text, ", ", &rest) : NULL; pair && rc == 0;
         pair = strtok_r(NULL, ", ", &rest))
        rc = set_pair(v, problem, pair, ordinals);
    free(text);
    return rc;
}

static int find_config(ts_cli_variant *v, const ts_problem *problem, const ts_target *target,
                       const char *config)
{
    uint16_t *ordinals = calloc(ts_space_params(v->space) + 1, sizeof *ordinals);
    int rc = ordinals ? 0 : ts_fail(TS_ENOMEM, "out of memory while reading --config");
    if (rc == 0)
        rc = ts_kernel_defaults(problem, target, v->space, &v->config);
    if (rc == 0) {
        ts_space_decode(v->space, v->config, ordinals);
        rc = set_all(v, problem, config, ordinals);
    }
    if (rc == 0) {
        /* What isn't named gives way, as far as it stands behind what is, to the nearest values that are
         * allowed. */
        ts_space_decode(v->space, ts_space_nearest(v->space, ordinals), ordinals);
        rc = set_all(v, problem, config, ordinals);
    }
    if (rc == 0 && !ts_space_encode(v->space, ordinals, &v->config))
        rc = ts_fail(TS_EINPUT,
                     "%s allows no variant with %s beside the defaults; name more parameters, or see its "
                     "constraints with 'tilesmith show kernels %s'",
                     problem->kernel->name, config, problem->kernel->name);
    free(ordinals);
    return rc;
}

int ts_cli_variant_of(const ts_problem *problem, const ts_target *target, const char *config,
                      ts_cli_variant *v)
{
    *v = (ts_cli_variant){0};
    int rc = ts_kernel_space(problem, target, ts_compiler_names, &v->space);
    if (rc == 0 && ts_space_count(v->space) == 0)
        rc = ts_fail(TS_EINPUT, "%s has no variant for this problem on %s: %s", problem->kernel->name,
                     target->name, ts_space_why_empty(v->space));
    if (rc == 0)
        rc = find_config(v, problem, target, config);
    v->slots = rc == 0 ? calloc(problem->kernel->slot_count + 1, sizeof *v->slots) : NULL;
    if (rc == 0 && !v->slots)
        rc = ts_fail(TS_ENOMEM, "out of memory while reading --config");
    if (rc == 0)
        rc = ts_kernel_slots(problem, target, v->slots);
    if (rc == 0)
        ts_space_values(v->space, v->config, v->slots);
    return rc;
}

void ts_cli_variant_free(ts_cli_variant *v)
{
    ts_space_free(v->space);
    free(v->slots);
}
