/*
 * Who could have written this file? The runtime compiles sources out of a database and runs objects out of a
 * cache, so either is believed only if nobody but this user and root could have put something else there, by
 * way of the folders above it included.
 */
#include "runtime/internal.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool owner_trusted(const struct stat *st)
{
    return st->st_uid == 0 || st->st_uid == geteuid();
}

/* Systems that give every user a group of the same number set the umask to 002; such a group has one member.
 */
static bool group_private(const struct stat *st)
{
    return st->st_gid == st->st_uid;
}

static bool writable_by_others(const struct stat *st, tsrt_trust trust)
{
    if ((st->st_mode & S_IWOTH) != 0)
        return true;
    return (st->st_mode & S_IWGRP) != 0 && (trust == TSRT_TRUST_CODE || !group_private(st));
}

static bool refuse(char *reason, const char *path, const char *what)
{
    snprintf(reason, TSRT_REASON, "%s %s", path, what);
    return false;
}

static bool inode_trusted(const char *path, const struct stat *st, tsrt_trust trust, char *reason)
{
    if (!owner_trusted(st))
        return refuse(reason, path, "belongs to another user");
    if (writable_by_others(st, trust))
        return refuse(reason, path, "can be written by other users");
    return true;
}

/* In a sticky folder others can add names but not replace ours, which is enough for the folders further up.
 */
static bool ancestors_trusted(char *path, char *reason)
{
    for (char *slash = strrchr(path, '/'); slash != NULL; slash = strrchr(path, '/')) {
        slash[slash == path ? 1 : 0] = '\0';
        struct stat st;
        if (stat(path, &st) != 0)
            return refuse(reason, path, "cannot be examined");
        bool sticky = (st.st_mode & S_ISVTX) != 0 && owner_trusted(&st);
        if (!sticky && !inode_trusted(path, &st, TSRT_TRUST_DATA, reason))
            return false;
        if (slash == path)
            break;
    }
    return true;
}

/* The folder itself may not be sticky: somebody else's journal planted beside a database would be replayed
 * into it. */
static bool folder_trusted(char *path, tsrt_trust trust, char *reason)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return refuse(reason, path, "cannot be examined");
    return inode_trusted(path, &st, trust, reason) && ancestors_trusted(path, reason);
}

bool tsrt_trusted(const char *path, tsrt_trust trust, char *reason)
{
    struct stat st;
    char *real = realpath(path, NULL);
    if (real == NULL || stat(real, &st) != 0) {
        free(real);
        return refuse(reason, path, "cannot be examined");
    }
    bool good = inode_trusted(real, &st, trust, reason);
    char *slash = strrchr(real, '/');
    if (good && slash != real) {
        *slash = '\0';
        good = folder_trusted(real, trust, reason);
    }
    free(real);
    return good;
}
