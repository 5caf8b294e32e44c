/* A worker that has lost its mind writes anything into the pipe: messages, their payloads and counters must
 * survive it. */
#include "build/worker_protocol.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const ts_message *m)
{
    uint32_t u;
    uint64_t w;
    double d;
    size_t count;
    ts_result r = {0};
    (void)ts_message_u32(m, 0, &u);
    (void)ts_message_u64(m, 4, &w);
    (void)ts_message_double(m, 8, &d);
    free(ts_message_doubles(m, 16, &count));
    free(ts_message_text(m, 16));
    if (ts_counters_unpack(m, &r.counters, &r.counter_count) == TS_OK)
        ts_result_clear(&r);
}

/* The first byte says in what portions the rest arrives. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ts_message_reader reader = {0};
    ts_message m;
    size_t chunk = size > 0 && data[0] > 0 ? data[0] : 1;
    for (size_t at = 1; at < size; at += chunk) {
        if (!ts_message_feed(&reader, data + at, size - at < chunk ? size - at : chunk))
            break;
        while (ts_message_next(&reader, &m))
            look_at(&m);
    }
    ts_message_reader_free(&reader);
    return 0;
}
