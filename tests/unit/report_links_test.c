/* Which packets belong together, and which do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/links.h"
#include "session/tcp.h"

#define MOST 8                   /* packets that are looked at */

/* One trace: packets are fed with the next number, a millisecond apart unless told else. */
struct feed {
	struct links *links;
	struct packet_links seen[MOST], *list[MOST];
	size_t count;
	struct record record;
	struct packet packet;
	struct ip_header ip;
	struct tcp_header tcp;
	struct session session;
	struct segment segment;
	struct observation observation;
};

static struct feed feed;

static void begin(void)
{
	links_destroy(feed.links);
	memset(&feed, 0, sizeof feed);
	feed.links = links_create();
}

/* The next packet, of session `session` (0: none), sent by `direction`; it is looked at if `look`. */
static void prepare(uint32_t session, uint8_t direction)
{
	feed.record.number++;
	feed.record.time += 1000000;
	feed.packet.record = &feed.record;
	feed.packet.ip = &feed.ip;
	feed.ip = (struct ip_header){ .version = 4, .protocol = 6 };
	feed.packet.tcp = session ? &feed.tcp : NULL;
	feed.tcp = (struct tcp_header){ .flags = TCP_ACK };
	feed.session.number = session;
	feed.segment = (struct segment){ .rtt = -1 };
	feed.observation = (struct observation){ .packet = &feed.packet, .direction = direction,
		.session = session ? &feed.session : NULL, .segment = session ? &feed.segment : NULL };
}

static void pass(bool look)
{
	if (look) {
		feed.seen[feed.count].number = feed.record.number;
		feed.list[feed.count] = &feed.seen[feed.count];
		feed.count++;
	}
	links_observe(feed.links, &feed.observation, feed.list, feed.count);
}

static void send_data(uint32_t session, uint32_t sequence, uint32_t length, bool look)
{
	prepare(session, 0);
	feed.tcp.sequence_number = sequence;
	feed.tcp.payload_length = length;
	pass(look);
}

static void acknowledge(uint32_t session, uint32_t acknowledgment, uint64_t bytes, bool look)
{
	prepare(session, 1);
	feed.tcp.acknowledgment_number = acknowledgment;
	feed.segment.acked_bytes = bytes;
	pass(look);
}

static void assert_link(size_t seen, unsigned index, enum link_kind kind, uint64_t packet, int64_t after)
{
	const struct packet_links *links = &feed.seen[seen];
	assert_true(index < links->count);
	assert_string_equal(link_name((enum link_kind)links->list[index].kind), link_name(kind));
	assert_true(links->list[index].packet == packet);
	assert_true(links->list[index].after == after);
}

static void data_and_its_acknowledgement(void **state)
{
	(void)state;
	begin();
	send_data(1, 100, 50, true);
	send_data(1, 150, 50, true);
	acknowledge(1, 120, 20, false);              /* of a part only */
	acknowledge(2, 500, 50, false);              /* of another session */
	assert_int_equal(feed.seen[0].count + feed.seen[1].count, 0);
	acknowledge(1, 200, 80, true);
	assert_link(0, 0, LINK_ACKNOWLEDGED_BY, 5, 4000000);
	assert_link(1, 0, LINK_ACKNOWLEDGED_BY, 5, 3000000);
	assert_link(2, 0, LINK_ACKNOWLEDGES, 2, 3000000);    /* the last that it is for */
	acknowledge(1, 200, 0, true);
	assert_int_equal(feed.seen[0].count, 1);
	assert_int_equal(feed.seen[3].count, 0);     /* says nothing new */
}

static void sequence_numbers_wrap(void **state)
{
	(void)state;
	begin();
	send_data(1, UINT32_MAX - 9, 20, true);
	acknowledge(1, 10, 20, true);
	assert_link(0, 0, LINK_ACKNOWLEDGED_BY, 2, 1000000);
	assert_link(1, 0, LINK_ACKNOWLEDGES, 1, 1000000);
}

