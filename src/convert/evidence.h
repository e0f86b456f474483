/* Which packets belong to one finding: those that it cites and those of its sessions. */
#ifndef CONVERT_EVIDENCE_H
#define CONVERT_EVIDENCE_H

#include "core/error.h"
#include "finding/finding.h"
#include "source/source.h"

struct evidence_filter;

/* For finding `number` of a store. `max_sessions` as in the analysis that filled it, so that sessions get
 * the same numbers again. NULL with `error` filled when there is no such finding. */
struct evidence_filter *evidence_filter_create(const struct finding_store *findings, uint32_t number,
					       size_t max_sessions, struct error *error);
void evidence_filter_destroy(struct evidence_filter *filter);  /* NULL is fine */
/* Must see every record of the trace, in order. */
bool evidence_filter_wants(struct evidence_filter *filter, const struct record *record);

#endif
