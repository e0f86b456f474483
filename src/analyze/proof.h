/* Packets that prove something, kept small until it is known whether they are needed: the first few
 * and the last, as findings show them. */
#ifndef ANALYZE_PROOF_H
#define ANALYZE_PROOF_H

#include "finding/finding.h"

#define PROOF_FIRST 4    /* enough to see a rhythm; findings keep at most FINDING_MAX_EVIDENCE */

struct sample { uint64_t packet; int64_t time; };

struct proof {
	struct sample first[PROOF_FIRST], last;
	uint64_t total;
};

static inline void proof_add_at(struct proof *proof, uint64_t packet, int64_t time)
{
	struct sample sample = { packet, time };
	if (proof->total < PROOF_FIRST)
		proof->first[proof->total] = sample;
	proof->last = sample;
	proof->total++;
}

static inline void proof_add(struct proof *proof, const struct packet *packet)
{
	proof_add_at(proof, packet->record->number, packet->record->time);
}

static inline int64_t proof_span(const struct proof *proof)
{
	return proof->total ? proof->last.time - proof->first[0].time : 0;
}

/* Cites the packets. `note` says what each shows. */
static inline void proof_give(const struct proof *proof, struct finding *finding, const char *note)
{
	for (uint64_t i = 0; i < proof->total && i < PROOF_FIRST; i++)
		finding_evidence(finding, proof->first[i].packet, proof->first[i].time, "%s", note);
	if (proof->total > PROOF_FIRST)
		finding_evidence(finding, proof->last.packet, proof->last.time, "%s (last of %llu)",
				 note, (unsigned long long)proof->total);
}

#endif
