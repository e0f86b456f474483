/* How transactions and groups of them look as rows. */
#ifndef REPORT_TIMES_ROWS_H
#define REPORT_TIMES_ROWS_H

#include "report/table.h"
#include "report/times_groups.h"

/* Tables of transactions and of groups, for output as wide as the output says. */
struct table_writer *times_rows_begin(const struct culprit_output *output);
bool times_row(struct table_writer *writer, const struct culprit_transaction *transaction);

struct table_writer *times_group_rows_begin(const struct culprit_output *output, enum culprit_times_by by);
bool times_group_row(struct table_writer *writer, const struct times_group *group);

#define MILLISECONDS_SIZE 24
/* "12.345": rounded to the microsecond. */
const char *milliseconds_text(int64_t nanoseconds, char to[static MILLISECONDS_SIZE]);

#endif
