/* TLS records and handshakes: who is recognised, what a hello says, what hostile ones may not do. */
#include "config.h"

#include <stdlib.h>

#include "decode/tls_handshake.h"
#include "decode/tls_names.h"
#include "decode_samples.h"

static struct packet packet;

struct talk {                    /* one stream, fed as the session stage feeds it */
	struct stream stream;
	struct tls_facts last;
	unsigned messages, lost;
};

static void talk_begin(struct talk *talk)
{
	*talk = (struct talk){ .stream = { .client_port = 40000, .server_port = 443 } };
	talk->stream.state = calloc(1, tls_decoder.stream->state_size);
	struct record record = sample_record(9999, (const uint8_t *)"", 0, 0);
	packet_decode(&packet, &record);
}

static void talk_end(struct talk *talk)
{
	tls_decoder.stream->finish(&talk->stream);
	free(talk->stream.state);
}

/* All bytes of one segment. */
static void say(struct talk *talk, bool from_client, const uint8_t *bytes, size_t length)
{
	static const struct record record = { .bytes = (const uint8_t *)"" };
	struct cursor in = cursor_make(bytes, length, length);
	talk->stream.from_client = from_client;
	talk->stream.packet++;
	packet_decode(&packet, &record);
	while (cursor_more(&in)) {
		struct frame frame = tls_decoder.stream->frame(&talk->stream, in);
		if (frame.kind == FRAME_LOST) {
			talk->lost++;
			return;
		}
		if (frame.kind == FRAME_MORE || frame.length > in.captured)
			return;
		struct cursor part = cursor_split(&in, (size_t)frame.length);
		if (frame.kind == FRAME_SKIP)
			continue;
		const struct layer *layer = packet_decode_message(&packet, &tls_decoder, &talk->stream, part);
		assert_non_null(layer);
		talk->last = *(const struct tls_facts *)layer->facts;
		talk->messages++;
	}
}

static void ports_are_hints_and_bytes_decide(void **state)
{
	(void)state;
	static const struct { const char *what; uint8_t bytes[14]; size_t length; bool middle;
		enum certainty sure; } rows[] = {
		{ "client hello", { 22, 3, 1, 0, 193, 1, 0, 0, 189, 3, 1 }, 11, false, CERTAINTY_CERTAIN },
		{ "server hello", { 22, 3, 3, 0, 80, 2, 0, 0, 76 }, 9, false, CERTAINTY_CERTAIN },
		{ "half a header", { 22, 3, 1 }, 3, false, CERTAINTY_MORE },
		{ "alert", { 21, 3, 3, 0, 2, 2, 40 }, 7, false, CERTAINTY_LIKELY },
		{ "alert of level 9", { 21, 3, 3, 0, 2, 9, 40 }, 7, false, CERTAINTY_PERHAPS },
		{ "SSL 4", { 22, 4, 0, 0, 193, 1 }, 6, false, CERTAINTY_NO },
		{ "too long", { 22, 3, 3, 0xff, 0xff, 1 }, 6, false, CERTAINTY_NO },
		{ "text", { 'G', 'E', 'T', ' ', '/', ' ' }, 6, false, CERTAINTY_NO },
		{ "data and the next header", { 23, 3, 3, 0, 2, 9, 9, 23, 3, 3, 0, 7 }, 12, false,
		  CERTAINTY_LIKELY },
		{ "data and nonsense", { 23, 3, 3, 0, 2, 9, 9, 99, 3, 3, 0, 7 }, 12, false, CERTAINTY_NO },
		{ "one record of a running connection", { 23, 3, 3, 0, 2, 9, 9 }, 7, true, CERTAINTY_LIKELY },
		{ "one record at the start", { 23, 3, 3, 0, 2, 9, 9 }, 7, false, CERTAINTY_PERHAPS },
		{ "SSL 2.0 hello", { 0x80, 28, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 4 }, 14, false,
		  CERTAINTY_CERTAIN },
		{ "its lengths do not add up", { 0x80, 29, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 4 }, 14, false,
		  CERTAINTY_NO },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct stream stream = { .from_client = true, .middle = { rows[i].middle, rows[i].middle } };
		enum certainty sure = tls_decoder.stream->probe(&stream,
			cursor_make(rows[i].bytes, rows[i].length, rows[i].length));
		if (sure != rows[i].sure)
			fail_msg("%s: certainty %d instead of %d", rows[i].what, sure, rows[i].sure);
	}
}

