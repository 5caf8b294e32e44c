/* Compile a stored source into the cache: in a scratch folder of its own, then renamed into place. */
#include "runtime/internal.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIMIT_SECONDS 20.0
#define MAX_ARGUMENTS 96

static bool fail(char *reason, const char *what, const char *path)
{
    snprintf(reason, TSRT_REASON, "%s %s (%s)", what, path, strerror(errno));
    return false;
}

static bool write_source(const char *path, const char *text, char *reason)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(reason, "cannot write", path);
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t n = write(fd, text, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        text += n;
        left -= (size_t)n;
    }
    if (close(fd) != 0 || left > 0)
        return fail(reason, "cannot write", path);
    return true;
}

/* The scratch folder holds plain files only: ours and what the compiler left when it was killed. */
static void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir != NULL)
        closedir(dir);
    rmdir(folder);
}

/* Split at blanks, in place. */
static bool split_flags(char *flags, char **argv, size_t *count)
{
    char *save = NULL;
    for (char *word = strtok_r(flags, " \t\n", &save); word != NULL; word = strtok_r(NULL, " \t\n", &save)) {
        if (*count >= MAX_ARGUMENTS - 8)
            return false;
        argv[(*count)++] = word;
    }
    return true;
}

static bool run_compiler(const tsrt_variant *variant, const char *folder, char *source, char *object,
                         char *reason)
{
    char *argv[MAX_ARGUMENTS], *compiler = strdup(variant->compiler), *flags = strdup(variant->flags);
    char c_language[] = "-xc", shared[] = "-shared", pic[] = "-fPIC", output[] = "-o", math[] = "-lm",
         quiet[] = "-w";
    size_t count = 0;
    bool good = false;
    if (compiler == NULL || flags == NULL) {
        snprintf(reason, TSRT_REASON, "out of memory");
        goto done;
    }
    argv[count++] = compiler;
    if (!split_flags(flags, argv, &count)) {
        snprintf(reason, TSRT_REASON, "its compiler flags are too many");
        goto done;
    }
    char *const rest[] = {quiet, shared, pic, output, object, c_language, source, math};
    for (size_t i = 0; i < sizeof rest / sizeof *rest - 1; i++)
        argv[count++] = rest[i];
    argv[count] = NULL;
    good = tsrt_run(argv, folder, LIMIT_SECONDS, reason);
done:
    free(compiler);
    free(flags);
    return good;
}

bool tsrt_compile(const tsrt_variant *variant, const char *cache, const char *object, char *reason)
{
    char folder[PATH_MAX], source[PATH_MAX + 16], built[PATH_MAX + 16];
    if (snprintf(folder, sizeof folder, "%s/runtime-XXXXXX", cache) >= (int)sizeof folder ||
        mkdtemp(folder) == NULL)
        return fail(reason, "cannot make a scratch folder in", cache);
    snprintf(source, sizeof source, "%s/variant.c", folder);
    snprintf(built, sizeof built, "%s/variant.so", folder);
    bool good =
        write_source(source, variant->source, reason) && run_compiler(variant, folder, source, built, reason);
    /* Not writable by the group whatever the umask is, or the next load would have to refuse it. */
    if (good && (chmod(built, 0700) != 0 || rename(built, object) != 0))
        good = fail(reason, "cannot put the built variant at", object);
    remove_folder(folder);
    return good;
}