static void repeats_and_second_records(void **state)
{
	(void)state;
	begin();
	send_data(1, 100, 50, true);
	prepare(1, 0);
	feed.tcp.payload_length = 50;
	feed.segment.original_packet = 1;
	feed.segment.lag = 7;
	pass(true);
	prepare(0, 0);
	feed.observation.twin_of = 2;
	feed.observation.twin_lag = 9;
	pass(true);
	assert_link(0, 0, LINK_REPEATED_BY, 2, 7);
	assert_link(1, 0, LINK_REPEATS, 1, 7);
	assert_link(1, 1, LINK_COPIED_BY, 3, 9);
	assert_link(2, 0, LINK_COPY_OF, 2, 9);
}

static void requests_and_replies(void **state)
{
	struct session_exchange exchanges[2] = { { .answered = true, .request_packet = 1, .request_last_time = 1000000,
		.response_time = 1400000 }, { .answered = false, .request_packet = 1 } };
	(void)state;
	begin();
	send_data(1, 100, 50, true);
	prepare(1, 1);
	feed.tcp.flags = 0;
	feed.observation.exchanges = exchanges;
	feed.observation.exchange_count = 2;
	pass(true);
	assert_link(0, 0, LINK_ANSWERED_BY, 2, 400000);
	assert_link(1, 0, LINK_ANSWERS, 1, 400000);
	assert_int_equal(feed.seen[1].count, 1);
}

static void fragment(uint32_t identification, bool complete, bool look)
{
	prepare(0, 0);
	feed.ip.fragmented = true;
	feed.ip.identification = identification;
	feed.ip.reassembled = complete;
	pass(look);
}

static void fragments_of_a_datagram(void **state)
{
	(void)state;
	begin();
	fragment(7, false, true);
	fragment(8, false, true);
	fragment(7, true, true);
	assert_link(0, 0, LINK_COMPLETED_BY, 3, 2000000);
	assert_int_equal(feed.seen[1].count, 0);
	assert_link(2, 0, LINK_COMPLETES, 1, 2000000);
}

static void announced_connections(void **state)
{
	static const struct decoder *const any = (const struct decoder *)&feed;
	(void)state;
	begin();
	send_data(1, 100, 50, true);
	prepare(2, 1);
	feed.session.parent = (struct session_parent){ .decoder = any, .packet = 1, .time = 1000000 };
	feed.session.first_packet = 2;
	feed.tcp.flags = TCP_SYN;
	pass(true);
	assert_link(0, 0, LINK_OPENS, 2, 1000000);
	assert_link(1, 0, LINK_OPENED_BY, 1, 1000000);
}

/* What is farther away is not found: the same whether much is read or little. */
static void reach_is_bounded(void **state)
{
	(void)state;
	for (int beyond = 0; beyond < 2; beyond++) {
		begin();
		send_data(1, 100, 50, true);
		feed.record.number += LINKS_REACH - 2 + (uint64_t)beyond;
		acknowledge(1, 150, 50, true);
		assert_int_equal(feed.seen[0].count, !beyond);
		assert_int_equal(feed.seen[1].count, !beyond);
	}
}

static void rows_of_links_are_bounded(void **state)
{
	(void)state;
	begin();
	send_data(1, 100, 50, true);
	for (unsigned i = 0; i < 2 * LINKS_MOST; i++) {
		prepare(1, 0);
		feed.segment.original_packet = 1;
		pass(false);
	}
	assert_int_equal(feed.seen[0].count, LINKS_MOST);
	links_destroy(feed.links);
	feed.links = NULL;
	links_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_and_its_acknowledgement), cmocka_unit_test(sequence_numbers_wrap),
		cmocka_unit_test(repeats_and_second_records), cmocka_unit_test(requests_and_replies),
		cmocka_unit_test(fragments_of_a_datagram), cmocka_unit_test(announced_connections),
		cmocka_unit_test(reach_is_bounded), cmocka_unit_test(rows_of_links_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
