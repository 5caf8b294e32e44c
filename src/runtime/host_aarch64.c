/*
 * aarch64: HWCAP and HWCAP2 say what the kernel and the processor offer together. Bit numbers: Linux
 * arch/arm64 ELF hwcaps (a stable user interface); implementer codes: Arm ARM, MIDR_EL1.
 */
#include "runtime/host.h"
#include "runtime/host_parts.h"

#if defined(__aarch64__)

#include <stdio.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/auxv.h>
#include <sys/prctl.h>
#endif

typedef struct hwcap_bit {
    const char *name;
    unsigned char word, bit; /* word 1: HWCAP, 2: HWCAP2 */
} hwcap_bit;

static const hwcap_bit hwcap_bits[] = {
    {"neon", 1, 1},     {"atomics", 1, 8},    {"fphp", 1, 9},       {"asimdhp", 1, 10},  {"asimdrdm", 1, 12},
    {"fcma", 1, 14},    {"asimddp", 1, 20},   {"sve", 1, 22},       {"asimdfhm", 1, 23}, {"sve2", 2, 1},
    {"sve_i8mm", 2, 9}, {"sve_f32mm", 2, 10}, {"sve_f64mm", 2, 11}, {"sve_bf16", 2, 12}, {"i8mm", 2, 13},
    {"bf16", 2, 14},    {"sme", 2, 23},       {"sve2p1", 2, 36},    {"sme2", 2, 37},
};

static void identify_features(ts_host *host)
{
#if defined(__linux__)
    unsigned long words[3] = {0, getauxval(AT_HWCAP), getauxval(AT_HWCAP2)};
    for (size_t i = 0; i < sizeof hwcap_bits / sizeof hwcap_bits[0]; i++) {
        if (words[hwcap_bits[i].word] >> hwcap_bits[i].bit & 1) {
            ts_host_add(host, hwcap_bits[i].name);
        }
    }
#else
    ts_host_add(host, "neon"); /* part of every aarch64 application profile */
#endif
}

static const char *implementer_name(unsigned code)
{
    static const struct {
        unsigned code;
        const char *name;
    } known[] = {{0x41, "ARM"},       {0x42, "Broadcom"}, {0x43, "Cavium"}, {0x46, "Fujitsu"},
                 {0x48, "HiSilicon"}, {0x4e, "NVIDIA"},   {0x50, "APM"},    {0x51, "Qualcomm"},
                 {0x53, "Samsung"},   {0x56, "Marvell"},  {0x61, "Apple"},  {0x6d, "Microsoft"},
                 {0xc0, "Ampere"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].code == code) {
            return known[i].name;
        }
    }
    return NULL;
}

/* CPU 0's MIDR by sysfs, not the register of the core we are on: big.LITTLE would make the answer a matter of
 * chance. */
static void identify_vendor(ts_host *host)
{
    char text[64];
    if (ts_host_read_line("/sys/devices/system/cpu/cpu0/regs/identification/midr_el1", text, sizeof text)) {
        unsigned long midr = strtoul(text, NULL, 16);
        const char *name = implementer_name((unsigned)(midr >> 24 & 0xff));
        if (name) {
            snprintf(host->vendor, sizeof host->vendor, "%s", name);
        } else {
            snprintf(host->vendor, sizeof host->vendor, "implementer-0x%02lx", midr >> 24 & 0xff);
        }
        snprintf(host->model, sizeof host->model, "%s part 0x%03lx", host->vendor, midr >> 4 & 0xfff);
    }
    char board[64];
    if (ts_host_read_line("/proc/device-tree/model", board, sizeof board)) {
        snprintf(host->model, sizeof host->model, "%s", board);
    }
}

static int sve_bits(void)
{
#if defined(PR_SVE_GET_VL)
    int length = prctl(PR_SVE_GET_VL);
    return length > 0 ? (length & PR_SVE_VL_LEN_MASK) * 8 : 0;
#else
    return 0;
#endif
}

void ts_host_arch(ts_host *host)
{
    identify_features(host);
    identify_vendor(host);
    host->vector_bits = 128;
    host->vector_registers = 32;
    if (ts_host_has(host, "sve") && sve_bits() > 128) {
        host->vector_bits = sve_bits();
    }
}

#endif
