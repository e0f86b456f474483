/* Says why a file is not a trace, as helpfully as its first bytes allow. */
#ifndef SOURCE_REFUSAL_H
#define SOURCE_REFUSAL_H

#include "core/error.h"
#include "source/input.h"

/* For a file that no format claims: looks at its first bytes and fills `error`. Always returns
 * false. */
bool refuse(struct input *input, const char *compression, struct error *error);
/* For a path that cannot be opened, from errno. Always returns false. */
bool refuse_path(int error_number, struct error *error);

#endif
