/* Every cost model passes the same tests on every shipped target that it speaks of: a finite positive time
 * that no bound contradicts, or one sentence; better machines are never slower; the same draw gives the same
 * numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/model_fixture.h"

static const struct {
    const char *kernel, *shape;
} questions[] = {
    {"gemm", "m=512,n=512,k=512"},
    {"gemm", "m=1,n=1,k=1"},
    {"gemm", "m=97,n=101,k=103"},
    {"gemm", "m=4096,n=4096,k=4096"},
    {"gemm_bf16", "m=128,n=768,k=768"},
    {"gemm_int8", "m=128,n=768,k=768"},
    {"gemm_batched", "batch=100,m=8,n=8,k=8"},
    {"gemv", "m=4096,n=4096"},
    {"conv2d", "h=56,w=56,c=64,k=64,pad=1"},
    {"attention", "heads=12,q=1,kv=1024,d=64,causal=1"},
    {"attention", "heads=12,q=512,kv=512,d=64"},
    {"softmax", "m=512,n=512"},
    {"layernorm", "m=512,n=768"},
    {"stencil2d", "m=1024,n=1024,steps=4"},
    {"spmv", "rows=4096,cols=4096,nnz=65536"},
    {"transpose", "m=2048,n=2048"},
    {"triad", "n=16777216"},
};
enum { QUESTIONS = sizeof questions / sizeof *questions, REFUSED = 0, ANSWERED = 1 };

/* One model on one target. */
typedef struct subject {
    const ts_model *model;
    const ts_target *target;
    ts_facts *facts;
    const ts_problem *problem;
    const ts_work *work;
    bool in_network;
} subject;

static void blame(const subject *s, const char *what)
{
    fail_msg("%s on %s, %s: %s", s->model->name, s->target->name, s->problem->kernel->name, what);
}

static bool run_model(const subject *s, ts_prediction *p)
{
    ts_model_call call = {.problem = s->problem,
                          .work = s->work,
                          .in_network = s->in_network,
                          .network_bytes = s->in_network ? 1e9 : 0};
    int rc = ts_model_run(s->model, &call, s->facts, p);
    if (rc == 0)
        return true;
    if (rc != TS_EINPUT && rc != TS_ENOTFOUND)
        blame(s, ts_error());
    if (strlen(ts_error()) < 20 || strchr(ts_error(), '\n'))
        blame(s, "a refusal is one sentence");
    return false;
}

static void check_numbers(const subject *s, const ts_prediction *p)
{
    if (!isfinite(p->seconds) || p->seconds <= 0)
        blame(s, "the time is no positive number");
    if (!(isnan(p->joules) ? p->no_energy[0] != '\0' : p->joules > 0))
        blame(s, "the energy is neither positive nor explained");
    if (!p->bound[0] || !p->as_type[0])
        blame(s, "what binds, or the type, is not said");
    if (p->compute_seconds > p->seconds * (1 + 1e-9))
        blame(s, "faster than it computes");
    if (p->flops > 0 && p->peak > 0 && p->utilization > 1 + 1e-9)
        blame(s, "more than the peak");
    for (size_t i = 0; i < p->level_count; i++)
        if (!(p->levels[i].bytes >= 0) || !p->levels[i].name[0])
            blame(s, "a level without bytes or name");
}

static bool ends(const char *name, const char *end)
{
    size_t n = strlen(name), e = strlen(end);
    return n >= e && strcmp(name + n - e, end) == 0;
}

/* What a machine is better for having more of (or less, where it is a time); geometry is not: a wider array
 * takes longer to fill. */
static bool is_resource(const char *name)
{
    static const char *const more[] = {".bandwidth",     ".total",   ".rate",   ".io",     "clock.core",
                                       "array.count",    "l1d.size", "l2.size", "l3.size", "cluster.nodes",
                                       "photonic.tiles", ".latency", ".delay",  ".launch"};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (ends(name, more[i]))
            return strncmp(name, "fma", 3) != 0;
    return strncmp(name, "peak.", 5) == 0 || strncmp(name, "operations.", 11) == 0;
}

static void check_better_machines(const subject *s, const ts_prediction *p)
{
    for (size_t i = 0; i < s->target->count; i++) {
        const char *name = s->target->attributes[i].name;
        ts_prediction better;
        if (!is_resource(name))
            continue;
        assert_int_equal(ts_facts_scale(s->facts, name, ts_twice_as_good(name)), 0);
        if (!run_model(s, &better))
            blame(s, ts_error());
        assert_int_equal(ts_facts_scale(s->facts, name, 1), 0);
        if (better.seconds > p->seconds * (1 + 1e-9))
            fail_msg("%s on %s, %s: twice the %s is slower: %g s for %g s", s->model->name, s->target->name,
                     s->problem->kernel->name, name, better.seconds, p->seconds);
    }
}

