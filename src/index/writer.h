/* Makes an index while a trace is read: see index.h. */
#ifndef INDEX_WRITER_H
#define INDEX_WRITER_H

#include <culprit.h>

#include "session/session.h"
#include "index/place.h"

struct index_writer;

/* Of the trace at `place`, which is taken over. */
struct index_writer *index_writer_create(struct index_place *place);
void index_writer_destroy(struct index_writer *writer);        /* NULL is fine */
/* Every packet, in order, when its session has been found. */
void index_writer_add(struct index_writer *writer, const struct observation *observation);
/* At the end of the trace: writes the index where it belongs, unless the trace is none that can be read in parts. What
 * fails is nobody's loss: the next run reads the trace again. */
void index_writer_finish(struct index_writer *writer, const struct source_report *report,
			 const struct session_table *table, const struct culprit_finding *findings, size_t count);

#endif
