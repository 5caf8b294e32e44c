/* C around a variant or reference: its prototype, and the thunk through which all are called alike. */
#ifndef TS_BUILD_THUNK_H
#define TS_BUILD_THUNK_H

#include "core/variant.h"
#include "util/str.h"

/** Prototypes of NAME and NAME_call, both exported: a definition that doesn't match the manifest doesn't
 * compile. */
void ts_thunk_declaration(const ts_problem *problem, const char *name, ts_str *out);
/** void NAME_call(const ts_call *): unpacks the call's arrays into the arguments, in their order. */
void ts_thunk_definition(const ts_problem *problem, const char *name, ts_str *out);

#endif
