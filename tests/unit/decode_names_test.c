/* SSH, LDAP, SIP, syslog, NTP, RTP and RTCP: good and bad side by side. Mail has decode_mail_test.c. */
#include "decode_talk.h"

#include "decode/ldap.h"
#include "decode/rtp.h"
#include "decode/sip.h"
#include "decode/ssh.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

static void expect_bytes(struct talk *talk, enum talker who, const void *bytes, size_t length, const char *words)
{
	talk_bytes(talk, who, bytes, length);
	assert_string_equal(talk->words, words);
}

static void ssh_until_the_keys(void **state)
{
	(void)state;
	struct talk talk = talk_begin(decoder_named("ssh"), 22);
	expect(&talk, SERVER, "hello\r\nSSH-2.0-OpenSSH_9.2\r\n", "ssh : SSH-2.0-OpenSSH_9.2");
	expect(&talk, CLIENT, "SSH-2.0-x\x1b[31m\n", "ssh : SSH-2.0-x\\x1b[31m");
	/* Length 12, padding 4: NEWKEYS with 6 bytes that nobody asked for; then nothing can be read. */
	expect_bytes(&talk, CLIENT, BYTES("\0\0\0\x0c\x04\x1e"), "");
	expect_bytes(&talk, CLIENT, BYTES("\0\0\0\0\0\0\0\0\0\0"), "ssh : Key Exchange: client's part");
	expect_bytes(&talk, SERVER, BYTES("\0\0\0\x0c\x04\x15\0\0\0\0\0\0\0\0\0\0"), "ssh : New Keys");
	expect_bytes(&talk, SERVER, BYTES("\xff\xff\xff\xff\xff"), "");
	assert_int_equal(((const struct ssh_message *)talk_facts(&talk, &ssh_decoder))->length, 5);
	expect_bytes(&talk, SERVER, BYTES("\0\0\0\x0c\x04\x15\0\0\0\0\0\0\0\0\0\0"), "");
	expect_bytes(&talk, CLIENT, BYTES("\0\0\0\x0c\x04\x15\0\0\0\0\0\0\0\0\0\0"), "ssh : New Keys");
	talk_end(&talk);
	assert_int_equal(talk_probe(decoder_named("ssh"), 2222, SERVER, "SSH-2.0-x\r\n"), CERTAINTY_CERTAIN);
	assert_int_equal(talk_probe(decoder_named("ssh"), 22, SERVER, "SSH-x"), CERTAINTY_MORE);
	assert_int_equal(talk_probe(decoder_named("ssh"), 22, SERVER, "220 SSH-2.0\r\n"), CERTAINTY_NO);
}

static const struct ldap_message *ldap(struct talk *talk)
{
	return talk_facts(talk, &ldap_decoder);
}

static void ldap_binds(void **state)
{
	(void)state;
	struct talk talk = talk_begin(&ldap_decoder, 389);
	/* bindRequest 1, version 3, "cn=a", simple "pw" */
	expect_bytes(&talk, CLIENT, BYTES("\x30\x12\x02\x01\x01\x60\x0d\x02\x01\x03\x04\x04" "cn=a\x80\x02pw"),
		     "ldap : bindRequest cn=a");
	expect_bytes(&talk, SERVER, BYTES("\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x31\x04\0\x04\0"),
		     "ldap : bindResponse (invalidCredentials)");
	assert_int_equal(ldap(&talk)->login.outcome, LOGIN_REFUSED);
	assert_true(ldap(&talk)->login.readable);
	assert_string_equal(ldap(&talk)->login.name, "cn=a");
	/* Anonymous: nobody logs in. */
	expect_bytes(&talk, CLIENT, BYTES("\x30\x0c\x02\x01\x02\x60\x07\x02\x01\x03\x04\0\x80\0"), "ldap : bindRequest");
	expect_bytes(&talk, SERVER, BYTES("\x30\x0c\x02\x01\x02\x61\x07\x0a\x01\0\x04\0\x04\0"),
		     "ldap : bindResponse (success)");
	assert_int_equal(ldap(&talk)->login.outcome, LOGIN_NONE);
	/* With SASL, in two steps; lengths take more bytes than they need. */
	for (int i = 3; i <= 4; i++) {
		uint8_t request[] = "\x30\x84\0\0\0\x14\x02\x01\x03\x60\x0f\x02\x01\x03\x04\0\xa3\x08\x04\x06GSSAPI";
		uint8_t answer[] = "\x30\x0c\x02\x01\x03\x61\x07\x0a\x01\x0e\x04\0\x04\0";
		request[8] = answer[4] = (uint8_t)i;
		answer[9] = i == 3 ? LDAP_SASL_IN_PROGRESS : LDAP_SUCCESS;
		expect_bytes(&talk, CLIENT, request, sizeof request - 1, "ldap : bindRequest");
		talk_bytes(&talk, SERVER, answer, sizeof answer - 1);
		assert_int_equal(ldap(&talk)->login.outcome, i == 3 ? LOGIN_NONE : LOGIN_ACCEPTED);
		assert_false(ldap(&talk)->login.readable);
	}
	/* What the security layer wraps is skipped. */
	expect_bytes(&talk, CLIENT, BYTES("\0\0\0\x05xxxxx\x30\x05\x02\x01\x07\x42\0"), "ldap : unbindRequest");
	talk_end(&talk);
}

