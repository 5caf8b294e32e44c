/* From a stored source to a function: the cache, who may have written it, and everything that can go wrong
 * with a compiler. */
#include "runtime/internal.h"
#include "runtime_fixture.h"
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static int setup(void **state)
{
    *state = fixture_open();
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static void object_path_of(const fixture *f, char letter, char *path, size_t size)
{
    char id[33];
    variant_id(letter, id);
    snprintf(path, size, "%s/objects/%.2s/%s.so", f->cache, id, id);
}

static struct stat status_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st;
}

/* No scratch folder, no temporary file: nothing but objects/. */
static void assert_cache_clean(const fixture *f)
{
    DIR *dir = opendir(f->cache);
    assert_non_null(dir);
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "objects") != 0)
            fail_msg("%s was left in the cache", entry->d_name);
    closedir(dir);
}

static ts_rt_kernel find64(ts_rt *rt)
{
    return find_gemm(rt, "f32", 64, 64, 64, 0, 0);
}

/* One fresh runtime asks for the shape; a marker answers from the exact rung. */
static void assert_loads(const fixture *f, char letter)
{
    ts_rt *rt = fixture_runtime(f);
    ts_rt_kernel k = find64(rt);
    if (k.rung != TS_RT_EXACT)
        fail_msg("not loaded: %s", k.why);
    assert_int_equal(marker_of(&k), letter);
    ts_rt_close(rt);
}

static void assert_falls_back(const fixture *f, const char *reason)
{
    ts_rt *rt = fixture_runtime(f);
    ts_rt_kernel k = find64(rt);
    assert_int_equal(k.rung, TS_RT_DEFAULT);
    assert_says(k.why, "variant aaaaaaaa was passed over");
    assert_says(k.why, reason);
    /* The other shapes say so too, though they never tried. */
    assert_says(find_gemm(rt, "f32", 70, 70, 70, 0, 0).why, reason);
    ts_rt_close(rt);
}

static void add64(fixture *f, winner w)
{
    w.problem = "m=64,n=64,k=64,ta=0,tb=0";
    w.letter = 'a';
    fixture_add(f, w);
}

static void test_built_once_then_cached(void **state)
{
    fixture *f = *state;
    char path[200];
    add64(f, (winner){0});
    assert_loads(f, 'a');
    object_path_of(f, 'a', path, sizeof path);
    struct stat first = status_of(path);
    assert_int_equal(first.st_mode & 077, 0);
    assert_int_equal(status_of(f->cache).st_mode & 077, 0);
    assert_cache_clean(f);
    assert_loads(f, 'a');
    assert_int_equal(status_of(path).st_ino, first.st_ino);
    fixture_sql(f, "UPDATE w SET compiler = '/nowhere/cc'"); /* a cached object needs no compiler */
    assert_loads(f, 'a');
}

static void test_object_others_could_write_is_replaced(void **state)
{
    fixture *f = *state;
    char path[200];
    add64(f, (winner){0});
    assert_loads(f, 'a');
    object_path_of(f, 'a', path, sizeof path);
    const mode_t modes[] = {0720, 0702, 0777};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct stat before = status_of(path);
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_loads(f, 'a');
        assert_int_not_equal(status_of(path).st_ctim.tv_nsec, before.st_ctim.tv_nsec);
        assert_int_equal(status_of(path).st_mode & 077, 0);
    }
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 65534, 65534), 0);
        assert_loads(f, 'a');
        assert_int_equal(status_of(path).st_uid, 0);
    }
}

