/*
 * When to stop, as a value: conditions combined with "and" and "or". A rule owns nothing, is copied by
 * assignment and knows no clock: who runs a search tells it how things stand.
 */
#ifndef TS_TUNE_STOP_H
#define TS_TUNE_STOP_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ts_stop_kind {
    TS_STOP_EVALUATIONS, /**< so many results, those known from earlier included */
    TS_STOP_SECONDS,     /**< since the search began */
    TS_STOP_STALE,       /**< so many results since the best one */
    TS_STOP_WITHIN,      /**< the best is within this fraction of the bound */
    TS_STOP_AND,
    TS_STOP_OR
} ts_stop_kind;

/** An operand, or an operator on the two values before it. */
typedef struct ts_stop_term {
    ts_stop_kind kind;
    double number;
} ts_stop_term;

enum { TS_STOP_TERMS = 32 };

/** The rule in postfix order; without terms it never stops. */
typedef struct ts_stop_rule {
    ts_stop_term terms[TS_STOP_TERMS];
    size_t count;
} ts_stop_rule;

/** How a search stands. */
typedef struct ts_stop_state {
    size_t evaluations; /**< finished */
    size_t in_flight;   /**< begun, not finished */
    size_t since_best;  /**< finished after the best one */
    double seconds;
    double best;  /**< cost; NAN before the first success */
    double bound; /**< a cost that can't be beaten; 0 or NAN: unknown */
} ts_stop_state;

ts_stop_rule ts_stop_evaluations(size_t evaluations);
ts_stop_rule ts_stop_seconds(double seconds);
/** Whichever comes first; an empty rule leaves the other. Together they must have fewer than TS_STOP_TERMS
 * terms. */
ts_stop_rule ts_stop_either(const ts_stop_rule *a, const ts_stop_rule *b);
/** Not before both hold; an empty rule leaves the other. */
ts_stop_rule ts_stop_both(const ts_stop_rule *a, const ts_stop_rule *b);

/**
 * Read "200", "60s", "200 or 60s", "no-improvement 50", "within 5% of bound", "(200 and 60s) or 10m": "and"
 * binds tighter than "or". TS_EINPUT with the column of a mistake.
 */
int ts_stop_parse(const char *text, ts_stop_rule *out);

/** Why the search ends now, as static text; NULL to go on. What is in flight doesn't count. */
const char *ts_stop_reason(const ts_stop_rule *rule, const ts_stop_state *state);
/** How many more evaluations may begin; SIZE_MAX: any number; 0: none until one in flight has ended, or ever.
 */
size_t ts_stop_room(const ts_stop_rule *rule, const ts_stop_state *state);
/** Progress towards the end, 0..1. */
double ts_stop_fraction(const ts_stop_rule *rule, const ts_stop_state *state);
/** True if the rule ends every search; one that waits for the bound alone may never. */
bool ts_stop_ends(const ts_stop_rule *rule);
/** True if a condition of this kind occurs in the rule. */
bool ts_stop_mentions(const ts_stop_rule *rule, ts_stop_kind kind);

#endif
