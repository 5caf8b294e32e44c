/*
 * How long spaces take to build, count and index, beside brute force in the same run; a table in Markdown.
 * Every figure is checked: counts against brute force, a closed form or the recording, drawn configurations
 * against the restrictions. Usage: spaces [RECORDING…]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/recording.h"
#include "core/space.h"
#include "util/clock.h"

enum { MAX_PARAMS = 16, MAX_RULES = 10, DRAWS = 100000, MEGA = 1000000 };

/* A space to build: domains and restrictions, and how many configurations it must have. */
typedef struct subject {
    const char *name;
    ts_space_param_spec params[MAX_PARAMS];
    size_t param_count;
    const char *rules[MAX_RULES + 1]; /* NULL-terminated */
    double expected;
    const ts_recording *recording; /* must hold the same configurations; NULL for synthetic ones */
} subject;

/* The same, ready to build. */
typedef struct draft {
    ts_names *names;
    ts_expr *exprs[MAX_RULES];
    size_t count;
    ts_value slots[MAX_PARAMS];
} draft;

static void die(const char *name, const char *why)
{
    fprintf(stderr, "spaces: %s: %s\n", name, why);
    exit(1);
}

/*
 * Restrictions of public recorded kernels, for recordings whose parameters they mention: CLBlast's for Xgemm
 * (Nugteren, IWOCL 2018), those of Kernel Tuner's dedispersion and convolution examples.
 */
static const struct {
    const char *kernel, *rules[MAX_RULES];
} known_rules[] = {
    {"Xgemm",
     {"KWG % KWI == 0", "MWG % (MDIMC*VWM) == 0", "NWG % (NDIMC*VWN) == 0", "MWG % (MDIMA*VWM) == 0",
      "NWG % (NDIMB*VWN) == 0", "KWG % ((MDIMC*NDIMC)/MDIMA) == 0", "KWG % ((MDIMC*NDIMC)/NDIMB) == 0"}},
    {"dedispersion_kernel",
     {"block_size_x*block_size_y*block_size_z <= 1024", "block_size_x*block_size_y >= 32",
      "tile_stride_x == 0 || tile_size_x > 1", "tile_stride_y == 0 || tile_size_y > 1"}},
    {"convolution_kernel",
     {"block_size_x*block_size_y <= 1024", "use_padding == 0 || (use_shmem == 1 && block_size_x % 32 != 0)",
      "use_shmem == 0 || (block_size_x*tile_size_x + 14)*(block_size_y*tile_size_y + 14)*4 <= 49152"}},
    {"convolution_kernel",
     {"block_size_x*block_size_y <= 1024", "use_padding == 0 || block_size_x % 32 != 0",
      "(block_size_x*tile_size_x + 14)*(block_size_y*tile_size_y + 14)*4 <= 49152"}},
    {"convolution_kernel",
     {"block_size_x*block_size_y <= 1024", "block_size_x*block_size_y >= 64",
      "tile_size_x*tile_size_y < 30"}},
};

/* ---- building
 * ------------------------------------------------------------------------------------------------ */

static bool make_draft(subject *s, draft *d)
{
    *d = (draft){.count = 0};
    if (ts_names_new(&d->names))
        die(s->name, ts_error());
    for (size_t i = 0; i < s->param_count; i++)
        if (ts_names_add(d->names, s->params[i].name, &s->params[i].slot))
            die(s->name, ts_error());
    for (; s->rules[d->count]; d->count++)
        if (ts_expr_parse(s->rules[d->count], (ts_place){s->name, 1, 1}, d->names, &d->exprs[d->count]))
            return false;
    return true;
}

static void drop_draft(draft *d)
{
    for (size_t i = 0; i < d->count; i++)
        ts_expr_free(d->exprs[i]);
    ts_names_free(d->names);
}

static ts_space *build(const subject *s, const draft *d)
{
    ts_space *space;
    const ts_value known[MAX_PARAMS] = {{.kind = TS_NONE}};
    ts_space_spec spec = {s->params, s->param_count, (const ts_expr *const *)d->exprs,
                          d->count,  known,          s->param_count};
    if (ts_space_build(&spec, &space))
        die(s->name, ts_error());
    return space;
}

