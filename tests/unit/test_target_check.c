/* Targets: mistakes and contradictions that are refused, and what models are given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/target.h"
#include "target_fixture.h"
#include "util/file.h"
#include "util/str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void mistakes_are_told_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *body, *expected;
    } cases[] = {
        {"<cache name='l1d'><size value='48K'/></cache>",
         "some.xml:2: Element 'size': The attribute 'unit' is required"},
        {"<cache name='l1d'><size value='48K' unit='KB'/></cache>", "some.xml:2: "},
        {"<cache name='L1'><size value='48K' unit='B'/></cache>", "some.xml:2: "},
        {"<cache name='l1d'><siez value='48K' unit='B'/></cache>", "some.xml:2: Element 'siez'"},
        {"<clock><core value='fast' unit='Hz'/></clock>", "some.xml:2: "},
        {"<clock><core value='-1' unit='Hz'/></clock>", "some.xml:2: "},
        {"<cores value='4'/><cores value='5'/>", "some.xml:2: cores is stated twice"},
        {"<feature name='a'/><attribute name='feature.a' value='1' unit='1'/>",
         "some.xml:2: feature.a is stated twice"},
        {"<cores value='4' lo='5' hi='3'/>", "some.xml:2: cores: lo is above hi"},
        {"<attribute name='x' value='abc' unit='s'/>", "some.xml:2: x=\"abc\" is not a number"},
        {"<attribute name='x' value='1' unit='s' lo='low'/>", "some.xml:2: lo=\"low\" is not a number"},
        {"<attribute name='x' value='1e999' unit='s'/>", "some.xml:2: x=\"1e999\" is not a number"},
        {"<attribute name='1x' value='1' unit='s'/>", "some.xml:2: "},
        {"<vector><bits value='512'/><bytes value='32' unit='B'/></vector>",
         "vector.bits and vector.bytes of target x disagree"},
        {"<vector><bits value='127'/></vector>", "vector.bits of target x is not a multiple of 8"},
        {"<nonsense/>", "some.xml:2: Element 'nonsense'"},
        /* units */
        {"<attribute name='l2.size' value='48K'/>",
         "some.xml:2: l2.size=\"48K\" has no unit; add unit=\"B\""},
        {"<attribute name='l2.size' value='48' unit='KB'/>", "some.xml:2: l2.size is in KB; convert it to B"},
        {"<attribute name='peak.f32' value='48' unit='GF'/>", "some.xml:2: peak.f32 is in GF"},
        {"<memory><bandwidth value='1e9'/></memory>",
         "some.xml:2: Element 'bandwidth': The attribute 'unit' is required"},
        {"<link name='n'><latency value='1e-6' unit='us'/></link>", "some.xml:2: "},
        {"<operations type='f32' value='64'/>", "some.xml:2: "},
        /* spreads */
        {"<cores value='4' lo='5'/>", "some.xml:2: cores: lo (5) is above the value (4)"},
        {"<cores value='4' hi='3'/>", "some.xml:2: cores: hi (3) is below the value (4)"},
        {"<cores value='0'/>", "some.xml:2: cores is 0; leave out what isn't known"},
        /* contradictions */
        {"<cache name='l1d'><size value='64K' unit='B'/></cache>\n"
         "<cache name='l2'><size value='32K' unit='B'/></cache>",
         "some.xml:3: l1d.size (65536) of target x is larger than l2.size (32768)"},
        {"<cache name='l3'><size value='8K' unit='B'/></cache>\n"
         "<cache name='l1d'><size value='64K' unit='B'/></cache>",
         "some.xml:3: l1d.size (65536) of target x is larger than l3.size (8192)"},
        {"<cache name='l2'><latency value='2e-9' unit='s'/></cache><memory><latency value='1e-9' "
         "unit='s'/></memory>",
         "some.xml:2: l2.latency (2e-09) of target x is longer than memory.latency"},
        {"<cache name='l2'><bandwidth value='1e9' unit='B/s'/></cache><memory><bandwidth value='2e9' "
         "unit='B/s'/></memory>",
         "some.xml:2: l2.bandwidth (1e+09) of target x is lower than memory.bandwidth"},
        {"<cache name='l2'><size value='1000' unit='B'/><line value='64' unit='B'/></cache>",
         "some.xml:2: l2.size (1000) of target x is no multiple of l2.line"},
        {"<cache name='l2'><size value='1K' unit='B'/><line value='64' unit='B'/><ways value='17'/></cache>",
         "some.xml:2: l2.ways (17) of target x is more lines than fit in l2.size"},
        {"<cache name='l2'><size value='1K' unit='B'/><effective value='2K' unit='B'/></cache>",
         "some.xml:2: l2.effective (2048) of target x is larger than l2.size"},
        {"<cores value='8'/>\n<cache name='l2'><shared value='9'/></cache>",
         "some.xml:3: l2.shared (9) of target x is more than cores (8)"},
        {"<cores value='8'/><threads value='16'/><cache name='l2'><shared value='17'/></cache>",
         "some.xml:2: l2.shared (17) of target x is more than threads (16)"},
        {"<cores value='8'/><threads value='4'/>",
         "some.xml:2: cores (8) of target x is more than threads (4)"},
        {"<clock><base value='2e9' unit='Hz'/><boost value='1e9' unit='Hz'/></clock>",
         "some.xml:2: clock.base (2e+09) of target x is more than clock.boost"},
        {"<power><idle value='9' unit='W'/><design value='8' unit='W'/></power>",
         "some.xml:2: power.idle (9)"},
        {"<gpu><shared value='1K' unit='B'/><block_shared value='2K' unit='B'/></gpu>",
         "some.xml:2: gpu.block_shared (2048)"},
        {"<array><dataflow value='stationary'/></array>", "some.xml:2: array.dataflow is none that is known"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *xml = ts_asprintf("<target name='x' kind='cpu'>\n%s</target>", cases[i].body);
        ts_target *t = NULL;
        if (ts_target_parse(xml, strlen(xml), "some.xml", &t) != TS_EINPUT)
            fail_msg("accepted: %s", cases[i].body);
        assert_null(t);
        if (!strstr(ts_error(), cases[i].expected))
            fail_msg("expected \"%s\" in \"%s\"", cases[i].expected, ts_error());
        free(xml);
    }
    static const char *const roots[] = {"<target name='x'/>",
                                        "<target kind='cpu'/>",
                                        "<target name='x' kind='toaster'/>",
                                        "<target name='a/b' kind='cpu'/>",
                                        "<target name='x' extends='nosuch'/>",
                                        "<kernel/>",
                                        "<target name='x' kind='cpu' fingerprint='xyz'/>"};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        ts_target *t = NULL;
        if (ts_target_parse(roots[i], strlen(roots[i]), "some.xml", &t) != TS_EINPUT)
            fail_msg("accepted: %s", roots[i]);
        if (strncmp(ts_error(), "some.xml:1: ", 12) != 0)
            fail_msg("no place in \"%s\"", ts_error());
    }
}

