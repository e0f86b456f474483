/* Sums that must come out even on every trace (C3, 4): the parts of a response time (A10), the
 * states of a transfer (A11), and the bytes that were acknowledged. Prints the Test Anything
 * Protocol.
 *
 *	session_sums_test [-v] FOLDER...      all scenarios and traces in and below the folders */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/clock.h"
#include "report/transaction.h"
#include "scenario.h"
#include "session/session.h"
#include "session/tcp.h"
#include "source/source.h"

#define COMPLAINTS_SHOWN 5

struct check {
	const char *path;
	uint64_t transactions, transfers, sides, rows;       /* that were looked at */
	struct transactions *found;
	uint64_t complaints;
	bool verbose;
	bool stepped_back;                           /* the recorder's clock did */
};

static struct { uint64_t transactions, transfers, sides, rows, failed, files; } total;

static void complain(struct check *check, const struct session *session, const char *what,
		     int64_t value)
{
	if (check->complaints++ < COMPLAINTS_SHOWN)
		printf("# %s: tcp:%u (from packet %" PRIu64 "): %s: %" PRId64 "\n", check->path,
		       session->number, session->first_packet, what, value);
}

static void check_transaction(struct check *check, const struct session *session,
			      const struct tcp_transaction *transaction)
{
	const struct tcp_handshake *handshake = &session->tcp->handshake;
	const struct tcp_side *client = &session->tcp->side[session->client];
	int64_t sum = 0;
	for (int i = 0; i < RESPONSE_PARTS; i++) {
		sum += transaction->part[i];
		if (transaction->part[i] < 0)
			complain(check, session, response_part_name((enum response_part)i),
				 transaction->part[i]);
	}
	if (sum != transaction->total)
		complain(check, session, "parts do not add up to the total, by ns",
			 sum - transaction->total);
	/* From the first byte of the request, and for the first one from the first SYN to the
	 * handshake's end, and the name look-up before it. */
	int64_t span = transaction->response_last_time - transaction->request_time;
	if (transaction->first && handshake->complete && client->syn_seen)
		span += handshake->done_time - client->syn_first_time + session->tcp->lookup_answered -
			session->tcp->lookup_asked;
	if (span != transaction->total)
		complain(check, session, "the total is not the time that passed, by ns",
			 transaction->total - span);
	if (transaction->client_think < 0)
		complain(check, session, "negative time of the client, ns",
			 transaction->client_think);
	if (transaction->request_time > transaction->request_last_time ||
	    transaction->request_last_time > transaction->response_time ||
	    transaction->response_time > transaction->response_last_time)
		complain(check, session, "times run backwards in transaction", transaction->number);
	check->transactions++;
}

/* What `culprit times` shows: exchanges of decoders or turns. */
static bool check_row(void *user, const struct session *session, const struct culprit_transaction *row)
{
	struct check *check = user;
	int64_t sum = 0, set_up = 0;
	check->rows++;
	for (int i = 0; i < CULPRIT_PARTS; i++) {
		sum += row->part[i];
		if (i <= CULPRIT_PART_TLS)
			set_up += row->part[i];
		if (row->part[i] < 0)
			complain(check, session, culprit_part_name((enum culprit_part)i), row->part[i]);
	}
	if (sum != row->total || row->network + row->answering + row->transfer != row->total)
		complain(check, session, "a row's parts do not add up, by ns", sum - row->total);
	if (row->total - set_up != row->end_time - row->request_time)
		complain(check, session, "a row's total is not the time that passed, by ns",
			 row->total - set_up - (row->end_time - row->request_time));
	if (row->network < 0 || row->client_think < 0)
		complain(check, session, "a row's time is negative, ns", row->client_think);
	return true;
}

static void check_transfer(struct check *check, const struct session *session,
			   const struct tcp_transfer *transfer)
{
	int64_t sum = 0;
	for (int i = 0; i < TRANSFER_STATES; i++) {
		sum += transfer->time[i];
		if (transfer->time[i] < 0)
			complain(check, session, transfer_state_name((enum transfer_state)i),
				 transfer->time[i]);
	}
	if (sum != transfer->duration)
		complain(check, session, "states do not add up to the duration, by ns",
			 sum - transfer->duration);
	if (transfer->duration > session->last_time - session->first_time && !check->stepped_back)
		complain(check, session, "the transfer outlasts its session, by ns",
			 transfer->duration - (session->last_time - session->first_time));
	check->transfers++;
}

/* Every byte acknowledged was seen, was missed by the recorder, or was sent before the trace. */
static void check_bytes(struct check *check, const struct session *session, uint8_t side)
{
	const struct tcp_side *x = &session->tcp->side[side];
	/* What is still under way may be lost. Probes and keep-alives carry bytes of no stream. */
	if (x->ack_hi != x->snd_max || !x->data_segments || x->keepalives ||
	    session->tcp->side[side ^ 1].zero_windows)
		return;
	uint64_t flags = (uint64_t)(x->syn_seen || x->synack_seen) + x->fin_seen;
	int64_t difference = (int64_t)(x->snd_max - x->seen_first - x->unique_bytes -
				       x->hole_acked_bytes - flags);
	if (difference)
		complain(check, session, "acknowledged bytes neither seen nor missed", difference);
	check->sides++;
}

