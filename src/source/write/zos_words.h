/* What a z/OS trace record says, in words for formats that have a place for comments only. */
#ifndef SOURCE_WRITE_ZOS_WORDS_H
#define SOURCE_WRITE_ZOS_WORDS_H

#include "core/text.h"
#include "source/zos.h"

/* Adds "zos.format=4 zos.interface=OSAQDIO4 …": key=value with blanks between, on one line. Values with
 * blanks have quotes. What a record does not say is left out; times are in nanoseconds since 1970. */
void zos_words_add(struct text *to, const struct zos_record *zos);

#endif
