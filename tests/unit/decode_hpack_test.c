/* Header compression of HTTP/2: the examples of RFC 7541, appendix C, and blocks that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/text.h"
#include "decode/hpack.h"

static size_t from_hex(const char *hex, uint8_t *to)
{
	size_t length = 0;
	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		unsigned byte;
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		to[length++] = (uint8_t)byte;
		hex++;
	}
	return length;
}

/* "name=value|name=value" of a block; "!" at its end when it fails. */
static void expect(struct hpack_table *table, const char *hex, const char *headers)
{
	uint8_t bytes[512];
	struct hpack_scratch scratch;
	struct hpack_header header;
	struct text said = { 0 };
	size_t length = from_hex(hex, bytes);
	struct cursor block = cursor_make(bytes, length, length);
	text_add(&said, "");
	while (hpack_next(table, &block, &scratch, &header))
		text_addf(&said, "%s%.*s=%.*s", said.length ? "|" : "", header.name ? (int)header.name_length : 1,
			  header.name ? (const char *)header.name : "?",
			  header.value ? (int)header.value_length : 1,
			  header.value ? (const char *)header.value : "?");
	if (!cursor_ok(&block))
		text_add(&said, "!");
	assert_string_equal(said.bytes, headers);
	text_finish(&said);
}

static void literals_without_huffman(void **state)
{
	struct hpack_table table;
	(void)state;
	hpack_init(&table);
	/* C.2.1 to C.2.4 */
	expect(&table, "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572", "custom-key=custom-header");
	assert_int_equal(table.size, 55);
	expect(&table, "040c 2f73 616d 706c 652f 7061 7468", ":path=/sample/path");
	expect(&table, "1008 7061 7373 776f 7264 0673 6563 7265 74", "password=secret");
	expect(&table, "82", ":method=GET");
	assert_int_equal(table.count, 1);
	hpack_finish(&table);
	hpack_init(&table);
	/* C.3 */
	expect(&table, "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
	       ":method=GET|:scheme=http|:path=/|:authority=www.example.com");
	expect(&table, "8286 84be 5808 6e6f 2d63 6163 6865",
	       ":method=GET|:scheme=http|:path=/|:authority=www.example.com|cache-control=no-cache");
	assert_int_equal(table.size, 110);
	hpack_finish(&table);
}

static void requests_with_huffman(void **state)
{
	struct hpack_table table;
	(void)state;
	hpack_init(&table);
	/* C.4 */
	expect(&table, "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
	       ":method=GET|:scheme=http|:path=/|:authority=www.example.com");
	expect(&table, "8286 84be 5886 a8eb 1064 9cbf",
	       ":method=GET|:scheme=http|:path=/|:authority=www.example.com|cache-control=no-cache");
	expect(&table, "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
	       ":method=GET|:scheme=https|:path=/index.html|:authority=www.example.com|custom-key=custom-value");
	assert_int_equal(table.count, 3);
	assert_int_equal(table.size, 164);
	hpack_finish(&table);
}

static void responses_that_evict(void **state)
{
	struct hpack_table table;
	(void)state;
	hpack_init(&table);
	/* C.6, in a table of 256 bytes */
	expect(&table, "3fe1 01 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e "
		       "919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
	       ":status=302|cache-control=private|date=Mon, 21 Oct 2013 20:13:21 GMT|"
	       "location=https://www.example.com");
	assert_int_equal(table.most, 256);
	assert_int_equal(table.size, 222);
	expect(&table, "4883 640e ffc1 c0bf", ":status=307|cache-control=private|date=Mon, 21 Oct 2013 20:13:21 GMT|"
	       "location=https://www.example.com");
	expect(&table, "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d "
		       "d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 "
		       "3d50 07",
	       ":status=200|cache-control=private|date=Mon, 21 Oct 2013 20:13:22 GMT|location=https://www.example.com|"
	       "content-encoding=gzip|set-cookie=foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1");
	assert_int_equal(table.count, 3);
	assert_int_equal(table.size, 215);
	/* An entry that is larger than the table empties it. */
	expect(&table, "3f02 4001 6101 62", "a=b");
	assert_int_equal(table.most, 33);
	assert_int_equal(table.count, 0);
	hpack_finish(&table);
}