static void ldap_starts_tls(void **state)
{
	(void)state;
	struct talk talk = talk_begin(&ldap_decoder, 389);
	expect_bytes(&talk, CLIENT, BYTES("\x30\x1d\x02\x01\x01\x77\x18\x80\x16" "1.3.6.1.4.1.1466.20037"),
		     "ldap : extendedReq StartTLS");
	expect_bytes(&talk, SERVER, BYTES("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0"),
		     "ldap : extendedResp StartTLS (success)");
	assert_string_equal(talk.then->name, "tls");
	talk_end(&talk);
}

static enum frame_kind ldap_frame(const void *bytes, size_t length)
{
	struct stream stream = { .server_port = 389, .state = NULL };
	return ldap_decoder.stream->frame(&stream, cursor_make(bytes, length, length)).kind;
}

static void ldap_that_lies(void **state)
{
	static const struct { const char *bytes; size_t length; enum frame_kind kind; } cases[] = {
		{ BYTES("\x30"), FRAME_MORE },
		{ BYTES("\x30\x84\0\0"), FRAME_MORE },
		{ BYTES("\x30\x05\x02\x01\x01\x42\0"), FRAME_MESSAGE },
		{ BYTES("\x30\x80\x02\x01\x01"), FRAME_LOST },
		{ BYTES("\x30\x85\0\0\0\0\x05"), FRAME_LOST },
		{ BYTES("\x30\x84\xff\xff\xff\xff"), FRAME_LOST },
		{ BYTES("\x30\x83\x10\0\0"), FRAME_SKIP },
		{ BYTES("\x30\x02\x02\x01"), FRAME_LOST },
		{ BYTES("\xff\xff\xff\xff"), FRAME_LOST },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (ldap_frame(cases[i].bytes, cases[i].length) != cases[i].kind)
			fail_msg("case %zu", i);
	/* Elements that reach behind their message: no layer, no facts. */
	struct talk talk = talk_begin(&ldap_decoder, 389);
	expect_bytes(&talk, CLIENT, BYTES("\x30\x07\x02\x01\x01\x60\x7f\x02\x01"), "");
	expect_bytes(&talk, CLIENT, BYTES("\x30\x0a\x02\x01\x01\x60\x05\x02\x7f\x03\x04\0"), "ldap : bindRequest");
	talk_end(&talk);
}

static const struct sip_message *sip(struct talk *talk)
{
	return talk_facts(talk, &sip_decoder);
}

static void sip_calls(void **state)
{
	static const char invite[] = "INVITE sip:b@example.com SIP/2.0\r\nv: SIP/2.0/TCP a\r\ni: 17@a\r\n"
		"CSeq: 4 INVITE\r\nContent-Type: application/sdp\r\nl: 68\r\n\r\n";
	static const char body[] = "v=0\r\no=a 1 1 IN IP4 a\r\nc=IN IP4 192.0.2.7\r\nm=audio 40002 RTP/AVP 0\r\n";
	(void)state;
	struct talk talk = talk_begin(&sip_decoder, 5060);
	struct exchange_mark asked = { 0 }, told = { 0 };
	struct endpoint media[DECODER_MAX_ANNOUNCED];
	expect(&talk, CLIENT, "\r\n\r\nOPTIONS sip:b SIP/2.0\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n", "sip : OPTIONS");
	assert_int_equal(sip_decoder.announce(sip(&talk), media), 0);
	expect(&talk, CLIENT, invite, "");
	assert_int_equal(sizeof body - 1, 68);
	expect(&talk, CLIENT, body, "sip : INVITE");
	assert_int_equal(sip_decoder.announce(sip(&talk), media), 1);
	assert_int_equal(media[0].port, 40002);
	assert_int_equal(media[0].address.bytes[3], 7);
	sip_decoder.exchange(sip(&talk), &asked);
	assert_int_equal(asked.role, EXCHANGE_REQUEST);
	static const struct { const char *status; enum exchange_role role; bool failed; } answers[] = {
		{ "100 Trying", EXCHANGE_PROGRESS, false }, { "180 Ringing", EXCHANGE_RESPONSE, false },
		{ "200 OK", EXCHANGE_RESPONSE, false }, { "407 Proxy Authentication Required", EXCHANGE_RESPONSE, false },
		{ "486 Busy Here", EXCHANGE_RESPONSE, true } };
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		char answer[200];
		snprintf(answer, sizeof answer, "SIP/2.0 %s\r\nCall-ID:17@a\r\nCSeq: 4 INVITE\r\n\r\n", answers[i].status);
		talk_say(&talk, SERVER, answer);
		sip_decoder.exchange(sip(&talk), &told);
		assert_int_equal(told.role, answers[i].role);
		assert_int_equal(told.failed, answers[i].failed);
		assert_true(told.id == asked.id);
	}
	expect(&talk, CLIENT, "ACK sip:b SIP/2.0\r\nCall-ID: 17@a\r\nCSeq: 4 ACK\r\n\r\n", "sip : ACK");
	told = (struct exchange_mark){ 0 };
	sip_decoder.exchange(sip(&talk), &told);
	assert_int_equal(told.role, EXCHANGE_NONE);
	talk_end(&talk);
	assert_int_equal(talk_probe(&sip_decoder, 5061, CLIENT, "REGISTER sip:x SIP/2.0\r\n"), CERTAINTY_CERTAIN);
	assert_int_equal(talk_probe(&sip_decoder, 5060, CLIENT, "GET / HTTP/1.1\r\nHost: x\r\n"), CERTAINTY_NO);
	assert_int_equal(talk_probe(&sip_decoder, 5060, SERVER, "SIP/2.0 99 x\r\nVia: xxxxx\r\n"), CERTAINTY_NO);
}

