#include "report/times_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WIDE 120                     /* columns from which on there is room for more */
#define REQUEST_COLUMNS 48           /* of a request in a list for people */

const char *milliseconds_text(int64_t nanoseconds, char to[static MILLISECONDS_SIZE])
{
	int64_t microseconds = nanoseconds / 1000 + (nanoseconds % 1000 >= 500);
	snprintf(to, MILLISECONDS_SIZE, "%" PRId64 ".%03d", microseconds / 1000, (int)(microseconds % 1000));
	return to;
}

/* ---- Transactions ---- */

static const struct column program_columns[] = {
	{ "session" }, { "transaction" }, { "app" }, { "request_packet" }, { "response_packet" },
	{ "request" }, { "network_ms" }, { "server_ms" }, { "transfer_ms" }, { "client_ms" },
	{ "total_ms" }, { "status" }, { "dns_ms" }, { "connect_retry_ms" }, { "connect_ms" },
	{ "tls_ms" }, { "request_transfer_ms" }, { "round_trip_ms" }, { "server_think_ms" },
	{ "retransmission_ms" }, { "window_ms" }, { "pause_ms" }, { "delayed_ack_ms" },
	{ "response_transfer_ms" }, { "slow" },
};

static struct cell known_milliseconds(const struct culprit_transaction *transaction, int64_t nanoseconds)
{
	return transaction->answered ? cell_milliseconds(nanoseconds) : cell_nothing();
}

static void program_cells(const void *row, struct cell *cell)
{
	const struct culprit_transaction *transaction = row;
	*cell++ = cell_words(transaction->session);
	*cell++ = cell_number(transaction->number);
	*cell++ = cell_words(transaction->application);
	*cell++ = cell_number(transaction->request_packet);
	*cell++ = cell_number_if(transaction->answered, transaction->response_packet);
	*cell++ = cell_words(transaction->request);
	*cell++ = known_milliseconds(transaction, transaction->network);
	*cell++ = known_milliseconds(transaction, transaction->answering);
	*cell++ = known_milliseconds(transaction, transaction->transfer);
	*cell++ = known_milliseconds(transaction, transaction->client_think);
	*cell++ = known_milliseconds(transaction, transaction->total);
	*cell++ = cell_words(transaction->status);
	for (int i = 0; i < CULPRIT_PARTS; i++)
		*cell++ = known_milliseconds(transaction, transaction->part[i]);
	*cell++ = transaction->answered ? cell_boolean(transaction->slow) : cell_nothing();
}

static const struct table for_programs = {
	program_columns, sizeof program_columns / sizeof program_columns[0], program_cells,
};

static const struct column people_columns[] = {
	{ "Session" }, { "No", true }, { "Packet", true }, { "Service" }, { "Total ms", true },
	{ "Network", true }, { "Server", true }, { "Transfer", true }, { "Status" }, { "Request" },
};

struct people_row {
	const struct culprit_transaction *transaction;
	char total[MILLISECONDS_SIZE + 2], network[MILLISECONDS_SIZE], server[MILLISECONDS_SIZE],
		transfer[MILLISECONDS_SIZE], service[13], request[CULPRIT_REQUEST_SIZE];
};

static void people_cells(const void *row, struct cell *cell)
{
	const struct people_row *line = row;
	const struct culprit_transaction *transaction = line->transaction;
	*cell++ = cell_words(transaction->session);
	*cell++ = cell_number(transaction->number);
	*cell++ = cell_number(transaction->request_packet);
	*cell++ = cell_words(line->service);
	*cell++ = cell_words(line->total);
	*cell++ = cell_words(line->network);
	*cell++ = cell_words(line->server);
	*cell++ = cell_words(line->transfer);
	*cell++ = cell_words(transaction->status);
	*cell++ = cell_words(line->request);
}

static const struct table for_people = {
	people_columns, sizeof people_columns / sizeof people_columns[0], people_cells,
	.fold = true,
};

struct table_writer *times_rows_begin(const struct culprit_output *output)
{
	return table_begin(&for_people, &for_programs, output, CULPRIT_NO_TIME);
}

