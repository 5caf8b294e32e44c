/* What is there to choose from. */
#include "cli/data.h"
#include "core/listing.h"
#include "core/paths.h"
#include "tilesmith_plugin.h"
#include "util/str.h"
#include <stdlib.h>
#include <string.h>

const char *const ts_compiler_names[] = {"cc", "gcc", "clang", NULL};

/* Hide the ending: targets are asked for by name. */
static bool is_target(const char *folder, char *name)
{
    (void)folder;
    char *ending = strrchr(name, '.');
    if (!ending || strcmp(ending, ".xml") != 0)
        return false;
    *ending = '\0';
    return true;
}

int ts_target_names(char ***names, size_t *count)
{
    char *folder = ts_asprintf("%s/targets", ts_path_data());
    if (!folder)
        return ts_fail(TS_ENOMEM, "out of memory while listing targets");
    int rc = ts_listing(folder, is_target, names, count);
    free(folder);
    return rc;
}
