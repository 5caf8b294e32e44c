/*
 * Compiled variants that the database carries. The database was trusted when it was opened; an object is
 * loaded only if this machine has every feature bit of the machine that compiled it and the same ABI, its
 * bytes hash to what was noted then, and it is an ELF file of this machine. It goes to the loader through a
 * file in memory, so that nobody can change it in between and a read-only installation works.
 */
#include "runtime/live.h"
#include "runtime_schema.h"
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define OBJECT_BYTES (16 << 20)

/* ---- which fit
 * ---------------------------------------------------------------------------------------------- */

/* Has this machine every word of the list? */
static bool has_features(const ts_host *host, const char *list)
{
    char word[32];
    for (const char *at = list; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (length >= sizeof word)
            return false;
        memcpy(word, at, length);
        word[length] = '\0';
        if (length > 0 && !ts_host_has(host, word))
            return false;
        at += length;
    }
    return true;
}

static int note_object(ts_rt *rt, const char *abi, sqlite3_stmt *row)
{
    const char *variant = (const char *)sqlite3_column_text(row, 0);
    const char *hash = (const char *)sqlite3_column_text(row, 1);
    const char *features = (const char *)sqlite3_column_text(row, 2);
    const char *theirs = (const char *)sqlite3_column_text(row, 3);
    if (variant == NULL || hash == NULL || features == NULL || theirs == NULL || strlen(hash) != 64)
        return 0;
    tsrt_variant *v = strlen(variant) == TSRT_VARIANT_ID - 1 ? tsrt_variant_find(rt, variant) : NULL;
    if (v == NULL || v->object != NULL || strcmp(abi, theirs) != 0 || !has_features(&rt->host, features))
        return 0;
    v->object = tsrt_copy(&rt->arena, hash);
    return v->object == NULL ? -1 : 0;
}

int tsrt_objects_read(ts_rt *rt, void *sqlite)
{
    sqlite3_stmt *row = NULL;
    char abi[TS_HOST_ABI];
    int rc = 0;
    ts_host_abi(&rt->host, abi);
    if (sqlite3_prepare_v2(sqlite, TS_SCHEMA_OBJECTS_SQL, -1, &row, NULL) == SQLITE_OK)
        while (rc == 0 && sqlite3_step(row) == SQLITE_ROW)
            rc = note_object(rt, abi, row);
    sqlite3_finalize(row);
    return rc;
}

/* ---- load one
 * ----------------------------------------------------------------------------------------------- */

static bool fail(char *reason, const char *what)
{
    snprintf(reason, TSRT_REASON, "its object in the database %s", what);
    return false;
}

/* An ELF file for this kind of processor, with its last table inside. */
static bool elf_good(const unsigned char *bytes, size_t size)
{
    Elf64_Ehdr header, own = {0};
    FILE *self = fopen("/proc/self/exe", "rb");
    bool known = self != NULL && fread(&own, sizeof own, 1, self) == 1;
    if (self != NULL)
        fclose(self);
    if (size < sizeof header)
        return false;
    memcpy(&header, bytes, sizeof header);
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
        return false;
    if (known && header.e_machine != own.e_machine)
        return false;
    return header.e_ident[EI_CLASS] != ELFCLASS64 ||
           (header.e_shoff <= size && size - header.e_shoff >= (size_t)header.e_shnum * header.e_shentsize);
}

/* A sealed file in memory with these bytes; -1: none can be had here. */
static int memory_file(const void *bytes, size_t size)
{
    int fd = memfd_create("tilesmith-variant", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    const char *at = bytes;
    while (fd >= 0 && size > 0) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            close(fd);
            return -1;
        }
        at += n;
        size -= (size_t)n;
    }
    if (fd >= 0)
        (void)fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    return fd;
}

/* The name must be this variant's own for as long as it is loaded, or the loader would hand out another
 * one's: hence the descriptor stays open. */
static bool open_bytes(tsrt_variant *variant, const void *bytes, size_t size, char *reason)
{
    char hash[65], name[64];
    tsrt_sha256(bytes, size, hash);
    if (strcmp(hash, variant->object) != 0)
        return fail(reason, "does not match its hash");
    if (!elf_good(bytes, size))
        return fail(reason, "is not an object of this kind of machine");
    int fd = memory_file(bytes, size);
    if (fd < 0)
        return fail(reason, "cannot be put into memory");
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    if (!tsrt_library_open(variant, name, reason)) {
        close(fd);
        return false;
    }
    variant->fd = fd;
    return true;
}

bool tsrt_object_load(ts_rt *rt, tsrt_variant *variant, char *reason)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    bool loaded = false;
    if (!tsrt_trusted(rt->database, TSRT_TRUST_DATA, reason))
        return false;
    if (sqlite3_open_v2(rt->database, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_PRIVATECACHE, NULL) ==
            SQLITE_OK &&
        sqlite3_limit(db, SQLITE_LIMIT_LENGTH, OBJECT_BYTES) >= 0 &&
        sqlite3_prepare_v2(db, TS_SCHEMA_OBJECT_SQL, -1, &row, NULL) == SQLITE_OK &&
        sqlite3_bind_text(row, 1, variant->object, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW && sqlite3_column_type(row, 0) == SQLITE_BLOB)
        loaded =
            open_bytes(variant, sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0), reason);
    else
        (void)fail(reason, "is gone or cannot be read");
    sqlite3_finalize(row);
    sqlite3_close(db);
    return loaded;
}