static void syslog_on_tcp(void **state)
{
	(void)state;
	struct talk talk = talk_begin(decoder_named("syslog"), 601);
	expect(&talk, CLIENT, "<34>su: 'su root' failed\n<191>x\n", "syslog AUTH.CRIT : su: 'su root' failed, syslog LOCAL7.DEBUG : x");
	expect(&talk, CLIENT, "9 <13>a\nb\033", "");
	expect(&talk, CLIENT, "[", "syslog USER.NOTICE : a\\x0ab\\x1b[");
	expect(&talk, CLIENT, "<192>no priority\n", "");
	talk_end(&talk);
}

static const struct layer *datagram(struct talk *talk, const void *bytes, size_t length)
{
	talk->packet->layer_count = 0;
	talk->packet->room.used = 0;
	return packet_decode_message(talk->packet, talk->decoder, NULL, cursor_make(bytes, length, length));
}

static void reports_of_receivers(void **state)
{
	static const uint8_t report[] = { 0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 9, 64, 0xff, 0xff, 0xfe, 0, 1, 0, 2, 0, 0,
		0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0x81, 203, 0, 1, 0, 0, 0, 1 };
	(void)state;
	struct talk talk = talk_begin(&rtcp_decoder, 0);
	const struct layer *layer = datagram(&talk, report, sizeof report);
	assert_non_null(layer);
	const struct rtcp_packet *rtcp = layer->facts;
	assert_int_equal(rtcp->type, RTCP_RECEIVER_REPORT);
	assert_true(rtcp->bye);
	assert_int_equal(rtcp->report_count, 1);
	assert_int_equal(rtcp->reports[0].source, 9);
	assert_int_equal(rtcp->reports[0].lost, -2);
	assert_int_equal(rtcp->reports[0].highest, 0x10002);
	uint64_t memory[2] = { 0 };
	assert_int_equal(rtcp_decoder.datagram(memory, cursor_make(report, sizeof report, sizeof report)),
			 CERTAINTY_CERTAIN);
	for (size_t cut = 1; cut < sizeof report; cut++)
		if (cut != 32)
			assert_int_equal(rtcp_decoder.datagram(memory, cursor_make(report, cut, cut)), CERTAINTY_NO);
	assert_null(datagram(&talk, report, 30));
	talk_end(&talk);
}

