#include "analyze/concerned.h"

#include <assert.h>
#include <stdlib.h>

#include "core/memory.h"

void concerned_add(struct concerned *concerned, const struct session *session)
{
	concerned_add_number(concerned, (enum session_kind)session->kind, session->number);
}

void concerned_add_number(struct concerned *concerned, enum session_kind kind, uint32_t number)
{
	concerned->total++;
	if (concerned->count == CONCERNED_MAX)
		return;
	concerned->list = memory_grow(concerned->list, &concerned->capacity, concerned->count + 1,
				      sizeof *concerned->list);
	concerned->list[concerned->count++] =
		(struct concerned_session){ number, (uint8_t)kind };
}

void concerned_submit(const struct concerned *concerned, const struct finding *finding,
		      struct finding_store *findings)
{
	assert(finding->kind->merge != MERGE_SESSION && !finding->session_number);
	finding_submit(findings, finding);
	if (concerned->total > concerned->count)
		return;
	/* The store learns of a session from a finding about it; what sums up must do so once. */
	struct finding link = *finding;
	link.count = 0;
	link.cost = 0;
	link.fact_count = 0;
	link.evidence_count = 0;
	link.evidence_total = 0;
	for (size_t i = 0; i < concerned->count; i++) {
		link.session_number = concerned->list[i].number;
		link.session_kind = concerned->list[i].kind;
		finding_submit(findings, &link);
	}
}

void concerned_finish(struct concerned *concerned)
{
	free(concerned->list);
	*concerned = (struct concerned){ 0 };
}
