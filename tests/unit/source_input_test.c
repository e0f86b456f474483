#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "core/memory.h"
#include "source/input.h"

/* Counts up in bytes, a few at a time, and fails at the end if told so. */
struct counter {
	struct stream stream;
	uint64_t next, end;
	size_t most;
	size_t largest_room;
	const char *failure;
};

static struct counter *closed;

static size_t counter_read(struct stream *stream, uint8_t *to, size_t room)
{
	struct counter *counter = (struct counter *)stream;
	size_t count = counter->most < room ? counter->most : room;
	if (room > counter->largest_room)
		counter->largest_room = room;
	if (count > counter->end - counter->next)
		count = (size_t)(counter->end - counter->next);
	for (size_t i = 0; i < count; i++)
		to[i] = (uint8_t)(counter->next++ % 251);
	if (!count)
		stream->failure = counter->failure;
	return count;
}

static void counter_close(struct stream *stream)
{
	closed = (struct counter *)stream;
	free(stream);
}

static struct counter *counter_make(uint64_t end, size_t most)
{
	struct counter *counter = memory_zeroed(1, sizeof *counter);
	counter->stream.read = counter_read;
	counter->stream.close = counter_close;
	counter->end = end;
	counter->most = most;
	return counter;
}

/* Whatever pieces the bytes come in and whatever is asked for, all of them come once and in
 * order. */
static void test_every_byte_once(void **state)
{
	(void)state;
	static const size_t pieces[] = { 1, 7, 100, 4096, 1 << 20 };
	static const size_t wants[] = { 1, 16, 99, 1000, 5000 };
	for (size_t i = 0; i < 5; i++) {
		for (size_t j = 0; j < 5; j++) {
			struct input input;
			input_init_stream(&input, &counter_make(20011, pieces[i])->stream, 1024);
			uint64_t at = 0;
			for (;;) {
				struct cursor in = input_peek(&input, wants[j]);
				assert_int_equal(in.declared, wants[j]);
				assert_int_equal(input.offset, at);
				if (in.captured < wants[j])
					assert_int_equal(in.captured, 20011 - at);
				for (size_t k = 0; k < in.captured; k++)
					assert_int_equal(in.next[k], (at + k) % 251);
				if (!in.captured)
					break;
				size_t step = in.captured / 2 + 1;
				input_skip(&input, step);
				at += step;
			}
			assert_int_equal(at, 20011);
			assert_true(input.ended);
			input_finish(&input);
		}
	}
}

/* A length that lies does not make the buffer grow; bytes that really come do. */
static void test_grows_with_what_comes(void **state)
{
	(void)state;
	struct input input;
	input_init_stream(&input, &counter_make(3000, 500)->stream, 1024);
	struct cursor in = input_peek(&input, INPUT_MAX_PEEK);
	assert_int_equal(in.captured, 3000);
	assert_in_range(input.capacity, 3000, 8192);
	input_finish(&input);
}

static void test_tells_how_it_ended(void **state)
{
	(void)state;
	struct input input;
	struct counter *counter = counter_make(10, 10);
	counter->failure = "the moon fell down";
	input_init_stream(&input, &counter->stream, 1024);
	assert_int_equal(input_peek(&input, 10).captured, 10);
	assert_false(input.ended);
	assert_null(input.failure);
	assert_int_equal(input_peek(&input, 11).captured, 10);
	assert_true(input.ended);
	assert_string_equal(input.failure, "the moon fell down");
	closed = NULL;
	input_finish(&input);
	assert_non_null(closed);
}

static void test_memory_is_not_copied(void **state)
{
	(void)state;
	static const uint8_t bytes[] = { 1, 2, 3, 4 };
	struct input input;
	input_init_memory(&input, bytes, sizeof bytes);
	assert_ptr_equal(input_peek(&input, 2).next, bytes);
	input_skip(&input, 3);
	struct cursor in = input_peek(&input, 2);
	assert_ptr_equal(in.next, bytes + 3);
	assert_int_equal(in.captured, 1);
	assert_int_equal(cursor_u8(&in), 4);
	assert_int_equal(cursor_u8(&in), 0);
	assert_int_equal(in.status, CURSOR_TRUNCATED);
	input_finish(&input);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_byte_once),
		cmocka_unit_test(test_grows_with_what_comes),
		cmocka_unit_test(test_tells_how_it_ended),
		cmocka_unit_test(test_memory_is_not_copied),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
