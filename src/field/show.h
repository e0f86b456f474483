/* Values of fields as text: bare, as tshark -T fields prints them, and as JSON. */
#ifndef FIELD_SHOW_H
#define FIELD_SHOW_H

#include "core/text.h"
#include "decode/field.h"

/* Numbers in the field's form without units and names; times in RFC 3339, durations in seconds, both with `digits`
 * decimals; bytes in hexadecimal. A group is "1". Text is added as it is: it may be hostile. */
void field_show(struct text *to, const struct field *field, const struct field_value *value, unsigned digits);
/* Numbers and durations as numbers, flags as true and false, everything else as a string. */
void field_show_json(struct text *to, const struct field *field, const struct field_value *value,
		     unsigned digits);

#endif
