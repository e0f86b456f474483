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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_discarded_broadcast),
		cmocka_unit_test(test_discards_by_code),
		cmocka_unit_test(test_discard_table),
		cmocka_unit_test(test_data_trace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
