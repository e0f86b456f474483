/* What applications say on their streams: recognised by port or bytes, in order, cut, lost, to the end; their
 * questions with answers; the connections that they announce. FTP stands for all. */
#include "session_kit.h"

#include "decode/ftp.h"

struct talk {
	struct kit *kit;
	uint16_t port;               /* of the server */
	uint32_t next[2];            /* sequence numbers of client and server */
	int64_t time;
};

static struct talk talk_on(uint16_t port)
{
	struct talk talk = { kit_create(0, 0), port, { 1001, 5001 }, 0 };
	OBSERVE(talk.kit, .to_port = port, .flags = TCP_SYN, .sequence = 1000);
	OBSERVE(talk.kit, .from = "10.0.0.2", .to = "10.0.0.1", .from_port = port, .to_port = 40000,
		.flags = TCP_SYN | TCP_ACK, .sequence = 5000, .acknowledgment = 1001, .time = MILLISECOND);
	return talk;
}

static const struct observation *send(struct talk *talk, bool server, uint16_t flags, const char *words,
				      size_t cut)
{
	size_t length = words ? strlen(words) : 0;
	talk->time += 10 * MILLISECOND;
	const struct observation *seen = kit_observe(talk->kit, (struct made){
		.from = server ? "10.0.0.2" : "10.0.0.1", .to = server ? "10.0.0.1" : "10.0.0.2",
		.from_port = server ? talk->port : 40000, .to_port = server ? 40000 : talk->port,
		.flags = flags | TCP_ACK, .sequence = talk->next[server], .acknowledgment = talk->next[!server],
		.payload = words, .time = talk->time, .cut = cut });
	talk->next[server] += (uint32_t)length + ((flags & TCP_FIN) != 0);
	return seen;
}

static const struct observation *client(struct talk *talk, const char *words)
{
	return send(talk, false, 0, words, 0);
}

static const struct observation *server(struct talk *talk, const char *words)
{
	return send(talk, true, 0, words, 0);
}

/* What the packet's messages say, one after the other. */
static void expect(const struct observation *seen, const char *words)
{
	struct text all = { 0 };
	text_add(&all, "");
	for (unsigned i = 0; i < seen->message_count; i++) {
		if (i)
			text_add(&all, ", ");
		seen->messages[i].decoder->words(&all, seen->messages[i].facts);
	}
	assert_string_equal(all.bytes, words);
	text_finish(&all);
}

static const struct ftp_message *ftp(const struct observation *seen)
{
	assert_true(seen->message_count > 0);
	assert_ptr_equal(seen->messages[0].decoder, &ftp_decoder);
	return seen->messages[0].facts;
}

static void by_port(void **state)
{
	(void)state;
	struct talk talk = talk_on(21);
	expect(server(&talk, "220 ready\r\n"), "ftp reply code 220");
	expect(client(&talk, "USER joe\r\nPASS x\r\nSY"), "ftp command USER, ftp command PASS");
	expect(client(&talk, "ST\r\n"), "ftp command SYST");
	kit_destroy(talk.kit);
}

static void by_bytes_on_any_port(void **state)
{
	(void)state;
	struct talk talk = talk_on(2121);
	expect(server(&talk, "220 the FTP server\r\n"), "ftp reply code 220");
	kit_destroy(talk.kit);
	/* What speaks first but is not known is kept until the other end makes it clear. */
	talk = talk_on(2121);
	expect(client(&talk, "NOOP\r\n"), "");
	expect(server(&talk, "220 the FTP server\r\n"), "ftp command NOOP, ftp reply code 220");
	kit_destroy(talk.kit);
}

static void not_by_the_port_alone(void **state)
{
	(void)state;
	struct talk talk = talk_on(21);
	expect(client(&talk, "\x01\x02\x03\x04\x05\x06\r\n"), "");
	expect(server(&talk, "\x80\x81\x82\x83\x84\r\n"), "");
	/* Both had their say: nobody looks again. */
	expect(server(&talk, "220 the FTP server\r\n"), "");
	kit_destroy(talk.kit);
}

static void found_again_after_a_hole(void **state)
{
	(void)state;
	struct talk talk = talk_on(21);
	server(&talk, "220 ready\r\n");
	client(&talk, "USER j");
	talk.next[0] += 500;                     /* the recorder missed it; the server confirms it */
	server(&talk, "331 password\r\n");
	expect(client(&talk, "PASS x\r\n"), "ftp command PASS");
	kit_destroy(talk.kit);
}

