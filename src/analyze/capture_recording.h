/* Why a z/OS trace that is on records nothing: parts of capture/not-recording. */
#ifndef ANALYZE_CAPTURE_RECORDING_H
#define ANALYZE_CAPTURE_RECORDING_H

#include "analyze/analyzer.h"

struct recording {                       /* what all parts need */
	struct analysis_context *context;
	const struct zos_displays *displays;
	const struct finding_kind *kind;
};

/* A finding in the making. `say` and `advice` are constant text. */
void recording_begin(const struct recording *recording, struct finding *finding, const char *sub_kind, const char *say,
		     const char *advice);
/* What somebody last told a trace ("PKT", "DAT", "OSAENTA"; "TRACE CT" for a component) before this line: 1 on,
 * -1 off, 0 nothing that is in the text. */
int recording_commanded(const struct zos_displays *displays, const char *what, uint32_t file, uint32_t line);
/* Packets that all links saw between two displays of them; 0 when there are no two. */
uint64_t recording_traffic(const struct recording *recording);

void recording_writers(const struct recording *recording);       /* recording_writers.c */
void recording_counts(const struct recording *recording);        /* recording_counts.c */
void recording_osaenta(const struct recording *recording);       /* recording_osaenta.c */

#endif
