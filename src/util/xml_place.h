/* Where an attribute's value or an element's text stands in its file: libxml2 keeps only the line a start tag
 * ends on. */
#ifndef TS_UTIL_XML_PLACE_H
#define TS_UTIL_XML_PLACE_H

#include <libxml/tree.h>
#include <stddef.h>

/** Note in every node of `doc` where it stands in the text it was parsed from (done by ts_xml_parse). */
void ts_xml_locate(xmlDocPtr doc, const char *text, size_t length);

/**
 * Line and column (from 1; column in bytes, may be NULL) of the value of `attribute`, or of the element's
 * start tag for NULL, or of its text for "". Where that is unknown: the line libxml2 knows, and column 0.
 */
void ts_xml_place(const xmlNode *node, const char *attribute, int *line, int *column);

#endif