static void cut_lines_are_lines(void **state)
{
	(void)state;
	struct talk talk = talk_on(21);
	expect(send(&talk, false, 0, "USER somebody\r\n", 9), "ftp command USER");
	expect(send(&talk, true, 0, "331 Password, please\r\n", 15), "ftp reply code 331");
	expect(client(&talk, "PASS x\r\n"), "ftp command PASS");
	kit_destroy(talk.kit);
}

static void the_end_ends_a_line(void **state)
{
	(void)state;
	struct talk talk = talk_on(21);
	client(&talk, "QUIT\r\n");
	expect(server(&talk, "221 Bye"), "");
	expect(send(&talk, true, TCP_FIN, NULL, 0), "ftp reply code 221");
	kit_destroy(talk.kit);
}

static void replies_of_several_lines(void **state)
{
	(void)state;
	struct talk talk = talk_on(21);
	const struct observation *seen = server(&talk, "220-one\r\n two\r\n220 three\r\n");
	assert_int_equal(seen->message_count, 3);
	for (unsigned i = 0; i < 3; i++) {
		const struct ftp_message *line = seen->messages[i].facts;
		assert_int_equal(line->code, 220);
		assert_int_equal(line->last, i == 2);
	}
	kit_destroy(talk.kit);
}

static void answers_find_their_questions(void **state)
{
	(void)state;
	struct talk talk = talk_on(21);
	assert_int_equal(server(&talk, "220 ready\r\n")->exchange_count, 0);
	client(&talk, "RETR file\r\n");
	uint64_t asked = talk.kit->number;
	assert_int_equal(server(&talk, "150 here it comes\r\n")->exchange_count, 0);
	uint64_t begun = talk.kit->number;
	const struct observation *seen = server(&talk, "550 no\r\n");
	assert_int_equal(seen->exchange_count, 1);
	const struct session_exchange *exchange = &seen->exchanges[0];
	assert_int_equal(exchange->request_packet, asked);
	assert_int_equal(exchange->progress_packet, begun);
	assert_int_equal(exchange->response_packet, talk.kit->number);
	assert_int_equal(exchange->code, 550);
	assert_true(exchange->answered && exchange->failed);
	/* A pipelined pair, answered in order. */
	client(&talk, "PWD\r\nSYST\r\n");
	seen = server(&talk, "257 \"/\"\r\n215 UNIX\r\n");
	assert_int_equal(seen->exchange_count, 2);
	assert_int_equal(seen->exchanges[0].code, 257);
	assert_int_equal(seen->exchanges[1].code, 215);
	/* One without an answer is told when the connection ends. */
	client(&talk, "NOOP\r\n");
	seen = send(&talk, true, TCP_RST, NULL, 0);
	assert_int_equal(seen->exchange_count, 1);
	assert_false(seen->exchanges[0].answered);
	kit_destroy(talk.kit);
}

static void data_connections_have_parents(void **state)
{
	(void)state;
	static const struct { const char *from, *to; uint16_t port; bool announced; } tries[] = {
		{ "10.0.0.1", "10.0.0.2", 3679, true },
		{ "10.0.0.1", "10.0.0.2", 3680, false },
		{ "10.0.0.1", "10.0.0.3", 3679, false },
	};
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		struct talk talk = talk_on(21);
		client(&talk, "PASV\r\n");
		const struct ftp_message *answer =
			ftp(server(&talk, "227 Entering Passive Mode (10,0,0,2,14,95).\r\n"));
		assert_int_equal(answer->announcement, FTP_PASV);
		assert_int_equal(answer->target.port, 3679);
		uint64_t announced = talk.kit->number;
		const struct observation *seen = OBSERVE(talk.kit, .from = tries[i].from, .to = tries[i].to,
			.from_port = 40001, .to_port = tries[i].port, .flags = TCP_SYN,
			.time = talk.time += 10 * MILLISECOND);
		assert_int_equal(seen->session->parent.decoder == &ftp_decoder, tries[i].announced);
		if (tries[i].announced) {
			assert_int_equal(seen->session->parent.number, 1);
			assert_int_equal(seen->session->parent.packet, announced);
		}
		kit_destroy(talk.kit);
	}
}

