/* Child processes that never outlive the session: process groups, death signals, descriptors, reaping. */
#ifndef TS_BUILD_PROCESS_H
#define TS_BUILD_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * First thing in a child after fork(): its own process group, `death_signal` when the parent dies (the race
 * with a parent that is already dead is closed), default signal dispositions, nothing blocked.
 */
void ts_child_settle(pid_t parent, int death_signal);
/** Standard input and output to /dev/null; standard error to `log_fd`, or /dev/null if that is negative. */
void ts_child_silence(int log_fd);
/** Close every descriptor from `first` on. */
void ts_close_from(int first);
/** A pipe whose ends close on exec. */
int ts_pipe_open(int ends[2]);
/** Kill the process group led by `pid` and reap its leader; returns the wait status, -1 if it was reaped
 * elsewhere. */
int ts_group_kill(pid_t pid);
/** Reap without waiting: true when the child is gone, with its wait status (-1 if it was reaped elsewhere).
 */
bool ts_child_reap(pid_t pid, int *status);
/** Wait until `fd` is readable or hung up; false when `timeout_s` (negative: for ever) passed first. */
bool ts_wait_readable(int fd, double timeout_s);

/**
 * Run a program to its end and keep the first `size - 1` bytes of its standard output. `argv` is
 * NULL-terminated; nothing goes through a shell. Returns its exit status, or -1 if it could not be run, was
 * killed, or took longer than `timeout_s`.
 */
int ts_capture(char *const argv[], double timeout_s, char *output, size_t size);

#endif
