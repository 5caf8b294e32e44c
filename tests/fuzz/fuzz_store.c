/* Bytes of any kind as a database: read all that reports and exporters read of it. */
#include "export/exporters.h"
#include "store/store.h"
#include "util/file.h"
#include "util/str.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In memory where there is such a folder: the disk would be most of the time. */
static char in_memory[] = "/dev/shm/tilesmith-fuzz-XXXXXX", on_disk[] = "/tmp/tilesmith-fuzz-XXXXXX";
static const char *folder;

static void clean_up(void)
{
    ts_file_remove(folder);
}

static const char *database(void)
{
    static char *path;
    if (!path) {
        folder = mkdtemp(in_memory);
        if (!folder)
            folder = mkdtemp(on_disk);
        if (!folder || atexit(clean_up))
            abort();
        path = ts_asprintf("%s/fuzz.db", folder);
    }
    return path;
}

static void export_all(ts_store *s)
{
    const ts_export_request everything = {0};
    for (const ts_exporter *const *e = ts_exporters; *e; e++) {
        char *text = NULL;
        size_t length;
        if ((*e)->render(s, &everything, &text, &length) == TS_OK)
            free(text);
        else if (text)
            abort();
    }
}

/* Not ts_file_write(): its fsync would be most of the time. */
static void write_database(const uint8_t *data, size_t size)
{
    FILE *file = fopen(database(), "wb");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ts_store *s;
    ts_tally tally;
    write_database(data, size);
    if (ts_store_open(database(), TS_STORE_READ, &s) == TS_OK) {
        export_all(s);
        ts_store_tally(s, 0, 0, &tally);
        ts_store_close(s);
    } else if (ts_error()[0] == '\0') {
        abort();
    }
    return 0;
}
