/* Captures: whatever the bytes, an error with a sentence or shapes that are written and read again the same.
 */
#include "core/capture.h"
#include "runtime/capture_line.h"
#include "tilesmith_plugin.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const ts_capture_shape *s)
{
    char line[TSRT_CAPTURE_LINE];
    tsrt_captured in = {.calls = s->calls, .lookups = s->lookups, .seconds = s->seconds}, again;
    strcpy(in.kernel, s->kernel);
    strcpy(in.type, s->type);
    strcpy(in.problem, s->problem);
    size_t length = tsrt_capture_format(&in, line);
    if (length == 0 || line[length - 1] != '\n')
        abort();
    line[length - 1] = '\0';
    if (!isfinite(in.seconds)) /* a sum of lines may overflow; it isn't written as a number then */
        return;
    if (tsrt_capture_parse(line, &again) != 1 || again.calls != in.calls || again.lookups != in.lookups ||
        strcmp(again.problem, in.problem) != 0 || fabs(again.seconds - in.seconds) > 1e-8 * in.seconds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ts_capture capture;
    if (ts_capture_parse((const char *)data, size, "fuzz", &capture) < 0) {
        if (!*ts_error() || capture.shapes)
            abort();
        return 0;
    }
    for (size_t i = 0; i < capture.count; i++)
        check(&capture.shapes[i]);
    ts_capture_clear(&capture);
    return 0;
}