static void check_events(struct check *check, const struct session *session,
			 const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++)
		if (observation->events[i].type == EVENT_TRANSACTION)
			check_transaction(check, session, observation->events[i].transaction);
}

static void show(const struct session *session)
{
	for (int side = 0; side < 2; side++) {
		const struct tcp_transfer *transfer = session->tcp->transfer[side];
		if (!transfer)
			continue;
		printf("# tcp:%u from side %d: %" PRIu64 " bytes in %.3f s:", session->number, side,
		       transfer->bytes, (double)transfer->duration / 1e9);
		for (int i = 0; i < TRANSFER_STATES; i++)
			if (transfer->time[i])
				printf(" %s %.1f%%", transfer_state_name((enum transfer_state)i),
				       100.0 * (double)transfer->time[i] /
					       (double)transfer->duration);
		printf(" flight %" PRIu64 " window %" PRIu64 "\n", transfer->flight_maximum,
		       transfer->window_maximum);
	}
}

static void on_end(const struct session *session, const struct observation *last, void *user)
{
	struct check *check = user;
	transactions_observe(check->found, last);
	if (!session->tcp)
		return;
	check_events(check, session, last);
	for (uint8_t side = 0; side < 2; side++) {
		if (session->tcp->transfer[side])
			check_transfer(check, session, session->tcp->transfer[side]);
		check_bytes(check, session, side);
	}
	if (check->verbose)
		show(session);
}

static void check_source(struct check *check, struct source *source)
{
	static struct packet packet;
	struct session_limits limits = { 0 };
	struct session_table *table = session_table_create(&limits);
	struct observation observation;
	struct record record;
	struct error error;
	int64_t last = 0;
	check->found = transactions_create(check_row, check);
	session_table_on_end(table, on_end, check);
	while (source_next(source, &record, &error) == SOURCE_RECORD) {
		packet_decode(&packet, &record);
		session_table_observe(table, &packet, &observation);
		if (observation.session)
			transactions_observe(check->found, &observation);
		if (observation.session && observation.session->tcp)
			check_events(check, observation.session, &observation);
		check->stepped_back |= record.time < last;
		last = record.time > last ? record.time : last;
	}
	session_table_finish(table, last);
	session_table_destroy(table);
	transactions_destroy(check->found);
}

static bool check_scenario(struct check *check)
{
	struct scenario scenario;
	struct text image = { 0 };
	struct error error;
	char message[512];
	bool loaded = scenario_load(&scenario, check->path, message);
	if (loaded) {
		scenario_write(&scenario, &image);
		struct source *source = source_open_memory(image.bytes, image.length, check->path,
							   NULL, &error);
		if (source)
			check_source(check, source);
		source_close(source);
	} else {
		printf("# %s\n", message);
	}
	text_finish(&image);
	scenario_finish(&scenario);
	return loaded;
}

/* Files that are no traces are passed over. */
static bool check_trace(struct check *check)
{
	struct error error;
	struct source *source = source_open(&check->path, 1, NULL, &error);
	if (!source)
		return false;
	check_source(check, source);
	source_close(source);
	return true;
}

static void check_file(const char *path, bool verbose)
{
	struct check check = { .path = path, .verbose = verbose };
	size_t length = strlen(path);
	bool scenario = length > 4 && strcmp(path + length - 4, ".scn") == 0;
	if (!(scenario ? check_scenario(&check) : check_trace(&check)))
		return;
	total.files++;
	total.transactions += check.transactions;
	total.transfers += check.transfers;
	total.sides += check.sides;
	total.rows += check.rows;
	if (check.complaints) {
		total.failed++;
		printf("# %s: %" PRIu64 " sums do not come out\n", path, check.complaints);
	}
}

static void check_path(const char *path, bool verbose)
{
	struct stat status;
	if (stat(path, &status) != 0)
		return;
	if (!S_ISDIR(status.st_mode)) {
		check_file(path, verbose);
		return;
	}
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		char below[4096];
		snprintf(below, sizeof below, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			check_path(below, verbose);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

int main(int argc, char **argv)
{
	bool verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
	printf("1..1\n");
	for (int i = verbose ? 2 : 1; i < argc; i++)
		check_path(argv[i], verbose);
	printf("# %" PRIu64 " traces: %" PRIu64 " transactions, %" PRIu64 " rows, %" PRIu64
	       " transfers, the bytes of %" PRIu64 " sides\n",
	       total.files, total.transactions, total.rows, total.transfers, total.sides);
	bool good = !total.failed && total.transactions && total.transfers && total.sides && total.rows;
	printf("%s 1 - every sum comes out\n", good ? "ok" : "not ok");
	return good ? 0 : 1;
}
