/*
 * The cost of a variant from its loop nest: what each level of the memory hierarchy must move, and what the
 * core must compute. Prepared once for a problem on a target; then a prediction takes microseconds, allocates
 * nothing, and may be made by several threads.
 *
 * Traffic into a level of S bytes: each tensor's elements, times the trips of those loops that do not move
 * the tensor but touch more than S bytes in one turn, so that it is gone when it is wanted again (layer
 * conditions: Hammer et al., Kerncraft, 2016; for matrix products: Low et al., TOMS 43(2) 2016). Rows that
 * stride by a multiple of the sets' period share few sets, and hold less (Hill & Smith, IEEE TC 38(12) 1989).
 * Time: the core and the transfers after ECM (Stengel et al., ICS 2015), here with partial overlap, since
 * hardware prefetches.
 */
#ifndef TS_MODEL_NEST_H
#define TS_MODEL_NEST_H

#include "core/kernel.h"
#include "model/facts.h"

typedef struct ts_nest_model ts_nest_model;

enum { TS_NEST_LEVELS = 4, TS_NEST_FEATURES = 12 };

/** What a variant costs. Seconds of one call. */
typedef struct ts_nest_cost {
    double seconds;
    double core_seconds;   /**< operations, entries and branches of the micro-kernel */
    double copy_seconds;   /**< packing */
    double vector_seconds; /**< operations alone, without waste: what the peak allows */
    size_t level_count;    /**< paths: from L2, L3, memory, as far as there are */
    double bytes[TS_NEST_LEVELS], level_seconds[TS_NEST_LEVELS];
    double waste;   /**< computed over wanted, at least 1 */
    double waiting; /**< factor by which dependent operations slow the core, at least 1 */
} ts_nest_cost;

/**
 * TS_ENOTFOUND and a sentence if the kernel states no <nest>, or the target leaves out what the model needs.
 * The problem and its kernel are borrowed; facts are read now, as they are drawn or scaled.
 */
int ts_nest_model_open(const ts_problem *problem, ts_facts *facts, ts_nest_model **out);
void ts_nest_model_close(ts_nest_model *model);
/** `values`: the parameters' by kernel slot; other slots aren't read. False if no nest covers the variant. */
bool ts_nest_predict(const ts_nest_model *model, const ts_value *values, ts_nest_cost *out);
/** The cost as numbers to learn from: logarithms of its parts, finite. */
void ts_nest_features(const ts_nest_cost *cost, double features[TS_NEST_FEATURES]);
/** Names of the levels in a cost: "L2", "L3", "memory". Static text. */
const char *ts_nest_level_name(const ts_nest_model *model, size_t level);

#endif
