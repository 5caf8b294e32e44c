/* SHA-256 (FIPS 180-4): the content hash of kernels, templates, variants and targets. */
#ifndef TS_UTIL_HASH_H
#define TS_UTIL_HASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct ts_hash {
    uint32_t state[8];
    uint64_t length;
    unsigned char block[64];
} ts_hash;

/** Hex digits of a digest, NUL included. */
#define TS_HASH_HEX 65

void ts_hash_begin(ts_hash *h);
void ts_hash_add(ts_hash *h, const void *bytes, size_t n);
/** Add a string with its terminating NUL, so that ("ab","c") and ("a","bc") differ. */
void ts_hash_add_text(ts_hash *h, const char *text);
void ts_hash_end(ts_hash *h, char hex[TS_HASH_HEX]);

#endif
