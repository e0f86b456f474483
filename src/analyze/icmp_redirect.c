/* Does a router send hosts to another router? icmp/redirect. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/proof.h"

#define REDIRECTS_REMEMBERED 256

static const struct finding_kind redirect = {
	.id = "icmp/redirect",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_TE,
	.merge = MERGE_PAIR,
	.title = "A router sends hosts to another router",
	.say = "{router} tells {client} that {gateway} is the better gateway for {server}.",
	.meaning = "The router got a packet from a LAN and had to send it back to the same LAN: the host should "
		   "have used the other router itself. Every packet goes over the LAN twice until then. "
		   "Kind other-sender: the redirect does not come from the station that the host used as "
		   "its gateway, as a forged one would not.",
	.false_alarms = "Routers that share a virtual address (HSRP, VRRP) answer with another hardware address "
			"than the one used; so a strange sender is a possibility only.",
	.advice = { "Give the hosts the better route, or let one router stand for both.",
		    "Switch redirects off on routers and hosts where they are not needed." },
	.reference = "RFC 792; RFC 1812 5.2.7.2; RFC 4861 8",
};

struct redirect_key { struct address client, server, router, gateway; };

struct redirected {
	struct proof proof;
	bool other_sender;
};

struct redirect_state { struct cache redirects; };

static void redirect_begin(struct analysis_context *context)
{
	struct redirect_state *state = context->state;
	cache_init(&state->redirects, REDIRECTS_REMEMBERED, sizeof(struct redirect_key),
		   sizeof(struct redirected));
}

static bool is_redirect(const struct icmp_header *icmp)
{
	return icmp->version == 4 ? icmp->type == 5 && icmp->quote.present : icmp->type == 137;
}

static struct redirect_key key_of(const struct packet *packet)
{
	const struct icmp_header *icmp = packet->icmp;
	bool ipv4 = icmp->version == 4;
	return (struct redirect_key){
		.client = ipv4 ? icmp->quote.source : packet->ip->destination,
		.server = ipv4 ? icmp->quote.destination : icmp->target,
		.router = packet->ip->source,
		.gateway = icmp->gateway,
	};
}

/* The station through which the answers of the redirected conversation came is its gateway. */
static bool is_other_sender(const struct session *session, const struct packet *packet)
{
	static const uint8_t unknown[6];
	if (!session || !packet->link.has_source)
		return false;
	const struct address *sender = &packet->icmp->quote.source;
	bool second = address_equal(&session->key.end[1].address, sender);
	const uint8_t *gateway = session->side[!second].mac;
	return memcmp(gateway, unknown, sizeof unknown) != 0 &&
	       memcmp(gateway, packet->link.source, sizeof unknown) != 0;
}

static void redirect_observe(struct analysis_context *context, const struct observation *observation)
{
	struct redirect_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!is_redirect(packet->icmp))
		return;
	struct redirect_key key = key_of(packet);
	struct redirected *redirected = cache_enter(&state->redirects, &key, NULL);
	const struct session *session = session_table_quoted(context->trace->sessions, packet);
	redirected->other_sender |= is_other_sender(session, packet);
	proof_add(&redirected->proof, packet);
}

static void redirect_finish(struct analysis_context *context)
{
	struct redirect_state *state = context->state;
	size_t at = 0;
	const void *found;
	const struct redirected *redirected;
	while ((redirected = cache_next(&state->redirects, &at, &found))) {
		const struct redirect_key *key = found;
		char router[ADDRESS_TEXT_SIZE];
		struct finding finding;
		finding_begin(&finding, &redirect, NULL);
		finding_subject(&finding, &key->client, &key->server, 0, 0);
		finding.count = redirected->proof.total;
		finding_address(&finding, "router", &key->router);
		finding_address(&finding, "gateway", &key->gateway);
		blame_word(&finding, PARTY_NETWORK, "config:%s", address_text(&key->router, router));
		finding_why(&finding, "Two routers serve this LAN, and the host does not know which is for "
			    "what.");
		if (redirected->other_sender) {
			finding.sub_kind = "other-sender";
			finding.confidence = CONFIDENCE_POSSIBLE;
			finding_alternative(&finding, "the redirect is forged: it does not come from the "
					    "station that was the gateway so far", NULL);
		}
		proof_give(&redirected->proof, &finding, "the redirect");
		finding_submit(context->findings, &finding);
	}
}

static void redirect_destroy(struct analysis_context *context)
{
	struct redirect_state *state = context->state;
	cache_finish(&state->redirects);
}

static const struct finding_kind *const kinds[] = { &redirect, NULL };

const struct analyzer icmp_redirect_analyzer = {
	.name = "icmp-redirect",
	.kinds = kinds,
	.state_size = sizeof(struct redirect_state),
	.wants = WANTS_ICMP,
	.begin = redirect_begin,
	.observe = redirect_observe,
	.finish = redirect_finish,
	.destroy = redirect_destroy,
};
