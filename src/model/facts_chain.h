/* The chain of facts and formulas behind a prediction. */
#ifndef TS_MODEL_FACTS_CHAIN_H
#define TS_MODEL_FACTS_CHAIN_H

#include "model/facts.h"
#include <stdarg.h>

typedef struct ts_chain ts_chain;
ts_chain *ts_chain_new(void);
void ts_chain_free(ts_chain *chain);
bool ts_chain_remembers(const ts_chain *chain);

/** A fact that was read; once for each name of a target. Nothing happens unless it remembers. */
void ts_chain_fact(ts_chain *chain, const char *target, const char *name, const ts_fact *fact);
/** A number that nobody states: what stands for it (NAN: nothing does), and why. */
void ts_chain_assumed(ts_chain *chain, const char *target, const char *name, double value, const char *why);

/** Whether to remember from now on; returns whether it did. */
bool ts_facts_pause(ts_facts *facts, bool remember);

/** The chain that facts write to. Borrowed. */
ts_chain *ts_facts_chain(const ts_facts *facts);

#endif
