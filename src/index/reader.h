/* Reads single packets of a trace with what its index remembers: see ARCHITECTURE.md, index. */
#ifndef INDEX_READER_H
#define INDEX_READER_H

#include <culprit.h>

#include "index/place.h"
#include "session/session.h"
#include "source/source.h"

struct index_reader;

struct index_range { uint64_t first, last; };

/* NULL: there is no index that can be relied on. The place stays the caller's and must live as long. */
struct index_reader *index_reader_open(const struct index_place *place);
void index_reader_close(struct index_reader *reader);  /* NULL is fine */

/* What is known of the trace; both live as long as the reader. Findings hold their number, id, severity, title and
 * evidence, nothing else. */
const struct source_report *index_reader_report(const struct index_reader *reader);
const struct culprit_finding *index_reader_findings(const struct index_reader *reader, size_t *count);
uint64_t index_reader_packets(const struct index_reader *reader);      /* of the whole trace */

/* Chooses the packets of these ranges, and all that it takes to tell everything about them: their sessions up to `reach`
 * packets behind them. False: so many sessions that the trace is better read as a whole. */
bool index_reader_choose(struct index_reader *reader, const struct index_range *ranges, size_t count, uint64_t reach);
/* The next chosen one, in order; its bytes are valid until the next. SOURCE_ERROR: the trace has changed. */
enum source_status index_reader_next(struct index_reader *reader, struct record *record, struct session_told *told,
				     struct error *error);

#endif
