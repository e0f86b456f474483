/* Errors in public words. */
#ifndef REPORT_TELL_H
#define REPORT_TELL_H

#include <culprit.h>

#include <stdio.h>

#include "core/error.h"

/* Hands an error out; the return value is that of the failed function. */
static inline bool tell(struct culprit_error *to, const struct error *from)
{
	if (!to)
		return false;
	*to = (struct culprit_error){ .code = (enum culprit_error_code)from->code, .offset = from->offset };
	snprintf(to->message, sizeof to->message, "%s", from->message);
	snprintf(to->remedy, sizeof to->remedy, "%s", from->remedy);
	snprintf(to->file, sizeof to->file, "%s", from->file);
	return false;
}

#endif