static bool valid(const subject *s, draft *d, const uint16_t *ordinals)
{
    bool holds = true;
    for (size_t i = 0; i < s->param_count; i++)
        d->slots[s->params[i].slot] = s->params[i].values[ordinals[i]];
    for (size_t r = 0; holds && r < d->count; r++)
        if (ts_expr_test(d->exprs[r], d->slots, &holds))
            die(s->name, ts_error());
    return holds;
}

/* ---- brute force
 * ------------------------------------------------------------------------------------------------ */

/* The whole product, or its first `limit` combinations; returns how many were tried. */
static double brute_force(const subject *s, draft *d, double limit, double *found)
{
    uint16_t ordinals[MAX_PARAMS] = {0};
    double tried = 0;
    for (*found = 0; tried < limit;) {
        tried++;
        *found += valid(s, d, ordinals);
        size_t i = s->param_count;
        while (i > 0 && ++ordinals[i - 1] == s->params[i - 1].count)
            ordinals[--i] = 0;
        if (i == 0)
            break;
    }
    return tried;
}

/* ---- checks
 * ----------------------------------------------------------------------------------------------------- */

/* Random configurations are valid and lead back to their index; returns microseconds for a draw. */
static double draw(const subject *s, draft *d, const ts_space *space)
{
    uint16_t ordinals[MAX_PARAMS], checksum = 0;
    ts_rng rng;
    ts_rng_seed(&rng, 1);
    double begin = ts_now();
    for (size_t i = 0; i < DRAWS; i++) {
        ts_space_decode(space, ts_rng_below(&rng, ts_space_count(space)), ordinals);
        checksum ^= ordinals[0];
    }
    double each = (ts_now() - begin) / DRAWS * 1e6;
    for (size_t i = 0; i < 2000; i++) {
        uint64_t config = ts_rng_below(&rng, ts_space_count(space)), back;
        ts_space_decode(space, config, ordinals);
        if (!valid(s, d, ordinals) || !ts_space_encode(space, ordinals, &back) || back != config)
            die(s->name, "a drawn configuration is wrong");
    }
    return checksum > 65534 ? NAN : each;
}

/* Values of both are ascending by construction, so ordinals mean the same. */
static bool same_configurations(const ts_recording *r, const ts_space *space)
{
    uint16_t ordinals[MAX_PARAMS];
    uint64_t config;
    if (ts_space_count(space) != r->count)
        return false;
    for (uint64_t i = 0; i < r->count; i++) {
        ts_space_decode(r->space, i, ordinals);
        if (!ts_space_encode(space, ordinals, &config))
            return false;
    }
    return true;
}

static double resident_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

/* ---- a row
 * ------------------------------------------------------------------------------------------------------- */

static void print_brute(double seconds, bool measured)
{
    if (measured)
        printf(" %.1f ms |", seconds * 1e3);
    else
        printf(" about %.0f years |", seconds / (365.25 * 86400));
}

static void measure(subject *s, draft *d)
{
    double raw = 1, best = INFINITY, found, before = resident_mib();
    ts_space *space = NULL;
    for (size_t i = 0; i < s->param_count; i++)
        raw *= (double)s->params[i].count;
    for (int round = 0; round < 3; round++) {
        ts_space_free(space);
        double begin = ts_now();
        space = build(s, d);
        best = fmin(best, ts_now() - begin);
    }
    double memory = resident_mib() - before, each = draw(s, d, space);
    double limit = raw <= MEGA ? raw : 2 * MEGA, begin = ts_now();
    double tried = brute_force(s, d, limit, &found), brute = (ts_now() - begin) / tried * raw;
    double count = (double)ts_space_count(space);
    if (count != s->expected || (tried >= raw && found != count))
        die(s->name, "the count is wrong");
    if (s->recording && !same_configurations(s->recording, space))
        die(s->name, "the recording has other configurations");
    printf("| %s | %.3g | %.0f | %.2f ms | %.1f | %.2f µs |", s->name, raw, count, best * 1e3, memory, each);
    print_brute(brute, tried >= raw);
    if (tried >= raw)
        printf(" %.0f |\n", brute / best);
    else
        printf(" %.1e |\n", brute / best);
    ts_space_free(space);
}

