#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "util/hash.h"

static void check(const char *text, size_t repeat, const char *expected)
{
    char hex[TS_HASH_HEX];
    ts_hash h;
    ts_hash_begin(&h);
    for (size_t i = 0; i < repeat; i++)
        ts_hash_add(&h, text, strlen(text));
    ts_hash_end(&h, hex);
    assert_string_equal(hex, expected);
}

/* The examples of FIPS 180-2, appendix B, and the empty message. */
static void test_published_vectors(void **state)
{
    (void)state;
    check("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* However a message is cut into pieces, and wherever its padding falls. */
static void test_pieces(void **state)
{
    (void)state;
    unsigned char bytes[200];
    memset(bytes, 'x', sizeof bytes);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        char whole[TS_HASH_HEX], cut[TS_HASH_HEX];
        ts_hash a, b;
        ts_hash_begin(&a);
        ts_hash_add(&a, bytes, n);
        ts_hash_end(&a, whole);
        ts_hash_begin(&b);
        ts_hash_add(&b, bytes, n / 3);
        ts_hash_add(&b, bytes + n / 3, n - n / 3);
        ts_hash_end(&b, cut);
        assert_string_equal(whole, cut);
    }
}

static void test_texts_are_separate(void **state)
{
    (void)state;
    char one[TS_HASH_HEX], two[TS_HASH_HEX];
    ts_hash a, b;
    ts_hash_begin(&a);
    ts_hash_add_text(&a, "ab");
    ts_hash_add_text(&a, "c");
    ts_hash_end(&a, one);
    ts_hash_begin(&b);
    ts_hash_add_text(&b, "a");
    ts_hash_add_text(&b, "bc");
    ts_hash_end(&b, two);
    assert_string_not_equal(one, two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_vectors),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_texts_are_separate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
