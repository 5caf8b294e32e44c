/* Parameter values as canonical JSON and back: equal configurations are equal texts, whatever the order of a
 * manifest. */
#include "store/database.h"
#include "util/json.h"
#include "util/number.h"
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

/* A parameter's name and value, to be sorted. */
typedef struct ts_pair {
    const char *name;
    ts_value value;
} ts_pair;

static int compare_pairs(const void *a, const void *b)
{
    return strcmp(((const ts_pair *)a)->name, ((const ts_pair *)b)->name);
}

static void append_value(ts_str *out, ts_value value)
{
    char text[40];
    if (value.kind == TS_INT)
        ts_str_format(out, "%" PRId64, value.i);
    else if (value.kind == TS_REAL)
        ts_str_append(out, ts_real_text(value.r, text, sizeof text));
    else
        ts_json_string(out, value.s);
}

static int append_pairs(ts_pair *pairs, size_t count, ts_str *out)
{
    if (count)
        qsort(pairs, count, sizeof *pairs, compare_pairs);
    ts_str_append(out, "{");
    for (size_t i = 0; i < count; i++) {
        ts_str_append(out, i ? "," : "");
        ts_json_string(out, pairs[i].name);
        ts_str_append(out, ":");
        append_value(out, pairs[i].value);
    }
    ts_str_append(out, "}");
    return out->failed ? ts_fail(TS_ENOMEM, "out of memory while writing a configuration") : TS_OK;
}

int ts_parameters_text(const ts_kernel *kernel, const ts_value *slots, ts_str *out)
{
    size_t count = 0;
    ts_pair *pairs = calloc(kernel->parameter_count + 1, sizeof *pairs);
    if (!pairs)
        return ts_fail(TS_ENOMEM, "out of memory while writing a configuration");
    for (size_t i = 0; i < kernel->parameter_count; i++) {
        ts_value value = slots[kernel->parameters[i].slot];
        if (value.kind != TS_NONE)
            pairs[count++] = (ts_pair){kernel->parameters[i].name, value};
    }
    int rc = append_pairs(pairs, count, out);
    free(pairs);
    return rc;
}

int ts_parameters_of_space(const ts_space *space, uint64_t config, ts_str *out)
{
    size_t count = ts_space_params(space);
    ts_pair *pairs = calloc(count + 1, sizeof *pairs);
    uint16_t *ordinals = calloc(count + 1, sizeof *ordinals);
    int rc = TS_ENOMEM;
    if (pairs && ordinals) {
        ts_space_decode(space, config, ordinals);
        for (size_t i = 0; i < count; i++) {
            const ts_param *p = ts_space_param(space, i);
            pairs[i] = (ts_pair){p->name, p->values[ordinals[i]]};
        }
        rc = append_pairs(pairs, count, out);
    } else {
        ts_fail(TS_ENOMEM, "out of memory while writing a configuration");
    }
    free(pairs);
    free(ordinals);
    return rc;
}

static int value_from(const json_t *json, ts_value *out)
{
    *out = (ts_value){.kind = TS_NONE};
    if (json_is_integer(json))
        *out = ts_int(json_integer_value(json));
    else if (json_is_real(json))
        *out = ts_real(json_real_value(json));
    else if (json_is_string(json)) {
        *out = ts_string(strdup(json_string_value(json)));
        if (!out->s)
            return ts_fail(TS_ENOMEM, "out of memory while reading a configuration");
    }
    return TS_OK;
}

int ts_parameters_parse(ts_store *s, const ts_kernel *kernel, const char *text, ts_value *values)
{
    json_t *root = text ? json_loads(text, 0, NULL) : NULL;
    int rc = TS_OK;
    if (!json_is_object(root))
        rc = ts_fail(TS_EINPUT,
                     "%s: is damaged (the configuration '%.60s' is not a JSON object); restore a copy, or "
                     "move it away "
                     "and tune again",
                     s->path, text ? text : "");
    for (size_t i = 0; rc == TS_OK && i < kernel->parameter_count; i++)
        rc = value_from(json_object_get(root, kernel->parameters[i].name), &values[i]);
    json_decref(root);
    return rc;
}
