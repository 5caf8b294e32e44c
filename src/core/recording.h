/* Recorded tuning spaces: Kernel Tuner cache files and T4 results, plain or compressed. */
#ifndef TS_CORE_RECORDING_H
#define TS_CORE_RECORDING_H

#include "core/space.h"
#include "util/hash.h"

/** What was recorded about one configuration besides its cost. Times in seconds, NAN where the file doesn't
 * say. */
typedef struct ts_record {
    char *reason;    /**< one sentence when the configuration failed; NULL otherwise */
    char *timestamp; /**< as recorded; NULL if absent */
    double *samples; /**< raw, seconds per run */
    size_t sample_count;
    double compile, framework, search, verify, benchmark;
} ts_record;

/** A recorded space: every configuration with what was measured once. */
typedef struct ts_recording {
    char *name, *device, *kernel;
    ts_space *space; /**< table space; index = position in the file */
    ts_status *status;
    double *cost;  /**< objective, smaller is better (seconds if it is a time); NAN unless OK */
    double *spent; /**< seconds that evaluation took when recorded (compile + verify + runs), NAN if not
                      recorded */
    uint64_t count;
    bool maximise;     /**< the original objective was maximised (cost is its negative) */
    char *objective;   /**< "time", "GFLOP/s", … as the file calls it */
    char *type;        /**< element type; "" if the file doesn't say */
    char *problem;     /**< "m=512,n=512,k=512", or the recorder's own description of the size; "" if the file
                          doesn't say */
    char *fingerprint; /**< of the machine, in files written by Tilesmith; NULL otherwise */
    ts_record *records;     /**< [count] */
    char hash[TS_HASH_HEX]; /**< content hash of the file, uncompressed */
} ts_recording;
/** Read a Kernel Tuner cache file or T4 results (plain, .gz, .xz). The file must hold one space. */
int ts_recording_load(const char *path, ts_recording **out);
void ts_recording_free(ts_recording *r);

/** The spaces of one file: T4 written by Tilesmith may hold several problems; other files hold one. */
typedef struct ts_recordings {
    ts_recording **items;
    size_t count;
} ts_recordings;
int ts_recordings_load(const char *path, ts_recordings *out);
/** The same for uncompressed text in memory; `path` stands in messages and gives the name. */
int ts_recordings_parse(const char *text, size_t length, const char *path, ts_recordings *out);
void ts_recordings_clear(ts_recordings *r);

/** Text of a plain, .gz or .xz file: `limit` bounds it, so that a small file can't fill the memory. */
int ts_recording_read(const char *path, size_t limit, char **text, size_t *length);

/** True for rates by name ("GFLOP/s", "score"): their cost is the negative of what was recorded. */
bool ts_objective_maximised(const char *objective);

#endif