static void blocks_that_lie(void **state)
{
	static const struct { const char *what, *hex, *headers; } cases[] = {
		{ "index 0", "80", "!" },
		{ "an index behind the table", "be", "!" },
		{ "a literal with such a name", "7f00 0161", "!" },
		{ "an integer without an end", "ff80 8080 8080 8080", "!" },
		{ "the largest integer", "ffff ffff ff0f", "!" },
		{ "a string longer than the block", "0001 61 05 62", "!" },
		{ "a string of Huffman that ends in zeros", "0001 61 81 18", "!" },
		{ "a string of Huffman with a whole byte of ones", "0001 61 82 1f ff", "!" },
		{ "a string of Huffman with its end", "0001 61 84 ffff ffff", "!" },
		{ "an empty block", "", "" },
		{ "an empty name and value", "0000 00", "=" },
		{ "an update of the size alone", "20", "" },
		{ "a good one before a bad one", "82 80", ":method=GET!" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct hpack_table table;
		hpack_init(&table);
		expect(&table, cases[i].hex, cases[i].headers);
		hpack_finish(&table);
	}
}

/* What was sent before the trace began is not known, but what comes later is, under the same indices. */
static void a_table_with_holes(void **state)
{
	struct hpack_table table;
	(void)state;
	hpack_init(&table);
	hpack_lose(&table);
	expect(&table, "82 c0", ":method=GET|?=?");
	expect(&table, "4001 6101 62", "a=b");
	expect(&table, "be bf", "a=b|?=?");
	/* A literal that takes its name from the hole: its value is known. */
	expect(&table, "7f00 0178 be", "?=x|?=x");
	hpack_finish(&table);
}

/* Blocks of a few bytes that stand for megabytes, and tables that are to grow without end. */
static void bombs(void **state)
{
	static uint8_t bytes[65536];
	struct hpack_table table;
	struct hpack_scratch scratch;
	struct hpack_header header;
	uint64_t sum = 0, count = 0;
	(void)state;
	hpack_init(&table);
	/* SETTINGS of 4 GiB; then an entry of 4000 bytes, and as many references to it as fit. */
	memset(bytes, 0xbe, sizeof bytes);
	memcpy(bytes, "\x3f\xe0\xff\xff\xff\x0f\x40\x01\x61\x7f\xa1\x1e", 12);
	struct cursor block = cursor_make(bytes, sizeof bytes, sizeof bytes);
	while (hpack_next(&table, &block, &scratch, &header)) {
		sum += header.value_length;
		count++;
	}
	assert_true(cursor_ok(&block));
	assert_true(count > 60000 && sum > 200 * 1000 * 1000);
	assert_true(hpack_held(&table) <= 4 * HPACK_MOST_SIZE);
	for (int i = 0; i < 3000; i++) {
		memcpy(bytes, "\x40\x02", 2);
		bytes[2] = (uint8_t)i, bytes[3] = (uint8_t)(i >> 8), bytes[4] = 100;
		block = cursor_make(bytes, 105, 105);
		assert_true(hpack_next(&table, &block, &scratch, &header));
	}
	assert_true(table.size <= HPACK_MOST_SIZE);
	assert_true(hpack_held(&table) <= 4 * HPACK_MOST_SIZE + 4096 * 16);
	expect(&table, "20", "");
	assert_int_equal(table.count, 0);
	hpack_finish(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_without_huffman),
		cmocka_unit_test(requests_with_huffman),
		cmocka_unit_test(responses_that_evict),
		cmocka_unit_test(blocks_that_lie),
		cmocka_unit_test(a_table_with_holes),
		cmocka_unit_test(bombs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
