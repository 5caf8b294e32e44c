/* The answers are found once per process, so each case is a child that runs this binary again, in a tree of
 * its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/paths.h"
#include "tilesmith_plugin.h"
#include "util/file.h"

static char root[64];

static int set_up(void **state)
{
    static const char *const gone[] = {"TILESMITH_DATA", "TILESMITH_DB", "TILESMITH_CACHE", "XDG_DATA_HOME",
                                       "XDG_CACHE_HOME"};
    (void)state;
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        unsetenv(gone[i]);
    strcpy(root, "/tmp/ts-test-paths-XXXXXX");
    return mkdtemp(root) && setenv("HOME", "/home/someone", 1) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return ts_file_remove(root);
}

static void make(const char *below)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", root, below);
    assert_int_equal(ts_file_mkdirs(path), TS_OK);
}

/* This binary as root/`name`, asked with the given variables; "%s" in `expected` stands for the root. */
static void check(const char *name, const char *variables, const char *expected)
{
    char path[256], command[1024], got[1024], wanted[1024], *binary = NULL;
    size_t length;
    assert_int_equal(ts_file_read("/proc/self/exe", 1 << 26, &binary, &length), TS_OK);
    snprintf(path, sizeof path, "%s/%s", root, name);
    assert_int_equal(ts_file_write(path, binary, length), TS_OK);
    free(binary);
    snprintf(command, sizeof command, "chmod 0755 %s && env %s %s --show", path, variables, path);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    got[fread(got, 1, sizeof got - 1, out)] = 0;
    assert_int_equal(pclose(out), 0);
    snprintf(wanted, sizeof wanted, expected, root, root, root);
    assert_string_equal(got, wanted);
}

static void test_source_tree(void **state)
{
    (void)state;
    static const char *const expected =
        "%s/tree\n%s/tree/results/tilesmith.db\n/home/someone/.cache/tilesmith\n";
    make("tree/templates");
    make("tree/targets");
    make("tree/search");
    make("tree/build/tests/unit");
    make("tree/build/sanitize/tests/unit");
    check("tree/build/tilesmith", "", expected);
    check("tree/build/tests/unit/x", "", expected);
    check("tree/build/sanitize/tests/unit/x", "", expected);
}

static void test_installed(void **state)
{
    (void)state;
    make("usr/bin");
    make("usr/share/tilesmith/templates");
    make("usr/share/tilesmith/targets");
    check("usr/bin/tilesmith", "",
          "%s/usr/share/tilesmith\n/home/someone/.local/share/tilesmith/tilesmith.db\n"
          "/home/someone/.cache/tilesmith\n");
    check("usr/bin/tilesmith", "XDG_DATA_HOME=/d XDG_CACHE_HOME=relative",
          "%s/usr/share/tilesmith\n/d/tilesmith/tilesmith.db\n/home/someone/.cache/tilesmith\n");
}

static void test_variables(void **state)
{
    (void)state;
    make("bin");
    check("bin/tilesmith", "TILESMITH_DATA=/a TILESMITH_DB=/b.db TILESMITH_CACHE=/c", "/a\n/b.db\n/c\n");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_source_tree),
        cmocka_unit_test(test_installed),
        cmocka_unit_test(test_variables),
    };
    if (argc > 1 && strcmp(argv[1], "--show") == 0) {
        printf("%s\n%s\n%s\n", ts_path_data(), ts_path_database(), ts_path_cache());
        return 0;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
