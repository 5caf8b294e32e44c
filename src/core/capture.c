/* Capture files: the runtime's own reader, with messages. */
#include "core/capture.h"
#include "runtime/capture_line.h"
#include "tilesmith_plugin.h"
#include "util/file.h"
#include "util/vec.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of a file that is no capture any more. */
static const size_t LIMIT = (size_t)16 << 20;

typedef TS_VEC(ts_capture_shape) ts_shapes;

static int add(ts_shapes *shapes, const tsrt_captured *c)
{
    for (size_t i = 0; i < shapes->count; i++) {
        ts_capture_shape *s = &shapes->items[i];
        if (strcmp(s->problem, c->problem) != 0 || strcmp(s->type, c->type) != 0 ||
            strcmp(s->kernel, c->kernel) != 0)
            continue;
        s->calls += c->calls;
        s->lookups += c->lookups;
        s->seconds += c->seconds;
        return TS_OK;
    }
    ts_capture_shape shape = {.calls = c->calls, .lookups = c->lookups, .seconds = c->seconds};
    memcpy(shape.kernel, c->kernel, sizeof shape.kernel);
    memcpy(shape.type, c->type, sizeof shape.type);
    memcpy(shape.problem, c->problem, sizeof shape.problem);
    _Static_assert(sizeof shape.problem == sizeof c->problem && sizeof shape.kernel == sizeof c->kernel &&
                       sizeof shape.type == sizeof c->type,
                   "both are the same");
    return ts_vec_push(shapes, shape) ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while reading a capture");
}

static int take_line(const char *text, size_t length, const char *name, size_t number, ts_shapes *shapes)
{
    char line[TSRT_CAPTURE_LINE];
    tsrt_captured captured;
    int kind = -1;
    if (length < sizeof line && !memchr(text, '\0', length)) {
        memcpy(line, text, length);
        line[length] = '\0';
        kind = tsrt_capture_parse(line, &captured);
    }
    if (number == 1 && (kind < 0 || strcmp(line, TSRT_CAPTURE_HEAD) != 0))
        return ts_fail(
            TS_EINPUT,
            "%s: is no capture: its first line isn't '%s'; run a program with TILESMITH_CAPTURE=FILE "
            "to make one",
            name, TSRT_CAPTURE_HEAD);
    if (kind < 0)
        return ts_fail(TS_EINPUT,
                       "%s:%zu: is no line of a capture (KERNEL TYPE PROBLEM calls=N lookups=N seconds=S)",
                       name, number);
    return kind > 0 ? add(shapes, &captured) : TS_OK;
}

int ts_capture_parse(const char *text, size_t length, const char *name, ts_capture *out)
{
    ts_shapes shapes = {0};
    size_t number = 0;
    int rc = TS_OK;
    *out = (ts_capture){0};
    for (size_t at = 0; rc == TS_OK && (at < length || number == 0);) {
        const char *end = at < length ? memchr(text + at, '\n', length - at) : NULL;
        size_t size = end ? (size_t)(end - text) - at : length - at;
        rc = take_line(text + at, size, name, ++number, &shapes);
        at += size + 1;
    }
    if (rc != TS_OK) {
        ts_vec_free(&shapes);
        return rc;
    }
    *out = (ts_capture){shapes.items, shapes.count};
    return TS_OK;
}

int ts_capture_load(const char *path, ts_capture *out)
{
    char *text = NULL;
    size_t length = 0;
    *out = (ts_capture){0};
    int rc = ts_file_read(path, LIMIT, &text, &length);
    if (rc == TS_OK)
        rc = ts_capture_parse(text, length, path, out);
    free(text);
    return rc;
}

void ts_capture_clear(ts_capture *capture)
{
    free(capture->shapes);
    *capture = (ts_capture){0};
}
