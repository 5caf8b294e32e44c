/* See guarded.h. */
#include "build/guarded.h"

#include "tilesmith_plugin.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HUGE_PAGE = 2 << 20, WATCHED = 4096 };

static size_t round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

int ts_guarded_open(size_t bytes, bool huge, ts_guarded *out)
{
    size_t unit = huge ? HUGE_PAGE : (size_t)sysconf(_SC_PAGESIZE), room;
    *out = (ts_guarded){0};
    /* Room to spare for a page of alignment and stagger. */
    if (__builtin_add_overflow(bytes, (size_t)2 * WATCHED + unit, &room) || room > SIZE_MAX / 4)
        return ts_fail(TS_EINPUT, "an operand of %zu bytes doesn't fit this machine; take a smaller shape",
                       bytes);
    room = round_up(room, unit);
    size_t total = room + 2 * TS_GUARD_ZONE + unit;
    char *map = mmap(NULL, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED)
        return ts_fail(TS_ESYSTEM, "cannot get %zu bytes for an operand: %s; take a smaller shape", total,
                       strerror(errno));
    *out = (ts_guarded){.map = map, .map_bytes = total, .room_bytes = room};
    out->room = (char *)round_up((uintptr_t)map + TS_GUARD_ZONE, unit);
    if (mprotect(out->room, room, PROT_READ | PROT_WRITE) != 0) {
        int error = errno;
        ts_guarded_close(out);
        return ts_fail(TS_ESYSTEM, "cannot get %zu bytes for an operand: %s; take a smaller shape", room,
                       strerror(error));
    }
#ifdef MADV_HUGEPAGE
    if (huge)
        madvise(out->room, room, MADV_HUGEPAGE); /* a wish */
#endif
    out->start = out->room;
    return TS_OK;
}

void ts_guarded_close(ts_guarded *g)
{
    if (g->map)
        munmap(g->map, g->map_bytes);
    *g = (ts_guarded){0};
}

static size_t painted_before(const ts_guarded *g)
{
    size_t gap = (size_t)(g->start - g->room);
    return gap < WATCHED ? gap : WATCHED;
}

static size_t painted_behind(const ts_guarded *g)
{
    size_t gap = (size_t)(g->room + g->room_bytes - (g->start + g->bytes));
    return gap < WATCHED ? gap : WATCHED;
}

void ts_guarded_place(ts_guarded *g, size_t bytes, size_t align, ts_position position, size_t stagger)
{
    g->bytes = bytes;
    g->start = g->room;
    if (position == TS_AT_END)
        g->start = g->room + (g->room_bytes - bytes) / align * align;
    else if (position == TS_AT_ALIGNED)
        g->start = g->room + round_up(stagger % WATCHED, 64);
    ts_canary_paint(g->start - painted_before(g), painted_before(g));
    ts_canary_paint(g->start + bytes, painted_behind(g));
}

const char *ts_guarded_trace(const ts_guarded *g)
{
    const char *before = ts_canary_trace(g->start - painted_before(g), painted_before(g));
    return before ? before : ts_canary_trace(g->start + g->bytes, painted_behind(g));
}

/*
 * Any 32-bit word of the form 0x7ff8.... | ... is a quiet NaN as an IEEE single, and as the upper half of a
 * double; its low bits hash the address, so that a canary copied from elsewhere (NaN payloads travel through
 * arithmetic) is not taken for an untouched one.
 */
static uint32_t canary(uintptr_t word)
{
    return UINT32_C(0x7ff80001) | ((uint32_t)word * UINT32_C(0x9e3779b1) >> 13 & UINT32_C(0x7ffff));
}

static unsigned char canary_byte(const char *at)
{
    uint32_t word = canary((uintptr_t)at / sizeof word);
    unsigned char bytes[sizeof word];
    memcpy(bytes, &word, sizeof word);
    return bytes[(uintptr_t)at % sizeof word];
}

static bool on_word(const char *at)
{
    return (uintptr_t)at % sizeof(uint32_t) == 0;
}

void ts_canary_paint(char *from, size_t n)
{
    char *end = from + n;
    for (; from < end && !on_word(from); from++)
        *from = (char)canary_byte(from);
    for (; end - from >= (ptrdiff_t)sizeof(uint32_t); from += sizeof(uint32_t)) {
        uint32_t word = canary((uintptr_t)from / sizeof word);
        memcpy(from, &word, sizeof word);
    }
    for (; from < end; from++)
        *from = (char)canary_byte(from);
}

const char *ts_canary_trace(const char *from, size_t n)
{
    const char *end = from + n;
    while (from < end) {
        uint32_t word;
        if (on_word(from) && end - from >= (ptrdiff_t)sizeof word) {
            memcpy(&word, from, sizeof word);
            if (word == canary((uintptr_t)from / sizeof word)) {
                from += sizeof word;
                continue;
            }
        }
        if ((unsigned char)*from != canary_byte(from))
            return from;
        from++;
    }
    return NULL;
}
