/* DTLS records and fragments, STUN, and who is who on one pair of ports (RFC 7983). */
#include "config.h"

#include <stdlib.h>

#include "decode/dtls_state.h"
#include "decode/quic.h"
#include "decode/stun.h"
#include "decode_samples.h"

static struct packet packet;

struct talk {                    /* a conversation, followed as the session stage does it */
	struct dtls_state state;
	struct following following;
	uint8_t bytes[2048];
	size_t length;
	const struct dtls_facts *last;
};

static void talk_begin(struct talk *talk)
{
	*talk = (struct talk){ .length = 0 };
	talk->following.state = &talk->state;
}

static void put(struct talk *talk, size_t width, uint64_t value)
{
	while (width-- > 0)
		talk->bytes[talk->length++] = (uint8_t)(value >> 8 * width);
}

/* The header of a record, and of a fragment of a message of the handshake. */
static void put_record(struct talk *talk, uint8_t type, uint16_t version, uint16_t epoch, size_t length)
{
	put(talk, 1, type);
	put(talk, 2, version);
	put(talk, 2, epoch);
	put(talk, 6, 7);
	put(talk, 2, length);
}

static void put_fragment(struct talk *talk, uint8_t type, uint16_t sequence, const uint8_t *body, size_t whole,
			 size_t offset, size_t length)
{
	put_record(talk, TLS_HANDSHAKE, DTLS_1_2, 0, DTLS_MESSAGE_HEADER + length);
	put(talk, 1, type);
	put(talk, 3, whole);
	put(talk, 2, sequence);
	put(talk, 3, offset);
	put(talk, 3, length);
	if (length)
		memcpy(talk->bytes + talk->length, body + offset, length);
	talk->length += length;
}

/* A datagram of all that was put; the last record's facts. */
static const struct dtls_facts *hear(struct talk *talk, uint8_t direction)
{
	static const uint8_t none[1];
	struct record record = sample_record(9999, none, 0, 0);
	packet_decode(&packet, &record);
	assert_non_null(packet_decode_message(&packet, &dtls_decoder, NULL,
					      cursor_make(talk->bytes, talk->length, talk->length)));
	talk->following.direction = direction;
	talk->following.packet++;
	for (unsigned i = 0; i < packet.layer_count; i++) {
		const struct layer *layer = &packet.layers[i];
		dtls_follow(&talk->following, cursor_make(layer->bytes, layer->captured, layer->declared),
			    (void *)(uintptr_t)layer->facts);
		talk->last = layer->facts;
	}
	talk->length = 0;
	return talk->last;
}

static void assert_says(const char *expected)
{
	struct text words = { 0 };
	for (unsigned i = 0; i < packet.layer_count; i++) {
		size_t before = words.length;
		dtls_decoder.words(&words, packet.layers[i].facts);
		if (words.length > before)
			text_add_char(&words, ';');
	}
	assert_string_equal(words.bytes, expected);
	text_finish(&words);
}

/* version, random, session, cookie, ciphers, compression, extensions: server_name, connection_id of 3 bytes */
static const uint8_t hello[] = {
	0xfe, 0xfd, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
	28, 29, 30, 31, 32, 0, 4, 0xca, 0xfe, 0xca, 0xfe, 0, 2, 0xc0, 0x2f, 1, 0, 0, 21, 0, 0, 0, 12, 0, 10, 0, 0, 7,
	'd', '.', 't', 'e', 's', 't', 's', 0, 54, 0, 1, 3,
};
static const uint8_t answer[] = {
	0xfe, 0xfd, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
	28, 29, 30, 31, 32, 0, 0xc0, 0x2f, 0, 0, 5, 0, 54, 0, 1, 2,
};

