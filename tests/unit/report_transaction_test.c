#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "decode/decoder.h"
#include "report/transaction.h"

#define MS MILLISECOND
#define MOST 80

static const struct decoder toy = { .name = "toy" };
static struct tcp_session tcp;
static struct session session;

struct found { struct culprit_transaction list[MOST]; size_t count; };

static bool collect(void *user, const struct session *from, const struct culprit_transaction *transaction)
{
	struct found *found = user;
	(void)from;
	assert_true(found->count < MOST);
	found->list[found->count++] = *transaction;
	return true;
}

static void begin(struct found *found, enum session_kind kind)
{
	memset(found, 0, sizeof *found);
	tcp = (struct tcp_session){ .side = { { .rtt = { .minimum = -1 } } } };
	session = (struct session){ .kind = (uint8_t)kind, .number = 1,
		.tcp = kind == SESSION_TCP ? &tcp : NULL };
}

/* A turn of packets `packet` to packet + 3, whose four times are in ms. */
static struct tcp_transaction turn(uint64_t packet, int64_t a, int64_t b, int64_t c, int64_t d,
				   int64_t round_trip)
{
	const int64_t time[4] = { a * MS, b * MS, c * MS, d * MS };
	struct tcp_transaction made = { .number = tcp.transactions + 1, .complete = true, .turn_based = true,
		.request_packet = packet, .request_last_packet = packet + 1, .response_packet = packet + 2,
		.response_last_packet = packet + 3, .request_time = time[0], .request_last_time = time[1],
		.response_time = time[2], .response_last_time = time[3], .round_trip = round_trip * MS };
	tcp_split_time(NULL, 0, made.round_trip, time, 0, 0, made.part);
	return made;
}

static struct session_exchange exchange(uint64_t request, int64_t asked, uint64_t response, int64_t answered)
{
	return (struct session_exchange){ .decoder = &toy, .answered = response != 0, .code = 200,
		.request_packet = request, .request_last_packet = request, .request_time = asked * MS,
		.request_last_time = asked * MS, .response_packet = response,
		.response_last_packet = response, .response_time = answered * MS,
		.response_last_time = answered * MS, .request = "GET /x" };
}

static const struct packet any_packet;

static void observe(struct transactions *transactions, const struct tcp_transaction *completed,
		    const struct session_exchange *exchanges, unsigned count, bool end)
{
	struct observation observation = { .packet = end ? NULL : &any_packet, .session = &session,
		.exchanges = exchanges, .exchange_count = count };
	tcp.transactions += completed != NULL;
	if (completed)
		observation.events[observation.event_count++] = (struct session_event){
			.type = EVENT_TRANSACTION, .transaction = completed };
	transactions_observe(transactions, &observation);
}

static void check_sums(const struct found *found)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct culprit_transaction *one = &found->list[i];
		int64_t sum = 0;
		for (int part = 0; part < CULPRIT_PARTS; part++) {
			assert_true(one->part[part] >= 0);
			sum += one->part[part];
		}
		assert_int_equal(sum, one->total);
		assert_int_equal(one->network + one->answering + one->transfer, one->total);
		assert_int_equal(one->number, i + 1);
	}
}

static void turns_alone_are_told_at_once(void **state)
{
	(void)state;
	struct found found;
	begin(&found, SESSION_TCP);
	struct transactions *transactions = transactions_create(collect, &found);
	struct tcp_transaction first = turn(1, 0, 10, 50, 60, 20);
	observe(transactions, &first, NULL, 0, false);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.list[0].total, 60 * MS);
	assert_int_equal(found.list[0].answering, 20 * MS);
	assert_string_equal(found.list[0].status, "complete");
	assert_string_equal(found.list[0].request, "");
	check_sums(&found);
	transactions_destroy(transactions);
}

/* One exchange in a turn has the turn's first bytes and set-up, and the words of its decoder. */
static void an_exchange_has_its_turn(void **state)
{
	(void)state;
	struct found found;
	begin(&found, SESSION_TCP);
	struct transactions *transactions = transactions_create(collect, &found);
	struct tcp_transaction first = turn(1, 0, 10, 50, 60, 20);
	first.part[PART_CONNECT] = 20 * MS;
	first.client_think = 7 * MS;
	struct session_exchange asked = exchange(2, 10, 4, 60);
	observe(transactions, NULL, &asked, 1, false);
	assert_int_equal(found.count, 0);      /* its turn may still bring a wait */
	observe(transactions, &first, NULL, 0, true);
	assert_int_equal(found.count, 1);
	const struct culprit_transaction *one = &found.list[0];
	assert_int_equal(one->total, 80 * MS);
	assert_int_equal(one->part[CULPRIT_PART_REQUEST], 10 * MS);
	assert_int_equal(one->part[CULPRIT_PART_ROUND_TRIP], 20 * MS);
	assert_int_equal(one->part[CULPRIT_PART_SERVER], 20 * MS);
	assert_int_equal(one->part[CULPRIT_PART_TRANSFER], 10 * MS);
	assert_int_equal(one->part[CULPRIT_PART_CONNECT], 20 * MS);
	assert_int_equal(one->client_think, 7 * MS);
	assert_int_equal(one->request_packet, 1);
	assert_int_equal(one->response_packet, 3);
	assert_string_equal(one->request, "GET /x");
	assert_string_equal(one->status, "200");
	assert_string_equal(one->application, "toy");
	check_sums(&found);
	transactions_destroy(transactions);
}

