/* Ctrl-C: once to stop with what there is, twice to stop at once, three times to be killed. */
#ifndef TS_CLI_INTERRUPT_H
#define TS_CLI_INTERRUPT_H

/** Count SIGINT, SIGTERM and SIGHUP from now on instead of dying of them. */
void ts_interrupt_watch(void);
/** 0: go on; 1: stop with the best so far; 2: stop at once. Has the form of ts_tune_callbacks.stop. */
int ts_interrupt_count(void *context);
/** Exit status for a session that a signal stopped: 128 + its number. */
int ts_interrupt_status(void);

#endif
