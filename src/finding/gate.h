/* The gate of the catalogue's A4 in words: what each flag of the capture quality means for a finding. */
#ifndef FINDING_GATE_H
#define FINDING_GATE_H

#include <stddef.h>
#include <stdint.h>

struct gate_flag {
	uint32_t flag;               /* one QUALITY_* */
	const char *name;            /* stable, for JSON: "one-way" */
	const char *impairment;      /* a clause: what is wrong with the trace, and what follows from it */
	const char *remedy;          /* a clause without a subject: how to record so that it does not happen */
};

extern const struct gate_flag gate_flags[];
extern const size_t gate_flag_count;

#endif
