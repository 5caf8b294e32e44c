/* Which compilers there are, and what they are: the identity part of toolchain.h. */
#include "build/process.h"
#include "build/toolchain.h"
#include "tilesmith_plugin.h"
#include "util/str.h"
#include "util/vec.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Asking costs two processes, and every rendered variant needs the answer: remembered for the life of the
 * program. */
typedef struct ts_known_compiler {
    char *name;
    char *identity; /* NULL: it can't be run */
} ts_known_compiler;

static TS_VEC(ts_known_compiler *) known;
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;

enum { ANSWER_SIZE = 512 };
static const double answer_seconds = 20;

static bool ask(const char *compiler, char *option, char *second, char answer[ANSWER_SIZE])
{
    char *argv[] = {(char *)compiler, option, second, NULL};
    if (ts_capture(argv, answer_seconds, answer, ANSWER_SIZE) != 0)
        return false;
    answer[strcspn(answer, "\r\n")] = '\0';
    return answer[0] != '\0';
}

/* The family by its own banner: `cc` may be either. */
static const char *family(const char *compiler, const char *banner)
{
    const char *slash = strrchr(compiler, '/');
    if (strstr(banner, "clang"))
        return "clang";
    if (strstr(banner, "Free Software Foundation") || strstr(banner, "gcc") || strstr(banner, "GCC"))
        return "gcc";
    return slash ? slash + 1 : compiler;
}

static char *identify(const char *compiler)
{
    char banner[ANSWER_SIZE], version[ANSWER_SIZE], machine[ANSWER_SIZE];
    char *argv[] = {(char *)compiler, "--version", NULL};
    if (ts_capture(argv, answer_seconds, banner, sizeof banner) != 0)
        return NULL;
    /* gcc answers -dumpversion with the major number alone unless -dumpfullversion comes first; clang ignores
     * the latter. */
    if (!ask(compiler, "-dumpfullversion", "-dumpversion", version) &&
        !ask(compiler, "-dumpversion", NULL, version))
        return NULL;
    if (!ask(compiler, "-dumpmachine", NULL, machine))
        return NULL;
    return ts_asprintf("%s %s %s", family(compiler, banner), version, machine);
}

static const ts_known_compiler *look_up(const char *compiler)
{
    for (size_t i = 0; i < known.count; i++)
        if (strcmp(known.items[i]->name, compiler) == 0)
            return known.items[i];
    ts_known_compiler *entry = calloc(1, sizeof *entry);
    if (!entry || !(entry->name = strdup(compiler)) || !ts_vec_push(&known, entry)) {
        if (entry)
            free(entry->name);
        free(entry);
        return NULL;
    }
    entry->identity = identify(compiler);
    return entry;
}

int ts_compiler_identity(const char *compiler, const char **identity)
{
    pthread_mutex_lock(&known_lock);
    const ts_known_compiler *entry = look_up(compiler);
    pthread_mutex_unlock(&known_lock);
    if (!entry)
        return ts_fail(TS_ENOMEM, "out of memory while asking compiler '%s' for its version", compiler);
    if (!entry->identity)
        return ts_fail(TS_ENOTFOUND,
                       "compiler '%s' can't be run here; install it (Debian: apt-get install gcc) or name "
                       "another with --compiler",
                       compiler);
    *identity = entry->identity;
    return TS_OK;
}

bool ts_compiler_exists(const char *compiler)
{
    const char *identity;
    return ts_compiler_identity(compiler, &identity) == TS_OK;
}
