/*
 * Which machine is this? Identity and feature bits of the processor, read without allocation: the fingerprint
 * that tuner and runtime must agree on. The runtime depends on nothing else of the tree; core/detect borrows
 * this file from it.
 */
#ifndef TS_RUNTIME_HOST_H
#define TS_RUNTIME_HOST_H

#include <stddef.h>
#include <stdint.h>

/** One cache level as the processor reports it; size 0: not reported. */
typedef struct ts_host_cache {
    int64_t size, line, ways, shared_by;
} ts_host_cache;

typedef struct ts_host {
    char arch[16];            /**< "x86_64", "aarch64", "riscv64", … */
    char vendor[32];          /**< "GenuineIntel", "AuthenticAMD", MIDR implementer, "unknown" */
    char model[64];           /**< brand string, for people; never part of the fingerprint */
    const char *features[96]; /**< names of the feature bits present and usable (OS support checked), sorted,
                                 NULL-terminated */
    size_t feature_count;
    ts_host_cache l1d, l2, l3;
    int vector_bits, vector_registers;
    char fingerprint[17]; /**< 16 hex digits: FNV-1a 64 of arch, vendor, features, vector bits, L1d and L2
                             size/line/ways */
} ts_host;

/** Fill in; cannot fail (what the platform doesn't tell is left empty). */
void ts_host_identify(ts_host *host);
/** Room for the text of an ABI. */
#define TS_HOST_ABI 48
/** What a compiled variant's calling convention and libraries depend on: "x86_64 elf64 glibc". */
void ts_host_abi(const ts_host *host, char abi[TS_HOST_ABI]);
/** 1 if the feature is present. */
int ts_host_has(const ts_host *host, const char *feature);

#endif
