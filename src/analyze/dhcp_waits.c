/* Clients that wait for a server. dhcp/no-offer, dhcp/no-ack, dhcp/renewal-unanswered, dhcp/pool-exhausted,
 * dhcp/slow. */
#include "analyze/dhcp.h"
#include "core/text.h"
#include "decode/ip.h"

#define LAST_WAIT (2 * NANOSECONDS) /* of the trace behind the last try */

const struct finding_kind dhcp_no_offer = {
	.id = "dhcp/no-offer",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SESSION,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "Nobody offers an address",
	.say = "{mac} asks for an address ({tries|time|times} in {lasted}) and nobody offers one.",
	.meaning = "A client repeated its DHCP DISCOVER (DHCPv6: Solicit) and no offer came: no server, no relay, or "
		   "nothing free.",
	.false_alarms = "Offers to single clients do not pass every switch port: a client that goes on to request an "
			"address had one. IPv6 clients look for a server although the network may have none: a "
			"notice.",
	.advice = { "Does a DHCP server run for this network, and has it free addresses?",
		    "Behind a router: is a relay (ip helper-address) set up, and does it reach the server?" },
	.reference = "RFC 2131 3.1; RFC 8415 18.2.1",
	.parameters = {
		{ .name = "tries", .unit = UNIT_COUNT, .value = 3, .meaning = "without an offer" },
		{ .name = "wait", .unit = UNIT_SECONDS, .value = 10, .meaning = "that a client looks for a server" },
	},
};

const struct finding_kind dhcp_no_ack = {
	.id = "dhcp/no-ack",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SESSION,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "A DHCP server offers and never confirms",
	.say = "{server} offered {address} to {mac} but never confirmed it ({tries|request|requests} in {lasted}).",
	.meaning = "The client asked the server that it had chosen for the address, more than once, and got neither "
		   "ACK nor NAK.",
	.false_alarms = "A request that names another server is that one's business. A single request may be lost.",
	.advice = { "Look at the log of {server}: did the request arrive, could it write the lease?" },
	.reference = "RFC 2131 3.1",
	.parameters = {
		{ .name = "tries", .unit = UNIT_COUNT, .value = 2, .meaning = "without an answer" },
	},
};

const struct finding_kind dhcp_renewal_unanswered = {
	.id = "dhcp/renewal-unanswered",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "A lease cannot be renewed",
	.say = "{address} ({mac}) cannot renew its lease at {server}: {tries|request|requests} in {lasted} without an "
	       "answer{expiry}.",
	.meaning = "At half of the lease the client asks its server alone to renew it. When nobody answers, it asks "
		   "everybody later, and loses the address in the end.",
	.false_alarms = "A client that slept may ask late; only repeated requests without an answer count.",
	.advice = { "Let unicast UDP 67 pass between {address} and {server}.",
		    "Does the server still run, or was it replaced by another one?" },
	.reference = "RFC 2131 4.4.5",
	.parameters = {
		{ .name = "tries", .unit = UNIT_COUNT, .value = 2, .meaning = "to the server alone, or to everybody after that" },
	},
};

const struct finding_kind dhcp_pool_exhausted = {
	.id = "dhcp/pool-exhausted",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_TRACE,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "A DHCP server has no free addresses",
	.say = "No free addresses: {server} confirms leases and leaves {clients|client|clients} without an offer.",
	.meaning = "The server answers clients that have a lease, and not those that need a new one, or it says itself "
		   "that nothing is free.",
	.false_alarms = "One client without an offer may be kept out by a filter; several are needed.",
	.advice = { "Enlarge the pool of {server}, or shorten its leases.",
		    "Very many new clients at once: look for a starvation attack, and use DHCP snooping." },
	.reference = "RFC 2131 4.3.1",
	.parameters = {
		{ .name = "clients", .unit = UNIT_COUNT, .value = 3, .meaning = "that get no offer" },
		{ .name = "starvation", .unit = UNIT_COUNT, .value = 50, .meaning = "new clients within a minute" },
	},
};

const struct finding_kind dhcp_slow = {
	.id = "dhcp/slow",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SESSION,
	.weakened_by = QUALITY_LOSS | QUALITY_CLOCK,
	.title = "Getting an address takes long",
	.say = "Getting {address} took {mac} {total}: {server_part} of it for the slowest answer, {tries_part} for tries "
	       "without one.",
	.meaning = "From the first DISCOVER to the ACK, without the client's own time between offer and request.",
	.false_alarms = "Servers ping an address for up to a second before they offer it: up to the limit that is a "
			"notice. A port that still learns its spanning tree swallows the first tries.",
	.advice = { "Switch on portfast where the client is connected.",
		    "Look at what {server} does before it offers: ping check, database, relay." },
	.reference = "RFC 2131 3.1",
	.parameters = {
		{ .name = "total", .unit = UNIT_SECONDS, .value = 3, .meaning = "from DISCOVER to ACK" },
		{ .name = "server", .unit = UNIT_SECONDS, .value = 1, .meaning = "for one answer: a notice" },
	},
};