/* ---- subjects
 * ---------------------------------------------------------------------------------------------------- */

static void run_recording(const char *path)
{
    ts_recording *r;
    if (ts_recording_load(path, &r))
        die(path, ts_error());
    subject s = {.name = r->name,
                 .param_count = ts_space_params(r->space),
                 .expected = (double)r->count,
                 .recording = r};
    bool done = false;
    for (size_t i = 0; i < s.param_count && i < MAX_PARAMS; i++) {
        const ts_param *p = ts_space_param(r->space, i);
        s.params[i] =
            (ts_space_param_spec){.name = p->name, .kind = p->kind, .values = p->values, .count = p->count};
    }
    for (size_t k = 0; !done && s.param_count <= MAX_PARAMS && k < sizeof known_rules / sizeof *known_rules;
         k++) {
        draft d;
        if (strcmp(known_rules[k].kernel, r->kernel) != 0)
            continue;
        memcpy(s.rules, known_rules[k].rules, sizeof known_rules[k].rules);
        if (make_draft(&s, &d)) {
            ts_space *space = build(&s, &d);
            done = same_configurations(r, space);
            ts_space_free(space);
            if (done)
                measure(&s, &d);
        }
        drop_draft(&d);
    }
    if (!done)
        printf("| %s | %.3g | %llu | restrictions unknown | | | | |\n", r->name, ts_space_raw_count(r->space),
               (unsigned long long)r->count);
    ts_recording_free(r);
}

/* 15 parameters of 10 values: 10^15 combinations. */
static void fill_synthetic(subject *s)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h",
                                        "i", "j", "k", "l", "m", "n", "o"};
    static ts_value powers[10];
    for (int i = 0; i < 10; i++)
        powers[i] = (ts_value){.kind = TS_INT, .i = 1 << i};
    s->param_count = 15;
    for (size_t i = 0; i < 15; i++)
        s->params[i] =
            (ts_space_param_spec){.name = names[i], .kind = TS_PARAM_ORDINAL, .values = powers, .count = 10};
}

/*
 * Exponents of five tiles e1..e5, each with two divisors whose exponents add up to at most the tile's:
 * (e+1)(e+2)/2 ways; e1 + … + e5 <= 12.
 */
static double count_tiles(void)
{
    double ways[13] = {1};
    for (int tile = 0; tile < 5; tile++) {
        double next[13] = {0};
        for (int sum = 0; sum <= 12; sum++)
            for (int e = 0; e <= 9 && sum + e <= 12; e++)
                next[sum + e] += ways[sum] * (e + 1) * (e + 2) / 2;
        memcpy(ways, next, sizeof ways);
    }
    double total = 0;
    for (int sum = 0; sum <= 12; sum++)
        total += ways[sum];
    return total;
}

static void run_synthetic(subject *s)
{
    draft d;
    fill_synthetic(s);
    if (!make_draft(s, &d))
        die(s->name, ts_error());
    measure(s, &d);
    drop_draft(&d);
}

int main(int argc, char **argv)
{
    /* Compositions of 12 into 15 parts of at most 9: C(26,14) less those with a part of 10 or more, 15
     * C(16,14). */
    subject product = {.name = "synthetic: product of 15 is 4096",
                       .rules = {"a*b*c*d*e*f*g*h*i*j*k*l*m*n*o == 4096"},
                       .expected = 9657700.0 - 15.0 * 120.0};
    subject tiles = {.name = "synthetic: 5 tiles with 2 divisors each",
                     .rules = {"a % (b*c) == 0", "d % (e*f) == 0", "g % (h*i) == 0", "j % (k*l) == 0",
                               "m % (n*o) == 0", "a*d*g*j*m <= 4096"},
                     .expected = count_tiles()};
    printf("| space | combinations | valid | build and count | MiB | a random one | brute force | ratio |\n"
           "|---|--:|--:|--:|--:|--:|--:|--:|\n");
    run_synthetic(&product);
    run_synthetic(&tiles);
    for (int i = 1; i < argc; i++)
        run_recording(argv[i]);
    return 0;
}
