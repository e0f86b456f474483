/* The TCP engine, segment by segment: each row is a packet and the class that A7 gives it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/clock.h"
#include "session/tcp_engine.h"

#define MS MILLISECOND

struct row {
	int64_t time;            /* ms */
	char from;               /* 'c' or 's' */
	uint16_t flags;
	uint32_t sequence, length, acknowledgment;   /* relative to the ISNs below */
	uint16_t window;
	uint16_t id;             /* IP identification; 0: none */
	enum segment_class class;
	enum repeat_mechanism mechanism;
	uint32_t sack[2];        /* one block, relative; 0, 0: none */
};

#define CLIENT_ISN 0xfffff000u   /* wraps within the first 4 kB */
#define SERVER_ISN 1000u
enum { S = TCP_SYN, SA = TCP_SYN | TCP_ACK, A = TCP_ACK, FA = TCP_FIN | TCP_ACK, R = TCP_RST };

struct world {
	struct session session;
	struct segment segment;
	struct observation observation;
	struct tcp_episode episode;
	struct tcp_zero_window zero;
	unsigned episodes, zeros, holes;
	uint64_t number;
};

static void make(struct world *world)
{
	memset(world, 0, sizeof *world);
	world->session.kind = SESSION_TCP;
	tcp_engine_create(&world->session);
}

static void collect(struct world *world, const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++) {
		const struct session_event *event = &observation->events[i];
		if (event->type == EVENT_EPISODE) {
			world->episode = *event->episode;
			world->episodes++;
		} else if (event->type == EVENT_ZERO_WINDOW) {
			world->zero = *event->zero_window;
			world->zeros++;
		} else if (event->type == EVENT_CAPTURE_HOLE) {
			world->holes++;
		}
	}
}

static void feed(struct world *world, const struct row *row)
{
	static struct packet packet;
	static const uint8_t bytes[2000];
	bool client = row->from == 'c';
	uint32_t own = client ? CLIENT_ISN : SERVER_ISN, other = client ? SERVER_ISN : CLIENT_ISN;
	struct record record = { .number = ++world->number, .time = row->time * MS + NANOSECONDS };
	struct ip_header ip = { .version = 4, .time_to_live = client ? 64 : 57, .identification = row->id };
	struct tcp_header tcp = { .sequence_number = own + row->sequence, .window = row->window,
		.acknowledgment_number = row->flags & TCP_ACK ? other + row->acknowledgment : 0,
		.flags = row->flags, .payload_length = row->length };
	if (row->flags & TCP_SYN) {
		tcp.options = TCP_OPTION_MSS | TCP_OPTION_SACK_PERMITTED;
		tcp.maximum_segment_size = 1000;
	}
	if (row->sack[1]) {
		tcp.options |= TCP_OPTION_SACK;
		tcp.sack_count = 1;
		tcp.sack[0][0] = other + row->sack[0];
		tcp.sack[0][1] = other + row->sack[1];
	}
	packet.record = &record;
	packet.ip = &ip;
	packet.tcp = &tcp;
	packet.payload = cursor_make(bytes, row->length, row->length);
	world->observation.event_count = 0;
	tcp_engine_observe(&world->session, &packet, client ? 0 : 1, &world->segment, &world->observation);
	world->session.last_time = record.time;
	collect(world, &world->observation);
}

static void finish(struct world *world, int64_t ms)
{
	world->observation.event_count = 0;
	tcp_engine_end(&world->session, ms * MS + NANOSECONDS, &world->observation);
	collect(world, &world->observation);
	tcp_engine_destroy(&world->session);
}

static void play(struct world *world, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		feed(world, &rows[i]);
		if (world->segment.class != rows[i].class || world->segment.mechanism != rows[i].mechanism)
			fail_msg("packet %zu is %s %s, not %s %s", i + 1, segment_class_name(world->segment.class),
				 repeat_mechanism_name(world->segment.mechanism), segment_class_name(rows[i].class),
				 repeat_mechanism_name(rows[i].mechanism));
	}
}
#define PLAY(world, rows) play(world, rows, sizeof(rows) / sizeof *(rows))

