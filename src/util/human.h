/* Numbers that people read. */
#ifndef TS_UTIL_HUMAN_H
#define TS_UTIL_HUMAN_H

/** "1.24 ms", "38 s", "2 min 05 s"; "-" if unknown. Returns `buffer`. */
#define TS_HUMAN 48
const char *ts_human_seconds(double seconds, char buffer[TS_HUMAN]);
/** "214.3" (GFLOP/s, or GB/s) with three or four digits; "-" if unknown. */
const char *ts_human_gflops(double flops_per_second, char buffer[TS_HUMAN]);
/** "1.3e-07", "0": an error; "-" if unknown. */
const char *ts_human_error(double error, char buffer[TS_HUMAN]);
/** "12,345" up to ten digits, "1.2e12" above. */
const char *ts_human_count(double count, char buffer[TS_HUMAN]);
/** "2 MiB". */
const char *ts_human_bytes(double bytes, char buffer[TS_HUMAN]);
/** A problem without the switches that are off: "m=64,n=64,k=64,ta=0,tb=0" is "m=64,n=64,k=64". Returns
 * `buffer`. */
#define TS_HUMAN_PROBLEM 256
const char *ts_human_problem(const char *problem, char buffer[TS_HUMAN_PROBLEM]);
/** "427 mJ"; "-" if unknown. */
const char *ts_human_joules(double joules, char buffer[TS_HUMAN]);
/** Percentage with one decimal; "-" if unknown. */
const char *ts_human_percent(double ratio, char buffer[TS_HUMAN]);

#endif
