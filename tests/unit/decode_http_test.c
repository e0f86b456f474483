/* HTTP/1: where heads and bodies end, in any pieces; what the trace lacks; what never ends. */
#include "talk_kit.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\n"

/* What both say and what it means, however the bytes are cut into segments. */
static const struct { const char *what, *client, *server; bool server_closes; const char *client_words, *words; } cases[] = {
	{ "no body", GET("/a"), OK "Content-Length: 0\r\n\r\n", false, "GET /a", "200" },
	{ "a length", GET("/a"), OK "Content-Length: 5\r\n\r\nhello" OK "Content-Length: 1\r\n\r\nx", false, "GET /a",
	  "200, end 5, 200, end 1" },
	{ "chunks", GET("/a"), OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;ext=1\r\n0123456789\r\n0\r\n\r\n",
	  false, "GET /a", "200, end 15" },
	{ "chunks with a trailer", GET("/a"), OK "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: b\r\n\r\n" OK
	  "Content-Length: 0\r\n\r\n", false, "GET /a", "200, end 1, 200" },
	{ "chunks before a length", GET("/a"), OK "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
	  false, "GET /a", "200, end 1" },
	{ "HEAD", "HEAD /a HTTP/1.1\r\n\r\n" GET("/b"), OK "Content-Length: 500\r\n\r\n" OK
	  "Content-Length: 1\r\n\r\nx", false, "HEAD /a, GET /b", "200, 200, end 1" },
	{ "204 and 304", GET("/a") GET("/b"), "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n"
	  "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", false, "GET /a, GET /b", "204, 304" },
	{ "100 before the answer", "PUT /a HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody", "HTTP/1.1 100 Continue\r\n\r\n"
	  OK "Content-Length: 0\r\n\r\n", false, "PUT /a, end 4", "100, 200" },
	{ "CONNECT", "CONNECT h:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 Connected\r\n\r\n", false, "CONNECT h:443", "200" },
	{ "until it closes", GET("/a"), "HTTP/1.0 200 OK\r\n\r\nhello", true, "GET /a", "200, end 5" },
	{ "closed too early", GET("/a"), OK "Content-Length: 50\r\n\r\nhello", true, "GET /a", "200, end 5 closed" },
	{ "closed in a chunk", GET("/a"), OK "Transfer-Encoding: chunked\r\n\r\n32\r\nhello", true, "GET /a",
	  "200, end 5 closed" },
	{ "closed before the last chunk", GET("/a"), OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true, "GET /a",
	  "200, end 5 closed" },
	{ "chunks that make no sense", GET("/a"), OK "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", false, "GET /a",
	  "200, end 0 broken" },
	{ "lines that end in LF alone", "GET /a HTTP/1.0\nHost: h\n\n", "HTTP/1.0 200 OK\nContent-Length: 2\n\nab", false,
	  "GET /a", "200, end 2" },
	{ "empty lines before a request", GET("/a") "\r\n\r\n" GET("/b"), OK "Content-Length: 0\r\n\r\n", false,
	  "GET /a, GET /b", "200" },
};

static void bodies_in_pieces(void **state)
{
	static const size_t pieces[] = { 1400, 1, 7 };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
			struct talk talk = talk_on(80, true);
			talk.piece = pieces[p];
			talk_client(&talk, cases[i].client);
			talk_expect(&talk, cases[i].client_words);
			talk_server(&talk, cases[i].server);
			if (cases[i].server_closes)
				talk_segment(&talk, true, TCP_FIN, NULL, 0);
			talk_expect(&talk, cases[i].words);
			talk_end(&talk);
		}
	}
}

