/* Recorded spaces are large and shared compressed: read plain, gzip (RFC 1952) or xz text by what the file
 * begins with. */
#include "core/recording_parts.h"
#include "util/file.h"
#include <lzma.h>
#include <string.h>
#include <zlib.h>

/* A decoder's output: doubles up to the limit. */
typedef struct ts_output {
    unsigned char *bytes;
    size_t used, capacity, limit;
} ts_output;

static int output_room(ts_output *o, const char *path)
{
    if (o->used < o->capacity)
        return TS_OK;
    if (o->capacity >= o->limit)
        return ts_fail(TS_EINPUT,
                       "%s: more than %zu MiB when uncompressed; split it or leave out raw timings", path,
                       o->limit >> 20);
    size_t capacity = o->capacity ? o->capacity * 2 : 1 << 20;
    capacity = capacity > o->limit ? o->limit : capacity;
    unsigned char *bytes = realloc(o->bytes, capacity + 1); /* one for the final NUL */
    if (!bytes)
        return ts_fail(TS_ENOMEM, "%s: out of memory while uncompressing", path);
    o->bytes = bytes;
    o->capacity = capacity;
    return TS_OK;
}

static int damaged(const char *path, const char *how)
{
    return ts_fail(TS_EINPUT, "%s: the compressed data is %s; fetch the file again", path, how);
}

static unsigned clamp(size_t n)
{
    return n > 1u << 30 ? 1u << 30 : (unsigned)n;
}

static int inflate_all(z_stream *z, const char *path, const unsigned char *in, size_t length, ts_output *o)
{
    size_t fed = 0;
    int state = Z_OK;
    while (fed < length || state != Z_STREAM_END) {
        int rc = output_room(o, path);
        if (rc)
            return rc;
        if (state == Z_STREAM_END && inflateReset(z) != Z_OK) /* a further member follows */
            return damaged(path, "damaged");
        unsigned give = clamp(length - fed), room = clamp(o->capacity - o->used);
        z->next_in = (unsigned char *)(uintptr_t)(in + fed);
        z->avail_in = give;
        z->next_out = o->bytes + o->used;
        z->avail_out = room;
        state = inflate(z, Z_NO_FLUSH);
        fed += give - z->avail_in;
        o->used += room - z->avail_out;
        if (state == Z_BUF_ERROR)
            return damaged(path, "cut off");
        if (state != Z_OK && state != Z_STREAM_END)
            return damaged(path, "damaged");
    }
    return TS_OK;
}

static int read_gzip(const char *path, const unsigned char *in, size_t length, ts_output *o)
{
    z_stream z = {0};
    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
        return ts_fail(TS_ENOMEM, "%s: out of memory while uncompressing", path);
    int rc = inflate_all(&z, path, in, length, o);
    inflateEnd(&z);
    return rc;
}

static int decode_all(lzma_stream *l, const char *path, ts_output *o)
{
    for (;;) {
        int rc = output_room(o, path);
        if (rc)
            return rc;
        l->next_out = o->bytes + o->used;
        l->avail_out = o->capacity - o->used;
        lzma_ret state = lzma_code(l, LZMA_FINISH);
        o->used = o->capacity - l->avail_out;
        if (state == LZMA_STREAM_END)
            return TS_OK;
        if (state == LZMA_MEM_ERROR || state == LZMA_MEMLIMIT_ERROR)
            return ts_fail(TS_ENOMEM,
                           "%s: uncompressing takes more than 256 MiB of memory; compress it with xz -6",
                           path);
        if (state != LZMA_OK)
            return damaged(path, state == LZMA_BUF_ERROR ? "cut off" : "damaged");
    }
}

static int read_xz(const char *path, const unsigned char *in, size_t length, ts_output *o)
{
    lzma_stream l = LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&l, UINT64_C(256) << 20, LZMA_CONCATENATED) != LZMA_OK)
        return ts_fail(TS_ENOMEM, "%s: out of memory while uncompressing", path);
    l.next_in = in;
    l.avail_in = length;
    int rc = decode_all(&l, path, o);
    lzma_end(&l);
    return rc;
}

int ts_recording_read(const char *path, size_t limit, char **text, size_t *length)
{
    char *raw = NULL;
    size_t n = 0;
    int rc = ts_file_read(path, limit, &raw, &n);
    if (rc)
        return rc;
    bool gzip = n > 2 && memcmp(raw, "\x1f\x8b", 2) == 0;
    bool xz = n > 6 && memcmp(raw, "\xfd\x37zXZ\0", 6) == 0;
    if (!gzip && !xz) {
        *text = raw;
        *length = n;
        return TS_OK;
    }
    ts_output o = {.limit = limit};
    const unsigned char *in = (const unsigned char *)raw;
    rc = gzip ? read_gzip(path, in, n, &o) : read_xz(path, in, n, &o);
    free(raw);
    if (rc) {
        free(o.bytes);
        return rc;
    }
    o.bytes[o.used] = '\0';
    *text = (char *)o.bytes;
    *length = o.used;
    return TS_OK;
}
