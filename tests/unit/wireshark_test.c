/* Conversations and what Wireshark says about each packet of them. Every expectation was compared
 * with tshark 4.0.17; tests/oracle does so with random traffic where tshark is installed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/clock.h"
#include "session/wireshark.h"

enum { CLIENT, SERVER };
enum { F = TCP_FIN, S = TCP_SYN, R = TCP_RST, A = TCP_ACK };
#define MAX_STEPS 16
#define NEW_STREAM (1u << 31)  /* in `expect`, besides the analysis */

enum {
	RETRANSMISSION = ANALYSIS_RETRANSMISSION,
	FAST = ANALYSIS_FAST_RETRANSMISSION | ANALYSIS_RETRANSMISSION,
	SPURIOUS = ANALYSIS_SPURIOUS_RETRANSMISSION | ANALYSIS_RETRANSMISSION,
	OUT_OF_ORDER = ANALYSIS_OUT_OF_ORDER, DUPLICATE_ACK = ANALYSIS_DUPLICATE_ACK,
	LOST_SEGMENT = ANALYSIS_LOST_SEGMENT, ACK_LOST_SEGMENT = ANALYSIS_ACK_LOST_SEGMENT,
	KEEP_ALIVE = ANALYSIS_KEEP_ALIVE, KEEP_ALIVE_ACK = ANALYSIS_KEEP_ALIVE_ACK,
	ZERO_WINDOW = ANALYSIS_ZERO_WINDOW, ZERO_WINDOW_PROBE = ANALYSIS_ZERO_WINDOW_PROBE,
	ZERO_WINDOW_PROBE_ACK = ANALYSIS_ZERO_WINDOW_PROBE_ACK,
	WINDOW_FULL = ANALYSIS_WINDOW_FULL, WINDOW_UPDATE = ANALYSIS_WINDOW_UPDATE,
	REUSED_PORTS = ANALYSIS_REUSED_PORTS,
};

struct step {
	uint8_t from;
	uint32_t milliseconds;  /* since the step before */
	uint16_t flags;
	uint32_t sequence, acknowledgment, length;
	uint16_t window;
	uint32_t expect;
	uint8_t scale;          /* window scale option plus one; 0: no such option */
};

struct conversation {
	const char *title;
	struct step steps[MAX_STEPS];   /* ends at a step without flags */
};

/* A handshake with a round trip of 50 ms; both start at 0 and count bytes from 1. */
#define HANDSHAKE \
	{ CLIENT, 0, S, 0, 0, 0, 1000, 0 }, \
	{ SERVER, 49, S | A, 0, 1, 0, 1000, 0 }, \
	{ CLIENT, 1, A, 1, 1, 0, 1000, 0 }
/* Both offer a scale of two: windows count four times, but not those of SYNs. */
#define SCALED_HANDSHAKE \
	{ CLIENT, 0, S, 0, 0, 0, 1000, 0, 3 }, \
	{ SERVER, 49, S | A, 0, 1, 0, 1000, 0, 3 }, \
	{ CLIENT, 1, A, 1, 1, 0, 250, 0 }

