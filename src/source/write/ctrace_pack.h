/* Trace buffers, logical records and blocks: how entries lie in a data set. */
#ifndef SOURCE_WRITE_CTRACE_PACK_H
#define SOURCE_WRITE_CTRACE_PACK_H

#include "source/write/ctrace.h"

#define CTRACE_BUFFER ((size_t)64 * 1024)
#define WRITER_HEADER_MOST 256

struct ctrace_pack {
	struct sink *sink;
	enum ctrace_container container;
	size_t writer_header, payload;       /* payload: of a logical record, header included */
	uint8_t *buffer;             /* CTRACE_BUFFER bytes */
	size_t used;
	uint8_t *block;              /* waiting for its descriptor */
	size_t block_used, block_size;
	uint32_t buffer_number, record_number;
};

void ctrace_pack_init(struct ctrace_pack *pack, struct sink *sink, const struct ctrace_writer_options *options);
void ctrace_pack_finish(struct ctrace_pack *pack);   /* frees; nothing is written */
bool ctrace_pack_entry(struct ctrace_pack *pack, const uint8_t *entry, size_t length, struct error *error);
/* Writes what is left. */
bool ctrace_pack_flush(struct ctrace_pack *pack, struct error *error);

#endif
