/* What is wrong with the records of a z/OS trace, beside bytes that are damaged: parts of capture/damaged-file. */
#ifndef ANALYZE_CAPTURE_ZOS_H
#define ANALYZE_CAPTURE_ZOS_H

#include "analyze/analyzer.h"

/* At the end of the trace; nothing for other formats. `kind` is capture/damaged-file. */
void capture_zos_report(struct analysis_context *context, const struct finding_kind *kind);

#endif
