/* Did the bytes arrive as they were sent? tcp/bad-checksum, tcp/inconsistent-retransmission. */
#include <stdlib.h>

#include "analyze/proof.h"
#include "analyze/tcp_words.h"
#include "core/memory.h"

static const struct finding_kind bad_checksum = {
	.id = "tcp/bad-checksum",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_TE,
	.merge = MERGE_PAIR,
	.weakened_by = QUALITY_ONE_WAY,
	.title = "Packets arrive damaged",
	.say = "{damaged|packet|packets} of {sender} ({share}) came to the capture point with a "
	       "wrong TCP checksum{repeated}.",
	.meaning = "The checksum does not fit the bytes, most packets of that host are right, and "
		   "so it is neither checksum offload nor a device that rewrites everything: some "
		   "packets were damaged on the way.",
	.false_alarms = "Checksums that are 0 or only the pseudo-header's are filled in later by "
			"the card (capture/checksum-offload); hosts whose packets are mostly wrong "
			"are not accused.",
	.advice = { "Look at error counters of the links and switches between {sender} and the "
		    "capture point.",
		    "If several senders are hit, the last device before the capture point is the "
		    "suspect: memory or card." },
	.reference = "RFC 9293 3.1; Stone and Partridge, SIGCOMM 2000",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.5,
		  .meaning = "of wrong packets of a host from which on "
		  "something else than damage is at work" },
		{ .name = "right", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "right packets of that host that must be there" },
	},
};

static const struct finding_kind inconsistent = {
	.id = "tcp/inconsistent-retransmission",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_SEC,
	.merge = MERGE_SESSION,
	.weakened_by = QUALITY_TRUNCATED | QUALITY_LOSS,
	.title = "A repeat carried other bytes",
	.say = "{sender} sent the same place of the stream twice with different bytes "
	       "({repeats|time|times}).",
	.meaning = "TCP repeats exactly what it sent. Other bytes come from a device that rewrites "
		   "the stream, or from somebody who wants two readers to see two different "
		   "things.",
	.false_alarms = "The one byte of keep-alives and zero-window probes may be anything and is "
			"not compared; neither is what the trace cut off.",
	.advice = { "Record on both sides of firewalls and proxies on the way and compare." },
	.reference = "RFC 9293 3.8.1; Paxson, Computer Networks 31 (1999)",
	.parameters = {
		{ .name = "times", .unit = UNIT_COUNT, .value = 2, .strict = 1,
		  .meaning = "below which it is a notice" },
	},
};

static const struct finding_kind *const kinds[] = { &bad_checksum, &inconsistent, NULL };

struct integrity {
	struct proof damaged[2];         /* by sender */
	uint64_t end[2];                 /* where the last damaged segment ended */
	bool repeated[2];                /* its bytes had to be sent again */
	struct proof changed[2];
	uint64_t original;
	int64_t original_time;
};

struct integrity_session { struct integrity *found; };

struct integrity_state { double share, right, times; };

static void integrity_begin(struct analysis_context *context)
{
	struct integrity_state *state = context->state;
	state->share = setting(context->settings, &bad_checksum, "share");
	state->right = setting(context->settings, &bad_checksum, "right");
	state->times = setting(context->settings, &inconsistent, "times");
}

static void integrity_observe(struct analysis_context *context,
			      const struct observation *observation)
{
	struct integrity_session *mine = context->session_state;
	const struct segment *segment = observation->segment;
	uint8_t sender = observation->direction;
	if (!segment)
		return;
	bool damaged = observation->packet->tcp->checksum_state == CHECKSUM_BAD;
	bool changed = segment->class == SEGMENT_INCONSISTENT;
	if (!mine->found && !damaged && !changed)
		return;
	if (!mine->found)
		mine->found = memory_zeroed(1, sizeof *mine->found);
	struct integrity *found = mine->found;
	if (damaged) {
		proof_add(&found->damaged[sender], observation->packet);
		found->end[sender] = segment->end;
	} else if (found->damaged[sender].total && segment->has_data &&
		   segment->end <= found->end[sender]) {
		found->repeated[sender] = true;
	}
	/* A damaged copy differs because it is damaged. */
	if (changed && !damaged && !found->damaged[sender].total) {
		if (!found->changed[sender].total) {
			found->original = segment->original_packet;
			found->original_time = segment->original_time;
		}
		proof_add(&found->changed[sender], observation->packet);
	}
}

