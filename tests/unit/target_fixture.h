/* What the tests of targets share: files in a scratch folder. Included after cmocka. */
#ifndef TS_TEST_TARGET_FIXTURE_H
#define TS_TEST_TARGET_FIXTURE_H

#include "core/target.h"
#include "util/file.h"
#include "util/str.h"

#include <stdlib.h>
#include <string.h>

static ts_target *parsed(const char *xml)
{
    ts_target *t = NULL;
    if (ts_target_parse(xml, strlen(xml), "some.xml", &t) < 0)
        fail_msg("%s", ts_error());
    return t;
}

static void put(const char *folder, const char *name, const char *text)
{
    char *path = ts_asprintf("%s/%s", folder, name);
    assert_int_equal(ts_file_write(path, text, strlen(text)), 0);
    free(path);
}

static int load_from(const char *folder, const char *name, ts_target **out)
{
    char *path = ts_asprintf("%s/%s", folder, name);
    int rc = ts_target_load(path, out);
    free(path);
    return rc;
}

#endif
