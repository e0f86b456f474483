/* IPCS reports as text: every kind of report, in every shape in which it arrives. */
#include "source_ipcs_samples.h"
#include "source_image.h"

#include "culprit.h"

#include "source/format.h"
#include "source/linktype.h"
#include "source/zos.h"

/* A report that is put together of parts, and what is read from it. */
struct reading {
	struct text text;
	struct source *source;
	struct record record;        /* the last that was read */
};

static void open_text(struct reading *reading)
{
	struct error error = ERROR_INIT;
	static const struct source_options options = { .keep_comments = true };
	reading->source = source_open_memory(reading->text.bytes, reading->text.length, "report",
					     &options, &error);
	if (!reading->source)
		print_error("%s\n", error.message);
	assert_non_null(reading->source);
	assert_string_equal(source_report(reading->source)->files[0].format, "ipcs");
}

static bool next(struct reading *reading)
{
	struct error error = ERROR_INIT;
	enum source_status status = source_next(reading->source, &reading->record, &error);
	assert_true(status == SOURCE_RECORD || status == SOURCE_END);
	return status == SOURCE_RECORD;
}

static const struct source_report *finish(struct reading *reading)
{
	assert_false(next(reading));
	return source_report(reading->source);
}

static void close_text(struct reading *reading)
{
	source_close(reading->source);
	text_finish(&reading->text);
}

static void begin(struct reading *reading, const char *first, const char *second, const char *third)
{
	memset(reading, 0, sizeof *reading);
	text_add(&reading->text, first);
	text_add(&reading->text, second);
	text_add(&reading->text, third);
	open_text(reading);
}

/* What every report of the discarded packet tells. */
static void check_discard(const struct record *record, uint32_t tcb)
{
	const struct zos_record *zos = record->zos;
	assert_int_equal(record->time, 1295964785687445000);
	assert_int_equal(record->link_type, LINKTYPE_RAW);
	assert_int_equal(record->direction, DIRECTION_INBOUND);
	assert_int_equal(record->captured_length, sizeof ipcs_discard_bytes);
	assert_int_equal(record->original_length, sizeof ipcs_discard_bytes);
	assert_memory_equal(record->bytes, ipcs_discard_bytes, sizeof ipcs_discard_bytes);
	assert_int_equal(zos->format, ZOS_PACKET);
	assert_int_equal(zos->discard, 4114);
	assert_int_equal(zos->asid, 0x4f);
	assert_int_equal(zos->tcb, tcb);
	assert_int_equal(zos->interface_index, 9);
	assert_int_equal(zos->trace_count, 54550962);
	assert_int_equal(zos->device_type, 39);
	assert_int_equal(zos->traced_length, 78);
	assert_int_equal(zos->source_port, 137);
	assert_int_equal(zos->destination_port, 137);
	assert_int_equal(zos->protocol, 17);
	assert_string_equal(zos->name, "OSDL");
	assert_string_equal(zos->discard_name, "IP_MAC_BRDCST");
	assert_true(zos->capture_tod == 0xc73bc996ddb95000);
}

static void check_one_discard(struct reading *reading, uint32_t tcb)
{
	assert_true(next(reading));
	check_discard(&reading->record, tcb);
	const struct source_report *report = finish(reading);
	assert_int_equal(report->damage_total, 0);
	assert_int_equal(report->zos.discarded, 1);
	assert_int_equal(report->interface_count, 1);
	assert_string_equal(report->interfaces[0].name, "OSDL");
	assert_string_equal(report->interfaces[0].description, "QDIO Ethernet");
	close_text(reading);
}

static void test_full(void **state)
{
	(void)state;
	struct reading reading;
	begin(&reading, ipcs_heading, ipcs_discard_words, ipcs_discard_dump);
	check_one_discard(&reading, 0x7aee88);
}

static void test_cells_of_a_pdf(void **state)
{
	(void)state;
	struct reading reading;
	begin(&reading, "", ipcs_discard_cells, "");
	check_one_discard(&reading, 0);
}

/* What a listing goes through: carriage returns, a printer's page, a terminal's width, other
 * output. */
static void add_shaped(struct text *to, const char *text, const char *line_end, size_t width,
		       const char *between)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		for (size_t at = 0; at == 0 || at < length; at += width) {
			size_t part = length - at < width ? length - at : width;
			text_add_bytes(to, text + at, part);
			text_add(to, line_end);
		}
		text_add(to, between);
		text += length + 1;
	}
}

