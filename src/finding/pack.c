/* Findings that wait. A struct finding has room for twenty facts and nine packets; most use few. */
#include "finding/finding.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "core/memory.h"

#define HEAD offsetof(struct finding, facts)

struct packed_finding {
	size_t size;                 /* of `bytes`: the head, then of each array what is used */
	uint8_t bytes[];
};

struct part { size_t at, length; };      /* of struct finding */
enum { PART_HEAD, PART_FACTS, PART_EVIDENCE, PART_CITATIONS, PART_ALTERNATIVES, PARTS };

static void list_parts(const struct finding *head, struct part to[static PARTS])
{
	to[PART_HEAD] = (struct part){ 0, HEAD };
	to[PART_FACTS] = (struct part){ offsetof(struct finding, facts),
					head->fact_count * sizeof *head->facts };
	to[PART_EVIDENCE] = (struct part){ offsetof(struct finding, evidence),
					   head->evidence_count * sizeof *head->evidence };
	to[PART_CITATIONS] = (struct part){ offsetof(struct finding, citations),
					    head->citation_count * sizeof *head->citations };
	to[PART_ALTERNATIVES] = (struct part){ offsetof(struct finding, alternatives),
					       head->alternative_count * sizeof *head->alternatives };
}

struct packed_finding *finding_pack(const struct finding *finding)
{
	struct part parts[PARTS];
	size_t size = 0;
	list_parts(finding, parts);
	for (int i = 0; i < PARTS; i++)
		size += parts[i].length;
	struct packed_finding *packed = memory_allocate(sizeof *packed + size);
	packed->size = 0;
	for (int i = 0; i < PARTS; i++) {
		memcpy(packed->bytes + packed->size, (const uint8_t *)finding + parts[i].at,
		       parts[i].length);
		packed->size += parts[i].length;
	}
	return packed;
}

void finding_unpack(const struct packed_finding *packed, struct finding *to)
{
	struct part parts[PARTS];
	size_t used = HEAD;
	memset(to, 0, sizeof *to);
	memcpy(to, packed->bytes, HEAD);
	list_parts(to, parts);
	for (int i = PART_FACTS; i < PARTS; i++) {
		memcpy((uint8_t *)to + parts[i].at, packed->bytes + used, parts[i].length);
		used += parts[i].length;
	}
	assert(used == packed->size);
}
