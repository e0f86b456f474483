/* Ordered bytes of a stream: every order, overlaps, gaps of every kind, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "session/reassembly.h"
#include "session/sequence.h"

/* What was delivered, as text: bytes as they are, gaps as "[position+length reason]". */
struct heard { char text[1024]; uint64_t next; };

static void hear_bytes(void *user, uint64_t position, const uint8_t *bytes, size_t length)
{
	struct heard *heard = user;
	assert_int_equal(position, heard->next);
	heard->next += length;
	size_t used = strlen(heard->text);
	assert_true(used + length < sizeof heard->text);
	memcpy(heard->text + used, bytes, length);
	heard->text[used + length] = 0;
}

static void hear_gap(void *user, uint64_t position, uint64_t length, enum gap_reason reason)
{
	struct heard *heard = user;
	static const char *const names[] = { "lost", "cut", "given up" };
	assert_int_equal(position, heard->next);
	heard->next += length;
	size_t used = strlen(heard->text);
	snprintf(heard->text + used, sizeof heard->text - used, "[%llu %s]", (unsigned long long)length,
		 names[reason]);
}

static struct reassembly *create(struct heard *heard, size_t limit, uint64_t begin)
{
	const struct reassembly_sink sink = { hear_bytes, hear_gap, heard };
	*heard = (struct heard){ .next = begin };
	return reassembly_create(limit, &sink);
}

static void add(struct reassembly *reassembly, uint64_t position, const char *text, size_t cut)
{
	reassembly_add(reassembly, position, cursor_make(text, strlen(text) - cut, strlen(text)));
}

