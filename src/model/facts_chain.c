/* See facts_chain.h and the second half of facts.h. */
#include "model/facts_chain.h"
#include "util/str.h"
#include "util/vec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line with its texts, which it owns. */
typedef struct line {
    char *target, *name, *unit, *source, *formula;
    double value, lo, hi;
} line;

struct ts_chain {
    bool remember;
    TS_VEC(line) lines;
};

ts_chain *ts_chain_new(void)
{
    return calloc(1, sizeof(ts_chain));
}

bool ts_chain_remembers(const ts_chain *chain)
{
    return chain->remember;
}

static void clear(line *l)
{
    free(l->target);
    free(l->name);
    free(l->unit);
    free(l->source);
    free(l->formula);
}

static void forget(ts_chain *chain)
{
    for (size_t i = 0; i < chain->lines.count; i++)
        clear(&chain->lines.items[i]);
    ts_vec_free(&chain->lines);
}

void ts_chain_free(ts_chain *chain)
{
    if (!chain)
        return;
    forget(chain);
    free(chain);
}

static char *copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

/* A chain that lacks a line for want of memory is incomplete, not wrong. */
static void add(ts_chain *chain, line l)
{
    if (!l.name || !ts_vec_push(&chain->lines, l))
        clear(&l);
}

static bool equal_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Within one chain a fact is read many times. */
static bool is_known(const ts_chain *chain, const char *target, const char *name, double value)
{
    for (size_t i = 0; i < chain->lines.count; i++) {
        const line *l = &chain->lines.items[i];
        if (l->target && strcmp(l->name, name) == 0 && strcmp(l->target, target) == 0 &&
            equal_number(l->value, value))
            return true;
    }
    return false;
}

void ts_chain_fact(ts_chain *chain, const char *target, const char *name, const ts_fact *fact)
{
    if (!chain->remember || is_known(chain, target, name, fact->value))
        return;
    add(chain, (line){copy(target), copy(name), copy(fact->unit), copy(fact->source), NULL, fact->value,
                      fact->lo, fact->hi});
}

void ts_chain_assumed(ts_chain *chain, const char *target, const char *name, double value, const char *why)
{
    if (!chain->remember || is_known(chain, target, name, value))
        return;
    char *source = isnan(value) ? ts_asprintf("not stated: %s", why) : ts_asprintf("assumed: %s", why);
    add(chain, (line){copy(target), copy(name), copy(""), source, NULL, value, value, value});
}

bool ts_facts_pause(ts_facts *facts, bool remember)
{
    ts_chain *chain = ts_facts_chain(facts);
    bool before = chain->remember;
    chain->remember = remember;
    return before;
}

void ts_facts_remember(ts_facts *facts, bool remember)
{
    ts_facts_pause(facts, remember);
}

void ts_facts_step(ts_facts *facts, const char *result, double value, const char *unit, const char *source,
                   const char *format, ...)
{
    ts_chain *chain = ts_facts_chain(facts);
    ts_str formula = TS_STR_INIT;
    va_list args;
    if (!chain->remember)
        return;
    va_start(args, format);
    ts_str_vformat(&formula, format, args);
    va_end(args);
    add(chain,
        (line){NULL, copy(result), copy(unit), copy(source), ts_str_take(&formula), value, value, value});
}

size_t ts_facts_count(const ts_facts *facts)
{
    return ts_facts_chain(facts)->lines.count;
}

ts_facts_line ts_facts_at(const ts_facts *facts, size_t i)
{
    const line *l = &ts_facts_chain(facts)->lines.items[i];
    return (ts_facts_line){l->name, l->unit, l->source, l->formula, l->value, l->lo, l->hi, l->target};
}

void ts_facts_forget(ts_facts *facts)
{
    forget(ts_facts_chain(facts));
}
