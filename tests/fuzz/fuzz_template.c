/* Templates: whatever the text, an error with a sentence or an expansion within its limits. */
#include "build/template.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ts_names *known_names(void)
{
    ts_names *names = NULL;
    if (ts_names_new(&names) < 0 || ts_names_add(names, "mr", NULL) < 0 ||
        ts_names_add(names, "kind", NULL) < 0 || ts_names_add(names, "m", NULL) < 0)
        abort();
    return names;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const ts_value values[] = {ts_int(3), ts_string("packed"), {.kind = TS_NONE}};
    ts_names *names = known_names();
    ts_template *t = NULL;
    ts_str out = TS_STR_INIT;
    char *text = strndup((const char *)data, size);
    int rc = text ? ts_template_parse(text, "fuzz.c.in", names, &t) : TS_ENOMEM;
    if (rc == 0)
        rc = ts_template_render(t, values, "ts_v_0", &out);
    if ((rc < 0 && text && !*ts_error()) || out.length > (5u << 20))
        abort();
    ts_str_free(&out);
    ts_template_free(t);
    ts_names_free(names);
    free(text);
    return 0;
}
