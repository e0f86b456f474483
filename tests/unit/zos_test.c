/* What only z/OS knows, from the trace to the findings: discards and socket data. */
#include "source_image.h"

#include "analysis.h"
#include "source/linktype.h"
#include "source/write/ctrace.h"
#include "source/zos.h"
#include "source/zos_discard.h"

#define START 1295964785687445000        /* 2011-01-25 14:13:05.687445 */

/* A NetBIOS name query, as z/OS discarded it: ../shared/docs/zos-ctrace.md, 9.1. */
static const uint8_t name_query[] = {
	0x45, 0x00, 0x00, 0x4e, 0x78, 0xb7, 0x00, 0x00, 0x52, 0x11, 0x77, 0xa4, 0xac, 0x1d, 0x60, 0x09,
	0xac, 0x1d, 0xbf, 0xff, 0x00, 0x89, 0x00, 0x89, 0x00, 0x3a, 0x00, 0x00, 0x84, 0xe2, 0x01, 0x10,
	0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x46, 0x49, 0x46, 0x41, 0x46, 0x47, 0x45,
	0x4a, 0x46, 0x43, 0x45, 0x48, 0x45, 0x4a, 0x45, 0x4f, 0x43, 0x41, 0x43, 0x41, 0x43, 0x41, 0x43,
	0x41, 0x43, 0x41, 0x43, 0x41, 0x43, 0x41, 0x41, 0x41, 0x00, 0x00, 0x20, 0x00, 0x01,
};

struct trial {
	struct text file;
	struct sink_memory sink;
	struct writer *writer;
	struct trace_analysis *analysis;
	struct source *source;
};

static void begin(struct trial *trial)
{
	memset(trial, 0, sizeof *trial);
	sink_memory_init(&trial->sink, &trial->file);
	trial->writer = ctrace_writer_create(&trial->sink.sink, NULL, &(struct ctrace_writer_options){ 0 });
}

static void add(struct trial *trial, const struct zos_record *zos, int64_t time, const void *bytes,
		size_t length)
{
	struct error error = ERROR_INIT;
	struct zos_record full = *zos;
	full.capture_tod = full.buffer_tod = zos_tod_from_time(time, 0);
	zos_text_to_ebcdic(zos->format == ZOS_DATA ? "USER12" : "OSDL", full.raw_name,
			   zos->format == ZOS_DATA ? 8 : 16);
	const struct record record = { .time = time, .link_type = LINKTYPE_RAW, .bytes = bytes,
		.captured_length = (uint32_t)length, .original_length = (uint32_t)length, .zos = &full };
	assert_true(writer_write(trial->writer, &record, &error));
}

static void analyse(struct trial *trial)
{
	struct error error = ERROR_INIT;
	assert_true(writer_finish(trial->writer, &error));
	trial->analysis = analysis_create();
	trial->source = source_open_memory(trial->file.bytes, trial->file.length, "x", NULL, &error);
	assert_non_null(trial->source);
	assert_true(analysis_run(trial->analysis, trial->source, 0, &error));
}

static void end(struct trial *trial)
{
	writer_destroy(trial->writer);
	analysis_destroy(trial->analysis);
	source_close(trial->source);
	text_finish(&trial->file);
}

static const struct finding *find(const struct trial *trial, const char *id)
{
	for (size_t i = 0; i < finding_store_count(trial->analysis->findings); i++) {
		const struct finding *finding = finding_store_get(trial->analysis->findings, i);
		if (strcmp(finding->kind->id, id) == 0)
			return finding;
	}
	return NULL;
}

static void says(const struct finding *finding, const char *words)
{
	struct text text = { 0 };
	finding_text(finding, &text);
	if (!strstr(text.bytes, words))
		fail_msg("\"%s\" does not say \"%s\"", text.bytes, words);
	assert_null(finding_unrendered(text.bytes));
	text_finish(&text);
}

