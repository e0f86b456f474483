/* HTTP/2: frames in any pieces, header blocks in several frames, bodies of streams at once, what the trace lacks. */
#include "talk_kit.h"

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
#define SETTINGS "\0\0\0\4\0\0\0\0\0"

#define SAY(talk, server, bytes) talk_say(talk, server, bytes, sizeof(bytes) - 1)

/* RFC 7541, C.4.1: GET / of www.example.com */
#define BLOCK "\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"
#define GET(stream) "\0\0\x11\1\5\0\0\0" stream BLOCK
#define HEAD(length, type, flags, stream) "\0\0" length type flags "\0\0\0" stream

static struct talk begin(size_t piece)
{
	struct talk talk = talk_on(8090, true);
	talk.piece = piece;
	SAY(&talk, false, PREFACE);
	SAY(&talk, true, SETTINGS);
	talk_expect(&talk, "http2 : Magic, http2 : SETTINGS, http2 : SETTINGS");
	return talk;
}

static void streams_in_pieces(void **state)
{
	static const size_t pieces[] = { 1400, 1, 5 };
	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct talk talk = begin(pieces[i]);
		SAY(&talk, false, GET("\1") GET("\3"));
		talk_expect(&talk, "1:GET /, 3:GET /");
		/* 200 for both, bodies by turns, the first one padded, one that ends with an empty DATA */
		SAY(&talk, true, HEAD("\1", "\1", "\4", "\3") "\x88" HEAD("\1", "\1", "\4", "\1") "\x88"
			HEAD("\6", "\0", "\x08", "\1") "\2abc\0\0" HEAD("\4", "\0", "\1", "\3") "wxyz"
			HEAD("\0", "\0", "\1", "\1"));
		talk_expect(&talk, "3:200, 1:200, http2 : DATA, http2 : DATA, 3:end 4, 1:end 3");
		talk_end(&talk);
	}
}

static void blocks_of_several_frames(void **state)
{
	(void)state;
	struct talk talk = begin(3);
	/* HEADERS with padding and priority, and two CONTINUATION, parted inside of a string */
	SAY(&talk, false, HEAD("\x0e", "\1", "\x29", "\1") "\2\0\0\0\0\x10\x82\x86\x84\x41\x8c\xf1\0\0"
		HEAD("\0", "\x09", "\0", "\1")
		HEAD("\x0b", "\x09", "\4", "\1") "\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff");
	talk_expect(&talk, "1:GET /");
	/* The table has it now. */
	SAY(&talk, false, HEAD("\4", "\1", "\5", "\3") "\x82\x86\x84\xbe");
	talk_expect(&talk, "3:GET /");
	talk_end(&talk);
}

/* CONTINUATION without end: passed over, and what comes behind is read. */
static void blocks_without_end(void **state)
{
	(void)state;
	struct talk talk = begin(1400);
	SAY(&talk, false, HEAD("\1", "\1", "\1", "\1") "\x82");
	static uint8_t frame[9 + 1000] = { 0, 3, 0xe8, 9 };
	frame[8] = 1;
	for (int i = 0; i < 200; i++)
		talk_say(&talk, false, frame, sizeof frame);
	frame[4] = 4;
	talk_say(&talk, false, frame, sizeof frame);
	SAY(&talk, false, GET("\3"));
	talk_expect(&talk, "3:GET /");
	talk_end(&talk);
}

static void ends_that_are_none(void **state)
{
	(void)state;
	/* The client resets one; the server closes in the middle of others. */
	struct talk talk = begin(1400);
	SAY(&talk, false, GET("\1") GET("\3") GET("\5"));
	SAY(&talk, true, HEAD("\1", "\1", "\4", "\1") "\x88" HEAD("\1", "\1", "\4", "\3") "\x88"
		HEAD("\2", "\0", "\0", "\1") "ab" HEAD("\2", "\0", "\0", "\3") "ab");
	text_clear(&talk.said);
	SAY(&talk, false, HEAD("\4", "\3", "\0", "\1") "\0\0\0\x08");
	talk_expect(&talk, "1:end 2 reset");
	SAY(&talk, true, HEAD("\x08", "\7", "\0", "\0") "\0\0\0\5\0\0\0\2");
	talk_expect(&talk, "http2 : GOAWAY (INTERNAL_ERROR)");
	SAY(&talk, true, HEAD("\x10", "\0", "\1", "\3") "abcd");
	talk_segment(&talk, true, TCP_FIN, NULL, 0);
	talk_expect(&talk, "http2 : DATA, 3:end 6 closed");
	talk_end(&talk);
}

