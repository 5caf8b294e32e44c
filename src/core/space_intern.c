#include "core/space_intern.h"

#include <string.h>

#define FREE_BUCKET UINT32_MAX

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9fb21c651e98df25u;
    return h ^ (h >> 32);
}

uint32_t ts_intern_hash(const void *bytes, size_t length)
{
    const unsigned char *p = bytes;
    uint64_t h = mix(0x2545f4914f6cdd1du, length), word;
    for (; length >= 8; length -= 8, p += 8) {
        memcpy(&word, p, 8);
        h = mix(h, word);
    }
    word = 0;
    if (length)
        memcpy(&word, p, length);
    return (uint32_t)mix(h, word);
}

static void place(ts_intern *in, ts_intern_bucket bucket)
{
    size_t i = bucket.hash & (in->bucket_count - 1);
    while (in->buckets[i].id != FREE_BUCKET)
        i = (i + 1) & (in->bucket_count - 1);
    in->buckets[i] = bucket;
}

static bool grow(ts_intern *in)
{
    ts_intern_bucket *old = in->buckets;
    const size_t old_count = in->bucket_count, count = old_count ? 2 * old_count : 64;
    ts_intern_bucket *buckets = malloc(count * sizeof *buckets);
    if (!buckets)
        return false;
    memset(buckets, 0xff, count * sizeof *buckets);
    in->buckets = buckets;
    in->bucket_count = count;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].id != FREE_BUCKET)
            place(in, old[i]);
    }
    free(old);
    return true;
}

static bool is_at(const ts_intern *in, uint32_t id, const void *bytes, size_t length)
{
    size_t start = id ? in->ends.items[id - 1] : 0;
    return in->ends.items[id] - start == length && memcmp(in->bytes.items + start, bytes, length) == 0;
}

static bool append(ts_intern *in, const void *bytes, size_t length)
{
    while (in->bytes.capacity - in->bytes.count < length) {
        if (!ts_vec_grow((void **)(void *)&in->bytes.items, &in->bytes.capacity, 1))
            return false;
    }
    if (length)
        memcpy(in->bytes.items + in->bytes.count, bytes, length);
    in->bytes.count += length;
    return ts_vec_push(&in->ends, in->bytes.count);
}

bool ts_intern_add(ts_intern *in, const void *bytes, size_t length, uint32_t *id, bool *fresh)
{
    const uint32_t hash = ts_intern_hash(bytes, length);
    if (in->ends.count >= in->bucket_count / 2 && !grow(in))
        return false;
    size_t i = hash & (in->bucket_count - 1);
    for (; in->buckets[i].id != FREE_BUCKET; i = (i + 1) & (in->bucket_count - 1)) {
        if (in->buckets[i].hash == hash && is_at(in, in->buckets[i].id, bytes, length)) {
            *id = in->buckets[i].id;
            *fresh = false;
            return true;
        }
    }
    if (in->ends.count >= UINT32_MAX - 1 || !append(in, bytes, length))
        return false;
    *id = (uint32_t)in->ends.count - 1;
    *fresh = true;
    in->buckets[i] = (ts_intern_bucket){.hash = hash, .id = *id};
    return true;
}

void ts_intern_free(ts_intern *in)
{
    ts_vec_free(&in->bytes);
    ts_vec_free(&in->ends);
    free(in->buckets);
    *in = (ts_intern){.buckets = NULL};
}
