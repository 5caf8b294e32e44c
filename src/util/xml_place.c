/*
 * A second, much simpler pass over a document that is known to be well-formed and free of a DOCTYPE: start
 * tags come in document order, so the n-th one found is the n-th element of the tree. Places go to the
 * `_private` fields, which libxml2 leaves to us.
 */
#include "util/xml_place.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Columns beyond this are not worth telling; the rest of the word is the line. */
#define COLUMN_BITS 12

typedef struct scanner {
    const char *at, *end;
    int line;
    const char *line_start;
} scanner;

static void *packed(const scanner *s)
{
    uintptr_t column = (uintptr_t)(s->at - s->line_start) + 1;
    if (column >> COLUMN_BITS)
        column = 0;
    return (void *)((uintptr_t)s->line << COLUMN_BITS | column);
}

static void step(scanner *s)
{
    if (*s->at == '\n') {
        s->line++;
        s->line_start = s->at + 1;
    }
    s->at++;
}

/* Moves to the first character after `mark`, or to the end. */
static void pass(scanner *s, const char *mark)
{
    size_t n = strlen(mark);
    while (s->at < s->end && ((size_t)(s->end - s->at) < n || memcmp(s->at, mark, n) != 0))
        step(s);
    for (size_t i = 0; i < n && s->at < s->end; i++)
        step(s);
}

static bool looking_at(const scanner *s, const char *mark)
{
    size_t n = strlen(mark);
    return (size_t)(s->end - s->at) >= n && memcmp(s->at, mark, n) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void note_attribute(xmlNode *element, const char *name, size_t length, void *place)
{
    for (xmlAttr *a = element->properties; a; a = a->next)
        if (strlen((const char *)a->name) == length && memcmp(a->name, name, length) == 0)
            a->_private = place;
}

/* One attribute, or a single character that belongs to none. */
static void scan_attribute(scanner *s, xmlNode *element)
{
    const char *name = s->at;
    while (s->at < s->end && !is_blank(*s->at) && *s->at != '=' && *s->at != '>' && *s->at != '/')
        step(s);
    size_t length = (size_t)(s->at - name);
    while (s->at < s->end && (is_blank(*s->at) || *s->at == '='))
        step(s);
    if (s->at >= s->end || (*s->at != '"' && *s->at != '\''))
        return;
    char quote[2] = {*s->at, '\0'};
    step(s);
    note_attribute(element, name, length, packed(s));
    pass(s, quote);
}

static void scan_start_tag(scanner *s, xmlNode *element)
{
    element->_private = packed(s);
    while (s->at < s->end && !is_blank(*s->at) && *s->at != '>' && *s->at != '/')
        step(s);
    while (s->at < s->end && *s->at != '>') {
        if (is_blank(*s->at) || *s->at == '/')
            step(s);
        else
            scan_attribute(s, element);
    }
    if (s->at < s->end)
        step(s);
    if (element->children && element->children->type == XML_TEXT_NODE)
        element->children->_private = packed(s);
}

static xmlNode *next_element(xmlNode *node)
{
    do {
        if (node->type == XML_ELEMENT_NODE && node->children) {
            node = node->children;
        } else {
            while (node && !node->next)
                node = node->parent;
            node = node ? node->next : NULL;
        }
    } while (node && node->type != XML_ELEMENT_NODE);
    return node;
}

void ts_xml_locate(xmlDocPtr doc, const char *text, size_t length)
{
    scanner s = {.at = text, .end = text + length, .line = 1, .line_start = text};
    xmlNode *element = xmlDocGetRootElement(doc);
    while (element && s.at < s.end) {
        if (*s.at != '<')
            step(&s);
        else if (looking_at(&s, "<!--"))
            pass(&s, "-->");
        else if (looking_at(&s, "<![CDATA["))
            pass(&s, "]]>");
        else if (looking_at(&s, "<?"))
            pass(&s, "?>");
        else if (looking_at(&s, "</"))
            pass(&s, ">");
        else {
            scan_start_tag(&s, element);
            element = next_element(element);
        }
    }
}

static const void *place_of(const xmlNode *node, const char *attribute)
{
    if (!attribute)
        return node->_private;
    if (!*attribute)
        return node->children ? node->children->_private : NULL;
    const xmlAttr *a = xmlHasProp(node, (const xmlChar *)attribute);
    return a ? a->_private : NULL;
}

void ts_xml_place(const xmlNode *node, const char *attribute, int *line, int *column)
{
    uintptr_t place = (uintptr_t)place_of(node, attribute);
    *line = place ? (int)(place >> COLUMN_BITS) : (int)xmlGetLineNo((xmlNode *)node);
    if (column)
        *column = (int)(place & ((1u << COLUMN_BITS) - 1));
}
