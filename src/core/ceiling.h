/* What the machine can do at this moment, measured beside the kernels that are compared with it. */
#ifndef TS_CORE_CEILING_H
#define TS_CORE_CEILING_H

/** Peak and bandwidth of several threads at once. */
typedef struct ts_ceiling ts_ceiling;
/** For an element type and operands of so many bytes in all, which the threads share out among themselves. */
int ts_ceiling_open(const char *type, double footprint, int threads, ts_ceiling **out);
void ts_ceiling_close(ts_ceiling *ceiling);

/** flop/s and B/s of all threads together; NAN where it can't be measured. */
typedef struct ts_rates {
    double peak, bandwidth;
} ts_rates;
/** One reading of each, about `seconds` long. */
ts_rates ts_ceiling_read(ts_ceiling *ceiling, double seconds);

#endif
