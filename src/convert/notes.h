/* What findings say about single packets, in the order of the trace. */
#ifndef CONVERT_NOTES_H
#define CONVERT_NOTES_H

#include "core/text.h"
#include "finding/finding.h"

struct notes;

/* One note for each packet that a finding cites. `words` false: without what it says in words, which may
 * name hosts. Free with notes_destroy. */
struct notes *notes_create(const struct finding_store *findings, bool words);
void notes_destroy(struct notes *notes);       /* NULL is fine */

/* Adds the notes about a packet, a line each: "culprit error 1 tcp/zero-window: window 0". Packets must be
 * asked for in ascending order. */
void notes_add(struct notes *notes, uint64_t packet, struct text *to);

#endif