static void test_shapes(void **state)
{
	(void)state;
	static const struct {
		const char *line_end;
		size_t width;
		const char *between;
	} shapes[] = {
		{"\r\n", 200, ""},
		{"\n", 200, "1z/OS IPCS CTRACE                      PAGE 00002\n0\n"},
		{"\n", 200, " 14.13.05 STC00123  IEF404I TCPIP - ENDED - TIME=14.13.05\n\n"},
		{"\n", 72, ""},
		{"\n", 60, ""},
		{" \r\n", 64, "\r\n"},
	};
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		struct reading reading = { .text = { 0 } };
		const char *parts[] = { ipcs_heading, ipcs_discard_words, ipcs_discard_dump };
		for (size_t j = 0; j < 3; j++)
			add_shaped(&reading.text, parts[j], shapes[i].line_end, shapes[i].width,
				   shapes[i].between);
		open_text(&reading);
		assert_true(next(&reading));
		assert_int_equal(reading.record.captured_length, sizeof ipcs_discard_bytes);
		assert_memory_equal(reading.record.bytes, ipcs_discard_bytes,
				    sizeof ipcs_discard_bytes);
		assert_int_equal(reading.record.time, 1295964785687445000);
		assert_int_equal(reading.record.zos->discard, 4114);
		assert_string_equal(reading.record.zos->name, "OSDL");
		assert_int_equal(finish(&reading)->damage_total, 0);
		close_text(&reading);
	}
}

/* ASCII to EBCDIC, code page 1047, for what the samples hold. */
static uint8_t ebcdic_of(char c)
{
	static const char marks[] = " .<(+|&!$*);^-/,%_>?`:#@'=\"";
	static const uint8_t codes[] = {
		0x40, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f, 0x60,
		0x61, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x79, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f,
	};
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	static const uint8_t rows[] = { 0x81, 0x91, 0xa2 };
	const char *mark = strchr(marks, c);
	if (mark && c)
		return codes[mark - marks];
	if (c >= '0' && c <= '9')
		return (uint8_t)(0xf0 + c - '0');
	bool upper = c >= 'A' && c <= 'Z';
	const char *letter = strchr(letters, upper ? c - 'A' + 'a' : c);
	size_t i = (size_t)(letter - letters), row = i < 9 ? 0 : i < 18 ? 1 : 2;
	return (uint8_t)(rows[row] + (i - row * 9) + (upper ? 0x40 : 0));
}

/* With line ends as z/OS UNIX writes them, and as a data set of records of 133 bytes. */
static void test_ebcdic(void **state)
{
	(void)state;
	for (unsigned fixed = 0; fixed < 2; fixed++) {
		struct reading reading = { .text = { 0 } };
		struct text ascii = { 0 };
		text_add(&ascii, ipcs_heading);
		text_add(&ascii, ipcs_discard_words);
		text_add(&ascii, ipcs_discard_dump);
		size_t column = 0;
		for (size_t i = 0; i < ascii.length; i++) {
			bool end = ascii.bytes[i] == '\n';
			if (fixed && !column++)
				text_add_char(&reading.text, '\x40');
			while (end && fixed && column++ < 133)
				text_add_char(&reading.text, '\x40');
			if (!end)
				text_add_char(&reading.text, (char)ebcdic_of(ascii.bytes[i]));
			else if (!fixed)
				text_add_char(&reading.text, '\x15');
			column = end ? 0 : column;
		}
		text_finish(&ascii);
		open_text(&reading);
		check_one_discard(&reading, 0x7aee88);
	}
}

/* Only headers are known, and that is said. */
static void test_words_only(void **state)
{
	(void)state;
	struct reading reading;
	begin(&reading, ipcs_heading, ipcs_discard_words, "");
	assert_true(next(&reading));
	assert_int_equal(reading.record.captured_length, 28);
	assert_int_equal(reading.record.original_length, 78);
	assert_memory_equal(reading.record.bytes, ipcs_discard_bytes, 28);
	assert_non_null(strstr(reading.record.comment, "headers only"));
	assert_int_equal(reading.record.zos->discard, 4114);
	assert_int_equal(finish(&reading)->damage_total, 0);
	close_text(&reading);
	begin(&reading, "", ipcs_format, "");
	assert_true(next(&reading));
	assert_int_equal(reading.record.captured_length, 28);
	assert_int_equal(reading.record.original_length, 56);
	assert_int_equal(reading.record.direction, DIRECTION_OUTBOUND);
	assert_int_equal(load_be16(reading.record.bytes + 22), 53);
	assert_string_equal(reading.record.zos->name, "TR1");
	finish(&reading);
	close_text(&reading);
}

