/*
 * race BUILD TESTS OUT: what `make bench` runs. Settings come from the environment, by the names of make's
 * variables: FAMILY, SHAPES, QUICK, BENCH_THREADS, BENCH_BUDGET, BENCH_ROUNDS, PEERS.
 */
#include "bench.h"
#include "core/detect.h"
#include "core/paths.h"
#include "store/store.h"
#include "util/file.h"
#include <math.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static double number_setting(const char *name, double otherwise)
{
    const char *value = setting(name);
    return value ? atof(value) : otherwise;
}

static bool all_threads(void)
{
    const char *value = setting("BENCH_THREADS");
    return value && strcmp(value, "all") == 0;
}

/* ---- peers ----------------------------------------------------------------------------------- */

/* `driver`: the name of one of ours, or the path of any. */
static int add_peer(bench_options *o, const char *name, const char *driver, const char *library)
{
    if (o->peer_count == BENCH_PEERS)
        return ts_fail(TS_EINPUT, "PEERS names too many libraries; %d are enough", BENCH_PEERS);
    bench_peer *p = &o->peers[o->peer_count++];
    snprintf(p->name, sizeof p->name, "%s", name);
    p->driver = strchr(driver, '/') ? strdup(driver) : ts_asprintf("%s/bench/%s.so", o->build, driver);
    p->library = strdup(library);
    return p->driver && p->library ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while listing peers");
}

/* "name=/path/lib.so": a CBLAS library, or a driver (tests/bench/driver.h) if it is called *driver.so. */
static int add_given(bench_options *o, char *one)
{
    char *path = strchr(one, '=');
    if (!path || !strchr(path, '/') || !ts_file_exists(path + 1))
        return ts_fail(TS_EINPUT, "PEERS has '%s'; it takes NAME=/path/of/a/library.so, separated by blanks",
                       one);
    *path++ = '\0';
    size_t length = strlen(path);
    bool driver = length > 9 && strcmp(path + length - 9, "driver.so") == 0;
    return add_peer(o, one, driver ? path : "cblas", driver ? "" : path);
}

static int add_given_peers(bench_options *o)
{
    char *text = setting("PEERS") ? strdup(setting("PEERS")) : NULL, *save = NULL;
    int rc = TS_OK;
    for (char *one = text ? strtok_r(text, " ", &save) : NULL; one && rc == TS_OK;
         one = strtok_r(NULL, " ", &save))
        rc = add_given(o, one);
    free(text);
    return rc;
}

static void free_peers(bench_options *o)
{
    for (size_t i = 0; i < o->peer_count; i++) {
        free(o->peers[i].driver);
        free(o->peers[i].library);
    }
}

static int find_peers(bench_options *o)
{
    int rc = TS_OK;
    if (!setting("BENCH_NO_PEERS")) {
        rc = add_peer(o, "openblas", "cblas", "libopenblas.so.0");
        if (rc == TS_OK)
            rc = add_peer(o, "blis", "cblas", "libblis.so.4");
        if (rc == TS_OK)
            rc = add_peer(o, "onednn", "onednn", "");
        if (rc == TS_OK)
            rc = add_peer(o, "libxsmm", "libxsmm", "");
    }
    return rc == TS_OK ? add_given_peers(o) : rc;
}

/* ---- what it runs on ------------------------------------------------------------------------- */

/* The description in the database, which tuning has put there. */
static void describe(const bench_options *o, bench_about *about, ts_target **target)
{
    char fingerprint[17];
    ts_store *store = NULL;
    *target = NULL;
    if (ts_detect_fingerprint(fingerprint) == TS_OK &&
        ts_store_open(o->database, TS_STORE_READ, &store) == TS_OK)
        if (ts_store_target_load(store, fingerprint, target) != TS_OK)
            *target = NULL;
    ts_store_close(store);
    about->target = *target ? (*target)->name : "host";
    about->bandwidth = *target ? ts_target_number(*target, "memory.bandwidth", NAN) : NAN;
    about->peak = *target ? ts_target_number(*target, "peak.f32", NAN) : NAN;
}

