/* A pair of virtual interfaces: what one end sends arrives at the other (veth(4)). */
#ifndef CAPTURE_VETH_H
#define CAPTURE_VETH_H

#include <stdbool.h>

#include "core/error.h"

/* Makes the pair in the network namespace of the thread and brings both ends up. They go with the namespace. False
 * with `error` filled. Needs CAP_NET_ADMIN. */
bool veth_create(const char *one, const char *other, struct error *error);

#endif
