/*
 * The numbers that a model computes with: read from a target, remembered with their sources, and variable:
 * drawn from their spread (for intervals and for how sure a ranking is) or scaled (for what doubling a
 * resource would gain).
 */
#ifndef TS_MODEL_FACTS_H
#define TS_MODEL_FACTS_H

#include "core/target.h"

typedef struct ts_facts ts_facts;

/** The target is borrowed for the life of the facts. */
int ts_facts_open(const ts_target *target, ts_facts **out);
void ts_facts_close(ts_facts *facts);
const ts_target *ts_facts_target(const ts_facts *facts);

/**
 * A number that `user` (a model or formula, for people) computes with, found as by ts_target_need(): its
 * errors are this function's. Equal facts within one draw are equal.
 */
int ts_facts_need(ts_facts *facts, const char *name, const char *user, double *out);
/** The same for a number that may be absent: `assumed` stands for it then, and the chain says so, with
 * `why`. An `assumed` of NAN is remembered as "not stated". */
double ts_facts_or(ts_facts *facts, const char *name, double assumed, const char *why);

/** The number without a trace in the chain; NAN if the target doesn't say. */
double ts_facts_peek(ts_facts *facts, const char *name);
/**
 * What a cluster's nodes can do; opened once, drawn and scaled with the cluster, its readings in the same
 * chain. Names that begin with "node." reach it from here. Borrowed.
 */
int ts_facts_node(ts_facts *facts, const char *user, ts_facts **out);

/** Cores that predictions may use: 0 (at first): as many as a problem has threads if more than one, else all
 * of the machine's. */
void ts_facts_use_threads(ts_facts *facts, int threads);
int ts_facts_threads(const ts_facts *facts);

/** All numbers as stated (0), or each drawn from its spread by this seed (triangular between lo and hi with
 * the stated value as its mode). Clears nothing but the draw. */
void ts_facts_draw(ts_facts *facts, uint64_t seed);
/** Multiply what `name` reads as, also where it is assumed; factor 1 takes it back. Derived facts follow
 * those they are derived from.
 */
int ts_facts_scale(ts_facts *facts, const char *name, double factor);

/** Whether readings and formulas are kept for the chain (they cost time); off at first. */
void ts_facts_remember(ts_facts *facts, bool remember);
/**
 * A step of the chain: a result with its value and unit, the formula with the numbers put in, and where it is
 * published: ("memory", t, "s", "Williams et al., CACM 52(4) 2009", "%g B / %g B/s", bytes, rate). Free if
 * nothing is remembered. Steps are numbered by their order.
 */
void ts_facts_step(ts_facts *facts, const char *result, double value, const char *unit, const char *source,
                   const char *format, ...) __attribute__((format(printf, 6, 7)));

/** One line of the chain: a fact read (formula NULL) or a formula computed. Borrowed. */
typedef struct ts_facts_line {
    const char *name, *unit, *source, *formula;
    double value, lo, hi; /**< lo = hi = value where no spread is known */
    const char *target;   /**< that states the fact; NULL for a formula */
} ts_facts_line;
size_t ts_facts_count(const ts_facts *facts);
ts_facts_line ts_facts_at(const ts_facts *facts, size_t i);
void ts_facts_forget(ts_facts *facts);

#endif