static void test_segments(void **state)
{
	(void)state;
	static const struct {
		struct { uint64_t position; const char *text; } segments[6];
		const char *expected;
	} cases[] = {
		{ { { 100, "abc" }, { 103, "def" } }, "abcdef" },
		{ { { 100, "abc" }, { 106, "ghi" }, { 103, "def" } }, "abcdefghi" },
		{ { { 100, "abc" }, { 109, "jkl" }, { 106, "ghi" }, { 103, "def" } }, "abcdefghijkl" },
		{ { { 100, "abc" }, { 100, "abc" }, { 103, "def" }, { 100, "abcdef" } }, "abcdef" },
		{ { { 100, "abc" }, { 101, "XYdef" } }, "abcdef" },             /* first bytes stay */
		{ { { 100, "abc" }, { 106, "ghi" }, { 103, "defXYZjkl" } }, "abcdefghijkl" },
		{ { { 100, "abc" }, { 106, "ghi" }, { 105, "fXYZj" }, { 103, "de" } }, "abcdefghij" },
		{ { { 100, "abc" }, { 106, "ghi" }, { 112, "mno" }, { 104, "efXYZjklXYZp" },
		    { 103, "d" } }, "abcdefghijklmnop" },
		{ { { 100, "abc" }, { 106, "ghi" }, { 106, "XYZ" }, { 107, "X" }, { 103, "def" } }, "abcdefghi" },
		{ { { 100, "abc" }, { 104, "" }, { 103, "" }, { 103, "def" } }, "abcdef" },
		{ { { 100, "abc" }, { 50, "early" }, { 103, "d" } }, "abcd" },  /* before the first seen */
		{ { { 100, "abc" }, { 104, "e" } }, "abc" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct heard heard;
		struct reassembly *reassembly = create(&heard, 1000, 100);
		for (size_t j = 0; j < 6 && cases[i].segments[j].text; j++)
			add(reassembly, cases[i].segments[j].position, cases[i].segments[j].text, 0);
		assert_string_equal(heard.text, cases[i].expected);
		assert_int_equal(reassembly_position(reassembly), 100 + strlen(cases[i].expected));
		reassembly_destroy(reassembly);
	}
}

static void test_acknowledged_but_not_recorded(void **state)
{
	(void)state;
	struct heard heard;
	struct reassembly *reassembly = create(&heard, 1000, 1);
	reassembly_begin(reassembly, 1);
	add(reassembly, 4, "def", 0);
	reassembly_acknowledge(reassembly, 3);
	assert_string_equal(heard.text, "[2 lost]");
	reassembly_acknowledge(reassembly, 10);
	assert_string_equal(heard.text, "[2 lost][1 lost]def[3 lost]");
	add(reassembly, 4, "XYZ", 0);
	add(reassembly, 10, "jkl", 0);
	reassembly_acknowledge(reassembly, 5);
	assert_string_equal(heard.text, "[2 lost][1 lost]def[3 lost]jkl");
	reassembly_destroy(reassembly);
}

static void test_cut_segments(void **state)
{
	(void)state;
	struct heard heard;
	struct reassembly *reassembly = create(&heard, 1000, 0);
	add(reassembly, 0, "abcdef", 2);
	add(reassembly, 10, "klmno", 4);
	add(reassembly, 6, "ghij", 0);
	add(reassembly, 13, "XYpqr", 0);
	assert_string_equal(heard.text, "abcd[2 cut]ghijk[4 cut]pqr");
	/* A segment of which nothing was kept. */
	add(reassembly, 18, "stu", 3);
	add(reassembly, 19, "XXv", 1);
	assert_string_equal(heard.text, "abcd[2 cut]ghijk[4 cut]pqr[3 cut][1 cut]");
	reassembly_destroy(reassembly);
}

static void test_end_delivers_what_is_held(void **state)
{
	(void)state;
	struct heard heard;
	struct reassembly *reassembly = create(&heard, 1000, 0);
	add(reassembly, 0, "ab", 0);
	add(reassembly, 4, "ef", 0);
	add(reassembly, 8, "ij", 0);
	assert_int_equal(reassembly_held(reassembly), 4);
	reassembly_finish(reassembly);
	assert_string_equal(heard.text, "ab[2 given up]ef[2 given up]ij");
	assert_int_equal(reassembly_held(reassembly), 0);
	reassembly_destroy(reassembly);
}

static void test_bounds(void **state)
{
	(void)state;
	struct heard heard;
	struct reassembly *reassembly = create(&heard, 8, 0);
	reassembly_begin(reassembly, 0);
	add(reassembly, 2, "cdef", 0);
	add(reassembly, 8, "ijkl", 0);
	assert_string_equal(heard.text, "");
	add(reassembly, 14, "o", 0);
	assert_string_equal(heard.text, "[2 given up]cdef");
	reassembly_destroy(reassembly);

	/* Many small pieces far below the limit of bytes. */
	reassembly = create(&heard, 100000, 0);
	reassembly_begin(reassembly, 0);
	for (uint64_t i = 1; i <= 300; i++)
		add(reassembly, 2 * i, "x", 0);
	assert_int_equal(reassembly_held(reassembly), 256);
	assert_int_equal(reassembly_position(reassembly), 2 * 44 + 1);
	reassembly_destroy(reassembly);
}

/* Positions that come from 32-bit sequence numbers, around the wrap, and before the start. */
static void test_wrap(void **state)
{
	(void)state;
	struct heard heard;
	uint32_t sequence = 0xfffffffa;
	uint64_t near = 0xfffffffa;
	struct reassembly *reassembly = create(&heard, 1000, near);
	add(reassembly, sequence_unwrap(sequence, near), "abc", 0);
	add(reassembly, sequence_unwrap(sequence + 9, near), "jkl", 0);
	add(reassembly, sequence_unwrap(sequence + 3, near), "defghi", 0);
	add(reassembly, sequence_unwrap(sequence + 12, near), "mno", 0);
	assert_string_equal(heard.text, "abcdefghijklmno");
	assert_int_equal(reassembly_position(reassembly), 0x100000009ULL);
	reassembly_destroy(reassembly);

	reassembly = create(&heard, 1000, 0);
	add(reassembly, 0, "abc", 0);
	add(reassembly, sequence_unwrap((uint32_t)-2, 0), "XXXXXdef", 0);
	assert_string_equal(heard.text, "abcdef");
	reassembly_destroy(reassembly);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_acknowledged_but_not_recorded),
		cmocka_unit_test(test_cut_segments),
		cmocka_unit_test(test_end_delivers_what_is_held),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_wrap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