#define OPEN \
	{ 0, 'c', S, 0, 0, 0, 60000, 1, SEGMENT_SYN, REPEAT_NONE, { 0 } }, \
	{ 20, 's', SA, 0, 0, 1, 60000, 1, SEGMENT_SYNACK, REPEAT_NONE, { 0 } }, \
	{ 21, 'c', A, 1, 0, 1, 60000, 2, SEGMENT_NONE, REPEAT_NONE, { 0 } }

static void handshake_splits_at_the_trace_point(void **state)
{
	(void)state;
	struct world world;
	make(&world);
	static const struct row rows[] = { OPEN };
	PLAY(&world, rows);
	const struct tcp_session *tcp = world.session.tcp;
	assert_true(tcp->handshake.complete);
	assert_int_equal(tcp->handshake.server_part, 20 * MS);
	assert_int_equal(tcp->handshake.client_part, 1 * MS);
	assert_int_equal(tcp_round_trip(&world.session), 21 * MS);
	finish(&world, 30);
}

static void positions_survive_the_wrap(void **state)
{
	(void)state;
	struct world world;
	make(&world);
	struct row rows[64] = { OPEN };
	size_t count = 3;
	for (uint32_t i = 0; i < 20; i++) {
		rows[count++] = (struct row){ 30 + i, 'c', A, 1 + i * 1000, 1000, 1, 60000, 0, SEGMENT_NEW, REPEAT_NONE, { 0 } };
		rows[count++] = (struct row){ 30 + i, 's', A, 1, 0, 1001 + i * 1000, 60000, 0, SEGMENT_NONE, REPEAT_NONE, { 0 } };
	}
	play(&world, rows, count);
	assert_int_equal(world.session.tcp->side[0].unique_bytes, 20000);
	assert_int_equal(world.episodes + world.holes, 0);
	finish(&world, 100);
}

static void loss_before_and_behind_the_trace_point(void **state)
{
	(void)state;
	struct world world;
	/* The server's second segment never shows up; three duplicates ask for it; it comes with a new id. */
	static const struct row upstream[] = { OPEN,
		{ 30, 's', A, 1, 1000, 1, 60000, 10, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 31, 's', A, 2001, 1000, 1, 60000, 12, SEGMENT_NEW_AFTER_GAP, REPEAT_NONE, { 0 } },
		{ 32, 's', A, 3001, 1000, 1, 60000, 13, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 33, 's', A, 4001, 1000, 1, 60000, 14, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 34, 'c', A, 1, 0, 1001, 60000, 3, SEGMENT_NONE, REPEAT_NONE, { 0 } },
		{ 35, 'c', A, 1, 0, 1001, 60000, 4, SEGMENT_NONE, REPEAT_NONE, { 2001, 3001 } },
		{ 36, 'c', A, 1, 0, 1001, 60000, 5, SEGMENT_NONE, REPEAT_NONE, { 2001, 4001 } },
		{ 37, 'c', A, 1, 0, 1001, 60000, 6, SEGMENT_NONE, REPEAT_NONE, { 2001, 5001 } },
		{ 57, 's', A, 1001, 1000, 1, 60000, 15, SEGMENT_REPEATED_UPSTREAM, REPEAT_FAST, { 0 } },
		{ 58, 'c', A, 1, 0, 5001, 60000, 7, SEGMENT_NONE, REPEAT_NONE, { 0 } } };
	make(&world);
	PLAY(&world, upstream);
	assert_int_equal(world.episodes, 1);
	assert_int_equal(world.episode.location, LOSS_UPSTREAM);
	assert_int_equal(world.episode.lost_segments, 1);
	assert_int_equal(world.episode.duplicate_acks, 3);
	assert_int_equal(world.session.tcp->side[1].lost_upstream, 1);
	assert_int_equal(world.holes, 0);
	finish(&world, 100);

	/* The same, but the original passed the trace point. */
	static const struct row downstream[] = { OPEN,
		{ 30, 's', A, 1, 1000, 1, 60000, 10, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 30, 's', A, 1001, 1000, 1, 60000, 11, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 31, 's', A, 2001, 1000, 1, 60000, 12, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 32, 's', A, 3001, 1000, 1, 60000, 13, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 34, 'c', A, 1, 0, 1001, 60000, 3, SEGMENT_NONE, REPEAT_NONE, { 0 } },
		{ 35, 'c', A, 1, 0, 1001, 60000, 4, SEGMENT_NONE, REPEAT_NONE, { 0 } },
		{ 36, 'c', A, 1, 0, 1001, 60000, 5, SEGMENT_NONE, REPEAT_NONE, { 0 } },
		{ 37, 'c', A, 1, 0, 1001, 60000, 6, SEGMENT_NONE, REPEAT_NONE, { 0 } },
		{ 57, 's', A, 1001, 1000, 1, 60000, 14, SEGMENT_REPEATED_DOWNSTREAM, REPEAT_FAST, { 0 } },
		{ 58, 'c', A, 1, 0, 4001, 60000, 7, SEGMENT_NONE, REPEAT_NONE, { 0 } } };
	make(&world);
	PLAY(&world, downstream);
	assert_int_equal(world.episode.location, LOSS_DOWNSTREAM);
	assert_int_equal(world.episode.original_packet, 5);
	finish(&world, 100);
}

