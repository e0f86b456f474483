/* Cuts good samples at every length. A packet of which the trace holds less is truncated and never
 * malformed; a file that ends early gives a beginning of its records; nothing crashes.
 *
 *	sweep_test FILE… */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <culprit.h>

#include "core/memory.h"
#include "core/text.h"
#include "decode/decoder.h"
#include "decode/packet.h"

#define EVERY_PREFIX_UP_TO                                                                         \
	2048 /* bytes of a file; behind them, and before the last ones, a stride */
#define EVERY_PREFIX_OF_THE_LAST 512
#define STRIDE 1999
#define ANALYSED_PREFIXES 40

static struct packet packet;

static bool read_file(const char *path, struct text *to)
{
	char part[65536];
	size_t got;
	FILE *file = fopen(path, "rb");
	if (!file)
		return false;
	while ((got = fread(part, 1, sizeof part, file)) > 0)
		text_add_bytes(to, part, got);
	fclose(file);
	return to->length > 0;
}

/* Decodes every prefix of a record. Each lies at the end of its allocation, so that reading past it
 * is caught. Returns the length at which a cut packet is called malformed, or SIZE_MAX. */
static size_t cut_packet(const struct record *whole)
{
	size_t length = whole->captured_length, bad = SIZE_MAX;
	uint8_t *room = memory_allocate(length + 1);
	for (size_t cut = 0; cut < length && bad == SIZE_MAX; cut++) {
		struct record record = *whole;
		record.bytes = room + 1 + length - cut;
		record.captured_length = (uint32_t)cut;
		memcpy(room + 1 + length - cut, whole->bytes, cut);
		packet_decode(&packet, &record);
		if (packet.malformed)
			bad = cut;
	}
	free(room);
	return bad;
}

static bool sweep_packets(const char *path, const struct text *file)
{
	struct record record;
	struct error error = ERROR_INIT;
	struct source *source = source_open_memory(file->bytes, file->length, path, NULL, &error);
	bool good = source != NULL;
	while (source && source_next(source, &record, &error) == SOURCE_RECORD) {
		packet_decode(&packet, &record);
		if (packet.malformed)
			continue;
		size_t bad = cut_packet(&record);
		if (bad == SIZE_MAX)
			continue;
		printf("# packet %llu cut to %zu bytes is malformed: %s\n",
		       (unsigned long long)record.number, bad,
		       packet.problem ? packet.problem : "");
		good = false;
	}
	source_close(source);
	return good;
}

/* How many records the first `length` bytes hold; -1 when they are no trace. */
static long count_records(const char *path, const char *bytes, size_t length)
{
	struct record record;
	struct error error = ERROR_INIT;
	long count = 0;
	char *room = memory_allocate(length + 1);
	memcpy(room + 1, bytes, length);
	struct source *source = source_open_memory(room + 1, length, path, NULL, &error);
	while (source && source_next(source, &record, &error) == SOURCE_RECORD)
		count++;
	if (!source)
		count = -1;
	source_close(source);
	free(room);
	return count;
}

static bool sweep_file(const char *path, const struct text *file)
{
	long before = -1;
	for (size_t length = 0; length <= file->length;) {
		long count = count_records(path, file->bytes, length);
		if (count < before) {
			printf("# the first %zu bytes hold %ld records, fewer bytes held %ld\n",
			       length, count, before);
			return false;
		}
		before = count;
		bool dense = length < EVERY_PREFIX_UP_TO ||
			     length + EVERY_PREFIX_OF_THE_LAST >= file->length;
		size_t step = dense ? 1 : STRIDE;
		if (!dense && length + step + EVERY_PREFIX_OF_THE_LAST > file->length)
			step = file->length - EVERY_PREFIX_OF_THE_LAST - length;
		length += step;
	}
	return true;
}

static bool swallow(void *user, const void *bytes, size_t count)
{
	(void)bytes;
	*(size_t *)user += count;
	return true;
}

static bool analyse_prefixes(const char *path, const struct text *file)
{
	for (size_t i = 1; i <= ANALYSED_PREFIXES; i++) {
		size_t length = file->length * i / ANALYSED_PREFIXES, written = 0;
		struct culprit_analysis *analysis = culprit_create();
		const struct culprit_output json = { .write = swallow, .user = &written,
			.format = CULPRIT_JSON };
		const struct culprit_output words = { .write = swallow, .user = &written };
		if (culprit_read_memory(analysis, file->bytes, length, path, NULL)) {
			culprit_report_diagnosis(analysis, &json);
			culprit_report_diagnosis(analysis, &words);
		}
		culprit_destroy(analysis);
		if (i == ANALYSED_PREFIXES && written == 0)
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		bool (*run)(const char *, const struct text *);
	} parts[] = {
		{ "every length of every packet", sweep_packets },
		{ "lengths of the file", sweep_file },
		{ "analyses of its beginnings", analyse_prefixes },
	};
	unsigned tests = 0, failures = 0;
	for (int i = 1; i < argc; i++) {
		struct text file = { 0 };
		bool there = read_file(argv[i], &file);
		for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
			bool good = there && parts[p].run(argv[i], &file);
			failures += !good;
			printf("%s %u - %s: %s\n", good ? "ok" : "not ok", ++tests, argv[i],
			       parts[p].name);
		}
		text_finish(&file);
	}
	printf("1..%u\n", tests);
	return failures || tests == 0;
}
