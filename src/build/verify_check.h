/* What has to hold after a call: verify.c asks, verify_check.c looks. */
#ifndef TS_BUILD_VERIFY_CHECK_H
#define TS_BUILD_VERIFY_CHECK_H

#include "build/verify.h"

/**
 * Compare outputs with `a` (if `results`), inputs with what they were, paddings and surroundings with their
 * canaries. True if all is well; else `reason` says what is wrong. *accuracy grows to the worst seen.
 */
bool ts_verify_check(const ts_verifier *v, const ts_answer *a, bool results, ts_accuracy *accuracy,
                     ts_str *reason);

#endif
