/* Writes pcap and pcapng files into memory, in every flavour that a reader must cope with. */
#ifndef SUPPORT_IMAGE_H
#define SUPPORT_IMAGE_H

#include "core/text.h"
#include "trace.h"

enum image_format { IMAGE_PCAPNG, IMAGE_PCAP };

struct image_options {
	enum image_format format;
	bool big_endian;
	unsigned digits;             /* of a second that the clock has: 9, 6 … 0; pcap: 6 or 9 */
	uint32_t link_type;          /* of all interfaces */
	uint32_t snap_length;        /* 0: 262144 */
	unsigned interfaces;         /* pcapng; 0 counts as 1 */
	size_t section_every; /* pcapng: a new section after so many packets; 0: one section */
	uint64_t received, dropped;  /* pcapng: interface statistics at the end unless both are 0 */
	const char *filter;          /* pcapng: if_filter, or NULL */
};

#define IMAGE_DEFAULT { .digits = 9, .link_type = 1 }

/* Appends the file to `to`. */
void image_write(const struct trace *trace, const struct image_options *options, struct text *to);

#endif
