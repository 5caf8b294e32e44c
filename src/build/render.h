/* From a configuration to C: templates expanded, wrapped, hashed. */
#ifndef TS_BUILD_RENDER_H
#define TS_BUILD_RENDER_H

#include "core/variant.h"
#include "util/str.h"

/** Renders variants of one problem on one target; keeps parsed templates and compiler identities. */
typedef struct ts_renderer ts_renderer;
int ts_renderer_open(const ts_problem *problem, const ts_target *target, const ts_space *space,
                     ts_renderer **out);
void ts_renderer_close(ts_renderer *r);
int ts_renderer_variant(ts_renderer *r, uint64_t config, ts_variant *out);
/** Is the variant compiled for one shape? Asks the manifest alone: cheap. */
int ts_renderer_fixed_shape(ts_renderer *r, uint64_t config, bool *fixed);
/** For a configuration by parameter values, of whatever space (the store's): slots as ts_kernel_slots() with
 * parameters set. */
int ts_renderer_variant_of(ts_renderer *r, const ts_value *slots, ts_variant *out);

/** Includes and declarations that precede the variants of a translation unit; static text. */
const char *ts_variant_prelude(void);
/** C prototype "void NAME(int64_t m, …)" of the kernel for an element type; appended. */
void ts_variant_prototype(const ts_problem *problem, const char *name, ts_str *out);
/** The reference as a translation unit: reference.c with its type defined, and a thunk ts_reference_call. */
int ts_reference_source(const ts_problem *problem, ts_str *out);

#endif