/* A digit that was misread shows in the checksum: no header is made of it. */
static void test_words_that_lie(void **state)
{
	(void)state;
	struct reading reading = { .text = { 0 } };
	text_add(&reading.text, ipcs_format);
	strstr(reading.text.bytes, "000E")[3] = 'F';
	open_text(&reading);
	const struct source_report *report = finish(&reading);
	assert_int_equal(report->damage_total, 1);
	assert_non_null(strstr(report->damages[0].reason, "print it with FULL"));
	close_text(&reading);
	begin(&reading, ipcs_discard_words, ipcs_discard_dump, "");
	source_close(reading.source);
	strstr(reading.text.bytes, "521177A4")[1] = '3';
	open_text(&reading);
	report = finish(&reading);
	assert_int_equal(report->damage_total, 1);
	assert_non_null(strstr(report->damages[0].reason, "checksum"));
	close_text(&reading);
}

static void test_data_trace(void **state)
{
	(void)state;
	struct reading reading;
	begin(&reading, ipcs_data, "", "");
	assert_true(next(&reading));
	assert_int_equal(reading.record.link_type, LINKTYPE_ZOS_DATA);
	assert_int_equal(reading.record.captured_length, 0);
	assert_true(next(&reading));
	const struct zos_record *zos = reading.record.zos;
	assert_int_equal(reading.record.captured_length, 5);
	assert_memory_equal(reading.record.bytes, "hello", 5);
	assert_int_equal(reading.record.direction, DIRECTION_OUTBOUND);
	assert_int_equal(zos->format, ZOS_DATA);
	assert_int_equal(zos->connection, 0x58);
	assert_int_equal(zos->family, 2);
	assert_int_equal(zos->socket_type, 1);
	assert_int_equal(zos->protocol, 6);
	assert_int_equal(zos->source_port, 8803);
	assert_int_equal(zos->destination_port, 41416);
	assert_int_equal(zos->source.bytes[3], 2);
	assert_string_equal(zos->name, "USER12");
	assert_int_equal(finish(&reading)->damage_total, 0);
	close_text(&reading);
}

static void test_summary(void **state)
{
	(void)state;
	static const struct { uint32_t captured, original; uint8_t flags; } packets[] = {
		{ 40, 80, 0x02 }, { 40, 80, 0x12 }, { 40, 40, 0x10 }, { 48, 87, 0x18 },
	};
	struct reading reading;
	begin(&reading, ipcs_summary, "", "");
	for (size_t i = 0; i < 4; i++) {
		assert_true(next(&reading));
		const struct record *record = &reading.record;
		assert_int_equal(record->captured_length, packets[i].captured);
		assert_int_equal(record->original_length, packets[i].original);
		assert_int_equal(record->bytes[33], packets[i].flags);
		assert_int_equal(record->zos->trace_count, i + 1);
		assert_int_equal(record->direction, i % 2 ? DIRECTION_INBOUND : DIRECTION_OUTBOUND);
		assert_non_null(strstr(record->comment, "SUMMARY"));
	}
	assert_int_equal(reading.record.time, 1075126681111074000);
	assert_int_equal(load_be32(reading.record.bytes + 24), 3454024896);
	assert_memory_equal(reading.record.bytes + 40, "220- Wel", 8);
	assert_int_equal(finish(&reading)->damage_total, 0);
	close_text(&reading);
}

/* One packet that is told twice is one packet. */
static void test_told_twice(void **state)
{
	(void)state;
	struct reading reading;
	static const char line[] = "IU54550962 14:13:05.687445 78B7                                "
				   "      50 172.29.96.9-137\n"
				   "              84E20110 00010000 *........ ........*            "
				   "172.29.191.255-137\n";
	begin(&reading, line, ipcs_discard_words, ipcs_discard_dump);
	check_one_discard(&reading, 0x7aee88);
	begin(&reading, ipcs_summary, ipcs_summary, "");
	assert_int_equal(count_records(reading.source), 4);
	close_text(&reading);
	begin(&reading, line, "", "");
	assert_true(next(&reading));
	assert_int_equal(reading.record.captured_length, 36);
	assert_int_equal(reading.record.original_length, 78);
	finish(&reading);
	close_text(&reading);
}

