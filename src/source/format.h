/* What a trace format is, and what it gets to work with: one file under file/ each, listed in
 * formats.c.
 *
 * A format reads the bytes of reader->input one after the other and turns them into records. It
 * keeps no order, numbers nothing and never stops for bytes that are wrong: it gives them up
 * with reader_lost and reads on. */
#ifndef SOURCE_FORMAT_H
#define SOURCE_FORMAT_H

#include "source/input.h"
#include "source/ledger.h"

enum probe { PROBE_NO, PROBE_PERHAPS, PROBE_CERTAIN };

/* The most that a probe gets to see; less when the file is shorter. */
#define FORMAT_PROBE ((size_t)64 * 1024)

struct reader;

struct source_format {
	const char *name, *title;
	/* Does a file that begins so belong to this format? It may also be a broken one: saying
	 * yes and then failing to open tells the user more than "not a trace". */
	enum probe (*probe)(struct cursor head);
	bool searches;       /* there is no magic number: the probe reads on in the head, and is asked last */
	size_t state_size;   /* of reader->state, which is zeroed before open */
	/* Reads the file header. False with `error` filled when nothing at all can be read. */
	bool (*open)(struct reader *reader, struct error *error);
	/* The next record, all but its number, in `record`, which comes in zeroed but for
	 * `file`. False at the end. */
	bool (*next)(struct reader *reader, struct record *record);
	void (*close)(struct reader *reader);   /* frees what the state points to; NULL: nothing */
};

/* One file while it is being read. */
struct reader {
	struct input input;
	const struct source_format *format;
	void *state;             /* the format's own */
	struct ledger *ledger;
	uint16_t file;           /* index in the ledger */
	uint64_t losses;         /* calls of reader_lost */
	uint64_t damages;        /* stretches that were told as damaged */
	bool keep_comments;
	int leap_seconds;        /* of TOD clocks */
	bool ended;
};

/* The format that claims these first bytes most surely, or NULL. */
const struct source_format *format_find(struct cursor head, enum probe *how);
const struct source_format *const *formats(size_t *count);

/* Ways to open a file. */
struct reader_options {
	uint64_t max_decompressed;
	bool keep_comments;
	int leap_seconds;
	bool threaded;           /* read and decompress in a thread of its own */
	size_t block;            /* bytes to read at once */
	_Atomic uint64_t *progress;
};

/* Both take the descriptor or the bytes, recognise compression and format and read the file
 * header. False with `error` filled; the reader is closed then. `file` is an index in `ledger`. */
bool reader_open(struct reader *reader, struct ledger *ledger, uint16_t file, int descriptor,
		 const struct reader_options *options, struct error *error);
bool reader_open_memory(struct reader *reader, struct ledger *ledger, uint16_t file,
			const void *bytes, size_t length, const struct reader_options *options,
			struct error *error);
/* The next record without its number. False at the end, and then all damage has been told. */
bool reader_next(struct reader *reader, struct record *record);
void reader_close(struct reader *reader);   /* a zeroed one is fine */

/* For formats. */

/* Remedies in their errors: the file was never whole, or it was spoilt on its way. */
extern const char format_cut_remedy[], format_again_remedy[];

/* Did a transfer in text mode put a carriage return before every line feed? Text itself looks so, too, so
 * only ask where there is damage. */
bool reader_looks_like_text_mode(struct cursor in);
/* Tells of `length` bytes from the offset on that were skipped inside a structure that holds. */
void reader_damage(struct reader *reader, uint64_t offset, uint64_t length, const char *reason);
/* Tells that the file ends inside a record, of which `length` bytes are there. */
void reader_cut(struct reader *reader, uint64_t offset, uint64_t length, const char *reason);
/* Gives up the bytes from the input's position on and searches, byte by byte, for the next
 * position where `plausible` says that a record begins. That function looks at reader->input,
 * must cost a bounded time and must not move it. False when there is none: the input is then at
 * its end. `cut`: the file seems to end inside a record, which is what is told if the search
 * finds nothing. */
bool reader_lost(struct reader *reader, const char *reason, bool cut,
		 bool (*plausible)(struct reader *reader));

#endif
