/* See targets.h. */
#include "cli/targets.h"
#include "cli/progress.h"
#include "core/detect.h"
#include "core/paths.h"
#include "store/store.h"
#include "util/file.h"

#include <unistd.h>

static int stored(const char *database, const char *fingerprint, ts_target **out)
{
    const char *path = database ? database : ts_path_database();
    ts_store *store = NULL;
    if (!ts_file_exists(path))
        return TS_ENOTFOUND;
    int rc = ts_store_open(path, TS_STORE_READ, &store);
    if (rc == TS_OK)
        rc = ts_store_target_load(store, fingerprint, out);
    ts_store_close(store);
    return rc;
}

static int detected(ts_target **out)
{
    ts_progress progress;
    bool show = isatty(STDERR_FILENO);
    ts_progress_begin(&progress);
    int rc = ts_detect(true, show ? ts_progress_step : NULL, &progress, out);
    ts_progress_end(&progress);
    return rc;
}

int ts_cli_target(const char *name, const char *database, ts_target **out)
{
    char fingerprint[17];
    *out = NULL;
    if (name)
        return ts_target_load(name, out);
    int rc = ts_detect_fingerprint(fingerprint);
    if (rc == TS_OK)
        rc = stored(database, fingerprint, out);
    return rc == TS_ENOTFOUND ? detected(out) : rc;
}
