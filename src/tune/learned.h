/* What the configurations of a space are expected to take: a model's word, corrected by what results teach.
 */
#ifndef TS_TUNE_LEARNED_H
#define TS_TUNE_LEARNED_H

#include "model/residual.h"
#include "tilesmith_plugin.h"

/** A model of the configurations of one space. Without `seconds` nothing is predicted, and only results
 * speak. */
typedef struct ts_predictor {
    void *context;
    size_t width; /**< of `features` */
    /** Seconds of one call, and what the model derives them from, to features[width], finite. NAN: it can't
     * say. */
    double (*seconds)(void *context, uint64_t config, double *features);
} ts_predictor;

typedef struct ts_learned ts_learned;

/** Space and predictor are borrowed. Nothing is learned yet: the model's word stands. */
int ts_learned_open(const ts_space *space, ts_predictor predictor, ts_learned **out);
void ts_learned_close(ts_learned *learned);

/** A result of this space; one that the model can't predict teaches nothing. */
int ts_learned_add(ts_learned *learned, uint64_t config, double seconds);

/** A result of another problem of the kernel, with what the model says of that. */
typedef struct ts_learned_other {
    size_t group;           /**< from 1: one for each problem */
    const ts_value *values; /**< by parameter */
    double predicted;       /**< seconds; 1 without a model */
    const double *features; /**< [width of the predictor] */
    double measured;
} ts_learned_other;
int ts_learned_add_other(ts_learned *learned, const ts_learned_other *other);

/** Learn from what was added since. */
int ts_learned_fit(ts_learned *learned);

/** Whether anything can be said: there is a model, or results have taught something. */
bool ts_learned_speaks(const ts_learned *learned);
/** Log of the seconds that a configuration is expected to take; NAN: no opinion. */
double ts_learned_expect(const ts_learned *learned, uint64_t config);
/** The same as a belief; it follows every fit. */
ts_belief ts_learned_expectation(const ts_learned *learned);
/** A search's prior must not move: from here on ts_learned_belief() is what is expected now. */
void ts_learned_settle(ts_learned *learned);
ts_belief ts_learned_belief(const ts_learned *learned);
/** Borrowed until the next fit. */
const ts_residual_trust *ts_learned_trust(const ts_learned *learned);
const ts_space *ts_learned_space(const ts_learned *learned);

#endif
