/* Does somebody ask for a station that is not there? arp/no-reply. */
#include "analyze/asked.h"
#include "analyze/frame.h"
#include "decode/decoder.h"
#include "decode/dhcp.h"

static const struct finding_kind no_reply = {
	.id = "arp/no-reply",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_CLOCK | QUALITY_ONE_WAY,
	.title = "Nobody answers for this address on the LAN",
	.say = "{client} asked {tries|time|times} for the hardware address of {server} and nobody answered: "
	       "{server} is not on this LAN{harm}.",
	.meaning = "A host can send nothing to an address of its LAN before ARP has found the station. "
		   "Several requests without an answer, and no other sign of the address, mean that the "
		   "station is down, in another VLAN, or that the address is wrong. Kind awaited: other "
		   "packets for it are in the trace. Kind gateway: DHCP names it as the router. Kind other-network: it is "
		   "there, but behind a router. Kind cut-off: the asker gets no answer from anybody. "
		   "Kind gone: it was there before. Kind search: one host asks for many addresses that "
		   "nobody has, as a scanner or a router with stale work does.",
	.false_alarms = "Hosts ask for stations that are switched off all day long: without a sign of harm it "
			"is only a notice. Probes for a free address (RFC 5227) and announcements want no "
			"answer. Answers go to the asker alone: elsewhere they may have been there unseen.",
	.advice = { "Check whether {server} is up, its cable, its VLAN and its address.",
		    "If {server} is the gateway of {client}, check the gateway's address in the "
		    "configuration of {client}." },
	.reference = "RFC 826; RFC 1122 2.3.2",
	.beyond = "That nothing answers is said only where the trace goes on and holds the answers of others.",
	.parameters = {
		{ .name = "tries", .unit = UNIT_COUNT, .value = 3, .meaning = "requests without an answer" },
		{ .name = "span", .unit = UNIT_SECONDS, .value = 2,
		  .meaning = "from the first request to the end of the trace at least" },
		{ .name = "search", .unit = UNIT_COUNT, .value = 10,
		  .meaning = "missing addresses of one asker above which it is searching" },
	},
};

#define ROUTERS_REMEMBERED 256   /* that DHCP servers named */

struct reply_state {
	struct asked asked;
	struct cache routers;    /* struct address to that of the server that names it */
	uint64_t tries;
	int64_t span;
	uint32_t search;
};

static void reply_begin(struct analysis_context *context)
{
	struct reply_state *state = context->state;
	asked_init(&state->asked);
	cache_init(&state->routers, ROUTERS_REMEMBERED, sizeof(struct address), sizeof(struct address));
	state->tries = (uint64_t)setting(context->settings, &no_reply, "tries");
	state->span = setting_duration(context->settings, &no_reply, "span");
	state->search = (uint32_t)setting(context->settings, &no_reply, "search");
}

static void reply_observe(struct analysis_context *context, const struct observation *observation)
{
	struct reply_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct arp_header *arp = packet->arp;
	if (!arp || !arp->sender.family || !frame_has_time(packet) || arp->probe)
		return;
	bool is_reply = arp->operation == ARP_REPLY;
	asked_heard(&state->asked, packet, &arp->sender, is_reply && !arp->gratuitous ? &arp->target : NULL);
	/* A request to one station refreshes what is known; only those to everybody search. */
	if (arp->operation == ARP_REQUEST && !arp->gratuitous && frame_is_broadcast(packet))
		asked_question(&state->asked, packet, &arp->sender, &arp->target);
}

static void reply_message(struct analysis_context *context, const struct observation *observation,
			  const struct session_message *message)
{
	struct reply_state *state = context->state;
	const struct dhcp_message *dhcp = message->facts;
	if (!observation->packet || !dhcp->reply || !dhcp->router.family || dhcp->type != DHCP_ACK)
		return;
	struct address *server = cache_enter(&state->routers, &dhcp->router, NULL);
	*server = dhcp->server.family ? dhcp->server
				      : observation->session->key.end[message->direction].address;
}

