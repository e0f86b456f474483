/* The gate of the catalogue's A4: what the trace cannot prove is not said, or said with less certainty. */
#include "finding/store.h"

/* Why a finding is less certain, in words for its list of alternatives; by bit of enum quality. */
static const char *const impairments[] = {
	"packets were recorded twice, so that some of this may never have been on the wire",
	"the recorder missed packets, and what it missed may explain this",
	"only one direction was recorded, so that the other side's packets may exist",
	"the conversation began before the trace, so that its state is partly guessed",
	"the trace ends soon after, so that the rest may have followed",
	"packets were cut when they were recorded, so that parts of them are unknown",
	"the sender's card cuts large segments, so that single packets are not visible",
	"the receiver's card joins packets, so that single packets are not visible",
	"the recorder wrote packets in the wrong order",
	"the recorder's clock jumped",
	"the recorder's clock is too coarse for this",
	"a capture filter may have kept packets out of the trace",
};

static void say_why(struct finding *finding, uint32_t quality)
{
	for (unsigned bit = 0; bit < sizeof impairments / sizeof *impairments; bit++)
		if (quality & 1u << bit)
			finding_alternative(finding, impairments[bit], NULL);
}

bool quality_gate(struct finding *finding, uint32_t quality, bool *weakened)
{
	const struct finding_kind *kind = finding->kind;
	if (kind->suppressed_by & quality)
		return false;
	if (!(kind->weakened_by & quality) || *weakened)
		return true;
	*weakened = true;
	finding->confidence = CONFIDENCE_POSSIBLE;
	if (finding->severity > SEVERITY_INFO)
		finding->severity--;
	say_why(finding, kind->weakened_by & quality);
	return true;
}
