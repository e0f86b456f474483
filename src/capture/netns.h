/* Network namespaces by name, as `ip netns` keeps them: sockets stay in the one where they were made, so one is
 * entered only to make them. Acts on the calling thread. */
#ifndef CAPTURE_NETNS_H
#define CAPTURE_NETNS_H

#include <stdbool.h>

#include "core/error.h"

struct netns { int before; };        /* descriptor of the namespace to go back to; -1: none was entered */

/* Enters the namespace `name`; NULL stays where the thread is. False with `error` filled. */
bool netns_enter(struct netns *netns, const char *name, struct error *error);
void netns_leave(struct netns *netns);

/* The number by which the kernel tells namespaces apart, of the thread's own; 0 when it cannot be had. */
unsigned netns_number(void);

#endif
