/* Adaptation: the policy on simulated times, and the whole way on an injected clock. */
#include "runtime/live.h"
#include "runtime_fixture.h"
#include <math.h>
#include <pthread.h>

/* ---- the policy
 * --------------------------------------------------------------------------------------------- */

typedef struct script {
    double before[TSRT_ARMS], after[TSRT_ARMS]; /**< true seconds of each arm, before and after `change` */
    size_t arms, right;                         /**< which is best afterwards */
    int calls, change;
} script;

typedef struct played {
    double regret; /**< share of time lost against the best arm of each moment */
    int explored, moved;
} played;

/* Deterministic noise: 3 % normal (sum of twelve uniforms), and one call in a hundred interrupted. */
static double noise(uint64_t *state)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        sum += (double)(*state >> 33) / 2147483648.0;
    }
    return exp(0.03 * sum) * (*state >> 40 & 127 ? 1 : 1.6);
}

static double best_of(const double *times, size_t count)
{
    double best = times[0];
    for (size_t i = 1; i < count; i++)
        best = times[i] < best ? times[i] : best;
    return best;
}

static played play(const script *s, uint64_t seed)
{
    tsrt_bandit b;
    played out = {.moved = -1};
    double spent = 0, least = 0;
    tsrt_bandit_init(&b, s->arms, 0);
    for (int i = 0; i < s->calls; i++) {
        const double *times = i < s->change ? s->before : s->after;
        size_t arm = tsrt_bandit_pick(&b);
        out.explored += arm != b.chosen;
        assert_true(out.explored <= 0.02 * (i + 1));
        double seconds = 1e-4 * times[arm] * noise(&seed);
        tsrt_bandit_observe(&b, arm, seconds, seconds);
        spent += times[arm];
        least += best_of(times, s->arms);
        if (i >= s->change && out.moved < 0 && b.chosen == s->right)
            out.moved = i - s->change;
    }
    out.regret = spent / least - 1;
    return out;
}

/* The stored winner becomes 30 % slower: within 200 calls the runtime has moved, and lost 5 % at most. */
static void test_moves_when_the_winner_slows_down(void **state)
{
    (void)state;
    const script s = {{1, 1.02, 1.25, 1.6}, {1.3, 1.02, 1.25, 1.6}, 4, 1, 2400, 400};
    for (uint64_t seed = 1; seed <= 200; seed++) {
        played p = play(&s, seed);
        if (p.moved < 0 || p.moved > 200 || p.regret > 0.05)
            fail_msg("seed %d: moved after %d calls, regret %.3f", (int)seed, p.moved, p.regret);
    }
}

/* It was 30 % slower all along: what the database says is wrong here. */
static void test_moves_when_the_database_is_wrong(void **state)
{
    (void)state;
    const script s = {{1.3, 1, 1.25, 1.6}, {1.3, 1, 1.25, 1.6}, 4, 1, 2000, 0};
    int late = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        played p = play(&s, seed);
        late += p.moved < 0 || p.moved > 200;
        assert_true(p.regret <= 0.05);
    }
    assert_true(late <= 4); /* where the one trial in time was interrupted */
}

static void test_loses_little_without_a_change(void **state)
{
    (void)state;
    const script s = {{1, 1.01, 1.3, 2.5}, {1, 1.01, 1.3, 2.5}, 4, 0, 2400, 2400};
    for (uint64_t seed = 1; seed <= 200; seed++)
        assert_true(play(&s, seed).regret <= 0.02);
}

/* The whole machine slows down: no arm is better than before, none is chosen for its old times. */
static void test_a_slower_clock_changes_nothing(void **state)
{
    (void)state;
    const script s = {{1, 1.05, 1.3}, {1.4, 1.47, 1.82}, 3, 0, 3000, 1500};
    for (uint64_t seed = 1; seed <= 100; seed++)
        assert_true(play(&s, seed).regret <= 0.02);
}

