/*
 * Core clock: a chain of dependent exclusive-ors of two registers takes one cycle each on every core we know
 * of (unlike additions of constants, which some cores fold while renaming). On x86 a chain of
 * multiplications, three cycles each, confirms it: if their ratio is not a whole number, neither is trusted.
 */
#include "core/probe.h"

#include <math.h>

#define TIMES_4(text)  text text text text
#define TIMES_64(text) TIMES_4(TIMES_4(TIMES_4(text)))
#define CHAIN          64

#if defined(__x86_64__)
#define XOR_STEP "xorq %2, %1\n\t"
#define LOOP_END "decq %0\n\tjnz 1b\n\t"
#elif defined(__aarch64__)
#define XOR_STEP "eor %1, %1, %2\n\t"
#define LOOP_END "subs %0, %0, #1\n\tb.ne 1b\n\t"
#elif defined(__riscv) && __riscv_xlen == 64
#define XOR_STEP "xor %1, %1, %2\n\t"
#define LOOP_END "addi %0, %0, -1\n\tbnez %0, 1b\n\t"
#endif

#if defined(XOR_STEP)

#define CHAIN_KERNEL(name, step)                                                                             \
    static void name(void *unused, uint64_t repetitions)                                                     \
    {                                                                                                        \
        uint64_t value = 3, operand = 5;                                                                     \
        (void)unused;                                                                                        \
        __asm__ volatile("1:\n\t" TIMES_64(step) LOOP_END                                                    \
                         : "+r"(repetitions), "+r"(value)                                                    \
                         : "r"(operand)                                                                      \
                         : "cc");                                                                            \
    }

CHAIN_KERNEL(xor_chain, XOR_STEP)

#if defined(__x86_64__)
CHAIN_KERNEL(multiply_chain, "imulq %2, %1\n\t")

/* Cycles per multiplication, as a ratio of chain times; the lower quartile of each is its undisturbed time.
 */
static double multiply_latency(ts_chunks *xors, double seconds)
{
    ts_chunks multiplications;
    ts_probe_run((ts_work){multiply_chain, NULL}, 40e-6, seconds, &multiplications);
    return ts_probe_quantile(multiplications.each, multiplications.count, 0.25) /
           ts_probe_quantile(xors->each, xors->count, 0.25);
}
#endif

ts_spread ts_probe_clock(double seconds, const char **how)
{
    ts_chunks chunks;
    *how = "chain of dependent exclusive-ors, 1 cycle each";
    ts_probe_run((ts_work){xor_chain, NULL}, 40e-6, seconds / 2, &chunks);
#if defined(__x86_64__)
    double latency = multiply_latency(&chunks, seconds / 2);
    *how =
        fabs(latency - round(latency)) < 0.1 * latency / 3
            ? "chain of dependent exclusive-ors, 1 cycle each, confirmed by a chain of multiplications"
            : "chain of dependent exclusive-ors, 1 cycle each; a chain of multiplications did not confirm it";
#endif
    for (size_t i = 0; i < chunks.count; i++) {
        chunks.each[i] = CHAIN / chunks.each[i];
    }
    return ts_probe_spread(chunks.each, chunks.count);
}

#else

ts_spread ts_probe_clock(double seconds, const char **how)
{
    (void)seconds;
    *how = NULL;
    return (ts_spread){.mid = NAN, .lo = NAN, .hi = NAN};
}

#endif
