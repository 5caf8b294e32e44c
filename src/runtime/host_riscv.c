/*
 * RISC-V on Linux: extensions by the hwprobe system call, which knows the details, else by HWCAP, which knows
 * single letters. Keys and bits: Linux Documentation/arch/riscv/hwprobe.rst.
 */
#include "runtime/host.h"
#include "runtime/host_parts.h"

#if defined(__riscv) && defined(__linux__)

#include <inttypes.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct probe_pair {
    int64_t key;
    uint64_t value;
} probe_pair;

enum { KEY_VENDOR = 0, KEY_ARCHITECTURE = 1, KEY_EXTENSIONS = 4, HWPROBE_CALL = 258 };

typedef struct extension_bit {
    const char *name;
    unsigned bit;
} extension_bit;

static const extension_bit extension_bits[] = {
    {"rvv", 2}, {"zba", 3}, {"zbb", 4}, {"zbs", 5}, {"zvbb", 17}, {"zfh", 27}, {"zvfh", 30},
};

/* Asked for all CPUs together (no set given), so that what is reported holds wherever the thread runs. */
static int probe(probe_pair *pairs, size_t count)
{
    return syscall(HWPROBE_CALL, pairs, count, (size_t)0, NULL, 0u) == 0;
}

static void identify_vendor(ts_host *host)
{
    probe_pair pairs[2] = {{KEY_VENDOR, 0}, {KEY_ARCHITECTURE, 0}};
    if (probe(pairs, 2) && pairs[0].key == KEY_VENDOR) {
        snprintf(host->vendor, sizeof host->vendor, "mvendorid-0x%" PRIx64, pairs[0].value);
        snprintf(host->model, sizeof host->model, "marchid 0x%" PRIx64, pairs[1].value);
    }
    char board[64];
    if (ts_host_read_line("/proc/device-tree/model", board, sizeof board)) {
        snprintf(host->model, sizeof host->model, "%s", board);
    }
}

static void identify_features(ts_host *host)
{
    probe_pair pair = {KEY_EXTENSIONS, 0};
    if (probe(&pair, 1) && pair.key == KEY_EXTENSIONS) {
        for (size_t i = 0; i < sizeof extension_bits / sizeof extension_bits[0]; i++) {
            if (pair.value >> extension_bits[i].bit & 1) {
                ts_host_add(host, extension_bits[i].name);
            }
        }
    } else if (getauxval(AT_HWCAP) >> ('v' - 'a') & 1) {
        ts_host_add(host, "rvv");
    }
}

void ts_host_arch(ts_host *host)
{
    identify_features(host);
    identify_vendor(host);
    host->vector_bits = 128; /* what the compiler's vector types fall back to without V */
    host->vector_registers = 32;
    if (ts_host_has(host, "rvv")) {
        unsigned long bytes;
        __asm__ volatile("csrr %0, 0xc22" : "=r"(bytes)); /* vlenb */
        host->vector_bits = (int)(bytes * 8);
    }
}

#endif
