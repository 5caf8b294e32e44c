#include "core/listing.h"
#include "core/kernel.h"
#include "util/str.h"
#include "util/vec.h"
#include <dirent.h>
#include <errno.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool ts_listing_xml(const char *folder, char *name)
{
    (void)folder;
    size_t n = strlen(name);
    if (n <= 4 || strcmp(name + n - 4, ".xml") != 0)
        return false;
    name[n - 4] = '\0';
    return true;
}

static int add_entry(const char *folder, const char *entry, ts_listing_filter *accept, char ***names,
                     size_t *count)
{
    char *name = strdup(entry);
    char **grown = name ? realloc(*names, (*count + 1) * sizeof **names) : NULL;
    if (grown)
        *names = grown;
    if (!grown) {
        free(name);
        return ts_fail(TS_ENOMEM, "out of memory while reading folder %s", folder);
    }
    if (accept(folder, name))
        (*names)[(*count)++] = name;
    else
        free(name);
    return 0;
}

int ts_listing(const char *folder, ts_listing_filter *accept, char ***names, size_t *count)
{
    *names = NULL;
    *count = 0;
    DIR *d = opendir(folder);
    if (!d)
        return errno == ENOENT ? 0
                               : ts_fail(TS_ESYSTEM, "can't read folder %s: %s; check its permissions",
                                         folder, strerror(errno));
    int rc = 0;
    for (struct dirent *e = readdir(d); e && rc == 0; e = readdir(d))
        if (e->d_name[0] != '.')
            rc = add_entry(folder, e->d_name, accept, names, count);
    closedir(d);
    if (rc < 0) {
        ts_name_list_free(*names, *count);
        *names = NULL;
        *count = 0;
    } else if (*count > 0) {
        qsort(*names, *count, sizeof **names, by_text);
    }
    return rc;
}

int ts_listing_fail(const char *kind, const char *name, const char *folder, ts_listing_filter *accept)
{
    char **names = NULL;
    size_t count = 0;
    int rc = ts_listing(folder, accept, &names, &count);
    if (rc < 0)
        return rc;
    ts_str list = TS_STR_INIT;
    for (size_t i = 0; i < count; i++)
        ts_str_format(&list, "%s%s", i ? ", " : "", names[i]);
    rc = count ? ts_fail(TS_ENOTFOUND, "no %s '%s' in %s; there are: %s", kind, name, folder,
                         ts_str_text(&list))
               : ts_fail(TS_ENOTFOUND,
                         "no %s '%s': %s holds none; set TILESMITH_DATA to the folder of Tilesmith's data",
                         kind, name, folder);
    ts_str_free(&list);
    ts_name_list_free(names, count);
    return rc;
}

void ts_name_list_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}