static void what_the_recorder_missed_is_no_loss(void **state)
{
	(void)state;
	struct world world;
	static const struct row rows[] = { OPEN,
		{ 30, 's', A, 1, 1000, 1, 60000, 10, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 31, 's', A, 2001, 1000, 1, 60000, 12, SEGMENT_NEW_AFTER_GAP, REPEAT_NONE, { 0 } },
		{ 32, 'c', A, 1, 0, 3001, 60000, 3, SEGMENT_NONE, REPEAT_NONE, { 0 } },
		{ 60, 'c', A, 1, 100, 3001, 60000, 4, SEGMENT_NEW, REPEAT_NONE, { 0 } } };
	make(&world);
	PLAY(&world, rows);
	assert_int_equal(world.holes, 1);
	assert_int_equal(world.episodes, 0);
	assert_int_equal(world.session.tcp->side[1].hole_acked_bytes, 1000);
	finish(&world, 100);
}

static void an_acknowledgement_recorded_too_early_is_no_hole(void **state)
{
	(void)state;
	struct world world;
	static const struct row rows[] = { OPEN,
		{ 30, 'c', A, 1, 0, 1001, 60000, 3, SEGMENT_NONE, REPEAT_NONE, { 0 } },
		{ 31, 's', A, 1, 1000, 1, 60000, 10, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 60, 'c', A, 1, 100, 1001, 60000, 4, SEGMENT_NEW, REPEAT_NONE, { 0 } } };
	make(&world);
	PLAY(&world, rows);
	assert_int_equal(world.holes, 0);
	assert_int_equal(world.session.tcp->side[1].causality_violations, 1);
	assert_int_equal(world.session.tcp->side[1].causality_maximum, 1 * MS);
	finish(&world, 100);
}

