/* Findings about the capture that scenarios cannot write: they lie in the file, not in its packets. */
#include "source_image.h"

#include "analysis.h"
#include "source/linktype.h"

#define PCAP_MAGIC 0xa1b2c3d4
#define SECOND UINT64_C(1000000)         /* ticks of the interfaces below */
#define MICROSECONDS 6                   /* if_tsresol */
enum { UNKNOWN_LINK_TYPE = 147 };        /* LINKTYPE_USER0: private, so nobody decodes it */

/* The finding of this id and kind in an analysis of the image; NULL when there is none. It belongs to
 * the analysis, which stays until the next call. */
static const struct finding *find(struct image *image, const char *id, const char *sub_kind)
{
	static struct trace_analysis *analysis;
	static struct source *source;
	struct error error = ERROR_INIT;
	analysis_destroy(analysis);
	source_close(source);
	source = NULL;
	analysis = NULL;
	if (!image)
		return NULL;
	analysis = analysis_create();
	source = open_image(image, &error);
	assert_non_null(source);
	assert_true(analysis_run(analysis, source, 0, &error));
	text_finish(&image->text);
	for (size_t i = 0; i < finding_store_count(analysis->findings); i++) {
		const struct finding *finding = finding_store_get(analysis->findings, i);
		const char *kind = finding->sub_kind ? finding->sub_kind : "";
		if (strcmp(finding->kind->id, id) == 0 && (!sub_kind || strcmp(kind, sub_kind) == 0))
			return finding;
	}
	return NULL;
}

static double value_of(const struct finding *finding, const char *name)
{
	for (unsigned i = 0; i < finding->fact_count; i++)
		if (strcmp(finding->facts[i].name, name) == 0)
			return finding->facts[i].value;
	fail_msg("%s has no %s", finding->kind->id, name);
	return 0;
}

static void is_of_capture(const struct finding *finding, enum severity severity)
{
	assert_non_null(finding);
	assert_int_equal(finding->severity, severity);
	assert_int_equal(finding->blame.party, PARTY_CAPTURE);
	struct text words = { 0 };
	finding_text(finding, &words);
	assert_null(finding_unrendered(words.bytes));
	text_finish(&words);
}

static void put_records(struct image *image, uint32_t from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		put_pcap_record(image, 1700000000 + from + i, 17 * i, 60);
}

static struct image pcap(uint32_t snap_length, uint32_t link_type)
{
	struct image image = { 0 };
	put_pcap_header(&image, PCAP_MAGIC, 2, 4, snap_length, link_type);
	return image;
}

static void damage_in_the_middle(void **state)
{
	struct image image = pcap(65535, LINKTYPE_ETHERNET);
	put_records(&image, 0, 5);
	put_fill(&image, 0xff, 40);
	put_records(&image, 5, 3);
	const struct finding *finding = find(&image, "capture/damaged-file", "damaged");
	is_of_capture(finding, SEVERITY_WARNING);
	assert_int_equal(value_of(finding, "lost"), 40);
	assert_int_equal(value_of(finding, "before"), 5);
	assert_int_equal(value_of(finding, "after"), 3);
	assert_int_equal(finding->evidence[0].packet, 5);
}

static void end_inside_a_record(void **state)
{
	struct image image = pcap(65535, LINKTYPE_ETHERNET);
	put_records(&image, 0, 5);
	image.text.length -= 10;
	const struct finding *finding = find(&image, "capture/damaged-file", "cut-at-end");
	is_of_capture(finding, SEVERITY_NOTICE);
	assert_int_equal(value_of(finding, "before"), 4);
	assert_int_equal(finding->evidence[0].packet, 4);
}

/* The records hold line feeds, and every one of them got a carriage return. */
static void text_mode_transfer(void **state)
{
	struct image binary = pcap(65535, LINKTYPE_ETHERNET), image = { 0 };
	for (uint32_t i = 0; i < 400; i++)
		put_pcap_record(&binary, 1700000000 + i, 17 * i, i % 2 ? 10 : 60);
	for (size_t i = 0; i < binary.text.length; i++) {
		if (binary.text.bytes[i] == '\n')
			text_add_char(&image.text, '\r');
		text_add_char(&image.text, binary.text.bytes[i]);
	}
	text_finish(&binary.text);
	is_of_capture(find(&image, "capture/damaged-file", "text-mode"), SEVERITY_WARNING);
}

