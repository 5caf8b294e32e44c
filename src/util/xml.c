/* XML in, safely: libxml2 without network, entities or internal subsets, its complaints turned into one
 * sentence. */
#include "util/xml.h"
#include "tilesmith_plugin.h"
#include "util/file.h"
#include "util/str.h"
#include "util/xml_place.h"
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemas.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* No manifest or target description comes near this; it bounds what a mistaken path can make us read. */
#define FILE_LIMIT (4u << 20)

/* libxml2 2.12 made the error of a structured handler const. */
#if LIBXML_VERSION >= 21200
typedef const xmlError *error_ptr;
#else
typedef xmlErrorPtr error_ptr;
#endif

/* The first complaint about a document: later ones are mostly consequences of it. */
typedef struct complaint {
    char *text;
    int line;
    bool doctype; /* the document has a DOCTYPE, which is refused unread */
} complaint;

static void complain(complaint *c, error_ptr error)
{
    if (c->text || !error || error->level < XML_ERR_ERROR)
        return;
    c->text = strdup(error->message ? error->message : "unknown error");
    c->line = error->line;
    if (!c->text)
        return;
    for (char *p = c->text; *p; p++)
        if (*p == '\n' || *p == '\r' || *p == '\t')
            *p = ' ';
    size_t n = strlen(c->text);
    while (n > 0 && (c->text[n - 1] == ' ' || c->text[n - 1] == '.'))
        c->text[--n] = '\0';
}

static void on_parse_error(void *user_data, error_ptr error)
{
    xmlParserCtxtPtr parser = user_data;
    complain(parser->_private, error);
}

static void on_schema_error(void *user_data, error_ptr error)
{
    complain(user_data, error);
}

/* Stops before a single declaration is read, so that no entity is ever defined, let alone expanded. */
static void on_doctype(void *user_data, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
    (void)name, (void)external, (void)system;
    xmlParserCtxtPtr parser = user_data;
    complaint *c = parser->_private;
    c->doctype = true;
    c->line = parser->input ? parser->input->line : 0;
    xmlStopParser(parser);
}

static int report_parse(const complaint *c, const char *name)
{
    if (c->doctype)
        return ts_fail(TS_EINPUT,
                       "%s:%d: a DOCTYPE is not allowed here; remove it and any entities it declares", name,
                       c->line);
    if (c->text)
        return ts_fail(TS_EINPUT, "%s:%d: not well-formed XML: %s; correct this line or the one before", name,
                       c->line, c->text);
    return ts_fail(TS_EINPUT, "%s: not an XML document; it must begin with a root element", name);
}

static bool is_utf8(const xmlChar *encoding)
{
    const char *e = (const char *)encoding;
    return !e || strcasecmp(e, "utf-8") == 0 || strcasecmp(e, "us-ascii") == 0 || strcasecmp(e, "ascii") == 0;
}

/* Well-formedness. On failure *doc is NULL. */
static int parse_document(const char *text, size_t length, const char *name, xmlDocPtr *doc)
{
    complaint c = {0};
    int rc = 0;
    *doc = NULL;
    xmlParserCtxtPtr parser = xmlNewParserCtxt();
    if (!parser)
        return ts_fail(TS_ENOMEM, "out of memory while reading %s", name);
    parser->_private = &c;
    parser->sax->internalSubset = on_doctype;
    parser->sax->serror = on_parse_error;
    *doc = xmlCtxtReadMemory(parser, text, (int)length, name, NULL, XML_PARSE_NONET | XML_PARSE_BIG_LINES);
    if (!*doc || c.doctype || c.text || !xmlDocGetRootElement(*doc))
        rc = report_parse(&c, name);
    else if (!is_utf8((*doc)->encoding))
        rc = ts_fail(TS_EINPUT, "%s: written in encoding %s; save it as UTF-8", name,
                     (const char *)(*doc)->encoding);
    if (rc < 0) {
        xmlFreeDoc(*doc);
        *doc = NULL;
    }
    free(c.text);
    xmlFreeParserCtxt(parser);
    return rc;
}

static int read_schema(const char *path, xmlSchemaPtr *schema, char **text)
{
    complaint c = {0};
    size_t length;
    int rc = ts_file_read(path, FILE_LIMIT, text, &length);
    if (rc < 0)
        return rc;
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewMemParserCtxt(*text, (int)length);
    if (!parser)
        return ts_fail(TS_ENOMEM, "out of memory while reading %s", path);
    xmlSchemaSetParserStructuredErrors(parser, on_schema_error, &c);
    *schema = xmlSchemaParse(parser);
    if (!*schema)
        rc = ts_fail(TS_EINPUT,
                     "%s:%d: not a usable XML schema: %s; restore the file that came with Tilesmith", path,
                     c.line, c.text ? c.text : "unknown error");
    xmlSchemaFreeParserCtxt(parser);
    free(c.text);
    return rc;
}

