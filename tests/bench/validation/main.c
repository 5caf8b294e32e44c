/* Writes docs/model-validation.md anew: model_validation FOLDER of recorded reference values. */
#include <stdlib.h>

#include "validation.h"

static const char head[] =
    "# Models against reference values\n\n"
    "Every analytical model of `src/model/` beside published or independently produced values, misses "
    "included.\n"
    "`make model-validation DATA=FOLDER` writes this page from the recorded files in FOLDER.\n\n";

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: model_validation FOLDER (of recorded reference values)\n");
        return 2;
    }
    validation v = {.folder = argv[1]};
    validate_all(&v);
    ts_str page = TS_STR_INIT;
    ts_str_append(&page, head);
    write_report(&v, &page);
    size_t groups = v.groups.count;
    int failed = page.failed || fputs(ts_str_text(&page), stdout) < 0 || groups == 0;
    if (groups == 0)
        fprintf(stderr, "model_validation: %s has no recorded values\n", argv[1]);
    ts_str_free(&page);
    validation_free(&v);
    return failed ? 2 : 0;
}
