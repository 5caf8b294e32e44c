/* C files with #pragma tilesmith: whatever the text, an error with a sentence or a kernel of a bounded size.
 */
#include "nest/nest.h"
#include "tilesmith_plugin.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ts_nest *nest = NULL;
    ts_nest_files files = {0};
    char *text = strndup((const char *)data, size < 65536 ? size : 65536);
    int rc = text ? ts_nest_parse(text, "fuzz.c", NULL, &nest) : TS_ENOMEM;
    if ((rc == TS_OK) != (nest != NULL))
        abort();
    if (rc == TS_OK)
        rc = ts_nest_generate(nest, &files);
    if (rc == TS_EINTERNAL || (rc < 0 && text && !*ts_error()) || files.template.length > (64u << 20))
        abort();
    ts_nest_files_clear(&files);
    ts_nest_free(nest);
    free(text);
    return 0;
}