static void whole_file(void **state)
{
	struct image image = pcap(65535, LINKTYPE_ETHERNET);
	put_records(&image, 0, 5);
	assert_null(find(&image, "capture/damaged-file", NULL));
}

static void unknown_link_type(void **state)
{
	struct image image = pcap(65535, UNKNOWN_LINK_TYPE);
	put_records(&image, 0, 5);
	const struct finding *finding = find(&image, "capture/damaged-file", "unknown-link-type");
	is_of_capture(finding, SEVERITY_WARNING);
	assert_int_equal(value_of(finding, "unknown"), 5);
}

static void longer_than_promised(void **state)
{
	struct image image = pcap(50, LINKTYPE_ETHERNET);
	put_records(&image, 0, 5);
	const struct finding *finding = find(&image, "capture/damaged-file", "snap-length-exceeded");
	is_of_capture(finding, SEVERITY_NOTICE);
	assert_int_equal(value_of(finding, "longer"), 5);
}

static struct image pcapng(unsigned interfaces, uint8_t resolution)
{
	static const uint16_t link_types[] = { LINKTYPE_ETHERNET, UNKNOWN_LINK_TYPE };
	struct image image = { 0 };
	put_section(&image);
	for (unsigned i = 0; i < interfaces; i++)
		put_interface(&image, link_types[i], 0, resolution, 0);
	return image;
}

static void several_link_types(void **state)
{
	struct image image = pcapng(2, MICROSECONDS);
	for (unsigned i = 0; i < 9; i++)
		put_packet(&image, i == 4, i * SECOND, 60, NULL);
	is_of_capture(find(&image, "capture/damaged-file", "several-link-types"), SEVERITY_INFO);
}

/* One packet in nine is not decoded: the rest was judged. */
static void few_of_unknown_link_type(void **state)
{
	struct image image = pcapng(2, MICROSECONDS);
	for (unsigned i = 0; i < 9; i++)
		put_packet(&image, i == 4, i * SECOND, 60, NULL);
	is_of_capture(find(&image, "capture/damaged-file", "unknown-link-type"), SEVERITY_NOTICE);
}

/* The second card's packets were written late. */
static void interleaved_interfaces(void **state)
{
	struct image image = pcapng(2, MICROSECONDS);
	for (unsigned i = 0; i < 60; i++)
		put_packet(&image, i % 4 == 3, (i % 4 == 3 ? i - 2 : i) * SECOND, 60, NULL);
	const struct finding *finding = find(&image, "capture/time-backwards", "interleaved");
	is_of_capture(finding, SEVERITY_NOTICE);
	assert_int_equal(finding->count, 15);
	assert_int_equal(finding->evidence[0].packet, 4);
}

static void drops_in_packets(void **state)
{
	struct image image = pcapng(1, MICROSECONDS), options = { 0 };
	uint64_t dropped = 7;
	put_option(&options, 4, &dropped, 8);
	put(&options, 0, 4);
	for (unsigned i = 0; i < 40; i++)
		put_packet(&image, 0, i * SECOND + i, 60, i == 20 ? &options : NULL);
	text_finish(&options.text);
	const struct finding *finding = find(&image, "capture/drops-reported", NULL);
	is_of_capture(finding, SEVERITY_WARNING);
	assert_int_equal(finding->count, 7);
	assert_int_equal(finding->evidence[0].packet, 21);
}

/* The file says that its clock has seconds only, so few packets suffice. */
static void declared_tick(void **state)
{
	struct image image = pcapng(1, 0);
	for (unsigned i = 0; i < 3; i++)
		put_packet(&image, 0, i, 60, NULL);
	const struct finding *finding = find(&image, "capture/coarse-timestamps", NULL);
	is_of_capture(finding, SEVERITY_NOTICE);
	assert_true(value_of(finding, "tick") == 1);
}

static void put_filtered_interface(struct image *image, const char *filter)
{
	struct image body = { 0 };
	char option[64] = "";            /* the first byte: a string of libpcap follows */
	size_t length = strlen(filter);
	memcpy(option + 1, filter, length);
	put(&body, LINKTYPE_ETHERNET, 4);
	put(&body, 0, 4);
	put_option(&body, 11, option, (uint16_t)(length + 1));
	put(&body, 0, 4);
	put_block(image, 1, &body);
	text_finish(&body.text);
}

