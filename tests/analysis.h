/*
 * For clang-tidy, which sees one translation unit at a time: a failure function returns the code it was given, never 0. Without
 * this every `return ts_fail(…)` looks as if it might be a success that filled nothing in.
 */
#if __has_include("tilesmith_plugin.h") && !defined TS_ANALYSIS_OFF
#include "tilesmith_plugin.h"
#define ts_fail(code, ...) (ts_fail(code, __VA_ARGS__), (code))
#if __has_include("util/xml.h")
#include "util/xml.h"
#define ts_xml_fail(node, code, ...) (ts_xml_fail(node, code, __VA_ARGS__), (code))
#endif
#endif