/* ---- the race -------------------------------------------------------------------------------- */

static void missing_row(const bench_family *family, const char *shape, const char *reason, bench_rows *rows)
{
    bench_row row = {.family = family, .ours = NAN, .best_peer = NAN, .ratio = {NAN, NAN, NAN}};
    snprintf(row.problem, sizeof row.problem, "%s", shape);
    snprintf(row.reason, sizeof row.reason, "%s", reason);
    if (!ts_vec_push(rows, row))
        return;
}

static int race_shape(const bench_options *o, const bench_family *family, const char *shape, bench_rows *rows)
{
    bench_problem p;
    bench_row row;
    bench_board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        return ts_fail(TS_ENOMEM, "out of memory for the board of results");
    int rc = bench_problem_open(o, family, shape, &p);
    if (rc == TS_OK)
        rc = bench_problem_compute(&p);
    if (rc == TS_OK)
        rc = bench_measure(&p, board);
    if (rc == TS_OK)
        rc = bench_judge(&p, board, &row);
    if (rc == TS_OK && !ts_vec_push(rows, row))
        rc = ts_fail(TS_ENOMEM, "out of memory for results");
    bench_problem_close(&p);
    munmap(board, sizeof *board);
    return rc;
}

static void say_row(const bench_row *row, size_t done, size_t all)
{
    ts_str line = TS_STR_INIT;
    bench_line(row, &line);
    printf("[%zu/%zu] %s", done, all, ts_str_text(&line));
    fflush(stdout);
    ts_str_free(&line);
}

/* The word "typical" stands for the manifest's typical shapes. */
static int expand_typical(bench_family *family)
{
    ts_kernel *kernel = NULL;
    if (family->shapes.count == 0 || strcmp(family->shapes.items[0], "typical") != 0)
        return TS_OK;
    int rc = ts_kernel_load(family->kernel, &kernel);
    if (rc == TS_OK)
        free(family->shapes.items[--family->shapes.count]);
    for (size_t i = 0; rc == TS_OK && i < kernel->shape_count; i++) {
        const ts_shape *shape = &kernel->shapes[i];
        ts_problem problem = {.kernel = kernel, .type = &kernel->types[0]};
        ts_str text = TS_STR_INIT;
        if (strcmp(shape->kind, "typical") != 0 ||
            (shape->type && *family->type && strcmp(shape->type, family->type) != 0))
            continue;
        memcpy(problem.dims, shape->dims, sizeof problem.dims);
        ts_problem_text(&problem, &text);
        char *copy = ts_str_take(&text);
        if (!copy || !ts_vec_push(&family->shapes, copy))
            rc = ts_fail(TS_ENOMEM, "out of memory while reading shapes");
    }
    ts_kernel_free(kernel);
    return rc;
}

static int race_family(const bench_options *o, bench_family *family, bench_rows *rows)
{
    int rc = expand_typical(family);
    if (rc == TS_OK && o->quick && family->shapes.count > 2) /* the small ones come first */
        while (family->shapes.count > 2)
            free(family->shapes.items[--family->shapes.count]);
    if (rc == TS_OK && bench_tune(o, family) != TS_OK) /* what won before can be measured all the same */
        fprintf(stderr, "bench: %s\n", ts_error());
    if (rc != TS_OK) {
        missing_row(family, "-", ts_error(), rows);
        say_row(&rows->items[rows->count - 1], 0, 0);
        return TS_OK;
    }
    for (size_t i = 0; i < family->shapes.count; i++) {
        if (race_shape(o, family, family->shapes.items[i], rows) != TS_OK)
            missing_row(family, family->shapes.items[i], ts_error(), rows);
        say_row(&rows->items[rows->count - 1], i + 1, family->shapes.count);
    }
    double least;
    size_t count;
    double mean = bench_mean(rows, family, &least, &count);
    if (count)
        printf("%s: geometric mean of %zu ratios %.3f, least %.3f\n", family->name, count, mean, least);
    fflush(stdout);
    return TS_OK;
}

