/* Fields: everything that is told can be asked for by its name; what is told of cut and damaged packets stays within their
 * bytes; and what the facts tell is what the bytes tell. */
#include "decode_samples.h"

#include <stdlib.h>

#include "field/fields.h"
#include "field/show.h"

static struct packet packet;

struct listener {
	struct teller teller;
	const struct observation *observation;
	unsigned told, depth, deepest;
	const char *wanted;              /* a name whose values are kept */
	struct text values;
};

static bool is_known(const struct field *field)
{
	const struct field_term *term = field_find(field->name, strlen(field->name));
	for (const struct field_answer *answer = term ? term->answers : NULL; answer; answer = answer->next)
		if (answer->field == field)
			return true;
	return false;
}

static void touch(const uint8_t *bytes, size_t length)
{
	static volatile uint8_t sum;
	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + bytes[i]);
}

static void hear(struct teller *teller, const struct told *told)
{
	struct listener *listener = (struct listener *)teller;
	listener->told++;
	if (!is_known(told->field))
		fail_msg("%s is told, but not declared", told->field->name);
	if (told->at)
		touch(told->at, told->length);
	if (told->value.bytes)
		touch(told->value.bytes, told->value.length);
	if (told->words)
		assert_true(strlen(told->words) < 512);
	if (!listener->wanted || strcmp(listener->wanted, told->field->name) != 0)
		return;
	text_add(&listener->values, listener->values.length ? "," : "");
	field_show(&listener->values, told->field, &told->value, 9);
}

static void hear_open(struct teller *teller, const struct told *told)
{
	struct listener *listener = (struct listener *)teller;
	hear(teller, told);
	if (++listener->depth > listener->deepest)
		listener->deepest = listener->depth;
}

static void hear_close(struct teller *teller)
{
	struct listener *listener = (struct listener *)teller;
	assert_int_not_equal(listener->depth, 0);
	listener->depth--;
}

static void walk(struct listener *listener)
{
	struct fields *fields = fields_create(NULL);
	struct observation observation = { .packet = &packet };
	listener->teller = (struct teller){ hear, hear_open, hear_close, true };
	fields_walk(fields, &observation, &listener->teller, NULL);
	assert_int_equal(listener->depth, 0);
	fields_destroy(fields);
}

static void every_sample_tells_fields_that_are_declared(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct listener listener = { 0 };
		sample_decode(&packet, samples[i].name);
		walk(&listener);
		assert_true(listener.told > packet.layer_count + 5);
	}
}

/* The bytes stand alone on the heap, so that a sanitizer sees each read past them. */
static void walk_copy(const struct sample *sample, const uint8_t *bytes, size_t captured, size_t original)
{
	uint8_t *copy = malloc(captured ? captured : 1);
	struct listener listener = { 0 };
	memcpy(copy, bytes, captured);
	struct record record = sample_record(sample->link_type, copy, captured, original);
	packet_decode(&packet, &record);
	walk(&listener);
	free(copy);
}

static void cut_packets_tell_what_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		for (size_t length = 0; length < samples[i].size; length++) {
			walk_copy(&samples[i], samples[i].bytes, length, samples[i].size);
			walk_copy(&samples[i], samples[i].bytes, length, length);
		}
}

static void damaged_packets_do_no_harm(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xfe, 0xff };
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		for (size_t at = 0; at < samples[i].size; at++)
			for (size_t v = 0; v < sizeof values; v++) {
				uint8_t damaged[512];
				memcpy(damaged, samples[i].bytes, samples[i].size);
				damaged[at] = values[v];
				walk_copy(&samples[i], damaged, samples[i].size, samples[i].size);
			}
}

static void facts_and_bytes_tell_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		sample_decode(&packet, samples[i].name);
		if (!fields_simple(&packet))
			continue;
		const struct field_term *term;
		for (size_t t = 0; (term = field_term_at(t)) != NULL; t++) {
			struct field_value value = { 0 };
			const struct field *field = term->answers->field;
			if (!field->get || strcmp(term->name, field->name) != 0 || term->answers->next)
				continue;
			struct listener listener = { .wanted = term->name };
			walk(&listener);
			struct text got = { 0 };
			if (field->get(&packet, &value))
				field_show(&got, field, &value, 9);
			if (strcmp(got.bytes ? got.bytes : "", listener.values.bytes ? listener.values.bytes : ""))
				fail_msg("%s of %s: %s, not %s", term->name, samples[i].name,
					 got.bytes ? got.bytes : "nothing",
					 listener.values.bytes ? listener.values.bytes : "nothing");
			text_finish(&got);
			text_finish(&listener.values);
		}
	}
}

