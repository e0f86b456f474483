/* Writing traces: records in, a file out, through a sink. A writer knows one format; what a record
 * means is the source's business, so a writer takes records as sources deliver them. */
#ifndef SOURCE_WRITE_WRITER_H
#define SOURCE_WRITE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/error.h"
#include "source/source.h"

/* Where bytes go. */
struct sink {
	/* False with `error` filled (ERROR_WRITE) when they cannot be written; later calls then fail, too. */
	bool (*write)(struct sink *sink, const void *bytes, size_t length, struct error *error);
};

struct text;

/* Into memory: appends to `text`, which is the caller's. */
struct sink_memory { struct sink sink; struct text *text; };
void sink_memory_init(struct sink_memory *to, struct text *text);

/* Into an open descriptor, which stays the caller's, through a buffer. */
struct sink_file { struct sink sink; int descriptor; uint8_t *buffer; size_t used; bool failed; };
void sink_file_init(struct sink_file *to, int descriptor);
/* Writes what the buffer holds and frees it. False with `error` filled when that fails (or failed before).
 * Closing the descriptor is the caller's. */
bool sink_file_finish(struct sink_file *to, struct error *error);

/* What could not be written as it was, for the words after a conversion. */
struct writer_report {
	uint64_t written;            /* records */
	uint64_t skipped;            /* that the format cannot hold at all (other link types, no packet) */
	uint64_t without_time;       /* written with a time that they did not have */
	uint64_t cut;                /* bytes did not fit and were left out */
	uint64_t comments_lost, interfaces_lost, directions_lost, times_rounded, zos_lost;
	uint64_t times_lost;         /* outside what the format's clock can count */
	uint64_t names_lost;         /* of hosts (pcapng name resolution) */
	uint64_t drops_lost;         /* "packets were lost before this one" */
	uint64_t secrets_lost;       /* decryption secrets */
	uint64_t links_lost;         /* link layer headers */
};

/* A file in the making; each format has its own NAME_writer_create with its own options. It writes the
 * file header before the first record. The sink and the source_report that it is given must outlive it;
 * the report grows while it writes. */
struct writer {
	/* False with `error` filled when the sink fails. A record that the format cannot hold is counted
	 * as skipped, which is no failure. */
	bool (*write)(struct writer *writer, const struct record *record, struct error *error);
	/* What comes after the last record. Call it once, also for a file without records. */
	bool (*finish)(struct writer *writer, struct error *error);
	void (*destroy)(struct writer *writer);      /* frees it; use writer_destroy */
	struct sink *sink;
	const struct source_report *source;          /* names of interfaces …; may be NULL */
	struct writer_report report;
};

/* Ticks per second that the times of an interface need. TOD clocks are finer than the first of their times,
 * by which CTRACE judges them, may look. */
static inline uint64_t writer_ticks(const struct source_report *source,
				    const struct source_interface *interface)
{
	bool is_tod = source && interface->file < source->file_count &&
		      strcmp(source->files[interface->file].format, "ctrace") == 0;
	return is_tod ? 1000000000 : interface->ticks_per_second;
}

static inline bool writer_write(struct writer *writer, const struct record *record, struct error *error)
{
	return writer->write(writer, record, error);
}

static inline bool writer_finish(struct writer *writer, struct error *error)
{
	return writer->finish(writer, error);
}

static inline void writer_destroy(struct writer *writer)     /* NULL is fine */
{
	if (writer)
		writer->destroy(writer);
}

#endif
