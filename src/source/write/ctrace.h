/* Writes z/OS CTRACE data sets: for tests, examples and `convert`. What it writes is what
 * doc/formats/ctrace.md says; the external writer's own record header is not published, so the one that
 * `writer_header` asks for is made up. */
#ifndef SOURCE_WRITE_CTRACE_H
#define SOURCE_WRITE_CTRACE_H

#include "source/write/writer.h"

enum ctrace_container {
	CTRACE_RAW,                  /* entries one after the other */
	CTRACE_RDW,                  /* 64 KiB trace buffers cut into logical records with their lengths */
	CTRACE_BDW,                  /* these in blocks of up to 27998 bytes */
	CTRACE_LARGE_BLOCKS,         /* these in blocks with extended descriptors */
	CTRACE_STRIPPED,             /* logical records without lengths: binary FTP's default */
	CTRACE_VBS,                  /* records cut into spanned segments, in blocks */
	CTRACE_CONTAINERS,
};

struct ctrace_writer_options {
	enum ctrace_container container;
	uint32_t writer_header;      /* bytes in front of the data of each logical record, 0 to 256, even */
	uint32_t abbreviate;         /* ABBREV: keep so many bytes of a packet, its headers at least; 0: all */
	uint32_t payload;            /* bytes of a logical record; 0: 27990, as on a disk */
	uint16_t header_length;      /* PTH_Len, 84 to 1024; 0: 92 */
	bool frames;                 /* frames become OSAENTA records instead of packets */
	int leap_seconds;            /* what the machine's clock is ahead of UTC */
	const char *interface;       /* name of interfaces without one; NULL: CULPRIT */
};

/* "raw", "rdw", "bdw", "large", "stripped", "vbs"; NULL past the last. */
const char *ctrace_container_name(unsigned container);
struct writer *ctrace_writer_create(struct sink *sink, const struct source_report *source,
				    const struct ctrace_writer_options *options);
/* Adds one entry as it is to the trace buffers: for records that are no packets. `length` is even. */
bool ctrace_writer_entry(struct writer *writer, const uint8_t *entry, size_t length, struct error *error);

#endif
