/* See machine.h. */
#include "model/machine.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CANDIDATES = 11 };

/* What may stand for a type: first those that hold all its values (`exact` of them), then the nearest. */
static const struct {
    const char *type;
    size_t exact;
    const char *candidates[CANDIDATES];
} substitutes[] = {
    {"f64", 1, {"f64"}},
    {"f32", 2, {"f32", "f64", "tf32", "f16", "bf16", "i16", "f8", "i8", "i4"}},
    {"bf16", 4, {"bf16", "f32", "tf32", "f64", "f16", "i16", "f8", "i8", "i4"}},
    {"f16", 4, {"f16", "f32", "tf32", "f64", "bf16", "i16", "f8", "i8", "i4"}},
    {"i8", 7, {"i8", "i16", "i32", "f16", "bf16", "f32", "f64", "i4"}},
    {"i16", 4, {"i16", "i32", "f32", "f64", "i8", "i4"}},
    {"i32", 2, {"i32", "f64", "f32"}},
};

double ts_type_bytes(const char *type)
{
    static const struct {
        const char *name;
        double bytes;
    } types[] = {{"f64", 8},  {"f32", 4}, {"tf32", 4}, {"i32", 4}, {"f16", 2},
                 {"bf16", 2}, {"i16", 2}, {"f8", 1},   {"i8", 1},  {"i4", 0.5}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, type) == 0)
            return types[i].bytes;
    return NAN;
}

static void choose(ts_facts *facts, const char *wanted, const char *type, bool exact, ts_prediction *p,
                   ts_machine_type *out)
{
    snprintf(out->name, sizeof out->name, "%s", type);
    snprintf(p->as_type, sizeof p->as_type, "%s", type);
    out->bytes = ts_type_bytes(type);
    out->is_exact = exact;
    if (!exact)
        ts_prediction_note(p, "runs as %s: results are approximate", type);
    if (strcmp(wanted, type) != 0)
        ts_facts_step(facts, "type", out->bytes, "B", "", "%s runs as %s, %s", wanted, type,
                      exact ? "which holds all its values" : "the nearest there is: results are approximate");
}

static int refuse_type(ts_facts *facts, const ts_model_call *call)
{
    return ts_fail(TS_EINPUT,
                   "%s cannot compute in %s: its description states no peak for that type or for "
                   "one that could stand for it",
                   ts_facts_target(facts)->name, call->work->type);
}

int ts_machine_choose(ts_facts *facts, const ts_model_call *call, ts_type_test *has, void *context,
                      ts_prediction *p, ts_machine_type *out)
{
    const char *wanted = call->work->type;
    for (size_t i = 0; i < sizeof substitutes / sizeof *substitutes; i++) {
        if (strcmp(substitutes[i].type, wanted) != 0)
            continue;
        for (size_t j = 0; j < CANDIDATES && substitutes[i].candidates[j]; j++) {
            if (!has(context, substitutes[i].candidates[j]))
                continue;
            choose(facts, wanted, substitutes[i].candidates[j], j < substitutes[i].exact, p, out);
            return 0;
        }
    }
    return refuse_type(facts, call);
}

static bool has_peak(void *context, const char *type)
{
    char name[24];
    snprintf(name, sizeof name, "peak.%s", type);
    return !isnan(ts_facts_peek(context, name));
}

/* A description without peaks is incomplete: its machine may well compute. */
static bool has_any_peak(ts_facts *facts)
{
    const char *const types[] = {"f64", "f32", "tf32", "f16", "bf16",  "f8",
                                 "i32", "i16", "i8",   "i4",  "binary"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (has_peak(facts, types[i]))
            return true;
    return false;
}

int ts_machine_peak(ts_facts *facts, const ts_model_call *call, const char *user, ts_prediction *p,
                    ts_machine_type *type, double *peak)
{
    char name[24];
    int rc = ts_machine_choose(facts, call, has_peak, facts, p, type);
    snprintf(name, sizeof name, "peak.%s", call->work->type);
    if (rc < 0)
        return has_any_peak(facts) ? refuse_type(facts, call) : ts_facts_need(facts, name, user, peak);
    snprintf(name, sizeof name, "peak.%s", type->name);
    return ts_facts_need(facts, name, user, peak);
}

double ts_machine_bytes(const ts_model_call *call, const ts_machine_type *type, double bytes)
{
    /* A machine that computes in a wider type reads the operands as they are. */
    return bytes * fmin(1, type->bytes / call->work->element_bytes);
}

void ts_machine_energy(ts_facts *facts, ts_prediction *p)
{
    double watts = ts_facts_peek(facts, "power.busy");
    const char *name = isnan(watts) ? "power.design" : "power.busy";
    if (isnan(ts_facts_peek(facts, name))) {
        snprintf(p->no_energy, sizeof p->no_energy,
                 "target %.60s states neither power.busy nor power.design, which energy = power * time needs",
                 ts_facts_target(facts)->name);
        return;
    }
    ts_facts_need(facts, name, "energy = power * time", &watts);
    p->joules = watts * p->seconds;
    ts_facts_step(facts, "energy", p->joules, "J", "Choi et al., IPDPS 2013: the whole power taken as static",
                  "%s %g W * %g s%s", name, watts, p->seconds,
                  strcmp(name, "power.busy") == 0 ? "" : ", an upper bound: as if it drew all it may");
}

void ts_prediction_add(ts_prediction *p, const char *name, double bytes, double seconds, double joules)
{
    if (p->level_count == TS_PREDICTION_LEVELS)
        return;
    ts_prediction_level *l = &p->levels[p->level_count++];
    snprintf(l->name, sizeof l->name, "%s", name);
    l->bytes = bytes;
    l->seconds = seconds;
    l->joules = joules;
}

void ts_prediction_bind(ts_prediction *p, double seconds, const char *attribute)
{
    if (!isnan(p->seconds) && seconds <= p->seconds)
        return;
    p->seconds = seconds;
    snprintf(p->bound, sizeof p->bound, "%s", attribute);
}

void ts_prediction_note(ts_prediction *p, const char *format, ...)
{
    size_t length = strlen(p->note);
    va_list args;
    if (length && length + 3 < sizeof p->note) {
        memcpy(p->note + length, "; ", 3);
        length += 2;
    }
    va_start(args, format);
    vsnprintf(p->note + length, sizeof p->note - length, format, args);
    va_end(args);
}

void ts_prediction_note_zeros(const ts_model_call *call, ts_facts *facts, ts_prediction *p)
{
    /* A pruned operand's zeros are not among the kernel's operations, but they are among its products'. */
    bool processor = strcmp(ts_facts_target(facts)->kind, "cpu") == 0;
    bool pruned = !processor && call->work->product_flops > 1.01 * call->work->flops;
    if (call->work->product_flops <= 0 || (call->sparsity <= 0 && !pruned))
        return;
    ts_prediction_note(p, "zeros cost as much as other numbers here");
    double zeros = pruned ? 1 - call->work->flops / call->work->product_flops : call->sparsity;
    ts_facts_step(facts, "sparsity", zeros, "1", "",
                  "%g of the constant operand is zero, but dense units multiply it all", zeros);
}