static void declared_filter(void **state)
{
	struct image image = { 0 };
	put_section(&image);
	put_filtered_interface(&image, "tcp port 80");
	for (unsigned i = 0; i < 3; i++)
		put_packet(&image, 0, i * SECOND, 60, NULL);
	const struct finding *finding = find(&image, "capture/filtered", "declared");
	is_of_capture(finding, SEVERITY_NOTICE);
	assert_int_equal(finding->confidence, CONFIDENCE_CERTAIN);
}

static void put_ip(struct image *image, uint8_t protocol, uint16_t length, bool forward)
{
	struct image header = { .big_endian = true };
	put(&header, 0x4500, 2);
	put(&header, length + 20u, 2);
	put(&header, 0, 4);
	put(&header, 64, 1);
	put(&header, protocol, 1);
	put(&header, 0, 2);              /* no checksum yet */
	put(&header, forward ? 0x0a000001 : 0x0a000002, 4);
	put(&header, forward ? 0x0a000002 : 0x0a000001, 4);
	put_bytes(image, header.text.bytes, header.text.length);
	text_finish(&header.text);
}

/* A segment of 100 bytes or, with length 0, an acknowledgement; in another IP packet or not. */
static void put_segment(struct image *image, uint32_t number, bool forward, bool tunnelled,
			uint32_t length, uint32_t sequence, uint32_t acknowledgment)
{
	struct image header = { .big_endian = true };
	uint32_t size = 40 + length + (tunnelled ? 20 : 0);
	put(image, 1700000000 + number, 4);
	put(image, 0, 4);
	put(image, size, 4);
	put(image, size, 4);
	if (tunnelled)
		put_ip(image, 4, (uint16_t)(40 + length), forward);
	put_ip(image, 6, (uint16_t)(20 + length), forward);
	put(&header, forward ? 40000 : 80, 2);
	put(&header, forward ? 80 : 40000, 2);
	put(&header, sequence, 4);
	put(&header, acknowledgment, 4);
	put(&header, 0x5010, 2);         /* 20 bytes of header, ACK */
	put(&header, 65535, 2);
	put(&header, 0, 4);
	put_bytes(image, header.text.bytes, header.text.length);
	put_fill(image, 'x', length);
	text_finish(&header.text);
}

/* 30 segments there and, when both ways are recorded, their acknowledgements in a tunnel. */
static struct image one_way_trace(bool both)
{
	struct image image = pcap(65535, LINKTYPE_RAW);
	for (uint32_t i = 0; i < 30; i++) {
		put_segment(&image, 2 * i, false, false, 100, 5000 + 100 * i, 900);
		if (both)
			put_segment(&image, 2 * i + 1, true, true, 0, 900, 5100 + 100 * i);
	}
	return image;
}

static void one_direction(void **state)
{
	struct image image = one_way_trace(false);
	is_of_capture(find(&image, "capture/one-way", NULL), SEVERITY_WARNING);
}

/* The two directions are two conversations for the session stage, but nothing is missing. */
static void one_direction_in_a_tunnel(void **state)
{
	struct image image = one_way_trace(true);
	assert_null(find(&image, "capture/one-way", NULL));
}

static int forget(void **state)
{
	find(NULL, NULL, NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damage_in_the_middle),
		cmocka_unit_test(end_inside_a_record),
		cmocka_unit_test(text_mode_transfer),
		cmocka_unit_test(whole_file),
		cmocka_unit_test(unknown_link_type),
		cmocka_unit_test(longer_than_promised),
		cmocka_unit_test(several_link_types),
		cmocka_unit_test(few_of_unknown_link_type),
		cmocka_unit_test(interleaved_interfaces),
		cmocka_unit_test(drops_in_packets),
		cmocka_unit_test(declared_tick),
		cmocka_unit_test(declared_filter),
		cmocka_unit_test(one_direction),
		cmocka_unit_test(one_direction_in_a_tunnel),
	};
	return cmocka_run_group_tests(tests, NULL, forget);
}
