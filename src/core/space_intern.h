/* Byte strings to small numbers: equal strings get equal numbers, counted from 0. */
#ifndef TS_CORE_SPACE_INTERN_H
#define TS_CORE_SPACE_INTERN_H

#include "util/vec.h"
#include <stdint.h>

typedef struct ts_intern_bucket {
    uint32_t hash, id;
} ts_intern_bucket;

typedef struct ts_intern {
    TS_VEC(unsigned char) bytes;
    TS_VEC(size_t) ends; /**< by id: where its bytes end */
    ts_intern_bucket *buckets;
    size_t bucket_count; /**< a power of two, or 0 */
} ts_intern;

/** *id is the string's number, *fresh whether it is new. False when out of memory or numbers. */
bool ts_intern_add(ts_intern *in, const void *bytes, size_t length, uint32_t *id, bool *fresh);
void ts_intern_free(ts_intern *in);
uint32_t ts_intern_hash(const void *bytes, size_t length);

#endif