static void report_damage(struct analysis_context *context, const struct session *session,
			  uint8_t sender, const struct integrity *found)
{
	const struct integrity_state *state = context->state;
	const char *reason = "";
	const struct host *host = session_table_host(context->trace->sessions,
						     &session->key.end[sender].address);
	double bad = host ? (double)host->bad_checksums : (double)found->damaged[sender].total;
	double right = host ? (double)host->good_checksums : 0;
	double offload = host ? (double)host->offload_checksums : 0;
	double share = bad / (bad + right + offload);
	if (share >= state->share || right < state->right || offload > right ||
	    session_vantage(context->trace->sessions, session, sender, &reason) == VANTAGE_AT)
		return;
	struct finding finding;
	finding_begin(&finding, &bad_checksum, session);
	finding.merge_key = (uint64_t)sender + 1;
	/* What the receiver confirmed without a repeat was right when it came there. */
	bool accepted = !found->repeated[sender] &&
			session->tcp->side[sender].ack_hi >= found->end[sender];
	finding.confidence = found->repeated[sender] ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	if (accepted) {
		finding.severity = SEVERITY_NOTICE;
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding.sub_kind = "accepted";
		finding_alternative(&finding, "the trace was damaged or edited, not the packets",
				    NULL);
	} else if (!found->repeated[sender] && !session->side[!sender].packets) {
		/* It may have been confirmed out of sight. A session that is known to be one way is weakened anyhow. */
		finding.severity = finding.quality & QUALITY_ONE_WAY ? SEVERITY_WARNING : SEVERITY_NOTICE;
	}
	finding.count = found->damaged[sender].total;
	blame_network_at(&finding, session, sender);
	finding_why(&finding, "The packets were right when they left, or the host could not work "
			      "at all: they were damaged before the capture point.");
	finding_alternative(&finding, "the memory or card of the sending host", NULL);
	tcp_say_ends(&finding, session, sender);
	finding_count(&finding, "damaged", (double)found->damaged[sender].total);
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_words(&finding, "repeated", "%s",
		      found->repeated[sender] ? ", and had to be sent again" : "");
	proof_give(&found->damaged[sender], &finding, "wrong checksum");
	finding_submit(context->findings, &finding);
}

static void report_change(struct analysis_context *context, const struct session *session,
			  uint8_t sender, const struct integrity *found)
{
	const struct integrity_state *state = context->state;
	struct finding finding;
	finding_begin(&finding, &inconsistent, session);
	finding.merge_key = (uint64_t)sender + 1;
	finding.confidence = CONFIDENCE_POSSIBLE;
	if ((double)found->changed[sender].total < state->times)
		finding.severity = SEVERITY_NOTICE;
	blame_middlebox(&finding, session, -1);
	finding_why(&finding, "The sender's own TCP repeats what it has in its buffer.");
	finding_alternative(&finding,
			    "an attacker who wants two readers to see two different things", NULL);
	tcp_say_ends(&finding, session, sender);
	finding_count(&finding, "repeats", (double)found->changed[sender].total);
	finding_evidence(&finding, found->original, found->original_time, "as first sent");
	proof_give(&found->changed[sender], &finding, "same place, other bytes");
	finding_submit(context->findings, &finding);
}

static void integrity_end(struct analysis_context *context, const struct session *session,
			  const struct observation *last)
{
	struct integrity_session *mine = context->session_state;
	(void)last;
	if (!session->tcp || !mine->found)
		return;
	for (uint8_t sender = 0; sender < 2; sender++) {
		if (mine->found->damaged[sender].total)
			report_damage(context, session, sender, mine->found);
		if (mine->found->changed[sender].total)
			report_change(context, session, sender, mine->found);
	}
	free(mine->found);
	mine->found = NULL;
}

const struct analyzer tcp_integrity_analyzer = {
	.name = "tcp-integrity",
	.kinds = kinds,
	.state_size = sizeof(struct integrity_state),
	.session_state_size = sizeof(struct integrity_session),
	.wants = WANTS_ODD,
	.begin = integrity_begin,
	.observe = integrity_observe,
	.session_end = integrity_end,
};