/* How many tries had time enough for an answer: traces end right behind a try, often. */
static uint64_t in_vain(const struct proof *tries, int64_t end)
{
	return tries->total - (tries->total && end - tries->last.time < LAST_WAIT);
}

void dhcp_judge_slow(struct analysis_context *context, const struct dhcp_heard *heard,
		     const struct dhcp_client *client)
{
	const struct dhcp_state *state = context->state;
	struct finding finding;
	int64_t total = heard->here.time - client->begun.time - client->own_time;
	bool slow = total >= state->slow_total;
	if (!slow && client->server_time < state->slow_server)
		return;
	int64_t tries = total - client->server_time;
	dhcp_finding(&finding, &dhcp_slow, client, &heard->server);
	finding_duration(&finding, "total", total);
	finding_duration(&finding, "server_part", client->server_time);
	finding_duration(&finding, "tries_part", tries > 0 ? tries : 0);
	finding.cost = total;
	if (!slow)
		finding.severity = SEVERITY_NOTICE;
	finding.confidence = CONFIDENCE_LIKELY;
	if (client->server_time >= state->slow_server) {
		finding.sub_kind = "server";
		blame_service(&finding, "dhcp");
		finding_why(&finding, "The server took that long to answer the client's last try.");
	} else {
		finding.sub_kind = "tries";
		blame_word(&finding, PARTY_NETWORK, "net:path");
		finding_why(&finding, "The first tries got no answer, the last one at once.");
		finding_alternative(&finding, "the server was not ready yet", NULL);
	}
	finding_evidence(&finding, client->begun.packet, client->begun.time, "the first DISCOVER");
	if (client->offered.packet)
		finding_evidence(&finding, client->offered.packet, client->offered.time,
				 "the offer");
	finding_evidence(&finding, heard->here.packet, heard->here.time, "the lease is confirmed");
	finding_submit(context->findings, &finding);
}

static void waited(struct finding *finding, const struct proof *tries)
{
	finding->count = 1;
	finding->cost = proof_span(tries);
	finding_count(finding, "tries", (double)tries->total);
	finding_duration(finding, "lasted", proof_span(tries));
}

void dhcp_judge_renewals(struct analysis_context *context, const struct dhcp_client *client)
{
	const struct dhcp_state *state = context->state;
	const struct proof *tries = &client->renewals;
	struct finding finding;
	char left[DURATION_TEXT_SIZE];
	const struct host *host = session_table_host(context->trace->sessions, &client->address);
	int64_t end = context->trace->last_time;
	if (!tries->total || in_vain(tries, end) + in_vain(&client->rebinds, end) < state->renewal_tries)
		return;
	dhcp_finding(&finding, &dhcp_renewal_unanswered, client, &client->server);
	struct proof all = *tries;
	all.total += client->rebinds.total;
	if (client->rebinds.total)
		all.last = client->rebinds.last;
	waited(&finding, &all);
	if (client->expires > tries->last.time)
		finding_words(&finding, "expiry", "; the lease ends %s later",
			      duration_text(client->expires - tries->last.time, left));
	else
		finding_words(&finding, "expiry", "%s", "");
	blame_service(&finding, "dhcp");
	finding.confidence = CONFIDENCE_LIKELY;
	finding_why(&finding,
		    client->rebound
			    ? "The server that gave the lease stays silent; the client has asked "
			      "everybody since."
			    : "The server that gave the lease stays silent.");
	finding_alternative(&finding, "a firewall drops unicast DHCP", NULL);
	if (client->renew_changed && !client->rebound)
		finding_doubt(&finding, QUALITY_LOSS);
	/* Nothing at all goes to it: the trace may hold one direction only. */
	if (!client->rebound && (!host || !host->packets_received))
		finding_doubt(&finding, QUALITY_ONE_WAY);
	proof_give(&all, &finding, "the request to renew");
	finding_submit(context->findings, &finding);
}

static bool found_nobody(const struct dhcp_state *state, const struct dhcp_client *client,
			 int64_t end)
{
	const struct proof *tries = &client->searches;
	uint64_t count = in_vain(tries, end);
	return count >= state->offer_tries || (count > 1 && end - tries->first[0].time >= state->offer_wait);
}

