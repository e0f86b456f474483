/* Are there TCP segments that no TCP sends? security/bad-flags. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/probes.h"
#include "analyze/proof.h"
#include "decode/ip.h"

static const struct finding_kind bad_flags = {
	.id = "security/bad-flags",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_SEC,
	.merge = MERGE_HOST,
	.title = "TCP segments with impossible flags",
	.say = "{client} sent {segments|segment|segments} with impossible flags: {what}.",
	.meaning = "SYN together with FIN or RST, no flag at all, FIN without ACK, data in a SYN without Fast "
		   "Open, or a SYN to the very port that it comes from (LAND): no TCP sends that. Scanners "
		   "do, to slip past filters or to recognise systems.",
	.false_alarms = "Data in a SYN is right for TCP Fast Open. Segments with wrong checksums are damaged, "
			"and those that the trace cut are not judged.",
	.advice = { "Drop such segments at the firewall, and look at what else {client} does." },
	.reference = "RFC 9293 3.10.7; RFC 3360; RFC 7413",
	.parameters = {
		{ .name = "segments", .unit = UNIT_COUNT, .value = 1, .meaning = "of one sender" },
	},
};

static const struct finding_kind *const kinds[] = { &bad_flags, NULL };

#define SENDERS_REMEMBERED 512

enum oddity {
	ODD_NONE,
	ODD_SYN_FIN,
	ODD_SYN_RST,
	ODD_NULL,
	ODD_XMAS,
	ODD_FIN,
	ODD_LAND,
	ODD_SYN_DATA,
	ODDITIES
};

static const char *const oddity_names[ODDITIES] = { "",     "syn-fin", "syn-rst", "null",
						    "xmas", "fin",     "land",    "syn-data" };
static const char *const oddity_words[ODDITIES] = { "",
						    "SYN with FIN",
						    "SYN with RST",
						    "no flag at all",
						    "FIN, PSH or URG without ACK",
						    "FIN without ACK",
						    "a SYN from its own address and port",
						    "data in a SYN" };

struct sender_key {
	struct address sender;
	uint8_t oddity;
};

struct sender {
	struct address target;
	uint16_t port;
	struct proof proof;
};

struct flags_state {
	struct cache senders;
	uint64_t least;
	struct finding_store *findings;
};

static enum oddity oddity_of(const struct packet *packet)
{
	const struct tcp_header *tcp = packet->tcp;
	if (tcp_has(tcp, TCP_SYN)) {
		if (tcp_has(tcp, TCP_FIN))
			return ODD_SYN_FIN;
		if (tcp_has(tcp, TCP_RST))
			return ODD_SYN_RST;
		if (tcp->source_port == tcp->destination_port &&
		    address_equal(&packet->ip->source, &packet->ip->destination))
			return address_is_loopback(&packet->ip->source) ? ODD_NONE : ODD_LAND;
		/* RFC 9293 allows it, but only Fast Open does it; not all senders of MPTCP tell. */
		return tcp->payload_length && !tcp_has(tcp, TCP_ACK) && !tcp->options_truncated &&
				       !(tcp->options & (TCP_OPTION_FAST_OPEN | TCP_OPTION_MPTCP |
							 TCP_OPTION_OTHER))
			       ? ODD_SYN_DATA
			       : ODD_NONE;
	}
	if (!probe_flags_alone(tcp->flags))
		return ODD_NONE;
	if (!(tcp->flags & (TCP_FIN | TCP_PSH | TCP_URG)))
		return ODD_NULL;
	return (tcp->flags & (TCP_FIN | TCP_PSH | TCP_URG)) == TCP_FIN ? ODD_FIN : ODD_XMAS;
}

static void flags_observe(struct analysis_context *context, const struct observation *observation)
{
	struct flags_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!packet->tcp || observation->twin_of || packet->malformed ||
	    packet->tcp->checksum_state == CHECKSUM_BAD)
		return;
	enum oddity oddity = oddity_of(packet);
	if (oddity == ODD_NONE)
		return;
	struct sender_key key = { packet->ip->source, (uint8_t)oddity };
	struct sender *sender = cache_enter(&state->senders, &key, NULL);
	sender->target = packet->ip->destination;
	sender->port = packet->tcp->destination_port;
	proof_add(&sender->proof, packet);
}

static void report(const struct flags_state *state, const struct sender_key *key,
		   const struct sender *sender)
{
	if (sender->proof.total < state->least)
		return;
	struct finding finding;
	finding_begin(&finding, &bad_flags, NULL);
	finding_subject(&finding, &key->sender, &sender->target, sender->port, IP_PROTOCOL_TCP);
	finding.sub_kind = oddity_names[key->oddity];
	finding.merge_key = key->oddity;
	finding.count = sender->proof.total;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_count(&finding, "segments", (double)sender->proof.total);
	finding_words(&finding, "what", "%s", oddity_words[key->oddity]);
	blame_attacker(&finding, &key->sender);
	finding_why(&finding,
		    "The segments are whole and undamaged otherwise: they were made like this.");
	finding_alternative(&finding, "somebody else uses its address", NULL);
	finding_alternative(&finding, "a broken TCP, or a device on the way that spoils headers",
			    NULL);
	proof_give(&sender->proof, &finding, oddity_words[key->oddity]);
	finding_submit(state->findings, &finding);
}

static void forget(void *user, const void *key, void *value)
{
	report(user, key, value);
}

static void flags_begin(struct analysis_context *context)
{
	struct flags_state *state = context->state;
	cache_init(&state->senders, SENDERS_REMEMBERED, sizeof(struct sender_key),
		   sizeof(struct sender));
	state->senders.forget = forget;
	state->senders.user = state;
	state->least = (uint64_t)setting(context->settings, &bad_flags, "segments");
	state->findings = context->findings;
}

static void flags_finish(struct analysis_context *context)
{
	const struct flags_state *state = context->state;
	const void *key;
	const struct sender *sender;
	for (size_t at = 0; (sender = cache_next(&state->senders, &at, &key));)
		report(state, key, sender);
}

static void flags_destroy(struct analysis_context *context)
{
	struct flags_state *state = context->state;
	cache_finish(&state->senders);
}

const struct analyzer security_flags_analyzer = {
	.name = "security-flags",
	.kinds = kinds,
	.state_size = sizeof(struct flags_state),
	.wants = WANTS_ODD,
	.begin = flags_begin,
	.observe = flags_observe,
	.finish = flags_finish,
	.destroy = flags_destroy,
};
