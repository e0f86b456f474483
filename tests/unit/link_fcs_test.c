/* link/bad-fcs, through a whole analysis of a pcap file whose header says that frames end with their
 * check sequence (the F bit and a length of two 16-bit words in the network field). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis.h"
#include "core/text.h"

/* An ARP request, padded to 60 bytes, and its check sequence: */
static const uint8_t frame[64] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x00, 0x00, 0x00, 0x00, 0x05, 0x08, 0x06,
	0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x05,
	10, 0, 0, 5, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 10, 0, 0, 9,
	[60] = 0x56, 0x63, 0xed, 0x8e,
};

static void put32(struct text *to, uint32_t value)
{
	uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
		(uint8_t)(value >> 24) };
	text_add_bytes(to, bytes, sizeof bytes);
}

/* A pcap file of `count` frames, of which the first `bad` have one bit changed. */
static struct text make_file(uint32_t network, unsigned count, unsigned bad)
{
	struct text file = { 0 };
	put32(&file, 0xa1b2c3d4);
	put32(&file, 2 | 4 << 16);
	put32(&file, 0);
	put32(&file, 0);
	put32(&file, 65535);
	put32(&file, network);
	for (unsigned i = 0; i < count; i++) {
		uint8_t bytes[sizeof frame];
		memcpy(bytes, frame, sizeof frame);
		if (i < bad)
			bytes[50] ^= 4;
		put32(&file, 1000 + i);
		put32(&file, 0);
		put32(&file, sizeof frame);
		put32(&file, sizeof frame);
		text_add_bytes(&file, bytes, sizeof bytes);
	}
	return file;
}

/* How many damaged frames the finding counts, 0 when there is none. */
static uint64_t damaged(uint32_t network, unsigned count, unsigned bad)
{
	struct text file = make_file(network, count, bad);
	struct source_options options = { 0 };
	struct error error;
	struct source *source = source_open_memory(file.bytes, file.length, "test", &options, &error);
	assert_non_null(source);
	struct trace_analysis *analysis = analysis_create();
	assert_true(analysis_run(analysis, source, 0, &error));
	uint64_t found = 0;
	for (size_t i = 0; i < finding_store_count(analysis->findings); i++) {
		const struct finding *finding = finding_store_get(analysis->findings, i);
		if (strcmp(finding->kind->id, "link/bad-fcs") == 0)
			found += finding->count;
	}
	analysis_destroy(analysis);
	source_close(source);
	text_finish(&file);
	return found;
}

#define WITH_FCS (1u | 1u << 26 | 2u << 28)
#define WITHOUT_FCS 1u

static void damaged_frames_are_counted(void **user)
{
	assert_int_equal(damaged(WITH_FCS, 100, 0), 0);
	assert_int_equal(damaged(WITH_FCS, 100, 2), 0);
	assert_int_equal(damaged(WITH_FCS, 100, 3), 3);
	assert_int_equal(damaged(WITH_FCS, 100, 40), 40);
}

static void what_is_no_check_sequence_is_not_judged(void **user)
{
	assert_int_equal(damaged(WITHOUT_FCS, 100, 40), 0);
	assert_int_equal(damaged(WITH_FCS, 100, 60), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damaged_frames_are_counted),
		cmocka_unit_test(what_is_no_check_sequence_is_not_judged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