static void trailers_and_answers_without_body(void **state)
{
	(void)state;
	struct talk talk = begin(1400);
	SAY(&talk, false, GET("\1") GET("\3"));
	text_clear(&talk.said);
	/* grpc-status 14 behind 200 and 1 byte; grpc-status 5 in the head */
	SAY(&talk, true, HEAD("\1", "\1", "\4", "\1") "\x88" HEAD("\1", "\0", "\0", "\1") "x"
		HEAD("\x10", "\1", "\5", "\1") "\0\x0bgrpc-status\2" "14"
		HEAD("\x10", "\1", "\5", "\3") "\x88\0\x0bgrpc-status\1" "5");
	talk_expect(&talk, "1:200, http2 : DATA, 1:end 1, 3:200");
	talk_end(&talk);
}

static void what_the_trace_lacks(void **state)
{
	(void)state;
	/* From the middle: row of whole frames; the path stands in a table that the trace lacks. */
	struct talk talk = talk_on(8090, false);
	SAY(&talk, false, HEAD("\4", "\1", "\5", "\x0b") "\x82\x86\x84\xc0" HEAD("\4", "\x08", "\0", "\0") "\0\1\0\0");
	talk_expect(&talk, "11:GET /, http2 : WINDOW_UPDATE");
	SAY(&talk, true, HEAD("\1", "\1", "\4", "\x0b") "\x88" HEAD("\2", "\0", "\1", "\x0b") "ab");
	talk_expect(&talk, "11:200, http2 : DATA, 11:end 2");
	/* A hole inside of DATA does no harm; one over frames does, but accuses nobody. */
	SAY(&talk, false, GET("\x0d") GET("\x0f"));
	SAY(&talk, true, HEAD("\1", "\1", "\4", "\x0d") "\x88\0\1\0\0\1\0\0\0\x0d" "ab");
	text_clear(&talk.said);
	talk_miss(&talk, true, 254);
	SAY(&talk, true, HEAD("\1", "\1", "\4", "\x0f") "\x88");
	talk_expect(&talk, "13:end 256, 15:200");
	talk_miss(&talk, true, 500);
	SAY(&talk, true, HEAD("\x08", "\6", "\0", "\0") "12345678");
	talk_segment(&talk, true, TCP_FIN, NULL, 0);
	talk_expect(&talk, "http2 : PING, ");
	talk_end(&talk);
}

static void not_without_proof(void **state)
{
	static const struct { bool server; const char *bytes; size_t length; const char *words; } said[] = {
		{ false, "PRI * HTTP/2.0\r\n\r\nXX", 20, "" },
		{ false, HEAD("\4", "\x08", "\0", "\0") "\0\1\0\0", 13, "" },   /* no preface */
		{ true, HEAD("\5", "\4", "\0", "\0") "12345", 14, "" },         /* no settings */
		{ true, HEAD("\0", "\4", "\0", "\1"), 9, "" },                  /* … of a stream */
		{ true, SETTINGS, 9, "http2 : SETTINGS" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		struct talk talk = talk_on(49999, true);
		talk_say(&talk, said[i].server, said[i].bytes, said[i].length);
		talk_expect(&talk, said[i].words);
		talk_end(&talk);
	}
}

/* As many streams as anybody could open: what is held stays bounded, the last ones are known. */
static void streams_without_number(void **state)
{
	(void)state;
	struct talk talk = begin(1400);
	uint8_t get[] = GET("\1"), answer[] = HEAD("\1", "\1", "\5", "\1") "\x88";
	for (unsigned stream = 1; stream < 20001; stream += 2) {
		wire_put32(get + 5, stream);
		talk_say(&talk, false, get, sizeof get - 1);
		text_clear(&talk.said);
	}
	wire_put32(answer + 5, 19999);
	talk_say(&talk, true, answer, sizeof answer - 1);
	talk_expect(&talk, "19999:200");
	talk_end(&talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_in_pieces),
		cmocka_unit_test(blocks_of_several_frames),
		cmocka_unit_test(blocks_without_end),
		cmocka_unit_test(ends_that_are_none),
		cmocka_unit_test(trailers_and_answers_without_body),
		cmocka_unit_test(what_the_trace_lacks),
		cmocka_unit_test(not_without_proof),
		cmocka_unit_test(streams_without_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
