/* Compilers as child processes, and the cache of what they built. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/toolchain.h"
#include "tilesmith_plugin.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/str.h"
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

static char folder[] = "/tmp/tilesmith-test-toolchain-XXXXXX";

static size_t entries(const char *path)
{
    size_t n = 0;
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));)
        n += e->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return n;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

/* Start a compilation in scratch folder "s" and wait for its end. */
static int compile(const char *compiler, const char *source, double limit, ts_compile *c)
{
    static int number;
    char scratch[256], name[32];
    snprintf(scratch, sizeof scratch, "%s/s", folder);
    snprintf(name, sizeof name, "unit%d", number++);
    mkdir(scratch, 0700);
    ts_compile_request request = {.scratch = scratch,
                                  .name = name,
                                  .compiler = compiler,
                                  .flags = " -O1  -g0 ",
                                  .source = source,
                                  .cpu = -1};
    int rc = ts_compile_start(&request, c);
    return rc == TS_OK ? ts_compile_poll(c, true, limit) : rc;
}

static void nothing_left_in_scratch(void)
{
    char scratch[256];
    snprintf(scratch, sizeof scratch, "%s/s", folder);
    assert_int_equal(entries(scratch), 0);
}

static void identity_names_family_version_and_machine(void **state)
{
    (void)state;
    const char *identity, *again;
    assert_int_equal(ts_compiler_identity("gcc", &identity), TS_OK);
    int major = 0;
    char machine[64] = "";
    assert_int_equal(sscanf(identity, "gcc %d.%*[0-9.] %63s", &major, machine), 2);
    assert_true(major >= 4);
    assert_non_null(strchr(machine, '-'));
    assert_int_equal(ts_compiler_identity("gcc", &again), TS_OK);
    assert_ptr_equal(identity, again);
}

static void missing_compiler_says_what_to_do(void **state)
{
    (void)state;
    const char *identity;
    assert_false(ts_compiler_exists("/no/such compiler"));
    assert_int_equal(ts_compiler_identity("/no/such compiler", &identity), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "/no/such compiler"));
    assert_non_null(strstr(ts_error(), "install"));
}

static void compiles_a_loadable_object(void **state)
{
    (void)state;
    ts_compile c;
    assert_int_equal(compile("cc", "int answer(void) { return 42; }\n", 30, &c), 1);
    void *handle = dlopen(c.object_path, RTLD_NOW);
    assert_non_null(handle);
    assert_non_null(dlsym(handle, "answer"));
    dlclose(handle);
    ts_compile_clear(&c);
    nothing_left_in_scratch();
}

static void first_error_line_is_the_reason(void **state)
{
    (void)state;
    ts_compile c;
    assert_true(compile("cc", "#line 7 \"gemm.c.in\"\nint x = y;\nint z = w;\n", 30, &c) < 0);
    assert_non_null(strstr(ts_error(), "gemm.c.in:7:"));
    assert_non_null(strstr(ts_error(), "error:"));
    assert_null(strchr(ts_error(), '\n'));
    ts_compile_clear(&c);
    nothing_left_in_scratch();
}

static void compiler_that_cannot_run_is_an_error(void **state)
{
    (void)state;
    ts_compile c;
    assert_int_equal(compile("/no/such compiler", "", 30, &c), TS_ENOTFOUND);
    ts_compile_clear(&c);
    nothing_left_in_scratch();
}

/* A path with blanks, no shell, and a compiler that hangs with a child of its own: both must be gone
 * afterwards. */
static void hanging_compiler_is_killed_with_its_children(void **state)
{
    (void)state;
    char path[256], note[256], script[1024];
    snprintf(path, sizeof path, "%s/slow compiler", folder);
    snprintf(note, sizeof note, "%s/pid", folder);
    snprintf(script, sizeof script, "#!/bin/sh\nsleep 60 &\necho $! > '%s'\nwait\n", note);
    write_file(path, script, 0700);
    ts_compile c;
    double before = ts_now();
    assert_true(compile(path, "", 0.3, &c) < 0);
    assert_true(ts_now() - before < 5);
    assert_true(c.timed_out);
    assert_non_null(strstr(ts_error(), "did not finish"));
    ts_compile_clear(&c);
    FILE *f = fopen(note, "r");
    int child = 0;
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%d", &child), 1);
    fclose(f);
    for (int i = 0; i < 100 && kill(child, 0) == 0; i++)
        usleep(10000); /* init reaps it */
    char stat[64], text[256] = "";
    snprintf(stat, sizeof stat, "/proc/%d/stat", child);
    f = fopen(stat, "r");
    assert_true(!f || !fgets(text, sizeof text, f) || strstr(text, ") Z"));
    if (f)
        fclose(f);
    nothing_left_in_scratch();
}

