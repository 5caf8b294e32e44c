/*
 * XML in, safely: no network, no entities, no internal subset; validated against an XSD; every message with
 * file and line.
 */
#ifndef TS_UTIL_XML_H
#define TS_UTIL_XML_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

/** Parse and validate a file. `schema` is the XSD's path. *doc is owned by the caller (xmlFreeDoc). */
int ts_xml_load(const char *path, const char *schema, xmlDocPtr *doc);
/** The same for text in memory; `name` stands for the path in messages; schema may be NULL (well-formed
 * only). */
int ts_xml_parse(const char *text, size_t length, const char *name, const char *schema, xmlDocPtr *doc);

/** An attribute's value, malloc'ed by libxml2 (xmlFree); NULL if absent. */
char *ts_xml_attr(const xmlNode *node, const char *name);
/** First child element called `name` (any if NULL); NULL if none. Borrowed. */
xmlNode *ts_xml_child(const xmlNode *node, const char *name);
/** Next sibling element called `name` (any if NULL). Borrowed. */
xmlNode *ts_xml_next(const xmlNode *node, const char *name);
bool ts_xml_is(const xmlNode *node, const char *name);

/** ts_fail with "FILE:LINE: " of the node in front. */
int ts_xml_fail(const xmlNode *node, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
