/*
 * What a worker tells the session, as messages over a pipe: a header (magic, kind, item, length) and a
 * payload of at most TS_MESSAGE_LIMIT bytes. Both ends are the same program on the same machine, so numbers
 * travel as they are; but the sender may be out of its mind, so the reader believes nothing that it has not
 * checked.
 */
#ifndef TS_BUILD_WORKER_PROTOCOL_H
#define TS_BUILD_WORKER_PROTOCOL_H

#include "core/result.h"

#include <stdbool.h>

typedef enum ts_message_kind {
    TS_MESSAGE_BEGIN = 1, /**< work on item i begins */
    TS_MESSAGE_VERIFIED,  /**< item i is right: double error, double deviation, double seconds */
    TS_MESSAGE_SAMPLES,   /**< u64 inner, double seconds, then the samples as doubles */
    TS_MESSAGE_FAILED,    /**< item i: u32 ts_status, u32 ts_blame, double error, text */
    TS_MESSAGE_DONE,      /**< item i is done with */
    TS_MESSAGE_ROUND,     /**< i: round; doubles: one sample per item that takes part, then the peak */
    TS_MESSAGE_COUNTING,  /**< the rounds are over; what follows is about counters */
    TS_MESSAGE_COUNTERS,  /**< item i: one or more packed counters */
    TS_MESSAGE_END,       /**< the worker has done all of its work */
    TS_MESSAGE_KINDS
} ts_message_kind;

#define TS_MESSAGE_LIMIT ((size_t)1 << 20)

typedef struct ts_message {
    ts_message_kind kind;
    uint32_t item;
    const unsigned char *payload; /**< borrowed from the reader until its next call */
    size_t length;
} ts_message;

/** Write one message to a pipe, whole; false when the other end is gone. */
bool ts_message_send(int fd, ts_message_kind kind, uint32_t item, const void *payload, size_t length);

/** Takes bytes as they come and gives messages. Zero-initialise; ts_message_reader_free(). */
typedef struct ts_message_reader {
    unsigned char *bytes;
    size_t begin, end, capacity;
    bool broken; /**< what came is no message: nothing that follows can be trusted */
} ts_message_reader;
/** Add what was read; false when out of memory. */
bool ts_message_feed(ts_message_reader *r, const void *bytes, size_t n);
/** The next whole message; false if there is none yet, or never will be (broken). */
bool ts_message_next(ts_message_reader *r, ts_message *out);
void ts_message_reader_free(ts_message_reader *r);

/** Doubles of a payload from `offset` on, copied and owned by the caller; NULL and *count 0 if there are none
 * or one isn't whole. */
double *ts_message_doubles(const ts_message *message, size_t offset, size_t *count);
/** Read a number at `offset`; false if it doesn't fit. */
bool ts_message_u32(const ts_message *message, size_t offset, uint32_t *out);
bool ts_message_u64(const ts_message *message, size_t offset, uint64_t *out);
bool ts_message_double(const ts_message *message, size_t offset, double *out);
/** Text from `offset` to the end, unprintable bytes replaced; malloc'ed. */
char *ts_message_text(const ts_message *message, size_t offset);

struct ts_str;
/** Pack counters, with value divided by `calls`, and unpack them into owned copies (see ts_result_clear). */
void ts_counters_pack(const ts_counter *counters, size_t count, double calls, struct ts_str *out);
/** TS_EINPUT if the payload isn't counters; at most 256 of them. */
int ts_counters_unpack(const ts_message *message, ts_counter **counters, size_t *count);

#endif
