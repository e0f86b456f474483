/* Writes pcap, draft-ietf-opsawg-pcap: one link type, times in microseconds, or in nanoseconds where a
 * clock of the source is finer. Comments, interfaces, directions and z/OS facts have no place in it. */
#ifndef SOURCE_WRITE_PCAP_H
#define SOURCE_WRITE_PCAP_H

#include "source/write/writer.h"

struct pcap_writer_options {
	int64_t time_step;           /* as of pcapng_writer_options */
	uint32_t snap_length;        /* packets were cut to it; 0: they were not */
	uint32_t link_type;          /* of a file without packets, when the source says none */
};

/* A record of another link type than the first one's is an error (ERROR_USAGE), not skipped: without it
 * the file would tell another story. */
struct writer *pcap_writer_create(struct sink *sink, const struct source_report *source,
				  const struct pcap_writer_options *options);

#endif
