/* Small traces in the formats that are made of records with a length: packet i (from 0) is 60 + i bytes of
 * the value i, one second after the one before it. And what every reader must do with them: give
 * whole packets however the file is cut, tell that it was cut, and survive any bit that is wrong. */
#ifndef UNIT_SOURCE_SAMPLES_H
#define UNIT_SOURCE_SAMPLES_H

#include "source_image.h"

#include "source/format.h"

#define SAMPLE_PACKETS 6
#define SAMPLE_START 1000000000          /* 2001-09-09 01:46:40 UTC */
#define SAMPLE_SECOND 1000000000LL
#define SAMPLE_MIDNIGHT_SECONDS 6400     /* of SAMPLE_START, since midnight */

struct sample {
	const char *format;
	void (*put_header)(struct image *image);
	void (*put_packet)(struct image *image, unsigned number);
	/* After all packets; `ends` is the length of the image behind each, the header first. */
	void (*put_end)(struct image *image, const size_t *ends);
	bool knows_its_end;      /* a file that is cut between two packets is known to be cut */
	unsigned known_after;    /* packets that it takes to recognise the format */
	bool trusts_lengths;     /* nothing else in a record tells that its length is wrong */
};

static inline void put_magic(struct image *image, const char *magic, size_t length)
{
	put_bytes(image, magic, length);
}

static inline uint32_t sample_length(unsigned number)
{
	return 60 + number;
}

static inline void put_payload(struct image *image, unsigned number)
{
	put_fill(image, (uint8_t)number, sample_length(number));
}

/* Writes over bytes that are there already, little-endian. */
static inline void put_at(struct image *image, size_t offset, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		image->text.bytes[offset + i] = (char)(value >> 8 * i & 0xff);
}

static inline void snoop_header(struct image *image)
{
	image->big_endian = true;
	put_magic(image, "snoop\0\0\0", 8);
	put(image, 2, 4);
	put(image, 4, 4);
}

static inline void snoop_packet(struct image *image, unsigned number)
{
	uint32_t length = sample_length(number), pad = (4 - length % 4) % 4;
	put(image, length, 4);
	put(image, length, 4);
	put(image, 24 + length + pad, 4);
	put(image, 0, 4);
	put(image, SAMPLE_START + number, 4);
	put(image, 0, 4);
	put_payload(image, number);
	put_fill(image, 0, pad);
}

/* `format` 1: not compressed. A tick of unit 5 is a microsecond. */
static inline void sniffer_begin(struct image *image, uint16_t major, uint8_t network, uint8_t format,
				 uint8_t unit)
{
	put_magic(image, "TRSNIFF data    \x1a", 17);
	put(image, 1, 2);
	put(image, 18, 4);
	put(image, major, 2);
	put(image, 0, 2);
	put(image, 0, 2);                                  /* time of day */
	put(image, (2001 - 1980) << 9 | 9 << 5 | 9, 2);
	put(image, 4, 1);
	put(image, network, 1);
	put(image, format, 1);
	put(image, unit, 1);
	put(image, 0, 6);
}

static inline void sniffer_header(struct image *image)
{
	sniffer_begin(image, 4, 1, 1, 5);
}

static inline void sniffer_packet(struct image *image, unsigned number)
{
	uint64_t ticks = (SAMPLE_MIDNIGHT_SECONDS + number) * 1000000ULL;
	put(image, 4, 2);
	put(image, 14 + sample_length(number), 4);
	put(image, ticks, 5);
	put(image, 0, 1);                                  /* days */
	put(image, sample_length(number), 2);
	put(image, 0, 2);
	put(image, 0, 4);
	put_payload(image, number);
}

static inline void sniffer_end(struct image *image, const size_t *ends)
{
	(void)ends;
	put(image, 3, 6);
}

/* All but the offset behind the last packet. */
static inline void netxray_begin(struct image *image, const char *version, uint8_t recorder, uint8_t unit)
{
	put_magic(image, "XCP", 4);
	put_bytes(image, version, 8);
	put(image, SAMPLE_START, 4);
	put(image, 0, 8);
	put(image, 128, 4);
	put(image, 0, 4);
	put_fill(image, 0, 0x30 - 32);
	put(image, unit, 4);
	put_fill(image, 0, 0x54 - 0x34);
	put(image, recorder, 4);
	put_fill(image, 0, 128 - 0x58);
}

static inline void netxray_header(struct image *image)
{
	netxray_begin(image, "002.001", 0, 0);
}

static inline void netxray_1_header(struct image *image)
{
	netxray_begin(image, "001.100", 0, 0);
}

static inline void put_netxray(struct image *image, uint64_t ticks, unsigned number, unsigned more)
{
	put(image, ticks, 8);
	put(image, sample_length(number), 2);
	put(image, sample_length(number), 2);
	put_fill(image, 0, more);
	put_payload(image, number);
}

static inline void netxray_packet(struct image *image, unsigned number)
{
	put_netxray(image, number * 1000000ULL, number, 28);
}

static inline void netxray_1_packet(struct image *image, unsigned number)
{
	put_netxray(image, number * 1000000ULL, number, 16);
}

static inline void netxray_end(struct image *image, const size_t *ends)
{
	put_at(image, 28, ends[SAMPLE_PACKETS], 4);
}