/* A Client Hello of TLS 1.2 and 1.3 with GREASE, server name "A.Example" and ALPN h2. */
static const uint8_t hello[] = {
	3, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
	27, 28, 29, 30, 31,                                  /* version, random */
	0,                                                   /* session id */
	0, 6, 0x1a, 0x1a, 0x13, 0x01, 0xc0, 0x2f,            /* cipher suites */
	1, 0,                                                /* compression */
	0, 52,                                               /* extensions */
	0, 0, 0, 14, 0, 12, 0, 0, 9, 'A', '.', 'E', 'x', 'a', 'm', 'p', 'l', 'e',
	0, 16, 0, 5, 0, 3, 2, 'h', '2',
	0, 43, 0, 7, 6, 0x3a, 0x3a, 3, 4, 3, 3,
	0, 10, 0, 6, 0, 4, 0x5a, 0x5a, 0, 29,
	0, 21, 0, 0,
};

static void a_client_hello_says_what_it_offers(void **state)
{
	(void)state;
	struct tls_client_hello read = { 0 };
	assert_true(tls_read_client_hello(cursor_make(hello, sizeof hello, sizeof hello), &read));
	assert_string_equal(read.server_name, "a.example");
	assert_string_equal(read.protocols, "h2");
	assert_int_equal(read.minimum, TLS_1_2);
	assert_int_equal(read.maximum, TLS_1_3);
	assert_int_equal(read.cipher_count, 2);
	assert_int_equal(read.ciphers[0], 0x1301);
	assert_int_equal(read.group_count, 1);
	assert_int_equal(read.groups[0], 29);
	assert_int_equal(read.extensions, 5);
	for (size_t length = 0; length < sizeof hello; length++) {
		struct tls_client_hello cut = { 0 };
		tls_read_client_hello(cursor_make(hello, length, length), &cut);
	}
}

/* The message in records of `part` bytes each. */
static void say_in_parts(struct talk *talk, const uint8_t *message, size_t length, size_t part)
{
	for (size_t at = 0; at < length; at += part) {
		uint8_t record[5 + 64] = { 22, 3, 1, 0 };
		size_t size = length - at < part ? length - at : part;
		record[4] = (uint8_t)size;
		memcpy(record + 5, message + at, size);
		say(talk, true, record, 5 + size);
	}
}

static void messages_are_put_together_from_records(void **state)
{
	(void)state;
	uint8_t message[4 + sizeof hello] = { 1, 0, 0, sizeof hello };
	memcpy(message + 4, hello, sizeof hello);
	for (size_t part = 1; part <= 64; part += 7) {
		struct talk talk;
		talk_begin(&talk);
		say_in_parts(&talk, message, sizeof message, part);
		assert_int_equal(talk.last.message_count, 1);
		assert_int_equal(talk.last.messages[0], TLS_CLIENT_HELLO);
		assert_int_equal(talk.last.inside_length, sizeof message);
		assert_true(talk.last.by_client);
		assert_string_equal(talk.last.connection->client->server_name, "a.example");
		talk_end(&talk);
	}
}

/* 16 MiB promised, and a chain of a thousand certificates: only so much is held. */
static void long_messages_are_only_counted(void **state)
{
	(void)state;
	struct talk talk;
	uint8_t record[5 + 16000] = { 22, 3, 3, 16000 >> 8, 16000 & 0xff, TLS_CERTIFICATE, 0xff, 0xff, 0xff };
	talk_begin(&talk);
	say(&talk, false, record, sizeof record);
	for (int i = 0; i < 1040; i++) {
		say(&talk, false, record, sizeof record);
		assert_true(talk.stream.held < 128 << 10);
		assert_int_equal(talk.last.message_count, 0);
		assert_false(talk.last.encrypted);
	}
	assert_int_equal(talk.lost, 0);
	talk_end(&talk);

	static uint8_t chain[5 + 16004];
	size_t body = 16000;
	talk_begin(&talk);
	const uint8_t start[] = { 22, 3, 3, 16004 >> 8, 16004 & 0xff, TLS_CERTIFICATE, 0, (uint8_t)(body >> 8),
		(uint8_t)body, 0, (uint8_t)((body - 3) >> 8), (uint8_t)(body - 3) };
	memcpy(chain, start, sizeof start);
	for (size_t at = sizeof start; at + 16 <= sizeof chain; at += 16)
		memcpy(chain + at, "\0\0\x0d" "0\x0b\x02\x01\x01", 8);
	say(&talk, false, chain, sizeof chain);
	assert_true(tls_says(&talk.last, TLS_CERTIFICATE));
	assert_true(talk.stream.held < 128 << 10);
	talk_end(&talk);
}