static const struct conversation conversations[] = {
	{ "an ordinary exchange has nothing to tell", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 100, 1000, 0 },
		{ SERVER, 10, A, 1, 101, 500, 1000, 0 },
		{ CLIENT, 10, A, 101, 501, 0, 1000, 0 },
		{ CLIENT, 10, A | F, 101, 501, 0, 1000, 0 },
		{ SERVER, 10, A | F, 501, 102, 0, 1000, 0 },
		{ CLIENT, 10, A, 102, 502, 0, 1000, 0 },
	} },
	{ "a repeated SYN and its answer are retransmissions", {
		{ CLIENT, 0, S, 0, 0, 0, 1000, 0 },
		{ CLIENT, 1000, S, 0, 0, 0, 1000, RETRANSMISSION },
		{ SERVER, 10, S | A, 0, 1, 0, 1000, 0 },
		{ SERVER, 1000, S | A, 0, 1, 0, 1000, RETRANSMISSION },
	} },
	{ "data again after a while, unacknowledged", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 100, 1000, 0 },
		{ CLIENT, 300, A, 1, 1, 100, 1000, RETRANSMISSION },
	} },
	{ "data again after its acknowledgement is spurious", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 100, 1000, 0 },
		{ SERVER, 10, A, 1, 101, 0, 1000, 0 },
		{ CLIENT, 300, A, 1, 1, 100, 1000, SPURIOUS },
	} },
	{ "fast only within 20 ms of the second duplicate", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 100, 1000, 0 },
		{ CLIENT, 1, A, 201, 1, 100, 1000, LOST_SEGMENT },
		{ SERVER, 1, A, 1, 101, 0, 1000, 0 },
		{ SERVER, 1, A, 1, 101, 0, 1000, DUPLICATE_ACK },
		{ SERVER, 1, A, 1, 101, 0, 1000, DUPLICATE_ACK },
		{ CLIENT, 19, A, 101, 1, 50, 1000, FAST },
		{ CLIENT, 1, A, 101, 1, 50, 1000, OUT_OF_ORDER },
		{ CLIENT, 40, A, 101, 1, 50, 1000, RETRANSMISSION },
	} },
	{ "one duplicate is not enough to be fast", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 100, 1000, 0 },
		{ CLIENT, 1, A, 201, 1, 100, 1000, LOST_SEGMENT },
		{ SERVER, 1, A, 1, 101, 0, 1000, 0 },
		{ SERVER, 1, A, 1, 101, 0, 1000, DUPLICATE_ACK },
		{ CLIENT, 19, A, 101, 1, 50, 1000, OUT_OF_ORDER },
	} },
	{ "out of order within the initial round trip, 50 ms", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 100, 1000, 0 },
		{ CLIENT, 10, A, 201, 1, 100, 1000, LOST_SEGMENT },
		{ CLIENT, 49, A, 101, 1, 100, 1000, OUT_OF_ORDER },
		{ CLIENT, 1, A, 101, 1, 100, 1000, RETRANSMISSION },
	} },
	{ "out of order within 3 ms when there was no handshake", {
		{ CLIENT, 0, A, 1, 1, 100, 1000, 0 },
		{ CLIENT, 10, A, 201, 1, 100, 1000, LOST_SEGMENT },
		{ CLIENT, 2, A, 101, 1, 100, 1000, OUT_OF_ORDER },
		{ CLIENT, 1, A, 101, 1, 100, 1000, RETRANSMISSION },
	} },
	{ "what ends where the newest data ends is no out of order", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 100, 1000, 0 },
		{ CLIENT, 1, A, 1, 1, 100, 1000, RETRANSMISSION },
	} },
	{ "an unseen acknowledgement is told once a gap", {
		HANDSHAKE,
		{ SERVER, 10, A, 1, 101, 0, 1000, ACK_LOST_SEGMENT },
		{ SERVER, 10, A, 1, 101, 50, 1000, 0 },
		{ CLIENT, 10, A, 101, 51, 100, 1000, LOST_SEGMENT },
		{ SERVER, 10, A, 51, 201, 0, 1000, ACK_LOST_SEGMENT },
		{ CLIENT, 10, A, 201, 51, 100, 1000, 0 },
		{ SERVER, 10, A, 51, 301, 0, 1000, 0 },
	} },
	{ "a reset leaves no gap", {
		HANDSHAKE,
		{ CLIENT, 10, R, 500, 0, 0, 0, 0 },
		{ SERVER, 10, R | A, 900, 1, 0, 0, 0 },
	} },
	{ "keep-alives and their answers, with a byte and without", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 100, 1000, 0 },
		{ SERVER, 10, A, 1, 101, 0, 1000, 0 },
		{ CLIENT, 60000, A, 100, 1, 0, 1000, KEEP_ALIVE },
		{ SERVER, 10, A, 1, 101, 0, 1000, KEEP_ALIVE_ACK },
		{ CLIENT, 60000, A, 100, 1, 1, 1000, KEEP_ALIVE },
		{ SERVER, 10, A, 1, 101, 0, 1000, KEEP_ALIVE_ACK },
	} },
	{ "a repeated keystroke passes for a keep-alive", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 1, 1000, 0 },
		{ CLIENT, 300, A, 1, 1, 1, 1000, KEEP_ALIVE },
	} },
	{ "a closed window, probes beyond it, and its end", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 100, 1000, 0 },
		{ SERVER, 10, A, 1, 101, 0, 0, ZERO_WINDOW },
		{ CLIENT, 500, A, 101, 1, 1, 1000, ZERO_WINDOW_PROBE },
		{ SERVER, 1, A, 1, 101, 0, 0, ZERO_WINDOW | ZERO_WINDOW_PROBE_ACK },
		{ SERVER, 500, A, 1, 101, 0, 700, WINDOW_UPDATE },
		{ CLIENT, 1, A, 101, 1, 100, 1000, 0 },
	} },
	{ "Linux probes look like keep-alives", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 100, 1000, 0 },
		{ SERVER, 10, A, 1, 101, 0, 0, ZERO_WINDOW },
		{ CLIENT, 500, A, 100, 1, 0, 1000, KEEP_ALIVE },
		{ SERVER, 1, A, 1, 101, 0, 0, ZERO_WINDOW },
	} },
	{ "a SYN, a FIN or a reset with window 0 closes nothing", {
		{ CLIENT, 0, S, 0, 0, 0, 0, 0 },
		{ SERVER, 10, S | A, 0, 1, 0, 1000, 0 },
		{ CLIENT, 1, A, 1, 1, 0, 1000, 0 },
		{ CLIENT, 1, A | F, 1, 1, 0, 0, 0 },
		{ SERVER, 1, R, 1, 0, 0, 0, 0 },
	} },
	{ "full to the last byte, unscaled", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 999, 1000, 0 },
		{ CLIENT, 1, A, 1000, 1, 1, 1000, WINDOW_FULL },
	} },
	{ "full to the last byte, scaled", {
		SCALED_HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 100, 250, 0 },
		{ SERVER, 1, A, 1, 101, 0, 100, 0 },
		{ CLIENT, 1, A, 101, 1, 100, 250, 0 },
		{ CLIENT, 1, A, 201, 1, 300, 250, WINDOW_FULL },
	} },
	{ "the window of a SYN is not scaled", {
		SCALED_HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 1000, 250, WINDOW_FULL },
	} },
	{ "without a handshake nobody knows whether a window is full", {
		{ SERVER, 0, A, 1, 1, 0, 1000, 0 },
		{ CLIENT, 10, A, 1, 1, 1000, 1000, 0 },
	} },
	{ "a scale that only one side offers is not used", {
		{ CLIENT, 0, S, 0, 0, 0, 1000, 0, 3 },
		{ SERVER, 49, S | A, 0, 1, 0, 1000, 0 },
		{ CLIENT, 1, A, 1, 1, 0, 1000, 0 },
		{ SERVER, 1, A, 1, 1, 1000, 1000, WINDOW_FULL },
	} },
	{ "a SYN with another number starts a new conversation", {
		HANDSHAKE,
		{ CLIENT, 10, A, 1, 1, 100, 1000, 0 },
		{ CLIENT, 5000, S, 7000, 0, 0, 1000, REUSED_PORTS | NEW_STREAM },
		{ SERVER, 10, S | A, 9000, 7001, 0, 1000, 0 },
		{ CLIENT, 10, A, 7001, 9001, 50, 1000, 0 },
	} },
	{ "a SYN-ACK with another number stays in its conversation", {
		HANDSHAKE,
		{ SERVER, 10, S | A, 4000, 1, 0, 1000, REUSED_PORTS | LOST_SEGMENT },
	} },
	{ "a SYN where another stream was under way", {
		{ CLIENT, 0, A, 501, 1, 100, 1000, 0 },
		{ CLIENT, 10, S, 700, 0, 0, 1000, REUSED_PORTS | NEW_STREAM },
		{ CLIENT, 10, S, 700, 0, 0, 1000, RETRANSMISSION },
	} },
	{ "numbers wrap around", {
		{ CLIENT, 0, A, 0xffffff9cu, 1, 50, 1000, 0 },
		{ CLIENT, 1, A, 0xffffffceu, 1, 100, 1000, 0 },
		{ CLIENT, 1, A, 50, 1, 100, 1000, 0 },
		{ SERVER, 1, A, 1, 150, 0, 1000, 0 },
		{ CLIENT, 100, A, 0xffffffceu, 1, 100, 1000, SPURIOUS },
		{ CLIENT, 1, A, 250, 1, 100, 1000, LOST_SEGMENT },
	} },
	{ "an update needs the same numbers and another window", {
		HANDSHAKE,
		{ CLIENT, 1, A, 1, 1, 0, 2000, WINDOW_UPDATE },
		{ CLIENT, 1, A, 1, 1, 0, 2000, DUPLICATE_ACK },
		{ CLIENT, 1, A, 1, 1, 0, 1500, WINDOW_UPDATE },
	} },
	{ "nothing in a conversation that begins in the middle", {
		{ SERVER, 0, A, 5000, 9000, 1000, 1000, 0 },
		{ SERVER, 0, A, 6000, 9000, 1000, 1000, 0 },
		{ CLIENT, 1, A, 9000, 7000, 0, 1000, 0 },
	} },
};
#define CONVERSATIONS (sizeof conversations / sizeof conversations[0])