static void report_missing(struct analysis_context *context, const struct unanswered *missing)
{
	const struct reply_state *state = context->state;
	struct finding finding;
	finding_begin(&finding, &no_reply, NULL);
	finding_subject(&finding, missing->asker, missing->target, 0, 0);
	finding.count = missing->tries->total;
	finding.cost = proof_span(missing->tries);
	finding_count(&finding, "tries", (double)missing->tries->total);
	finding_duration(&finding, "asked_for", proof_span(missing->tries));
	finding_threshold(&finding, "tries_least", UNIT_COUNT, (double)state->tries);
	asked_weigh(missing, missing->tries->total >= state->tries, &finding);
	char target[ADDRESS_TEXT_SIZE];
	address_text(missing->target, target);
	if (missing->remote) {
		blame_word(&finding, PARTY_CLIENT, "config:%s",
			   address_text(missing->asker, (char[ADDRESS_TEXT_SIZE]){ 0 }));
		finding_why(&finding, "Packets of %s come by the hardware address of a router: it is in another network, "
			    "and who asks for it on the LAN takes it for a neighbour.", target);
	} else {
		blame_word(&finding, PARTY_SERVER, "server");
		finding_why(&finding, "Whoever has %s must answer ARP for it; nobody did, and nothing else came from "
			    "it.", target);
	}
	proof_give(missing->tries, &finding, "asks for the address; no answer");
	finding_submit(context->findings, &finding);
}

static void report_searchers(struct analysis_context *context)
{
	const struct reply_state *state = context->state;
	const struct asker *asker;
	const struct address *address;
	size_t at = 0;
	while ((asker = asked_searcher(&state->asked, state->search, &at, &address))) {
		struct finding finding;
		finding_begin(&finding, &no_reply, NULL);
		finding_subject(&finding, address, &asker->target, 0, 0);
		finding.severity = SEVERITY_NOTICE;
		finding.sub_kind = "search";
		finding.say = "{client} asked for the hardware addresses of {missing} addresses that "
			      "nobody has: it searches the LAN, or works through stale addresses.";
		finding.count = asker->missing;
		finding_count(&finding, "missing", asker->missing);
		finding_threshold(&finding, "search", UNIT_COUNT, state->search);
		char host[ADDRESS_TEXT_SIZE];
		blame_word(&finding, PARTY_CLIENT, "config:%s", address_text(address, host));
		finding_why(&finding, "It asks for many addresses that are not in use.");
		finding_evidence(&finding, asker->first.packet, asker->first.time,
				 "the first request without an answer");
		finding_submit(context->findings, &finding);
	}
}

static void reply_finish(struct analysis_context *context)
{
	struct reply_state *state = context->state;
	struct unanswered missing;
	size_t at = 0;
	asked_conclude(&state->asked);
	while (asked_next(&state->asked, context->trace, &at, &missing)) {
		missing.named_by = cache_find(&state->routers, missing.target);
		bool enough = missing.tries->total >= state->tries;
		/* A host that hears from nobody gives up early; one try of it is worth a note. */
		bool lonely = missing.at_asker && missing.cut_off && missing.sends;
		if (missing.missing <= state->search && missing.watched >= state->span &&
		    (enough || lonely))
			report_missing(context, &missing);
	}
	report_searchers(context);
}

static void reply_destroy(struct analysis_context *context)
{
	struct reply_state *state = context->state;
	asked_finish(&state->asked);
	cache_finish(&state->routers);
}

static const struct decoder *const hears[] = { &dhcp_decoder, NULL };

static const struct finding_kind *const kinds[] = { &no_reply, NULL };

const struct analyzer arp_reply_analyzer = {
	.name = "arp-reply",
	.kinds = kinds,
	.state_size = sizeof(struct reply_state),
	.wants = WANTS_LINK,
	.begin = reply_begin,
	.observe = reply_observe,
	.hears = hears,
	.message = reply_message,
	.finish = reply_finish,
	.destroy = reply_destroy,
};
