#include "report/times.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "report/times_page.h"
#include "report/times_rows.h"

#define SUMMARY_ROWS 10
#define GROUPS_LIMIT 16384           /* services or hosts told apart, some 1.5 KiB each at the most */

struct times {
	struct culprit_times choice;
	struct culprit_output output;
	struct table_writer *rows;           /* of transactions, while reading; NULL */
	struct times_top *top;               /* of transactions; NULL */
	struct times_groups *groups;         /* NULL */
	struct times_sum sum;
	uint64_t left_out, written;
};

static const char *const by_names[] = { "summary", "transaction", "session", "service", "host" };
static const char *const sort_names[] = { "default", "time", "total", "network", "server", "transfer",
	"client", "count", "p95" };

const char *culprit_times_by_name(enum culprit_times_by by)
{
	return by < sizeof by_names / sizeof *by_names ? by_names[by] : NULL;
}

const char *culprit_times_sort_name(enum culprit_times_sort sort)
{
	return sort < sizeof sort_names / sizeof *sort_names ? sort_names[sort] : NULL;
}

static bool is_page(const struct times *times)
{
	return times->choice.by == CULPRIT_BY_SUMMARY && times->output.format == CULPRIT_TEXT;
}

static bool makes_sense(const struct culprit_times *choice, struct error *error)
{
	bool groups = choice->by > CULPRIT_BY_TRANSACTION;
	if (!groups && choice->sort >= CULPRIT_SORT_COUNT)
		return error_set(error, ERROR_USAGE, "say by session, service or host",
				 "single transactions cannot be sorted by %s",
				 culprit_times_sort_name(choice->sort));
	return true;
}

struct times *times_create(const struct culprit_times *choice, const struct culprit_output *output,
			   size_t session_limit, struct error *error)
{
	if (!makes_sense(choice, error))
		return NULL;
	struct times *times = memory_zeroed(1, sizeof *times);
	times->choice = *choice;
	times->output = *output;
	enum culprit_times_sort sort = choice->sort;
	if (is_page(times)) {
		times->choice.top = choice->top ? choice->top : SUMMARY_ROWS;
		times->groups = times_groups_create(CULPRIT_BY_SERVICE, GROUPS_LIMIT);
		times->top = times_top_create(sort ? sort : CULPRIT_SORT_TOTAL, times->choice.top);
	} else if (choice->by > CULPRIT_BY_TRANSACTION) {
		times->groups = times_groups_create(choice->by, choice->by == CULPRIT_BY_SESSION
							? session_limit : GROUPS_LIMIT);
	} else if (sort) {
		times->top = times_top_create(sort, choice->top ? choice->top : CULPRIT_TIMES_SORTED);
	} else {
		times->rows = times_rows_begin(output);
	}
	return times;
}

void times_destroy(struct times *times)
{
	if (!times)
		return;
	if (times->rows)
		table_end(times->rows);
	times_top_destroy(times->top);
	times_groups_destroy(times->groups);
	free(times);
}

bool times_add(struct times *times, const struct culprit_transaction *transaction)
{
	if (is_page(times))
		times_sum_add(&times->sum, transaction);
	if (times->groups)
		times_groups_add(times->groups, transaction);
	if (times->top)
		times_top_add(times->top, transaction);
	if (!times->rows)
		return true;
	if (times->choice.top && times->written == times->choice.top) {
		times->left_out++;
		return true;
	}
	times->written++;
	return times_row(times->rows, transaction);
}

static void write_groups(struct times *times)
{
	size_t count, most = times->choice.top ? times->choice.top : SIZE_MAX;
	const struct times_group *const *groups = times_groups_sorted(times->groups, times->choice.sort,
								      &count);
	struct table_writer *writer = times_group_rows_begin(&times->output, times->choice.by);
	for (size_t i = 0; i < count; i++) {
		if (i >= most && !groups[i]->is_rest)
			times->left_out++;
		else if (!times_group_row(writer, groups[i]))
			break;
	}
	table_end(writer);
	times->left_out += times_groups_rest(times->groups);
}

static void write_top(struct times *times)
{
	size_t count;
	const struct culprit_transaction *transactions = times_top_sorted(times->top, &count);
	struct table_writer *writer = times_rows_begin(&times->output);
	for (size_t i = 0; i < count; i++)
		if (!times_row(writer, &transactions[i]))
			break;
	table_end(writer);
	times->left_out = times_top_left_out(times->top);
}

void times_finish(struct times *times, const struct response_limits *limits)
{
	if (is_page(times))
		times_page_write(&times->output, &times->sum, times->groups, times->top,
				 times->choice.top, limits->time, limits->count > 0);
	else if (times->groups)
		write_groups(times);
	else if (times->top)
		write_top(times);
	if (times->rows)
		table_end(times->rows);
	times->rows = NULL;
}

uint64_t times_left_out(const struct times *times)
{
	return times->left_out;
}
