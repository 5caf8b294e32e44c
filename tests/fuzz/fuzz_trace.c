/* Traces from arbitrary text: no crash, and what was read is the same after it was written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tune/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *rewritten(char *text)
{
    ts_trace *trace;
    char *out = NULL;
    size_t length;
    if (ts_trace_new(&trace))
        abort();
    if (ts_trace_parse(text, "fuzz.csv", trace) == TS_OK && ts_trace_text(trace, true, &out, &length))
        abort();
    ts_trace_free(trace);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    char *first = rewritten(text);
    char *copy = first ? strdup(first) : NULL, *second = copy ? rewritten(copy) : NULL;
    if (first && (!second || strcmp(first, second) != 0))
        abort();
    free(text);
    free(first);
    free(copy);
    free(second);
    return 0;
}
