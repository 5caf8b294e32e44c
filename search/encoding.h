/* Configurations as a learned model sees them: one level per factor. Private to search/. */
#ifndef TS_SEARCH_ENCODING_H
#define TS_SEARCH_ENCODING_H

#include "tilesmith_plugin.h"

/** Levels of a factor with a distance; a position is rounded to one of so many. */
enum { TS_LEVELS = 64 };

/** What a factor takes from its parameter. */
typedef enum ts_factor_kind {
    TS_FACTOR_POSITION,  /**< where the value lies between the smallest and the largest, on a log scale for
                            sizes */
    TS_FACTOR_VALUATION, /**< how often two divides the value: alignment, divisibility of the problem */
    TS_FACTOR_PLACE,     /**< where one item stands in a permutation */
    TS_FACTOR_IDENTITY   /**< equal or not: categories, booleans */
} ts_factor_kind;

/** One coordinate of the model. */
typedef struct ts_factor {
    ts_factor_kind kind;
    size_t param;
    uint16_t *level; /**< by ordinal of the parameter */
    uint16_t span;   /**< the largest distance between two levels, at least 1 */
} ts_factor;

/** The factors of a space, and what is believed before anything is measured. */
typedef struct ts_encoding {
    const ts_space *space;
    ts_factor *factors;
    size_t count;       /**< of factors */
    uint16_t *ordinals; /**< scratch */
    bool informed;      /**< sizes have a valuation and a prior */
    ts_belief belief;
    double expected, spread; /**< median and interquartile range of what is expected; spread 0: no opinion */
} ts_encoding;

int ts_encoding_open(ts_encoding *e, const ts_search *search, bool informed);
void ts_encoding_close(ts_encoding *e);
/**
 * Write the levels of a configuration to levels[count]; returns how bad it is believed to be, which the model
 * scales by what it learns: how much is expected of it, in interquartile ranges, plus how far its sizes are
 * from powers of two (0: all are), since problems, caches, vectors and warps come in powers of two.
 */
double ts_encoding_of(ts_encoding *e, uint64_t config, uint16_t *levels);

#endif
