/* Targets: the attribute list, XML in and out, extends, and the shipped descriptions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/kernel.h"
#include "core/target.h"
#include "target_fixture.h"
#include "util/file.h"
#include "util/str.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void assert_same(const ts_target *a, const ts_target *b)
{
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->kind, b->kind);
    assert_true(same_text(a->summary, b->summary) && same_text(a->fingerprint, b->fingerprint));
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const ts_attribute *x = &a->attributes[i], *y = &b->attributes[i];
        assert_string_equal(x->name, y->name);
        if (x->value.kind != y->value.kind || !ts_value_equal(x->value, y->value) ||
            !same_text(x->unit, y->unit) || !same_text(x->source, y->source) || !same_number(x->lo, y->lo) ||
            !same_number(x->hi, y->hi))
            fail_msg("%s differs", x->name);
    }
}

static void assert_round_trip(const ts_target *target)
{
    char *text = NULL;
    assert_int_equal(ts_target_write(target, &text), 0);
    ts_target *again = parsed(text);
    assert_same(target, again);
    ts_target_free(again);
    free(text);
}

static void attributes_are_set_replaced_and_asked(void **state)
{
    (void)state;
    ts_target *t = ts_target_new("x", "cpu");
    assert_int_equal(ts_target_set(t, "l2.size", ts_int(1024), "B", "guess", NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "cores", ts_int(4), NULL, NULL, NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "l2.size", ts_int(2048), "B", NULL, 1000, 4000), 0);
    assert_int_equal(t->count, 2);
    assert_true(ts_target_number(t, "l2.size", 0) == 2048);
    assert_true(ts_target_get(t, "l2.size")->lo == 1000);
    assert_null(ts_target_get(t, "l2.size")->source);
    assert_string_equal(ts_target_get(t, "cores")->unit, "1");
    assert_null(ts_target_get(t, "l3.size"));
    assert_true(ts_target_number(t, "l3.size", -1) == -1);
    assert_int_equal(ts_target_set(t, "vendor", ts_string("v"), NULL, NULL, NAN, NAN), 0);
    assert_true(ts_target_number(t, "vendor", -1) == -1);
    assert_int_equal(ts_target_set(t, "a..b", ts_int(1), NULL, NULL, NAN, NAN), TS_EINPUT);
    assert_int_equal(ts_target_set(t, "", ts_int(1), NULL, NULL, NAN, NAN), TS_EINPUT);
    assert_int_equal(ts_target_set(t, "x", ts_real(NAN), NULL, NULL, NAN, NAN), TS_EINPUT);
    assert_int_equal(ts_target_set(t, "x", (ts_value){0}, NULL, NULL, NAN, NAN), TS_EINPUT);
    assert_int_equal(t->count, 3);
    ts_target_free(t);
}

static void nested_elements_become_dotted_names(void **state)
{
    (void)state;
    ts_target *t = parsed("<target name='x' kind='gpu' summary='a &amp; b'><arch value='x86_64'/><cores "
                          "value='8' source='hwloc'/>"
                          "<clock><core value='2.6e9' unit='Hz' lo='2.5e9' hi='3e9'/></clock>"
                          "<feature name='avx2'/><feature name='amx' value='0'/>"
                          "<cache name='l1d'><size value='48K' unit='B'/><ways value='12'/></cache>"
                          "<peak type='f32' value='1.5e11' unit='flop/s'/>"
                          "<attribute name='noc.width' value='1.5K' unit='bit'/><attribute name='noc.kind' "
                          "value='12'/></target>");
    assert_string_equal(t->kind, "gpu");
    assert_string_equal(t->summary, "a & b");
    assert_string_equal(ts_target_get(t, "arch")->value.s, "x86_64");
    assert_null(ts_target_get(t, "arch")->unit);
    assert_string_equal(ts_target_get(t, "cores")->source, "hwloc");
    assert_int_equal(ts_target_get(t, "clock.core")->value.kind, TS_REAL);
    assert_true(ts_target_number(t, "clock.core", 0) == 2.6e9 && ts_target_get(t, "clock.core")->hi == 3e9);
    assert_int_equal(ts_target_get(t, "feature.avx2")->value.i, 1);
    assert_int_equal(ts_target_get(t, "feature.amx")->value.i, 0);
    assert_int_equal(ts_target_get(t, "l1d.size")->value.i, 48 * 1024);
    assert_int_equal(ts_target_get(t, "l1d.ways")->value.kind, TS_INT);
    assert_string_equal(ts_target_get(t, "peak.f32")->unit, "flop/s");
    assert_true(ts_target_number(t, "noc.width", 0) == 1536);
    assert_string_equal(ts_target_get(t, "noc.kind")->value.s, "12");
    assert_round_trip(t);
    ts_target_free(t);
}

static void every_attribute_survives_a_round_trip(void **state)
{
    (void)state;
    static const struct {
        const char *name, *unit;
    } numbers[] = {
        {"packages", "1"},
        {"cores", "1"},
        {"threads", "1"},
        {"clock.core", "Hz"},
        {"clock.base", "Hz"},
        {"clock.boost", "Hz"},
        {"vector.registers", "1"},
        {"fma.latency", "cycles"},
        {"fma.throughput", "1/cycle"},
        {"l1d.size", "B"},
        {"l1i.size", "B"},
        {"l2.line", "B"},
        {"l2.ways", "1"},
        {"l2.shared", "1"},
        {"l3.effective", "B"},
        {"l3.bandwidth", "B/s"},
        {"l3.latency", "s"},
        {"l3.energy", "J/B"},
        {"memory.size", "B"},
        {"memory.bandwidth", "B/s"},
        {"memory.latency", "s"},
        {"memory.energy", "J/B"},
        {"page.size", "B"},
        {"power.design", "W"},
        {"power.idle", "W"},
        {"feature.avx2", "1"},
        {"peak.f32", "flop/s"},
        {"peak.i8", "op/s"},
        {"operations.bf16", "1/cycle"},
        {"energy.f32", "J"},
        {"l2.total", "B/s"},
        {"l2.cost", "1"},
        {"l2.rate", "B/cycle"},
        {"l2.delay", "cycles"},
        {"memory.total", "B/s"},
        {"power.busy", "W"},
        {"price", "USD"},
        {"area", "mm2"},
        {"process", "nm"},
        {"gpu.sms", "1"},
        {"gpu.shared", "B"},
        {"array.rows", "1"},
        {"buffer.global.size", "B"},
        {"buffer.global.cost", "1"},
        {"link.network.latency", "s"},
        {"dla.atomic_c", "1"},
        {"photonic.loss", "dB"},
        {"quantum.gate", "s"},
        {"cluster.nodes", "1"},
        {"buffer.Global.size", "B"},
        {"buffer.size", "B"},
        {"link.a.b.latency", "s"},
        {"cache.size", "B"},
        {"l2", "B"},
        {"memory.banks", "1"},
        {"a.b.c", "pJ"},
        {"clock", "Hz"},
        {"_x9", "\"<&>'"},
    };
    ts_target *t = ts_target_new("host-9", "cpu");
    t->summary = strdup("a \"quoted\" <summary> & 'more' \xc3\xa9");
    t->fingerprint = strdup("0123456789abcdef");
    const char *source = "measured: \"median\" of 15 & more <\xc2\xb5s>";
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        double lo = i % 3 ? 0.1 * (double)i : NAN, hi = i % 2 ? 1e12 / 3 : NAN;
        ts_value value = i % 4 == 0 ? ts_int((int64_t)i) : ts_real((double)i * 1e9 / 7);
        assert_int_equal(
            ts_target_set(t, numbers[i].name, value, numbers[i].unit, i % 5 ? source : NULL, lo, hi), 0);
    }
    assert_int_equal(ts_target_set(t, "arch", ts_string("x86_64"), NULL, NULL, NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "model", ts_string("A \"B\" (R) <C> & D"), NULL, source, NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "vendor", ts_string(""), NULL, NULL, NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "array.dataflow", ts_string("row_stationary"), NULL, NULL, NAN, NAN),
                     0);
    assert_int_equal(ts_target_set(t, "cluster.node", ts_string("a b"), NULL, NULL, NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "photonic.sensitivity", ts_real(-25), "dBm", NULL, -27, -23), 0);
    assert_int_equal(ts_target_set(t, "memory.kind", ts_string("123"), NULL, NULL, NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "threads", ts_string("many"), NULL, NULL, NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "l2.size", ts_int(-5), "B", NULL, NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "l3.size", ts_int(5), "B", NULL, -1, INFINITY), 0);
    assert_int_equal(ts_target_set(t, "big", ts_int(INT64_MAX), "B", NULL, NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "tiny", ts_real(5e-324), "s", NULL, NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "two", ts_real(2), "s", NULL, NAN, NAN), 0);
    assert_round_trip(t);
    ts_target_free(t);
}

static void known_quantities_are_written_as_elements(void **state)
{
    (void)state;
    ts_target *t = ts_target_new("x", "cpu");
    char *text = NULL;
    assert_int_equal(ts_target_set(t, "l1d.size", ts_int(32768), "B", "hwloc", NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "l1d.line", ts_int(64), "B", NULL, NAN, NAN), 0);
    assert_int_equal(ts_target_set(t, "feature.fma", ts_int(1), "1", "CPUID", NAN, NAN), 0);
    assert_int_equal(ts_target_write(t, &text), 0);
    assert_non_null(strstr(
        text,
        "  <cache name=\"l1d\">\n    <size value=\"32768\" unit=\"B\" source=\"hwloc\"/>\n"
        "    <line value=\"64\" unit=\"B\"/>\n  </cache>\n  <feature name=\"fma\" source=\"CPUID\"/>\n"));
    free(text);
    ts_target_free(t);
}

static void bytes_that_xml_cannot_hold_are_replaced(void **state)
{
    (void)state;
    ts_target *t = ts_target_new("x", "cpu");
    t->summary = strdup("bad \xff byte");
    assert_int_equal(ts_target_set(t, "model", ts_string("A\x01\xff\tB"), NULL, "\x80", NAN, NAN), 0);
    assert_string_equal(ts_target_get(t, "model")->value.s, "A???B");
    char *text = NULL;
    assert_int_equal(ts_target_write(t, &text), 0);
    ts_target *again = parsed(text);
    assert_string_equal(again->summary, "bad ? byte");
    ts_target_free(again);
    free(text);
    ts_target_free(t);
}

static void extending_inherits_and_overrides(void **state)
{
    (void)state;
    char *folder = NULL;
    int lock;
    ts_target *t = NULL;
    assert_int_equal(ts_scratch_open(&folder, &lock), 0);
    put(folder, "base.xml",
        "<target name='base' kind='gpu' fingerprint='0123456789abcdef'><cores value='4'/><vector><bits "
        "value='256'/></vector></target>");
    put(folder, "derived.xml",
        "<target name='derived' extends='base'><threads value='8'/><vector><bits "
        "value='512'/></vector></target>");
    put(folder, "shipped.xml", "<target name='shipped' extends='generic-x86-64-v3'/>");
    assert_int_equal(load_from(folder, "derived.xml", &t), 0);
    assert_string_equal(t->name, "derived");
    assert_string_equal(t->kind, "gpu");
    assert_null(t->fingerprint);
    assert_true(ts_target_number(t, "cores", 0) == 4 && ts_target_number(t, "threads", 0) == 8);
    assert_true(ts_target_number(t, "vector.bits", 0) == 512 && ts_target_number(t, "vector.bytes", 0) == 64);
    assert_round_trip(t);
    ts_target_free(t);
    assert_int_equal(load_from(folder, "shipped.xml", &t), 0);
    assert_true(ts_target_number(t, "feature.avx2", 0) == 1);
    ts_target_free(t);
    ts_scratch_close(folder, lock);
}

static void circles_are_refused(void **state)
{
    (void)state;
    char *folder = NULL;
    int lock;
    ts_target *t = NULL;
    assert_int_equal(ts_scratch_open(&folder, &lock), 0);
    put(folder, "a.xml", "<target name='a' extends='b'/>");
    put(folder, "b.xml", "<target name='b' extends='c'/>");
    put(folder, "c.xml", "<target name='c' extends='a'/>");
    put(folder, "self.xml", "<target name='self' extends='self'/>");
    assert_int_equal(load_from(folder, "a.xml", &t), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "a.xml: the target extends itself"));
    assert_int_equal(load_from(folder, "self.xml", &t), TS_EINPUT);
    assert_null(t);
    ts_scratch_close(folder, lock);
}

static void unknown_targets_name_the_known(void **state)
{
    (void)state;
    ts_target *t = NULL;
    assert_int_equal(ts_target_load("generic-x86", &t), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "generic-x86-64-v3, generic-x86-64-v4"));
    assert_int_equal(ts_target_load("/nonexistent/x.xml", &t), TS_ENOTFOUND);
    assert_non_null(strstr(ts_error(), "/nonexistent/x.xml"));
}

/* Every value says where it comes from; one that only everybody knows, how far it may be off. */
static void check_provenance(const char *target, const ts_attribute *a)
{
    if (!a->source)
        fail_msg("%s: %s has no source", target, a->name);
    if (a->value.kind != TS_STRING && strncmp(a->source, "widely known", 12) == 0 &&
        (isnan(a->lo) || isnan(a->hi)))
        fail_msg("%s: %s is widely known, but has no lo and hi", target, a->name);
}