static void test_damaged_object_is_replaced(void **state)
{
    fixture *f = *state;
    char path[200];
    add64(f, (winner){0});
    assert_loads(f, 'a');
    object_path_of(f, 'a', path, sizeof path);
    const off_t sizes[] = {0, 10, 64, 4096, status_of(path).st_size - 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(truncate(path, sizes[i]), 0);
        assert_loads(f, 'a');
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_loads(f, 'a');
}

static void test_cache_others_could_write(void **state)
{
    fixture *f = *state;
    char folder[200];
    add64(f, (winner){0});
    assert_loads(f, 'a');
    snprintf(folder, sizeof folder, "%s/objects/aa", f->cache);
    assert_int_equal(chmod(folder, 0770), 0);
    assert_falls_back(f, "can be written by other users");
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(chmod(f->cache, 0707), 0);
    assert_falls_back(f, "can be written by other users");
    assert_int_equal(chmod(f->cache, 0700), 0);
    assert_loads(f, 'a');
}

static void test_cache_that_cannot_be_made(void **state)
{
    fixture *f = *state;
    add64(f, (winner){0});
    setenv("TILESMITH_CACHE", "/proc/nowhere/cache", 1);
    assert_falls_back(f, "set TILESMITH_CACHE");
    char file[128];
    snprintf(file, sizeof file, "%s/t.db", f->folder);
    setenv("TILESMITH_CACHE", file, 1);
    assert_falls_back(f, "set TILESMITH_CACHE");
    unsetenv("TILESMITH_CACHE");
    char *home = strdup(getenv("HOME") != NULL ? getenv("HOME") : "/");
    unsetenv("HOME");
    unsetenv("XDG_CACHE_HOME");
    assert_falls_back(f, "no cache folder");
    setenv("HOME", home, 1);
    free(home);
}

static void test_compiler_that_fails(void **state)
{
    fixture *f = *state;
    add64(f, (winner){.source = "#error made to fail\n"});
    assert_falls_back(f, "made to fail");
    assert_cache_clean(f);
    fixture_sql(f, "UPDATE w SET compiler = 'no-such-compiler-anywhere'");
    assert_falls_back(f, "no-such-compiler-anywhere cannot be run");
    fixture_sql(f, "UPDATE w SET compiler = 'cc', flags = '-O1 --no-such-flag', source = 'int x;'");
    assert_falls_back(f, "--no-such-flag");
    fixture_sql(f, "UPDATE w SET flags = replace(hex(zeroblob(100)), '00', '-O1 ')");
    assert_falls_back(f, "too many");
    fixture_sql(f, "UPDATE w SET flags = '-O1'");
    assert_falls_back(f, "undefined symbol: ts_v_aaaaaaaa");
    fixture_sql(f, "UPDATE w SET compiler = 'true'");
    assert_falls_back(f, "cannot put the built variant");
    assert_cache_clean(f);
}

/* Flags and compilers are words, never shell text. */
static void test_nothing_reaches_a_shell(void **state)
{
    fixture *f = *state;
    char path[128], flags[200];
    snprintf(path, sizeof path, "%s/pwned", f->folder);
    snprintf(flags, sizeof flags, "-O1 ;touch${IFS}%s $(touch %s) `touch %s`", path, path, path);
    add64(f, (winner){.flags = flags});
    ts_rt *rt = fixture_runtime(f);
    assert_int_equal(find64(rt).rung, TS_RT_DEFAULT);
    ts_rt_close(rt);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* The exact winner doesn't build: the next rung answers and says what it passed over. */
static void test_next_rung(void **state)
{
    fixture *f = *state;
    add64(f, (winner){.source = "#error made to fail\n"});
    fixture_add(f, (winner){.problem = "m=100,n=64,k=64,ta=0,tb=0", .letter = 'b'});
    ts_rt *rt = fixture_runtime(f);
    ts_rt_kernel k = find64(rt);
    assert_int_equal(k.rung, TS_RT_NEAREST);
    assert_int_equal(marker_of(&k), 'b');
    assert_says(k.why, "m=100");
    assert_says(k.why, "made to fail");
    k = find_gemm(rt, "f32", 63, 64, 64, 0, 0);
    assert_int_equal(marker_of(&k), 'b');
    ts_rt_close(rt);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Every process that inherited the writing end is gone, grandchildren included. */
static void assert_all_gone(int reading_end)
{
    struct pollfd p = {.fd = reading_end, .events = POLLIN};
    char byte;
    assert_int_equal(poll(&p, 1, 5000), 1);
    assert_int_equal(read(reading_end, &byte, 1), 0);
}

static void test_program_that_hangs(void **state)
{
    fixture *f = *state;
    char reason[TSRT_REASON], sh[] = "sh", c[] = "-c", hang[] = "echo started; sleep 30 & sleep 30",
                              quiet[] = "exec >&- 2>&-; sleep 30";
    char *loud[] = {sh, c, hang, NULL}, *mute[] = {sh, c, quiet, NULL};
    int inherited[2];
    assert_int_equal(pipe(inherited), 0);
    double start = seconds();
    assert_false(tsrt_run(loud, f->folder, 0.1, reason));
    assert_says(reason, "took more than 0.1 s");
    assert_false(tsrt_run(mute, f->folder, 0.1, reason));
    assert_says(reason, "took more than 0.1 s");
    assert_true(seconds() - start < 10);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    close(inherited[1]);
    assert_all_gone(inherited[0]);
    close(inherited[0]);
}

static void test_program_that_dies(void **state)
{
    fixture *f = *state;
    char reason[TSRT_REASON], sh[] = "sh", c[] = "-c", suicide[] = "kill -SEGV $$",
                              said[] = "echo one; echo two error: three; exit 3",
                              tmp[] = "test \"$TMPDIR\" = \"$PWD\" || test -d \"$TMPDIR\"",
                              flood[] = "yes error | head -c 100000; exit 1";
    char *killed[] = {sh, c, suicide, NULL}, *told[] = {sh, c, said, NULL}, *good[] = {sh, c, tmp, NULL},
         *much[] = {sh, c, flood, NULL};
    assert_false(tsrt_run(killed, f->folder, 5, reason));
    assert_says(reason, "killed by signal 11");
    assert_false(tsrt_run(told, f->folder, 5, reason));
    assert_says(reason, "two error: three");
    assert_true(tsrt_run(good, f->folder, 5, reason));
    assert_false(tsrt_run(much, f->folder, 5, reason));
}

/* A host program that lets the kernel reap its children still gets its variant. */
static void test_host_that_ignores_its_children(void **state)
{
    fixture *f = *state;
    add64(f, (winner){0});
    signal(SIGCHLD, SIG_IGN);
    assert_loads(f, 'a');
    signal(SIGCHLD, SIG_DFL);
}

/* Trust goes up the whole path: whoever may rename a folder above may swap what is below. */
static void test_trust(void **state)
{
    fixture *f = *state;
    char reason[TSRT_REASON], path[128], link[128];
    assert_true(tsrt_trusted(f->database, TSRT_TRUST_CODE, reason));
    assert_false(tsrt_trusted("/nowhere/at/all", TSRT_TRUST_DATA, reason));
    assert_says(reason, "cannot be examined");
    snprintf(path, sizeof path, "%s/sub", f->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/sub/file", f->folder);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_true(tsrt_trusted(path, TSRT_TRUST_CODE, reason));
    assert_int_equal(chmod(f->folder, 0777), 0);
    assert_false(tsrt_trusted(path, TSRT_TRUST_DATA, reason));
    assert_int_equal(chmod(f->folder, 01777), 0); /* like /tmp: names of ours stay ours */
    assert_true(tsrt_trusted(path, TSRT_TRUST_CODE, reason));
    snprintf(link, sizeof link, "%s/link", f->folder);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(chmod(path, 0602), 0);
    assert_false(tsrt_trusted(link, TSRT_TRUST_DATA, reason)); /* the target counts, not the link */
    assert_int_equal(chmod(path, 0660), 0);
    assert_false(tsrt_trusted(path, TSRT_TRUST_CODE, reason));
    assert_int_equal(tsrt_trusted(path, TSRT_TRUST_DATA, reason), getegid() == geteuid());
    assert_int_equal(chmod(f->folder, 0700), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_built_once_then_cached, setup, teardown),
        cmocka_unit_test_setup_teardown(test_object_others_could_write_is_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged_object_is_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cache_others_could_write, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cache_that_cannot_be_made, setup, teardown),
        cmocka_unit_test_setup_teardown(test_compiler_that_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_reaches_a_shell, setup, teardown),
        cmocka_unit_test_setup_teardown(test_next_rung, setup, teardown),
        cmocka_unit_test_setup_teardown(test_program_that_hangs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_program_that_dies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_host_that_ignores_its_children, setup, teardown),
        cmocka_unit_test_setup_teardown(test_trust, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
