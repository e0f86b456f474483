/* What servers lease to whom. dhcp/nak, dhcp/decline, dhcp/double-lease, dhcp/rogue-server, dhcp/malformed. */
#include <string.h>

#include "analyze/dhcp.h"

#define ARP_WINDOW (2 * NANOSECONDS) /* between the answer of the true owner and the DECLINE */
#define SWAPPED_LEAST 256            /* seconds; fewer cannot be the wrong way round */

const struct finding_kind dhcp_nak = {
	.id = "dhcp/nak",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SESSION,
	.title = "A DHCP server denies an address",
	.say = "{server} denied {address} to {mac}{reason}.",
	.meaning =
		"The client asked for an address that the server does not let it have: it belongs to another network, "
		"was given to somebody else, or the server forgot the lease.",
	.false_alarms =
		"A client that moves to another network asks for its old address first and gets a new one at "
		"once: a notice, as where the same request was confirmed as well.",
	.advice = { "Compare the lease database of {server} with that of other servers for this network.",
		    "Did {mac} come from another network?" },
	.reference = "RFC 2131 3.2",
};

const struct finding_kind dhcp_decline = {
	.id = "dhcp/decline",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SESSION,
	.title = "A leased address is in use already",
	.say = "{mac} was given {address} but found it already in use{owner}, and declined.",
	.meaning =
		"After the ACK the client asked with ARP whether somebody has the address, got an answer, and sent "
		"DHCP DECLINE.",
	.false_alarms =
		"A client that gets an answer from its own second interface tests against itself: a notice.",
	.advice = { "Find the host that has {address} without a lease, and give it another address.",
		    "Exclude {address} from the pool of {server}." },
	.reference = "RFC 2131 3.1.5, 4.4.1",
};

const struct finding_kind dhcp_double_lease = {
	.id = "dhcp/double-lease",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SESSION,
	.title = "One address was leased to two hosts",
	.say = "{address} was leased to two hosts: to {first} and, before that lease ended, to {mac}.",
	.meaning = "A server confirmed an address that another client holds a valid lease for.",
	.false_alarms =
		"Leases that were released, declined or have run out do not count, nor does a host that only "
		"changed its client identifier.",
	.advice = { "Compare the lease databases of the servers of this network; is their failover in step?" },
	.reference = "RFC 2131 4.3.1",
};

const struct finding_kind dhcp_rogue_server = {
	.id = "dhcp/rogue-server",
	.severity = SEVERITY_CRITICAL,
	.buttons = BUTTON_SEC,
	.merge = MERGE_TRACE,
	.title = "Two DHCP servers give different settings",
	.say = "Two DHCP servers give different settings: {one} ({mac_one}) says {what} {value_one}, {two} ({mac_two}) "
	       "says {value_two}.",
	.meaning =
		"Two servers answered the same client with another gateway, name server or subnet mask. One of them "
		"does not belong here: a router that somebody brought along, or an attacker.",
	.false_alarms =
		"Two servers that share the work give the same settings; servers for booting offer no address.",
	.advice = { "Find the port of the server that does not belong here by its MAC address, and unplug it.",
		    "Use DHCP snooping on the switches." },
	.reference = "RFC 2131 3.1",
};

const struct finding_kind dhcp_malformed = {
	.id = "dhcp/malformed",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_AE,
	.merge = MERGE_SESSION,
	.title = "Odd DHCP messages",
	.say = "{mac} sends odd DHCP messages ({what}); harmless.",
	.meaning =
		"An option reaches past the end, the end option is missing, or the elapsed seconds have their bytes "
		"the wrong way round, as some clients send them.",
	.false_alarms = "A client that really waited for 256 seconds and more.",
	.advice = { "Nothing to do, unless a server or relay refuses these messages." },
	.reference = "RFC 2131 2",
};

