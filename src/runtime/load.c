/* From a variant's id to a function: the cache of built variants (CACHE/objects/ab/ID.so, the tuner's own),
 * or a compilation into it. */
#include "runtime/live.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#ifdef __ELF__
#include <link.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* mkdir -p; new folders are the user's alone. */
static bool make_folders(const char *path, char *reason)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part) {
        snprintf(reason, TSRT_REASON, "the path of the cache is too long");
        return false;
    }
    for (char *at = part + 1;; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char kept = *at;
        *at = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST && access(part, F_OK) != 0) {
            snprintf(reason, TSRT_REASON, "the cache folder %s cannot be made (%s): set TILESMITH_CACHE",
                     part, strerror(errno));
            return false;
        }
        if (kept == '\0')
            return true;
        *at = kept;
    }
}

/* The folder of the object, made if need be, canonical, and trusted; and the object's path in it. */
static bool object_path(const ts_rt *rt, const tsrt_variant *variant, char *path, char *reason)
{
    char folder[PATH_MAX], real[PATH_MAX];
    if (rt->cache == NULL) {
        snprintf(reason, TSRT_REASON, "there is no cache folder: set TILESMITH_CACHE or HOME");
        return false;
    }
    if (snprintf(folder, sizeof folder, "%s/objects/%.2s", rt->cache, variant->id) >= (int)sizeof folder) {
        snprintf(reason, TSRT_REASON, "the path of the cache is too long");
        return false;
    }
    if ((rt->flags & TS_RT_READONLY) == 0 && !make_folders(folder, reason))
        return false;
    if (realpath(folder, real) == NULL) {
        snprintf(reason, TSRT_REASON, "%s cannot be examined (%s)", folder, strerror(errno));
        return false;
    }
    if (!tsrt_trusted(real, TSRT_TRUST_CODE, reason))
        return false;
    if (snprintf(path, PATH_MAX, "%s/%s.so", real, variant->id) >= PATH_MAX) {
        snprintf(reason, TSRT_REASON, "the path of the cache is too long");
        return false;
    }
    return true;
}

/* False for an object cut short: the loader would map it and die of SIGBUS. Linkers write the section headers
 * last. */
static bool object_whole(const char *path, off_t size)
{
#ifdef __ELF__
    ElfW(Ehdr) header;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, &header, sizeof header);
    close(fd);
    return got == (ssize_t)sizeof header && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
           header.e_shoff <= (uint64_t)size &&
           (uint64_t)size - header.e_shoff >= (uint64_t)header.e_shnum * header.e_shentsize;
#else
    (void)path;
    return size > 0;
#endif
}

/* An object that somebody else could have written, or that is cut short, is not loaded but replaced. */
static bool object_usable(const char *path)
{
    struct stat st;
    char reason[TSRT_REASON];
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && tsrt_trusted(path, TSRT_TRUST_CODE, reason) &&
           object_whole(path, st.st_size);
}

bool tsrt_library_open(tsrt_variant *variant, const char *path, char *reason)
{
    char symbol[TSRT_VARIANT_ID + sizeof "ts_v_"], prepare[sizeof symbol + sizeof "_prepare"];
    snprintf(symbol, sizeof symbol, "ts_v_%s", variant->id);
    snprintf(prepare, sizeof prepare, "%s_prepare", symbol);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *address = handle == NULL ? NULL : dlsym(handle, symbol);
    if (address == NULL) {
        const char *error = dlerror();
        snprintf(reason, TSRT_REASON, "it cannot be loaded: %s",
                 error != NULL ? error : "its symbol is null");
        if (handle != NULL)
            dlclose(handle);
        return false;
    }
    variant->handle = handle;
    memcpy(&variant->function, &address,
           sizeof address); /* ISO C has no cast from an object pointer to a function's */
    address = dlsym(handle, prepare);
    memcpy(&variant->prepare, &address, sizeof address);
    return true;
}

static void conclude(ts_rt *rt, tsrt_variant *variant, bool loaded, const char *reason)
{
    if (!loaded) {
        variant->failure = tsrt_copy(&rt->arena, reason);
        if (variant->failure == NULL)
            variant->failure = "out of memory";
    }
    atomic_store_explicit(&variant->state, loaded ? TSRT_LOADED : TSRT_FAILED, memory_order_release);
}

/* What is there already: the cache's object, else the database's. `path` is set where the cache can be used.
 */
static bool load_built(ts_rt *rt, tsrt_variant *variant, char *path, char *reason)
{
    path[0] = '\0';
    if (!object_path(rt, variant, path, reason))
        path[0] = '\0';
    if (path[0] != '\0' && object_usable(path) && tsrt_library_open(variant, path, reason))
        return true;
    return variant->object != NULL && tsrt_object_load(rt, variant, reason);
}

void tsrt_variant_load(ts_rt *rt, tsrt_variant *variant)
{
    char path[PATH_MAX], reason[TSRT_REASON] = "";
    bool loaded = load_built(rt, variant, path, reason);
    if (!loaded && (rt->flags & TS_RT_READONLY) != 0) {
        if (reason[0] == '\0')
            snprintf(reason, sizeof reason, "it is not built, and a read-only runtime compiles nothing");
    } else if (!loaded && path[0] != '\0')
        loaded = tsrt_compile(variant, rt->cache, path, reason) && tsrt_library_open(variant, path, reason);
    conclude(rt, variant, loaded, reason);
}

bool tsrt_variant_ready(ts_rt *rt, tsrt_variant *variant)
{
    char path[PATH_MAX], reason[TSRT_REASON] = "";
    pthread_mutex_lock(&rt->lock);
    if (atomic_load_explicit(&variant->state, memory_order_acquire) == TSRT_UNTRIED &&
        load_built(rt, variant, path, reason))
        conclude(rt, variant, true, reason);
    pthread_mutex_unlock(&rt->lock);
    return atomic_load_explicit(&variant->state, memory_order_acquire) == TSRT_LOADED;
}