static int write_file(const bench_options *o, const bench_about *about, const char *extension,
                      const ts_str *text)
{
    char *path =
        ts_asprintf("%s/%s%s.%s", o->out, about->target, about->threads > 1 ? "-all" : "", extension);
    int rc = path ? ts_file_mkdirs(o->out) : ts_fail(TS_ENOMEM, "out of memory while writing");
    if (rc >= 0)
        rc = ts_file_write(path, ts_str_text(text), text->length);
    if (rc >= 0)
        printf("wrote %s\n", path);
    free(path);
    return rc;
}

/* One line for each peer that did nothing: why. */
static void describe_peers(const bench_rows *rows, ts_str *out)
{
    for (size_t i = 0; i < rows->count && out->length == 0; i++)
        for (int j = 0; j < rows->items[i].count; j++) {
            const bench_contender *c = &rows->items[i].contenders[j];
            if (c->state == BENCH_ABSENT && strcmp(c->reason, "not installed") == 0)
                ts_str_format(out, "%s: not installed.\n", c->name);
        }
}

static int write_results(const bench_options *o, const bench_list *list, const bench_rows *rows)
{
    typedef void writer(const bench_rows *, const bench_about *, ts_str *);
    static writer *const writers[] = {bench_csv, bench_figure};
    static const char *const extensions[] = {"csv", "svg"};
    ts_str peers = TS_STR_INIT, text = TS_STR_INIT;
    ts_target *target;
    bench_about about = {.threads = o->threads};
    describe(o, &about, &target);
    describe_peers(rows, &peers);
    about.peers = ts_str_text(&peers);
    bench_markdown(rows, list, &about, &text);
    int rc = write_file(o, &about, "md", &text);
    for (size_t i = 0; i < 2 && rc >= 0; i++) {
        ts_str_clear(&text);
        writers[i](rows, &about, &text);
        rc = write_file(o, &about, extensions[i], &text);
    }
    ts_str_free(&text);
    ts_str_free(&peers);
    ts_target_free(target);
    return rc;
}

static int run(bench_options *o)
{
    bench_list list = {0};
    bench_rows rows = {0};
    int lock = -1;
    char *path = ts_asprintf("%s/shapes.list", o->tests);
    int rc = path ? bench_list_read(path, o->family, o->shapes, &list) : ts_fail(TS_ENOMEM, "out of memory");
    if (rc >= 0)
        rc = find_peers(o);
    if (rc >= 0)
        rc = ts_scratch_open(&o->scratch, &lock);
    if (rc >= 0 && o->peer_count == 0)
        printf("no peer library takes part: plain C is what is left to compare with\n");
    for (size_t i = 0; i < list.count && rc >= 0; i++)
        rc = race_family(o, &list.items[i], &rows);
    if (rc >= 0)
        rc = write_results(o, &list, &rows);
    if (o->scratch)
        ts_scratch_close(o->scratch, lock);
    for (size_t i = 0; i < rows.count; i++)
        free(rows.items[i].contenders);
    ts_vec_free(&rows);
    bench_list_free(&list);
    free_peers(o);
    free(path);
    return rc;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: race BUILD TESTS OUT\n");
        return 2;
    }
    bool quick = setting("QUICK") && strcmp(setting("QUICK"), "0") != 0;
    bench_options o = {.build = argv[1],
                       .tests = argv[2],
                       .out = argv[3],
                       .database = ts_path_database(),
                       .family = setting("FAMILY"),
                       .shapes = setting("SHAPES"),
                       .budget = number_setting("BENCH_BUDGET", quick ? 8 : 180),
                       .rounds = (int)number_setting("BENCH_ROUNDS", quick ? 5 : 15),
                       .threads = all_threads() ? (int)sysconf(_SC_NPROCESSORS_ONLN)
                                                : (int)number_setting("BENCH_THREADS", 1),
                       .quick = quick};
    if (o.rounds < 1 || o.rounds > BENCH_ROUNDS / 2)
        o.rounds = o.rounds < 1 ? 1 : BENCH_ROUNDS / 2;
    if (run(&o) < 0) {
        fprintf(stderr, "bench: %s\n", ts_error());
        return 2;
    }
    return 0;
}
