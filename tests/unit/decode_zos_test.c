/* Records of z/OS that are no packets: Shared Memory Communications. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "decode/decoder.h"
#include "source/linktype.h"
#include "source/zos.h"

static struct packet packet;

/* An extension of 80 bytes, each with its own place as its value, and what stands behind it. */
#define EXTENSION 80

struct smc_record {
	struct record record;
	struct zos_record zos;
	uint8_t bytes[EXTENSION + 16];
};

static const struct layer *decode(struct smc_record *smc, const char *name, uint8_t protocol, const void *data,
				  size_t length)
{
	for (unsigned i = 0; i < EXTENSION; i++)
		smc->bytes[i] = (uint8_t)i;
	smc->bytes[0] = 0;
	smc->bytes[1] = EXTENSION;
	memcpy(smc->bytes + EXTENSION, data, length);
	smc->zos = (struct zos_record){ .format = ZOS_SMC, .protocol = protocol,
		.source = address_ipv4((const uint8_t[]){ 10, 0, 0, 1 }), .source_port = 1414,
		.destination = address_ipv4((const uint8_t[]){ 10, 0, 0, 2 }), .destination_port = 40000 };
	strcpy(smc->zos.name, name);
	smc->record = (struct record){ .number = 1, .link_type = LINKTYPE_ZOS_SMC, .bytes = smc->bytes,
		.captured_length = (uint32_t)(EXTENSION + length),
		.original_length = (uint32_t)(EXTENSION + length), .zos = &smc->zos };
	packet_decode(&packet, &smc->record);
	return &packet.layers[packet.layer_count - 1];
}

struct collector {
	struct teller teller;
	struct text text;
};

static void collect(struct teller *teller, const struct told *told)
{
	struct collector *collector = (struct collector *)teller;
	text_addf(&collector->text, "%s=%llx ", told->field->name, (unsigned long long)told->value.number);
}

static const char *told_by(const struct layer *layer, struct collector *collector)
{
	struct cursor in = cursor_make(packet.record->bytes, packet.record->captured_length,
				       packet.record->original_length);
	collector->teller = (struct teller){ .value = collect };
	layer->decoder->tell(&collector->teller, in, &packet, layer->facts);
	return collector->text.bytes;
}

static const char *says(const struct layer *layer, struct text *words)
{
	text_clear(words);
	layer->decoder->words(words, layer->facts);
	return words->length ? words->bytes : "";
}

static void test_data(void **state)
{
	(void)state;
	struct smc_record smc;
	struct text words = { 0 };
	const struct layer *layer = decode(&smc, "EZAISM01", 6, "hello", 5);
	assert_string_equal(layer->decoder->name, "zos.smc");
	assert_non_null(packet.socket);
	assert_int_equal(packet.socket->length, 5);
	assert_int_equal(packet.socket->source_port, 1414);
	assert_int_equal(packet.payload.captured, 5);
	assert_memory_equal(packet.payload.next, "hello", 5);
	assert_string_equal(says(layer, &words), "");
	struct collector collector = { 0 };
	assert_string_equal(told_by(layer, &collector),
		"zos.smc.extension_length=50 zos.smc.extension_type=203 zos.smc.producer_wrap=4050607 "
		"zos.smc.producer_count=8090a0b zos.smc.consumer_wrap=c0d0e0f zos.smc.consumer_count=10111213 "
		"zos.smc.producer_flags=14 zos.smc.state_flags=15 zos.smc.remote_index=16 zos.smc.local_index=17 "
		"zos.smc.local_connection=20212223 zos.smc.remote_connection=24252627 "
		"zos.smc.remote_gid=28292a2b2c2d2e2f zos.smc.local_gid=38393a3b3c3d3e3f ");
	text_finish(&collector.text);
	text_finish(&words);
}

static void test_control(void **state)
{
	(void)state;
	static const struct { const char *name, *bytes, *words; } rows[] = {
		{ "EZARIUT1", "\x07\x10\0\x80", "SMC-R link layer control: Test Link (reply)" },
		{ "EZARIUT1", "\x27\x10\0\0", "SMC-R link layer control: Test Link" },
		{ "EZARIUT1", "\x04\x10\0\0", "SMC-R link layer control: Delete Link" },
		{ "EZARIUT1", "\x1e\x10\0\0", "SMC-R link layer control: message 30" },
		{ "OSDL", "\x01\x10\0\0", "SMC link layer control: Confirm Link" },
	};
	struct smc_record smc;
	struct text words = { 0 };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct layer *layer = decode(&smc, rows[i].name, 252, rows[i].bytes, 4);
		assert_null(packet.socket);
		assert_string_equal(says(layer, &words), rows[i].words);
	}
	const struct layer *layer = decode(&smc, "EZARIUT1", 252, rows[0].bytes, 4);
	struct collector collector = { 0 };
	assert_string_equal(told_by(layer, &collector),
		"zos.smc.extension_length=50 zos.smc.extension_type=203 zos.smc.local_connection=20212223 "
		"zos.smc.remote_connection=24252627 zos.smc.remote_gid=3031323334353637 "
		"zos.smc.local_gid=4041424344454647 zos.smc.remote_queue_pair=48494a "
		"zos.smc.local_queue_pair=4b4c4d smc.llc_msg=7 zos.smc.llc_version_2=0 zos.smc.llc_length=10 "
		"zos.smc.llc_reply=1 ");
	text_finish(&collector.text);
	text_finish(&words);
}

/* What is cut is cut, and only an extension that contradicts itself is malformed. */
static void test_every_cut(void **state)
{
	(void)state;
	struct smc_record smc;
	for (unsigned protocol = 6; protocol <= 252; protocol += 246) {
		for (unsigned cut = 0; cut < EXTENSION + 4; cut++) {
			decode(&smc, protocol == 6 ? "EZAISM01" : "EZARIUT1", (uint8_t)protocol, "\x07\x10\0\0", 4);
			uint8_t *copy = malloc(cut + !cut);
			memcpy(copy, smc.bytes, cut);
			smc.record.bytes = copy;
			smc.record.captured_length = cut;
			packet_decode(&packet, &smc.record);
			assert_false(packet.malformed);
			struct collector collector = { 0 };
			if (packet.layer_count)
				told_by(&packet.layers[0], &collector);
			text_finish(&collector.text);
			free(copy);
		}
	}
	decode(&smc, "EZARIUT1", 6, "hello", 5);
	smc.bytes[1] = 3;
	packet_decode(&packet, &smc.record);
	assert_true(packet.malformed);
	smc.bytes[1] = EXTENSION + 6;
	packet_decode(&packet, &smc.record);
	assert_true(packet.malformed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_every_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
