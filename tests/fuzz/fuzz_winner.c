/* Rows of runtime_winners with text of any kind in them: each line is
 * "kernel|type|problem|variant|arguments".
 */
#include "runtime/internal.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_line(ts_rt *rt, char *line)
{
    const char *fields[5] = {"", "", "", "", ""};
    for (size_t i = 0; i < 5 && line != NULL; i++)
        fields[i] = strsep(&line, "|");
    tsrt_row row = {.kernel = fields[0],
                    .type = fields[1],
                    .problem = fields[2],
                    .variant = fields[3],
                    .source = "int x;",
                    .compiler = "cc",
                    .flags = "",
                    .arguments = fields[4],
                    .threads = 1,
                    .seconds = 1,
                    .flops = 1};
    if (tsrt_winner_add(rt, &row) < 0)
        abort();
}

/* What was accepted must be found again under its own dimensions. */
static void check(const ts_rt *rt)
{
    for (size_t i = 0; i < rt->winner_count; i++) {
        const tsrt_winner *w = &rt->winners[i];
        const tsrt_family *family = &rt->families[w->family];
        const tsrt_winner *found =
            tsrt_winner_find(rt, family, w->dims, tsrt_hash(w->family, w->dims, family->dim_count));
        if (i < family->first || i >= family->first + family->count)
            abort();
        if (found == NULL || memcmp(found->dims, w->dims, sizeof w->dims) != 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ts_rt *rt = NULL;
    char *text = malloc(size + 1);
    setenv("TILESMITH_RT", "off", 1);
    if (text == NULL || ts_rt_open("", &rt) != 0)
        abort();
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;)
        add_line(rt, line);
    free(rt->index);
    if (tsrt_index_build(rt) != 0)
        abort();
    check(rt);
    ts_rt_close(rt);
    free(text);
    return 0;
}
