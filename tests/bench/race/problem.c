/* One problem: its operands and reference results, the glue through which everything is called alike, its
 * winner. */
#include "bench.h"
#include "build/render.h"
#include "build/thunk.h"
#include "build/toolchain.h"
#include "core/detect.h"
#include "core/paths.h"
#include "store/store.h"
#include "util/file.h"
#include <dlfcn.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

extern char **environ;

/* Inlined calls, so that a contender is timed with as little around it as a driver's. */
#define DIRECT " -fno-semantic-interposition"

/* Vectors of plain loops may be as wide as the compiler likes: its choice is what the peer is. */
const bench_plain bench_plains[] = {{"gcc -O3", "gcc", "-O3 -march=native" DIRECT},
                                    {"gcc -Ofast", "gcc", "-Ofast -march=native" DIRECT},
                                    {"clang -Ofast", "clang", "-Ofast -march=native" DIRECT}};
const size_t bench_plain_count = sizeof bench_plains / sizeof *bench_plains;

enum { COMPILE_SECONDS = 60, SOURCE_LIMIT = 1 << 20 };

/* Compile into the scratch folder; *object is malloc'ed. */
static int compile(const bench_options *o, const char *name, const char *compiler, const char *flags,
                   const char *source, char **object)
{
    ts_compile_request request = {.scratch = o->scratch,
                                  .name = name,
                                  .compiler = compiler,
                                  .flags = flags,
                                  .source = source,
                                  .cpu = -1};
    ts_compile build = {0};
    char *text = NULL;
    size_t length = 0;
    int rc = ts_compile_start(&request, &build);
    if (rc == TS_OK)
        rc = ts_compile_poll(&build, true, COMPILE_SECONDS);
    if (rc >= 0)
        rc = ts_file_read(build.object_path, (size_t)64 << 20, &text, &length);
    *object = rc >= 0 ? ts_asprintf("%s/%s.so", o->scratch, name) : NULL;
    if (rc >= 0)
        rc = *object ? ts_file_write(*object, text, length)
                     : ts_fail(TS_ENOMEM, "out of memory while compiling %s", name);
    free(text);
    ts_compile_clear(&build);
    return rc;
}

/* bench_run(), by which a contender is called: the thunk NAME_call() with the type that lanes have. */
static void append_entry(const char *name, ts_str *out)
{
    ts_str_format(out, "void bench_run(void *call);\nvoid bench_run(void *call)\n{\n    %s_call(call);\n}\n",
                  name);
}

/* The reference with its thunks, and `bench_target`, a function pointer that bench_run() calls. */
static int make_glue(bench_problem *p, const char *name)
{
    ts_str source = TS_STR_INIT;
    int rc = ts_reference_source(&p->problem, &source);
    ts_variant_prototype(&p->problem, "(*bench_target)", &source);
    ts_str_append(&source, ";\nvoid bench_target_call(const ts_call *call);\n");
    ts_thunk_definition(&p->problem, "bench_target", &source);
    append_entry("bench_target", &source);
    if (rc >= 0)
        rc = compile(p->options, name, "cc", "-O3 -march=native" DIRECT, ts_str_text(&source), &p->glue);
    ts_str_free(&source);
    return rc;
}

static void plain_source(const bench_problem *p, const char *text, ts_str *out)
{
    ts_str_append(out, ts_variant_prelude());
    ts_thunk_declaration(&p->problem, "plain", out);
    ts_str_format(out, "#define T %s\n", p->problem.type->ctype);
    for (size_t i = 0; i < p->kernel->dim_count; i++)
        if (!p->kernel->dims[i].argument)
            ts_str_format(out, "enum { %s = %" PRId64 " };\n", p->kernel->dims[i].name, p->problem.dims[i]);
    ts_str_format(out, "#line 1 \"plain/%s.c\"\n%s\n", p->kernel->name, text);
    ts_thunk_definition(&p->problem, "plain", out);
    append_entry("plain", out);
}

