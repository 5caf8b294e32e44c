/* Target descriptions: whatever the bytes, an error with a sentence or a target that survives writing and
 * reading. */
#include "core/target.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read(const ts_target *target)
{
    ts_target *again = NULL;
    char *text = NULL, *text_again = NULL;
    if (ts_target_write(target, &text) < 0 ||
        ts_target_parse(text, strlen(text), "written.xml", &again) < 0 ||
        ts_target_write(again, &text_again) < 0 || strcmp(text, text_again) != 0)
        abort();
    ts_target_free(again);
    free(text);
    free(text_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ts_target *target = NULL;
    if (ts_target_parse((const char *)data, size, "fuzz.xml", &target) == 0)
        write_and_read(target);
    else if (!*ts_error())
        abort();
    ts_target_free(target);
    return 0;
}
