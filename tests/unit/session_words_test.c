#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "session/tcp_words.h"

static struct cursor bytes_of(const char *words)
{
	return cursor_make((const uint8_t *)words, strlen(words), strlen(words));
}

static void commands_begin_with_a_word(void **state)
{
	(void)state;
	static const char *const good[] = { "GET / HTTP/1.1\r\n", "USER x\r\n", "EHLO\r\n", "quit\r\n",
		"SUBSCRIBE a" };
	static const char *const bad[] = { "", "GET", "GE /", "\x16\x03\x01", "GETGETGETGETG /", "12 ", "G\0T " };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(words_begin(bytes_of(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(words_begin(bytes_of(bad[i])));
}

static void some_requests_ask_to_wait(void **state)
{
	(void)state;
	static const char *const good[] = { "GET /a/Poll HTTP/1.1\r\n", "POST /http-bind HTTP/1.1\r\n",
		"GET /x?timeout=30 HTTP/1.1\r\n", "GET /Socket.IO/?x", "GET /_matrix/sync?since=1", "x poll",
		"GET /k8s?watch=true" };
	static const char *const bad[] = { "", "GET / HTTP/1.1\r\n", "GET /price\r\nReferer: /poll\r\n",
		"GET /eventful HTTP/1.1", "GET /wait/ HTTP/1.1", "GET /pol", "GET /timeout HTTP/1.1" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(words_ask_to_wait(bytes_of(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(words_ask_to_wait(bytes_of(bad[i])));
	/* Far behind in a long line nobody looks. */
	char line[1000];
	memset(line, 'a', sizeof line);
	memcpy(line + 500, "/poll", 5);
	assert_false(words_ask_to_wait(cursor_make((const uint8_t *)line, sizeof line, sizeof line)));
}

static void answers_can_switch_the_protocol(void **state)
{
	(void)state;
	assert_true(words_switch_protocol(bytes_of("HTTP/1.1 101 Switching Protocols\r\n")));
	assert_true(words_switch_protocol(bytes_of("HTTP/1.0 101")));
	assert_false(words_switch_protocol(bytes_of("HTTP/1.1 200 OK\r\n")));
	assert_false(words_switch_protocol(bytes_of("HTTP/1.1 10")));
	assert_false(words_switch_protocol(bytes_of("")));
}

static void the_handshake_of_tls_is_known(void **state)
{
	(void)state;
	bool change = false;
	assert_true(words_set_up_tls(bytes_of("\x16\x03\x01\x02"), &change));
	assert_false(change);
	assert_true(words_set_up_tls(bytes_of("\x14\x03\x03"), &change));
	assert_true(change);
	assert_false(words_set_up_tls(bytes_of("\x17\x03\x03"), &change));    /* data */
	assert_false(words_set_up_tls(bytes_of("\x16\x02\x01"), &change));
	assert_false(words_set_up_tls(bytes_of("\x16\x03"), &change));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_begin_with_a_word),
		cmocka_unit_test(some_requests_ask_to_wait),
		cmocka_unit_test(answers_can_switch_the_protocol),
		cmocka_unit_test(the_handshake_of_tls_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
