/* What displays say of a z/OS trace that other findings are about: frames lost (part of capture/drops-reported),
 * frames cut (part of capture/truncated). `kind` is that finding. Nothing where there are no displays. */
#ifndef ANALYZE_CAPTURE_OSAENTA_H
#define ANALYZE_CAPTURE_OSAENTA_H

#include "analyze/analyzer.h"

/* True when frames were lost that this trace may lack. */
bool capture_osaenta_drops(struct analysis_context *context, const struct finding_kind *kind);
void capture_osaenta_cut(struct analysis_context *context, const struct finding_kind *kind);

#endif
