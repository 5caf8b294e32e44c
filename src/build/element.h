/* Element types: how a tensor's elements are read, written and filled, whatever their C type. */
#ifndef TS_BUILD_ELEMENT_H
#define TS_BUILD_ELEMENT_H

#include "core/kernel.h"

typedef struct ts_element {
    const char *name; /**< as in the manifest: "f32" */
    size_t size;
    bool integral; /**< integers: no NaN, and the grid is scaled to whole numbers */
    void (*load)(double *to, const void *from, size_t n);
    void (*store)(void *to, const double *from, size_t n);
} ts_element;

/** The element type of a manifest's type; TS_EINPUT if this library can't verify it. Borrowed. */
int ts_element_find(const ts_type *type, const ts_element **out);

/**
 * Elements first .. first+n-1 of the contents of a tensor, a function of seed and position alone. `grid`:
 * multiples of 1/8 in [-1, 1], so that sums of products stay exact; else uniform in [-1, 1).
 */
void ts_element_fill(const ts_element *e, void *to, uint64_t seed, uint64_t first, size_t n, bool grid);
/** Write n NaNs; false for integers, which have none. */
bool ts_element_fill_nan(const ts_element *e, void *to, size_t n);
/** True if one of n elements is a NaN. */
bool ts_element_any_nan(const ts_element *e, const void *from, size_t n);

#endif