static void data_is_passed_over_and_alerts_are_read(void **state)
{
	(void)state;
	static const uint8_t said[] = { 23, 3, 3, 0, 3, 1, 2, 3, 21, 3, 3, 0, 2, 2, 48, 21, 3, 3, 0, 2, 1, 0 };
	struct talk talk;
	talk_begin(&talk);
	say(&talk, true, said, 15);
	assert_int_equal(talk.messages, 2);
	assert_true(talk.last.has_alert);
	assert_int_equal(talk.last.alert_level, 2);
	assert_int_equal(talk.last.alert, 48);
	say(&talk, true, said + 15, 7);
	assert_int_equal(talk.last.alert, 0);
	/* Behind a ChangeCipherSpec two bytes are no alert that anybody can read. */
	static const uint8_t change[] = { 20, 3, 3, 0, 1, 1, 21, 3, 3, 0, 2, 2, 48 };
	say(&talk, true, change, sizeof change);
	assert_false(talk.last.has_alert);
	assert_true(talk.last.encrypted);
	talk_end(&talk);
}

static void words_answer_a_hello_on_the_wrong_port(void **state)
{
	(void)state;
	struct talk talk;
	uint8_t record[5 + 4 + sizeof hello] = { 22, 3, 1, 0, 4 + sizeof hello, 1, 0, 0, sizeof hello };
	memcpy(record + 9, hello, sizeof hello);
	talk_begin(&talk);
	say(&talk, true, record, sizeof record);
	say(&talk, false, (const uint8_t *)"220 mail ready\r\n", 16);
	assert_true(talk.last.plain);
	assert_false(talk.last.by_client);
	assert_string_equal(talk.last.plain_text, "220 mail ready");
	talk_end(&talk);
}

static void names_of_certificates_match_hosts(void **state)
{
	(void)state;
	static const struct { const char *pattern, *host; bool matches; } rows[] = {
		{ "a.example", "a.example", true }, { "A.example", "a.EXAMPLE", true },
		{ "a.example", "a.example.", true }, { "a.example", "b.example", false },
		{ "*.example", "b.example", true }, { "*.example", "a.b.example", false },
		{ "*.example", "example", false }, { "*.example", ".example", false },
		{ "*", "example", false }, { "a.example", "a.example.org", false },
		{ "", "", false }, { "192.0.2.1", "192.0.2.1", true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (tls_name_matches(rows[i].pattern, strlen(rows[i].pattern), rows[i].host) != rows[i].matches)
			fail_msg("\"%s\" and \"%s\"", rows[i].pattern, rows[i].host);
}

static void suites_are_what_their_names_say(void **state)
{
	(void)state;
	static const struct { uint16_t suite; const char *cipher, *digest, *weak; bool rsa; } rows[] = {
		{ 0x1301, "AES-128-GCM", "SHA256", NULL, false }, { 0x002f, "AES-128-CBC", "SHA1", NULL, true },
		{ 0xc030, "AES-256-GCM", "SHA384", NULL, false }, { 0x0005, "RC4", "SHA1", "RC4", true },
		{ 0x000a, "DES-EDE3-CBC", "SHA1", "3DES", true }, { 0xc0ac, "AES-128-CCM", "SHA256", NULL, false },
		{ 0xcca8, "ChaCha20-Poly1305", "SHA256", NULL, false },
		{ 0x003b, NULL, "SHA256", "no encryption", true },
	};
	struct tls_suite parts;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(tls_suite_parts(rows[i].suite, &parts));
		if (rows[i].cipher)
			assert_string_equal(parts.cipher, rows[i].cipher);
		assert_string_equal(parts.digest, rows[i].digest);
		assert_int_equal(parts.rsa_exchange, rows[i].rsa);
		const char *weak = tls_suite_weakness(rows[i].suite);
		assert_true(weak == rows[i].weak || (weak && strcmp(weak, rows[i].weak) == 0));
	}
	assert_false(tls_suite_parts(0x0003, &parts));       /* export */
	assert_false(tls_suite_parts(0xfefe, &parts));
	char name[TLS_NAME_SIZE];
	assert_string_equal(tls_alert_name(48, name), "unknown CA");
	assert_string_equal(tls_alert_name(0, name), "close notify");
	assert_string_equal(tls_alert_name(200, name), "alert 200");
	assert_string_equal(tls_version_name(0x0300, name), "SSL 3.0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_are_hints_and_bytes_decide),
		cmocka_unit_test(a_client_hello_says_what_it_offers),
		cmocka_unit_test(messages_are_put_together_from_records),
		cmocka_unit_test(long_messages_are_only_counted),
		cmocka_unit_test(data_is_passed_over_and_alerts_are_read),
		cmocka_unit_test(words_answer_a_hello_on_the_wrong_port),
		cmocka_unit_test(names_of_certificates_match_hosts),
		cmocka_unit_test(suites_are_what_their_names_say),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