/* Two questions at once: the second answer could not come while the first was under way. */
static void exchanges_share_a_turn(void **state)
{
	(void)state;
	struct found found;
	begin(&found, SESSION_TCP);
	struct transactions *transactions = transactions_create(collect, &found);
	struct tcp_transaction both = turn(1, 0, 2, 50, 100, 20);
	both.part[PART_CONNECT] = 30 * MS;
	both.waits[both.wait_count++] = (struct tcp_wait){ 60 * MS, 65 * MS, PART_RETRANSMISSION };
	struct session_exchange asked[2] = { exchange(1, 0, 3, 50), exchange(2, 2, 4, 90) };
	asked[0].response_last_time = 80 * MS;
	asked[1].response_last_time = 100 * MS;
	observe(transactions, NULL, asked, 2, false);
	observe(transactions, &both, NULL, 0, false);
	assert_int_equal(found.count, 2);
	const struct culprit_transaction *one = &found.list[0], *two = &found.list[1];
	assert_int_equal(one->total, 110 * MS);
	assert_int_equal(one->part[CULPRIT_PART_CONNECT], 30 * MS);
	assert_int_equal(one->part[CULPRIT_PART_SERVER], 30 * MS);
	assert_int_equal(one->part[CULPRIT_PART_RETRANSMISSION], 5 * MS);
	assert_int_equal(one->part[CULPRIT_PART_TRANSFER], 25 * MS);
	/* From 2 to 100: repair 60-65, behind the first answer 50-80 but for that, then its own 90-100. */
	assert_int_equal(two->total, 98 * MS);
	assert_int_equal(two->part[CULPRIT_PART_CONNECT], 0);
	assert_int_equal(two->part[CULPRIT_PART_RETRANSMISSION], 5 * MS);
	assert_int_equal(two->part[CULPRIT_PART_TRANSFER], 25 * MS + 10 * MS);
	assert_int_equal(two->part[CULPRIT_PART_ROUND_TRIP], 20 * MS);
	assert_int_equal(two->part[CULPRIT_PART_SERVER], 38 * MS);
	check_sums(&found);
	transactions_destroy(transactions);
}

/* The client asks again before the answer is there: two turns, one exchange that lies in both. */
static void a_turn_inside_an_exchange_is_not_told_again(void **state)
{
	(void)state;
	struct found found;
	begin(&found, SESSION_TCP);
	struct transactions *transactions = transactions_create(collect, &found);
	struct session_exchange asked[2] = { exchange(1, 0, 7, 90), exchange(5, 40, 8, 95) };
	struct tcp_transaction first = turn(1, 0, 0, 20, 30, 10), second = turn(5, 40, 40, 80, 95, 10);
	second.request_last_packet = 5;
	observe(transactions, NULL, NULL, 0, false);
	observe(transactions, NULL, &asked[0], 1, false);
	observe(transactions, &first, NULL, 0, false);
	observe(transactions, NULL, &asked[1], 1, false);
	observe(transactions, &second, NULL, 0, true);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.list[0].total, 90 * MS);
	assert_int_equal(found.list[1].total, 55 * MS);
	check_sums(&found);
	transactions_destroy(transactions);
}

/* What a decoder lost is told as a turn, in its place. */
static void turns_without_exchange_are_told(void **state)
{
	(void)state;
	struct found found;
	begin(&found, SESSION_TCP);
	struct transactions *transactions = transactions_create(collect, &found);
	for (uint64_t i = 0; i < 10; i++) {
		int64_t at = (int64_t)i * 100;
		struct tcp_transaction next = turn(1 + 10 * i, at, at, at + 50, at + 60, 10);
		struct session_exchange asked = exchange(1 + 10 * i, at, 4 + 10 * i, at + 60);
		if (i % 3 == 0)
			observe(transactions, NULL, &asked, 1, false);
		observe(transactions, &next, NULL, 0, i == 9);
	}
	assert_int_equal(found.count, 10);
	for (size_t i = 0; i < 10; i++) {
		assert_int_equal(found.list[i].request_packet, 1 + 10 * i);
		assert_string_equal(found.list[i].request, i % 3 ? "" : "GET /x");
		assert_int_equal(found.list[i].total, 60 * MS);
	}
	check_sums(&found);
	transactions_destroy(transactions);
}

