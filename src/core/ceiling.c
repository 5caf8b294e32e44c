/* See ceiling.h. */
#include "core/ceiling.h"

#include "core/detect.h"
#include "core/probe.h"
#include "tilesmith_plugin.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* More than this is read from memory like any larger set, and takes longer. */
static const size_t largest_set = (size_t)64 << 20, smallest_set = 4096;

typedef struct ts_lane {
    ts_ceiling *of;
    ts_arena arena;
    ts_rates rates;
    pthread_t thread;
} ts_lane;

struct ts_ceiling {
    char type[32];
    double seconds; /* of the reading that is being made */
    size_t set;     /* bytes that each lane reads */
    size_t count;
    ts_lane lanes[];
};

int ts_ceiling_open(const char *type, double footprint, int threads, ts_ceiling **out)
{
    size_t count = threads > 1 ? (size_t)threads : 1;
    double set = fmin(fmax(footprint, 0), (double)largest_set) / (double)count;
    ts_ceiling *c = calloc(1, sizeof *c + count * sizeof *c->lanes);
    *out = c;
    if (!c)
        return ts_fail(TS_ENOMEM, "out of memory while measuring the machine");
    strncpy(c->type, type, sizeof c->type - 1);
    c->set = set < (double)smallest_set ? smallest_set : (size_t)set;
    for (int rc = TS_OK; c->count < count; c->count++) {
        ts_lane *lane = &c->lanes[c->count];
        lane->of = c;
        rc = ts_arena_open(c->set, 64, &lane->arena);
        if (rc != TS_OK) {
            ts_ceiling_close(c);
            *out = NULL;
            return rc;
        }
        memset(lane->arena.bytes, 1,
               lane->arena.size); /* pages of its own: untouched ones are all the same */
    }
    return TS_OK;
}

void ts_ceiling_close(ts_ceiling *c)
{
    for (size_t i = 0; c && i < c->count; i++)
        ts_arena_close(&c->lanes[i].arena);
    free(c);
}

/* The upper end of the chunks, as for the peak: a disturbance only slows one down. */
static void *read_lane(void *argument)
{
    ts_lane *lane = argument;
    const char *how;
    double peak = ts_detect_peak(lane->of->type, lane->of->seconds);
    lane->rates.peak = peak > 0 ? peak : NAN;
    lane->rates.bandwidth = ts_probe_bandwidth(&lane->arena, lane->of->set, lane->of->seconds, &how).hi;
    return NULL;
}

ts_rates ts_ceiling_read(ts_ceiling *c, double seconds)
{
    ts_rates sum = {0, 0};
    size_t started = 1;
    c->seconds = seconds;
    while (started < c->count &&
           pthread_create(&c->lanes[started].thread, NULL, read_lane, &c->lanes[started]) == 0)
        started++;
    read_lane(&c->lanes[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(c->lanes[i].thread, NULL);
    for (size_t i = 0; i < started; i++) {
        sum.peak += c->lanes[i].rates.peak;
        sum.bandwidth += c->lanes[i].rates.bandwidth;
    }
    return started == c->count ? sum : (ts_rates){NAN, NAN};
}