void dhcp_judge_denial(struct analysis_context *context, const struct dhcp_client *client,
		       bool recovered)
{
	struct finding finding;
	dhcp_finding(&finding, &dhcp_nak, client, &client->denied_by);
	if (client->denied_address.family)
		finding_address(&finding, "address", &client->denied_address);
	finding_words(&finding, "reason", *client->denied_message ? ": %s" : "%s",
		      client->denied_message);
	finding.confidence = CONFIDENCE_LIKELY;
	if (client->denied_beside) {
		finding.sub_kind = "beside-ack";
		finding.severity = SEVERITY_NOTICE;
		blame_service(&finding, "dhcp");
		finding_why(&finding, "The same request was confirmed, too: it reached the servers twice, as a rule "
				      "through a relay that another one does not know.");
	} else if (client->denied_selected) {
		finding.sub_kind = "offered";
		blame_service(&finding, "dhcp");
		finding_why(&finding, "The client asked for what it had been offered.");
		finding_alternative(&finding, "another server had offered it, and this one objects",
				    NULL);
	} else {
		finding.sub_kind = "remembered";
		blame_word(&finding, PARTY_CLIENT, "client");
		finding_why(
			&finding,
			"The client asked for an address that it had before; the server knows better.");
		finding_alternative(&finding, "the server lost the lease", NULL);
		if (recovered)
			finding.severity = SEVERITY_NOTICE;
	}
	finding_evidence(&finding, client->denied.packet, client->denied.time, "the NAK");
	finding_submit(context->findings, &finding);
}

void dhcp_judge_decline(struct analysis_context *context, const struct dhcp_heard *heard,
			const struct dhcp_client *client)
{
	struct dhcp_state *state = context->state;
	const struct dhcp_owner *owner =
		heard->address.family ? cache_find(&state->owners, &heard->address) : NULL;
	struct dhcp_lease *lease =
		heard->address.family ? cache_find(&state->leases, &heard->address) : NULL;
	struct finding finding;
	char mac[MAC_TEXT_SIZE], host[ADDRESS_TEXT_SIZE];
	bool recent = owner && heard->here.time - owner->here.time <= ARP_WINDOW;
	dhcp_finding(&finding, &dhcp_decline, client, &heard->server);
	if (heard->address.family)
		finding_address(&finding, "address", &heard->address);
	if (recent)
		finding_words(&finding, "owner", " by %s", mac_text(owner->mac, mac));
	else
		finding_words(&finding, "owner", "%s", "");
	blame_word(&finding, PARTY_UNKNOWN, "config:%s",
		   heard->address.family ? address_text(&heard->address, host) : "unknown");
	finding_why(
		&finding,
		"Neither the server nor this client: another host uses the address without a lease.");
	if (recent && memcmp(owner->mac, heard->mac, sizeof owner->mac) == 0) {
		finding.sub_kind = "itself";
		finding.severity = SEVERITY_NOTICE;
		finding_alternative(&finding, "the client answered its own question", NULL);
	}
	if (lease)
		finding_evidence(&finding, lease->here.packet, lease->here.time,
				 "the lease is confirmed");
	if (recent)
		finding_evidence(&finding, owner->here.packet, owner->here.time,
				 "says that the address is its own");
	finding_evidence(&finding, heard->here.packet, heard->here.time,
			 "DECLINE: the address is in use");
	finding_submit(context->findings, &finding);
	if (lease)
		lease->client = 0;
}

void dhcp_note_lease(struct analysis_context *context, const struct dhcp_heard *heard,
		     const struct dhcp_client *client, int64_t expires)
{
	struct dhcp_state *state = context->state;
	struct dhcp_lease *lease = cache_enter(&state->leases, &heard->address, NULL);
	bool held = lease->client && lease->client != heard->client &&
		    lease->expires > heard->here.time;
	if (held) {
		struct finding finding;
		dhcp_finding(&finding, &dhcp_double_lease, client, &heard->server);
		finding_words(&finding, "first", "%s", lease->name);
		finding.sub_kind = address_equal(&lease->server, &heard->server) ? "one-server"
										 : "two-servers";
		blame_service(&finding, "dhcp");
		finding_why(&finding, "The first lease was neither released nor had it run out.");
		finding_evidence(&finding, lease->here.packet, lease->here.time,
				 "leased to the first host");
		finding_evidence(&finding, heard->here.packet, heard->here.time,
				 "leased to the second host");
		finding_submit(context->findings, &finding);
	}
	*lease = (struct dhcp_lease){ .client = heard->client,
				      .server = heard->server,
				      .here = heard->here,
				      .expires = expires };
	memcpy(lease->name, client->name, sizeof lease->name);
}