static void datagrams_are_told_at_once(void **state)
{
	(void)state;
	struct found found;
	begin(&found, SESSION_UDP);
	struct transactions *transactions = transactions_create(collect, &found);
	struct session_exchange asked = exchange(1, 0, 2, 30), lost = exchange(3, 100, 0, 0);
	asked.code = 3;
	asked.status = "NXDOMAIN";
	observe(transactions, NULL, &asked, 1, false);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.list[0].total, 30 * MS);
	assert_string_equal(found.list[0].status, "NXDOMAIN");
	assert_string_equal(found.list[0].session, "udp:1");
	observe(transactions, NULL, &lost, 1, true);
	assert_int_equal(found.count, 2);
	assert_false(found.list[1].answered);
	assert_string_equal(found.list[1].status, "no answer");
	check_sums(&found);
	transactions_destroy(transactions);
}

/* FTP: an answer that is not the last comes first, and the last after the turn was over. */
static void progress_begins_the_answer(void **state)
{
	(void)state;
	struct found found;
	begin(&found, SESSION_TCP);
	struct transactions *transactions = transactions_create(collect, &found);
	struct session_exchange asked = exchange(1, 0, 9, 5000);
	asked.progress_packet = 3;
	asked.progress_time = 50 * MS;
	struct tcp_transaction cut = turn(1, 0, 0, 50, 50, 10);
	observe(transactions, &cut, &asked, 1, false);
	assert_int_equal(found.count, 0);
	observe(transactions, NULL, NULL, 0, true);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.list[0].answering, 40 * MS);
	assert_int_equal(found.list[0].transfer, 4950 * MS);
	check_sums(&found);
	transactions_destroy(transactions);
}

/* TLS's handshake is a part of what comes behind it; alone it is told by itself. */
static void tls_is_set_up_for_the_next(void **state)
{
	(void)state;
	struct found found;
	begin(&found, SESSION_TCP);
	struct transactions *transactions = transactions_create(collect, &found);
	struct tcp_transaction hello = turn(1, 30, 30, 50, 60, 10);
	hello.sets_up_tls = true;
	hello.part[PART_CONNECT] = 10 * MS;
	hello.client_think = 5 * MS;
	observe(transactions, &hello, NULL, 0, false);
	struct tcp_transaction finished = turn(11, 70, 70, 80, 80, 10);
	finished.sets_up_tls = true;
	finished.client_think = 10 * MS;
	observe(transactions, &finished, NULL, 0, false);
	assert_int_equal(found.count, 0);
	struct tcp_transaction request = turn(21, 100, 100, 150, 160, 10);
	request.client_think = 20 * MS;
	observe(transactions, &request, NULL, 0, false);
	assert_int_equal(found.count, 1);
	const struct culprit_transaction *one = &found.list[0];
	assert_int_equal(one->part[CULPRIT_PART_TLS], 50 * MS);
	assert_int_equal(one->part[CULPRIT_PART_CONNECT], 10 * MS);
	assert_int_equal(one->part[CULPRIT_PART_SERVER], 40 * MS);
	assert_int_equal(one->total, 120 * MS);
	assert_int_equal(one->client_think, 25 * MS);
	struct tcp_transaction next = turn(31, 200, 200, 250, 260, 10);
	observe(transactions, &next, NULL, 0, false);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.list[1].total, 60 * MS);
	check_sums(&found);
	transactions_destroy(transactions);
}

static void tls_alone_is_told_at_the_end(void **state)
{
	(void)state;
	struct found found;
	begin(&found, SESSION_TCP);
	struct transactions *transactions = transactions_create(collect, &found);
	struct tcp_transaction hello = turn(1, 30, 30, 50, 60, 10);
	hello.sets_up_tls = true;
	observe(transactions, &hello, NULL, 0, true);        /* with the end of the session itself */
	assert_int_equal(found.count, 1);
	assert_int_equal(found.list[0].total, 30 * MS);
	begin(&found, SESSION_TCP);
	for (uint64_t i = 0; i < 9; i++) {                   /* more than are kept */
		struct tcp_transaction again = turn(1 + 10 * i, 30, 30, 50, 60, 10);
		again.sets_up_tls = true;
		observe(transactions, &again, NULL, 0, false);
	}
	observe(transactions, NULL, NULL, 0, true);
	assert_true(found.count >= 2 && found.count < 9);
	transactions_destroy(transactions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns_alone_are_told_at_once),
		cmocka_unit_test(an_exchange_has_its_turn),
		cmocka_unit_test(exchanges_share_a_turn),
		cmocka_unit_test(a_turn_inside_an_exchange_is_not_told_again),
		cmocka_unit_test(turns_without_exchange_are_told),
		cmocka_unit_test(datagrams_are_told_at_once),
		cmocka_unit_test(progress_begins_the_answer),
		cmocka_unit_test(tls_is_set_up_for_the_next),
		cmocka_unit_test(tls_alone_is_told_at_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