static void assert_value(const char *sample, const char *name, const char *expected)
{
	struct listener listener = { .wanted = name };
	sample_decode(&packet, sample);
	walk(&listener);
	if (strcmp(listener.values.bytes ? listener.values.bytes : "", expected) != 0)
		fail_msg("%s of %s is %s, not %s", name, sample,
			 listener.values.bytes ? listener.values.bytes : "nothing", expected);
	text_finish(&listener.values);
}

static void values_are_shown_as_tshark_shows_them(void **state)
{
	(void)state;
	assert_value("tcp_syn", "tcp.srcport", "40000");
	assert_value("tcp_syn", "tcp.flags", "0x0002");
	assert_value("tcp_syn", "tcp.flags.syn", "1");
	assert_value("tcp_syn", "tcp.flags.ack", "0");
	assert_value("tcp_syn", "tcp.options.wscale.multiplier", "128");
	assert_value("tcp_syn", "tcp.option_kind", "2,4,8,1,3");
	assert_value("tcp_syn", "eth.src", "02:00:00:00:00:01");
	assert_value("tcp_syn", "eth.type", "0x0800");
	assert_value("tcp_syn", "ip.id", "0x1234");
	assert_value("tcp_syn", "ip.checksum.status", "1");
	assert_value("tcp_syn", "frame.protocols", "eth:ethertype:ip:tcp");
	assert_value("tcp_syn", "tcp.payload", "");
	assert_value("tcp_data_ipv6", "ipv6.src", "2001:db8::1");
	assert_value("tcp_data_ipv6", "tcp.payload", "474554202f20485454502f312e300d0a0d0a");
	assert_value("tcp_sack_double_tagged", "vlan.id", "100,200");
	assert_value("arp_request", "arp.opcode", "1");
	assert_value("stp_configuration", "stp.max_age", "20");
}

/* The packet that an error is about has addresses and ports of its own. */
static void quoted_packets_are_told_too(void **state)
{
	(void)state;
	struct listener listener = { .wanted = "ip.version" };
	sample_decode(&packet, "icmp_fragmentation_needed");
	assert_false(fields_simple(&packet));
	walk(&listener);
	assert_string_equal(listener.values.bytes, "4,4");
	text_finish(&listener.values);
}

static void wanted_layers_alone_are_told(void **state)
{
	(void)state;
	struct listener listener = { .teller = { hear, hear_open, hear_close, false } };
	struct fields *fields = fields_create(NULL);
	struct observation observation = { .packet = &packet };
	struct field_wanted wanted = { .count = 0 };
	sample_decode(&packet, "tcp_syn");
	field_want(&wanted, field_find("ip", 2)->answers);
	fields_walk(fields, &observation, &listener.teller, &wanted);
	assert_int_equal(listener.told, 1);
	field_want(&wanted, field_find("ip.ttl", 6)->answers);
	assert_int_equal(wanted.count, 1);
	fields_walk(fields, &observation, &listener.teller, &wanted);
	assert_true(listener.told > 10);
	fields_destroy(fields);
}

static void names_are_found_and_others_are_not(void **state)
{
	(void)state;
	assert_non_null(field_find("tcp.port", 8));
	assert_non_null(field_find("tcp.port", 8)->answers->next);
	assert_non_null(field_find("tcp", 3));
	assert_null(field_find("tcp.por", 7));
	assert_null(field_find("", 0));
	assert_string_equal(field_nearest("tcp.prot", 8), "tcp.port");
	const char *before = "";
	const struct field_term *term;
	for (size_t i = 0; (term = field_term_at(i)) != NULL; i++) {
		assert_true(strcmp(before, term->name) < 0);
		before = term->name;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample_tells_fields_that_are_declared),
		cmocka_unit_test(cut_packets_tell_what_is_there),
		cmocka_unit_test(damaged_packets_do_no_harm),
		cmocka_unit_test(facts_and_bytes_tell_the_same),
		cmocka_unit_test(values_are_shown_as_tshark_shows_them),
		cmocka_unit_test(quoted_packets_are_told_too),
		cmocka_unit_test(wanted_layers_alone_are_told),
		cmocka_unit_test(names_are_found_and_others_are_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
