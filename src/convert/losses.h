/* What a conversion could not keep, in words. */
#ifndef CONVERT_LOSSES_H
#define CONVERT_LOSSES_H

#include <culprit.h>

#include "source/write/writer.h"

/* Fills `losses` with what the report counts; `emptied` packets had to give all their bytes away. */
void losses_tell(const struct writer_report *report, uint64_t emptied,
		 struct culprit_conversion_result *result);

#endif
