/* Response times: each transaction a row, the slowest ones, or sums by session, service and host. */
#ifndef REPORT_TIMES_H
#define REPORT_TIMES_H

#include <culprit.h>

#include "report/response_limit.h"

struct times;

/* What was asked for, checked. NULL with `error` when it does not make sense. `session_limit` is how many
 * sessions may be told apart. */
struct times *times_create(const struct culprit_times *choice, const struct culprit_output *output,
			   size_t session_limit, struct error *error);
void times_destroy(struct times *times);             /* NULL is fine; writes nothing */
/* False when the output takes no more: there is nothing left to read for. */
bool times_add(struct times *times, const struct culprit_transaction *transaction);
/* Writes what could not be written before. `limits`: from when on answers were slow. */
void times_finish(struct times *times, const struct response_limits *limits);
uint64_t times_left_out(const struct times *times);

#endif
