#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/address.h"
#include "core/checksum.h"
#include "core/clock.h"
#include "core/cursor.h"
#include "core/error.h"
#include "core/text.h"

static void cursor_reads_in_wire_order(void **state)
{
	(void)state;
	static const uint8_t bytes[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09 };
	struct cursor in = cursor_make(bytes, sizeof bytes, sizeof bytes);
	assert_int_equal(cursor_u8(&in), 0x01);
	assert_int_equal(cursor_be16(&in), 0x0203);
	assert_int_equal(cursor_le16(&in), 0x0504);
	assert_int_equal(cursor_be32(&in), 0x06070809);
	assert_true(cursor_ok(&in));
	assert_false(cursor_more(&in));
}

static void cursor_tells_truncated_from_malformed(void **state)
{
	(void)state;
	static const uint8_t bytes[4] = { 1, 2, 3, 4 };
	struct cursor cut = cursor_make(bytes, 4, 8);
	cursor_skip(&cut, 3);
	assert_int_equal(cursor_be32(&cut), 0);
	assert_int_equal(cut.status, CURSOR_TRUNCATED);

	struct cursor lies = cursor_make(bytes, 4, 4);
	cursor_skip(&lies, 3);
	assert_int_equal(cursor_be32(&lies), 0);
	assert_int_equal(lies.status, CURSOR_MALFORMED);
	/* The first failure sticks and nothing can be read behind it. */
	const char *reason = lies.reason;
	assert_int_equal(cursor_u8(&lies), 0);
	assert_ptr_equal(lies.reason, reason);
}

static void split_cannot_reach_outside(void **state)
{
	(void)state;
	static const uint8_t bytes[6] = { 1, 2, 3, 4, 5, 6 };
	struct cursor in = cursor_make(bytes, 6, 6);
	struct cursor inner = cursor_split(&in, 2);
	assert_int_equal(cursor_be16(&inner), 0x0102);
	assert_int_equal(cursor_u8(&inner), 0);
	assert_int_equal(inner.status, CURSOR_MALFORMED);
	assert_int_equal(cursor_be32(&in), 0x03040506);

	/* Declared bytes that the trace cut off stay declared in both parts. */
	struct cursor cut = cursor_make(bytes, 3, 6);
	struct cursor part = cursor_split(&cut, 4);
	assert_int_equal(part.captured, 3);
	assert_int_equal(part.declared, 4);
	assert_int_equal(cut.captured, 0);
	assert_int_equal(cut.declared, 2);
	cursor_u8(&cut);
	assert_int_equal(cut.status, CURSOR_TRUNCATED);

	struct cursor small = cursor_make(bytes, 6, 6);
	struct cursor none = cursor_split(&small, 7);
	assert_int_equal(small.status, CURSOR_MALFORMED);
	assert_int_equal(none.status, CURSOR_MALFORMED);
	assert_int_equal(none.declared, 0);
}

