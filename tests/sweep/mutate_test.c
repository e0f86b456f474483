/* Packets with mistakes in them, through the whole analysis: nothing may crash, run on or leak. The
 * same numbers give the same mistakes.
 *
 *	mutate_test PACKETS SEED FILE.scn|FOLDER… */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <culprit.h>

#include "core/memory.h"
#include "damage.h"
#include "scenario.h"
#include "wire.h"

#define MAX_TRACES 512
#define PACKETS_AT_ONCE 400
#define MAX_LENGTH 9000

struct corpus { struct trace traces[MAX_TRACES]; unsigned count; };

static void add_scenario(struct corpus *corpus, const char *path)
{
	struct scenario scenario;
	char message[512];
	if (corpus->count == MAX_TRACES || !scenario_load(&scenario, path, message)) {
		printf("Bail out! %s\n",
		       corpus->count == MAX_TRACES ? "too many scenarios" : message);
		exit(1);
	}
	trace_copy(&corpus->traces[corpus->count++], &scenario.trace);
	scenario_finish(&scenario);
}

static int is_scenario(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);
	return length > 4 && strcmp(entry->d_name + length - 4, ".scn") == 0;
}

static void add_path(struct corpus *corpus, const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_scenario, alphasort);
	if (count < 0) {
		add_scenario(corpus, path);
		return;
	}
	for (int i = 0; i < count; i++) {
		char name[4096];
		snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
		add_scenario(corpus, name);
		free(entries[i]);
	}
	free(entries);
}

static uint32_t below(uint64_t *random, size_t limit)
{
	return limit ? (uint32_t)(random_next(random) % limit) : 0;
}

/* Numbers at which things go wrong. */
static uint8_t odd_byte(uint64_t *random)
{
	static const uint8_t odd[] = { 0,    1,	   2,	 3,    4,    5,	   0x0f, 0x40,
				       0x45, 0x4f, 0x60, 0x7f, 0x80, 0xf0, 0xfe, 0xff };
	return odd[below(random, sizeof odd)];
}

static void one_mistake(struct trace_packet *packet, const struct trace *trace, uint64_t *random)
{
	/* Most mistakes belong into headers, which are the first 100 bytes. */
	uint32_t reach =
		below(random, 4) ? (packet->length < 100 ? packet->length : 100) : packet->length;
	uint32_t at = below(random, reach);
	if (packet->length == 0)
		return;
	switch (below(random, 8)) {
	case 0:
		packet->bytes[at] ^= (uint8_t)(1u << below(random, 8));
		break;
	case 1:
	case 2:
		packet->bytes[at] = odd_byte(random);
		break;
	case 3:
		packet->bytes[at] = (uint8_t)random_next(random);
		break;
	case 4:                      /* cut by the network: the headers promise more */
		packet->length = packet->original_length = at;
		break;
	case 5:                      /* cut by the recorder */
		packet->length = at;
		break;
	case 6: {                    /* a piece of another packet */
		const struct trace_packet *other = &trace->packets[below(random, trace->count)];
		uint32_t from = below(random, other->length), count = below(random, 64);
		while (count-- > 0 && at < packet->length && from < other->length)
			packet->bytes[at++] = other->bytes[from++];
		break;
	}
	default: {                   /* bytes pushed in */
		uint32_t count = below(random, 32) + 1;
		if (packet->length + count > MAX_LENGTH)
			break;
		packet->bytes = memory_resize(packet->bytes, packet->length + count + 1, 1);
		memmove(packet->bytes + at + count, packet->bytes + at, packet->length - at);
		packet->length += count;
		packet->original_length = packet->length;
	}
	}
}

/* Right checksums let mistakes in deep: without them the damage would be all that is seen. */
static void seal(struct trace_packet *packet)
{
	struct wire_parts parts = wire_find(packet->bytes, packet->length);
	if (parts.version == 4 && parts.transport <= packet->length &&
	    parts.transport >= parts.ip + 20)
		wire_seal_ip(packet->bytes + parts.ip);
	if (parts.whole)
		wire_seal_transport(packet->bytes, &parts, WIRE_RIGHT);
}