/* Catalogue C1: the sender's broadcast explains the discard, and no checksum is complained about. */
static void test_discarded_broadcast(void **state)
{
	(void)state;
	struct trial trial;
	begin(&trial);
	add(&trial, &(struct zos_record){ .format = ZOS_PACKET, .discard = ZOS_DISCARD_BROADCAST,
		.packet_length = 78 }, START, name_query, 78);
	analyse(&trial);
	const struct finding *cause = find(&trial, "link/mac-broadcast-unicast-ip");
	const struct finding *effect = find(&trial, "link/stack-discard");
	assert_non_null(cause);
	assert_non_null(effect);
	assert_int_equal(effect->caused_by, cause->number);
	assert_int_equal(cause->caused_by, 0);
	assert_string_equal(cause->blame.word, "config:172.29.96.9");
	assert_true(effect->severity <= SEVERITY_NOTICE);
	says(cause, "netbios");
	says(effect, "4114 (IP_MAC_BRDCST)");
	says(effect, "OSDL");
	for (size_t i = 0; i < finding_store_count(trial.analysis->findings); i++) {
		const struct finding *finding = finding_store_get(trial.analysis->findings, i);
		assert_null(strstr(finding->kind->id, "checksum"));
		assert_true(finding->severity <= SEVERITY_NOTICE);
	}
	end(&trial);
}

/* Other codes are warnings, one finding each; packets that were not discarded give none. */
static void test_discards_by_code(void **state)
{
	(void)state;
	struct trial trial;
	uint8_t packet[sizeof name_query];
	memcpy(packet, name_query, sizeof packet);
	begin(&trial);
	static const uint16_t codes[] = { ZOS_DISCARD_NOT_FORWARDED, 0, 8200, ZOS_DISCARD_NOT_FORWARDED };
	for (int i = 0; i < 4; i++)
		add(&trial, &(struct zos_record){ .format = ZOS_PACKET, .discard = codes[i],
			.packet_length = 78 }, START + i * 1000000LL, packet, 78);
	analyse(&trial);
	unsigned found = 0;
	for (size_t i = 0; i < finding_store_count(trial.analysis->findings); i++) {
		const struct finding *finding = finding_store_get(trial.analysis->findings, i);
		if (strcmp(finding->kind->id, "link/stack-discard") != 0)
			continue;
		found++;
		assert_int_equal(finding->severity, SEVERITY_WARNING);
		assert_int_equal(finding->caused_by, 0);
		says(finding, finding->count == 2 ? "IP layer of z/OS dropped 2 packets" : "TCP of z/OS");
		assert_non_null(finding->advice);
	}
	assert_int_equal(found, 2);
	assert_null(find(&trial, "link/mac-broadcast-unicast-ip"));
	end(&trial);
}

static void test_discard_table(void **state)
{
	(void)state;
	assert_null(zos_discard_find(0));
	assert_string_equal(zos_discard_find(4102)->name, "IP_BAD_CKSUM");
	assert_string_equal(zos_discard_find(4167)->name, "IP_NO_FWD");
	assert_null(zos_discard_find(4110)->name);
	for (unsigned code = 1; code <= UINT16_MAX; code++)
		assert_non_null(zos_discard_find((uint16_t)code));
	for (unsigned i = 0; zos_discard_list(i); i++)
		assert_true(zos_discard_list(i)->meaning && zos_discard_list(i)->advice);
}

/* Three entries of this length, the first at the start of the file. */
#define ENTRY 188
enum { AT_FORMAT = 4, AT_HEADER = 16, AT_SEGMENT = AT_HEADER + 2, AT_TRACED = AT_HEADER + 5,
	AT_COUNTS = AT_HEADER + 16, AT_SOURCE = AT_HEADER + 32 };

struct patch { size_t at; uint8_t value; };

/* What capture finding of this kind do three packets give after these bytes were changed? */
static const struct finding *find_after(struct trial *trial, const struct patch *patches, const char *id,
					const char *sub_kind)
{
	struct error error = ERROR_INIT;
	begin(trial);
	for (int i = 0; i < 3; i++)
		add(trial, &(struct zos_record){ .format = ZOS_PACKET, .packet_length = 78,
			.source = address_ipv4(name_query + 12), .destination = address_ipv4(name_query + 16) },
		    START + i * 1000000000LL, name_query, 78);
	assert_true(writer_finish(trial->writer, &error));
	assert_int_equal(trial->file.length, 3 * ENTRY);
	for (; patches->at; patches++)
		trial->file.bytes[patches->at] = (char)patches->value;
	analyse(trial);
	const struct finding *finding = find(trial, id);
	if (finding && sub_kind)
		assert_string_equal(finding->sub_kind, sub_kind);
	return finding;
}

