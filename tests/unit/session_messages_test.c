/* DNS over TCP: messages cut and joined by segments in every way. */
#include "session_kit.h"
#include "decode/dns.h"

#include "decode/decoder.h"

/* A query for a name of one letter, with the length in front: 21 bytes. */
#define QUERY_LENGTH 21
static const uint8_t *query(char letter)
{
	static uint8_t bytes[QUERY_LENGTH] = "\x00\x13\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
		"\x01x\x00\x00\x01\x00";
	bytes[15] = (uint8_t)letter;
	bytes[20] = 1;
	return bytes;
}

struct talk { struct kit *kit; uint32_t next; int64_t time; };

static struct talk open_talk(void)
{
	struct talk talk = { kit_create(0, 0), 1001, 0 };
	OBSERVE(talk.kit, .to_port = 53, .flags = TCP_SYN, .sequence = 1000);
	return talk;
}

static const struct observation *say_at(struct talk *talk, uint32_t at, const void *bytes, size_t length)
{
	return OBSERVE(talk->kit, .to_port = 53, .sequence = at, .payload = bytes, .length = length,
		       .time = talk->time += 10 * MILLISECOND);
}

static const struct observation *say(struct talk *talk, const void *bytes, size_t length)
{
	const struct observation *seen = say_at(talk, talk->next, bytes, length);
	talk->next += (uint32_t)length;
	return seen;
}

static void expect(const struct observation *seen, const char *letters)
{
	assert_int_equal(seen->message_count, strlen(letters));
	for (unsigned i = 0; i < seen->message_count; i++) {
		const struct dns_header *dns = seen->messages[i].facts;
		assert_string_equal(seen->messages[i].decoder->name, "dns");
		assert_int_equal(dns->name[0], letters[i]);
	}
}

static void test_one_message_a_segment(void **state)
{
	(void)state;
	struct talk talk = open_talk();
	expect(say(&talk, query('a'), QUERY_LENGTH), "a");
	assert_non_null(talk.kit->packet.dns);
	expect(say(&talk, query('b'), QUERY_LENGTH), "b");
	kit_destroy(talk.kit);
}

static void test_cut_anywhere(void **state)
{
	(void)state;
	for (size_t cut = 1; cut < QUERY_LENGTH; cut++) {
		struct talk talk = open_talk();
		expect(say(&talk, query('a'), cut), "");
		expect(say(&talk, query('a') + cut, QUERY_LENGTH - cut), "a");
		expect(say(&talk, query('b'), QUERY_LENGTH), "b");
		kit_destroy(talk.kit);
	}
}

static void test_several_in_one_segment(void **state)
{
	(void)state;
	enum { MANY = 70 };
	static uint8_t bytes[MANY * QUERY_LENGTH];
	struct talk talk = open_talk();
	for (size_t i = 0; i < MANY; i++)
		memcpy(bytes + i * QUERY_LENGTH, query((char)('a' + i % 26)), QUERY_LENGTH);
	expect(say(&talk, bytes, 3 * QUERY_LENGTH + 5), "abc");
	expect(say(&talk, bytes + 3 * QUERY_LENGTH + 5, 2 * QUERY_LENGTH - 5), "de");
	/* More than are kept: the rest is left out, and the stream goes on behind it. */
	assert_int_equal(say(&talk, bytes, sizeof bytes)->message_count, OBSERVATION_MAX_MESSAGES);
	expect(say(&talk, query('z'), QUERY_LENGTH), "z");
	kit_destroy(talk.kit);
}

static void test_reordered_and_repeated(void **state)
{
	(void)state;
	struct talk talk = open_talk();
	expect(say_at(&talk, 1001 + QUERY_LENGTH, query('b'), QUERY_LENGTH), "");
	expect(say_at(&talk, 1001, query('a'), QUERY_LENGTH), "ab");
	expect(say_at(&talk, 1001, query('a'), QUERY_LENGTH), "");
	kit_destroy(talk.kit);
}

/* Bytes that the server acknowledged are missing: the next message is found again. */
static void test_gap(void **state)
{
	(void)state;
	struct talk talk = open_talk();
	say(&talk, query('a'), 10);
	talk.next += QUERY_LENGTH - 10;
	OBSERVE(talk.kit, .from = "10.0.0.2", .to = "10.0.0.1", .from_port = 53, .to_port = 40000,
		.sequence = 1, .acknowledgment = talk.next, .time = talk.time += 10 * MILLISECOND);
	expect(say(&talk, query('b'), QUERY_LENGTH), "b");
	kit_destroy(talk.kit);
}

static void test_middle_of_a_stream(void **state)
{
	(void)state;
	struct talk talk = { kit_create(0, 0), 5000, 0 };
	expect(say(&talk, query('a') + 4, QUERY_LENGTH - 4), "");
	expect(say(&talk, query('b'), 2), "");
	expect(say(&talk, query('b') + 2, QUERY_LENGTH - 2), "b");
	kit_destroy(talk.kit);
}

static void test_other_bytes_on_the_port(void **state)
{
	(void)state;
	static const char bytes[] = "\0\5GET / HTTP/1.1\r\nHost: example\r\n\r\n";
	struct talk talk = open_talk();
	for (int i = 0; i < 50; i++)
		expect(say(&talk, bytes, sizeof bytes - 1), "");
	kit_destroy(talk.kit);
}

static void test_other_ports_have_none(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	OBSERVE(kit, .flags = TCP_SYN, .sequence = 1000);
	const struct observation *seen = OBSERVE(kit, .sequence = 1001, .payload = query('a'),
						 .length = QUERY_LENGTH, .time = MILLISECOND);
	assert_int_equal(seen->message_count, 0);
	assert_null(kit->packet.dns);
	kit_destroy(kit);
}

/* Thousands of sessions that each begin a long message: what is kept of them has an end, and a session
 * that had to let go still works. */
static void test_memory_is_bounded(void **state)
{
	(void)state;
	static uint8_t begun[1400] = { 0xff, 0xff, 0x12, 0x34, 0x01, 0x00, 0x00, 0x01 };
	struct kit *kit = kit_create(0, 0);
	for (unsigned i = 0; i < 20000; i++) {
		uint16_t port = (uint16_t)(10000 + i);
		int64_t time = i * MILLISECOND;
		OBSERVE(kit, .from_port = port, .to_port = 53, .flags = TCP_SYN, .time = time);
		OBSERVE(kit, .from_port = port, .to_port = 53, .sequence = 1, .payload = begun,
			.length = sizeof begun, .time = time);
	}
	const struct observation *seen = OBSERVE(kit, .from_port = 29999, .to_port = 53, .sequence = 1401,
						 .payload = query('a'), .length = QUERY_LENGTH,
						 .time = 20 * NANOSECONDS);
	expect(seen, "a");
	kit_destroy(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_message_a_segment),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_several_in_one_segment),
		cmocka_unit_test(test_reordered_and_repeated),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_middle_of_a_stream),
		cmocka_unit_test(test_other_bytes_on_the_port),
		cmocka_unit_test(test_other_ports_have_none),
		cmocka_unit_test(test_memory_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
