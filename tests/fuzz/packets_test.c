/* Runs one good packet of every kind (unit/decode_samples.h), and those that fuzz_decode found and that are kept
 * (kept.h), through the decoders and all that they tell: whole, cut by the recorder and by the sender behind every byte,
 * and with mistakes. No decoder may be left out.
 *
 *	packets_test [--mistakes N] [--seed N] KEPT.hex		N copies of each packet with mistakes in them */
#include <stdlib.h>

#include "kept.h"
#include "mistakes.h"
#include "one_packet.h"
#include "unit/decode_samples.h"

enum { MISTAKES = 300, MOST_REACHED = 256 };

struct run {
	unsigned long mistakes;
	uint64_t random;
	unsigned number, failures;
	const struct decoder *reached[MOST_REACHED];
	size_t reached_count;
};

static void report(struct run *run, bool good, const char *name)
{
	run->number++;
	run->failures += !good;
	printf("%sok %u - %s\n", good ? "" : "not ", run->number, name);
}

static bool is_reached(const struct run *run, const struct decoder *decoder)
{
	size_t i = 0;
	while (i < run->reached_count && run->reached[i] != decoder)
		i++;
	return i < run->reached_count;
}

static void note_reached(struct run *run, const struct packet *packet)
{
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct layer *layer = &packet->layers[i];
		if (layer->status == CURSOR_OK && run->reached_count < MOST_REACHED && !is_reached(run, layer->decoder))
			run->reached[run->reached_count++] = layer->decoder;
	}
}

/* A copy of its own for each, so that a read past its end is seen. */
static void try_bytes(struct run *run, const struct text *file, size_t size, size_t missing)
{
	static struct packet packet;
	struct record record;
	uint8_t *copy = size < ONE_PACKET_HEAD ? NULL : malloc(size);
	if (!copy)
		return;
	memcpy(copy, file->bytes, size);
	copy[1] = (uint8_t)(missing < 255 ? missing : 255);
	if (one_packet(copy, size, &record, &packet))
		one_packet_tell(&packet);
	if (size == file->length && !missing)
		note_reached(run, &packet);
	free(copy);
}

static void try_packet(struct run *run, const struct text *file)
{
	for (size_t size = ONE_PACKET_HEAD; size <= file->length; size++) {
		try_bytes(run, file, size, 0);
		try_bytes(run, file, size, file->length - size);
	}
	for (unsigned long i = 0; i < run->mistakes; i++) {
		struct text copy = { 0 };
		text_add_bytes(&copy, file->bytes, file->length);
		mistakes_make(&copy, ONE_PACKET_HEAD, &run->random);
		size_t missing = mistakes_below(&run->random, 4) ? 0 : mistakes_below(&run->random, 64) + 1;
		try_bytes(run, &copy, copy.length, missing);
		text_finish(&copy);
	}
}

static void try_samples(struct run *run)
{
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct text packet = { 0 };
		text_add_char(&packet, (char)one_packet_row(samples[i].link_type));
		text_add_char(&packet, '\0');
		text_add_bytes(&packet, samples[i].bytes, samples[i].size);
		try_packet(run, &packet);
		report(run, true, samples[i].name);
		text_finish(&packet);
	}
}

static void try_kept(struct run *run, const char *path)
{
	FILE *file = fopen(path, "re");
	struct text packet = { 0 };
	char name[KEPT_NAME] = "";
	while (file && kept_next(file, name, &packet))
		if (strcmp(name, "packet") == 0)
			try_packet(run, &packet);
	report(run, file && !name[0] && fclose(file) == 0, path);
	text_finish(&packet);
}

/* What is read from streams, and what only its bytes tell, has its conversations in corpus/. */
static void expect_all(struct run *run)
{
	for (const struct decoder *const *decoder = decoders; *decoder; decoder++)
		if ((*decoder)->decode && !(*decoder)->stream && !(*decoder)->datagram && !is_reached(run, *decoder))
			report(run, false, (*decoder)->name);
}

int main(int argc, char **argv)
{
	struct run run = { .mistakes = MISTAKES, .random = 1 };
	for (int i = 1; i + 2 < argc; i += 2)
		if (strcmp(argv[i], "--mistakes") == 0)
			run.mistakes = strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--seed") == 0)
			run.random = strtoull(argv[i + 1], NULL, 10);
	if (argc < 2) {
		fputs("usage: packets_test [--mistakes N] [--seed N] KEPT.hex\n", stderr);
		return 2;
	}
	try_samples(&run);
	try_kept(&run, argv[argc - 1]);
	expect_all(&run);
	printf("1..%u\n", run.number);
	return run.failures ? 1 : 0;
}