static void checksum_of_rfc_1071(void **state)
{
	(void)state;
	/* RFC 1071, 3: 00 01 f2 03 f4 f5 f6 f7 sums to ddf2 */
	static const uint8_t bytes[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	assert_int_equal(checksum_fold(checksum_add(0, bytes, 8)), 0xddf2);
	/* In pieces, and against the plain loop, for every length up to a page and odd ones. */
	static uint8_t many[4099];
	uint32_t seed = 1;
	for (size_t i = 0; i < sizeof many; i++)
		many[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
	for (size_t length = 0; length <= sizeof many; length += length < 80 ? 1 : 61) {
		uint32_t sum = 0;
		for (size_t i = 0; i < length; i++)
			sum += (uint32_t)(i & 1 ? many[i] : many[i] << 8);
		while (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
		assert_int_equal(checksum_fold(checksum_add(0, many, length)), sum);
		size_t half = length / 4 * 2;
		assert_int_equal(checksum_fold(checksum_add(checksum_add(0, many, half), many + half,
			length - half)), sum);
	}
}

static void times_as_text(void **state)
{
	(void)state;
	char to[TIME_TEXT_SIZE];
	assert_string_equal(time_rfc3339(0, 0, to), "1970-01-01T00:00:00Z");
	assert_string_equal(time_rfc3339(1344443400123456789, 9, to), "2012-08-08T16:30:00.123456789Z");
	assert_string_equal(time_rfc3339(951827696 * NANOSECONDS, 0, to), "2000-02-29T12:34:56Z");
	assert_string_equal(time_rfc3339(-1, 3, to), "1969-12-31T23:59:59.999Z");
	assert_string_equal(time_text(1500 * MILLISECOND, 0, TIME_STYLE_EPOCH, 6, to), "1.500000");
	assert_string_equal(time_text(0, 250 * MILLISECOND, TIME_STYLE_RELATIVE, 3, to), "-0.250");
}

static void dates_as_times(void **state)
{
	(void)state;
	static const struct { unsigned year, month, day; const char *text; } dates[] = {
		{ 1970, 1, 1, "1970-01-01T00:00:00Z" },
		{ 1999, 12, 31, "1999-12-31T00:00:00Z" },
		{ 2000, 2, 29, "2000-02-29T00:00:00Z" },
		{ 2000, 3, 1, "2000-03-01T00:00:00Z" },
		{ 2001, 9, 9, "2001-09-09T00:00:00Z" },
		{ 2100, 3, 1, "2100-03-01T00:00:00Z" },
		{ 2199, 12, 31, "2199-12-31T00:00:00Z" },
		/* what no calendar has */
		{ 2001, 2, 30, "2001-03-02T00:00:00Z" },
		{ 2001, 0, 1, "2001-01-01T00:00:00Z" },
		{ 2001, 13, 65535, "2001-12-31T00:00:00Z" },
		{ 65535, 12, 31, "2199-12-31T00:00:00Z" },
		{ 0, 1, 1, "1970-01-01T00:00:00Z" },
	};
	char to[TIME_TEXT_SIZE];
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		int64_t time = time_from_date(dates[i].year, dates[i].month, dates[i].day);
		assert_string_equal(time_rfc3339(time, 0, to), dates[i].text);
	}
}

static void durations_as_people_say_them(void **state)
{
	(void)state;
	static const struct { int64_t ns; const char *words; } cases[] = {
		{ 0, "0 ns" }, { 999, "999 ns" }, { 1500, "1.5 \xc2\xb5s" }, { 37 * MILLISECOND, "37 ms" },
		{ 1240 * MILLISECOND, "1.24 s" }, { -2 * NANOSECONDS, "-2 s" },
		{ 999900 * MICROSECOND, "1 s" }, { 999499 * MICROSECOND, "999 ms" }, { 999900, "1 ms" },
		{ 125 * NANOSECONDS, "2 min 5 s" }, { 7260 * NANOSECONDS, "2 h 1 min" },
	};
	char to[DURATION_TEXT_SIZE];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(duration_text(cases[i].ns, to), cases[i].words);
}

static void json_is_always_valid(void **state)
{
	(void)state;
	static const struct { const char *in, *out; } cases[] = {
		{ "plain", "\"plain\"" }, { "a\"b\\c", "\"a\\\"b\\\\c\"" }, { "\n\x1b", "\"\\u000a\\u001b\"" },
		{ "\xc3\xa9", "\"\xc3\xa9\"" }, { "\xff", "\"\xef\xbf\xbd\"" },
		{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },   /* a lone surrogate */
		{ "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },                   /* an overlong slash */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text text = { 0 };
		text_add_json(&text, cases[i].in);
		assert_string_equal(text.bytes, cases[i].out);
		text_finish(&text);
	}
}

static void no_trace_drives_a_terminal(void **state)
{
	(void)state;
	struct text text = { 0 };
	text_add_printable(&text, "", 0);
	assert_string_equal(text.bytes, "");
	text_add_printable(&text, "a\x1b[2J\xc2\x9b" "b\xc3\xa9", 10);
	assert_string_equal(text.bytes, "a\\x1b[2J\\xc2\\x9bb\xc3\xa9");
	text_finish(&text);
}

static void csv_quotes_only_where_needed(void **state)
{
	(void)state;
	struct text text = { 0 };
	text_add_csv(&text, "plain");
	text_add_char(&text, ',');
	text_add_csv(&text, "a,\"b\"");
	assert_string_equal(text.bytes, "plain,\"a,\"\"b\"\"\"");
	text_finish(&text);
}

static void addresses_as_text_and_back(void **state)
{
	(void)state;
	static const char *const cases[] = { "10.0.0.1", "255.255.255.255", "::1", "2001:db8::5", "fe80::1" };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct address address;
		char to[ADDRESS_TEXT_SIZE];
		assert_true(address_parse(cases[i], &address));
		assert_string_equal(address_text(&address, to), cases[i]);
	}
	struct address address;
	assert_false(address_parse("10.0.0.256", &address));
	assert_int_equal(address.family, ADDRESS_NONE);
	struct endpoint end = { .port = 80 };
	char to[ENDPOINT_TEXT_SIZE];
	address_parse("::1", &end.address);
	assert_string_equal(endpoint_text(&end, to), "[::1]:80");
}

static void errors_name_the_end_of_long_paths(void **state)
{
	(void)state;
	struct error error = ERROR_INIT;
	char path[400];
	memset(path, 'x', sizeof path);
	memcpy(path + sizeof path - 6, ".pcap", 6);
	assert_false(error_set(&error, ERROR_OPEN, "look again", "no file of %d bytes", 7));
	error_name_file(&error, path);
	error_name_file(&error, "another");
	assert_string_equal(error.message, "no file of 7 bytes");
	assert_non_null(strstr(error.file, "xx.pcap"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cursor_reads_in_wire_order),
		cmocka_unit_test(cursor_tells_truncated_from_malformed),
		cmocka_unit_test(split_cannot_reach_outside),
		cmocka_unit_test(checksum_of_rfc_1071),
		cmocka_unit_test(times_as_text),
		cmocka_unit_test(dates_as_times),
		cmocka_unit_test(durations_as_people_say_them),
		cmocka_unit_test(json_is_always_valid),
		cmocka_unit_test(no_trace_drives_a_terminal),
		cmocka_unit_test(csv_quotes_only_where_needed),
		cmocka_unit_test(addresses_as_text_and_back),
		cmocka_unit_test(errors_name_the_end_of_long_paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
