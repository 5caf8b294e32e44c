/* Ranges of `explore --vary`, such as "l2.size=256K:4M". */
#include "tune/explore.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ts_explore_attribute attribute = {0};
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    if (ts_explore_range(text, &attribute) == TS_OK)
        for (size_t i = 1; i < attribute.count; i++)
            if (!(attribute.values[i] > attribute.values[i - 1]))
                abort();
    free(attribute.name);
    free(attribute.values);
    free(attribute.best);
    free(text);
    return 0;
}
