/* Stop rules from arbitrary text: a rule that parses answers every question, and its answers agree. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tilesmith_plugin.h"
#include "tune/stop.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const ts_stop_rule *rule, const ts_stop_state *state)
{
    const char *reason = ts_stop_reason(rule, state);
    double fraction = ts_stop_fraction(rule, state);
    if ((reason != NULL) != (ts_stop_room(rule, state) == 0) || !(fraction >= 0 && fraction <= 1))
        abort();
    if (reason && fraction < 1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    ts_stop_rule rule;
    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    if (ts_stop_parse(text, &rule) == TS_OK) {
        for (size_t n = 0; n < 300; n += 37)
            check(&rule, &(ts_stop_state){n, 0, n / 2, (double)n / 3, 1 + 1.0 / (double)(n + 1), 1});
        ts_stop_ends(&rule);
    }
    free(text);
    return 0;
}