static void late_but_first_copies_are_reordered(void **state)
{
	(void)state;
	struct world world;
	struct row rows[32] = { OPEN };
	size_t count = 3;
	/* Eight segments in order show that the identification counts up. */
	for (uint16_t i = 0; i < 9; i++) {
		rows[count++] = (struct row){ 30 + i, 's', A, 1 + i * 1000u, 1000, 1, 60000, (uint16_t)(10 + i),
			SEGMENT_NEW, REPEAT_NONE, { 0 } };
		rows[count++] = (struct row){ 30 + i, 'c', A, 1, 0, 1001 + i * 1000u, 60000, 0, SEGMENT_NONE, REPEAT_NONE, { 0 } };
	}
	rows[count++] = (struct row){ 50, 's', A, 10001, 1000, 1, 60000, 20, SEGMENT_NEW_AFTER_GAP, REPEAT_NONE,
		{ 0 } };
	rows[count++] = (struct row){ 300, 's', A, 9001, 1000, 1, 60000, 19, SEGMENT_REORDERED, REPEAT_NONE, { 0 } };
	make(&world);
	play(&world, rows, count);
	assert_int_equal(world.episodes, 0);
	finish(&world, 400);
}

static void probes_of_a_closed_window_are_not_keepalives(void **state)
{
	(void)state;
	struct world world;
	static const struct row rows[] = { OPEN,
		{ 30, 'c', A, 1, 1000, 1, 60000, 3, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 31, 's', A, 1, 0, 1001, 0, 10, SEGMENT_NONE, REPEAT_NONE, { 0 } },
		/* Linux: no data, one before the acknowledged edge */
		{ 2031, 'c', A, 1000, 0, 1, 60000, 4, SEGMENT_ZERO_WINDOW_PROBE, REPEAT_NONE, { 0 } },
		{ 2032, 's', A, 1, 0, 1001, 0, 11, SEGMENT_ZERO_WINDOW_PROBE_ACK, REPEAT_NONE, { 0 } },
		/* BSD, Windows, z/OS: one byte of the data that waits */
		{ 4031, 'c', A, 1001, 1, 1, 60000, 5, SEGMENT_ZERO_WINDOW_PROBE, REPEAT_NONE, { 0 } },
		{ 4032, 's', A, 1, 0, 1001, 0, 12, SEGMENT_ZERO_WINDOW_PROBE_ACK, REPEAT_NONE, { 0 } },
		{ 5000, 's', A, 1, 0, 1001, 60000, 13, SEGMENT_NONE, REPEAT_NONE, { 0 } },
		{ 5001, 'c', A, 1001, 1000, 1, 60000, 6, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 5002, 's', A, 1, 0, 2001, 60000, 14, SEGMENT_NONE, REPEAT_NONE, { 0 } },
		/* and a real keep-alive, with and without its byte */
		{ 65000, 'c', A, 2000, 0, 1, 60000, 7, SEGMENT_KEEPALIVE, REPEAT_NONE, { 0 } },
		{ 65001, 's', A, 1, 0, 2001, 60000, 15, SEGMENT_KEEPALIVE_ACK, REPEAT_NONE, { 0 } },
		{ 125000, 'c', A, 2000, 1, 1, 60000, 8, SEGMENT_KEEPALIVE, REPEAT_NONE, { 0 } },
		{ 125001, 's', A, 1, 0, 2001, 60000, 16, SEGMENT_KEEPALIVE_ACK, REPEAT_NONE, { 0 } } };
	make(&world);
	PLAY(&world, rows);
	assert_int_equal(world.zeros, 1);
	assert_int_equal(world.zero.receiver, 1);
	assert_int_equal(world.zero.probes, 2);
	assert_int_equal(world.zero.probe_answers, 2);
	assert_true(world.zero.sender_waiting);
	assert_int_equal(world.zero.end_time - world.zero.start_time, 4969 * MS);
	assert_int_equal(world.episodes, 0);
	finish(&world, 126000);
}