/* The first characters of `from`, without breaking one. */
static void cut(char *to, const char *from, size_t characters)
{
	size_t bytes = 0;
	for (; from[bytes] && (characters || ((uint8_t)from[bytes] & 0xc0) == 0x80); bytes++)
		if (characters && ((uint8_t)from[bytes] & 0xc0) != 0x80)
			characters--;
	memcpy(to, from, bytes);
	to[bytes] = '\0';
}

/* The service's name, or its port when it has none. */
static void put_service(char *to, size_t size, const struct culprit_transaction *transaction)
{
	if (transaction->application)
		snprintf(to, size, "%s", transaction->application);
	else if (transaction->has_ports)
		snprintf(to, size, "%u", transaction->server_port);
	else
		*to = '\0';
}

/* The table's description is shared, so what it needs besides the transaction is made here. */
bool times_row(struct table_writer *writer, const struct culprit_transaction *transaction)
{
	if (!table_is_text(writer))
		return table_row(writer, transaction);
	struct people_row line = { .transaction = transaction };
	char total[MILLISECONDS_SIZE];
	if (transaction->answered) {
		snprintf(line.total, sizeof line.total, "%s%s", transaction->slow ? "! " : "",
			 milliseconds_text(transaction->total, total));
		milliseconds_text(transaction->network, line.network);
		milliseconds_text(transaction->answering, line.server);
		milliseconds_text(transaction->transfer, line.transfer);
	}
	put_service(line.service, sizeof line.service, transaction);
	cut(line.request, transaction->request, REQUEST_COLUMNS);
	return table_row(writer, &line);
}

/* ---- Groups ---- */

static const struct column group_columns[] = {
	{ "name" }, { "role" }, { "app" }, { "transactions" }, { "slow" }, { "unanswered" },
	{ "min_ms" }, { "mean_ms" },
	{ "p50_ms" }, { "p90_ms" }, { "p95_ms" }, { "p99_ms" }, { "max_ms" }, { "slowest_packet" },
	{ "network_ms" }, { "server_ms" }, { "transfer_ms" }, { "client_ms" }, { "total_ms" }, { "dns_ms" },
	{ "connect_retry_ms" }, { "connect_ms" }, { "tls_ms" }, { "request_transfer_ms" },
	{ "round_trip_ms" }, { "server_think_ms" }, { "retransmission_ms" }, { "window_ms" },
	{ "pause_ms" }, { "delayed_ack_ms" }, { "response_transfer_ms" },
};

/* Of a group whose requests were answered. */
static struct cell times_cell(const struct times_group *group, int64_t nanoseconds)
{
	return group->times.count ? cell_milliseconds(nanoseconds) : cell_nothing();
}

static void group_cells(const void *row, struct cell *cell)
{
	const struct times_group *group = row;
	*cell++ = cell_words(group->name);
	*cell++ = cell_words(group->role);
	*cell++ = cell_words(group->application);
	*cell++ = cell_number(group->times.count);
	*cell++ = cell_number(group->slow);
	*cell++ = cell_number(group->unanswered);
	*cell++ = times_cell(group, group->times.minimum);
	*cell++ = times_cell(group, group->times.count ? group->total / (int64_t)group->times.count : 0);
	*cell++ = times_cell(group, histogram_percentile(&group->times, 0.5));
	*cell++ = times_cell(group, histogram_percentile(&group->times, 0.9));
	*cell++ = times_cell(group, histogram_percentile(&group->times, 0.95));
	*cell++ = times_cell(group, histogram_percentile(&group->times, 0.99));
	*cell++ = times_cell(group, group->times.maximum);
	*cell++ = cell_number_if(group->times.count > 0, group->slowest_packet);
	*cell++ = cell_milliseconds(group->network);
	*cell++ = cell_milliseconds(group->answering);
	*cell++ = cell_milliseconds(group->transfer);
	*cell++ = cell_milliseconds(group->client_think);
	*cell++ = cell_milliseconds(group->total);
	for (int i = 0; i < CULPRIT_PARTS; i++)
		*cell++ = cell_milliseconds(group->part[i]);
}

static const struct table groups_for_programs = {
	group_columns, sizeof group_columns / sizeof group_columns[0], group_cells,
};

