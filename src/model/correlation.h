/* How well one order agrees with another. */
#ifndef TS_MODEL_CORRELATION_H
#define TS_MODEL_CORRELATION_H

#include <stddef.h>

/**
 * Spearman's rank correlation (American Journal of Psychology 15, 1904), equal values sharing the mean of
 * their ranks. NAN for fewer than three pairs, where one side is constant, or without memory.
 */
double ts_spearman(const double *a, const double *b, size_t count);

#endif