static void messages_come_whole_and_in_fragments(void **state)
{
	(void)state;
	struct talk talk;
	talk_begin(&talk);
	put_fragment(&talk, TLS_CLIENT_HELLO, 0, hello, sizeof hello, 0, sizeof hello);
	const struct dtls_facts *dtls = hear(&talk, 0);
	assert_true(tls_says(&dtls->tls, TLS_CLIENT_HELLO) && dtls->tls.by_client);
	const struct tls_client_hello *client = dtls->tls.connection->client;
	assert_string_equal(client->server_name, "d.tests");
	assert_int_equal(client->maximum, TLS_1_2);
	assert_true(client->complete && client->connection_id && client->connection_id_length == 3);
	/* Two records in one datagram, the last part of the second message first. */
	static const uint8_t done[1];
	put_fragment(&talk, TLS_SERVER_HELLO, 0, answer, sizeof answer, 30, sizeof answer - 30);
	put_fragment(&talk, TLS_SERVER_HELLO_DONE, 1, done, 0, 0, 0);
	dtls = hear(&talk, 1);
	assert_true(tls_says(&dtls->tls, TLS_SERVER_HELLO_DONE));
	assert_says("DTLS: Server Hello (part);Server Hello Done;");
	put_fragment(&talk, TLS_SERVER_HELLO, 0, answer, sizeof answer, 10, 25);
	hear(&talk, 1);
	assert_says("DTLS: Server Hello (part);");
	assert_true(talk.following.held > 0);
	put_fragment(&talk, TLS_SERVER_HELLO, 0, answer, sizeof answer, 0, 10);
	dtls = hear(&talk, 1);
	assert_true(tls_says(&dtls->tls, TLS_SERVER_HELLO) && !dtls->tls.by_client);
	assert_int_equal(dtls->tls.connection->version, TLS_1_2);
	assert_int_equal(dtls->tls.connection->cipher, 0xc02f);
	assert_int_equal(dtls->tls.inside_length, sizeof answer);
	/* The flight again. */
	put_fragment(&talk, TLS_SERVER_HELLO, 0, answer, sizeof answer, 0, 10);
	dtls = hear(&talk, 1);
	assert_true(dtls->again && !dtls->tls.message_count);
	assert_says("DTLS: Server Hello (again);");
	/* Records with an ID are as long as the other end's hello says. */
	put(&talk, 1, DTLS_CONNECTION_ID);
	put(&talk, 2, DTLS_1_2);
	put(&talk, 8, 1ull << 48);
	put(&talk, 3, 0xabcdef);
	put(&talk, 2, 4);
	put(&talk, 4, 0);
	assert_true(dtls_continues(&talk.state, cursor_make(talk.bytes, talk.length, talk.length)));
	assert_false(dtls_recognise(cursor_make(talk.bytes, talk.length, talk.length)));
	dtls = hear(&talk, 1);
	assert_true(dtls->connection_id && dtls->connection_id_length == 3 && dtls->tls.encrypted);
	dtls_unfollow(&talk.state);
}

static void another_random_number_begins_anew(void **state)
{
	(void)state;
	struct talk talk;
	uint8_t other[sizeof hello];
	memcpy(other, hello, sizeof other);
	other[5] ^= 1;
	talk_begin(&talk);
	put_fragment(&talk, TLS_CLIENT_HELLO, 0, hello, sizeof hello, 0, sizeof hello);
	hear(&talk, 0);
	put_fragment(&talk, TLS_SERVER_HELLO, 0, answer, sizeof answer, 0, sizeof answer);
	assert_int_equal(hear(&talk, 1)->tls.connection->version, TLS_1_2);
	put_fragment(&talk, TLS_CLIENT_HELLO, 0, hello, sizeof hello, 0, sizeof hello);
	assert_true(hear(&talk, 0)->again);
	put_fragment(&talk, TLS_CLIENT_HELLO, 0, other, sizeof other, 0, sizeof other);
	const struct dtls_facts *dtls = hear(&talk, 0);
	assert_true(!dtls->again && tls_says(&dtls->tls, TLS_CLIENT_HELLO));
	assert_int_equal(dtls->tls.connection->version, 0);
	assert_null(dtls->tls.connection->server);
	dtls_unfollow(&talk.state);
}

static void what_waits_is_bounded(void **state)
{
	(void)state;
	static const uint8_t zeros[1300];
	struct talk talk;
	size_t most = 0;
	talk_begin(&talk);
	for (unsigned i = 0; i < 200; i++) {
		put_fragment(&talk, TLS_CERTIFICATE, (uint16_t)i, zeros, 60000 + i, 40 * (i % 30), 20);
		/* A message that promises more than is held, and one that contradicts itself. */
		put_fragment(&talk, TLS_CERTIFICATE, (uint16_t)i, zeros, 0xffffff, 1, 20);
		hear(&talk, 1);
		most = talk.following.held > most ? talk.following.held : most;
	}
	assert_in_range(most, 1, 64 << 10);
	dtls_unfollow(&talk.state);
}

static void alerts_and_data_are_named(void **state)
{
	(void)state;
	struct talk talk;
	talk_begin(&talk);
	put_record(&talk, TLS_ALERT, DTLS_1_0, 0, 2);
	put(&talk, 2, 0x0228);
	const struct dtls_facts *dtls = hear(&talk, 1);
	assert_true(dtls->tls.has_alert && dtls->tls.alert_level == 2 && dtls->tls.alert == 40);
	assert_says("DTLS: Alert handshake failure;");
	put_record(&talk, TLS_ALERT, DTLS_1_2, 1, 2);
	put(&talk, 2, 0x0228);
	assert_false(hear(&talk, 1)->tls.has_alert);
	assert_says("DTLS: Encrypted Alert;");
	put_record(&talk, TLS_APPLICATION_DATA, DTLS_1_2, 1, 1);
	put(&talk, 1, 0);
	put_record(&talk, TLS_APPLICATION_DATA, DTLS_1_2, 1, 1);
	put(&talk, 1, 0);
	hear(&talk, 1);
	assert_says("DTLS: Application;");
	/* Behind a hello of DTLS 1.3 records without a length reach to the end. */
	put_record(&talk, DTLS_ACK, DTLS_1_2, 0, 2);
	put(&talk, 2, 0);
	put(&talk, 4, 0x2eaabbcc);
	put(&talk, 4, 0);
	hear(&talk, 1);
	assert_says("DTLS: Acknowledgement;");
	put_record(&talk, DTLS_ACK, DTLS_1_2, 0, 2);
	put(&talk, 2, 0);
	put(&talk, 4, 0x2aaabbcc);
	hear(&talk, 1);
	assert_says("DTLS: Acknowledgement;Encrypted Data;");
	dtls_unfollow(&talk.state);
}

