/* What lookups may answer with: the options of ts_rt_open_with(), overridden by TILESMITH_RT. */
#include "runtime/internal.h"
#include <stdlib.h>
#include <string.h>

typedef struct word {
    const char *text;
    unsigned flag;
} word;

static const word words[] = {
    {"off", TS_RT_OFF}, {"readonly", TS_RT_READONLY}, {"exact", TS_RT_EXACT_ONLY}, {"adapt", TS_RT_ADAPT}};

/* Eight hex digits are enough to name a variant and too many to hit one by accident. */
static bool id_good(const char *id, size_t length)
{
    return length >= 8 && length < TSRT_VARIANT_ID && strspn(id, "0123456789abcdef") >= length;
}

static int set_id(ts_rt *rt, const char *id, size_t length, bool force)
{
    char *copy = tsrt_alloc(&rt->arena, length + 1);
    if (copy == NULL)
        return -1;
    memcpy(copy, id, length);
    rt->pin = copy;
    rt->force = force;
    return 1;
}

/* 1: understood; 0: not; -1: out of memory. */
static int take_word(ts_rt *rt, const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].text) == length && strncmp(words[i].text, text, length) == 0) {
            rt->flags |= words[i].flag;
            return 1;
        }
    }
    if (length > 4 && strncmp(text, "pin:", 4) == 0 && id_good(text + 4, length - 4))
        return set_id(rt, text + 4, length - 4, false);
    if (length > 6 && strncmp(text, "force:", 6) == 0 && id_good(text + 6, length - 6))
        return set_id(rt, text + 6, length - 6, true);
    return 0;
}

static int take_environment(ts_rt *rt, const char *value)
{
    rt->flags = 0;
    rt->pin = NULL;
    for (const char *at = value; *at != '\0'; at += *at == ',') {
        size_t length = strcspn(at, ",");
        int taken = length == 0 ? 1 : take_word(rt, at, length);
        if (taken < 0)
            return -1;
        if (taken == 0 && rt->mode_note == NULL)
            rt->mode_note =
                tsrt_format(&rt->arena,
                            "'%.*s' in TILESMITH_RT is not understood and ignored (off, readonly, exact, "
                            "adapt, pin:VARIANT, force:VARIANT, joined by commas)",
                            length < 64 ? (int)length : 64, at);
        at += length;
    }
    return 0;
}

int tsrt_modes_read(ts_rt *rt, const ts_rt_options *options)
{
    const char *value = secure_getenv("TILESMITH_RT");
    const char *id = options->force != NULL ? options->force : options->pin;
    rt->flags = options->flags;
    if (value != NULL && value[0] != '\0')
        return take_environment(rt, value);
    if (id == NULL)
        return 0;
    if (id_good(id, strlen(id)))
        return set_id(rt, id, strlen(id), options->force != NULL) < 0 ? -1 : 0;
    rt->mode_note = "the variant to pin is not 8 to 32 hex digits and is ignored";
    return 0;
}

bool tsrt_pinned(const ts_rt *rt, const tsrt_variant *variant)
{
    return strncmp(rt->pin, variant->id, strlen(rt->pin)) == 0;
}