static enum certainty see_rtp(uint64_t memory[2], uint8_t type, uint16_t sequence, uint32_t stamp, uint8_t source)
{
	uint8_t bytes[20] = { 0x80, type, (uint8_t)(sequence >> 8), (uint8_t)sequence, (uint8_t)(stamp >> 24),
		(uint8_t)(stamp >> 16), (uint8_t)(stamp >> 8), (uint8_t)stamp, 1, 2, 3, source };
	return rtp_decoder.datagram(memory, cursor_make(bytes, sizeof bytes, sizeof bytes));
}

static void rtp_is_known_by_its_numbers(void **state)
{
	(void)state;
	uint64_t memory[2] = { 0 };
	for (uint16_t i = 0; i < 3; i++)
		assert_int_equal(see_rtp(memory, 0, (uint16_t)(65534 + i), i * 160, 4), CERTAINTY_MORE);
	assert_int_equal(see_rtp(memory, 0x80, 1, 480, 4), CERTAINTY_CERTAIN);   /* wrapped, and with a marker */
	memset(memory, 0, sizeof memory);
	for (uint16_t i = 0; i < 6; i++)
		assert_int_equal(see_rtp(memory, 96, i, 90000 - 160u * i, 4), CERTAINTY_MORE);   /* time falls */
	for (uint16_t i = 0; i < 6; i++)
		assert_int_equal(see_rtp(memory, 96, i, 0, (uint8_t)(i + 1)), CERTAINTY_MORE);   /* ever new sources */
	for (uint16_t i = 0; i < 6; i++)
		assert_int_equal(see_rtp(memory, 96, (uint16_t)(2 * i), 160u * i, 4), CERTAINTY_MORE);   /* holes */
	assert_int_equal(see_rtp(memory, 72, 1, 160, 4), CERTAINTY_NO);
	memset(memory, 0, sizeof memory);
	for (uint16_t i = 0; i < 3; i++)
		see_rtp(memory, i ? 8 : 0x88, i, 160u * i, 4);
	assert_int_equal(see_rtp(memory, 8, 3, 480, 4), CERTAINTY_CERTAIN);
}

static void ntp_answers(void **state)
{
	(void)state;
	struct talk talk = talk_begin(decoder_named("ntp"), 0);
	struct exchange_mark asked = { 0 }, told = { 0 };
	uint8_t request[48] = { 0x23, [40] = 0xe0, 1, 2, 3, 4, 5, 6, 7 };
	uint8_t answer[48] = { 0x24, 0, 6, 0xe9, [12] = 'R', 'A', 'T', 'E', [24] = 0xe0, 1, 2, 3, 4, 5, 6, 7 };
	talk.decoder->exchange(datagram(&talk, request, sizeof request)->facts, &asked);
	const struct layer *layer = datagram(&talk, answer, sizeof answer);
	talk.decoder->exchange(layer->facts, &told);
	assert_true(asked.id == told.id);
	assert_int_equal(asked.role, EXCHANGE_REQUEST);
	assert_int_equal(told.role, EXCHANGE_RESPONSE);
	assert_true(told.failed);
	assert_string_equal(told.status, "RATE");
	assert_null(datagram(&talk, answer, 47));
	talk_end(&talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ssh_until_the_keys),
		cmocka_unit_test(ldap_binds),
		cmocka_unit_test(ldap_starts_tls),
		cmocka_unit_test(ldap_that_lies),
		cmocka_unit_test(sip_calls),
		cmocka_unit_test(syslog_on_tcp),
		cmocka_unit_test(reports_of_receivers),
		cmocka_unit_test(rtp_is_known_by_its_numbers),
		cmocka_unit_test(ntp_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
