/*
 * x86: feature bits by CPUID, counted only where the operating system saves the registers they need (XGETBV;
 * arch_prctl for AMX). Bits, leaves: Intel SDM vol. 2A "CPUID", vol. 1 ch. 13 (XSAVE); AMD APM vol. 3
 * appendix E. Model numbers are never looked at: hypervisors mask them.
 */
#include "runtime/host.h"
#include "runtime/host_parts.h"

#if defined(__x86_64__) || defined(__i386__)

#include <cpuid.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EAX, EBX, ECX, EDX };

/* State components in XCR0 (SDM vol. 1, 13.1). */
#define XSTATE_NONE   UINT64_C(0)
#define XSTATE_AVX    UINT64_C(0x6)
#define XSTATE_AVX512 UINT64_C(0xe6)
#define XSTATE_AMX    UINT64_C(0x60000)
#define XSTATE_APX    UINT64_C(0x80000)

typedef struct feature_bit {
    const char *name; /* as in /proc/cpuinfo */
    uint32_t leaf, subleaf;
    unsigned char reg, bit;
    uint64_t xstate; /* what the operating system must save for the feature to be usable */
} feature_bit;

/* Features that compilers select instructions by; bits about security, power or paging don't change a kernel.
 */
static const feature_bit feature_bits[] = {
    {"sse2", 1, 0, EDX, 26, XSTATE_NONE},
    {"sse3", 1, 0, ECX, 0, XSTATE_NONE},
    {"ssse3", 1, 0, ECX, 9, XSTATE_NONE},
    {"fma", 1, 0, ECX, 12, XSTATE_AVX},
    {"sse4_1", 1, 0, ECX, 19, XSTATE_NONE},
    {"sse4_2", 1, 0, ECX, 20, XSTATE_NONE},
    {"movbe", 1, 0, ECX, 22, XSTATE_NONE},
    {"popcnt", 1, 0, ECX, 23, XSTATE_NONE},
    {"avx", 1, 0, ECX, 28, XSTATE_AVX},
    {"f16c", 1, 0, ECX, 29, XSTATE_AVX},
    {"bmi1", 7, 0, EBX, 3, XSTATE_NONE},
    {"avx2", 7, 0, EBX, 5, XSTATE_AVX},
    {"bmi2", 7, 0, EBX, 8, XSTATE_NONE},
    {"avx512f", 7, 0, EBX, 16, XSTATE_AVX512},
    {"avx512dq", 7, 0, EBX, 17, XSTATE_AVX512},
    {"avx512ifma", 7, 0, EBX, 21, XSTATE_AVX512},
    {"avx512cd", 7, 0, EBX, 28, XSTATE_AVX512},
    {"avx512bw", 7, 0, EBX, 30, XSTATE_AVX512},
    {"avx512vl", 7, 0, EBX, 31, XSTATE_AVX512},
    {"avx512vbmi", 7, 0, ECX, 1, XSTATE_AVX512},
    {"avx512_vbmi2", 7, 0, ECX, 6, XSTATE_AVX512},
    {"gfni", 7, 0, ECX, 8, XSTATE_NONE},
    {"vaes", 7, 0, ECX, 9, XSTATE_AVX},
    {"vpclmulqdq", 7, 0, ECX, 10, XSTATE_AVX},
    {"avx512_vnni", 7, 0, ECX, 11, XSTATE_AVX512},
    {"avx512_bitalg", 7, 0, ECX, 12, XSTATE_AVX512},
    {"avx512_vpopcntdq", 7, 0, ECX, 14, XSTATE_AVX512},
    {"avx512_vp2intersect", 7, 0, EDX, 8, XSTATE_AVX512},
    {"amx_bf16", 7, 0, EDX, 22, XSTATE_AMX},
    {"avx512_fp16", 7, 0, EDX, 23, XSTATE_AVX512},
    {"amx_tile", 7, 0, EDX, 24, XSTATE_AMX},
    {"amx_int8", 7, 0, EDX, 25, XSTATE_AMX},
    {"avx_vnni", 7, 1, EAX, 4, XSTATE_AVX},
    {"avx512_bf16", 7, 1, EAX, 5, XSTATE_AVX512},
    {"amx_fp16", 7, 1, EAX, 21, XSTATE_AMX},
    {"avx_ifma", 7, 1, EAX, 23, XSTATE_AVX},
    {"avx_vnni_int8", 7, 1, EDX, 4, XSTATE_AVX},
    {"avx_ne_convert", 7, 1, EDX, 5, XSTATE_AVX},
    {"amx_complex", 7, 1, EDX, 8, XSTATE_AMX},
    {"avx_vnni_int16", 7, 1, EDX, 10, XSTATE_AVX},
    {"avx10", 7, 1, EDX, 19, XSTATE_AVX512},
    {"apx", 7, 1, EDX, 21, XSTATE_APX},
    {"lzcnt", 0x80000001, 0, ECX, 5, XSTATE_NONE},
    {"sse4a", 0x80000001, 0, ECX, 6, XSTATE_NONE},
    {"xop", 0x80000001, 0, ECX, 11, XSTATE_AVX},
    {"fma4", 0x80000001, 0, ECX, 16, XSTATE_AVX},
};

