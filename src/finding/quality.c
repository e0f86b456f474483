/* The gate of the catalogue's A4: what the trace cannot prove is not said, or said with less certainty. */
#include "finding/gate.h"
#include "finding/store.h"

const struct gate_flag gate_flags[] = {
	{ QUALITY_DUPLICATES, "duplicates",
	  "packets were recorded twice, so that some of this may never have been on the wire",
	  "mirror each packet once: one port or VLAN, one direction of each port" },
	{ QUALITY_LOSS, "loss", "the recorder missed packets, and what it missed may explain this",
	  "lose nothing: a narrower capture filter, a larger buffer, packets cut to 128 bytes, a faster disk" },
	{ QUALITY_ONE_WAY, "one-way",
	  "only one direction was recorded, so that the other side's packets may exist",
	  "record where both directions pass: on one of the two hosts, or at a mirror port that copies what "
	  "it sends and what it receives" },
	{ QUALITY_MIDSTREAM, "midstream",
	  "the conversation began before the trace, so that its state is partly guessed",
	  "start recording before the conversation opens" },
	{ QUALITY_END, "end", "the trace ends soon after, so that the rest may have followed",
	  "record on until it is over" },
	{ QUALITY_TRUNCATED, "truncated",
	  "packets were cut when they were recorded, so that parts of them are unknown",
	  "record whole packets (snap length 0)" },
	{ QUALITY_SEND_OFFLOAD, "send-offload",
	  "the sender's card cuts large segments, so that single packets are not visible",
	  "record outside of the sender, or switch off its segmentation offload meanwhile" },
	{ QUALITY_RECEIVE_OFFLOAD, "receive-offload",
	  "the receiver's card joins packets, so that single packets are not visible",
	  "record outside of the receiver, or switch off its receive offload meanwhile" },
	{ QUALITY_REORDERED, "reordered", "the recorder wrote packets in the wrong order",
	  "record at one interface, with one queue" },
	{ QUALITY_CLOCK, "clock", "the recorder's clock jumped",
	  "do not set the recorder's clock meanwhile" },
	{ QUALITY_COARSE, "coarse", "the recorder's clock is too coarse for this",
	  "take a recorder with time stamps of microseconds" },
	{ QUALITY_FILTERED, "filtered", "a capture filter may have kept packets out of the trace",
	  "record without a filter on ports and protocols" },
};

const size_t gate_flag_count = sizeof gate_flags / sizeof *gate_flags;

static void say_why(struct finding *finding, uint32_t quality)
{
	for (size_t i = 0; i < gate_flag_count; i++)
		if (quality & gate_flags[i].flag)
			finding_alternative(finding, gate_flags[i].impairment, NULL);
}

void finding_doubt(struct finding *finding, uint32_t flags)
{
	finding->weakened_for |= flags;
	finding->confidence = CONFIDENCE_POSSIBLE;
	if (finding->severity > SEVERITY_NOTICE)
		finding->severity = SEVERITY_NOTICE;
	say_why(finding, flags);
}

bool quality_gate(struct finding *finding, uint32_t quality, bool *weakened)
{
	const struct finding_kind *kind = finding->kind;
	if (kind->suppressed_by & quality)
		return false;
	finding->weakened_for |= kind->weakened_by & quality;
	if (!(kind->weakened_by & quality) || *weakened)
		return true;
	*weakened = true;
	finding->confidence = CONFIDENCE_POSSIBLE;
	if (finding->severity > SEVERITY_INFO)
		finding->severity--;
	say_why(finding, kind->weakened_by & quality);
	return true;
}