static double value_of(const struct finding *finding, const char *name)
{
	for (unsigned i = 0; i < finding->fact_count; i++)
		if (strcmp(finding->facts[i].name, name) == 0)
			return finding->facts[i].value;
	fail_msg("%s has no %s", finding->kind->id, name);
	return 0;
}

/* Records that z/OS lost, tore or wrote long ago are counted, and said to be. */
static void test_spoilt_records(void **state)
{
	(void)state;
	static const struct {
		struct patch patches[12];
		const char *id, *sub_kind, *name;
		double value;
		enum severity severity;
		const char *words;
	} rows[] = {
		{ { { 0 } }, NULL, NULL, NULL, 0, 0, NULL },
		{ { { ENTRY + AT_FORMAT + 3, ZOS_OLD_PACKET } }, "capture/damaged-file", "old-records",
		  "old", 1, SEVERITY_NOTICE, "1 of 3 trace records" },
		{ { { ENTRY + AT_FORMAT + 3, ZOS_OLD_DATA }, { 2 * ENTRY + AT_FORMAT + 3, ZOS_OLD_X25 } },
		  "capture/damaged-file", "old-records", "old_x25", 1, SEVERITY_WARNING, "2 of 3" },
		/* One packet that is said to be longer, and a third part of another. */
		{ { { ENTRY + AT_TRACED + 2, 79 } }, "capture/damaged-file", "segments-lost", "incomplete",
		  1, SEVERITY_NOTICE, "1 packet lacks its end" },
		{ { { ENTRY + AT_SEGMENT, 3 } }, "capture/damaged-file", "segments-lost", "orphans", 1,
		  SEVERITY_NOTICE, "1 record was left out" },
		{ { { ENTRY + AT_SOURCE + 15, 99 } }, "capture/damaged-file", "header-disagrees", "packets",
		  1, SEVERITY_NOTICE, "1 packet has other addresses" },
		/* A note of lost records without and with counts that can be believed; one behind all
		 * packets counts, too. */
		{ { { 2 * ENTRY + AT_FORMAT, 0xff } }, "capture/drops-reported", "zos", "dropped", 1,
		  SEVERITY_NOTICE, "in 1 place of the trace" },
		{ { { ENTRY + AT_FORMAT, 0xff }, { ENTRY + AT_COUNTS, 0 }, { ENTRY + AT_COUNTS + 1, 0 },
		    { ENTRY + AT_COUNTS + 2, 0 }, { ENTRY + AT_COUNTS + 3, 5 }, { ENTRY + AT_COUNTS + 4, 0 },
		    { ENTRY + AT_COUNTS + 5, 0 }, { ENTRY + AT_COUNTS + 6, 0 }, { ENTRY + AT_COUNTS + 7, 2 } },
		  "capture/drops-reported", "zos", "dropped", 7, SEVERITY_NOTICE, "7 at least" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct trial trial;
		if (!rows[i].id) {
			assert_null(find_after(&trial, rows[i].patches, "capture/damaged-file", NULL));
			assert_null(find(&trial, "capture/drops-reported"));
			end(&trial);
			continue;
		}
		const struct finding *finding = find_after(&trial, rows[i].patches, rows[i].id,
							   rows[i].sub_kind);
		if (!finding)
			fail_msg("row %zu: no %s", i, rows[i].id);
		assert_true(value_of(finding, rows[i].name) == rows[i].value);
		assert_int_equal(finding->severity, rows[i].severity);
		assert_int_equal(finding->blame.party, PARTY_CAPTURE);
		says(finding, rows[i].words);
		end(&trial);
	}
}

struct session_seen { unsigned count; uint64_t packets, bytes[2]; uint8_t client; };

static void on_session(void *user, const struct trace_analysis *analysis, const struct session *session)
{
	struct session_seen *seen = user;
	(void)analysis;
	assert_int_equal(session->kind, SESSION_DATA);
	seen->count++;
	seen->packets += session->side[0].packets + session->side[1].packets;
	seen->bytes[0] += session->side[session->client].payload_bytes;
	seen->bytes[1] += session->side[session_server(session)].payload_bytes;
}

/* Socket data of one connection is one conversation, hidden or not. */
static void test_data_trace(void **state)
{
	(void)state;
	struct trial trial;
	const uint8_t client[] = { 10, 1, 0, 2 }, server[] = { 10, 1, 1, 2 };
	struct zos_record to_server = { .format = ZOS_DATA, .protocol = 6, .source = address_ipv4(client),
		.destination = address_ipv4(server), .source_port = 41416, .destination_port = 80 };
	struct zos_record to_client = { .format = ZOS_DATA, .protocol = 6, .source = address_ipv4(server),
		.destination = address_ipv4(client), .source_port = 80, .destination_port = 41416,
		.flags = ZOS_OUTBOUND };
	struct zos_record hidden = to_client;
	hidden.flags |= ZOS_CONFIDENTIAL;
	hidden.confidential = true;
	hidden.traced_length = 1460;
	begin(&trial);
	add(&trial, &to_server, START, "", 0);
	add(&trial, &to_server, START + 1000, "hello", 5);
	add(&trial, &to_client, START + 2000, "good morning", 12);
	add(&trial, &hidden, START + 3000, "", 0);
	struct error error = ERROR_INIT;
	assert_true(writer_finish(trial.writer, &error));
	trial.analysis = analysis_create();
	struct session_seen seen = { 0 };
	trial.analysis->listener = (struct analysis_listener){ .session = on_session, .user = &seen };
	trial.source = source_open_memory(trial.file.bytes, trial.file.length, "x", NULL, &error);
	assert_true(analysis_run(trial.analysis, trial.source, 0, &error));
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.packets, 4);
	assert_int_equal(seen.bytes[0], 5);
	assert_int_equal(seen.bytes[1], 12 + 1460);
	assert_int_equal(source_report(trial.source)->zos.confidential, 1);
	end(&trial);
}