static int validate(xmlDocPtr doc, const char *name, const char *path)
{
    xmlSchemaPtr schema = NULL;
    xmlSchemaValidCtxtPtr validator = NULL;
    complaint c = {0};
    char *text = NULL;
    int rc = read_schema(path, &schema, &text);
    if (rc < 0)
        goto done;
    validator = xmlSchemaNewValidCtxt(schema);
    if (!validator) {
        rc = ts_fail(TS_ENOMEM, "out of memory while validating %s", name);
        goto done;
    }
    xmlSchemaSetValidStructuredErrors(validator, on_schema_error, &c);
    int verdict = xmlSchemaValidateDoc(validator, doc);
    if (verdict != 0)
        rc = ts_fail(verdict > 0 ? TS_EINPUT : TS_EINTERNAL, "%s:%d: %s; see %s for what is allowed", name,
                     c.line, c.text ? c.text : "not valid", path);
done:
    xmlSchemaFreeValidCtxt(validator);
    xmlSchemaFree(schema);
    free(text);
    free(c.text);
    return rc;
}

static int parse_and_validate(const char *text, size_t length, const char *name, const char *schema,
                              xmlDocPtr *doc)
{
    int rc = parse_document(text, length, name, doc);
    if (rc < 0)
        return rc;
    ts_xml_locate(*doc, text, length);
    if (schema)
        rc = validate(*doc, name, schema);
    if (rc < 0) {
        xmlFreeDoc(*doc);
        *doc = NULL;
    }
    return rc;
}

/*
 * Without memory, libxml2 2.9 goes on with a document that lacks attributes, and crashes in the middle of a
 * schema. So an allocation of its that fails ends the reading where it stands; what it had by then is lost. A
 * program that gave libxml2 allocators of its own keeps them, and does without.
 */
static _Thread_local jmp_buf *starved; /* where this thread's reading ends; NULL: it isn't reading */

static void *or_leave(void *memory, size_t wanted)
{
    if (!memory && wanted > 0 && starved)
        longjmp(*starved, 1);
    return memory;
}

static void *guarded_malloc(size_t size)
{
    return or_leave(malloc(size), size);
}

static void *guarded_realloc(void *memory, size_t size)
{
    return or_leave(realloc(memory, size), size);
}

static char *guarded_strdup(const char *text)
{
    return or_leave(strdup(text), 1);
}

static void prepare_libxml2(void)
{
    xmlFreeFunc release;
    xmlMallocFunc allocate;
    xmlReallocFunc resize;
    xmlStrdupFunc duplicate;
    xmlInitParser();
    if (xmlMemGet(&release, &allocate, &resize, &duplicate) == 0 && allocate == malloc)
        xmlMemSetup(free, guarded_malloc, guarded_realloc, guarded_strdup);
}

int ts_xml_parse(const char *text, size_t length, const char *name, const char *schema, xmlDocPtr *doc)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    jmp_buf out;
    volatile int rc = TS_ENOMEM;
    *doc = NULL;
    if (length > FILE_LIMIT || length > INT_MAX)
        return ts_fail(TS_EINPUT, "%s: larger than 4 MiB; this is not a file that Tilesmith reads", name);
    pthread_once(&once, prepare_libxml2);
    if (setjmp(out) == 0) {
        starved = &out;
        rc = parse_and_validate(text, length, name, schema, doc);
    } else {
        *doc = NULL;
        ts_fail(TS_ENOMEM, "out of memory while reading %s", name);
    }
    starved = NULL;
    return rc;
}

int ts_xml_load(const char *path, const char *schema, xmlDocPtr *doc)
{
    char *text = NULL;
    size_t length;
    int rc = ts_file_read(path, FILE_LIMIT, &text, &length);
    if (rc == 0)
        rc = ts_xml_parse(text, length, path, schema, doc);
    free(text);
    return rc;
}

char *ts_xml_attr(const xmlNode *node, const char *name)
{
    return (char *)xmlGetNoNsProp(node, (const xmlChar *)name);
}

bool ts_xml_is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static xmlNode *first_called(xmlNode *node, const char *name)
{
    for (; node; node = node->next)
        if (name ? ts_xml_is(node, name) : node->type == XML_ELEMENT_NODE)
            return node;
    return NULL;
}

xmlNode *ts_xml_child(const xmlNode *node, const char *name)
{
    return first_called(node->children, name);
}

xmlNode *ts_xml_next(const xmlNode *node, const char *name)
{
    return first_called(node->next, name);
}

int ts_xml_fail(const xmlNode *node, int code, const char *format, ...)
{
    ts_str message = TS_STR_INIT;
    int line;
    ts_xml_place(node, NULL, &line, NULL);
    const char *file = node->doc && node->doc->URL ? (const char *)node->doc->URL : "XML";
    va_list args;
    va_start(args, format);
    ts_str_vformat(&message, format, args);
    va_end(args);
    ts_fail(code, "%s:%d: %s", file, line, ts_str_text(&message));
    ts_str_free(&message);
    return code;
}
