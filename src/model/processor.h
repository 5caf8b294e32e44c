/* A processor as the roofline and ECM models see it: cores, caches, and what crosses each level. */
#ifndef TS_MODEL_PROCESSOR_H
#define TS_MODEL_PROCESSOR_H

#include "model/machine.h"

enum { TS_PROCESSOR_LEVELS = 4 }; /* L1, L2, L3, memory */

typedef struct ts_processor_level {
    const char *attribute, *name; /**< "l1d", "L1" */
    double capacity;              /**< bytes of one instance; infinite for memory, 0: the target has none */
    double total;                 /**< bytes of all instances that the cores at work have */
    double bandwidth;             /**< bytes per second of all cores at work; NAN: not stated */
    double bytes;                 /**< that cross it on their way inward, or back */
    double seconds;               /**< bytes / bandwidth; 0 where not stated or nothing crosses */
    bool from_registers;          /**< the bandwidth is that of loads from there, inner levels included */
    const char *bound;            /**< the attribute that bandwidth is: "memory.total" */
} ts_processor_level;

typedef struct ts_processor {
    bool allocates; /**< caches read the lines that are written: the caller says so before */
    int cores;      /**< at work */
    double peak, compute_seconds;
    ts_machine_type type;
    double one_core_memory; /**< bytes per second that one core gets; NAN: not stated */
    ts_processor_level levels[TS_PROCESSOR_LEVELS]; /**< innermost first */
} ts_processor;

/** Type, peak, levels and their traffic for a call; fills in p's levels too. `user` as for ts_facts_need().
 */
int ts_processor_of(const ts_model_call *call, ts_facts *facts, const char *user, ts_prediction *p,
                    ts_processor *out);

#endif