static void judge_searches(struct analysis_context *context, const struct dhcp_client *client)
{
	const struct dhcp_state *state = context->state;
	struct finding finding;
	if (!found_nobody(state, client, context->trace->last_time))
		return;
	dhcp_finding(&finding, &dhcp_no_offer, client, &(struct address){ .family = ADDRESS_NONE });
	waited(&finding, &client->searches);
	blame_service(&finding, "dhcp");
	if (client->version_6)
		finding.severity = SEVERITY_NOTICE;
	if (state->answers) {
		finding.sub_kind = "not-this-client";
		finding.confidence = CONFIDENCE_LIKELY;
		finding_why(
			&finding,
			"Others in the trace get answers: the pool is empty, or a class or filter keeps "
			"this client out.");
	} else if (client->relayed) {
		finding.sub_kind = "relay";
		finding.confidence = CONFIDENCE_LIKELY;
		finding_why(&finding, "The relay forwards the requests, and nothing comes back.");
		finding_alternative(&finding, "the way between relay and server is blocked", NULL);
	} else {
		finding.confidence = CONFIDENCE_LIKELY;
		finding_why(
			&finding,
			"The requests went to everybody, and no DHCP server answered anybody in the "
			"trace.");
		finding_alternative(&finding, "offers to this client do not pass the trace point",
				    NULL);
	}
	proof_give(&client->searches, &finding, "looks for a server");
	finding_submit(context->findings, &finding);
}

void dhcp_judge_client(struct analysis_context *context, const struct dhcp_client *client)
{
	const struct dhcp_state *state = context->state;
	struct finding finding;
	judge_searches(context, client);
	if (in_vain(&client->selects, context->trace->last_time) < state->ack_tries || !client->selected.family)
		return;
	dhcp_finding(&finding, &dhcp_no_ack, client, &client->selected);
	waited(&finding, &client->selects);
	blame_service(&finding, "dhcp");
	finding.confidence = CONFIDENCE_LIKELY;
	finding_why(&finding,
		    "The client repeats its request to this server, so it got no answer.");
	finding_alternative(&finding, "the requests or the answers are lost on the way", NULL);
	proof_give(&client->selects, &finding, "the request, not answered");
	finding_submit(context->findings, &finding);
}

static void begin_pool(struct finding *finding, const struct address *server, uint32_t clients)
{
	static const struct address nobody;
	finding_begin(finding, &dhcp_pool_exhausted, NULL);
	finding_subject(finding, &nobody, server, DHCP_SERVER_PORT, IP_PROTOCOL_UDP);
	finding->service = "dhcp";
	finding_count(finding, "clients", clients);
	blame_service(finding, "dhcp");
}

void dhcp_judge_pool(struct analysis_context *context)
{
	struct dhcp_state *state = context->state;
	const void *key;
	const struct dhcp_client *client;
	struct proof ignored = { .total = 0 };
	struct finding finding;
	for (size_t at = 0; (client = cache_next(&state->clients, &at, &key));)
		if (!client->ever_offered && found_nobody(state, client, context->trace->last_time))
			proof_add_at(&ignored, client->searches.first[0].packet,
				     client->searches.first[0].time);
	if (state->full.packet) {
		begin_pool(&finding, &state->full_server, 1);
		finding.say = "{server} says that it has no free addresses.";
		finding_why(&finding, "The server says so itself.");
		finding_evidence(&finding, state->full.packet, state->full.time,
				 "no free addresses");
		finding_submit(context->findings, &finding);
	} else if (ignored.total >= state->pool_clients && state->confirmed) {
		begin_pool(&finding, &state->any_server, (uint32_t)ignored.total);
		finding.confidence = CONFIDENCE_LIKELY;
		finding_why(
			&finding,
			"It answers clients that have a lease and ignores those that need one.");
		proof_give(&ignored, &finding, "a client looks for an address in vain");
		finding_submit(context->findings, &finding);
	}
	if (state->starving < state->starvation)
		return;
	begin_pool(&finding, &state->any_server, state->starving);
	finding.sub_kind = "starvation";
	finding.merge_key = 1;
	finding.say =
		"{clients} clients that nobody saw before ask for addresses within a minute: somebody tries to use "
		"up the pool.";
	blame_word(&finding, PARTY_ATTACKER, "attacker");
	finding.confidence = CONFIDENCE_POSSIBLE;
	finding_why(&finding, "So many new hardware addresses at once are made up, as a rule.");
	finding_alternative(&finding, "a whole network was switched on again", NULL);
	finding_evidence(&finding, state->starving_here.packet, state->starving_here.time,
			 "one more new client");
	finding_submit(context->findings, &finding);
}
