#include "report/sessions.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "decode/ip.h"

/* What is kept of a session: half the size of the public struct, for there can be a million. */
struct row {
	struct flow_key key;
	const char *application, *state, *setup, *teardown;      /* constant text */
	int64_t first_time, last_time, round_trip;
	uint64_t packets[2], bytes[2], repeated[2];  /* client, server */
	uint32_t number;
	uint8_t kind, client;
	size_t first_finding, finding_count;         /* in session_rows.ids */
};

struct session_rows {
	struct row *rows;
	size_t count, capacity, limit;
	uint64_t not_kept;
	const char **ids;            /* of findings, those of one session together */
	size_t id_count;
};

struct session_rows *session_rows_create(size_t limit)
{
	struct session_rows *rows = memory_zeroed(1, sizeof *rows);
	rows->limit = limit;
	return rows;
}

void session_rows_destroy(struct session_rows *rows)
{
	if (!rows)
		return;
	free(rows->rows);
	free(rows->ids);
	free(rows);
}

const char *session_setup_words(const struct session *session)
{
	const struct tcp_session *tcp = session->tcp;
	uint8_t client = session->client;
	const struct tcp_side *from = &tcp->side[client], *to = &tcp->side[client ^ 1];
	if (tcp->handshake.complete)
		return "complete";
	if (!from->syn_seen)
		return "not seen";
	if (to->synack_seen)
		return "not acknowledged";
	return to->rst_seen ? "refused" : "unanswered";
}

const char *session_teardown_words(const struct session *session)
{
	const struct tcp_session *tcp = session->tcp;
	uint8_t client = session->client;
	const struct tcp_side *from = &tcp->side[client], *to = &tcp->side[client ^ 1];
	if (from->rst_seen || to->rst_seen) {
		bool by_client = from->rst_seen && (!to->rst_seen || from->rst_packet < to->rst_packet);
		return by_client ? "reset by client" : "reset by server";
	}
	if (from->fin_seen && to->fin_seen)
		return "closed";
	if (from->fin_seen)
		return "half closed by client";
	return to->fin_seen ? "half closed by server" : "open";
}

void session_rows_add(struct session_rows *rows, const struct session *session)
{
	if (rows->count == rows->limit) {
		rows->not_kept++;
		return;
	}
	rows->rows = memory_grow(rows->rows, &rows->capacity, rows->count + 1, sizeof *rows->rows);
	struct row *row = &rows->rows[rows->count++];
	*row = (struct row){
		.key = session->key,
		.application = session_service(session),
		.first_time = session->first_time,
		.last_time = session->last_time,
		.round_trip = -1,
		.number = session->number,
		.kind = session->kind,
		.client = session->client,
	};
	for (unsigned i = 0; i < 2; i++) {
		uint8_t side = session->client ^ (uint8_t)i;
		row->packets[i] = session->side[side].packets;
		row->bytes[i] = session->side[side].payload_bytes;
		if (session->tcp)
			row->repeated[i] = session->tcp->side[side].repeated_segments;
	}
	if (session->kind == SESSION_DATA && session->key.protocol == IP_PROTOCOL_TCP) {
		row->setup = session->socket.begun ? "complete" : "not seen";
		row->teardown = session->socket.ended ? "closed" : "open";
	}
	if (!session->tcp)
		return;
	row->state = tcp_state_letters(session);
	row->setup = session_setup_words(session);
	row->teardown = session_teardown_words(session);
	if (tcp_round_trip_known(session))
		row->round_trip = tcp_round_trip(session);
}

