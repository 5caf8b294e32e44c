/* The vocabulary of target descriptions that targets/target.xsd has elements for; anything else is an
 * <attribute>. */
#ifndef TS_CORE_TARGET_TERMS_H
#define TS_CORE_TARGET_TERMS_H

#include "core/target.h"

#define TS_TARGET_NAME_LONGEST 127
#define TS_TARGET_INSTANCE     23 /**< longest name of a buffer or link */

/** How an attribute is written: as <LEAF> inside <TOPIC>, or inside <TOPIC name="INSTANCE">; or alone. */
typedef struct ts_target_term {
    const char *topic;                     /**< element around it; NULL: none */
    char instance[TS_TARGET_INSTANCE + 1]; /**< value of the topic's `name`; "": it has none */
    const char *leaf;                      /**< element that carries the value */
    const char *key;                       /**< attribute of the leaf that holds `key_value`; NULL: none */
    const char *key_value;                 /**< end of the attribute's dotted name */
} ts_target_term;

/** How to write the attribute. Never fails: what has no element of its own becomes <attribute name="…">. */
ts_target_term ts_target_term_of(const ts_attribute *attribute);

/** The unit that the schema allows for a numeric attribute, "1" for a count, and the other one if there are
 * two. False: it is text, or has no element. */
bool ts_target_unit_known(const char *name, const char **unit, const char **other);

/** True if `name` is dotted words of letters, digits and _. */
bool ts_target_name_is_valid(const char *name);

/** A number as people write it (48K, 2.6e9, 1.5M; K, M, G are powers of 1024); false if it is none, or
 * infinite. */
bool ts_target_number_parse(const char *text, ts_value *out);

/** A copy that XML can hold: bytes that are no UTF-8, and control characters, become '?'. NULL when out of
 * memory. */
char *ts_target_text_copy(const char *text);

#endif
