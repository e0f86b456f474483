/* Packets that the kernel drops, with its reasons, from a program in the kernel (drop.bpf.c). */
#ifndef CAPTURE_DISCARD_H
#define CAPTURE_DISCARD_H

#include "capture/feed.h"
#include "capture/interfaces.h"

/* Loads it. `reasons` are names as the running kernel has them ("NETFILTER_DROP"), or "all". `namespace` is the
 * number of the network namespace of interest, whose interfaces are `known`. NULL with `error`: a reason that there is not, rights, a kernel
 * or a build that cannot. */
struct feed *discard_open(const char *const *reasons, size_t count, const struct interface_list *known,
			  unsigned namespace, struct source_report *report, struct error *error);

#endif
