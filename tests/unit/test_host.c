/* Host identification: what must hold on any machine, and the parsing of sysfs by a fixture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/host.h"
#include "runtime/host_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define FIXTURE TS_SOURCE_DIR "/tests/data/sysfs/caches"

static void identity_is_stable(void **state)
{
    (void)state;
    ts_host first, second;
    ts_host_identify(&first);
    memset(&second, 0xff, sizeof second);
    ts_host_ask(&second);
    assert_string_equal(first.fingerprint, second.fingerprint);
    assert_int_equal(strlen(first.fingerprint), 16);
    assert_int_equal(strspn(first.fingerprint, "0123456789abcdef"), 16);
    assert_int_equal(first.feature_count, second.feature_count);
}

static void names_the_architecture(void **state)
{
    (void)state;
    ts_host host;
    struct utsname system;
    ts_host_identify(&host);
    uname(&system);
    assert_string_equal(host.arch, system.machine);
    assert_true(host.vendor[0] != '\0');
    assert_true(host.vector_bits >= 64 && host.vector_bits % 64 == 0);
    assert_true(host.vector_registers >= 8);
}

static void features_are_sorted_and_unique(void **state)
{
    (void)state;
    ts_host host;
    ts_host_identify(&host);
    for (size_t i = 1; i < host.feature_count; i++) {
        assert_true(strcmp(host.features[i - 1], host.features[i]) < 0);
    }
    assert_null(host.features[host.feature_count]);
    for (size_t i = 0; i < host.feature_count; i++) {
        assert_true(ts_host_has(&host, host.features[i]));
    }
    assert_false(ts_host_has(&host, "no-such-feature"));
}

/* The compiler's own library asks CPUID and XGETBV too: two readings of one machine must agree. */
static void features_agree_with_the_compiler(void **state)
{
    (void)state;
#if defined(__x86_64__)
    ts_host host;
    ts_host_identify(&host);
    assert_int_equal(ts_host_has(&host, "sse2"), 1);
    assert_int_equal(ts_host_has(&host, "avx2"), !!__builtin_cpu_supports("avx2"));
    assert_int_equal(ts_host_has(&host, "fma"), !!__builtin_cpu_supports("fma"));
    assert_int_equal(ts_host_has(&host, "avx512f"), !!__builtin_cpu_supports("avx512f"));
    assert_int_equal(ts_host_has(&host, "avx512vl"), !!__builtin_cpu_supports("avx512vl"));
    assert_int_equal(ts_host_has(&host, "avx512_bf16"), !!__builtin_cpu_supports("avx512bf16"));
    assert_int_equal(host.vector_bits == 512, !!__builtin_cpu_supports("avx512f"));
#else
    skip();
#endif
}

static void caches_make_sense(void **state)
{
    (void)state;
    ts_host host;
    ts_host_identify(&host);
    const ts_host_cache *levels[] = {&host.l1d, &host.l2, &host.l3};
    for (size_t i = 0; i < 3; i++) {
        if (levels[i]->size > 0) {
            assert_true(levels[i]->line >= 16 && levels[i]->line <= 1024);
            assert_true(levels[i]->ways >= (i < 2)); /* of an L3, AMD's older leaf needn't say */
            assert_int_equal(levels[i]->size % levels[i]->line, 0);
        }
    }
    assert_true(host.l2.size == 0 || host.l2.size >= host.l1d.size);
}

static void sysfs_fills_what_is_unknown(void **state)
{
    (void)state;
    ts_host host;
    memset(&host, 0, sizeof host);
    host.l2 = (ts_host_cache){.size = 12345, .line = 64, .ways = 1, .shared_by = 1};
    ts_host_sysfs_caches(&host, FIXTURE);
    assert_int_equal(host.l1d.size, 64 << 10); /* the instruction cache of the same level is passed over */
    assert_int_equal(host.l1d.ways, 4);
    assert_int_equal(host.l1d.shared_by, 1);
    assert_int_equal(host.l2.size, 12345); /* known already: kept */
    assert_int_equal(host.l3.size, 33 << 20);
    assert_int_equal(host.l3.line, 128);
    assert_int_equal(host.l3.shared_by, 7);
}

static void missing_sysfs_is_no_error(void **state)
{
    (void)state;
    ts_host host;
    memset(&host, 0, sizeof host);
    ts_host_sysfs_caches(&host, "/nonexistent");
    assert_int_equal(host.l1d.size, 0);
}

static void feature_table_has_an_end(void **state)
{
    (void)state;
    static char names[200][8];
    ts_host host;
    memset(&host, 0, sizeof host);
    for (int i = 0; i < 200; i++) {
        snprintf(names[i], sizeof names[i], "f%d", i);
        ts_host_add(&host, names[i]);
        ts_host_add(&host, names[i]);
    }
    assert_int_equal(host.feature_count, sizeof host.features / sizeof host.features[0] - 1);
    assert_null(host.features[host.feature_count]);
}

static void lines_are_read_whole_and_bounded(void **state)
{
    (void)state;
    char text[4];
    assert_int_equal(ts_host_read_line(FIXTURE "/index0/size", text, sizeof text), 3);
    assert_string_equal(text, "64K");
    assert_int_equal(ts_host_read_line(FIXTURE "/index3/shared_cpu_list", text, sizeof text), 3);
    assert_int_equal(ts_host_read_line(FIXTURE "/index9/size", text, sizeof text), 0);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_is_stable),
        cmocka_unit_test(names_the_architecture),
        cmocka_unit_test(features_are_sorted_and_unique),
        cmocka_unit_test(features_agree_with_the_compiler),
        cmocka_unit_test(caches_make_sense),
        cmocka_unit_test(sysfs_fills_what_is_unknown),
        cmocka_unit_test(missing_sysfs_is_no_error),
        cmocka_unit_test(feature_table_has_an_end),
        cmocka_unit_test(lines_are_read_whole_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