static uint32_t play(struct wireshark_stream **stream, const struct step *step, int64_t time)
{
	static struct packet packet;
	const struct record record = { .time = time };
	const struct ip_header ip = { .version = 4, .protocol = 6 };
	const struct tcp_header tcp = {
		.sequence_number = step->sequence, .acknowledgment_number = step->acknowledgment,
		.flags = step->flags, .window = step->window, .payload_length = step->length,
		.options = step->scale ? TCP_OPTION_WINDOW_SCALE : 0,
		.window_scale = (uint8_t)(step->scale - 1),
	};
	bool new_stream = true;
	packet.record = &record;
	packet.ip = &ip;
	packet.tcp = &tcp;
	uint32_t found = wireshark_analyze(stream, &packet, step->from, &new_stream);
	return found | (new_stream ? NEW_STREAM : 0);
}

static void conversation_is_analyzed(void **state)
{
	const struct conversation *conversation = *state;
	struct wireshark_stream *stream = NULL;
	int64_t time = NANOSECONDS;
	for (const struct step *step = conversation->steps; step->flags; step++) {
		time += step->milliseconds * MILLISECOND;
		uint32_t found = play(&stream, step, time);
		if (found != step->expect)
			fail_msg("step %td: found %#x, expected %#x",
				 step - conversation->steps + 1, found, step->expect);
	}
	wireshark_stream_destroy(stream);
}