static void recognised_anywhere(void **state)
{
	static const struct { const char *client; const char *words; } said[] = {
		{ GET("/"), "GET /" }, { "BREW /pot HTTP/1.1\r\n\r\n", "" }, { "GET / RTSP/1.0\r\n\r\n", "" },
		{ "OPTIONS sip:x SIP/2.0\r\n\r\n", "sip : OPTIONS" }, { "GETTING started\r\n", "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		struct talk talk = talk_on(49999, true);
		talk_client(&talk, said[i].client);
		talk_expect(&talk, said[i].words);
		talk_end(&talk);
	}
	/* The answer gives it away where the trace begins behind the question. */
	struct talk talk = talk_on(49999, false);
	talk_client(&talk, "\x01\x02\x03\x04");
	talk_server(&talk, OK "Content-Length: 3\r\n\r\nabc");
	talk_expect(&talk, "200, end 3");
	talk_end(&talk);
}

static void what_the_trace_lacks(void **state)
{
	(void)state;
	/* A hole inside of a body does no harm. */
	struct talk talk = talk_on(80, true);
	talk_client(&talk, GET("/a"));
	talk_server(&talk, OK "Content-Length: 1000\r\n\r\nhello");
	talk_miss(&talk, true, 900);
	char rest[95];
	memset(rest, 'x', sizeof rest);
	talk_say(&talk, true, rest, sizeof rest);
	talk_server(&talk, OK "Content-Length: 0\r\n\r\n");
	talk_expect(&talk, "GET /a, 200, end 1000, 200");
	/* One over a head: the next head is found where a segment starts. */
	talk_miss(&talk, true, 300);
	talk_server(&talk, "more of a body");
	talk_server(&talk, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
	talk_expect(&talk, "404");
	talk_end(&talk);
}

static void heads_without_end(void **state)
{
	static char filler[60000];
	(void)state;
	memset(filler, 'x', sizeof filler);
	/* 60 KB are a head … */
	struct talk talk = talk_on(80, true);
	talk_client(&talk, "GET /long HTTP/1.1\r\nX: ");
	talk_say(&talk, false, filler, sizeof filler);
	talk_client(&talk, "\r\n\r\n");
	talk_expect(&talk, "GET /long");
	/* … and more are none; the next one is found. */
	talk_client(&talk, "GET /longer HTTP/1.1\r\nX: ");
	talk_say(&talk, false, filler, sizeof filler);
	talk_say(&talk, false, filler, sizeof filler);
	talk_client(&talk, "\r\n\r\n");
	talk_client(&talk, GET("/next"));
	talk_expect(&talk, "GET /next");
	/* The size of a chunk that never ends */
	talk_server(&talk, OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;");
	talk_say(&talk, true, filler, sizeof filler);
	talk_server(&talk, OK "Content-Length: 0\r\n\r\n");
	talk_expect(&talk, "200, 200");
	talk_end(&talk);
}

static const struct http_message *http_of(const struct observation *seen)
{
	assert_true(seen->message_count > 0);
	assert_ptr_equal(seen->messages[0].decoder, &http_decoder);
	return seen->messages[0].facts;
}

static const struct http_message *say_head(struct talk *talk, bool server, const char *head)
{
	return http_of(talk_segment(talk, server, 0, head, strlen(head)));
}

static void facts_of_heads(void **state)
{
	(void)state;
	struct talk talk = talk_on(80, true);
	const struct http_message *http = say_head(&talk, false, "GET /x?y HTTP/1.1\r\nhost:  example.org \r\n"
		"AUTHORIZATION: Basic am9lOnNlY3JldA==\r\n\r\n");
	assert_string_equal(http->method, "GET");
	assert_string_equal(http->uri, "/x?y");
	assert_string_equal(http->host, "example.org");
	assert_int_equal(http->authorization, HTTP_AUTHORIZATION_BASIC);
	assert_string_equal(http->user, "joe");
	assert_true(http->secret != 0);
	uint64_t secret = http->secret;
	http = say_head(&talk, true, "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n"
		"Retry-After: 30\r\n\r\n");
	assert_int_equal(http->status, 401);
	assert_string_equal(http->method, "GET");
	assert_string_equal(http->reason, "No");
	assert_false(http->log_in_goes_on);
	assert_int_equal(http->retry_after, 30);
	http = say_head(&talk, false, "GET /x HTTP/1.1\r\nAuthorization: Basic am9lOnNlY3JldDI=\r\n\r\n");
	assert_true(http->secret != secret);
	http = say_head(&talk, true, "HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM TlRMTVNTUAACAAAA\r\nContent-Length: 0\r\n\r\n");
	assert_true(http->log_in_goes_on);
	http = say_head(&talk, false, "GET /x HTTP/1.1\r\nAuthorization: NTLM TlRMTVNTUAADAAAA\r\n\r\n");
	assert_int_equal(http->authorization, HTTP_AUTHORIZATION_OTHER);
	assert_string_equal(http->user, "");
	http = say_head(&talk, true, "HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n");
	assert_false(http->log_in_goes_on);
	talk_end(&talk);
}

static void changes_to_websocket(void **state)
{
	(void)state;
	struct talk talk = talk_on(8080, true);
	talk_client(&talk, "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
	talk_server(&talk, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\n\r\n");
	talk_expect(&talk, "GET /chat, 101");
	/* RFC 6455, 5.7: "Hello" masked, and unmasked in two parts; a ping; 256 bytes; close with 1000 */
	talk_say(&talk, false, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
	talk_say(&talk, true, "\x01\x03Hel\x80\x02lo\x89\x05Hello", 16);
	static uint8_t longer[260] = { 0x82, 0x7e, 0x01, 0x00 };
	talk_say(&talk, true, longer, sizeof longer);
	talk_say(&talk, false, "\x88\x82\x01\x02\x03\x04\x02\xea", 8);
	talk_expect(&talk, "websocket : Text (5 bytes), websocket : Text (3 bytes), websocket : Continuation (2 bytes), "
			   "websocket : Ping (5 bytes), websocket : Binary (256 bytes), "
			   "websocket : Connection Close (1000 Normal Closure)");
	talk_end(&talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_in_pieces),
		cmocka_unit_test(recognised_anywhere),
		cmocka_unit_test(what_the_trace_lacks),
		cmocka_unit_test(heads_without_end),
		cmocka_unit_test(facts_of_heads),
		cmocka_unit_test(changes_to_websocket),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