/* A connection over which five calls go; what AT-TLS does with their data is up to `flags`. */
static const struct finding *find_hidden(struct trial *trial, const uint8_t flags[5], const void *bytes,
					 size_t length)
{
	const uint8_t client[] = { 10, 1, 0, 2 }, server[] = { 10, 1, 1, 2 };
	begin(trial);
	for (int i = 0; i < 5; i++) {
		bool asks = i % 2 == 0, hidden = flags[i] & ZOS_CONFIDENTIAL;
		struct zos_record zos = { .format = ZOS_DATA, .protocol = 6,
			.source = address_ipv4(asks ? client : server),
			.destination = address_ipv4(asks ? server : client),
			.source_port = asks ? 41416 : 8443, .destination_port = asks ? 8443 : 41416,
			.flags = (uint8_t)(flags[i] | (asks ? 0 : ZOS_OUTBOUND)), .confidential = hidden,
			.clear_text = flags[i] & ZOS_CLEAR_TEXT, .traced_length = (uint32_t)(hidden ? 100 : length) };
		add(trial, &zos, START + i * 1000, bytes, hidden ? 0 : length);
	}
	analyse(trial);
	return find(trial, "tls/at-tls-hidden");
}

static void test_at_tls(void **state)
{
	(void)state;
	static const uint8_t hello[] = { 22, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3 };
	enum { SHOWN = ZOS_CLEAR_TEXT, HIDDEN = ZOS_CONFIDENTIAL };
	static const struct {
		uint8_t flags[5];
		const void *bytes;
		size_t length;
		const char *sub_kind, *words;
		double records;
		enum confidence confidence;
	} rows[] = {
		{ { 0 }, "good morning", 12, NULL, NULL, 0, 0 },
		{ { SHOWN, SHOWN, SHOWN, SHOWN, SHOWN }, "good morning", 12, NULL, NULL, 0, 0 },
		{ { HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN }, "", 0, "confidential",
		  "AT-TLS encrypts 1 conversation: of 5 records", 5, CONFIDENCE_CERTAIN },
		{ { SHOWN, HIDDEN, HIDDEN, SHOWN, SHOWN }, "good morning", 12, "confidential",
		  "that of 3 more is shown in clear text", 2, CONFIDENCE_CERTAIN },
		{ { 0 }, hello, sizeof hello, "tls-records", "1 conversation of a data trace carries TLS", 1,
		  CONFIDENCE_POSSIBLE },
		/* As long as one, but of a type or a version that TLS does not have. */
		{ { 0 }, "\x16\x02\x01\0\x64\x01\0\0\x60\x03\x03", 11, NULL, NULL, 0, 0 },
		{ { 0 }, "\x06\x03\x01\0\x64\x01\0\0\x60\x03\x03", 11, NULL, NULL, 0, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct trial trial;
		const struct finding *finding = find_hidden(&trial, rows[i].flags, rows[i].bytes, rows[i].length);
		if (!rows[i].sub_kind) {
			assert_null(finding);
			end(&trial);
			continue;
		}
		if (!finding)
			fail_msg("row %zu", i);
		assert_string_equal(finding->sub_kind, rows[i].sub_kind);
		assert_int_equal(finding->severity, SEVERITY_INFO);
		assert_int_equal(finding->confidence, rows[i].confidence);
		assert_int_equal(finding->blame.party, PARTY_NONE);
		assert_true(finding->count == rows[i].records);
		assert_int_equal(finding->session_total, 1);
		says(finding, rows[i].words);
		end(&trial);
	}
}

static void on_flow(void *user, const struct trace_analysis *analysis, const struct session *session)
{
	(void)analysis;
	*(struct session_socket *)user = session->socket;
}

/* Records without data are the start and the end of a flow; hidden ones have no data either, but are none. */
static void test_flow_ends(void **state)
{
	(void)state;
	static const struct { size_t lengths[4]; uint8_t flags[4]; bool begun, ended; uint64_t hidden; } rows[] = {
		{ { 0, 5, 5, 0 }, { 0 }, true, true, 0 },
		{ { 0, 5, 5, 5 }, { 0 }, true, false, 0 },
		{ { 5, 5, 5, 0 }, { 0 }, false, true, 0 },
		{ { 5, 5, 5, 5 }, { 0 }, false, false, 0 },
		{ { 0, 0, 0, 0 }, { ZOS_CONFIDENTIAL, ZOS_CONFIDENTIAL, ZOS_CONFIDENTIAL, ZOS_CONFIDENTIAL },
		  false, false, 400 },
		{ { 0, 0, 0, 0 }, { 0, ZOS_CONFIDENTIAL, ZOS_CONFIDENTIAL, 0 }, true, true, 200 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct trial trial;
		begin(&trial);
		for (unsigned j = 0; j < 4; j++) {
			bool hidden = rows[i].flags[j] & ZOS_CONFIDENTIAL;
			add(&trial, &(struct zos_record){ .format = ZOS_DATA, .protocol = 6,
				.source = address_ipv4(name_query + 12), .destination = address_ipv4(name_query + 16),
				.source_port = 41416, .destination_port = 23, .flags = rows[i].flags[j],
				.confidential = hidden, .connection = 0x58,
				.traced_length = hidden ? 100 : (uint32_t)rows[i].lengths[j] },
			    START + j * 1000, "hello", rows[i].lengths[j]);
		}
		struct error error = ERROR_INIT;
		assert_true(writer_finish(trial.writer, &error));
		trial.analysis = analysis_create();
		struct session_socket socket = { 0 };
		trial.analysis->listener = (struct analysis_listener){ .session = on_flow, .user = &socket };
		trial.source = source_open_memory(trial.file.bytes, trial.file.length, "x", NULL, &error);
		assert_true(analysis_run(trial.analysis, trial.source, 0, &error));
		assert_int_equal(socket.begun, rows[i].begun);
		assert_int_equal(socket.ended, rows[i].ended);
		assert_int_equal(socket.hidden_bytes, rows[i].hidden);
		end(&trial);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_discarded_broadcast),
		cmocka_unit_test(test_discards_by_code),
		cmocka_unit_test(test_discard_table),
		cmocka_unit_test(test_spoilt_records),
		cmocka_unit_test(test_data_trace),
		cmocka_unit_test(test_at_tls),
		cmocka_unit_test(test_flow_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