static void fragments_are_not_judged(void **state)
{
	(void)state;
	static struct packet packet;
	const struct record record = { .time = NANOSECONDS };
	struct ip_header ip = { .version = 4, .fragmented = true };
	const struct tcp_header tcp = { .flags = TCP_ACK, .payload_length = 10 };
	struct wireshark_stream *stream = NULL;
	bool new_stream;
	packet.record = &record;
	packet.ip = &ip;
	packet.tcp = &tcp;
	assert_int_equal(wireshark_analyze(&stream, &packet, 0, &new_stream), 0);
	ip.reassembled = true;
	assert_int_equal(wireshark_analyze(&stream, &packet, 0, &new_stream), ZERO_WINDOW);
	wireshark_stream_destroy(stream);
}

static void names_follow_the_bits(void **state)
{
	(void)state;
	assert_string_equal(analysis_name(0), "retransmission");
	for (unsigned bit = 0; bit < 15; bit++)
		assert_non_null(analysis_name(bit));
	assert_string_equal(analysis_name(14), "reused_ports");
	assert_null(analysis_name(15));
}

static void every_count_has_its_own_place(void **state)
{
	(void)state;
	struct wireshark_counts counts;
	const size_t fields = sizeof counts / sizeof(uint64_t);
	uint64_t all = 0;
	for (size_t field = 0; field < fields; field++) {
		memset(&counts, 0, sizeof counts);
		((uint64_t *)&counts)[field] = 7;
		uint64_t value, sum = 0;
		unsigned names = 0;
		while (wireshark_count(&counts, names, &value)) {
			sum += value;
			names++;
		}
		assert_int_equal(names, fields);
		assert_int_equal(sum, 7);
		all += sum;
	}
	assert_int_equal(all, 7 * fields);
}

int main(void)
{
	struct CMUnitTest tests[CONVERSATIONS + 3] = {
		[CONVERSATIONS] = cmocka_unit_test(fragments_are_not_judged),
		[CONVERSATIONS + 1] = cmocka_unit_test(names_follow_the_bits),
		[CONVERSATIONS + 2] = cmocka_unit_test(every_count_has_its_own_place),
	};
	for (size_t i = 0; i < CONVERSATIONS; i++)
		tests[i] = (struct CMUnitTest){ .name = conversations[i].title,
			.test_func = conversation_is_analyzed,
			.initial_state = (void *)(uintptr_t)&conversations[i] };
	return cmocka_run_group_tests_name("wireshark", tests, NULL, NULL);
}
