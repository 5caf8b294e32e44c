/*
 * Cost models behind one interface: how long one call of a kernel takes on a target, at what energy, and what
 * binds. One file model_NAME.c defines one ts_model; the build lists them (`ts_models`, sorted).
 */
#ifndef TS_MODEL_PREDICT_H
#define TS_MODEL_PREDICT_H

#include "core/kernel.h"
#include "core/workload.h"
#include "model/facts.h"
#include "model/work.h"

enum { TS_PREDICTION_LEVELS = 8 };

/** What crosses one level (or link) of the machine during a call. */
typedef struct ts_prediction_level {
    char name[24];         /**< "L2", "memory", "unified buffer", "network" */
    double bytes, seconds; /**< seconds if nothing else took time */
    double joules;         /**< NAN: not known */
} ts_prediction_level;

/** What a model says about one call. NAN is "not known", never 0. */
typedef struct ts_prediction {
    double seconds;
    double joules; /**< NAN if the target doesn't state what the energy needs */
    double flops,
        bytes;   /**< of the call: operations as the kernel counts them, bytes of the outermost level */
    double peak; /**< of the type, operations per second */
    double utilization;     /**< flops / seconds / peak; NAN for a kernel that computes nothing */
    double compute_seconds; /**< if data were there at once */
    char bound[40];      /**< the attribute that binds, as targets name it: "peak.f32", "memory.bandwidth" */
    char no_energy[160]; /**< why joules is NAN: the attribute that is missing; "" if it is known */
    char as_type[8]; /**< the type that the machine computes in, which may be another than the problem's */
    char note[320];  /**< what people must know before they use the number: "runs as i8: results are
                        approximate"; "" if nothing */
    size_t level_count;
    ts_prediction_level levels[TS_PREDICTION_LEVELS]; /**< innermost first */
} ts_prediction;

/** What is to be predicted. `values` are a configuration's parameter values by kernel slot for models that
 * look at variants (NULL: the best that the machine allows). */
typedef struct ts_model_call {
    const ts_problem *problem;
    double sparsity; /**< share of zeros in the constant operand */
    const ts_value *values;
    const ts_work *work; /**< of the problem; models get it always, callers of ts_predict may leave it NULL */
    bool in_network;     /**< one of a workload's calls: what the machine cannot do goes through its host */
    double network_bytes; /**< constant operands of all of the workload's calls */
} ts_model_call;

typedef struct ts_model {
    const char *name, *summary;
    const char *kind;   /**< of targets it speaks about; NULL: any */
    const char *source; /**< the paper */
    int rank;           /**< among models of a kind, the highest is taken when none is named */
    /** `out` comes as ts_prediction_clear() leaves it. TS_ENOTFOUND with one sentence that names the missing
     * attribute, the formula that needs it and the element to add; TS_EINPUT for a call that the machine
     * cannot do (type not supported): a plain "no". */
    int (*predict)(const ts_model_call *call, ts_facts *facts, ts_prediction *out);
} ts_model;

/** Everything unknown, names empty. */
void ts_prediction_clear(ts_prediction *p);

/** One prediction by a model with the facts as they stand: no draws. `call->work` must be there. */
int ts_model_run(const ts_model *model, const ts_model_call *call, ts_facts *facts, ts_prediction *out);

/** The model called `name`, or with NULL the one for the target's kind. TS_ENOTFOUND lists those there are.
 */
int ts_model_find(const char *name, const ts_target *target, const ts_model **out);

/** A prediction with its interval: 10th to 90th percentile over draws of the target's spreads. */
typedef struct ts_predicted {
    ts_prediction nominal;
    double seconds_lo, seconds_hi, joules_lo, joules_hi;
    double doubled_gain; /**< seconds now / seconds with the binding attribute doubled */
} ts_predicted;

/**
 * One call on a target. `model` NULL: by the target's kind. On a processor a call gets the whole machine,
 * unless its problem has threads (more than one), ts_facts_use_threads() says how many, or it is a variant.
 */
int ts_predict(const ts_model *model, const ts_model_call *call, ts_facts *facts, ts_predicted *out);

/**
 * A whole workload, its calls one after another. `seconds[draw]` and `joules[draw]` for `draws` draws (draw 0
 * as stated), equal seeds for equal attribute names so that two targets' draws can be compared pair by pair;
 * `calls` (NULL or [call_count]) gets the nominal prediction of each call, times not multiplied by count. A
 * call that the machine cannot do ends it with that call's sentence.
 */
int ts_predict_workload(const ts_model *model, const ts_workload *workload, ts_facts *facts, size_t draws,
                        double *seconds, double *joules, ts_prediction *calls);

/** What to scale an attribute by to have twice as good a machine: 2, but 0.5 for latencies and the like. */
double ts_twice_as_good(const char *attribute);

enum { TS_PREDICTION_DRAWS = 65 }; /**< that ts_predict makes: the stated values and 64 others */
/** 10th and 90th percentile of draws, those that are NAN left out; NAN if all are. Sorts `values`. */
void ts_draws_interval(double *values, size_t count, double *lo, double *hi);

/** The operations that a type's peak is looked up by: "f32" for f32 …; bf16 kernels name their operands'
 * type. Static or borrowed text. */
const char *ts_model_type(const ts_problem *problem);

#endif