static void make_mistakes(struct trace *trace, uint64_t *random)
{
	for (size_t i = 0; i < trace->count; i++) {
		struct trace_packet *packet = &trace->packets[i];
		/* Some stay whole, so that conversations go on. */
		unsigned mistakes = below(random, 3) ? below(random, 4) : 0;
		while (mistakes-- > 0)
			one_mistake(packet, trace, random);
		if (below(random, 2))
			seal(packet);
		if (below(random, 50) == 0)
			packet->time = (int64_t)((uint64_t)packet->time +
						 (random_next(random) >> below(random, 60)));
	}
	if (below(random, 4) == 0)
		damage_swap(trace, 0.1, random_next(random));
	if (below(random, 4) == 0)
		damage_duplicate(trace, 0.2, 1000, 0, random_next(random));
}

/* A stretch of one trace of the corpus. */
static void choose(const struct corpus *corpus, struct trace *to, uint64_t *random)
{
	const struct trace *from = &corpus->traces[below(random, corpus->count)];
	size_t start =
		from->count > PACKETS_AT_ONCE ? below(random, from->count - PACKETS_AT_ONCE) : 0;
	*to = (struct trace){ 0 };
	for (size_t i = start; i < from->count && to->count < PACKETS_AT_ONCE; i++)
		trace_add_copy(to, &from->packets[i]);
}

static bool swallow(void *user, const void *bytes, size_t count)
{
	(void)bytes;
	*(uint64_t *)user += count;
	return true;
}

static bool analyse(const struct trace *trace, uint64_t *random)
{
	static const uint32_t link_types[] = { 1, 1, 1, 1, 1, 101, 113, 276, 0, 9, 105, 6, 10 };
	const struct image_options options = {
		.digits = below(random, 2) ? 9 : 6,
		.format = below(random, 2) ? IMAGE_PCAP : IMAGE_PCAPNG,
		.big_endian = below(random, 2),
		.link_type = link_types[below(random, sizeof link_types / sizeof *link_types)]
	};
	struct text image = { 0 };
	uint64_t written = 0;
	const struct culprit_output json = { .write = swallow,
					     .user = &written,
					     .format = CULPRIT_JSON };
	image_write(trace, &options, &image);
	struct culprit_analysis *analysis = culprit_create();
	culprit_keep_sessions(analysis);
	bool good = culprit_read_memory(analysis, image.bytes, image.length, "mutated", NULL);
	if (good) {
		culprit_report_diagnosis(analysis, &json);
		culprit_report_sessions(analysis, &json);
	}
	culprit_destroy(analysis);
	text_finish(&image);
	return good && written > 0;
}

int main(int argc, char **argv)
{
	static struct corpus corpus;
	if (argc < 4) {
		fputs("usage: mutate_test PACKETS SEED FILE.scn|FOLDER...\n", stderr);
		return 2;
	}
	uint64_t wanted = strtoull(argv[1], NULL, 10), seed = strtoull(argv[2], NULL, 10),
		 packets = 0;
	bool good = true;
	for (int i = 3; i < argc; i++)
		add_path(&corpus, argv[i]);
	for (uint64_t round = 0; packets < wanted && good; round++) {
		struct trace trace;
		uint64_t random = seed * 1000003 + round;
		choose(&corpus, &trace, &random);
		make_mistakes(&trace, &random);
		packets += trace.count;
		good = analyse(&trace, &random);
		if (!good)
			printf("# round %llu of seed %llu could not be read\n",
			       (unsigned long long)round, (unsigned long long)seed);
		trace_finish(&trace);
	}
	for (unsigned i = 0; i < corpus.count; i++)
		trace_finish(&corpus.traces[i]);
	printf("%s 1 - %llu packets with mistakes, seed %llu\n1..1\n", good ? "ok" : "not ok",
	       (unsigned long long)packets, (unsigned long long)seed);
	return good ? 0 : 1;
}