/* __get_cpuid_count with the leaf's range checked and an array instead of four pointers. */
static int query(uint32_t leaf, uint32_t subleaf, uint32_t r[4])
{
    return __get_cpuid_count(leaf, subleaf, &r[EAX], &r[EBX], &r[ECX], &r[EDX]);
}

/* Linux grants AMX tile data on request, once per process. Asking what it would grant leaves the process as
 * it was. */
static int amx_granted_on_request(void)
{
#if defined(__x86_64__) && defined(SYS_arch_prctl)
    enum { GET_XCOMP_SUPPORT = 0x1021, TILE_DATA = 18 };
    uint64_t supported = 0;
    return syscall(SYS_arch_prctl, GET_XCOMP_SUPPORT, &supported) == 0 && (supported >> TILE_DATA & 1);
#else
    return 0;
#endif
}

/* The register states that the operating system saves: XCR0, less what it would not let us use. */
static uint64_t saved_states(void)
{
    uint32_t r[4], low, high;
    if (!query(1, 0, r) || !(r[ECX] >> 27 & 1)) { /* OSXSAVE */
        return 0;
    }
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    uint64_t states = (uint64_t)high << 32 | low;
    if ((states & XSTATE_AMX) && !amx_granted_on_request()) {
        states &= ~XSTATE_AMX;
    }
    return states;
}

static void identify_features(ts_host *host)
{
    uint64_t states = saved_states();
    for (size_t i = 0; i < sizeof feature_bits / sizeof feature_bits[0]; i++) {
        const feature_bit *f = &feature_bits[i];
        uint32_t r[4];
        if (f->subleaf && (!query(f->leaf, 0, r) || r[EAX] < f->subleaf)) {
            continue;
        }
        if (query(f->leaf, f->subleaf, r) && (r[f->reg] >> f->bit & 1) && (states & f->xstate) == f->xstate) {
            ts_host_add(host, f->name);
        }
    }
}

static void identify_vendor(ts_host *host)
{
    uint32_t r[4] = {0};
    if (query(0, 0, r)) {
        memcpy(host->vendor, &r[EBX], 4);
        memcpy(host->vendor + 4, &r[EDX], 4);
        memcpy(host->vendor + 8, &r[ECX], 4);
        host->vendor[12] = '\0';
    }
    for (uint32_t i = 0; i < 3 && query(0x80000002 + i, 0, r); i++) {
        memcpy(host->model + (size_t)16 * i, r, 16);
    }
    host->model[48] = '\0';
}

