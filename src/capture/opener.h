/* Opens the files of a capture. A capture gives its rights away before it reads the first packet, and can open
 * nothing afterwards; when it writes several files, a small process of its own opens them. That process hears one
 * number, never sees a packet, and can do nothing but open and delete files of this capture. */
#ifndef CAPTURE_OPENER_H
#define CAPTURE_OPENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/error.h"

#define OPENER_NAME 256

struct opener {
	int directory;               /* of the files; -1: none */
	char stem[OPENER_NAME], extension[32];   /* "trace" and ".pcapng" of "/tmp/trace.pcapng" */
	char first[OPENER_NAME];     /* the file that was opened before the process was there */
	char path[512];              /* as the user wrote it */
	uint32_t keep;               /* files; older ones are deleted; 0: all */
	bool numbered;               /* several files: their number and the time stand in their names */
	bool has_owner;              /* files are given to this user: who called sudo */
	uid_t owner;
	gid_t group;
	int channel;                 /* to the process; -1: there is none, files are opened here */
	pid_t process;
};

/* Looks the directory up. The opener is then asked in this process until opener_start. False with `error`. */
bool opener_init(struct opener *opener, const char *path, bool numbered, uint32_t keep, struct error *error);
/* Starts the process; without numbered files there is nothing to do. */
bool opener_start(struct opener *opener, struct error *error);
/* A descriptor of file `number` (from 1), empty, for writing; its name goes to `name`. -1 with `error` filled. */
int opener_open(struct opener *opener, uint32_t number, char name[static OPENER_NAME], struct error *error);
void opener_finish(struct opener *opener);

#endif
