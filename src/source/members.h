/* The files of a trace: opened when they are needed, read as one. */
#ifndef SOURCE_MEMBERS_H
#define SOURCE_MEMBERS_H

#include "source/format.h"
#include "source/merge.h"

struct member {
	struct reader reader;
	struct record record;    /* the next one, when several files are merged */
	bool seekable;           /* a regular file: it can be closed and opened again */
	bool open;
	uint64_t size;           /* of a regular file, in bytes */
};

struct members {
	struct ledger *ledger;   /* the path of member n is that of file n there */
	const struct source_options *options;
	struct member *list;
	size_t count, open_count;
	struct merge merge;
	struct merge_entry *schedule; /* when each member begins, in that order */
	size_t scheduled;        /* of these, how many were begun */
	bool delivered;          /* the record of the merge's first file is with the caller */
	_Atomic uint64_t bytes_read;
	uint64_t bytes_total;    /* of regular files */
	bool total_unknown;      /* there are others */
};

/* Opens the files that the ledger lists, each at least once, so that one that cannot be read at
 * all is known at once. False with `error` filled; members_finish is due in any case. */
bool members_open(struct members *members, struct ledger *ledger,
		  const struct source_options *options, struct error *error);
/* One file, in memory; the ledger lists it. */
bool members_open_memory(struct members *members, struct ledger *ledger,
			 const struct source_options *options, const void *bytes, size_t length,
			 struct error *error);
/* The next record in time, but for its number. */
enum source_status members_next(struct members *members, struct record *record,
				struct error *error);
void members_finish(struct members *members);

#endif