/* The cache leaf: 4 on Intel, 0x8000001d on AMD and Hygon (which leave 4 empty); both have one layout. */
static uint32_t cache_leaf(void)
{
    uint32_t r[4];
    if (query(4, 0, r) && (r[EAX] & 31) != 0) {
        return 4;
    }
    const uint32_t topology_extensions = 1u << 22;
    if (query(0x80000001, 0, r) && (r[ECX] & topology_extensions)) {
        return 0x8000001d;
    }
    return 0;
}

static void identify_caches(ts_host *host)
{
    enum { DATA = 1, UNIFIED = 3 };
    uint32_t leaf = cache_leaf(), r[4];
    for (uint32_t i = 0; leaf && i < 16 && query(leaf, i, r) && (r[EAX] & 31) != 0; i++) {
        uint32_t type = r[EAX] & 31, level = r[EAX] >> 5 & 7;
        ts_host_cache *cache = level == 1   ? &host->l1d
                               : level == 2 ? &host->l2
                               : level == 3 ? &host->l3
                                            : NULL;
        if (!cache || cache->size || (type != DATA && type != UNIFIED)) {
            continue;
        }
        cache->line = (r[EBX] & 0xfff) + 1;
        cache->ways = (r[EBX] >> 22) + 1;
        cache->size = cache->ways * ((r[EBX] >> 12 & 0x3ff) + 1) * cache->line * ((int64_t)r[ECX] + 1);
        cache->shared_by = (r[EAX] >> 14 & 0xfff) + 1;
    }
}

/*
 * AMD's older leaves, for what a hypervisor leaves out of the newer one (AMD64 Architecture Programmer's
 * Manual, volume 3, appendix E.4.4 and E.4.5): L1 in KiB, with its ways; L2 in KiB and L3 in halves of MiB,
 * with a code for theirs.
 */
static void identify_caches_legacy(ts_host *host)
{
    static const uint8_t ways[16] = {[1] = 1,  [2] = 2,   [3] = 3,   [4] = 4,   [5] = 6,   [6] = 8,
                                     [8] = 16, [10] = 32, [11] = 48, [12] = 64, [13] = 96, [14] = 128};
    uint32_t r[4];
    if (host->l1d.size == 0 && query(0x80000005, 0, r))
        host->l1d = (ts_host_cache){
            .size = (int64_t)(r[ECX] >> 24) << 10, .line = r[ECX] & 0xff, .ways = r[ECX] >> 16 & 0xff};
    if (host->l2.size > 0 || !query(0x80000006, 0, r))
        return;
    host->l2 = (ts_host_cache){
        .size = (int64_t)(r[ECX] >> 16) << 10, .line = r[ECX] & 0xff, .ways = ways[r[ECX] >> 12 & 15]};
    if (host->l3.size == 0)
        host->l3 = (ts_host_cache){
            .size = (int64_t)(r[EDX] >> 18) << 19, .line = r[EDX] & 0xff, .ways = ways[r[EDX] >> 12 & 15]};
}

/* On hybrid processors CPUID answers for the core it happens to run on; sysfs of CPU 0 gives every thread the
 * same answer. */
static int is_hybrid(void)
{
    uint32_t r[4];
    return query(7, 0, r) && (r[EDX] >> 15 & 1);
}

void ts_host_arch(ts_host *host)
{
    identify_vendor(host);
    identify_features(host);
    if (!is_hybrid()) {
        identify_caches(host);
        if (strcmp(host->vendor, "AuthenticAMD") == 0 || strcmp(host->vendor, "HygonGenuine") == 0) {
            identify_caches_legacy(host);
        }
    }
    host->vector_bits = ts_host_has(host, "avx512f") ? 512 : ts_host_has(host, "avx") ? 256 : 128;
    host->vector_registers = ts_host_has(host, "avx512f") ? 32 : sizeof(void *) == 8 ? 16 : 8;
}

#endif