static void announcements_are_read(void **state)
{
	(void)state;
	static const struct { bool server; const char *line; int kind; const char *address; uint16_t port; } cases[] = {
		{ false, "PORT 137,72,43,137,40,196\r\n", FTP_PORT, "137.72.43.137", 10436 },
		{ false, "port 1,2,3,4,0,1\r\n", FTP_PORT, "1.2.3.4", 1 },
		{ false, "PORT 0,0,000,0,4,1\r\n", FTP_PORT, NULL, 1025 },
		{ false, "PORT 1,2,3,256,0,1\r\n", FTP_NO_ANNOUNCEMENT, NULL, 0 },
		{ false, "PORT 1,2,3,4,0\r\n", FTP_NO_ANNOUNCEMENT, NULL, 0 },
		{ false, "EPRT |1|192.0.2.1|6275|\r\n", FTP_EPRT, "192.0.2.1", 6275 },
		{ false, "EPRT |2|2001:db8::1|5282|\r\n", FTP_EPRT, "2001:db8::1", 5282 },
		{ false, "EPRT |1|192.0.2.1|70000|\r\n", FTP_NO_ANNOUNCEMENT, NULL, 0 },
		{ false, "EPRT |1|nobody|5282|\r\n", FTP_NO_ANNOUNCEMENT, NULL, 0 },
		{ true, "227 Entering Passive Mode (137,72,43,207,14,95)\r\n", FTP_PASV, "137.72.43.207", 3679 },
		{ true, "227 Port 20 at 10,0,0,1,255,255\r\n", FTP_PASV, "10.0.0.1", 65535 },
		{ true, "227 No numbers\r\n", FTP_NO_ANNOUNCEMENT, NULL, 0 },
		{ true, "229 Extended (|||6446|)\r\n", FTP_EPSV, NULL, 6446 },
		{ true, "229 Extended (!!!6446!)\r\n", FTP_EPSV, NULL, 6446 },
		{ true, "229 Extended (|||)\r\n", FTP_NO_ANNOUNCEMENT, NULL, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct talk talk = talk_on(21);
		const struct ftp_message *line = ftp(send(&talk, cases[i].server, 0, cases[i].line, 0));
		char words[ADDRESS_TEXT_SIZE];
		assert_int_equal(line->announcement, cases[i].kind);
		if (cases[i].address)
			assert_string_equal(address_text(&line->target.address, words), cases[i].address);
		else
			assert_int_equal(line->target.address.family, ADDRESS_NONE);
		assert_int_equal(line->target.port, cases[i].port);
		kit_destroy(talk.kit);
	}
}

static void secrets_are_not_kept(void **state)
{
	(void)state;
	struct talk talk = talk_on(21);
	assert_string_equal(ftp(client(&talk, "PASS geheim\r\n"))->text, "");
	assert_string_equal(ftp(client(&talk, "ACCT geheim\r\n"))->text, "");
	assert_string_equal(ftp(client(&talk, "CWD here\r\n"))->text, "here");
	kit_destroy(talk.kit);
}

/* Byte by byte it is the same as at once, and no byte is searched a second time. */
static void slowly(void **state)
{
	static const char head[] = "GET /a HTTP/1.1\r\nHost: b\r\n\r\n", body[] = "\nok";
	(void)state;
	struct talk talk = talk_on(80);
	char one[2] = "";
	for (size_t i = 0; head[i]; i++) {
		one[0] = head[i];
		expect(client(&talk, one), head[i + 1] ? "" : "http : GET /a");
	}
	expect(server(&talk, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r"), "");
	expect(server(&talk, "\n"), "http : 200 OK");
	for (size_t i = 0; body[i]; i++) {
		one[0] = body[i];
		server(&talk, one);
	}
	expect(client(&talk, "PUT /c HTTP/1.1\r\nContent-Length: 1\r\n\r\nx\r\nGET /d"), "http : PUT /c, ");
	expect(client(&talk, " HTTP/1.1\r\n\r"), "");
	expect(client(&talk, "\n"), "http : GET /d");
	kit_destroy(talk.kit);
}

/* What the decoder is told of the bytes that it was asked about before. */
static void says_what_was_seen(void **state)
{
	(void)state;
	const char line[] = "xxxx\nUSER";
	struct stream stream = { .seen = 5 };
	struct cursor in = cursor_make((const uint8_t *)line, sizeof line - 1, sizeof line - 1);
	assert_int_equal(frame_line(&stream, in, 100).kind, FRAME_MORE);
	stream.seen = 4;
	assert_int_equal(frame_line(&stream, in, 100).kind, FRAME_MESSAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_port),
		cmocka_unit_test(by_bytes_on_any_port),
		cmocka_unit_test(not_by_the_port_alone),
		cmocka_unit_test(found_again_after_a_hole),
		cmocka_unit_test(cut_lines_are_lines),
		cmocka_unit_test(the_end_ends_a_line),
		cmocka_unit_test(replies_of_several_lines),
		cmocka_unit_test(answers_find_their_questions),
		cmocka_unit_test(data_connections_have_parents),
		cmocka_unit_test(announcements_are_read),
		cmocka_unit_test(secrets_are_not_kept),
		cmocka_unit_test(slowly),
		cmocka_unit_test(says_what_was_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
