/* Where the index of a trace is kept, and what it is checked against: a file of its own in a directory of the user. Only
 * the user's own files are read; they are written whole or not at all. */
#ifndef INDEX_PLACE_H
#define INDEX_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "core/text.h"

struct index_place;

/* NULL: nothing can be kept of this trace, since it is no plain file or shorter than `least` bytes. */
struct index_place *index_place_create(const char *directory, const char *trace, uint64_t least);
void index_place_destroy(struct index_place *place);   /* NULL is fine */
const char *index_place_trace(const struct index_place *place);

/* The content that was written for this trace as it is now, by this build; to be freed. NULL: there is none. */
uint8_t *index_place_read(const struct index_place *place, size_t *length);
/* Has the trace been the same since the place was made? */
bool index_place_is_current(const struct index_place *place);
/* In two parts. Makes the directory where it is missing, and room where many indexes are. */
void index_place_write(const struct index_place *place, const struct text *head, const struct text *rest);

#endif
