/* The network interfaces of the namespace that the thread is in. */
#ifndef CAPTURE_INTERFACES_H
#define CAPTURE_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <culprit.h>

#include "core/error.h"

struct interface_list {
	struct culprit_interface *interfaces;    /* in the kernel's order */
	size_t count, capacity;
};

/* False with `error` filled when the kernel does not tell. Free with interfaces_finish. */
bool interfaces_read(struct interface_list *list, struct error *error);
void interfaces_finish(struct interface_list *list);
const struct culprit_interface *interfaces_find(const struct interface_list *list, const char *name);
const struct culprit_interface *interfaces_by_index(const struct interface_list *list, uint32_t index);

#endif
