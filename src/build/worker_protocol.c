/* See worker_protocol.h. */
#include "build/worker_protocol.h"

#include "util/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_COUNTERS = 256, MAX_TEXT = 2000 };

typedef struct ts_header {
    uint32_t magic, kind, item, length;
} ts_header;

static const uint32_t magic = 0x31577354; /* "TsW1" */

/* ---- sending --------------------------------------------------------------------------------- */

static bool write_whole(int fd, const unsigned char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

bool ts_message_send(int fd, ts_message_kind kind, uint32_t item, const void *payload, size_t length)
{
    unsigned char small[512];
    ts_header header = {magic, (uint32_t)kind, item, (uint32_t)length};
    if (length > TS_MESSAGE_LIMIT)
        return false;
    memcpy(small, &header, sizeof header);
    if (length <= sizeof small - sizeof header) {
        if (length > 0)
            memcpy(small + sizeof header, payload, length);
        return write_whole(fd, small, sizeof header + length);
    }
    return write_whole(fd, small, sizeof header) && write_whole(fd, payload, length);
}

/* ---- receiving ------------------------------------------------------------------------------- */

bool ts_message_feed(ts_message_reader *r, const void *bytes, size_t n)
{
    if (r->begin > 0 && r->begin == r->end)
        r->begin = r->end = 0;
    if (n > r->capacity - r->end && r->begin > 0) {
        memmove(r->bytes, r->bytes + r->begin, r->end - r->begin);
        r->end -= r->begin;
        r->begin = 0;
    }
    if (n > r->capacity - r->end) {
        size_t capacity = 2 * (r->end + n);
        unsigned char *bigger = realloc(r->bytes, capacity);
        if (!bigger)
            return false;
        r->bytes = bigger;
        r->capacity = capacity;
    }
    memcpy(r->bytes + r->end, bytes, n);
    r->end += n;
    return true;
}

bool ts_message_next(ts_message_reader *r, ts_message *out)
{
    ts_header header;
    size_t have = r->end - r->begin;
    if (r->broken || have < sizeof header)
        return false;
    memcpy(&header, r->bytes + r->begin, sizeof header);
    r->broken = header.magic != magic || header.kind == 0 || header.kind >= TS_MESSAGE_KINDS ||
                header.length > TS_MESSAGE_LIMIT;
    if (r->broken || have - sizeof header < header.length)
        return false;
    *out = (ts_message){(ts_message_kind)header.kind, header.item, r->bytes + r->begin + sizeof header,
                        header.length};
    r->begin += sizeof header + header.length;
    return true;
}

void ts_message_reader_free(ts_message_reader *r)
{
    free(r->bytes);
    *r = (ts_message_reader){0};
}

/* ---- payloads -------------------------------------------------------------------------------- */

static bool copy_out(const ts_message *message, size_t offset, void *out, size_t size)
{
    if (offset > message->length || message->length - offset < size)
        return false;
    memcpy(out, message->payload + offset, size);
    return true;
}

bool ts_message_u32(const ts_message *message, size_t offset, uint32_t *out)
{
    return copy_out(message, offset, out, sizeof *out);
}

bool ts_message_u64(const ts_message *message, size_t offset, uint64_t *out)
{
    return copy_out(message, offset, out, sizeof *out);
}

bool ts_message_double(const ts_message *message, size_t offset, double *out)
{
    return copy_out(message, offset, out, sizeof *out);
}

double *ts_message_doubles(const ts_message *message, size_t offset, size_t *count)
{
    *count = 0;
    if (offset >= message->length || (message->length - offset) % sizeof(double) != 0)
        return NULL;
    double *out = malloc(message->length - offset);
    if (!out)
        return NULL;
    memcpy(out, message->payload + offset, message->length - offset);
    *count = (message->length - offset) / sizeof(double);
    return out;
}

static char *clean_text(const unsigned char *bytes, size_t n)
{
    n = n < MAX_TEXT ? n : MAX_TEXT;
    char *text = malloc(n + 1);
    if (!text)
        return NULL;
    for (size_t i = 0; i < n; i++)
        text[i] = bytes[i] >= 0x20 && bytes[i] != 0x7f ? (char)bytes[i] : ' ';
    text[n] = '\0';
    return text;
}

char *ts_message_text(const ts_message *message, size_t offset)
{
    offset = offset < message->length ? offset : message->length;
    return clean_text(message->payload + offset, message->length - offset);
}

/* ---- counters: u32 available, double value, and three texts, each a u32 length and its bytes - */

static void pack_text(const char *text, ts_str *out)
{
    uint32_t n = text ? (uint32_t)strnlen(text, MAX_TEXT) : UINT32_MAX;
    ts_str_append_n(out, (const char *)&n, sizeof n);
    if (text)
        ts_str_append_n(out, text, n);
}

void ts_counters_pack(const ts_counter *counters, size_t count, double calls, ts_str *out)
{
    for (size_t i = 0; i < count && i < MAX_COUNTERS; i++) {
        uint32_t available = counters[i].available;
        double value = counters[i].available ? counters[i].value / calls : NAN;
        ts_str_append_n(out, (const char *)&available, sizeof available);
        ts_str_append_n(out, (const char *)&value, sizeof value);
        pack_text(counters[i].name, out);
        pack_text(counters[i].unit, out);
        pack_text(counters[i].reason, out);
    }
}

/* *text stays NULL where the sender had none. */
static bool unpack_text(const ts_message *message, size_t *offset, const char **text)
{
    uint32_t n;
    if (!ts_message_u32(message, *offset, &n))
        return false;
    *offset += sizeof n;
    if (n == UINT32_MAX)
        return true;
    if (n > message->length - *offset)
        return false;
    *text = clean_text(message->payload + *offset, n);
    *offset += n;
    return *text != NULL;
}

static bool unpack_counter(const ts_message *message, size_t *offset, ts_counter *c)
{
    uint32_t available;
    if (!ts_message_u32(message, *offset, &available) ||
        !ts_message_double(message, *offset + sizeof available, &c->value))
        return false;
    *offset += sizeof available + sizeof c->value;
    c->available = available != 0;
    return unpack_text(message, offset, &c->name) && unpack_text(message, offset, &c->unit) &&
           unpack_text(message, offset, &c->reason);
}

int ts_counters_unpack(const ts_message *message, ts_counter **counters, size_t *count)
{
    size_t offset = 0;
    ts_result owner = {.counters = calloc(MAX_COUNTERS, sizeof(ts_counter))};
    if (!owner.counters)
        return ts_fail(TS_ENOMEM, "out of memory while reading counters");
    bool ok = true;
    while (ok && offset < message->length && owner.counter_count < MAX_COUNTERS) {
        ok = unpack_counter(message, &offset, &owner.counters[owner.counter_count]);
        owner.counter_count++;
    }
    if (!ok || offset < message->length) {
        ts_result_clear(&owner);
        return ts_fail(TS_EINPUT, "a worker sent counters that can't be read");
    }
    *counters = owner.counters;
    *count = owner.counter_count;
    return TS_OK;
}
