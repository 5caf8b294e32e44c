/* What several models ask of a machine: the type it computes in, and the energy it takes. */
#ifndef TS_MODEL_MACHINE_H
#define TS_MODEL_MACHINE_H

#include "model/predict.h"

/** The type that stands for a problem's on this machine. */
typedef struct ts_machine_type {
    char name[8];
    double bytes;  /**< of an element: 0.5 for i4 */
    bool is_exact; /**< holds every value of the problem's type */
} ts_machine_type;

/** Bytes of an element of a type that targets name; NAN for one that nobody knows. */
double ts_type_bytes(const char *type);

/**
 * The first type among the problem's own, those that hold all its values, and those that approximate it, of
 * which `has` says yes. TS_EINPUT and a plain no if there is none. An approximation is noted in `p`.
 */
typedef bool ts_type_test(void *context, const char *type);
int ts_machine_choose(ts_facts *facts, const ts_model_call *call, ts_type_test *has, void *context,
                      ts_prediction *p, ts_machine_type *out);
/** The same among the types that the target has a peak of; *peak in operations per second, of one core where
 * there are cores. */
int ts_machine_peak(ts_facts *facts, const ts_model_call *call, const char *user, ts_prediction *p,
                    ts_machine_type *type, double *peak);

/** `bytes` of the problem's type as that many elements of the machine's. */
double ts_machine_bytes(const ts_model_call *call, const ts_machine_type *type, double bytes);

/** joules and no_energy of a call that takes p->seconds, from the power that the target states. */
void ts_machine_energy(ts_facts *facts, ts_prediction *p);

/** Append a level; one too many is left out. */
void ts_prediction_add(ts_prediction *p, const char *name, double bytes, double seconds, double joules);
/** Make seconds at least `seconds`, bound by `attribute` if that is more. */
void ts_prediction_bind(ts_prediction *p, double seconds, const char *attribute);
/** A sentence for people, after those that are there. */
void ts_prediction_note(ts_prediction *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Dense hardware multiplies zeros like any other number: says so where there are some. */
void ts_prediction_note_zeros(const ts_model_call *call, ts_facts *facts, ts_prediction *p);

#endif
