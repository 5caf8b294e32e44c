/* What timing asks of the machine: a CPU of one's own, priority, cold caches. */
#include "measure/timer.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

int ts_pin(int cpu)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return -1;
    }
    for (int i = 0; cpu < 0 && i < CPU_SETSIZE; i++) {
        int from_the_end = CPU_SETSIZE - 1 - i;
        cpu = CPU_ISSET(from_the_end, &set) ? from_the_end : -1;
    }
    if (cpu < 0 || cpu >= CPU_SETSIZE) {
        return -1;
    }
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0 ? cpu : -1;
}

bool ts_realtime(void)
{
    /* A real-time thread that never sleeps would keep its CPU for good: the kernel kills it after this much
     * CPU time. */
    const rlim_t guard_us = (rlim_t)20 * 1000000;
    struct rlimit limit;
    if (getrlimit(RLIMIT_RTTIME, &limit) != 0) {
        return false;
    }
    if (limit.rlim_cur > guard_us) {
        limit.rlim_cur = guard_us;
        if (setrlimit(RLIMIT_RTTIME, &limit) != 0) {
            return false;
        }
    }
    struct sched_param parameters = {.sched_priority = sched_get_priority_min(SCHED_FIFO)};
    return sched_setscheduler(0, SCHED_FIFO, &parameters) == 0;
}

/* The buffer to evict with: allocated at its first use, kept for the life of the process. */
static struct {
    pthread_once_t once;
    unsigned char *bytes;
    size_t size;
} eviction = {.once = PTHREAD_ONCE_INIT};

/* Twice the last-level cache as reported; a hypervisor may report its host's, so within reason. */
static void prepare_eviction(void)
{
    const size_t mebi = (size_t)1 << 20, least = 32 * mebi, most = 128 * mebi;
    long level3 = sysconf(_SC_LEVEL3_CACHE_SIZE), level2 = sysconf(_SC_LEVEL2_CACHE_SIZE);
    size_t wanted = 2 * (size_t)(level3 > 0 ? level3 : level2 > 0 ? level2 : 0);
    eviction.size = wanted < least ? least : wanted > most ? most : wanted;
    eviction.bytes = malloc(eviction.size);
}

void ts_timer_evict(void)
{
    const size_t line = 64;
    pthread_once(&eviction.once, prepare_eviction);
    volatile unsigned char *bytes = eviction.bytes;
    for (size_t i = 0; bytes && i < eviction.size; i += line) {
        bytes[i]++;
    }
}
