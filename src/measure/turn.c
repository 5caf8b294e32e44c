/*
 * See turn.h. Two bytes of one file: who holds the second is next, who holds the first measures. A session
 * that wants a second turn must first become next, so nobody measures twice while another waits. The locks
 * are the kernel's (open file description locks): a session that dies gives them back.
 */
#include "measure/turn.h"

#include "util/clock.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHARED "/tmp/tilesmith-measuring"

enum { MEASURING, NEXT };

static bool lock(int fd, int byte, bool take)
{
#ifdef F_OFD_SETLK
    struct flock l = {.l_type = take ? F_WRLCK : F_UNLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    return fcntl(fd, F_OFD_SETLK, &l) == 0;
#else
    (void)fd, (void)byte, (void)take;
    return true;
#endif
}

/* Somebody else's file is opened without O_CREAT: in a sticky folder the kernel refuses that otherwise. */
static int open_shared(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (fd >= 0)
            fchmod(fd, 0666); /* other users' sessions queue here too */
        else
            fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    }
    struct stat about;
    if (fd >= 0 && (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))) {
        close(fd);
        return -1;
    }
    return fd;
}

void ts_turn_open(const char *path, ts_turn *turn)
{
    *turn = (ts_turn){.fd = open_shared(path ? path : SHARED), .patience = 60};
}

void ts_turn_close(ts_turn *turn)
{
    if (turn->fd >= 0)
        close(turn->fd);
    *turn = (ts_turn){.fd = -1};
}

static bool grant(ts_turn *turn)
{
    if (turn->since > 0)
        turn->waited += ts_now() - turn->since;
    turn->since = 0;
    turn->held = true;
    return true;
}

bool ts_turn_take(ts_turn *turn)
{
    if (turn->held || turn->fd < 0)
        return true;
    if (!turn->queued)
        turn->queued = lock(turn->fd, NEXT, true);
    bool free = turn->queued && lock(turn->fd, MEASURING, true);
    double now = ts_now();
    /* Who holds the lock for so long doesn't measure: a stopped process, or somebody's mischief. */
    if (!free && turn->since > 0 && now - turn->since > turn->patience)
        return grant(turn);
    if (!free) {
        turn->since = turn->since > 0 ? turn->since : now;
        return false;
    }
    lock(turn->fd, NEXT, false);
    turn->queued = false;
    return grant(turn);
}

void ts_turn_give(ts_turn *turn)
{
    if (turn->held && turn->fd >= 0)
        lock(turn->fd, MEASURING, false);
    turn->held = false;
}