static inline void iptrace_1_header(struct image *image)
{
	image->big_endian = true;
	put_magic(image, "iptrace 1.0", 11);
}

static inline void iptrace_2_header(struct image *image)
{
	image->big_endian = true;
	put_magic(image, "iptrace 2.0", 11);
}

static inline void put_iptrace(struct image *image, unsigned number, unsigned description, uint8_t type)
{
	put(image, description + sample_length(number), 4);
	put(image, SAMPLE_START + number, 4);
	put(image, 0, 3);
	put(image, 1, 1);                                  /* unit */
	put_bytes(image, "en\0\0", 4);
	put_fill(image, 0, 12);
	put(image, type, 1);
	put(image, number % 2, 1);                         /* sent */
	if (description == 32) {
		put(image, 0, 2);
		put(image, SAMPLE_START + number, 4);
		put(image, 0, 4);
	}
	put_payload(image, number);
}

static inline void iptrace_1_packet(struct image *image, unsigned number)
{
	put_iptrace(image, number, 22, 6);
}

static inline void iptrace_2_packet(struct image *image, unsigned number)
{
	put_iptrace(image, number, 32, 6);
}

static inline void erf_header(struct image *image)
{
	(void)image;
}

/* `lead`: what is between the header and the packet. */
static inline void put_erf(struct image *image, uint8_t type, const char *lead, unsigned lead_length,
			   unsigned number)
{
	uint32_t length = sample_length(number), whole = (16 + lead_length + length + 7) / 8 * 8;
	image->big_endian = false;
	put(image, (uint64_t)(SAMPLE_START + number) << 32, 8);
	image->big_endian = true;
	put(image, type, 1);
	put(image, 4, 1);
	put(image, whole, 2);
	put(image, 0, 2);
	put(image, length, 2);
	put_bytes(image, lead, lead_length);
	put_payload(image, number);
	put_fill(image, 0, whole - 16 - lead_length - length);
}

static inline void erf_packet(struct image *image, unsigned number)
{
	put_erf(image, 2, "\0\0", 2, number);
}

static inline void netmon_begin(struct image *image, const char *magic, uint8_t major, uint8_t minor)
{
	put_bytes(image, magic, 4);
	put(image, minor, 1);
	put(image, major, 1);
	put(image, 1, 2);
	/* Sunday, 2001-09-09 01:46:40.000 */
	static const uint16_t start[] = { 2001, 9, 0, 9, 1, 46, 40, 0 };
	for (size_t i = 0; i < 8; i++)
		put(image, start[i], 2);
	put_fill(image, 0, 128 - 24);
}

static inline void netmon_1_header(struct image *image)
{
	netmon_begin(image, "RTSS", 1, 1);
}

static inline void netmon_2_header(struct image *image)
{
	netmon_begin(image, "GMBU", 2, 1);
}

static inline void netmon_1_packet(struct image *image, unsigned number)
{
	put(image, number * 1000, 4);
	put(image, sample_length(number), 2);
	put(image, sample_length(number), 2);
	put_payload(image, number);
}

static inline void netmon_2_packet(struct image *image, unsigned number)
{
	put(image, number * 1000000, 8);
	put(image, sample_length(number), 4);
	put(image, sample_length(number), 4);
	put_payload(image, number);
	put(image, 1, 2);                                  /* media */
}

static inline void netmon_end(struct image *image, const size_t *ends)
{
	put_at(image, 24, ends[SAMPLE_PACKETS], 4);
	put_at(image, 28, SAMPLE_PACKETS * 4, 4);
	for (unsigned i = 0; i < SAMPLE_PACKETS; i++)
		put(image, ends[i], 4);
}

static const struct sample samples[] = {
	{ "snoop", snoop_header, snoop_packet, NULL, false, 0, false },
	{ "sniffer", sniffer_header, sniffer_packet, sniffer_end, false, 0, false },
	{ "netxray", netxray_header, netxray_packet, netxray_end, true, 0, false },
	{ "netxray", netxray_1_header, netxray_1_packet, netxray_end, true, 0, false },
	{ "iptrace", iptrace_1_header, iptrace_1_packet, NULL, false, 0, true },
	{ "iptrace", iptrace_2_header, iptrace_2_packet, NULL, false, 0, true },
	{ "erf", erf_header, erf_packet, NULL, false, 2, false },
	{ "netmon", netmon_1_header, netmon_1_packet, netmon_end, true, 0, false },
	{ "netmon", netmon_2_header, netmon_2_packet, netmon_end, true, 0, false },
};
#define SAMPLE_COUNT (sizeof samples / sizeof *samples)

/* ends[0] is the length of the header, ends[i] where packet i - 1 ends. */
static inline void sample_make(const struct sample *sample, struct image *image,
			       size_t ends[SAMPLE_PACKETS + 1])
{
	*image = (struct image){ .big_endian = false };
	sample->put_header(image);
	ends[0] = image->text.length;
	for (unsigned i = 0; i < SAMPLE_PACKETS; i++) {
		sample->put_packet(image, i);
		ends[i + 1] = image->text.length;
	}
	if (sample->put_end)
		sample->put_end(image, ends);
}

#endif
