/* Element types: how a tensor's elements are read, written and filled, whatever their C type. */
#ifndef TS_BUILD_ELEMENT_H
#define TS_BUILD_ELEMENT_H

#include "core/kernel.h"

typedef struct ts_element {
    const char *name; /**< as in the manifest: "f32" */
    size_t size;
    bool integral;    /**< integers: no NaN, and the grid is scaled to whole numbers */
    double low, high; /**< of integers filled uniformly */
    void (*load)(double *to, const void *from, size_t n);
    void (*store)(void *to, const double *from, size_t n);
} ts_element;

/** The element type of that name and size; TS_EINPUT if this library can't verify it. Borrowed. */
int ts_element_find(ts_operand_type type, const ts_element **out);
/** The element types of a problem's tensors, in their order. */
int ts_elements_find(const ts_problem *problem, const ts_element *out[TS_MAX_TENSORS]);

/**
 * Elements first .. first+n-1 of the contents of a tensor, a function of seed and position alone. `grid`:
 * multiples of 1/8 in [-1, 1], so that sums of products stay exact; else uniform in [-1, 1). Integers: whole
 * numbers from -8 to 8 (0 to 16 where there is no sign), or from the type's low to high.
 */
void ts_element_fill(const ts_element *e, void *to, uint64_t seed, uint64_t first, size_t n, bool grid);
/** Write n elements that no kernel is likely to compute, whatever the type: where a call leaves one, it
 * shows.
 */
void ts_element_fill_noise(const ts_element *e, void *to, uint64_t seed, size_t n);
/** Write n NaNs; false for integers, which have none. */
bool ts_element_fill_nan(const ts_element *e, void *to, size_t n);
/** Largest magnitude of n elements, those that aren't finite left out. */
double ts_element_largest(const ts_element *e, const void *from, size_t n);
/** True if one of n elements is a NaN. */
bool ts_element_any_nan(const ts_element *e, const void *from, size_t n);

#endif
