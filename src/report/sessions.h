/* Sessions as rows: kept small while the trace is read, sorted and joined with the findings at its end. */
#ifndef REPORT_SESSIONS_H
#define REPORT_SESSIONS_H

#include "analysis.h"
#include "report/table.h"

struct session_rows;

/* Keeps at most `limit` sessions; more are only counted. */
struct session_rows *session_rows_create(size_t limit);
void session_rows_destroy(struct session_rows *rows);        /* NULL is fine */
/* Copies what a row needs from a session that has ended. */
void session_rows_add(struct session_rows *rows, const struct session *session);
/* Sorts and tells each session its findings. Once, after the analysis. */
void session_rows_finish(struct session_rows *rows, const struct finding_store *findings);

size_t session_rows_count(const struct session_rows *rows);
uint64_t session_rows_not_kept(const struct session_rows *rows);
/* False past the last. What `to` points to lives as long as `rows`. */
bool session_rows_get(const struct session_rows *rows, size_t index, struct culprit_session *to);

/* Writes the first `top` rows, all of them when it is 0, in the order of `sort` (NULL: by number); see
 * table_begin. */
bool session_rows_report(const struct session_rows *rows, const char *sort, size_t top,
			 const struct culprit_output *output, int64_t origin, unsigned digits);
/* What rows can be sorted by: "bytes" …; NULL past the last. */
const char *session_sort_key(unsigned index);

/* How a TCP session began and ended: "complete", "refused"; "closed", "reset by client". */
const char *session_setup_words(const struct session *session);
const char *session_teardown_words(const struct session *session);

#endif
