/* Text of any kind as a recorded space: Kernel Tuner cache files and T4 results. */
#include "core/recording.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was accepted must hold together: a cost where and only where the status is ok, ordinals inside their
 * domains. */
static void check(const ts_recording *r)
{
    size_t width = ts_space_params(r->space);
    uint16_t *ordinals = calloc(width, sizeof *ordinals);
    if (!ordinals || ts_space_count(r->space) != r->count)
        abort();
    for (uint64_t i = 0; i < r->count; i++) {
        if ((r->status[i] == TS_STATUS_OK) != (isfinite(r->cost[i]) != 0))
            abort();
        ts_space_decode(r->space, i, ordinals);
        for (size_t p = 0; p < width; p++)
            if (ordinals[p] >= ts_space_param(r->space, p)->count)
                abort();
    }
    free(ordinals);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ts_recordings all;
    if (ts_recordings_parse((const char *)data, size, "fuzz.json", &all) == TS_OK) {
        for (size_t i = 0; i < all.count; i++)
            check(all.items[i]);
        ts_recordings_clear(&all);
    } else if (ts_error()[0] == '\0') {
        abort();
    }
    return 0;
}
