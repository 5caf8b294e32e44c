/* From a variant's id to a function: the cache of built variants (CACHE/objects/ab/ID.so, the tuner's own),
 * or a compilation into it. */
#include "runtime/internal.h"
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
    if (!make_folders(folder, reason))
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

static bool open_object(tsrt_variant *variant, const char *path, char *reason)
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

void tsrt_variant_load(ts_rt *rt, tsrt_variant *variant)
{
    char path[PATH_MAX], reason[TSRT_REASON] = "";
    bool placed = object_path(rt, variant, path, reason);
    bool loaded = placed && object_usable(path) && open_object(variant, path, reason);
    if (placed && !loaded)
        loaded = tsrt_compile(variant, rt->cache, path, reason) && open_object(variant, path, reason);
    if (!loaded) {
        variant->failure = tsrt_copy(&rt->arena, reason);
        if (variant->failure == NULL)
            variant->failure = "out of memory";
    }
    atomic_store_explicit(&variant->state, loaded ? TSRT_LOADED : TSRT_FAILED, memory_order_release);
}
