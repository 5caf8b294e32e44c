/* See stop.h. Every question is the same fold over the postfix terms: "or" takes one end of its operands,
 * "and" the other. */
#include "tune/stop.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* What a condition contributes to the answer, and its text. */
typedef struct ts_stop_answer {
    double value;
    const char *reason;
} ts_stop_answer;

typedef ts_stop_answer ts_stop_leaf(const ts_stop_term *term, const ts_stop_state *state);

/* Which end "or" takes; "and" takes the other. */
typedef enum ts_stop_end { OR_LEAST, OR_GREATEST } ts_stop_end;

static ts_stop_answer choose(ts_stop_answer a, ts_stop_answer b, bool greatest)
{
    return (greatest ? b.value > a.value : b.value < a.value) ? b : a;
}

static ts_stop_answer fold(const ts_stop_rule *rule, const ts_stop_state *state, ts_stop_leaf *leaf,
                           ts_stop_end end)
{
    ts_stop_answer stack[TS_STOP_TERMS] = {{0}};
    size_t depth = 0;
    for (size_t i = 0; i < rule->count; i++) {
        const ts_stop_term *term = &rule->terms[i];
        if (term->kind != TS_STOP_AND && term->kind != TS_STOP_OR) {
            stack[depth++] = leaf(term, state);
            continue;
        }
        bool greatest = (term->kind == TS_STOP_OR) == (end == OR_GREATEST);
        stack[depth - 2] = choose(stack[depth - 2], stack[depth - 1], greatest);
        depth--;
    }
    return stack[0];
}

static ts_stop_rule single(ts_stop_kind kind, double number)
{
    return (ts_stop_rule){.terms = {{kind, number}}, .count = 1};
}

ts_stop_rule ts_stop_evaluations(size_t evaluations)
{
    return single(TS_STOP_EVALUATIONS, (double)evaluations);
}

ts_stop_rule ts_stop_seconds(double seconds)
{
    return single(TS_STOP_SECONDS, seconds);
}

static ts_stop_rule combine(const ts_stop_rule *a, const ts_stop_rule *b, ts_stop_kind kind)
{
    ts_stop_rule rule = *a;
    if (a->count == 0 || b->count == 0 || a->count + b->count + 1 > TS_STOP_TERMS)
        return a->count ? *a : *b;
    memcpy(rule.terms + a->count, b->terms, b->count * sizeof *b->terms);
    rule.count = a->count + b->count;
    rule.terms[rule.count++] = (ts_stop_term){kind, 0};
    return rule;
}

ts_stop_rule ts_stop_either(const ts_stop_rule *a, const ts_stop_rule *b)
{
    return combine(a, b, TS_STOP_OR);
}

ts_stop_rule ts_stop_both(const ts_stop_rule *a, const ts_stop_rule *b)
{
    return combine(a, b, TS_STOP_AND);
}

/* A cost may be the negative of a rate, so "within" is measured from the bound in units of its magnitude. */
static bool within(double best, double bound, double fraction)
{
    return isfinite(bound) && bound != 0 && best <= bound + fraction * fabs(bound);
}

static ts_stop_answer holds(const ts_stop_term *term, const ts_stop_state *s)
{
    switch (term->kind) {
    case TS_STOP_EVALUATIONS:
        return (ts_stop_answer){(double)s->evaluations >= term->number, "evaluations are used up"};
    case TS_STOP_SECONDS:
        return (ts_stop_answer){s->seconds >= term->number, "time is up"};
    case TS_STOP_STALE:
        return (ts_stop_answer){(double)s->since_best >= term->number, "no improvement any more"};
    default:
        return (ts_stop_answer){within(s->best, s->bound, term->number), "close enough to the bound"};
    }
}

/* Those in flight may turn out to be the last that are wanted. */
static ts_stop_answer room(const ts_stop_term *term, const ts_stop_state *s)
{
    double flying = (double)s->in_flight;
    if (term->kind == TS_STOP_EVALUATIONS)
        return (ts_stop_answer){fmax(term->number - (double)s->evaluations - flying, 0), NULL};
    if (term->kind == TS_STOP_STALE)
        return (ts_stop_answer){fmax(term->number - (double)s->since_best - flying, 0), NULL};
    return (ts_stop_answer){holds(term, s).value != 0 ? 0 : INFINITY, NULL};
}

static ts_stop_answer fraction(const ts_stop_term *term, const ts_stop_state *s)
{
    double done = term->kind == TS_STOP_EVALUATIONS ? (double)s->evaluations
                  : term->kind == TS_STOP_SECONDS   ? s->seconds
                  : term->kind == TS_STOP_STALE     ? (double)s->since_best
                                                    : 0;
    if (term->kind == TS_STOP_WITHIN || term->number <= 0)
        return (ts_stop_answer){holds(term, s).value, NULL};
    return (ts_stop_answer){fmin(done / term->number, 1), NULL};
}

static ts_stop_answer ends(const ts_stop_term *term, const ts_stop_state *s)
{
    (void)s;
    return (ts_stop_answer){term->kind != TS_STOP_WITHIN, NULL};
}

const char *ts_stop_reason(const ts_stop_rule *rule, const ts_stop_state *state)
{
    if (rule->count == 0)
        return NULL;
    ts_stop_answer answer = fold(rule, state, holds, OR_GREATEST);
    return answer.value != 0 ? answer.reason : NULL;
}

size_t ts_stop_room(const ts_stop_rule *rule, const ts_stop_state *state)
{
    double most = rule->count ? fold(rule, state, room, OR_LEAST).value : INFINITY;
    return most < (double)SIZE_MAX ? (size_t)most : SIZE_MAX;
}

double ts_stop_fraction(const ts_stop_rule *rule, const ts_stop_state *state)
{
    return rule->count ? fold(rule, state, fraction, OR_GREATEST).value : 0;
}

bool ts_stop_ends(const ts_stop_rule *rule)
{
    return rule->count && fold(rule, NULL, ends, OR_GREATEST).value != 0;
}

bool ts_stop_mentions(const ts_stop_rule *rule, ts_stop_kind kind)
{
    for (size_t i = 0; i < rule->count; i++)
        if (rule->terms[i].kind == kind)
            return true;
    return false;
}