/* The plain loops by each compiler, where there is a file of them; what doesn't compile says why. */
static void make_plain(bench_problem *p, const char *name)
{
    char *path = ts_asprintf("%s/plain/%s.c", p->options->tests, p->kernel->name), *text = NULL;
    ts_str source = TS_STR_INIT;
    if (path && ts_file_exists(path) && ts_file_read(path, SOURCE_LIMIT, &text, NULL) >= 0) {
        plain_source(p, text, &source);
        for (size_t i = 0; i < bench_plain_count; i++) {
            char *object = ts_asprintf("%s-plain%zu", name, i);
            if (!object || compile(p->options, object, bench_plains[i].compiler, bench_plains[i].flags,
                                   ts_str_text(&source), &p->plain[i]) < 0)
                snprintf(p->plain_reason[i], BENCH_REASON, "%s", ts_error());
            free(object);
        }
    }
    ts_str_free(&source);
    free(path);
    free(text);
}

int bench_problem_open(const bench_options *options, const bench_family *family, const char *shape,
                       bench_problem *out)
{
    *out = (bench_problem){.options = options, .family = family};
    int rc = ts_kernel_load(family->kernel, &out->kernel);
    if (rc == TS_OK)
        rc = ts_problem_parse(out->kernel, *family->type ? family->type : NULL, shape, &out->problem);
    if (rc != TS_OK)
        return rc;
    out->problem.threads = options->threads;
    ts_problem_text(&out->problem, &out->key);
    return ts_problem_work(&out->problem, &out->flops, &out->bytes);
}

static int load_oracle(bench_problem *p, ts_oracle *out)
{
    p->handle = dlopen(p->glue, RTLD_NOW | RTLD_LOCAL);
    void *results = p->handle ? dlsym(p->handle, "ts_reference_call") : NULL;
    void *inputs = p->handle ? dlsym(p->handle, "ts_inputs_call") : NULL;
    if (!results || (!inputs && ts_kernel_fills_by_reference(p->kernel)))
        return ts_fail(TS_EINTERNAL, "the reference of '%s' can't be loaded: %s", p->kernel->name, dlerror());
    memcpy(&out->results, &results, sizeof results);
    memcpy(&out->inputs, &inputs, sizeof inputs);
    return TS_OK;
}

int bench_problem_compute(bench_problem *p)
{
    size_t bytes = 0;
    ts_oracle oracle = {0};
    ts_value *slots = calloc(p->kernel->slot_count + 1, sizeof *slots);
    /* The loader knows objects by their names: types of problem are compiled in, so each problem has one of
     * its own. */
    char *name = ts_asprintf("%s-%s-%s", p->kernel->name, p->problem.type->name, ts_str_text(&p->key));
    int rc = slots && name ? ts_kernel_slots(&p->problem, NULL, slots)
                           : ts_fail(TS_ENOMEM, "out of memory for operands");
    if (rc == TS_OK)
        rc = make_glue(p, name);
    if (rc >= 0)
        rc = load_oracle(p, &oracle);
    if (rc == TS_OK)
        rc = ts_elements_find(&p->problem, p->elements);
    if (rc == TS_OK)
        rc = ts_answer_shape(&p->problem, slots, p->problem.dims, &p->answer);
    if (rc == TS_OK)
        rc = ts_answer_bytes(&p->problem, &p->answer, false, &bytes);
    if (rc == TS_OK && !(p->answer.memory = aligned_alloc(4096, (bytes + 4096) / 4096 * 4096)))
        rc = ts_fail(TS_ENOMEM, "out of memory for operands");
    if (rc == TS_OK) {
        ts_answer_attach(&p->problem, &p->answer, p->answer.memory, NULL);
        ts_scalar_set(p->kernel, 0, p->answer.scalars);
        ts_answer_compute(&p->problem, p->elements, oracle, true, false, &p->answer);
        make_plain(p, name);
    }
    free(slots);
    free(name);
    return rc;
}

