/* The compiling half of the hardware evaluator: translation units formed, started, taken in; blame laid
 * exactly. */
#include "eval/hardware.h"

#include "util/clock.h"
#include "util/file.h"
#include "util/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As long as the worker has nothing to do, small units: the first results come sooner. */
enum { EAGER_UNIT = 3, NICE = 10, NICE_GUEST = 19, FEW_COMPILERS = 4 };
static const double unit_seconds = 60, seconds_per_variant = 30;

/* ---- objects --------------------------------------------------------------------------------- */

/* Give a job its object: in the cache if that works, else (a full or read-only disk) in the scratch folder.
 */
static int install(ts_hardware *h, ts_job *job, const char *object)
{
    char path[4096];
    if (!h->options.no_cache && ts_cache_put(job->variant.id, object) == TS_OK &&
        ts_cache_find(job->variant.id, path, sizeof path))
        job->object = strdup(path);
    else {
        snprintf(path, sizeof path, "%s/%zu-%s.so", h->scratch, h->unit_number++, job->variant.id);
        if (link(object, path) != 0)
            return ts_fail(TS_ESYSTEM, "cannot create %s: %s", path, strerror(errno));
        job->object = strdup(path);
        job->object_is_ours = true;
    }
    if (!job->object)
        return ts_fail(TS_ENOMEM, "out of memory while keeping a built variant");
    job->state = TS_JOB_READY;
    return TS_OK;
}

/* An object built before: by an earlier session, or for another configuration that renders to the same text.
 */
static bool find_object(ts_hardware *h, ts_job *job)
{
    char path[4096];
    if (h->options.no_cache || job->rebuild || !ts_cache_find(job->variant.id, path, sizeof path))
        return false;
    job->object = strdup(path);
    job->result.cached = true;
    job->state = job->object ? TS_JOB_READY : TS_JOB_QUEUED;
    return job->object != NULL;
}

/* ---- units ----------------------------------------------------------------------------------- */

static bool belongs(const ts_unit *u, const ts_job *job, bool company)
{
    if (job->state != TS_JOB_QUEUED)
        return false;
    if (u->count == 0)
        return true;
    if (!company || job->alone)
        return false;
    for (size_t i = 0; i < u->count; i++)
        if (strcmp(u->jobs[i]->variant.id, job->variant.id) == 0)
            return false; /* the same text twice would define its functions twice: it waits */
    return strcmp(u->jobs[0]->variant.compiler, job->variant.compiler) == 0 &&
           strcmp(u->jobs[0]->variant.flags, job->variant.flags) == 0;
}

static bool being_compiled(const ts_hardware *h, const ts_job *job)
{
    for (size_t i = 0; i < h->unit_count; i++)
        for (size_t j = 0; j < h->units[i].count; j++)
            if (strcmp(h->units[i].jobs[j]->variant.id, job->variant.id) == 0)
                return true;
    return false;
}

/*
 * The worker is often faster than the compilers. Where these are few, the CPU for measuring compiles too
 * while there is nothing to measure; such a guest is so nice that a worker that comes back hardly notices it
 * (not at all, at real-time priority).
 */
static bool guest_welcome(const ts_hardware *h)
{
    for (size_t i = 0; i < h->unit_count; i++)
        if (h->units[i].guest)
            return false;
    return h->worker.pid == 0 && h->affinity_narrowed && h->max_units < FEW_COMPILERS;
}

static size_t regular_units(const ts_hardware *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->unit_count; i++)
        n += !h->units[i].guest;
    return n;
}

static size_t free_places(const ts_hardware *h)
{
    return h->max_units - regular_units(h) + guest_welcome(h);
}

/* Fair shares for the compilers that are free, and little ones while the worker is idle. */
static size_t unit_size(const ts_hardware *h)
{
    size_t queued = 0, ready = 0, idle = free_places(h);
    for (size_t i = 0; i < h->jobs.count; i++) {
        queued += h->jobs.items[i]->state == TS_JOB_QUEUED;
        ready += h->jobs.items[i]->state == TS_JOB_READY || h->jobs.items[i]->state == TS_JOB_RUNNING;
    }
    size_t size = (queued + idle - 1) / (idle ? idle : 1), most = ready ? TS_UNIT_JOBS : EAGER_UNIT;
    return size < 1 ? 1 : size < most ? size : most;
}

