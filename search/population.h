/* What the population-based strategies share: members with their costs, and who is behind a proposal. Private
 * to search/. */
#ifndef TS_SEARCH_POPULATION_H
#define TS_SEARCH_POPULATION_H

#include "common.h"

/** How many trials of one configuration to make before drawing at random instead. */
enum { TS_ATTEMPTS = 12, TS_POPULATION = 20 };

/** A configuration that works. */
typedef struct ts_member {
    uint64_t config;
    double cost;
    uint16_t *ordinals;
} ts_member;

/** A proposal on the way: results may come late, in any order, or never. */
typedef struct ts_expected {
    uint64_t config;
    size_t owner;
} ts_expected;

typedef struct ts_population {
    ts_walk walk;
    ts_member members[TS_POPULATION];
    size_t count;
    ts_expected expected[4 * TS_POPULATION];
    size_t expected_count;
    uint16_t *block; /* ordinals of the members, then of the child */
    uint16_t *child;
} ts_population;

int ts_population_open(ts_population *p, const ts_search *search);
void ts_population_close(ts_population *p);
const ts_member *ts_population_best(const ts_population *p);
/** Uniformly one of the members, of which there must be one. */
const ts_member *ts_population_any(ts_population *p);
/** Let this observation take the place of member i. */
void ts_population_replace(ts_population *p, size_t i, const ts_observation *o);
/** Take in an observation that worked: as a new member while there is room, else for the worst if it is
 * better. */
void ts_population_admit(ts_population *p, const ts_observation *o);
/** Remember that `owner` is behind this proposal. */
void ts_population_expect(ts_population *p, uint64_t config, size_t owner);
/** True, and who, if somebody expects this; then nobody does any longer. */
bool ts_population_settle(ts_population *p, uint64_t config, size_t *owner);

#endif