static void test_unshown(void **state)
{
	(void)state;
	struct reading reading;
	static const char lines[] =
		"II     7 14:18:02.000001 0001 Echo request                          56 10.7.1.61\n"
		"                                                                 10.7.1.62\n"
		"II     8 14:18:02.000002 0001 Echo reply                            56 10.7.1.62\n"
		"                                                                 10.7.1.61\n";
	begin(&reading, ipcs_summary, lines, "");
	for (unsigned i = 0; i < 4; i++)
		assert_true(next(&reading));
	const struct source_report *report = finish(&reading);
	assert_int_equal(report->damage_total, 1);
	assert_int_equal(report->damages[0].offset, strlen(ipcs_summary));
	assert_int_equal(report->damages[0].bytes_lost, strlen(lines));
	close_text(&reading);
}

static void test_lost_lines(void **state)
{
	(void)state;
	struct reading reading = { .text = { 0 } };
	text_add(&reading.text, ipcs_discard_words);
	text_add_bytes(&reading.text, ipcs_discard_dump,
		       (size_t)(strstr(ipcs_discard_dump, "000010") - ipcs_discard_dump));
	text_add(&reading.text, strstr(ipcs_discard_dump, "000020"));
	open_text(&reading);
	assert_true(next(&reading));
	assert_int_equal(reading.record.captured_length, 44);
	assert_int_equal(reading.record.original_length, 78);
	const struct source_report *report = finish(&reading);
	assert_int_equal(report->damage_total, 1);
	assert_non_null(strstr(report->damages[0].reason, "missing"));
	close_text(&reading);
}

static const char *const samples[][3] = {
	{ ipcs_heading, ipcs_discard_words, ipcs_discard_dump }, { ipcs_discard_cells, "", "" },
	{ ipcs_format, "", "" }, { ipcs_data, "", "" }, { ipcs_summary, "", "" },
};
#define SAMPLES (sizeof samples / sizeof *samples)

static void make_sample(struct text *text, size_t which)
{
	for (size_t i = 0; i < 3; i++)
		text_add(text, samples[which][i]);
}

/* Reads whatever it is; every packet lies within its record. */
static uint64_t read_any(const char *bytes, size_t length)
{
	struct error error = ERROR_INIT;
	struct source *source = source_open_memory(bytes, length, "any", NULL, &error);
	if (!source)
		return 0;
	struct record record;
	uint64_t count = 0;
	while (source_next(source, &record, &error) == SOURCE_RECORD) {
		assert_true(record.captured_length <= record.original_length);
		for (uint32_t i = 0; i < record.captured_length; i++)
			assert_in_range(record.bytes[i], 0, 255);
		count++;
	}
	source_close(source);
	return count;
}

/* Cut anywhere: what comes out is the beginning of the packet. */
static void test_cut_anywhere(void **state)
{
	(void)state;
	for (size_t which = 0; which < SAMPLES; which++) {
		struct text text = { 0 };
		make_sample(&text, which);
		for (size_t length = 0; length <= text.length; length++) {
			char *exact = malloc(length + 1);
			memcpy(exact, text.bytes, length);
			assert_true(read_any(exact, length) <= 4);
			free(exact);
		}
		text_finish(&text);
	}
	struct reading reading = { .text = { 0 } };
	text_add(&reading.text, ipcs_discard_words);
	text_add_bytes(&reading.text, ipcs_discard_dump,
		       (size_t)(strstr(ipcs_discard_dump, "000020") - ipcs_discard_dump));
	open_text(&reading);
	assert_true(next(&reading));
	assert_int_equal(reading.record.captured_length, 60);
	const struct source_report *report = finish(&reading);
	assert_int_equal(report->damage_total, 1);
	assert_true(report->damages[0].at_end);
	close_text(&reading);
}

static void test_flipped_bits(void **state)
{
	(void)state;
	for (size_t which = 0; which < SAMPLES; which++) {
		struct text text = { 0 };
		make_sample(&text, which);
		for (size_t bit = 0; bit < text.length * 8; bit++) {
			text.bytes[bit / 8] ^= (char)(1 << bit % 8);
			assert_true(read_any(text.bytes, text.length) <= 5);
			text.bytes[bit / 8] ^= (char)(1 << bit % 8);
		}
		text_finish(&text);
	}
}

