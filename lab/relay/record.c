/* Writes pcapng: one section, one Ethernet interface, enhanced packet blocks, times in nanoseconds. */
#include "relay.h"

#include <string.h>

static void block(FILE *file, uint32_t type, const void *fixed, uint32_t fixed_length, const void *body,
		  uint32_t body_length, const void *options, uint32_t options_length)
{
	static const uint8_t zeros[4];
	uint32_t padding = (4 - body_length % 4) % 4;
	uint32_t head[2] = { type, 12 + fixed_length + body_length + padding + options_length };
	fwrite(head, sizeof head, 1, file);
	fwrite(fixed, fixed_length, 1, file);
	if (body_length)
		fwrite(body, body_length, 1, file);
	if (padding)
		fwrite(zeros, padding, 1, file);
	if (options_length)
		fwrite(options, options_length, 1, file);
	fwrite(&head[1], 4, 1, file);
}

FILE *record_open(const char *path, const char *interface, unsigned snaplen)
{
	FILE *file = fopen(path, "wb");
	if (!file)
		return NULL;
	struct { uint32_t magic; uint16_t major, minor; int64_t length; } section = {
		0x1a2b3c4d, 1, 0, -1 };
	block(file, 0x0a0d0d0a, &section, sizeof section, NULL, 0, NULL, 0);

	struct { uint16_t link, reserved; uint32_t snaplen; } description = { 1, 0, snaplen };
	uint8_t options[64] = { 0 };
	uint16_t name_length = (uint16_t)strlen(interface);
	uint32_t at = 0;
	memcpy(options, &(uint16_t){ 2 }, 2);               /* if_name */
	memcpy(options + 2, &name_length, 2);
	memcpy(options + 4, interface, name_length);
	at = 4 + (name_length + 3u) / 4 * 4;
	memcpy(options + at, &(uint16_t[2]){ 9, 1 }, 4);    /* if_tsresol: 10^-9 */
	options[at + 4] = 9;
	at += 8 + 4;                                        /* the end of the options is zero */
	block(file, 1, &description, sizeof description, NULL, 0, options, at);
	return file;
}

void record_frame(FILE *file, int64_t time, const uint8_t *bytes, unsigned length, unsigned snaplen)
{
	unsigned kept = length < snaplen ? length : snaplen;
	uint32_t head[5] = { 0, (uint32_t)((uint64_t)time >> 32), (uint32_t)time, kept, length };
	block(file, 6, head, sizeof head, bytes, kept, NULL, 0);
}
