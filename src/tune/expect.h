/* What results of other problems lead one to expect of this one's configurations: transfer. */
#ifndef TS_TUNE_EXPECT_H
#define TS_TUNE_EXPECT_H

#include "tilesmith_plugin.h"

/** Results elsewhere, as places in this space. Open with ts_transfer_open(). */
typedef struct ts_transfer ts_transfer;

/** A result of another problem: a configuration of this space (the nearest, if that problem's isn't in it),
 * and what it cost there. */
typedef struct ts_transferred {
    uint64_t config;
    double cost; /**< > 0; only ratios matter */
} ts_transferred;

/** Learn from results of one other problem. Fewer than TS_TRANSFER_MIN say nothing: *out is then NULL. */
#define TS_TRANSFER_MIN 16
int ts_transfer_open(const ts_space *space, const ts_transferred *results, size_t count, ts_transfer **out);
void ts_transfer_close(ts_transfer *t);
/** To give to a strategy; valid until closed. NULL gives no expectation. */
ts_belief ts_transfer_belief(const ts_transfer *t);

#endif