static void check_draws(const subject *s, const ts_prediction *p)
{
    ts_prediction a, b;
    ts_facts_draw(s->facts, 7);
    assert_int_equal(run_model(s, &a), ANSWERED);
    ts_facts_draw(s->facts, 8);
    assert_int_equal(run_model(s, &b), ANSWERED);
    check_numbers(s, &b);
    ts_facts_draw(s->facts, 7);
    assert_int_equal(run_model(s, &b), ANSWERED);
    if (a.seconds != b.seconds)
        blame(s, "the same draw gives other numbers");
    ts_facts_draw(s->facts, 0);
    assert_int_equal(run_model(s, &b), ANSWERED);
    if (b.seconds != p->seconds)
        blame(s, "the stated values give other numbers after a draw");
}

static bool check_question(const subject *s)
{
    ts_prediction p;
    if (!run_model(s, &p))
        return REFUSED;
    check_numbers(s, &p);
    check_better_machines(s, &p);
    check_draws(s, &p);
    return ANSWERED;
}

static size_t ask_all(const ts_model *model, const ts_target *target, ts_kernel *const *kernels)
{
    size_t answered = 0;
    ts_facts *facts;
    assert_int_equal(ts_facts_open(target, &facts), 0);
    for (size_t i = 0; i < QUESTIONS; i++) {
        ts_problem problem = problem_of(kernels[i], NULL, questions[i].shape);
        ts_work work;
        assert_int_equal(ts_work_of(&problem, &work), 0);
        subject s = {model, target, facts, &problem, &work, false};
        answered += check_question(&s);
        s.in_network = true;
        answered += check_question(&s);
    }
    ts_facts_close(facts);
    return answered;
}

/* The name of a target that says too little to compute with: a class of machines. */
static bool is_class(const char *name)
{
    return strncmp(name, "generic-", 8) == 0;
}

static void test_models_on_all_targets(void **state)
{
    (void)state;
    char **names;
    size_t count;
    ts_kernel *kernels[QUESTIONS];
    for (size_t i = 0; i < QUESTIONS; i++)
        kernels[i] = loaded_kernel(questions[i].kernel);
    assert_int_equal(ts_target_list(&names, &count), 0);
    for (size_t i = 0; i < count; i++) {
        ts_target *target;
        const ts_model *own;
        assert_int_equal(ts_target_load(names[i], &target), 0);
        assert_int_equal(ts_model_find(NULL, target, &own), 0);
        for (const ts_model *const *m = ts_models; *m; m++) {
            if ((*m)->kind && strcmp((*m)->kind, target->kind) != 0)
                continue;
            size_t answered = ask_all(*m, target, kernels);
            if (answered == 0 && *m == own && !is_class(names[i]))
                fail_msg("%s answers nothing on %s: %s", (*m)->name, names[i], ts_error());
        }
        ts_target_free(target);
    }
    ts_name_list_free(names, count);
    for (size_t i = 0; i < QUESTIONS; i++)
        ts_kernel_free(kernels[i]);
}

static void test_models_describe_themselves(void **state)
{
    (void)state;
    for (const ts_model *const *m = ts_models; *m; m++) {
        assert_non_null((*m)->predict);
        assert_true(strlen((*m)->name) > 0 && strlen((*m)->summary) > 10 && strlen((*m)->source) > 10);
        if (m != ts_models)
            assert_true(strcmp(m[-1]->name, (*m)->name) < 0);
    }
}

/* Each shipped workload on each described machine: an answer, or a sentence that names what is missing. */
static void test_workloads_on_all_targets(void **state)
{
    (void)state;
    char **targets, **workloads;
    size_t target_count, workload_count, answered = 0, asked_for = 0;
    assert_int_equal(ts_target_list(&targets, &target_count), 0);
    assert_int_equal(ts_workload_list(&workloads, &workload_count), 0);
    for (size_t w = 0; w < workload_count; w++) {
        ts_workload *workload;
        assert_int_equal(ts_workload_load(workloads[w], &workload), 0);
        for (size_t t = 0; t < target_count; t++) {
            double seconds[8], joules[8];
            ts_target *target;
            ts_facts *facts;
            assert_int_equal(ts_target_load(targets[t], &target), 0);
            assert_int_equal(ts_facts_open(target, &facts), 0);
            int rc = ts_predict_workload(NULL, workload, facts, 8, seconds, joules, NULL);
            asked_for += !is_class(targets[t]);
            answered += rc == 0;
            for (size_t i = 0; i < 8 && rc == 0; i++)
                assert_true(isfinite(seconds[i]) && seconds[i] > 0 && (isnan(joules[i]) || joules[i] > 0));
            ts_facts_close(facts);
            ts_target_free(target);
        }
        ts_workload_free(workload);
    }
    if (answered < asked_for)
        fail_msg("%zu of %zu answered", answered, asked_for);
    ts_name_list_free(targets, target_count);
    ts_name_list_free(workloads, workload_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models_describe_themselves),
        cmocka_unit_test(test_models_on_all_targets),
        cmocka_unit_test(test_workloads_on_all_targets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
