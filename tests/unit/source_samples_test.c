/* What all readers of small formats have in common: see source_samples.h. */
#include "source_samples.h"

static struct source *open_cut(const struct image *image, size_t length)
{
	struct error error = ERROR_INIT;
	struct source *source = source_open_memory(image->text.bytes, length, "cut", NULL, &error);
	if (!source)
		assert_true(error.code != ERROR_NONE && error.message[0] && error.remedy[0]);
	return source;
}

static void check_packet(const struct record *record, unsigned number)
{
	assert_int_equal(record->time, (SAMPLE_START + number) * SAMPLE_SECOND);
	assert_int_equal(record->captured_length, sample_length(number));
	assert_int_equal(record->original_length, sample_length(number));
	assert_int_equal(record->link_type, 1);
	assert_int_equal(record->bytes[0], number);
	assert_int_equal(record->bytes[sample_length(number) - 1], number);
}

static void test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct image image;
		size_t ends[SAMPLE_PACKETS + 1];
		sample_make(&samples[i], &image, ends);
		struct source *source = open_cut(&image, image.text.length);
		assert_non_null(source);
		struct record record;
		struct error error = ERROR_INIT;
		for (unsigned number = 0; number < SAMPLE_PACKETS; number++) {
			assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
			check_packet(&record, number);
			assert_int_equal(record.offset, ends[number]);
		}
		assert_int_equal(source_next(source, &record, &error), SOURCE_END);
		const struct source_report *report = source_report(source);
		assert_int_equal(report->damage_total, 0);
		assert_string_equal(report->files[0].format, samples[i].format);
		assert_int_equal(report->files[0].bytes, image.text.length);
		assert_int_equal(report->interface_count, 1);
		assert_true(report->interfaces[0].ticks_per_second > 0);
		source_close(source);
		text_finish(&image.text);
	}
}

/* Whatever the length of the file, exactly the whole packets come out, and what is left is told. */
static void check_cut(const struct sample *sample, const struct image *image, const size_t *ends,
		      size_t length)
{
	struct source *source = open_cut(image, length);
	unsigned whole = 0;
	while (whole < SAMPLE_PACKETS && ends[whole + 1] <= length)
		whole++;
	if (!source) {
		assert_true(length < ends[0] || whole < sample->known_after);
		return;
	}
	uint64_t count = count_records(source);
	const struct source_report *report = source_report(source);
	bool at_packet = length == ends[whole] && !sample->knows_its_end;
	/* Padding behind the last packet may be missing. */
	assert_true(count == whole || (count == whole + 1 && length + 8 > ends[whole + 1]));
	if (count == whole && length < ends[SAMPLE_PACKETS]) {
		assert_int_equal(report->damage_total, !at_packet);
		if (!at_packet)
			assert_true(report->damages[0].at_end);
	}
	source_close(source);
}

static void test_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct image image;
		size_t ends[SAMPLE_PACKETS + 1];
		sample_make(&samples[i], &image, ends);
		for (size_t length = 0; length < image.text.length; length++)
			check_cut(&samples[i], &image, ends, length);
		text_finish(&image.text);
	}
}

/* A wrong bit costs a few packets at most and hardly makes some up. Only where it is in the header
 * everything may be lost. */
static void test_flipped_bits(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct image image;
		size_t ends[SAMPLE_PACKETS + 1];
		sample_make(&samples[i], &image, ends);
		for (size_t bit = 0; bit < image.text.length * 8; bit++) {
			image.text.bytes[bit / 8] ^= (char)(1 << bit % 8);
			struct source *source = open_cut(&image, image.text.length);
			uint64_t count = source ? count_records(source) : 0;
			assert_true(count <= SAMPLE_PACKETS + 2);
			bool in_header = bit / 8 < ends[samples[i].known_after];
			if (!in_header && !samples[i].trusts_lengths)
				assert_true(count + 3 >= SAMPLE_PACKETS);
			source_close(source);
			image.text.bytes[bit / 8] ^= (char)(1 << bit % 8);
		}
		text_finish(&image.text);
	}
}

/* Noise instead of one packet's header: the others are found again. */
static void test_finds_the_next_packet(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct image image;
		size_t ends[SAMPLE_PACKETS + 1];
		sample_make(&samples[i], &image, ends);
		memset(image.text.bytes + ends[2], 0xee, 8);
		struct source *source = open_cut(&image, image.text.length);
		assert_non_null(source);
		assert_in_range(count_records(source), SAMPLE_PACKETS - 1, SAMPLE_PACKETS);
		source_close(source);
		text_finish(&image.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_finds_the_next_packet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