void bench_problem_close(bench_problem *p)
{
    for (size_t i = 0; i < bench_plain_count; i++)
        free(p->plain[i]);
    if (p->handle)
        dlclose(p->handle);
    free(p->glue);
    free(p->answer.memory);
    ts_str_free(&p->key);
    ts_kernel_free(p->kernel);
}

/* ---- winners --------------------------------------------------------------------------------- */

static bool is_winner(const bench_problem *p, const ts_winner *w)
{
    return strcmp(w->problem, ts_str_text(&p->key)) == 0 && strcmp(w->type, p->problem.type->name) == 0 &&
           strcmp(w->kernel_hash, p->kernel->hash) == 0 && w->threads == ts_problem_threads(&p->problem) &&
           w->max_error == 0;
}

static bool has_winner(const bench_problem *p)
{
    char fingerprint[17];
    ts_store *store = NULL;
    ts_winner *winners = NULL;
    size_t count = 0;
    bool found = false;
    if (ts_detect_fingerprint(fingerprint) < 0 ||
        ts_store_open(p->options->database, TS_STORE_READ, &store) < 0)
        return false;
    if (ts_store_winners(store, p->kernel->name, fingerprint, &winners, &count) >= 0)
        for (size_t i = 0; i < count; i++) {
            found = found || is_winner(p, &winners[i]);
            ts_winner_clear(&winners[i]);
        }
    free(winners);
    ts_store_close(store);
    return found;
}

/* Run the tool on all shapes without a winner at once: it divides the budget among them. */
static int run_tuner(const bench_options *o, const bench_family *family, char *const *shapes, size_t count)
{
    char budget[32], threads[16], tool[4096];
    char **argv = calloc(2 * count + 16, sizeof *argv);
    size_t n = 0;
    pid_t pid;
    int status = 0;
    if (!argv)
        return ts_fail(TS_ENOMEM, "out of memory while tuning");
    snprintf(tool, sizeof tool, "%s/tilesmith", o->build);
    snprintf(budget, sizeof budget, "%.0fs", o->budget);
    snprintf(threads, sizeof threads, "%d", o->threads);
    const char *const fixed[] = {tool,   "tune",      family->kernel, "--budget", budget,
                                 "--db", o->database, "--threads",    threads};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        argv[n++] = (char *)(uintptr_t)fixed[i];
    if (*family->type) {
        argv[n++] = (char *)(uintptr_t) "--type";
        argv[n++] = (char *)(uintptr_t)family->type;
    }
    for (size_t i = 0; i < count; i++) {
        argv[n++] = (char *)(uintptr_t) "--shape";
        argv[n++] = shapes[i];
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, 2, 1);
    int failed = posix_spawn(&pid, tool, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    free(argv);
    if (failed || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return ts_fail(TS_ESYSTEM, "tuning %s failed; its message is above", family->name);
    return TS_OK;
}

int bench_tune(const bench_options *o, const bench_family *family)
{
    TS_VEC(char *) missing = {0};
    int rc = TS_OK;
    for (size_t i = 0; i < family->shapes.count && rc == TS_OK; i++) {
        bench_problem p;
        rc = bench_problem_open(o, family, family->shapes.items[i], &p);
        if (rc == TS_OK && !has_winner(&p) && !ts_vec_push(&missing, family->shapes.items[i]))
            rc = ts_fail(TS_ENOMEM, "out of memory while tuning");
        bench_problem_close(&p);
    }
    if (rc == TS_OK && missing.count > 0) {
        fprintf(stderr, "bench: tuning %zu shape(s) of %s in %.0f s\n", missing.count, family->name,
                o->budget);
        rc = run_tuner(o, family, missing.items, missing.count);
    }
    ts_vec_free(&missing);
    return rc;
}
