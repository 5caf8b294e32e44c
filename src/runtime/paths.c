/* Where the database and the cache are when nobody says, by the XDG Base Directory Specification. */
#include "runtime/internal.h"
#include <stdlib.h>

/* secure_getenv: a setuid program must not load code from where its caller points it. */
static const char *variable(const char *name)
{
    const char *value = secure_getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static const char *place(tsrt_arena *arena, const char *own, const char *xdg, const char *below_home,
                         const char *leaf)
{
    const char *folder = variable(own);
    if (folder != NULL)
        return tsrt_copy(arena, folder);
    folder = variable(xdg);
    if (folder != NULL && folder[0] == '/')
        return tsrt_format(arena, "%s/%s", folder, leaf);
    folder = variable("HOME");
    return folder == NULL ? NULL : tsrt_format(arena, "%s/%s/%s", folder, below_home, leaf);
}

const char *tsrt_default_database(tsrt_arena *arena)
{
    return place(arena, "TILESMITH_DB", "XDG_DATA_HOME", ".local/share", "tilesmith/tilesmith.db");
}

const char *tsrt_default_cache(tsrt_arena *arena)
{
    return place(arena, "TILESMITH_CACHE", "XDG_CACHE_HOME", ".cache", "tilesmith");
}
