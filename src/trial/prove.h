/* Proves a finding: analyses only some of the trace's packets, and it must come out again. */
#ifndef TRIAL_PROVE_H
#define TRIAL_PROVE_H

#include "analysis.h"
#include "trial/collect.h"

struct proof_packet { uint64_t number; enum collect_role role; };

struct proof {
	bool proved;                 /* it fired again */
	bool whole;                  /* and took more of the trace than fits into memory: nobody tried less */
	bool least;                  /* leaving out any more of `packets` was tried: it does not fire then */
	struct proof_packet *packets;        /* that it takes, in the order of the trace; owned */
	size_t count;
	size_t by_role[COLLECT_ROLES];       /* how many of them */
	unsigned replays;
};

/* `source` must deliver the trace of `analysis`, which has ended, once more. `index` is the finding's place in
 * report order. False, with `error`, when the source fails. Free with proof_finish. */
bool prove(struct proof *proof, const struct trace_analysis *analysis, struct source *source, size_t index,
	   size_t max_sessions, struct error *error);
void proof_finish(struct proof *proof);

#endif
