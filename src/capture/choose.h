/* Which packets a capture takes: panel, libpcap's filter and culprit's, as one expression for the kernel, and what is
 * left for this process to ask. */
#ifndef CAPTURE_CHOOSE_H
#define CAPTURE_CHOOSE_H

#include <culprit.h>

#include "capture/bpf.h"
#include "convert/filtered.h"
#include "core/text.h"

struct choice {
	struct text expression;      /* of pcap-filter(7), all of it; empty: everything */
	struct bpf *bpf;             /* compiled; NULL: everything */
	bool in_kernel;              /* the kernel runs it; else every record is asked here */
	const char *display;         /* what could not be translated; NULL: nothing */
	struct filtered *filtered;   /* compiled */
};

/* False with `error` filled. Free with choice_finish in either case. */
bool choice_init(struct choice *choice, const struct culprit_capture_options *options, struct error *error);
void choice_finish(struct choice *choice);
/* Every record that the kernel let through, in order. */
bool choice_wants(struct choice *choice, const struct record *record, const struct source_report *report);
/* The same of a packet that the kernel threw away, without what only a display filter can ask. */
bool choice_wants_discarded(const struct choice *choice, const struct record *record);
/* Does the process have to see whole packets, although fewer bytes are kept? */
bool choice_asks_here(const struct choice *choice);

#endif
