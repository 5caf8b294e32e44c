/* Sessions on one machine take turns measuring: two at once would each measure the other. */
#ifndef TS_MEASURE_TURN_H
#define TS_MEASURE_TURN_H

#include <stdbool.h>

/** A place in the queue of this machine. Zero is no place: ts_turn_open(). */
typedef struct ts_turn {
    int fd; /**< of the file whose bytes are locked; -1: none can be had, nobody is waited for */
    bool held, queued;
    double since;    /**< when the present wait began; 0: there is none */
    double waited;   /**< seconds waited in all */
    double patience; /**< seconds of one wait after which this session measures all the same */
} ts_turn;

/**
 * `path` NULL: the file in /tmp that all sessions of this machine share, whoever runs them. It holds nothing.
 * Where it can't be opened, every turn is granted.
 */
void ts_turn_open(const char *path, ts_turn *turn);
void ts_turn_close(ts_turn *turn);
/** Doesn't block: true if it is this session's turn to measure, until ts_turn_give(). Ask again soon if not.
 * Who has just measured queues behind those who wait. */
bool ts_turn_take(ts_turn *turn);
void ts_turn_give(ts_turn *turn);

#endif