static void clear_kills_a_running_compilation(void **state)
{
    (void)state;
    char path[256], scratch[256];
    snprintf(path, sizeof path, "%s/slow", folder);
    snprintf(scratch, sizeof scratch, "%s/s", folder);
    write_file(path, "#!/bin/sh\nsleep 60\n", 0700);
    ts_compile c;
    ts_compile_request request = {
        .scratch = scratch, .name = "x", .compiler = path, .flags = "", .source = "", .cpu = -1};
    mkdir(scratch, 0700);
    assert_int_equal(ts_compile_start(&request, &c), TS_OK);
    assert_int_equal(ts_compile_poll(&c, false, 60), 0);
    pid_t pid = c.pid;
    ts_compile_clear(&c);
    assert_int_equal(kill(pid, 0), -1);
    nothing_left_in_scratch();
}

/* ---- cache ----------------------------------------------------------------------------------- */

#define ID_A "0123456789abcdef0123456789abcdef"
#define ID_B "01ffffffffffffffffffffffffffffff"

static void object(char path[256], const char *text)
{
    snprintf(path, 256, "%s/object", folder);
    write_file(path, text, 0600);
}

static void cache_finds_what_was_put(void **state)
{
    (void)state;
    char from[256], path[4096], second[4096];
    struct stat a, b;
    assert_false(ts_cache_find(ID_A, path, sizeof path));
    object(from, "an object of some bytes");
    assert_int_equal(ts_cache_put(ID_A, from), TS_OK);
    assert_true(ts_cache_find(ID_A, path, sizeof path));
    assert_int_equal(ts_cache_put(ID_B, path), TS_OK);
    assert_true(ts_cache_find(ID_B, second, sizeof second));
    assert_int_equal(stat(path, &a), 0);
    assert_int_equal(stat(second, &b), 0);
    assert_int_equal(a.st_ino, b.st_ino);
    assert_int_equal(ts_cache_put(ID_B, path), TS_OK); /* again: nothing left lying about */
    char shard[256];
    snprintf(shard, sizeof shard, "%s/cache/objects/01", folder);
    assert_int_equal(entries(shard), 2);
}

static void damaged_objects_are_not_found(void **state)
{
    (void)state;
    char from[256], path[4096];
    object(from, "another object of more than a few bytes, to be cut");
    assert_int_equal(ts_cache_put(ID_A, from), TS_OK);
    assert_true(ts_cache_find(ID_A, path, sizeof path));
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "X", 1, 3), 1);
    close(fd);
    assert_false(ts_cache_find(ID_A, path, sizeof path));
    assert_int_equal(truncate(path, 10), 0);
    assert_false(ts_cache_find(ID_A, path, sizeof path));
    assert_int_equal(truncate(path, 0), 0);
    assert_false(ts_cache_find(ID_A, path, sizeof path));
    object(from, "whole again");
    assert_int_equal(ts_cache_put(ID_A, from), TS_OK);
    assert_true(ts_cache_find(ID_A, path, sizeof path));
}

static void names_that_are_no_ids_are_refused(void **state)
{
    (void)state;
    char from[256], path[4096];
    object(from, "x");
    assert_false(ts_cache_find("../../../etc/passwd", path, sizeof path));
    assert_int_equal(ts_cache_put("../../../tmp/x", from), TS_EINTERNAL);
    assert_int_equal(ts_cache_put(ID_A, "/no/such/object"), TS_ESYSTEM);
}

static void pruning_drops_the_oldest(void **state)
{
    (void)state;
    char from[256], old[4096], young[4096], stamp[256];
    object(from, "the older one, which has to go");
    assert_int_equal(ts_cache_put(ID_A, from), TS_OK);
    assert_true(ts_cache_find(ID_A, old, sizeof old));
    assert_int_equal(utime(old, &(struct utimbuf){1000, 1000}), 0);
    unlink(from);
    object(from, "the younger one, which stays");
    assert_int_equal(ts_cache_put(ID_B, from), TS_OK);
    assert_true(ts_cache_find(ID_B, young, sizeof young));
    snprintf(stamp, sizeof stamp, "%s/cache/objects/.pruned", folder);
    unlink(stamp);
    ts_cache_prune(60);
    assert_false(ts_file_exists(old));
    assert_true(ts_file_exists(young));
    ts_cache_prune(0); /* looked today already */
    assert_true(ts_file_exists(young));
}

static int set_up(void **state)
{
    (void)state;
    char cache[256];
    if (!mkdtemp(folder))
        return -1;
    snprintf(cache, sizeof cache, "%s/cache", folder);
    return setenv("TILESMITH_CACHE", cache, 1);
}

static int tear_down(void **state)
{
    (void)state;
    return ts_file_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_names_family_version_and_machine),
        cmocka_unit_test(missing_compiler_says_what_to_do),
        cmocka_unit_test(compiles_a_loadable_object),
        cmocka_unit_test(first_error_line_is_the_reason),
        cmocka_unit_test(compiler_that_cannot_run_is_an_error),
        cmocka_unit_test(hanging_compiler_is_killed_with_its_children),
        cmocka_unit_test(clear_kills_a_running_compilation),
        cmocka_unit_test(cache_finds_what_was_put),
        cmocka_unit_test(damaged_objects_are_not_found),
        cmocka_unit_test(names_that_are_no_ids_are_refused),
        cmocka_unit_test(pruning_drops_the_oldest),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
