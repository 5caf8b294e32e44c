/* What a target description must not say: values outside their own spread, known quantities in foreign units,
 * and facts that contradict each other. */
#ifndef TS_CORE_TARGET_CHECK_H
#define TS_CORE_TARGET_CHECK_H

#include "core/target.h"
#include <libxml/tree.h>

/**
 * TS_EINPUT with file, line and reason. `stated[i]` is where this file states attribute i, NULL (or beyond
 * `count`) where it is inherited. A detected host's description records what the machine says of itself, and
 * is only held to what the tool cannot compute with.
 */
int ts_target_check(const ts_target *target, const xmlNode *root, const xmlNode *const *stated, size_t count);

#endif