/* Arm 1 needs less energy and misses 2 ms; arm 2 needs less than arm 0 and doesn't. */
static void test_least_energy_that_meets_the_deadline(void **state)
{
    (void)state;
    const double joules[] = {1.0, 0.5, 0.8}, seconds[] = {1.0e-3, 3.0e-3, 1.8e-3};
    for (int tight = 0; tight < 2; tight++) {
        tsrt_bandit b;
        uint64_t seed = 7;
        tsrt_bandit_init(&b, 3, tight ? 2e-3 : 0);
        for (int i = 0; i < 3000; i++) {
            size_t arm = tsrt_bandit_pick(&b);
            double x = noise(&seed);
            tsrt_bandit_observe(&b, arm, joules[arm] * x, seconds[arm] * x);
        }
        assert_int_equal(b.chosen, tight ? 2 : 1);
    }
}

static void test_nonsense_is_no_observation(void **state)
{
    (void)state;
    tsrt_bandit b;
    tsrt_bandit_init(&b, 2, 0);
    const double bad[] = {0, -1, NAN, INFINITY};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(tsrt_bandit_observe(&b, 0, bad[i], bad[i]), 0);
    assert_true(b.spent == 0 && b.settled == 0);
    tsrt_bandit_reject(&b, 1);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(tsrt_bandit_pick(&b), 0);
        tsrt_bandit_observe(&b, 0, 1e-3, 1e-3);
    }
}

/* ---- the whole way
 * ------------------------------------------------------------------------------------------ */

enum { SIZE = 48 };

/* A right product that leaves its letter in the workspace; the clock reads it there. `wrong` leaves an
 * element out. */
static char *product_source(char letter, bool wrong)
{
    char id[33];
    variant_id(letter, id);
    return sqlite3_mprintf(
        "#include <stdint.h>\n"
        "void ts_v_%s(int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,\n"
        "             const float *b, int64_t ldb, float beta, float *c, int64_t ldc, void *workspace) {\n"
        "  *(char *)workspace = '%c';\n"
        "  for (int64_t i = 0; i < m; i++) for (int64_t j = 0; j < n; j++) {\n"
        "    float sum = 0;\n"
        "    for (int64_t l = 0; l < k - %d; l++) sum += a[i * lda + l] * b[l * ldb + j];\n"
        "    c[i * ldc + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * ldc + j]); } }\n",
        id, letter, (int)wrong);
}

static void add_product(fixture *f, const char *problem, char letter, bool wrong)
{
    char *source = product_source(letter, wrong);
    fixture_add(
        f, (winner){.problem = problem, .letter = letter, .source = source, .workspace = 64, .flops = 2e5});
    sqlite3_free(source);
}

static double now, cost_of[256];

/* Time passes by what ran last. */
static double scripted_clock(void)
{
    const char *last = tsrt_workspace(64, false);
    now += cost_of[(unsigned char)last[0]] / 2;
    return now;
}

static ts_rt *open_adaptive(const fixture *f)
{
    const ts_rt_options options = {.database = f->database, .flags = TS_RT_ADAPT};
    ts_rt *rt = NULL;
    assert_int_equal(ts_rt_open_with(&options, &rt), 0);
    rt->clock = scripted_clock;
    *(char *)tsrt_workspace(64, false) = 0;
    return rt;
}

/* Multiply `calls` times; results must be right every time. Which variant ran last, by majority of the
 * last 50. */