/* The derived file makes the contradiction, so its line is told; the base's own is told with the base's. */
static void contradictions_with_an_extended_target_are_told(void **state)
{
    (void)state;
    char *folder = NULL;
    int lock;
    ts_target *t = NULL;
    assert_int_equal(ts_scratch_open(&folder, &lock), 0);
    put(folder, "base.xml",
        "<target name='base' kind='cpu'><cache name='l2'><size value='1M' unit='B'/></cache></target>");
    put(folder, "derived.xml",
        "<target name='derived' extends='base'>\n<cache name='l1d'>\n<size value='2M' "
        "unit='B'/></cache></target>");
    put(folder, "bad.xml", "<target name='bad' kind='cpu'>\n<cores value='8'/><threads value='4'/></target>");
    put(folder, "of-bad.xml", "<target name='of-bad' extends='bad'/>");
    assert_int_equal(load_from(folder, "derived.xml", &t), TS_EINPUT);
    assert_non_null(
        strstr(ts_error(), "derived.xml:3: l1d.size (2.09715e+06) of target derived is larger than l2.size"));
    assert_int_equal(load_from(folder, "of-bad.xml", &t), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "/bad.xml:2: cores (8)"));
    assert_null(t);
    ts_scratch_close(folder, lock);
}

/* What a detected machine says of itself is recorded as it is. */
static void a_detected_machine_may_contradict_itself(void **state)
{
    (void)state;
    ts_target *t =
        parsed("<target name='vm' kind='cpu' fingerprint='0123456789abcdef'><cache name='l1d'><size "
               "value='64K' unit='B'/></cache><cache name='l2'><size value='32K' unit='B'/></cache>"
               "<cores value='2' lo='3'/></target>");
    assert_true(ts_target_number(t, "l2.size", 0) == 32768);
    ts_target_free(t);
}

