/* Writes pcapng, draft-ietf-opsawg-pcapng: one section, little-endian. Interfaces keep link type, name,
 * description, filter, snap length and resolution; packets their comment, direction, check sequence length
 * and drop count. What only z/OS knows becomes a comment of its packet (zos_words.h). */
#ifndef SOURCE_WRITE_PCAPNG_H
#define SOURCE_WRITE_PCAPNG_H

#include "source/write/writer.h"

struct pcapng_writer_options {
	bool secrets;                /* copy decryption secrets; without it they are counted as lost */
	int64_t time_step;           /* ns: times are whole ticks of their interface's clock plus a multiple
				      * of this one, for which a clock is made finer if need be; 0: no more */
	uint32_t snap_length;        /* packets were cut to it; 0: they were not */
	const char *application;     /* who writes, where the source does not say who recorded; or NULL */
};

/* The longest packet that readers accept (libpcap's MAXIMUM_SNAPLEN, Wireshark's limit). */
#define WRITER_LONGEST_PACKET ((uint32_t)256 * 1024)

/* Writes the counters of the interfaces as they are now, for files that may never be finished. `writer` is one of
 * pcapng_writer_create. False with `error` when the sink fails. */
bool pcapng_writer_counters(struct writer *writer, struct error *error);

struct writer *pcapng_writer_create(struct sink *sink, const struct source_report *source,
				    const struct pcapng_writer_options *options);

#endif
