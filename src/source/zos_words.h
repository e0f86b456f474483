/* What a z/OS trace record says, in words for formats that have a place for comments only, and back. */
#ifndef SOURCE_ZOS_WORDS_H
#define SOURCE_ZOS_WORDS_H

#include "core/text.h"
#include "source/zos.h"

/* Adds "zos.format=4 zos.interface=OSAQDIO4 …": key=value with blanks between, on one line. Values with
 * blanks have quotes. What a record does not say is left out; times are in nanoseconds since 1970. */
void zos_words_add(struct text *to, const struct zos_record *zos);

#define ZOS_WORDS_DISCARD 32

struct zos_words {                   /* a record made of such words */
	struct zos_record zos;       /* its header is NULL: the words hold what is known of it */
	char discard_name[ZOS_WORDS_DISCARD];    /* where zos.discard_name may point */
};

/* Reads what zos_words_add wrote, or what somebody made of it: unknown keys are passed over. False when
 * these are no such words. The clocks' digits below the nanosecond are lost. */
bool zos_words_read(const char *words, size_t length, struct zos_words *to);

#endif
