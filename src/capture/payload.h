/* What chosen programs send and receive, as records of a data trace (z/OS DATTRACE), from a program in the kernel
 * (data.bpf.c). */
#ifndef CAPTURE_PAYLOAD_H
#define CAPTURE_PAYLOAD_H

#include "capture/feed.h"

/* Which programs: any of these may be missing. */
struct payload_choice {
	uint32_t process;
	char name[16];
	uint16_t port;
};

/* "1234" is a process, ":443" or "port 443" a port, everything else the name of a program. False with `error`. */
bool payload_choose(const char *words, struct payload_choice *choice, struct error *error);
/* Loads the program; `clear_text`: OpenSSL and GnuTLS, too. NULL with `error`: rights, a kernel or a build that
 * cannot, no such library on this host. */
struct feed *payload_open(const struct payload_choice *choice, bool clear_text, struct source_report *report,
			  struct error *error);

#endif