struct group_line {
	const struct times_group *group;
	char p50[MILLISECONDS_SIZE], p90[MILLISECONDS_SIZE], p95[MILLISECONDS_SIZE],
		p99[MILLISECONDS_SIZE], maximum[MILLISECONDS_SIZE];
	char network[8], server[8], transfer[8];
};

static const char *second_word(const struct times_group *group)
{
	return group->role ? group->role : group->application;
}

static void narrow_cells(const void *row, struct cell *cell)
{
	const struct group_line *line = row;
	*cell++ = cell_words(line->group->name);
	*cell++ = cell_words(second_word(line->group));
	*cell++ = cell_number(line->group->times.count);
	*cell++ = cell_number(line->group->slow);
	*cell++ = cell_words(line->p50);
	*cell++ = cell_words(line->p95);
	*cell++ = cell_words(line->maximum);
}

static void wide_cells(const void *row, struct cell *cell)
{
	const struct group_line *line = row;
	*cell++ = cell_words(line->group->name);
	*cell++ = cell_words(second_word(line->group));
	*cell++ = cell_number(line->group->times.count);
	*cell++ = cell_number(line->group->slow);
	*cell++ = cell_words(line->p50);
	*cell++ = cell_words(line->p90);
	*cell++ = cell_words(line->p95);
	*cell++ = cell_words(line->p99);
	*cell++ = cell_words(line->maximum);
	*cell++ = cell_words(line->network);
	*cell++ = cell_words(line->server);
	*cell++ = cell_words(line->transfer);
}

#define WIDE_TABLE(first, second) { \
	{ first }, { second }, { "Requests", true }, { "Slow", true }, { "p50 ms", true }, { "p90", true }, \
	{ "p95", true }, { "p99", true }, { "Longest", true }, { "Network", true }, { "Server", true }, \
	{ "Transfer", true } }
#define NARROW_TABLE(first, second) { \
	{ first }, { second }, { "Requests", true }, { "Slow", true }, { "p50 ms", true }, { "p95", true }, \
	{ "Longest", true } }

static const struct column wide_columns[][12] = {
	WIDE_TABLE("Session", "App"), WIDE_TABLE("Service", "App"), WIDE_TABLE("Host", "As"),
};
static const struct column narrow_columns[][7] = {
	NARROW_TABLE("Session", "App"), NARROW_TABLE("Service", "App"), NARROW_TABLE("Host", "As"),
};
static const struct table wide_tables[] = {
	{ wide_columns[0], 12, wide_cells }, { wide_columns[1], 12, wide_cells },
	{ wide_columns[2], 12, wide_cells },
};
static const struct table narrow_tables[] = {
	{ narrow_columns[0], 7, narrow_cells }, { narrow_columns[1], 7, narrow_cells },
	{ narrow_columns[2], 7, narrow_cells },
};

struct table_writer *times_group_rows_begin(const struct culprit_output *output, enum culprit_times_by by)
{
	int which = by == CULPRIT_BY_SESSION ? 0 : by == CULPRIT_BY_HOST ? 2 : 1;
	return table_begin(output->width >= WIDE ? &wide_tables[which] : &narrow_tables[which],
			   &groups_for_programs, output, CULPRIT_NO_TIME);
}

static void put_share(char to[static 8], int64_t part, int64_t all)
{
	snprintf(to, 8, "%.0f %%", all ? 100.0 * (double)part / (double)all : 0.0);
}

bool times_group_row(struct table_writer *writer, const struct times_group *group)
{
	if (!table_is_text(writer))
		return table_row(writer, group);
	struct group_line line = { .group = group };
	if (!group->times.count)
		return table_row(writer, &line);
	milliseconds_text(histogram_percentile(&group->times, 0.5), line.p50);
	milliseconds_text(histogram_percentile(&group->times, 0.9), line.p90);
	milliseconds_text(histogram_percentile(&group->times, 0.95), line.p95);
	milliseconds_text(histogram_percentile(&group->times, 0.99), line.p99);
	milliseconds_text(group->times.maximum, line.maximum);
	put_share(line.network, group->network, group->total);
	put_share(line.server, group->answering, group->total);
	put_share(line.transfer, group->transfer, group->total);
	return table_row(writer, &line);
}
