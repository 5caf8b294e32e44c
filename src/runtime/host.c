/* Host identification, the part common to all architectures: caches from sysfs, sorting, the fingerprint. */
#include "runtime/host.h"
#include "runtime/host_parts.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

size_t ts_host_read_line(const char *path, char *buffer, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    buffer[0] = '\0';
    if (fd < 0) {
        return 0;
    }
    ssize_t got = read(fd, buffer, size - 1);
    close(fd);
    buffer[got > 0 ? got : 0] = '\0';
    buffer[strcspn(buffer, "\n")] = '\0';
    return strlen(buffer);
}

void ts_host_add(ts_host *host, const char *feature)
{
    const size_t room = sizeof host->features / sizeof host->features[0] - 1;
    if (host->feature_count < room && !ts_host_has(host, feature)) {
        host->features[host->feature_count++] = feature;
        host->features[host->feature_count] = NULL;
    }
}

int ts_host_has(const ts_host *host, const char *feature)
{
    for (size_t i = 0; i < host->feature_count; i++) {
        if (strcmp(host->features[i], feature) == 0) {
            return 1;
        }
    }
    return 0;
}

void ts_host_abi(const ts_host *host, char abi[TS_HOST_ABI])
{
#if defined(__GLIBC__)
    const char *library = "glibc";
#else
    const char *library = "libc";
#endif
    snprintf(abi, TS_HOST_ABI, "%s elf%d %s", host->arch, 8 * (int)sizeof(void *), library);
}

static int64_t read_number(const char *folder, int index, const char *file)
{
    char path[192], text[64], *end = NULL;
    snprintf(path, sizeof path, "%s/index%d/%s", folder, index, file);
    if (!ts_host_read_line(path, text, sizeof text)) {
        return 0;
    }
    int64_t value = strtoll(text, &end, 10);
    if (*end == 'K') {
        return value << 10;
    }
    return *end == 'M' ? value << 20 : value;
}

/* How many CPUs a list such as "0-3,8,10-11" names. */
static int64_t count_cpu_list(const char *list)
{
    int64_t count = 0;
    while (*list) {
        char *end;
        long first = strtol(list, &end, 10), last = first;
        if (end == list) {
            break;
        }
        if (*end == '-') {
            last = strtol(end + 1, &end, 10);
        }
        count += last >= first ? last - first + 1 : 0;
        list = *end == ',' ? end + 1 : end;
    }
    return count;
}

static ts_host_cache *cache_slot(ts_host *host, int64_t level, const char *type)
{
    if (strcmp(type, "Instruction") == 0) {
        return NULL;
    }
    return level == 1 ? &host->l1d : level == 2 ? &host->l2 : level == 3 ? &host->l3 : NULL;
}

void ts_host_sysfs_caches(ts_host *host, const char *folder)
{
    for (int i = 0; i < 8; i++) {
        char path[192], type[32], cpus[256];
        snprintf(path, sizeof path, "%s/index%d/type", folder, i);
        if (!ts_host_read_line(path, type, sizeof type)) {
            continue;
        }
        ts_host_cache *cache = cache_slot(host, read_number(folder, i, "level"), type);
        if (!cache || cache->size > 0) {
            continue;
        }
        cache->size = read_number(folder, i, "size");
        cache->line = read_number(folder, i, "coherency_line_size");
        cache->ways = read_number(folder, i, "ways_of_associativity");
        snprintf(path, sizeof path, "%s/index%d/shared_cpu_list", folder, i);
        ts_host_read_line(path, cpus, sizeof cpus);
        cache->shared_by = count_cpu_list(cpus);
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923), over the text with its NUL so that ("ab","c") and ("a","bc")
 * differ. */
static uint64_t fnv1a(uint64_t hash, const char *text)
{
    do {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    } while (*text++);
    return hash;
}

/* How many CPUs share a cache is left out: it changes when SMT or a core is switched off, the best tiles
 * hardly do. */
static uint64_t hash_cache(uint64_t hash, const ts_host_cache *cache)
{
    char text[96];
    snprintf(text, sizeof text, "%" PRId64 "/%" PRId64 "/%" PRId64, cache->size, cache->line, cache->ways);
    return fnv1a(hash, text);
}

static void make_fingerprint(ts_host *host)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    hash = fnv1a(fnv1a(hash, host->arch), host->vendor);
    for (size_t i = 0; i < host->feature_count; i++) {
        hash = fnv1a(hash, host->features[i]);
    }
    char vectors[32];
    snprintf(vectors, sizeof vectors, "%d", host->vector_bits);
    hash = hash_cache(hash_cache(fnv1a(hash, vectors), &host->l1d), &host->l2);
    snprintf(host->fingerprint, sizeof host->fingerprint, "%016" PRIx64, hash);
}

void ts_host_ask(ts_host *host)
{
    struct utsname system;
    memset(host, 0, sizeof *host);
    if (uname(&system) == 0) {
        snprintf(host->arch, sizeof host->arch, "%.15s", system.machine);
    }
    ts_host_arch(host);
    ts_host_sysfs_caches(host, "/sys/devices/system/cpu/cpu0/cache");
    if (!host->vendor[0]) {
        strcpy(host->vendor, "unknown");
    }
    qsort(host->features, host->feature_count, sizeof host->features[0], compare_names);
    make_fingerprint(host);
}

static ts_host this_host;

static void identify_this(void)
{
    ts_host_ask(&this_host);
}

/* Once a process: under a hypervisor each CPUID costs some 20 us, and there are dozens. */
void ts_host_identify(ts_host *host)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, identify_this);
    *host = this_host;
}

#if !defined(__x86_64__) && !defined(__i386__) && !defined(__aarch64__) &&                                   \
    !(defined(__riscv) && defined(__linux__))
/* An architecture without a file of its own: 128-bit vectors are what the compiler's vector types map to
 * nearly everywhere. */
void ts_host_arch(ts_host *host)
{
    host->vector_bits = 128;
    host->vector_registers = 16;
}
#endif
