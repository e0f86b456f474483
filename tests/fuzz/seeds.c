/* Writes seeds for the fuzz targets: from scenarios whole files for the formats, packets for the others; a packet of
 * every kind; and what is kept (kept.h).
 *
 *	fuzz_seeds FOLDER KEPT.hex [FILE.scn…]      into FOLDER/fuzz_pcap, FOLDER/fuzz_pcapng … */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kept.h"
#include "one_packet.h"
#include "scenario.h"
#include "unit/decode_samples.h"

#define PACKETS_OF_A_SCENARIO 60

static bool write_seed(const char *folder, const char *target, unsigned number,
		       const struct text *seed)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, target);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/%s/%06u", folder, target, number);
	FILE *file = fopen(path, "wb");
	bool good = file && fwrite(seed->bytes, 1, seed->length, file) == seed->length;
	if (file)
		good &= fclose(file) == 0;
	return good;
}

/* What fuzz_analysis reads: see there. */
static void add_packet(struct text *seed, const struct trace_packet *packet, int64_t since)
{
	int64_t ticks = since / 100000 < 65535 ? since / 100000 : 65535;
	text_add_char(seed, (char)(packet->length >> 8));
	text_add_char(seed, (char)packet->length);
	text_add_char(seed, (char)(ticks >> 8));
	text_add_char(seed, (char)ticks);
	text_add_bytes(seed, packet->bytes, packet->length);
}

static bool write_packets(const struct scenario *scenario, const char *folder, unsigned number)
{
	struct text analysis = { 0 }, one = { 0 };
	bool good = true;
	text_add_char(&analysis, '\0');
	int64_t before = TRACE_EPOCH;
	for (size_t i = 0; i < scenario->trace.count && i < PACKETS_OF_A_SCENARIO; i++) {
		const struct trace_packet *packet = &scenario->trace.packets[i];
		add_packet(&analysis, packet, packet->time - before);
		before = packet->time;
		text_clear(&one);
		text_add_bytes(&one, "\0\0", 2);
		text_add_bytes(&one, packet->bytes, packet->length);
		good &= write_seed(folder, "fuzz_decode", number * 100 + (unsigned)i, &one);
	}
	good &= write_seed(folder, "fuzz_analysis", number, &analysis);
	text_finish(&analysis);
	text_finish(&one);
	return good;
}

static bool write_images(struct scenario *scenario, const char *folder, unsigned number)
{
	bool good = true;
	for (unsigned format = 0; format < 2; format++) {
		for (unsigned big_endian = 0; big_endian < 2; big_endian++) {
			struct text image = { 0 };
			scenario->image.format = format ? IMAGE_PCAP : IMAGE_PCAPNG;
			scenario->image.big_endian = big_endian;
			scenario_write(scenario, &image);
			good &= write_seed(folder, format ? "fuzz_pcap" : "fuzz_pcapng",
					   number * 2 + big_endian, &image);
			text_finish(&image);
		}
	}
	return good;
}

/* Behind all that come from scenarios. */
enum { FIRST_SAMPLE = 900000, FIRST_KEPT = 910000 };

static bool write_samples(const char *folder)
{
	struct text seed = { 0 };
	bool good = true;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		text_clear(&seed);
		text_add_char(&seed, (char)one_packet_row(samples[i].link_type));
		text_add_char(&seed, '\0');
		text_add_bytes(&seed, samples[i].bytes, samples[i].size);
		good &= write_seed(folder, "fuzz_decode", FIRST_SAMPLE + (unsigned)i, &seed);
	}
	text_finish(&seed);
	return good;
}

static bool write_kept(const char *folder, const char *path)
{
	FILE *file = fopen(path, "re");
	struct text seed = { 0 };
	char name[KEPT_NAME], target[KEPT_NAME + 8];
	bool good = file != NULL;
	for (unsigned number = FIRST_KEPT; file && kept_next(file, name, &seed); number++) {
		snprintf(target, sizeof target, "fuzz_%s", strcmp(name, "packet") == 0 ? "decode" : name);
		good &= write_seed(folder, target, number, &seed);
	}
	text_finish(&seed);
	return good && !name[0] && fclose(file) == 0;
}

int main(int argc, char **argv)
{
	bool good = argc > 2 && write_samples(argv[1]) && write_kept(argv[1], argv[2]);
	for (int i = 3; i < argc; i++) {
		struct scenario scenario;
		char message[512];
		if (scenario_load(&scenario, argv[i], message)) {
			good &= write_packets(&scenario, argv[1], (unsigned)i);
			good &= write_images(&scenario, argv[1], (unsigned)i);
		} else {
			fprintf(stderr, "%s\n", message);
			good = false;
		}
		scenario_finish(&scenario);
	}
	if (!good)
		fputs("usage: fuzz_seeds FOLDER KEPT.hex [FILE.scn...]\n", stderr);
	return good ? 0 : 1;
}
