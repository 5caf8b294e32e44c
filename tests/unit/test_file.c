#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tilesmith_plugin.h"
#include "util/file.h"

static char folder[64];

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/ts-test-file-XXXXXX");
    return mkdtemp(folder) && setenv("TMPDIR", folder, 1) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return ts_file_remove(folder);
}

/* A path in the test's folder; the last four stay valid. */
static const char *in_folder(const char *name)
{
    static char paths[4][256];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static int entries(const char *path)
{
    int count = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

static void check_content(const char *path, const char *expected)
{
    char *text = NULL;
    size_t length = 0;
    assert_int_equal(ts_file_read(path, 1 << 20, &text, &length), TS_OK);
    assert_int_equal(length, strlen(expected));
    assert_string_equal(text, expected);
    free(text);
}

static void test_write_and_read(void **state)
{
    (void)state;
    const char *path = in_folder("a.txt");
    assert_int_equal(ts_file_write(path, "first", 5), TS_OK);
    check_content(path, "first");
    assert_int_equal(ts_file_write(path, "", 0), TS_OK);
    check_content(path, "");
    assert_int_equal(entries(folder), 1);
    char *text = NULL;
    size_t length = 0;
    assert_int_equal(ts_file_write(path, "a\0b", 3), TS_OK);
    assert_int_equal(ts_file_read(path, 3, &text, &length), TS_OK);
    assert_int_equal(length, 3);
    free(text);
    text = NULL;
    assert_int_equal(ts_file_read(path, 2, &text, &length), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "larger than 2 bytes"));
    assert_int_equal(ts_file_read(in_folder("none"), 2, &text, NULL), TS_ENOTFOUND);
    assert_int_equal(ts_file_read(folder, 2, &text, NULL), TS_ESYSTEM);
    assert_null(text);
    assert_int_equal(ts_file_read("/proc/self/status", 1 << 20, &text, &length),
                     TS_OK); /* its size reads 0 */
    assert_true(length > 100);
    free(text);
    assert_int_equal(ts_file_remove(path), TS_OK);
}

static void test_permissions(void **state)
{
    (void)state;
    const char *path = in_folder("mode");
    struct stat st;
    mode_t before = umask(022);
    assert_int_equal(ts_file_write(path, "x", 1), TS_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(ts_file_write(path, "y", 1), TS_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    umask(before);
    assert_int_equal(ts_file_remove(path), TS_OK);
}

/* Links stay links, devices stay devices. */
static void test_special_targets(void **state)
{
    (void)state;
    struct stat st;
    const char *real = in_folder("real"), *link = in_folder("link");
    assert_int_equal(ts_file_write(real, "old", 3), TS_OK);
    assert_int_equal(symlink("real", link), 0);
    assert_int_equal(ts_file_write(link, "new", 3), TS_OK);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    check_content(real, "new");
    assert_int_equal(ts_file_write("/dev/null", "x", 1), TS_OK);
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
    assert_int_equal(ts_file_write(folder, "x", 1), TS_EINPUT);
    assert_int_equal(ts_file_write(in_folder("none/x"), "x", 1), TS_ESYSTEM);
    assert_int_equal(ts_file_write("/dev/full", "x", 1), TS_ESYSTEM);
    assert_int_equal(ts_file_remove(link), TS_OK);
    assert_true(ts_file_exists(real));
    assert_int_equal(ts_file_remove(real), TS_OK);
}

/* A write that fails half-way (here: over the limit on file sizes) leaves the old file, and nothing else. */
static void test_failed_write_leaves_nothing(void **state)
{
    (void)state;
    const char *path = in_folder("full");
    assert_int_equal(ts_file_write(path, "old", 3), TS_OK);
    pid_t child = fork();
    if (child == 0) {
        static char much[100000];
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 50000, .rlim_max = 50000});
        _exit(ts_file_write(path, much, sizeof much) == TS_ESYSTEM && strstr(ts_error(), "cannot write") ? 0
                                                                                                         : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    check_content(path, "old");
    assert_int_equal(entries(folder), 1);
    assert_int_equal(ts_file_remove(path), TS_OK);
}

static void test_folders(void **state)
{
    (void)state;
    struct stat st;
    const char *deep = in_folder("x/y//z/");
    assert_int_equal(ts_file_mkdirs(deep), TS_OK);
    assert_int_equal(ts_file_mkdirs(deep), TS_OK);
    assert_int_equal(stat(deep, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(ts_file_write(in_folder("x/y/file"), "x", 1), TS_OK);
    assert_int_equal(ts_file_mkdirs(in_folder("x/y/file/z")), TS_ESYSTEM);
    assert_int_equal(ts_file_write(in_folder("outside"), "x", 1), TS_OK);
    assert_int_equal(symlink(in_folder("outside"), in_folder("x/link")), 0);
    assert_int_equal(symlink("/", in_folder("x/root")), 0);
    assert_int_equal(chmod(in_folder("x/y/z"), 0), 0);
    assert_int_equal(chmod(in_folder("x/y"), 0500), 0);
    assert_int_equal(ts_file_remove(in_folder("x")), TS_OK);
    assert_false(ts_file_exists(in_folder("x")));
    assert_true(ts_file_exists(in_folder("outside")));
    assert_int_equal(ts_file_remove(in_folder("x")), TS_OK); /* missing is success */
    assert_int_equal(ts_file_remove(in_folder("outside")), TS_OK);
}

static void test_scratch(void **state)
{
    (void)state;
    char *path = NULL, *other = NULL, expected[64];
    int lock, other_lock;
    assert_int_equal(ts_scratch_open(&path, &lock), TS_OK);
    snprintf(expected, sizeof expected, "/tilesmith-%u-%ld-", (unsigned)geteuid(), (long)getpid());
    assert_non_null(strstr(path, expected));
    assert_int_equal(entries(path), 0);
    assert_int_equal(ts_scratch_open(&other, &other_lock),
                     TS_OK); /* must not take the first for a leftover */
    assert_true(ts_file_exists(path));
    ts_scratch_close(other, other_lock);
    ts_scratch_close(path, lock);
    ts_scratch_close(NULL, -1);
    assert_int_equal(entries(folder), 0);
}

/* A killed session's folder is removed by the next one; folders of other names are not touched. */
static void test_leftovers(void **state)
{
    (void)state;
    int ready[2], lock;
    char *path = NULL, byte;
    assert_int_equal(mkdir(in_folder("tilesmith-other"), 0700), 0);
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        if (ts_scratch_open(&path, &lock))
            _exit(1);
        char file[300];
        snprintf(file, sizeof file, "%s/object.so", path);
        if (ts_file_write(file, "x", 1) || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(ts_scratch_open(&path, &lock), TS_OK);
    assert_int_equal(entries(folder), 3); /* the child lives: its folder stays */
    ts_scratch_close(path, lock);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(entries(folder), 2);
    assert_int_equal(ts_scratch_open(&path, &lock), TS_OK);
    assert_int_equal(entries(folder), 2);
    ts_scratch_close(path, lock);
    assert_int_equal(entries(folder), 1);
    close(ready[0]);
    close(ready[1]);
    assert_int_equal(ts_file_remove(in_folder("tilesmith-other")), TS_OK);
}

static void test_no_place_for_scratch(void **state)
{
    (void)state;
    char *path = NULL;
    int lock;
    setenv("TMPDIR", in_folder("none"), 1);
    assert_int_equal(ts_scratch_open(&path, &lock), TS_ESYSTEM);
    assert_non_null(strstr(ts_error(), "TMPDIR"));
    assert_null(path);
    setenv("TMPDIR", folder, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_and_read),  cmocka_unit_test(test_permissions),
        cmocka_unit_test(test_special_targets), cmocka_unit_test(test_failed_write_leaves_nothing),
        cmocka_unit_test(test_folders),         cmocka_unit_test(test_scratch),
        cmocka_unit_test(test_leftovers),       cmocka_unit_test(test_no_place_for_scratch),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
