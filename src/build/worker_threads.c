/*
 * The threads of a variant, while it is timed: one per CPU. On a busy machine the scheduler wakes an OpenMP
 * thread on the CPU where the first one spins and waits for it, and leaves it there: such a call lasts as
 * long as the spinning, a hundred times the work. The runtimes' own binding is no help, since each would take
 * the first thread's CPU for the whole machine once the other has bound it.
 */
#include "build/worker_load.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

/* The n-th CPU of the set other than `first`, counted round and round; `first` if it is the only one. */
static int nth_other(const cpu_set_t *cpus, int first, int n)
{
    int others = CPU_COUNT(cpus) - 1;
    if (others < 1)
        return first;
    n %= others;
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (i != first && CPU_ISSET(i, cpus) && n-- == 0)
            return i;
    return first;
}

static void bind_task(pid_t task, int cpu)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(task, sizeof one, &one);
}

/* Calls `visit` for each thread of the process but the first, with its number. */
static void each_other_thread(const ts_worker_side *side,
                              void (*visit)(const ts_worker_side *, pid_t, int n, int), int argument)
{
    DIR *tasks = side->setup->threads > 1 ? opendir("/proc/self/task") : NULL;
    int n = 0;
    if (!tasks)
        return;
    for (const struct dirent *entry; (entry = readdir(tasks));) {
        pid_t task = (pid_t)strtol(entry->d_name, NULL, 10);
        if (task > 0 && task != side->pid)
            visit(side, task, n++, argument);
    }
    closedir(tasks);
}

static void bind_nth(const ts_worker_side *side, pid_t task, int n, int first)
{
    bind_task(task, nth_other(&side->setup->cpus, first, n));
}

void ts_threads_bind(const ts_worker_side *side)
{
    if (side->setup->threads <= 1 || side->setup->cpu < 0)
        return;
    each_other_thread(side, bind_nth, side->setup->cpu);
    bind_task(side->pid, side->setup->cpu);
}

void ts_threads_release(const ts_worker_side *side)
{
    if (side->setup->threads > 1)
        sched_setaffinity(side->pid, sizeof side->setup->cpus, &side->setup->cpus);
}

static void schedule_task(const ts_worker_side *side, pid_t task, int n, int policy)
{
    (void)side, (void)n;
    sched_setscheduler(task, policy, &(struct sched_param){.sched_priority = sched_get_priority_min(policy)});
}

void ts_threads_schedule(const ts_worker_side *side, int policy)
{
    each_other_thread(side, schedule_task, policy);
}
