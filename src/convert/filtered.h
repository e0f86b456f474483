/* Which packets a display filter selects, while records go by on their way to another file. */
#ifndef CONVERT_FILTERED_H
#define CONVERT_FILTERED_H

#include "core/error.h"
#include "source/source.h"

struct filtered;
struct finding_store;

/* NULL with `error` filled when the expression is wrong, or speaks of findings and there are none. `findings` (NULL: not
 * known) must outlive it. */
struct filtered *filtered_create(const char *expression, const struct finding_store *findings,
				 size_t max_sessions, struct error *error);
void filtered_destroy(struct filtered *filtered);      /* NULL is fine */
/* Of every record, in order: sessions are followed all along. */
bool filtered_wants(struct filtered *filtered, const struct record *record, const struct source_report *report);

#endif