static const struct address *differs(const struct dhcp_terms *one, const struct dhcp_terms *two,
				     const struct address **other, const char **what)
{
	const struct {
		const struct address *one, *two;
		const char *what;
		bool same;
	} terms[] = {
		{ &one->router, &two->router, "router", address_equal(&one->router, &two->router) },
		{ &one->name_server, &two->name_server, "name server",
		  one->name_servers == two->name_servers },
		{ &one->mask, &two->mask, "subnet mask", address_equal(&one->mask, &two->mask) }
	};
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		if (!terms[i].one->family || !terms[i].two->family || terms[i].same)
			continue;
		*other = terms[i].two;
		*what = terms[i].what;
		return terms[i].one;
	}
	return NULL;
}

/* Compares what servers tell the same client in one transaction. */
void dhcp_note_terms(struct analysis_context *context, const struct dhcp_heard *heard,
		     struct dhcp_client *client)
{
	const struct packet *packet = heard->observation->packet;
	const struct address *value, *other;
	const char *what;
	if (!heard->dhcp || !heard->address.family)
		return;
	struct dhcp_terms now = { .server = heard->server,
				  .mask = heard->dhcp->mask,
				  .router = heard->dhcp->router,
				  .name_server = heard->dhcp->name_server,
				  .name_servers = heard->dhcp->name_servers,
				  .here = heard->here,
				  .transaction = heard->transaction };
	memcpy(now.mac, packet->link.source, sizeof now.mac);
	const struct dhcp_terms before = client->terms;
	client->terms = now;
	if (!before.here.packet || before.transaction != now.transaction ||
	    address_equal(&before.server, &now.server))
		return;
	value = differs(&before, &now, &other, &what);
	if (!value)
		return;
	struct finding finding;
	char mac[MAC_TEXT_SIZE];
	dhcp_finding(&finding, &dhcp_rogue_server, client, &now.server);
	finding_address(&finding, "one", &before.server);
	finding_address(&finding, "two", &now.server);
	finding_words(&finding, "mac_one", "%s", mac_text(before.mac, mac));
	finding_words(&finding, "mac_two", "%s", mac_text(now.mac, mac));
	finding_words(&finding, "what", "%s", what);
	finding_address(&finding, "value_one", value);
	finding_address(&finding, "value_two", other);
	finding.confidence = CONFIDENCE_LIKELY;
	finding.merge_key = 0;
	blame_service(&finding, "dhcp");
	finding_why(&finding, "Both answered the same client; only one of them can be right.");
	finding_evidence(&finding, before.here.packet, before.here.time, "what one server says");
	finding_evidence(&finding, now.here.packet, now.here.time, "what the other one says");
	finding_submit(context->findings, &finding);
}

void dhcp_judge_form(struct analysis_context *context, const struct dhcp_heard *heard,
		     struct dhcp_client *client)
{
	const struct dhcp_message *dhcp = heard->dhcp;
	struct finding finding;
	bool swapped = !dhcp->reply && dhcp->seconds >= SWAPPED_LEAST &&
		       (dhcp->seconds & 0xff) == 0 &&
		       (!client->begun.packet ||
			heard->here.time - client->begun.time < SWAPPED_LEAST * NANOSECONDS / 2);
	bool odd =
		!dhcp->reply && dhcp->type != DHCP_BOOTP && (dhcp->bad_option || dhcp->end_missing);
	if (client->told_malformed || (!swapped && !odd))
		return;
	client->told_malformed = true;
	dhcp_finding(&finding, &dhcp_malformed, client, &heard->server);
	if (swapped)
		finding_words(&finding, "what", "%u elapsed seconds, bytes swapped: really %u",
			      dhcp->seconds, dhcp->seconds >> 8);
	else
		finding_words(&finding, "what", "%s",
			      dhcp->bad_option ? "an option reaches past the end"
					       : "no end option");
	finding.sub_kind = swapped ? "seconds" : "options";
	blame_word(&finding, PARTY_CLIENT, "client");
	finding_why(&finding, "The message itself shows it.");
	finding_evidence(&finding, heard->here.packet, heard->here.time, "the odd message");
	finding_submit(context->findings, &finding);
}
