/* Where records come from. One interface over files, pipes, memory and (later) live devices.
 *
 * A source delivers records in the order of the file, or of time when it merges several. It never
 * refuses what can still be read: damage is skipped, counted and told through `source_report`. */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct zos_record;           /* source/zos.h */
struct stack_drop;           /* source/stack_drop.h */

enum record_direction { DIRECTION_UNKNOWN, DIRECTION_INBOUND, DIRECTION_OUTBOUND };

struct record {              /* one packet as the source delivered it */
	uint64_t number;         /* from 1, as every other tool counts, over all files of the trace */
	int64_t time;            /* nanoseconds since 1970; INT64_MIN when the format has no time for it */
	uint32_t link_type;      /* LINKTYPE_* of tcpdump.org, as in pcap files */
	uint32_t interface;      /* index into source_report.interfaces */
	uint32_t captured_length, original_length; /* bytes; captured is never more than `bytes` holds */
	const uint8_t *bytes;    /* the source's; valid until its next record */
	uint8_t direction;       /* enum record_direction, as the recorder says */
	bool has_flags;          /* the recorder said something about it, if only that the direction is not known */
	uint8_t fcs_length;      /* bytes of frame check sequence at the end, 0 when none or unknown */
	uint16_t file;           /* index into source_report.files */
	uint64_t offset;         /* of the record in its (decompressed) file */
	uint64_t bytes_offset;   /* of `bytes` in it, where they stand there as they are; 0: they do not */
	const char *comment;     /* NULL or the recorder's comment, valid as long as `bytes` */
	uint32_t comment_length;
	bool timeless;           /* the format had no time for it; analysis.c then fills in the present one */
	uint32_t drop_count;     /* packets that the recorder says it lost before this one (epb_dropcount) */
	const struct stack_drop *drop; /* the kernel threw it away, valid as long as `bytes`; NULL: it did not */
	const struct zos_record *zos; /* what only z/OS knows, valid as long as `bytes`; NULL elsewhere */
};

enum source_status { SOURCE_RECORD, SOURCE_END, SOURCE_ERROR };

struct source_interface {
	uint32_t link_type;
	uint32_t snap_length;        /* 0: no limit said */
	uint64_t ticks_per_second;   /* resolution of its clock */
	char name[64], description[128], filter[128];  /* empty when not said; filter is the capture filter */
	uint64_t packets;            /* records delivered from it */
	uint64_t received, dropped_by_interface, dropped_by_system; /* ISB: ifrecv, ifdrop, osdrop; largest seen */
	bool has_statistics;
	uint16_t file;
};

/* A stretch of a file that could not be read as records. */
struct source_damage {
	uint16_t file;
	uint64_t offset;             /* first bad byte, in the decompressed file */
	uint64_t bytes_lost;         /* skipped until reading went on, or to the end */
	uint64_t record_before;      /* number of the last good record before, 0 when none */
	const char *reason;          /* constant text, a clause: "the record length 4294967295 …" without numbers */
	bool resynchronised;         /* reading went on behind it */
	bool at_end;                 /* the file ends inside a record: killed recorder, full disk, still growing */
};

struct source_file {
	char *path;
	const char *format;          /* short name: "pcap", "pcapng" */
	const char *compression;     /* "none", "gzip", "zstd", "lz4", "xz" */
	uint64_t packets, bytes;     /* records; decompressed bytes read so far */
	int64_t first_time, last_time; /* lowest and highest record time; INT64_MIN when no packet */
	uint32_t link_types[8];      /* distinct, in order of appearance */
	unsigned link_type_count;
	bool text_mode_damage;       /* CR LF pairs where a binary transfer would have none */
};

/* What z/OS trace records tell besides packets. All zero for other formats. */
struct source_zos {
	uint64_t records;            /* trace records read, of any kind */
	uint64_t formats[9];         /* by enum zos_format; [0]: other numbers */
	uint64_t lost_notes;         /* records that say that others were lost */
	uint64_t lost_packets, lost_data;    /* how many, as far as they say so (uncertain) */
	uint64_t lost_untold;        /* notes that do not say how many */
	uint64_t segments;           /* records that were part of a longer packet */
	uint64_t segments_lost;      /* packets delivered without all their segments */
	uint64_t orphans;            /* segments whose first one is not in the trace */
	uint64_t abbreviated;        /* packets cut by ABBREV */
	uint64_t confidential;       /* records whose AT-TLS data is hidden */
	uint64_t discarded;          /* packets that the stack or the OSA threw away */
	uint64_t header_disagrees;   /* packets whose own addresses are not those of their trace header */
	uint32_t writer_header;      /* bytes in front of the data of each logical record, learned */
	uint32_t frame_start;        /* where OSAENTA frames begin behind the header, learned */
	bool wrapped;                /* the data set was full and began again at its start */
	bool wrap_sorted;            /* and was read from its oldest record on */
	const char *container;       /* constant text: "entries", "RDW", "BDW and RDW", …; NULL elsewhere */
};

struct source_name { char *address; char *name; };   /* pcapng name resolution block */
struct source_secret { uint32_t type; uint8_t *bytes; size_t length; }; /* pcapng decryption secrets block */

#define SOURCE_MAX_DAMAGES 64      /* kept one by one; more are only counted */
#define SOURCE_MAX_INTERFACES 4096 /* a hostile file can declare millions */

/* What a source learned beside its records. Complete once SOURCE_END came; grows before. */
struct source_report {
	struct source_file *files;
	size_t file_count;
	struct source_interface *interfaces;
	size_t interface_count;
	struct source_damage damages[SOURCE_MAX_DAMAGES];
	size_t damage_count;         /* kept in damages[] */
	uint64_t damage_total, damage_bytes;
	struct source_name *names;
	size_t name_count;
	struct source_secret *secrets;
	size_t secret_count;
	uint64_t unknown_blocks;
	uint64_t snap_length_exceeded; /* records longer than their interface's snap length says */
	char hardware[128], operating_system[128], application[128]; /* of the first section */
	struct source_zos zos;
};

struct source;

struct source_options {
	uint64_t max_decompressed;   /* stop (as damage) past so many bytes out of a compressed file; 0: 1 TiB */
	bool keep_comments;
	int leap_seconds;            /* z/OS: what the machine's TOD clock was ahead of UTC; 0 is usual */
};
/* A trace without files and records, for an analysis of something else. */
struct source *source_open_nothing(void);

/* Opens one or several traces as one, in time order; "-" is standard input. NULL with `error` filled
 * when an input cannot be read at all. Free with source_close. */
struct source *source_open(const char *const *paths, size_t count, const struct source_options *options,
			   struct error *error);
/* The same over bytes in memory, which must stay until source_close. `name` is used in reports. */
struct source *source_open_memory(const void *bytes, size_t length, const char *name,
				  const struct source_options *options, struct error *error);
enum source_status source_next(struct source *source, struct record *record, struct error *error);
const struct source_report *source_report(const struct source *source);
/* How much of the input was read so far, for the progress line: bytes of the (compressed) files and
 * their total; total is 0 when it is not known (pipe). */
void source_progress(const struct source *source, uint64_t *read, uint64_t *total);
void source_close(struct source *source);      /* NULL is fine */

/* The formats and compressions of this build, for `culprit formats`. */
struct source_format_info { const char *name, *title; bool compression; };
const struct source_format_info *source_formats(size_t *count);

/* The short name of a LINKTYPE_ value ("EN10MB"), or NULL. */
const char *link_type_name(uint32_t link_type);

#endif
