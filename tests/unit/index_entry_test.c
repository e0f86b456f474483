/* What an index remembers of packets is read as it was written, and nothing else is taken for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decode/decoder.h"
#include "index/entry.h"

static void numbers_are_read_as_written(void **state)
{
	static const int64_t numbers[] = { 0, 1, -1, 63, 64, -64, -65, 127, 128, 16383, 16384, INT32_MAX, INT64_MAX,
		INT64_MIN, INT64_MIN + 1 };
	struct text text = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		varint_put_signed(&text, numbers[i]);
		varint_put(&text, (uint64_t)numbers[i]);
	}
	varint_put_words(&text, "words");
	varint_put_words(&text, "");
	varint_put_words(&text, NULL);
	struct cursor in = cursor_make(text.bytes, text.length, text.length);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		assert_true(varint_get_signed(&in) == numbers[i]);
		assert_true(varint_get(&in) == (uint64_t)numbers[i]);
	}
	assert_string_equal(varint_get_words(&in), "words");
	assert_string_equal(varint_get_words(&in), "");
	assert_null(varint_get_words(&in));
	assert_true(cursor_ok(&in) && !cursor_more(&in));
	text_finish(&text);
}

static void wrong_numbers_are_refused(void **state)
{
	static const struct { const char *bytes; size_t length; } wrong[] = {
		{ "\x80", 1 }, { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11 }, { "", 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct cursor in = cursor_make(wrong[i].bytes, wrong[i].length, wrong[i].length);
		varint_get(&in);
		assert_false(cursor_ok(&in));
	}
	struct cursor endless = cursor_make("\x03" "abc", 4, 4), inner = cursor_make("\x03" "a\0", 4, 4);
	assert_null(varint_get_words(&endless));
	assert_false(cursor_ok(&endless));
	assert_null(varint_get_words(&inner));       /* what ends early does not end where it should */
	assert_false(cursor_ok(&inner) && inner.captured);
}

#define ENTRIES 200

static struct entry make(unsigned i, uint64_t offset)
{
	struct entry entry = { .record = { .number = i + 1, .bytes_offset = offset,
		.captured_length = 60 + i % 7 * 100, .original_length = 60 + i % 7 * 100, .link_type = i % 50 ? 1 : 113,
		.time = 1344443400000000000 + i * 1000 - (i % 9 ? 0 : 5000000), .direction = (uint8_t)(i % 3),
		.has_flags = i % 3 != 0, .interface = i / 60, .timeless = i % 70 == 3 } };
	if (i % 11 == 0)
		entry.record.original_length += 1400;
	entry.fragment = i % 13 == 0;
	if (i % 5) {
		entry.kind = i % SESSION_KINDS;
		entry.told.number = 1 + i * 977;
		entry.told.has_quality = i % 6 == 1;
		entry.told.quality = entry.told.has_quality ? i : 0;
		entry.told.before = i % 17 == 0 ? i : 0;
	}
	if (i % 19 == 1)
		entry.told.parent = (struct session_parent){ decoder_named("ftp"), i, SESSION_TCP, i, -5 };
	if (i % 8 == 7) {
		entry.told.twin_of = i - 2;
		entry.told.twin_lag = i % 2 ? -40 : 40000;
		entry.told.twin_ttl_change = (int8_t)(i % 3 - 1);
		entry.told.twin_other_path = i % 2;
	}
	if (i % 23 == 0) {
		entry.record.comment = "a comment";
		entry.record.comment_length = 9;
	}
	return entry;
}

static void assert_same(const struct entry *a, const struct entry *b)
{
	const struct record *x = &a->record, *y = &b->record;
	assert_true(x->number == y->number && x->bytes_offset == y->bytes_offset && x->time == y->time);
	assert_true(x->captured_length == y->captured_length && x->original_length == y->original_length);
	assert_true(x->link_type == y->link_type && x->direction == y->direction && x->has_flags == y->has_flags);
	assert_true(x->interface == y->interface && x->timeless == y->timeless && a->fragment == b->fragment);
	assert_int_equal(x->comment_length, y->comment_length);
	if (x->comment)
		assert_memory_equal(x->comment, y->comment, x->comment_length);
	if (b->told.number)
		assert_int_equal(a->kind, b->kind);
	assert_true(a->told.number == b->told.number && a->told.before == b->told.before);
	assert_true(a->told.has_quality == b->told.has_quality && a->told.quality == b->told.quality);
	assert_true(a->told.twin_of == b->told.twin_of && a->told.twin_lag == b->told.twin_lag);
	assert_true(a->told.twin_ttl_change == b->told.twin_ttl_change);
	assert_true(a->told.twin_other_path == b->told.twin_other_path);
	assert_ptr_equal(a->told.parent.decoder, b->told.parent.decoder);
	assert_true(a->told.parent.packet == b->told.parent.packet && a->told.parent.time == b->told.parent.time);
}

static uint64_t next_offset(const struct entry *entry)
{
	return entry->record.bytes_offset + entry->record.captured_length + 16;
}

static void write_entries(struct text *text)
{
	struct entry last = { 0 };
	uint64_t offset = 40;
	for (unsigned i = 0; i < ENTRIES; i++) {
		struct entry entry = make(i, offset);
		entry_put(text, &last, &entry);
		last = entry;
		offset = next_offset(&entry);
	}
}

static void entries_are_read_as_written(void **state)
{
	struct text text = { 0 };
	struct entry found = { 0 };
	uint64_t offset = 40;
	(void)state;
	write_entries(&text);
	assert_true(text.length < ENTRIES * 20);
	struct cursor in = cursor_make(text.bytes, text.length, text.length);
	for (unsigned i = 0; i < ENTRIES; i++) {
		struct entry wanted = make(i, offset);
		assert_true(entry_get(&in, &found));
		assert_same(&found, &wanted);
		offset = next_offset(&wanted);
	}
	assert_false(entry_get(&in, &found));
	assert_true(cursor_ok(&in));
	text_finish(&text);
}

/* Not that anybody would read what has another hash. */
static void any_bytes_can_be_read(void **state)
{
	struct text text = { 0 };
	uint32_t random = 1;
	(void)state;
	write_entries(&text);
	for (unsigned attempt = 0; attempt < 2000; attempt++) {
		random = random * 1664525 + 1013904223;
		text.bytes[random % text.length] ^= (char)(1u << (random >> 29));
		size_t length = attempt % 3 ? text.length : random % text.length;
		struct cursor in = cursor_make(text.bytes, length, length);
		struct entry entry = { 0 };
		for (unsigned i = 0; i < ENTRIES && entry_get(&in, &entry); i++)
			if (entry.record.comment)
				assert_true((const uint8_t *)entry.record.comment + entry.record.comment_length <=
					    (uint8_t *)text.bytes + length);
	}
	text_finish(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_as_written), cmocka_unit_test(wrong_numbers_are_refused),
		cmocka_unit_test(entries_are_read_as_written), cmocka_unit_test(any_bytes_can_be_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