static void form_unit(ts_hardware *h, ts_unit *u)
{
    size_t size = unit_size(h);
    bool company = true;
    for (size_t i = 0; i < h->jobs.count && u->count < size; i++) {
        ts_job *job = h->jobs.items[i];
        if (!belongs(u, job, company) || being_compiled(h, job) || find_object(h, job))
            continue;
        company = !job->alone;
        u->jobs[u->count++] = job;
    }
}

static int start_unit(ts_hardware *h, ts_unit *u)
{
    ts_str text = TS_STR_INIT;
    char name[32];
    snprintf(name, sizeof name, "u%zu", h->unit_number++);
    ts_str_append(&text, ts_variant_prelude());
    for (size_t i = 0; i < u->count; i++)
        ts_str_append(&text, u->jobs[i]->variant.source);
    ts_compile_request request = {.scratch = h->scratch,
                                  .name = name,
                                  .compiler = u->jobs[0]->variant.compiler,
                                  .flags = u->jobs[0]->variant.flags,
                                  .source = ts_str_text(&text),
                                  .cpu = u->guest ? h->cpu : -1,
                                  .niceness = u->guest ? NICE_GUEST : NICE};
    int rc = text.failed ? ts_fail(TS_ENOMEM, "out of memory while writing a translation unit")
                         : ts_compile_start(&request, &u->compile);
    ts_str_free(&text);
    for (size_t i = 0; i < u->count && rc == TS_OK; i++)
        u->jobs[i]->state = TS_JOB_COMPILING;
    return rc;
}

/* In company nobody knows who it was: everyone is compiled again alone. */
static void unit_failed(ts_unit *u, const char *why)
{
    ts_status status = u->compile.timed_out ? TS_STATUS_TIMED_OUT : TS_STATUS_COMPILE_FAILED;
    for (size_t i = 0; i < u->count; i++) {
        if (u->count == 1) {
            ts_job_fail(u->jobs[i], status, why);
        } else {
            u->jobs[i]->alone = true;
            u->jobs[i]->state = TS_JOB_QUEUED;
        }
    }
}

static int unit_finished(ts_hardware *h, ts_unit *u, int outcome)
{
    double share = (double)(ts_now_ns() - u->compile.started_ns) * 1e-9 / (double)u->count;
    int rc = TS_OK;
    for (size_t i = 0; i < u->count; i++)
        u->jobs[i]->result.times.compile += share;
    if (outcome < 0)
        unit_failed(u, ts_error());
    for (size_t i = 0; i < u->count && outcome == 1 && rc == TS_OK; i++) {
        /* Later ones link to what the first put into the cache, which is on the cache's own file system. */
        const ts_job *before = i > 0 ? u->jobs[i - 1] : NULL;
        rc = install(h, u->jobs[i],
                     before && !before->object_is_ours ? before->object : u->compile.object_path);
    }
    return rc;
}

/* ---- the reference --------------------------------------------------------------------------- */

static const char *reference_flags(const ts_hardware *h)
{
    return h->reference_is_plain ? "-O3" : "-O3 -march=native";
}

static int reference_id(const ts_hardware *h, const char *text, char id[TS_VARIANT_ID])
{
    char hex[TS_HASH_HEX];
    const char *identity;
    ts_hash hash;
    int rc = ts_compiler_identity(h->reference_compiler, &identity);
    if (rc != TS_OK)
        return rc;
    ts_hash_begin(&hash);
    ts_hash_add_text(&hash, "reference");
    ts_hash_add_text(&hash, text);
    ts_hash_add_text(&hash, identity);
    ts_hash_add_text(&hash, reference_flags(h));
    ts_hash_add_text(&hash, h->target->fingerprint ? h->target->fingerprint : ""); /* what "native" means */
    ts_hash_end(&hash, hex);
    memcpy(id, hex, TS_VARIANT_ID - 1);
    id[TS_VARIANT_ID - 1] = '\0';
    return TS_OK;
}

static int start_reference(ts_hardware *h)
{
    char id[TS_VARIANT_ID], path[4096];
    ts_str text = TS_STR_INIT;
    int rc = ts_reference_source(h->problem, &text);
    if (rc == TS_OK)
        rc = reference_id(h, ts_str_text(&text), id);
    if (rc == TS_OK && !h->options.no_cache && ts_cache_find(id, path, sizeof path)) {
        h->reference_object = strdup(path);
        h->reference_state = TS_REFERENCE_COMPILED;
        rc = h->reference_object ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while finding the reference");
    } else if (rc == TS_OK) {
        ts_unit *u = &h->units[h->unit_count];
        *u = (ts_unit){.count = 0};
        ts_compile_request request = {.scratch = h->scratch,
                                      .name = id,
                                      .compiler = h->reference_compiler,
                                      .flags = reference_flags(h),
                                      .source = ts_str_text(&text),
                                      .cpu = -1};
        rc = ts_compile_start(&request, &u->compile);
        h->unit_count += rc == TS_OK;
        h->reference_state = TS_REFERENCE_COMPILING;
    }
    ts_str_free(&text);
    return rc;
}