static void models_are_given_what_they_need(void **state)
{
    (void)state;
    ts_fact fact;
    const char *text;
    ts_target *t = parsed(
        "<target name='x' kind='cpu'><cores value='4'/><clock><core value='2e9' unit='Hz' lo='1e9' "
        "hi='3e9' source='a book'/></clock><vector><bits value='256'/></vector><fma><throughput value='2' "
        "unit='1/cycle' lo='1'/></fma><operations type='bf16' value='64' unit='1/cycle'/><model "
        "value='m'/><cache name='l2'><rate value='64' unit='B/cycle'/><delay value='14' "
        "unit='cycles'/></cache><memory><bandwidth value='1e9' unit='B/s'/></memory></target>");
    assert_int_equal(ts_target_need(t, "clock.core", "the test", &fact), 0);
    assert_true(fact.value == 2e9 && fact.lo == 1e9 && fact.hi == 3e9);
    assert_string_equal(fact.unit, "Hz");
    assert_string_equal(fact.source, "a book");
    assert_int_equal(ts_target_need(t, "cores", "the test", &fact), 0);
    assert_true(fact.value == 4 && fact.lo == 4 && fact.hi == 4);
    assert_string_equal(fact.source, "no source stated");
    assert_int_equal(ts_target_need(t, "operations.f64", "the test", &fact), 0);
    assert_true(fact.value == 16 && fact.lo == 8 && fact.hi == 16);
    assert_int_equal(ts_target_need(t, "peak.f32", "the test", &fact), 0);
    assert_true(fact.value == 64e9 && fact.lo == 16e9 && fact.hi == 96e9);
    assert_string_equal(fact.unit, "flop/s");
    assert_string_equal(fact.source, "derived: operations.f32 * clock.core");
    assert_int_equal(ts_target_need(t, "peak.bf16", "the test", &fact), 0);
    assert_true(fact.value == 128e9);
    assert_int_equal(ts_target_need(t, "l2.bandwidth", "the test", &fact), 0);
    assert_true(fact.value == 128e9 && fact.lo == 64e9 && fact.hi == 192e9);
    assert_string_equal(fact.source, "derived: l2.rate * clock.core");
    assert_int_equal(ts_target_need(t, "l2.latency", "the test", &fact), 0);
    assert_true(fabs(fact.value - 7e-9) < 1e-18 && fabs(fact.lo - 14 / 3e9) < 1e-18 &&
                fabs(fact.hi - 14e-9) < 1e-18);
    assert_int_equal(ts_target_need_text(t, "model", "the test", &text), 0);
    assert_string_equal(text, "m");
    ts_target_free(t);
    t = parsed("<target name='g' kind='gpu'><memory><bandwidth value='1e9' unit='B/s'/></memory></target>");
    assert_int_equal(ts_target_need(t, "memory.total", "the test", &fact), 0);
    assert_true(fact.value == 1e9);
    ts_target_free(t);
}

static void what_is_missing_names_who_needs_it(void **state)
{
    (void)state;
    static const struct {
        const char *name, *expected;
    } cases[] = {
        {"memory.bandwidth",
         "target x doesn't state memory.bandwidth, which the roofline needs; add <bandwidth "
         "value=\"...\" unit=\"B/s\" source=\"...\"/> in <memory> to its description"},
        {"memory.total", "add <total value"},
        {"peak.f32", "add <peak type=\"f32\" value=\"...\" unit=\"flop/s\""},
        {"cores", "add <cores value=\"...\" source=\"...\"/> to its"},
        {"l2.size", "in <cache name=\"l2\">"},
        {"buffer.global.size", "in <buffer name=\"global\">"},
        {"what.ever", "add <attribute name=\"what.ever\" value"},
    };
    ts_target *t = parsed("<target name='x' kind='cpu'><model value='m'/><threads value='1'/></target>");
    ts_fact fact;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(ts_target_need(t, cases[i].name, "the roofline", &fact), TS_ENOTFOUND);
        assert_true(isnan(fact.value));
        if (!strstr(ts_error(), cases[i].expected))
            fail_msg("expected \"%s\" in \"%s\"", cases[i].expected, ts_error());
    }
    const char *text;
    assert_int_equal(ts_target_need(t, "model", "the roofline", &fact), TS_ENOTFOUND);
    assert_int_equal(ts_target_need_text(t, "array.dataflow", "the array", &text), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "array.dataflow, which the array needs; add <dataflow value"));
    ts_target_free(t);
}

static void clusters_name_their_nodes(void **state)
{
    (void)state;
    ts_target *t = NULL, *node = NULL;
    assert_int_equal(ts_target_load("cluster-8x-h100", &t), 0);
    assert_int_equal(ts_target_node(t, "the cluster", &node), 0);
    assert_string_equal(node->name, "nvidia-h100");
    ts_target_free(t);
    assert_int_equal(ts_target_node(node, "the cluster", &t), TS_ENOTFOUND);
    ts_target_free(node);
    t = parsed("<target name='c' kind='cluster'><cluster><node value='cluster-8x-h100'/></cluster></target>");
    assert_int_equal(ts_target_node(t, "the cluster", &node), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "cluster.node of target c is cluster-8x-h100, a cluster itself"));
    assert_null(node);
    ts_target_free(t);
}

int main(void)
{
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_told_with_their_line),
        cmocka_unit_test(contradictions_with_an_extended_target_are_told),
        cmocka_unit_test(a_detected_machine_may_contradict_itself),
        cmocka_unit_test(models_are_given_what_they_need),
        cmocka_unit_test(what_is_missing_names_who_needs_it),
        cmocka_unit_test(clusters_name_their_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
