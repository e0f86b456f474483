#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "zos/reader.h"

static void ids_of_messages(void **state)
{
	(void)state;
	static const struct { const char *line, *id, *rest; } cases[] = {
		{ "ITT038I ALL OF", "ITT038I", "ALL OF" },
		{ "IEE8431 00.27.10 TRACE", "IEE843I", "00.27.10 TRACE" },     /* scanned */
		{ "EZD01011 NETSTAT", "EZD0101I", "NETSTAT" },
		{ "ist2273e PACKETS", "IST2273E", "PACKETS" },
		{ "*05 ITT006A SPECIFY", "ITT006A", "SPECIFY" },
		{ "PTRPT14I LOST", "PTRPT14I", "LOST" },
		{ "DEVNAME: LOOPBACK", NULL, NULL }, { "OSAENTADR281920 X", NULL, NULL }, { "ITT038IX", NULL, NULL },
		{ "05 ITT006A", NULL, NULL }, { "", NULL, NULL }, { "ABC1", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char id[12] = "";
		const char *rest = zos_message_id(cases[i].line, id);
		assert_int_equal(rest != NULL, cases[i].id != NULL);
		if (!rest)
			continue;
		assert_string_equal(id, cases[i].id);
		assert_string_equal(rest, cases[i].rest);
	}
}

#define DAY_2012_08_08 1344384000

static void prefixes_of_logs(void **state)
{
	(void)state;
	static const struct { const char *line, *rest; int64_t date, time; } cases[] = {
		{ "  DEVNAME: X", "DEVNAME: X", -1, -1 },
		{ "N 4020000 S0W1     2012221 00:27:10.12 STC00042 00000090  TEXT", "TEXT", DAY_2012_08_08, 1630 },
		{ "M 4020000 S0W1     12221 00:27:10.12 STC00042 00000090  TEXT", "TEXT", DAY_2012_08_08, 1630 },
		{ "D         789 00000090  TEXT", "TEXT", -1, -1 },
		{ "2012-08-08T00:27:10.123Z TEXT", "TEXT", DAY_2012_08_08, 1630 },
		{ "2012/08/08 00:27:10+02:00 TEXT", "TEXT", DAY_2012_08_08, 1630 },
		{ "00.27.10 STC00042  TEXT", "TEXT", -1, 1630 },
		{ "Aug  8 00:27:10 host console: TEXT", "TEXT", -1, 1630 },
		{ "> TEXT", "TEXT", -1, -1 }, { "000100 TEXT", "TEXT", -1, -1 },
		{ "D TRACE,WTR=X", "D TRACE,WTR=X", -1, -1 }, { "MAC: 1", "MAC: 1", -1, -1 },
		{ "25:27:10 TEXT", "25:27:10 TEXT", -1, -1 }, { "12400 NO DAY", "12400 NO DAY", -1, -1 },
		{ "IEE843I 00.27.10 TRACE", "IEE843I 00.27.10 TRACE", -1, -1 }, { "", "", -1, -1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct zos_stamp stamp;
		assert_string_equal(zos_skip_prefix(cases[i].line, &stamp), cases[i].rest);
		assert_true(stamp.date == (cases[i].date < 0 ? INT64_MIN : cases[i].date * NANOSECONDS));
		assert_true(cases[i].time < 0 ? stamp.time == INT64_MIN : stamp.time / NANOSECONDS == cases[i].time);
	}
}

static struct zos_displays *read_text(const char *text)
{
	struct zos_displays *displays = zos_displays_create();
	zos_displays_read(displays, "text", text, strlen(text));
	return displays;
}

static void keys_and_values(void **state)
{
	(void)state;
	static const struct { const char *line, *name, *value; } cases[] = {
		{ "DATAMEGS: 1 FRAMES: 3625", "FRAMES", "3625" },
		{ "INBOUND PACKETS IN ERROR = 5", "INBOUND PACKETS IN ERROR", "5" },
		{ "BytesIn = 1 Inbound  Packets = 7", "INBOUND PACKETS", "7" },
		{ "**ABBREV:** 480", "ABBREV", "480" }, { "MAC: \\*", "MAC", "*" },
		{ "IPADDR:   FE80::1/64  SUBNET: *", "IPADDR", "FE80::1/64" },
		{ "ReadStorage: GLOBAL (4096K)  InbPerf: Balanced", "READSTORAGE", "GLOBAL (4096K)" },
		{ "NEWKEY: 7  OTHERKEY: 8", "OTHERKEY", "8" },
		{ "TRRECCNT: 00000033", "TRACE TRRECCNT", "00000033" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[200];
		snprintf(text, sizeof text, "INTFNAME: OSDL INTFTYPE: IPAQENET\n%s\n", cases[i].line);
		struct zos_displays *displays = read_text(text);
		assert_int_equal(displays->section_count, 1);
		const struct zos_figure *figure = zos_figure(displays, &displays->sections[0], cases[i].name);
		assert_non_null(figure);
		assert_string_equal(figure->text, cases[i].value);
		assert_int_equal(figure->line, 2);
		zos_displays_destroy(displays);
	}
}

static void numbers_that_no_counter_has(void **state)
{
	(void)state;
	struct zos_displays *displays = read_text("INTFNAME: A\nBYTESIN = 99999999999999999999\nBYTESOUT = 1,234,567\n"
						  "INBOUND PACKETS = -5\n");
	uint64_t number;
	assert_false(zos_count(displays, &displays->sections[0], "BYTESIN", &number));
	assert_true(zos_count(displays, &displays->sections[0], "BYTESOUT", &number));
	assert_int_equal(number, 1234567);
	assert_false(zos_count(displays, &displays->sections[0], "INBOUND PACKETS", &number));
	zos_displays_destroy(displays);
}

/* Everything that is kept lies where its owner says. */
static void check(const struct zos_displays *displays)
{
	size_t sections = 0, figures = 0;
	for (size_t i = 0; i < displays->display_count; i++) {
		assert_int_equal(displays->displays[i].first_section, sections);
		sections += displays->displays[i].section_count;
	}
	assert_int_equal(sections, displays->section_count);
	for (size_t i = 0; i < displays->section_count; i++) {
		assert_true(displays->sections[i].display < displays->display_count);
		assert_int_equal(displays->sections[i].first_figure, figures);
		figures += displays->sections[i].figure_count;
	}
	assert_int_equal(figures, displays->figure_count);
	assert_true(displays->unknown_count <= displays->unknown_total);
}

static char *sample(size_t *length)
{
	FILE *file = fopen(getenv("ZOS_CONSOLE"), "rb");
	assert_non_null(file);
	char *bytes = memory_allocate(65536);
	*length = fread(bytes, 1, 65536, file);
	fclose(file);
	return bytes;
}

static void every_prefix_and_many_mistakes(void **state)
{
	(void)state;
	size_t length;
	char *bytes = sample(&length);
	for (size_t cut = 0; cut <= length; cut += 3) {
		struct zos_displays *displays = zos_displays_create();
		zos_displays_read(displays, "cut", bytes, cut);
		check(displays);
		zos_displays_destroy(displays);
	}
	static const char mistakes[] = "\n\r \t:=*\\\0\x80Z9";
	uint32_t random = 1;
	for (unsigned round = 0; round < 400; round++) {
		char *copy = memory_allocate(length);
		memcpy(copy, bytes, length);
		for (unsigned i = 0; i < 40; i++) {
			random = random * 1664525 + 1013904223;
			copy[(random >> 8) % length] = mistakes[random >> 28 < sizeof mistakes - 1 ? random >> 28 : 0];
		}
		struct zos_displays *displays = zos_displays_create();
		zos_displays_read(displays, "mistakes", copy, length);
		zos_displays_read(displays, "again", bytes, length);
		check(displays);
		zos_displays_destroy(displays);
		free(copy);
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_of_messages),
		cmocka_unit_test(prefixes_of_logs),
		cmocka_unit_test(keys_and_values),
		cmocka_unit_test(numbers_that_no_counter_has),
		cmocka_unit_test(every_prefix_and_many_mistakes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