static int reference_finished(ts_hardware *h, ts_unit *u, int outcome)
{
    char path[4096];
    const char *slash = strrchr(u->compile.folder, '/');
    if (outcome < 0 && !h->reference_is_plain) {
        h->reference_is_plain = true; /* -march=native isn't known everywhere */
        h->reference_state = TS_REFERENCE_NONE;
        return TS_OK;
    }
    if (outcome < 0)
        return ts_fail(TS_EINPUT, "%s doesn't compile: %s", h->problem->kernel->reference, ts_error());
    if (!h->options.no_cache && ts_cache_put(slash + 1, u->compile.object_path) == TS_OK &&
        ts_cache_find(slash + 1, path, sizeof path))
        h->reference_object = strdup(path);
    else {
        h->reference_object = ts_asprintf("%s/reference.so", h->scratch);
        if (h->reference_object && link(u->compile.object_path, h->reference_object) != 0)
            return ts_fail(TS_ESYSTEM, "cannot create %s: %s", h->reference_object, strerror(errno));
    }
    h->reference_state = TS_REFERENCE_COMPILED;
    return h->reference_object ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while building the reference");
}

/* The compiler of the first variant builds the reference too; where that variant has none, whichever runs. */
static int choose_reference_compiler(ts_hardware *h)
{
    static const char *const usual[] = {"cc", "gcc", "clang"};
    const char *name = NULL;
    for (size_t i = 0; i < h->jobs.count && !name; i++)
        name = h->jobs.items[i]->state == TS_JOB_FINISHED ? NULL : h->jobs.items[i]->variant.compiler;
    if (!name)
        return TS_OK;
    for (size_t i = 0; i < sizeof usual / sizeof *usual && !ts_compiler_exists(name); i++)
        name = usual[i];
    h->reference_compiler = strdup(name);
    return h->reference_compiler ? TS_OK : ts_fail(TS_ENOMEM, "out of memory while choosing a compiler");
}

/* ---- all of it ------------------------------------------------------------------------------- */

static int take_in_units(ts_hardware *h)
{
    int rc = TS_OK;
    for (size_t i = 0; i < h->unit_count && rc == TS_OK;) {
        ts_unit u = h->units[i];
        int outcome = ts_compile_poll(&h->units[i].compile, false,
                                      unit_seconds + seconds_per_variant * (double)u.count);
        if (outcome == 0) {
            i++;
            continue;
        }
        u = h->units[i];
        h->units[i] = h->units[--h->unit_count];
        rc = u.count ? unit_finished(h, &u, outcome) : reference_finished(h, &u, outcome);
        ts_compile_clear(&u.compile);
    }
    return rc;
}

/* What was built before needs no compiler to be free. */
static void look_up(ts_hardware *h)
{
    for (size_t i = 0; i < h->jobs.count; i++) {
        ts_job *job = h->jobs.items[i];
        if (job->state == TS_JOB_QUEUED && !job->looked) {
            job->looked = true;
            find_object(h, job);
        }
    }
}

/* Threads that wait for each other suffer from a compiler on one of their CPUs: where they have them all, the
 * two take turns. */
static bool worker_needs_all(const ts_hardware *h)
{
    return h->worker.pid > 0 && !h->affinity_narrowed && ts_problem_threads(h->problem) > 1;
}

static int start_units(ts_hardware *h)
{
    while (!worker_needs_all(h) && free_places(h) > 0) {
        ts_unit u = {.guest = regular_units(h) >= h->max_units};
        form_unit(h, &u);
        if (u.count == 0)
            return TS_OK;
        int rc = start_unit(h, &u);
        if (rc != TS_OK)
            return rc;
        h->units[h->unit_count++] = u;
    }
    return TS_OK;
}

int ts_hardware_build(ts_hardware *h)
{
    int rc = take_in_units(h);
    if (rc == TS_OK && h->reference_state == TS_REFERENCE_NONE && !h->reference_compiler)
        rc = choose_reference_compiler(h);
    if (rc == TS_OK && h->reference_state == TS_REFERENCE_NONE && h->reference_compiler)
        rc = start_reference(h);
    look_up(h);
    return rc == TS_OK ? start_units(h) : rc;
}