static void a_lost_keystroke_is_no_keepalive(void **state)
{
	(void)state;
	struct world world;
	static const struct row rows[] = { OPEN,
		{ 1000, 'c', A, 1, 1, 1, 60000, 3, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 1300, 'c', A, 1, 1, 1, 60000, 4, SEGMENT_REPEATED_DOWNSTREAM, REPEAT_TIMEOUT, { 0 } },
		{ 1900, 'c', A, 1, 1, 1, 60000, 5, SEGMENT_REPEATED_DOWNSTREAM, REPEAT_TIMEOUT, { 0 } },
		{ 3100, 'c', A, 1, 1, 1, 60000, 6, SEGMENT_REPEATED_DOWNSTREAM, REPEAT_TIMEOUT, { 0 } },
		{ 3120, 's', A, 1, 0, 2, 60000, 10, SEGMENT_NONE, REPEAT_NONE, { 0 } } };
	make(&world);
	PLAY(&world, rows);
	assert_int_equal(world.episodes, 1);
	assert_int_equal(world.episode.timeouts, 3);
	assert_int_equal(world.episode.timeout_gaps[0], 300 * MS);
	assert_int_equal(world.episode.timeout_gaps[2], 1200 * MS);
	assert_true(world.episode.tail);
	assert_true(world.episode.recovered);
	finish(&world, 4000);
}

static void a_repeat_of_confirmed_bytes_lost_nothing(void **state)
{
	(void)state;
	struct world world;
	static const struct row rows[] = { OPEN,
		{ 30, 's', A, 1, 1000, 1, 60000, 10, SEGMENT_NEW, REPEAT_NONE, { 0 } },
		{ 31, 'c', A, 1, 0, 1001, 60000, 3, SEGMENT_NONE, REPEAT_NONE, { 0 } },
		{ 260, 's', A, 1, 1000, 1, 60000, 11, SEGMENT_SPURIOUS, REPEAT_NONE, { 0 } } };
	make(&world);
	PLAY(&world, rows);
	assert_int_equal(world.episodes, 0);
	assert_int_equal(world.session.tcp->side[1].by_class[SEGMENT_SPURIOUS], 1);
	finish(&world, 300);
}

static void memory_stays_bounded_under_hostile_gaps(void **state)
{
	(void)state;
	struct world world;
	make(&world);
	for (uint32_t i = 0; i < 20000; i++) {
		struct row row = { i, i & 1 ? 'c' : 's', A, 1 + i * 3000, 1000, 1, 60000, 0, SEGMENT_NONE, REPEAT_NONE, { 0 } };
		feed(&world, &row);
	}
	finish(&world, 30000);
}

/* A clock that jumps between 1970 and 2106 says nothing about what a sender waits for. */
static void no_sum_leaves_its_range(void **state)
{
	(void)state;
	struct world world;
	make(&world);
	static const struct row rows[] = { OPEN };
	PLAY(&world, rows);
	const int64_t late = 4294967295000;
	for (uint32_t i = 0; i < 200; i++) {
		struct row row = { i & 1 ? late : 30, 'c', A, 1 + i * 1000, 1000, 1, 60000, 0, SEGMENT_NONE, REPEAT_NONE,
			{ 0 } };
		feed(&world, &row);
	}
	tcp_engine_end(&world.session, late * MS, &world.observation);
	const struct tcp_transfer *transfer = world.session.tcp->transfer[world.session.client];
	assert_non_null(transfer);
	assert_int_equal(transfer->duration, 0);
	for (int i = 0; i < TRANSFER_STATES; i++)
		assert_int_equal(transfer->time[i], 0);
	tcp_engine_destroy(&world.session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handshake_splits_at_the_trace_point),
		cmocka_unit_test(positions_survive_the_wrap),
		cmocka_unit_test(loss_before_and_behind_the_trace_point),
		cmocka_unit_test(what_the_recorder_missed_is_no_loss),
		cmocka_unit_test(an_acknowledgement_recorded_too_early_is_no_hole),
		cmocka_unit_test(late_but_first_copies_are_reordered),
		cmocka_unit_test(probes_of_a_closed_window_are_not_keepalives),
		cmocka_unit_test(a_lost_keystroke_is_no_keepalive),
		cmocka_unit_test(a_repeat_of_confirmed_bytes_lost_nothing),
		cmocka_unit_test(memory_stays_bounded_under_hostile_gaps),
		cmocka_unit_test(no_sum_leaves_its_range),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
