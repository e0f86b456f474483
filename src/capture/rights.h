/* What this process may do, and giving it away. */
#ifndef CAPTURE_RIGHTS_H
#define CAPTURE_RIGHTS_H

#include <stdbool.h>

#include "core/error.h"

enum right { RIGHT_NET_RAW, RIGHT_NET_ADMIN, RIGHT_SYS_ADMIN, RIGHT_BPF, RIGHT_PERFMON, RIGHTS };

bool rights_have(enum right right);
/* False with `error` filled, with the exact command that gives the rights, when one of them is missing; `what` is
 * what they are needed for: "capturing". The list ends with RIGHTS. */
bool rights_need(const char *what, const enum right *rights, struct error *error);

/* Gives every right away for good: capabilities, root's number (for the user who called sudo, or "nobody"), and
 * the way back to them. False with `error` when the kernel does not let it go: then nothing may be read. */
bool rights_drop(struct error *error);

#endif