/* How many formats claim it most surely. */
static unsigned claims(const char *bytes, size_t length, const char **name)
{
	size_t count;
	const struct source_format *const *all = formats(&count);
	unsigned claimed = 0;
	enum probe surest = PROBE_PERHAPS;
	for (size_t i = 0; i < count; i++) {
		enum probe sure = all[i]->probe(cursor_make(bytes, length, FORMAT_PROBE));
		if (sure < surest)
			continue;
		claimed = sure > surest ? 1 : claimed + 1;
		surest = sure;
		*name = all[i]->name;
	}
	return claimed;
}

static void test_only_ipcs_claims(void **state)
{
	(void)state;
	for (size_t which = 0; which < SAMPLES; which++) {
		struct text text = { 0 };
		const char *name = "none";
		make_sample(&text, which);
		for (size_t length = 1; length < text.length; length++)
			assert_true(claims(text.bytes, length, &name) <= 1);
		assert_int_equal(claims(text.bytes, text.length, &name), 1);
		assert_string_equal(name, "ipcs");
		text_finish(&text);
	}
}

/* Other texts of people who trace on z/OS stay texts. */
static void test_other_texts(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"  CTRACE COMP(SYSTCPDA) SUB((TCPIP)) OPTIONS((FULL))\n",
		"//STEP1 EXEC PGM=ITTTRCWR\n TRACE CT,ON,COMP=SYSTCPDA,SUB=(TCPIP)\n",
		"54550962 bytes were written at 14:13:05.687445 to the data set\n",
		"   1 MVS118   TCPIP    10010101 17:38:32.175560 Some event of SYSTCPIP\n  data\n",
		"000123 4500004E\n 12:00:01.5 IP 10.0.0.1 > 10.0.0.2\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct error error = ERROR_INIT;
		assert_null(source_open_memory(texts[i], strlen(texts[i]), "text", NULL, &error));
		assert_string_equal(error.message, "this is text, not a trace");
		assert_non_null(strstr(error.remedy, "culprit formats"));
	}
}

/* The case of the presentation: a name query in a broadcast frame with an address that is no
 * broadcast for z/OS explains the discard, and a UDP checksum of 0 is no alarm. */
static void test_diagnosis(void **state)
{
	(void)state;
	struct text text = { 0 };
	struct culprit_error error;
	make_sample(&text, 1);
	struct culprit_analysis *analysis = culprit_create();
	assert_true(culprit_read_memory(analysis, text.bytes, text.length, "report", &error));
	const struct culprit_finding *finding, *discard = NULL;
	size_t mask = 0;
	for (size_t i = 0; (finding = culprit_finding(analysis, i)) != NULL; i++) {
		assert_true(finding->severity <= CULPRIT_NOTICE);
		assert_null(strstr(finding->id, "checksum"));
		if (strcmp(finding->id, "link/stack-discard") == 0)
			discard = finding;
		if (strcmp(finding->id, "link/mac-broadcast-unicast-ip") == 0)
			mask = i + 1;
	}
	assert_non_null(discard);
	assert_non_null(strstr(discard->text, "4114 (IP_MAC_BRDCST)"));
	assert_non_null(strstr(discard->text, "netbios-ns"));
	assert_int_equal(discard->caused_by, mask);
	assert_int_not_equal(mask, 0);
	culprit_destroy(analysis);
	text_finish(&text);
}

/* A name that this build's table lacks is learned from the report. */
static void test_unknown_code(void **state)
{
	(void)state;
	struct text text = { 0 };
	struct culprit_error error;
	make_sample(&text, 0);
	memcpy(strstr(text.bytes, "4114 (IP_MAC_BRDCST)"), "5114 (IP_NEW_REASON)", 20);
	struct culprit_analysis *analysis = culprit_create();
	assert_true(culprit_read_memory(analysis, text.bytes, text.length, "report", &error));
	const struct culprit_finding *finding;
	bool named = false;
	for (size_t i = 0; (finding = culprit_finding(analysis, i)) != NULL; i++)
		named |= strstr(finding->text, "5114 (IP_NEW_REASON)") != NULL;
	assert_true(named);
	culprit_destroy(analysis);
	text_finish(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_cells_of_a_pdf),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_ebcdic),
		cmocka_unit_test(test_words_only),
		cmocka_unit_test(test_words_that_lie),
		cmocka_unit_test(test_data_trace),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_told_twice),
		cmocka_unit_test(test_unshown),
		cmocka_unit_test(test_lost_lines),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_only_ipcs_claims),
		cmocka_unit_test(test_other_texts),
		cmocka_unit_test(test_diagnosis),
		cmocka_unit_test(test_unknown_code),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