static char multiply(ts_rt *rt, int calls)
{
    static float a[SIZE * SIZE], b[SIZE * SIZE], c[SIZE * SIZE];
    int seen[256] = {0};
    for (int i = 0; i < SIZE * SIZE; i++) {
        a[i] = (float)(i % 7) - 3;
        b[i] = (float)(i % 5) - 2;
    }
    double want = 0;
    for (int l = 0; l < SIZE; l++)
        want += (double)a[SIZE + l] * (double)b[l * SIZE + 2];
    for (int i = 0; i < calls; i++) {
        for (int j = 0; j < SIZE * SIZE; j++)
            c[j] = 1;
        assert_int_equal(ts_rt_gemm_f32(rt, SIZE, SIZE, SIZE, 2, a, SIZE, b, SIZE, 3, c, SIZE), 0);
        assert_true(fabs((double)c[SIZE + 2] - (2 * want + 3)) < 1e-3);
        if (i >= calls - 50)
            seen[*(unsigned char *)tsrt_workspace(64, false)]++;
    }
    int best = 'a';
    for (int i = 0; i < 256; i++)
        best = seen[i] > seen[best] ? i : best;
    return (char)best;
}

/* The cache must hold what adaptation may try: it compiles nothing while the program runs. */
static void build_all(const fixture *f)
{
    ts_rt *rt = fixture_runtime(f);
    const int64_t sizes[] = {48, 64, 32, 96};
    for (size_t i = 0; i < 4; i++)
        find_gemm(rt, "f32", sizes[i], sizes[i], sizes[i], 0, 0);
    ts_rt_close(rt);
}

static void add_candidates(fixture *f)
{
    add_product(f, "m=48,n=48,k=48,ta=0,tb=0", 'a', false);
    add_product(f, "m=64,n=64,k=64,ta=0,tb=0", 'b', false);
    add_product(f, "m=32,n=32,k=32,ta=0,tb=0", 'c', true);
    fixture_sql(f,
                "CREATE TABLE learned(fingerprint, kernel, type, problem, variant, calls, seconds, updated, "
                "PRIMARY KEY (fingerprint, kernel, type, problem, variant))");
    build_all(f);
    for (int i = 0; i < 256; i++)
        cost_of[i] = 1e-4;
}

