/* Every good sample decodes as it should; cut anywhere it is never called malformed; damaged
 * anywhere it does no harm. */
#include "decode_samples.h"

#include <stdlib.h>

static struct packet packet;

static void samples_decode_to_their_layers(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		char layers[SAMPLE_LAYERS_SIZE];
		sample_decode(&packet, samples[i].name);
		assert_string_equal(sample_layers(&packet, layers), samples[i].layers);
		assert_false(packet.malformed);
		assert_false(packet.truncated);
		assert_null(packet.problem);
		assert_false(packet.unknown_link_type);
	}
}

static void layers_lie_behind_each_other_within_the_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		sample_decode(&packet, samples[i].name);
		assert_int_equal(packet.layers[0].offset, 0);
		for (unsigned l = 0; l < packet.layer_count; l++) {
			const struct layer *layer = &packet.layers[l];
			assert_true(layer->offset + layer->length <= samples[i].size);
			if (l > 0)
				assert_true(layer->offset >= packet.layers[l - 1].offset +
								     packet.layers[l - 1].length);
			assert_true(layer->length > 0 || strcmp(layer->decoder->name, "raw") == 0);
		}
	}
}

static void checksums_of_samples_are_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		sample_decode(&packet, samples[i].name);
		if (packet.ip)
			assert_int_equal(packet.ip->checksum_state, CHECKSUM_GOOD);
		if (packet.tcp)
			assert_int_equal(packet.tcp->checksum_state, CHECKSUM_GOOD);
		if (packet.icmp)
			assert_int_equal(packet.icmp->checksum_state, CHECKSUM_GOOD);
		if (packet.igmp)
			assert_int_equal(packet.igmp->checksum_state, CHECKSUM_GOOD);
	}
}

/* The bytes stand alone on the heap, so that a sanitizer sees each read past them. */
static void decode_copy(const struct sample *sample, const uint8_t *bytes, size_t captured,
			size_t original)
{
	uint8_t *copy = malloc(captured ? captured : 1);
	memcpy(copy, bytes, captured);
	struct record record = sample_record(sample->link_type, copy, captured, original);
	packet_decode(&packet, &record);
	assert_true(packet.layer_count <= PACKET_MAX_LAYERS);
	assert_non_null(packet_protocol(&packet));
	assert_true(packet.payload.captured <= captured);
	free(copy);
}

static void cut_samples_are_never_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		for (size_t length = 0; length < samples[i].size; length++) {
			decode_copy(&samples[i], samples[i].bytes, length, samples[i].size);
			if (packet.malformed)
				fail_msg("%s cut to %zu: %s", samples[i].name, length, packet.problem);
			assert_true(packet.truncated);
		}
}

/* Here the packet itself was shorter: any verdict will do, but for "the trace was cut". */
static void short_packets_are_never_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		for (size_t length = 0; length < samples[i].size; length++) {
			decode_copy(&samples[i], samples[i].bytes, length, length);
			assert_false(packet.truncated);
			for (unsigned l = 0; l < packet.layer_count; l++)
				assert_int_not_equal(packet.layers[l].status, CURSOR_TRUNCATED);
		}
}

static void flipped_bits_do_no_harm(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		uint8_t damaged[512];
		assert_true(samples[i].size <= sizeof damaged);
		for (size_t bit = 0; bit < samples[i].size * 8; bit++) {
			memcpy(damaged, samples[i].bytes, samples[i].size);
			damaged[bit / 8] ^= (uint8_t)(1u << bit % 8);
			decode_copy(&samples[i], damaged, samples[i].size, samples[i].size);
		}
	}
}

static void every_byte_value_does_no_harm(void **state)
{
	(void)state;
	static const uint8_t values[] = { 0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xfe, 0xff };
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		for (size_t at = 0; at < samples[i].size; at++)
			for (size_t v = 0; v < sizeof values; v++) {
				uint8_t damaged[512];
				memcpy(damaged, samples[i].bytes, samples[i].size);
				damaged[at] = values[v];
				decode_copy(&samples[i], damaged, samples[i].size, samples[i].size);
				decode_copy(&samples[i], damaged, samples[i].size / 2, samples[i].size);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_decode_to_their_layers),
		cmocka_unit_test(layers_lie_behind_each_other_within_the_record),
		cmocka_unit_test(checksums_of_samples_are_good),
		cmocka_unit_test(cut_samples_are_never_malformed),
		cmocka_unit_test(short_packets_are_never_truncated),
		cmocka_unit_test(flipped_bits_do_no_harm),
		cmocka_unit_test(every_byte_value_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
