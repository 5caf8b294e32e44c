/* The only global state of the command line: a handler can reach nothing else. */
#include "cli/interrupt.h"
#include <signal.h>
#include <string.h>

static volatile sig_atomic_t requests, last_signal;

static void on_signal(int number)
{
    last_signal = number;
    if (++requests >= 2)
        signal(number, SIG_DFL);
}

void ts_interrupt_watch(void)
{
    static const int watched[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++)
        if (sigaction(watched[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(watched[i], &action, NULL);
}

int ts_interrupt_count(void *context)
{
    (void)context;
    return requests > 2 ? 2 : (int)requests;
}

int ts_interrupt_status(void)
{
    return 128 + (last_signal ? (int)last_signal : SIGINT);
}
