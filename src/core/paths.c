#include "core/paths.h"
#include "util/file.h"
#include "util/str.h"

#include <limits.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef TS_PREFIX
#define TS_PREFIX "/usr/local"
#endif

/* A binary of a source tree stands at build/tilesmith, build/sanitize/tilesmith or build/tests/unit/NAME. */
#define PARENTS_TRIED 4

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char data_folder[PATH_MAX], database[PATH_MAX], cache_folder[PATH_MAX];

static bool copy(char to[PATH_MAX], const char *from)
{
    return snprintf(to, PATH_MAX, "%s", from) < PATH_MAX;
}

static bool join(char to[PATH_MAX], const char *folder, const char *name)
{
    return snprintf(to, PATH_MAX, "%s/%s", folder, name) < PATH_MAX;
}

static bool has(const char *folder, const char *name)
{
    char path[PATH_MAX];
    return join(path, folder, name) && ts_file_exists(path);
}

static bool is_data_folder(const char *folder)
{
    return has(folder, "templates") && has(folder, "targets");
}

/* search/ holds source only: a data folder with it is a source tree. */
static bool is_source_tree(const char *folder)
{
    return is_data_folder(folder) && has(folder, "search");
}

/* Cut the last component; false at the root. */
static bool to_parent(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash || !path[1])
        return false;
    slash[slash == path] = 0;
    return true;
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static bool source_tree_above(const char *binary, char out[PATH_MAX])
{
    copy(out, binary);
    for (int i = 0; i <= PARENTS_TRIED && to_parent(out); i++) {
        if (is_source_tree(out))
            return true;
    }
    return false;
}

static bool installed_beside(const char *binary, char out[PATH_MAX])
{
    char folder[PATH_MAX];
    copy(folder, binary);
    for (int i = 0; i < 2; i++) { /* from PREFIX/bin/tilesmith to PREFIX */
        if (!to_parent(folder))
            return false;
    }
    return join(out, folder, "share/tilesmith") && is_data_folder(out);
}

static void find_data(const char *binary)
{
    const char *told = variable("TILESMITH_DATA");
    if (told && copy(data_folder, told))
        return;
    if (binary[0] && (source_tree_above(binary, data_folder) || installed_beside(binary, data_folder)))
        return;
    copy(data_folder, TS_PREFIX "/share/tilesmith");
}

/* The user's folder of one kind (XDG base directories): absolute paths only, as the specification says. */
static void user_folder(const char *name, const char *below_home, char out[PATH_MAX])
{
    const char *told = variable(name), *home = variable("HOME");
    if (told && told[0] == '/' && copy(out, told))
        return;
    if (!home) {
        const struct passwd *user = getpwuid(getuid());
        home = user ? user->pw_dir : "/";
    }
    if (!join(out, home, below_home))
        copy(out, "/");
}

static void find_database(void)
{
    char folder[PATH_MAX];
    const char *told = variable("TILESMITH_DB");
    if (told && copy(database, told))
        return;
    if (is_source_tree(data_folder) && join(database, data_folder, "results/tilesmith.db"))
        return;
    user_folder("XDG_DATA_HOME", ".local/share", folder);
    if (!join(database, folder, "tilesmith/tilesmith.db"))
        database[0] = 0;
}

static void find_cache(void)
{
    char folder[PATH_MAX];
    const char *told = variable("TILESMITH_CACHE");
    if (told && copy(cache_folder, told))
        return;
    user_folder("XDG_CACHE_HOME", ".cache", folder);
    if (!join(cache_folder, folder, "tilesmith"))
        cache_folder[0] = 0;
}

static void find_all(void)
{
    char binary[PATH_MAX] = "";
    ssize_t n = readlink("/proc/self/exe", binary, sizeof binary - 1);
    binary[n > 0 ? n : 0] = 0;
    find_data(binary);
    find_database();
    find_cache();
}

const char *ts_path_data(void)
{
    pthread_once(&once, find_all);
    return data_folder;
}

const char *ts_path_database(void)
{
    pthread_once(&once, find_all);
    return database;
}

const char *ts_path_cache(void)
{
    pthread_once(&once, find_all);
    return cache_folder;
}