static int by_number(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

struct concern { struct row *row; const char *id; };     /* a finding concerns a session */

static int by_row(const void *left, const void *right)
{
	const struct concern *a = left, *b = right;
	if (a->row != b->row)
		return a->row < b->row ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* Adds the concerns of one finding to those found before. */
static struct concern *collect(struct session_rows *rows, const struct finding_store *findings,
			       size_t index, struct concern *concerns, size_t *count, size_t *capacity)
{
	const char *id = finding_store_get(findings, index)->kind->id;
	enum session_kind kind;
	uint32_t number;
	for (size_t i = 0; finding_store_session(findings, index, i, &kind, &number); i++) {
		const struct row wanted = { .kind = (uint8_t)kind, .number = number };
		struct row *row = bsearch(&wanted, rows->rows, rows->count, sizeof wanted, by_number);
		if (!row)
			continue;
		concerns = memory_grow(concerns, capacity, *count + 1, sizeof *concerns);
		concerns[(*count)++] = (struct concern){ row, id };
	}
	return concerns;
}

void session_rows_finish(struct session_rows *rows, const struct finding_store *findings)
{
	struct concern *concerns = NULL;
	size_t count = 0, capacity = 0;
	if (rows->count == 0)
		return;
	qsort(rows->rows, rows->count, sizeof *rows->rows, by_number);
	for (size_t i = 0; i < finding_store_count(findings); i++)
		concerns = collect(rows, findings, i, concerns, &count, &capacity);
	if (count)
		qsort(concerns, count, sizeof *concerns, by_row);
	rows->ids = memory_zeroed(count, sizeof *rows->ids);
	for (size_t i = 0; i < count; i++) {
		if (i && by_row(&concerns[i - 1], &concerns[i]) == 0)
			continue;
		struct row *row = concerns[i].row;
		if (!row->finding_count++)
			row->first_finding = rows->id_count;
		rows->ids[rows->id_count++] = concerns[i].id;
	}
	free(concerns);
}

size_t session_rows_count(const struct session_rows *rows)
{
	return rows->count;
}

uint64_t session_rows_not_kept(const struct session_rows *rows)
{
	return rows->not_kept;
}

bool session_rows_get(const struct session_rows *rows, size_t index, struct culprit_session *to)
{
	if (index >= rows->count)
		return false;
	const struct row *row = &rows->rows[index];
	const struct endpoint *client = &row->key.end[row->client], *server = &row->key.end[row->client ^ 1];
	*to = (struct culprit_session){
		.number = row->number,
		.protocol = session_kind_name(row->kind),
		.application = row->application,
		.client_port = client->port,
		.server_port = server->port,
		.has_ports = row->kind != SESSION_ICMP,
		.state = row->state,
		.start = row->first_time,
		.duration = row->last_time - row->first_time,
		.packets_client = row->packets[0],
		.packets_server = row->packets[1],
		.bytes_client = row->bytes[0],
		.bytes_server = row->bytes[1],
		.round_trip = row->round_trip,
		.retransmissions_client = row->repeated[0],
		.retransmissions_server = row->repeated[1],
		.is_tcp = row->kind == SESSION_TCP,
		.setup = row->setup,
		.teardown = row->teardown,
		.findings = rows->ids + row->first_finding,
		.finding_count = row->finding_count,
	};
	address_text(&client->address, to->client);
	address_text(&server->address, to->server);
	return true;
}

struct line {                    /* a session, and the precision of the trace's clock */
	struct culprit_session session;
	unsigned digits;
};

static const struct column program_columns[] = {
	{ "number" }, { "protocol" }, { "app" }, { "client" }, { "client_port" }, { "server" },
	{ "server_port" }, { "state" }, { "start" }, { "duration_s" }, { "packets_client" },
	{ "packets_server" }, { "bytes_client" }, { "bytes_server" }, { "rtt_ms" },
	{ "retransmissions_client" }, { "retransmissions_server" }, { "setup" }, { "teardown" },
	{ "findings" },
};

static struct cell round_trip_cell(int64_t round_trip)
{
	return round_trip < 0 ? cell_nothing() : cell_milliseconds(round_trip);
}

static void program_cells(const void *row, struct cell *cell)
{
	const struct line *line = row;
	const struct culprit_session *session = &line->session;
	*cell++ = cell_number(session->number);
	*cell++ = cell_words(session->protocol);
	*cell++ = cell_words(session->application);
	*cell++ = cell_words(session->client);
	*cell++ = cell_number_if(session->has_ports, session->client_port);
	*cell++ = cell_words(session->server);
	*cell++ = cell_number_if(session->has_ports, session->server_port);
	*cell++ = cell_words(session->state);
	*cell++ = cell_time(session->start, line->digits);
	*cell++ = cell_seconds(session->duration);
	*cell++ = cell_number(session->packets_client);
	*cell++ = cell_number(session->packets_server);
	*cell++ = cell_number(session->bytes_client);
	*cell++ = cell_number(session->bytes_server);
	*cell++ = round_trip_cell(session->round_trip);
	*cell++ = cell_number_if(session->is_tcp, session->retransmissions_client);
	*cell++ = cell_number_if(session->is_tcp, session->retransmissions_server);
	*cell++ = cell_words(session->setup);
	*cell++ = cell_words(session->teardown);
	*cell++ = cell_list(session->findings, session->finding_count, "");
}

static const struct table for_programs = {
	program_columns, sizeof program_columns / sizeof program_columns[0], program_cells,
};

static const struct column people_columns[] = {
	{ "ID", true }, { "Protocol" }, { "Client" }, { "Port", true }, { "Server" }, { "Port", true },
	{ "Service" }, { "Start" }, { "Seconds", true }, { "Packets >", true }, { "<", true },
	{ "Bytes >", true }, { "<", true }, { "RTT ms", true }, { "Repeats", true }, { "Begin" },
	{ "End" }, { "Findings" },
};

static void people_cells(const void *row, struct cell *cell)
{
	const struct line *line = row;
	const struct culprit_session *session = &line->session;
	*cell++ = cell_number(session->number);
	*cell++ = cell_words(session->protocol);
	*cell++ = cell_words(session->client);
	*cell++ = cell_number_if(session->has_ports, session->client_port);
	*cell++ = cell_words(session->server);
	*cell++ = cell_number_if(session->has_ports, session->server_port);
	*cell++ = cell_words(session->application);
	*cell++ = cell_time(session->start, line->digits);
	*cell++ = cell_seconds(session->duration);
	*cell++ = cell_number(session->packets_client);
	*cell++ = cell_number(session->packets_server);
	*cell++ = cell_number(session->bytes_client);
	*cell++ = cell_number(session->bytes_server);
	*cell++ = round_trip_cell(session->round_trip);
	*cell++ = cell_number_if(session->is_tcp, session->retransmissions_client +
				 session->retransmissions_server);
	*cell++ = cell_words(session->setup);
	*cell++ = cell_words(session->teardown);
	*cell++ = cell_list(session->findings, session->finding_count, "");
}

static const struct table for_people = {
	people_columns, sizeof people_columns / sizeof people_columns[0], people_cells,
};

/* The same on a narrow terminal. */
#define NARROWER_THAN 160

static const struct column narrow_columns[] = {
	{ "ID", true }, { "Client" }, { "Server" }, { "Service" }, { "Packets", true }, { "Bytes", true }, { "State" },
	{ "Findings" },
};

static void narrow_cells(const void *row, struct cell *cell)
{
	const struct culprit_session *session = &((const struct line *)row)->session;
	*cell++ = cell_number(session->number);
	*cell++ = cell_words(session->client);
	*cell++ = cell_words(session->server);
	*cell++ = session->application ? cell_words(session->application)
		: session->has_ports ? cell_number(session->server_port) : cell_words(session->protocol);
	*cell++ = cell_number(session->packets_client + session->packets_server);
	*cell++ = cell_number(session->bytes_client + session->bytes_server);
	*cell++ = session->state ? cell_words(session->state) : cell_words(session->protocol);
	*cell++ = cell_list(session->findings, session->finding_count, "");
}

static const struct table for_narrow = {
	narrow_columns, sizeof narrow_columns / sizeof narrow_columns[0], narrow_cells, .fold = true,
};

/* ---- Order -------------------------------------------------------------------------------------- */

enum { SORT_NUMBER, SORT_START, SORT_DURATION, SORT_PACKETS, SORT_BYTES, SORT_BYTES_CLIENT, SORT_BYTES_SERVER,
	SORT_RATE, SORT_ROUND_TRIP, SORT_REPEATS, SORT_FINDINGS, SORT_KEYS };

static const char *const sort_keys[SORT_KEYS] = { "number", "start", "duration", "packets", "bytes",
	"bytes_client", "bytes_server", "rate", "rtt", "retransmissions", "findings" };

const char *session_sort_key(unsigned index)
{
	return index < SORT_KEYS ? sort_keys[index] : NULL;
}

static double weight_of(const struct row *row, unsigned key)
{
	double duration = (double)(row->last_time - row->first_time);
	double bytes = (double)row->bytes[0] + (double)row->bytes[1];
	switch (key) {
	case SORT_START:
		return -(double)row->first_time;     /* the earliest first */
	case SORT_DURATION:
		return duration;
	case SORT_PACKETS:
		return (double)row->packets[0] + (double)row->packets[1];
	case SORT_BYTES:
		return bytes;
	case SORT_BYTES_CLIENT:
		return (double)row->bytes[0];
	case SORT_BYTES_SERVER:
		return (double)row->bytes[1];
	case SORT_RATE:
		return duration > 0 ? bytes / duration : 0;
	case SORT_ROUND_TRIP:
		return (double)row->round_trip;
	case SORT_REPEATS:
		return (double)row->repeated[0] + (double)row->repeated[1];
	case SORT_FINDINGS:
		return (double)row->finding_count;
	default:
		return 0;
	}
}

struct place { double weight; size_t index; };

static int by_weight(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static unsigned find_key(const char *key)
{
	for (unsigned i = 0; key && i < SORT_KEYS; i++)
		if (strcmp(sort_keys[i], key) == 0)
			return i;
	return SORT_NUMBER;
}

bool session_rows_report(const struct session_rows *rows, const char *sort, size_t top,
			 const struct culprit_output *output, int64_t origin, unsigned digits)
{
	bool narrow = output->width && output->width < NARROWER_THAN;
	struct table_writer *writer = table_begin(narrow ? &for_narrow : &for_people, &for_programs, output, origin);
	struct place *places = memory_zeroed(rows->count + 1, sizeof *places);
	struct line line = { .digits = digits };
	unsigned key = find_key(sort);
	for (size_t i = 0; i < rows->count; i++)
		places[i] = (struct place){ weight_of(&rows->rows[i], key), i };
	if (key != SORT_NUMBER)
		qsort(places, rows->count, sizeof *places, by_weight);
	for (size_t i = 0; i < rows->count && (!top || i < top); i++)
		if (!session_rows_get(rows, places[i].index, &line.session) || !table_row(writer, &line))
			break;
	free(places);
	return table_end(writer);
}
