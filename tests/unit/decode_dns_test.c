/* Domain names: header, question, compressed names that lie, and messages of a TCP stream. */
#include "decode_samples.h"
#include "decode/dns.h"

static struct packet packet;

enum { DNS = 42 }; /* offset in an untagged IPv4 frame */

static void questions_are_read(void **state)
{
	(void)state;
	sample_decode(&packet, "dns_query");
	assert_int_equal(packet.dns->id, 0xabcd);
	assert_false(packet.dns->response);
	assert_int_equal(packet.dns->questions, 1);
	assert_string_equal(packet.dns->name, "www.example.com"); /* sent with capitals */
	assert_int_equal(packet.dns->name_length, 15);
	assert_int_equal(packet.dns->query_type, 1);
	assert_int_equal(packet.dns->query_class, 1);
	assert_string_equal(packet_protocol(&packet), "DNS");

	sample_decode(&packet, "dns_response");
	assert_true(packet.dns->response);
	assert_int_equal(packet.dns->answers, 2);
	assert_int_equal(packet.dns->rcode, 0);
	assert_string_equal(packet.dns->name, "www.example.com");

	sample_decode(&packet, "mdns_query");
	assert_string_equal(packet.dns->name, "_ipp._tcp.local");
	assert_int_equal(packet.dns->query_type, 12);
	assert_string_equal(packet_protocol(&packet), "MDNS");
	sample_decode(&packet, "llmnr_query");
	assert_string_equal(packet.dns->name, "printer");
}

/* Pointers in answers count from the start of the message, so the payload is all of it. */
static void the_payload_is_the_whole_message(void **state)
{
	(void)state;
	sample_decode(&packet, "dns_response");
	assert_ptr_equal(packet.payload.next, sample_find("dns_response")->bytes + DNS);
	assert_int_equal(packet.payload.captured, sample_find("dns_response")->size - DNS);
	const struct layer *layer = &packet.layers[packet.layer_count - 1];
	assert_int_equal(layer->offset, DNS);
	assert_int_equal(layer->length, packet.payload.captured);
}

struct message {
	const char *what;
	uint8_t bytes[40];
	size_t length;
	bool malformed;
	const char *name;
};

static void decode_message(const struct message *message)
{
	uint8_t bytes[20 + 8 + 40] = { 0x45, [9] = 17, [20] = 0x12, 0x34, 0x00, 0x35 };
	size_t length = 28 + message->length;
	bytes[3] = (uint8_t)length;
	bytes[25] = (uint8_t)(message->length + 8);
	memcpy(bytes + 28, message->bytes, message->length);
	struct record record = sample_record(LINKTYPE_RAW, bytes, length, length);
	packet_decode(&packet, &record);
}

static void names_good_and_bad(void **state)
{
	static const struct message messages[] = {
		{ "the root", { 0, 1, 1, 0, 0, 1, [12] = 0, 0, 2, 0, 1 }, 17, false, "." },
		{ "a name that points at itself", { 0, 1, 1, 0, 0, 1, [12] = 0xc0, 12, 0, 1, 0, 1 }, 18, false,
		  "." },
		{ "two pointers in a circle",
		  { 0, 1, 1, 0, 0, 1, [12] = 1, 'a', 0xc0, 16, 1, 'b', 0xc0, 12, 0, 1, 0, 1 }, 24, false, NULL },
		{ "a pointer behind the end", { 0, 1, 1, 0, 0, 1, [12] = 1, 'a', 0xff, 0xff, 0, 1, 0, 1 }, 20,
		  false, "a" },
		{ "a label of an unknown kind", { 0, 1, 1, 0, 0, 1, [12] = 0x41, 'a', 0, 0, 1, 0, 1 }, 19, true,
		  "" },
		{ "a label longer than the message", { 0, 1, 1, 0, 0, 1, [12] = 20, 'a', 0 }, 15, true, "" },
		{ "no question where one is promised", { 0, 1, 1, 0, 0, 1, [11] = 0 }, 12, true, "" },
		{ "an answer that is not there", { 0, 1, 0x81, 0x80, 0, 0, 0, 1, [11] = 0 }, 12, true, "" },
		{ "no question at all", { 0, 1, 0x81, 0x85, [11] = 0 }, 12, false, "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
		decode_message(&messages[i]);
		if (packet.malformed != messages[i].malformed)
			fail_msg("%s: %s", messages[i].what, packet.problem ? packet.problem : "good");
		assert_non_null(packet.dns);
		if (messages[i].name)
			assert_string_equal(packet.dns->name, messages[i].name);
		assert_int_equal(packet.dns->name_length, strlen(packet.dns->name));
	}
	assert_int_equal(packet.dns->rcode, 5);
}

static void messages_of_a_stream_are_framed(void **state)
{
	(void)state;
	static const uint8_t stream[] = {
		/* length 17; query 7 for the name servers of the root; then two bytes of the
		 * next message */
		0x00, 0x11, 0x00, 0x07, 0x01, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x02, 0x00, 0x01,
		0x00, 0x2c,
	};
	const struct streaming *dns = dns_decoder.stream;
	struct stream at = { .client_port = 40000, .server_port = 53 };
	assert_int_equal(dns->frame(&at, cursor_make(stream, 1, 1)).kind, FRAME_MORE);
	assert_int_equal(dns->frame(&at, cursor_make(stream, 2, 2)).length, 19);
	assert_int_equal(dns->frame(&at, cursor_make(stream, sizeof stream, sizeof stream)).length, 19);
	assert_int_equal(dns->frame(&at, cursor_make("\0\x05xxxxx", 7, 7)).kind, FRAME_LOST);
	assert_int_equal(dns->probe(&at, cursor_make(stream, 19, 19)), CERTAINTY_PERHAPS);
	assert_int_equal(dns->probe(&at, cursor_make(stream, 7, 7)), CERTAINTY_MORE);
	assert_int_equal(dns->probe(&at, cursor_make("GET / HTTP/1.0\r\n", 16, 16)), CERTAINTY_NO);

	sample_decode(&packet, "tcp_data_ipv6");
	unsigned layers = packet.layer_count;
	assert_non_null(packet_decode_message(&packet, &dns_decoder, &at, cursor_make(stream, 19, 19)));
	assert_int_equal(packet.layer_count, layers + 1);
	assert_int_equal(packet.dns->id, 7);
	assert_string_equal(packet.dns->name, ".");
	assert_string_equal(packet_protocol(&packet), "DNS");

	/* Many messages in one segment: the last ones share the last place. */
	for (int i = 0; i < 100; i++)
		assert_non_null(packet_decode_message(&packet, &dns_decoder, &at, cursor_make(stream, 19, 19)));
	assert_true(packet.layer_count <= PACKET_MAX_LAYERS);
	assert_int_equal(packet.dns->id, 7);
	assert_null(packet_decode_message(&packet, &dns_decoder, &at, cursor_make(stream, 10, 10)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_read),
		cmocka_unit_test(the_payload_is_the_whole_message),
		cmocka_unit_test(names_good_and_bad),
		cmocka_unit_test(messages_of_a_stream_are_framed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