static void first_bytes_tell_who_speaks(void **state)
{
	(void)state;
	enum who { NOBODY, DTLS, STUN };
	static const struct { const char *what; uint8_t bytes[32]; size_t length; enum who who; } rows[] = {
		{ "DTLS 1.2", { 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 19 }, 32, DTLS },
		{ "DTLS 1.0", { 23, 0xfe, 0xff, 0, 1, 0, 0, 0, 0, 0, 0, 0, 19 }, 32, DTLS },
		{ "DTLS before it was one", { 22, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 19 }, 32, DTLS },
		{ "the same with data is too little to go by", { 23, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 19 }, 32, NOBODY },
		{ "a record longer than the datagram", { 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20 }, 32, NOBODY },
		{ "an empty record", { 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 32, NOBODY },
		{ "a type that there is not", { 27, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 19 }, 32, NOBODY },
		{ "TLS is not DTLS", { 22, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 19 }, 32, NOBODY },
		{ "RTP", { 0x80, 96, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4 }, 32, NOBODY },
		{ "STUN", { 0, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42 }, 32, STUN },
		{ "a length that is not the datagram's", { 0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42 }, 32, NOBODY },
		{ "another cookie", { 0, 1, 0, 12, 0x21, 0x12, 0xa4, 0x43 }, 32, NOBODY },
		{ "half a header", { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 }, 12, NOBODY },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cursor in = cursor_make(rows[i].bytes, rows[i].length, rows[i].length);
		enum who who = dtls_recognise(in) ? DTLS : stun_recognise(in) ? STUN : NOBODY;
		if (who != rows[i].who || quic_recognise(in, 5000, 5001))
			fail_msg("%s", rows[i].what);
	}
}

/* RFC 5769, 2.2 and 2.3 */
static const uint8_t binding_answer[] = {
	0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf,
	0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20,
	0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43, 0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd,
	0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04,
	0xc0, 0x7d, 0x4c, 0x96,
};
static const uint8_t binding_answer_6[] = {
	0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf,
	0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20,
	0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe,
	0xd2, 0xb9, 0xd9, 0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c,
	0x82, 0x92, 0xc2, 0x75, 0xbf, 0xe3, 0xed, 0x41, 0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c,
};
/* Allocate without a password */
static const uint8_t stun_refusal[] = {
	0x01, 0x13, 0x00, 0x14, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x00, 0x09, 0x00, 0x10, 0, 0,
	4, 1, 'U', 'n', 'a', 'u', 't', 'h', 'o', 'r', 'i', 'z', 'e', 'd',
};

static void stun_says_where_the_client_is(void **state)
{
	(void)state;
	static const struct { const uint8_t *bytes; size_t length; uint16_t code; const char *words; } rows[] = {
		{ binding_answer, sizeof binding_answer, 0, "stun : Binding success, the client is 192.0.2.1:32853" },
		{ binding_answer_6, sizeof binding_answer_6, 0,
		  "stun : Binding success, the client is [2001:db8:1234:5678:11:2233:4455:6677]:32853" },
		{ stun_refusal, sizeof stun_refusal, 401, "stun : Allocate error 401 (Unauthorized)" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct record record = sample_record(9999, rows[i].bytes, 0, 0);
		struct cursor in = cursor_make(rows[i].bytes, rows[i].length, rows[i].length);
		struct text words = { 0 };
		assert_true(stun_recognise(in));
		packet_decode(&packet, &record);
		const struct layer *layer = packet_decode_message(&packet, &stun_decoder, NULL, in);
		assert_non_null(layer);
		const struct stun_message *stun = layer->facts;
		stun_decoder.words(&words, stun);
		assert_string_equal(words.bytes, rows[i].words);
		text_finish(&words);
		struct exchange_mark mark = { .role = EXCHANGE_NONE };
		stun_decoder.exchange(stun, &mark);
		assert_true(mark.role == EXCHANGE_RESPONSE && mark.code == rows[i].code && !mark.failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_come_whole_and_in_fragments),
		cmocka_unit_test(another_random_number_begins_anew),
		cmocka_unit_test(what_waits_is_bounded),
		cmocka_unit_test(alerts_and_data_are_named),
		cmocka_unit_test(first_bytes_tell_who_speaks),
		cmocka_unit_test(stun_says_where_the_client_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
