/* The pcapng files of a capture: one, or one after the other. What is written at a time are whole blocks, so that
 * whoever reads while it is written, or after a crash, finds complete packets; a disk that is full leaves a file that
 * ends behind a packet. */
#ifndef CAPTURE_FILE_H
#define CAPTURE_FILE_H

#include "capture/opener.h"
#include "source/write/writer.h"

struct capture_file_options {
	const char *path;            /* "-": standard output */
	uint64_t file_bytes;         /* then the next file begins; 0: never */
	int64_t file_time;           /* ns, likewise */
	uint32_t files;              /* kept of them; 0: all */
};

struct capture_file;

/* Opens the first file. The report must outlive it; its counters begin again with every file. NULL with `error` filled. */
struct capture_file *capture_file_create(const struct capture_file_options *options,
					 struct source_report *report, struct error *error);
/* From now on nothing but numbers is said to a process that opens files; see opener.h. */
bool capture_file_prepare(struct capture_file *file, struct error *error);
bool capture_file_write(struct capture_file *file, const struct record *record, struct error *error);
/* Everything so far goes to the disk's cache, with the counters when they say something new. */
bool capture_file_flush(struct capture_file *file, struct error *error);
/* Ends the last file with the counters. */
bool capture_file_finish(struct capture_file *file, struct error *error);
void capture_file_destroy(struct capture_file *file);         /* NULL is fine */

uint64_t capture_file_bytes(const struct capture_file *file);  /* of all files */
uint64_t capture_file_dropped(const struct capture_file *file);        /* packets, over all files */
int64_t capture_file_blocked(const struct capture_file *file);         /* ns that writing waited, over all files */
uint32_t capture_file_count(const struct capture_file *file);
const char *capture_file_name(const struct capture_file *file);       /* of the present one */
int capture_file_channel(const struct capture_file *file);    /* of the opener; -1: none */

#endif