static int count_of(fixture *f, const char *sql)
{
    sqlite3_stmt *row;
    assert_int_equal(sqlite3_prepare_v2(f->db, sql, -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    int value = sqlite3_column_int(row, 0);
    sqlite3_finalize(row);
    return value;
}

static void test_live_calls(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_candidates(f);
    ts_rt *rt = open_adaptive(f);
    ts_rt_stats stats;
    cost_of['b'] = 1.1e-4;
    cost_of['c'] = 0.5e-4; /* fast, because it is wrong */
    assert_int_equal(multiply(rt, 600), 'a');
    assert_int_equal(ts_rt_stats_read(rt, &stats), 0);
    assert_int_equal(stats.rejected, 1);
    assert_int_equal(stats.switches, 0);
    assert_true(stats.explorations >= 2 && stats.explorations <= 12);
    cost_of['a'] = 1.3e-4 * 1.1;
    assert_int_equal(multiply(rt, 250), 'b');
    ts_rt_stats_read(rt, &stats);
    assert_int_equal(stats.switches, 1);
    assert_true(stats.drifts >= 1);
    ts_rt_close(rt);
    assert_int_equal(count_of(f, "SELECT count(*) FROM learned"), 2);
    assert_int_equal(count_of(f, "SELECT count(*) FROM learned WHERE variant LIKE 'c%'"), 0);
    assert_int_equal(count_of(f, "SELECT min(seconds) = max(seconds) FROM w"), 1);
    fixture_close(f);
}

/* A second process adds its evidence to the first one's; a read-only one adds nothing. */
static void test_lessons_add_up(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_candidates(f);
    ts_rt *rt = open_adaptive(f);
    multiply(rt, 300);
    ts_rt_close(rt);
    int calls = count_of(f, "SELECT calls FROM learned WHERE variant LIKE 'a%'");
    assert_true(calls > 200);
    rt = open_adaptive(f);
    multiply(rt, 300);
    const char *why;
    assert_int_equal(ts_rt_learn(rt, &why), 0);
    assert_int_equal(ts_rt_learn(rt, &why), 0); /* nothing new: nothing is added twice */
    ts_rt_close(rt);
    assert_true(count_of(f, "SELECT calls FROM learned WHERE variant LIKE 'a%'") > calls + 200);
    calls = count_of(f, "SELECT calls FROM learned WHERE variant LIKE 'a%'");
    setenv("TILESMITH_RT", "readonly,adapt", 1);
    rt = open_adaptive(f);
    multiply(rt, 300);
    ts_rt_close(rt);
    unsetenv("TILESMITH_RT");
    assert_int_equal(count_of(f, "SELECT calls FROM learned WHERE variant LIKE 'a%'"), calls);
    fixture_close(f);
}

static void test_a_file_without_the_table_says_so(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    add_candidates(f);
    fixture_sql(f, "PRAGMA user_version=2");
    ts_rt *rt = open_adaptive(f);
    multiply(rt, 100);
    const char *why;
    assert_int_equal(ts_rt_learn(rt, &why), -1);
    assert_says(why, "schema 2");
    ts_rt_close(rt);
    fixture_close(f);
}

static void *multiply_alone(void *context)
{
    static _Thread_local float a[SIZE * SIZE], c[SIZE * SIZE];
    for (int i = 0; i < SIZE * SIZE; i++)
        a[i] = 1;
    for (int i = 0; i < 2000; i++)
        if (ts_rt_gemm_f32(context, SIZE, SIZE, SIZE, 1, a, SIZE, a, SIZE, 0, c, SIZE) != 0 || c[5] != SIZE)
            return context;
    return NULL;
}

/* One is observed at a time, all get right results, and nothing is counted twice or lost. */
static void test_threads(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    fixture *f = fixture_open();
    add_candidates(f);
    const ts_rt_options options = {.database = f->database, .flags = TS_RT_ADAPT};
    ts_rt *rt = NULL;
    pthread_t threads[THREADS];
    ts_rt_stats stats;
    assert_int_equal(ts_rt_open_with(&options, &rt), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, multiply_alone, rt), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    ts_rt_stats_read(rt, &stats);
    assert_int_equal(stats.calls, THREADS * 2000);
    assert_true(stats.explorations <= 0.02 * THREADS * 2000);
    ts_rt_close(rt);
    fixture_close(f);
}

static void test_energy_is_said_to_be_unavailable(void **state)
{
    (void)state;
    fixture *f = fixture_open();
    ts_rt_options options = {
        .database = f->database, .flags = TS_RT_ADAPT, .objective = TS_RT_LEAST_ENERGY, .deadline = 2e-3};
    ts_rt *rt = NULL;
    assert_int_equal(ts_rt_open_with(&options, &rt), 0);
    if (rt->energy_file == NULL)
        assert_says(ts_rt_status(rt), "energy is unavailable");
    char folder[160], command[200];
    snprintf(folder, sizeof folder, "%s/intel-rapl:0", f->folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(command, sizeof command, "%s/energy_uj", folder);
    FILE *file = fopen(command, "w");
    assert_non_null(file);
    fputs("123456\n", file);
    fclose(file);
    tsrt_energy_open(rt, f->folder);
    assert_true(tsrt_energy_read(rt) == 123456);
    ts_rt_close(rt);
    fixture_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves_when_the_winner_slows_down),
        cmocka_unit_test(test_moves_when_the_database_is_wrong),
        cmocka_unit_test(test_loses_little_without_a_change),
        cmocka_unit_test(test_a_slower_clock_changes_nothing),
        cmocka_unit_test(test_least_energy_that_meets_the_deadline),
        cmocka_unit_test(test_nonsense_is_no_observation),
        cmocka_unit_test(test_live_calls),
        cmocka_unit_test(test_lessons_add_up),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_a_file_without_the_table_says_so),
        cmocka_unit_test(test_energy_is_said_to_be_unavailable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