static void shipped_targets_are_whole(void **state)
{
    (void)state;
    char **names = NULL;
    size_t count = 0;
    assert_int_equal(ts_target_list(&names, &count), 0);
    assert_true(count >= 2);
    for (size_t i = 0; i < count; i++) {
        ts_target *t = NULL;
        if (ts_target_load(names[i], &t) < 0)
            fail_msg("%s", ts_error());
        assert_string_equal(t->name, names[i]);
        for (size_t j = 0; j < t->count; j++)
            check_provenance(names[i], &t->attributes[j]);
        assert_round_trip(t);
        ts_target_free(t);
    }
    ts_name_list_free(names, count);
    ts_target *v3 = NULL, *v4 = NULL;
    assert_int_equal(ts_target_load("generic-x86-64-v3", &v3), 0);
    assert_int_equal(ts_target_load("generic-x86-64-v4", &v4), 0);
    assert_true(ts_target_number(v3, "vector.bytes", 0) == 32 &&
                ts_target_number(v4, "vector.bytes", 0) == 64);
    assert_true(ts_target_number(v3, "feature.avx512f", 0) == 0 &&
                ts_target_number(v4, "feature.avx512f", 0) == 1);
    assert_true(ts_target_number(v4, "feature.avx2", 0) == 1 && ts_target_number(v4, "l1d.line", 0) == 64);
    ts_target_free(v3);
    ts_target_free(v4);
}

int main(void)
{
    setenv("TILESMITH_DATA", TS_SOURCE_DIR, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_are_set_replaced_and_asked),
        cmocka_unit_test(nested_elements_become_dotted_names),
        cmocka_unit_test(every_attribute_survives_a_round_trip),
        cmocka_unit_test(known_quantities_are_written_as_elements),
        cmocka_unit_test(bytes_that_xml_cannot_hold_are_replaced),
        cmocka_unit_test(extending_inherits_and_overrides),
        cmocka_unit_test(circles_are_refused),
        cmocka_unit_test(unknown_targets_name_the_known),
        cmocka_unit_test(shipped_targets_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
