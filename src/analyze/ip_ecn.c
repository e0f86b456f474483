/* Do routers signal congestion without dropping anything? ip/ecn-congestion. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/proof.h"

#define SENDERS_REMEMBERED 1024
#define ALWAYS_MARKED 10         /* a path that marks so many packets and leaves none out is broken */
enum { ECN_ECT1 = 1, ECN_ECT0 = 2, ECN_CE = 3 };

static const struct finding_kind ecn_congestion = {
	.id = "ip/ecn-congestion",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_TE,
	.merge = MERGE_PAIR,
	.title = "Routers signal congestion",
	.say = "A router {where} marked packets from {sender} as congested ({marked} of {packets}): it is "
	       "close to dropping packets, although none is lost yet.",
	.meaning = "Packets that allow it (ECN) are marked by a router whose queue is filling, instead of "
		   "being dropped; the receiver tells the sender, which slows down. Kind marked: the marks "
		   "are on packets at the trace point. Kind echoed: only the receiver's answers tell of "
		   "them, so a router behind the trace point set them.",
	.false_alarms = "A device that marks every packet is broken and signals nothing; such paths are left "
			"out.",
	.advice = { "Treat it like loss on that side: look for the link that is full." },
	.reference = "RFC 3168; RFC 8311",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.01,
		  .meaning = "marked packets of those that allow it" },
	},
};

struct side_ecn { uint32_t capable, marked; };   /* capable: not marked, but could have been */
struct session_ecn {
	struct side_ecn side[2];
	uint32_t echoes[2];      /* of the congestion that packets of this side met */
};

struct sender_key { uint32_t kind_and_side; uint32_t session; };

struct ecn_state {
	struct cache proofs;     /* struct sender_key to struct proof */
	double share;
};

static void ecn_begin(struct analysis_context *context)
{
	struct ecn_state *state = context->state;
	cache_init(&state->proofs, SENDERS_REMEMBERED, sizeof(struct sender_key), sizeof(struct proof));
	state->share = setting(context->settings, &ecn_congestion, "share");
}

static struct sender_key sender_of(const struct session *session, uint8_t side)
{
	return (struct sender_key){ (uint32_t)session->kind << 1 | side, session->number };
}

static void ecn_observe(struct analysis_context *context, const struct observation *observation)
{
	struct ecn_state *state = context->state;
	struct session_ecn *session = context->session_state;
	const struct packet *packet = observation->packet;
	if (!session)
		return;
	uint8_t side = observation->direction;
	bool marked = packet->ip->ecn == ECN_CE;
	/* On a SYN the flag asks whether ECN is wanted (RFC 3168 6.1.1). */
	bool echo = packet->tcp && tcp_has(packet->tcp, TCP_ECE) && !tcp_has(packet->tcp, TCP_SYN);
	session->side[side].capable += packet->ip->ecn == ECN_ECT0 || packet->ip->ecn == ECN_ECT1;
	session->side[side].marked += marked;
	session->echoes[side ^ 1] += echo;
	if (!marked && !echo)
		return;
	struct sender_key key = sender_of(observation->session, marked ? side : side ^ 1);
	proof_add(cache_enter(&state->proofs, &key, NULL), packet);
}

static void report_congestion(struct analysis_context *context, const struct session *session,
			      uint8_t side, uint32_t marked, bool echoed)
{
	struct ecn_state *state = context->state;
	const struct session_ecn *ecn = context->session_state;
	uint32_t packets = ecn->side[side].capable + ecn->side[side].marked;
	struct finding finding;
	finding_begin(&finding, &ecn_congestion, session);
	finding.sub_kind = echoed ? "echoed" : "marked";
	finding.count = marked;
	finding_address(&finding, "sender", &session->key.end[side].address);
	finding_count(&finding, "marked", marked);
	finding_count(&finding, "packets", packets);
	finding_words(&finding, "where", "%s the trace point", echoed ? "behind" : "before");
	finding_threshold(&finding, "share", UNIT_RATIO, state->share);
	blame_network_at(&finding, session, echoed ? side ^ 1 : side);
	finding_why(&finding, echoed ? "The receiver reports marks that the packets did not have here yet."
				     : "The packets had the mark when they came here.");
	struct sender_key key = sender_of(session, side);
	const struct proof *proof = cache_find(&state->proofs, &key);
	if (proof)
		proof_give(proof, &finding, echoed ? "reports congestion to the sender"
						   : "marked, or reports a mark");
	finding_submit(context->findings, &finding);
}

static void ecn_session_end(struct analysis_context *context, const struct session *session,
			    const struct observation *last)
{
	const struct ecn_state *state = context->state;
	const struct session_ecn *ecn = context->session_state;
	if (!ecn)
		return;
	for (uint8_t side = 0; side < 2; side++) {
		uint32_t marked = ecn->side[side].marked, echoes = ecn->echoes[side];
		double packets = (double)ecn->side[side].capable + marked;
		bool always = marked >= ALWAYS_MARKED && !ecn->side[side].capable;
		if (marked && !always && marked >= state->share * packets)
			report_congestion(context, session, side, marked, false);
		else if (!marked && echoes && packets > 0 && echoes >= state->share * packets)
			report_congestion(context, session, side, echoes, true);
	}
}

static void ecn_destroy(struct analysis_context *context)
{
	struct ecn_state *state = context->state;
	cache_finish(&state->proofs);
}

static const struct finding_kind *const kinds[] = { &ecn_congestion, NULL };

const struct analyzer ip_ecn_analyzer = {
	.name = "ip-ecn",
	.kinds = kinds,
	.state_size = sizeof(struct ecn_state),
	.session_state_size = sizeof(struct session_ecn),
	.wants = WANTS_ODD,
	.begin = ecn_begin,
	.observe = ecn_observe,
	.session_end = ecn_session_end,
	.destroy = ecn_destroy,
};
