/* XML in: what is refused, and that messages and places name the right line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tilesmith_plugin.h"
#include "util/xml.h"
#include "util/xml_place.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void assert_refused(const char *text, const char *schema, const char *expected)
{
    xmlDocPtr doc = NULL;
    assert_int_equal(ts_xml_parse(text, strlen(text), "some.xml", schema, &doc), TS_EINPUT);
    assert_null(doc);
    if (!strstr(ts_error(), expected))
        fail_msg("expected \"%s\" in \"%s\"", expected, ts_error());
    assert_null(strchr(ts_error(), '\n'));
}

static void malformed_documents_name_their_line(void **state)
{
    (void)state;
    assert_refused("", NULL, "some.xml");
    assert_refused("no markup", NULL, "some.xml:1: ");
    assert_refused("<a>\n<b>\n</a>", NULL, "some.xml:3: ");
    assert_refused("<a>\n<b c='1' c='2'/></a>", NULL, "some.xml:2: ");
    assert_refused("<a>&nosuch;</a>", NULL, "some.xml:1: ");
}

static void doctypes_are_refused_unread(void **state)
{
    (void)state;
    assert_refused("<!DOCTYPE a [<!ENTITY x 'xxxxxxxxxx'><!ENTITY y '&x;&x;&x;&x;&x;&x;'>]>\n<a>&y;</a>",
                   NULL, "some.xml:1: a DOCTYPE");
    assert_refused("<?xml version='1.0'?>\n<!DOCTYPE a SYSTEM 'http://example.invalid/a.dtd'><a/>", NULL,
                   "some.xml:2: a DOCTYPE");
    assert_refused("<!DOCTYPE a [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><a>&f;</a>", NULL, "a DOCTYPE");
}

static void other_encodings_are_refused(void **state)
{
    (void)state;
    assert_refused("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", NULL, "UTF-8");
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    enum { DEEP = 5000 };
    char *text = malloc(3 * DEEP + 1);
    for (int i = 0; i < DEEP; i++)
        memcpy(text + 3 * i, "<a>", 3);
    text[3 * DEEP] = '\0';
    assert_refused(text, NULL, "some.xml:1: ");
    free(text);
}

static void schema_violations_name_line_and_schema(void **state)
{
    (void)state;
    const char *schema = TS_SOURCE_DIR "/templates/kernel.xsd";
    assert_refused("<kernel name='x' summary='y'>\n<dimension name='m' min='1'/></kernel>", schema,
                   "some.xml:2: ");
    assert_non_null(strstr(ts_error(), "'max' is required"));
    assert_non_null(strstr(ts_error(), "kernel.xsd"));
    assert_refused("<kernel name='x' summary='y'>\n\n<tensro/></kernel>", schema,
                   "some.xml:3: Element 'tensro'");
    assert_refused("<other/>", schema, "some.xml:1: ");
}

static void a_missing_or_broken_schema_is_told(void **state)
{
    (void)state;
    xmlDocPtr doc = NULL;
    assert_true(ts_xml_parse("<a/>", 4, "some.xml", "/nonexistent/a.xsd", &doc) < 0);
    assert_non_null(strstr(ts_error(), "/nonexistent/a.xsd"));
    assert_null(doc);
    char path[] = "/tmp/test_xml_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, "<a/>", 4) == 4);
    close(fd);
    assert_int_equal(ts_xml_parse("<a/>", 4, "some.xml", path, &doc), TS_EINPUT);
    assert_non_null(strstr(ts_error(), "schema"));
    unlink(path);
}

static void elements_and_attributes_are_found(void **state)
{
    (void)state;
    const char *text = "<r>text<!-- no --><a x='1 &amp; 2'/><b/><a x='3'/></r>";
    xmlDocPtr doc = NULL;
    assert_int_equal(ts_xml_parse(text, strlen(text), "some.xml", NULL, &doc), 0);
    const xmlNode *root = xmlDocGetRootElement(doc), *a = ts_xml_child(root, "a");
    char *value = ts_xml_attr(a, "x");
    assert_string_equal(value, "1 & 2");
    xmlFree(value);
    assert_null(ts_xml_attr(a, "y"));
    assert_true(ts_xml_is(ts_xml_next(a, NULL), "b"));
    value = ts_xml_attr(ts_xml_next(a, "a"), "x");
    assert_string_equal(value, "3");
    xmlFree(value);
    assert_null(ts_xml_child(root, "c"));
    assert_null(ts_xml_next(ts_xml_next(a, "a"), NULL));
    assert_int_equal(ts_xml_fail(a, TS_EINPUT, "%d things", 3), TS_EINPUT);
    assert_string_equal(ts_error(), "some.xml:1: 3 things");
    xmlFreeDoc(doc);
}

static void places_are_those_of_the_values(void **state)
{
    (void)state;
    const char *text = "<?xml version='1.0'?>\n"
                       "<!-- <not a='tag'> -->\n"
                       "<r one = 'a > b'\n"
                       "   two=\"x\"><![CDATA[ <no/> ]]>\n"
                       "  <t why='w'>the text</t><e/></r>";
    xmlDocPtr doc = NULL;
    int line, column;
    assert_int_equal(ts_xml_parse(text, strlen(text), "some.xml", NULL, &doc), 0);
    const xmlNode *root = xmlDocGetRootElement(doc), *t = ts_xml_child(root, "t");
    ts_xml_place(root, NULL, &line, &column);
    assert_int_equal(line, 3);
    assert_int_equal(column, 1);
    ts_xml_place(root, "one", &line, &column);
    assert_int_equal(line, 3);
    assert_int_equal(column, 11);
    ts_xml_place(root, "two", &line, &column);
    assert_int_equal(line, 4);
    assert_int_equal(column, 9);
    ts_xml_place(t, "", &line, &column);
    assert_int_equal(line, 5);
    assert_int_equal(column, 14);
    ts_xml_place(ts_xml_next(t, "e"), NULL, &line, &column);
    assert_int_equal(line, 5);
    assert_int_equal(column, 26);
    ts_xml_place(t, "absent", &line, &column);
    assert_int_equal(line, 5);
    assert_int_equal(column, 0);
    xmlFreeDoc(doc);
    assert_int_equal(ts_xml_parse("<r x='1'/>", 10, "some.xml", NULL, &doc), 0);
    ts_xml_place(xmlDocGetRootElement(doc), "x", &line, &column);
    assert_int_equal(line, 1);
    assert_int_equal(column, 7);
    xmlFreeDoc(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_documents_name_their_line),
        cmocka_unit_test(doctypes_are_refused_unread),
        cmocka_unit_test(other_encodings_are_refused),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(schema_violations_name_line_and_schema),
        cmocka_unit_test(a_missing_or_broken_schema_is_told),
        cmocka_unit_test(elements_and_attributes_are_found),
        cmocka_unit_test(places_are_those_of_the_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
