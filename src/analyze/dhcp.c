/* Hears DHCP and DHCPv6, and keeps for every client how far it got. */
#include "analyze/dhcp.h"

#include <stdio.h>
#include <string.h>

#include "analyze/frame.h"
#include "core/hash.h"
#include "decode/decoder.h"
#include "decode/dhcpv6.h"
#include "decode/ip.h"

#define SHORTEST_REPEAT (50 * MILLISECOND) /* of a request; clients wait for seconds (RFC 2131 4.1) */
#define CLIENTS_REMEMBERED 2048
#define LEASES_REMEMBERED 4096
#define OWNERS_REMEMBERED 512
#define CLIENT_SEED 0x636c
#define NEW_SETUP (120 * NANOSECONDS) /* after a pause this long a client begins anew */
#define STARVATION_WINDOW (60 * NANOSECONDS)

void dhcp_finding(struct finding *finding, const struct finding_kind *kind,
		  const struct dhcp_client *client, const struct address *server)
{
	finding_begin(finding, kind, NULL);
	finding_subject(finding, &client->address, server,
			client->version_6 ? 547 : DHCP_SERVER_PORT, IP_PROTOCOL_UDP);
	finding->service = client->version_6 ? "dhcpv6" : "dhcp";
	finding->session_kind = client->session_kind;
	finding->session_number = client->session_number;
	finding->quality = client->quality & ~(uint32_t)(QUALITY_END | QUALITY_ONE_WAY);
	finding->merge_key = hash_bytes(client->name, strlen(client->name), CLIENT_SEED);
	finding_words(finding, "mac", "%s", client->name);
	if (client->address.family)
		finding_address(finding, "address", &client->address);
	else
		finding_words(finding, "address", "an address");
}

static enum dhcp_step step_of(const struct dhcp_message *dhcp)
{
	switch (dhcp->type) {
	case DHCP_DISCOVER:
		return DHCP_STEP_SEARCH;
	case DHCP_OFFER:
		return DHCP_STEP_OFFER;
	case DHCP_REQUEST:
		if (dhcp->server.family)
			return DHCP_STEP_SELECT;
		return address_is_unspecified(&dhcp->client) ? DHCP_STEP_REBOOT : DHCP_STEP_RENEW;
	case DHCP_ACK:
		return address_is_unspecified(&dhcp->yours) ? DHCP_STEP_NONE : DHCP_STEP_CONFIRM;
	case DHCP_NAK:
		return DHCP_STEP_DENY;
	case DHCP_DECLINE:
		return DHCP_STEP_DECLINE;
	case DHCP_RELEASE:
		return DHCP_STEP_RELEASE;
	default:
		return DHCP_STEP_NONE;
	}
}

static enum dhcp_step step_of_6(const struct dhcpv6_message *dhcp)
{
	static const uint8_t steps[] = {
		[DHCPV6_SOLICIT] = DHCP_STEP_SEARCH, [DHCPV6_ADVERTISE] = DHCP_STEP_OFFER,
		[DHCPV6_REQUEST] = DHCP_STEP_SELECT, [DHCPV6_RENEW] = DHCP_STEP_SELECT,
		[DHCPV6_REPLY] = DHCP_STEP_CONFIRM,  [DHCPV6_DECLINE] = DHCP_STEP_DECLINE,
		[DHCPV6_RELEASE] = DHCP_STEP_RELEASE
	};
	return dhcp->type < sizeof steps ? (enum dhcp_step)steps[dhcp->type] : DHCP_STEP_NONE;
}

static void fill_4(struct dhcp_heard *heard, const struct dhcp_message *dhcp)
{
	heard->dhcp = dhcp;
	heard->step = step_of(dhcp);
	heard->transaction = dhcp->transaction;
	heard->relayed = !address_is_unspecified(&dhcp->relay);
	heard->from_server = dhcp->reply;
	heard->bound = heard->step == DHCP_STEP_RENEW;
	memcpy(heard->mac, dhcp->hardware, 6);
	heard->client = hash_bytes(dhcp->hardware, dhcp->hardware_length, dhcp->hardware_type);
	mac_text(dhcp->hardware, heard->name);
	if (dhcp->reply)
		heard->address = dhcp->yours;
	else
		heard->address = dhcp->requested.family ? dhcp->requested : dhcp->client;
	if (heard->address.family && address_is_unspecified(&heard->address))
		heard->address.family = ADDRESS_NONE;
	if (dhcp->server.family)
		heard->server = dhcp->server;
}

static void fill_6(struct dhcp_heard *heard, const struct dhcpv6_message *dhcp)
{
	heard->step = step_of_6(dhcp);
	heard->transaction = dhcp->transaction;
	heard->relayed = dhcp->relays > 0;
	heard->client = dhcp->client;
	heard->address = dhcp->address;
	heard->from_server = heard->step == DHCP_STEP_OFFER || heard->step == DHCP_STEP_CONFIRM;
	heard->bound = dhcp->type == DHCPV6_RENEW || dhcp->type == DHCPV6_REBIND;
	heard->full = dhcp->has_status && dhcp->status == 2;
	snprintf(heard->name, sizeof heard->name, "DUID %08x", (uint32_t)dhcp->client);
	if (heard->step == DHCP_STEP_CONFIRM && dhcp->has_status && dhcp->status)
		heard->step = heard->full ? DHCP_STEP_OFFER : DHCP_STEP_NONE;
}

static struct dhcp_client *client_of(struct dhcp_state *state, const struct dhcp_heard *heard)
{
	bool fresh;
	const struct session *session = heard->observation->session;
	struct dhcp_client *client = cache_enter(&state->clients, &heard->client, &fresh);
	if (fresh) {
		memcpy(client->name, heard->name, sizeof client->name);
		memcpy(client->mac, heard->mac, sizeof client->mac);
		client->version_6 = !heard->dhcp;
		if (heard->step == DHCP_STEP_SEARCH) {
			uint32_t count =
				rate_add(&state->searches, heard->here.time, STARVATION_WINDOW);
			if (count > state->starving) {
				state->starving = count;
				state->starving_here = heard->here;
			}
		}
	}
	client->session_kind = session->kind;
	client->session_number = session->number;
	client->quality |= session->quality;
	client->relayed |= heard->relayed;
	return client;
}

static void search(struct dhcp_client *client, const struct dhcp_heard *heard)
{
	bool anew =
		client->searches.total && heard->here.time - client->searches.last.time > NEW_SETUP;
	if (anew)
		client->searches.total = 0;
	if (!client->begun.packet || anew) {
		client->begun = heard->here;
		client->own_time = client->server_time = 0;
		client->offered.packet = 0;
	}
	if (!client->address.family)
		client->address = heard->address;
	client->asked = heard->here;
	client->asked_transaction = heard->transaction;
	client->selects.total = 0;
	/* A copy that the recorder made is no second try. */
	if (!client->searches.total || heard->here.time - client->searches.last.time >= SHORTEST_REPEAT)
		proof_add_at(&client->searches, heard->here.packet, heard->here.time);
}

static void note_wait(struct dhcp_client *client, const struct dhcp_heard *heard)
{
	if (client->asked.packet && heard->here.time - client->asked.time > client->server_time)
		client->server_time = heard->here.time - client->asked.time;
	client->asked.packet = 0;
}

static void offer(struct analysis_context *context, struct dhcp_client *client,
		  const struct dhcp_heard *heard)
{
	struct dhcp_state *state = context->state;
	note_wait(client, heard);
	if (heard->full) {
		if (!state->full.packet)
			state->full = heard->here;
		state->full_server = heard->server;
		client->searches.total = 0;
		return;
	}
	client->searches.total = 0;
	client->ever_offered = true;
	client->offerer = heard->server;
	if (!client->offered.packet)
		client->offered = heard->here;
	dhcp_note_terms(context, heard, client);
}

static void ask(struct dhcp_client *client, const struct dhcp_heard *heard)
{
	/* It would not ask without an offer, even if the trace does not show one. */
	client->searches.total = 0;
	client->ever_offered = true;
	if (client->offered.packet && !client->selects.total)
		client->own_time += heard->here.time - client->offered.time;
	if (heard->address.family)
		client->address = heard->address;
	/* A client that asks again keeps its transaction, RFC 2131 4.1 and RFC 8415 16.1. */
	if (!address_equal(&client->selected, &heard->server) || client->select_transaction != heard->transaction)
		client->selects.total = 0;
	client->select_transaction = heard->transaction;
	client->selected = heard->server;
	client->asked = heard->here;
	client->asked_transaction = heard->transaction;
	/* A copy that the recorder made is no second request. */
	if (!client->selects.total || heard->here.time - client->selects.last.time >= SHORTEST_REPEAT)
		proof_add_at(&client->selects, heard->here.packet, heard->here.time);
}

static void renew(struct dhcp_client *client, const struct dhcp_heard *heard)
{
	client->address = heard->address;
	if (!client->renewals.total)
		client->renew_changed = false;
	client->renew_changed |= client->renewals.total && client->renew_transaction != heard->transaction;
	client->renew_transaction = heard->transaction;
	if (heard->unicast) {
		proof_add_at(&client->renewals, heard->here.packet, heard->here.time);
		client->rebinds.total = 0;
	} else if (client->renewals.total) {
		proof_add_at(&client->rebinds, heard->here.packet, heard->here.time);
	}
	client->rebound = client->rebinds.total > 0;
	if (heard->unicast)
		client->server = heard->server;
}

static void confirm(struct analysis_context *context, struct dhcp_client *client,
		    const struct dhcp_heard *heard)
{
	struct dhcp_state *state = context->state;
	/* What answers something else came in place of an answer that the trace does not hold. */
	if (client->asked.packet && client->asked_transaction != heard->transaction)
		client->begun.packet = 0;
	note_wait(client, heard);
	if (client->denied.packet)
		dhcp_judge_denial(context, client, true);
	client->denied.packet = 0;
	/* What is confirmed now was not in vain. */
	if (client->rebinds.total)
		client->rebinds.total--;
	dhcp_judge_renewals(context, client);
	if (heard->address.family)
		client->address = heard->address;
	client->server = client->offerer = heard->server;
	client->confirmed = heard->here.time;
	client->confirmed_transaction = heard->transaction;
	client->expires = heard->dhcp && heard->dhcp->has_lease && heard->dhcp->lease != UINT32_MAX
				  ? heard->here.time + (int64_t)heard->dhcp->lease * NANOSECONDS
				  : 0;
	if (client->begun.packet)
		dhcp_judge_slow(context, heard, client);
	client->searches.total = client->selects.total = client->renewals.total = 0;
	client->rebound = false;
	client->rebinds.total = 0;
	client->begun.packet = client->offered.packet = 0;
	state->confirmed++;
	dhcp_note_terms(context, heard, client);
	if (heard->address.family)
		dhcp_note_lease(context, heard, client, client->expires);
}

static void deny(struct analysis_context *context, struct dhcp_client *client,
		 const struct dhcp_heard *heard)
{
	if (client->denied.packet)
		dhcp_judge_denial(context, client, false);
	client->denied = heard->here;
	client->denied_by = heard->server;
	client->denied_address = client->address;
	client->denied_selected = client->offered.packet != 0;
	client->denied_beside = client->confirmed && client->confirmed_transaction == heard->transaction;
	memcpy(client->denied_message, heard->dhcp->message, sizeof client->denied_message);
	client->selects.total = client->renewals.total = client->searches.total = 0;
	client->begun.packet = client->offered.packet = 0;
	client->asked.packet = 0;
	client->rebound = false;
	client->rebinds.total = 0;
}

static void hear(struct analysis_context *context, struct dhcp_heard *heard)
{
	struct dhcp_state *state = context->state;
	struct dhcp_client *client = client_of(state, heard);
	if (heard->dhcp)
		dhcp_judge_form(context, heard, client);
	/* Its set-up is over, even if the trace does not show how. */
	if (heard->bound)
		client->begun.packet = client->offered.packet = client->asked.packet = 0;
	/* IPv6 clients name the server by its DUID and speak to all. */
	if (!heard->dhcp && !heard->from_server)
		heard->server = client->offerer;
	if (heard->step == DHCP_STEP_OFFER || heard->step == DHCP_STEP_CONFIRM ||
	    heard->step == DHCP_STEP_DENY) {
		state->answers++;
		state->any_server = heard->server;
	}
	switch (heard->step) {
	case DHCP_STEP_SEARCH:
		search(client, heard);
		break;
	case DHCP_STEP_OFFER:
		offer(context, client, heard);
		break;
	case DHCP_STEP_SELECT:
		ask(client, heard);
		break;
	case DHCP_STEP_RENEW:
		renew(client, heard);
		break;
	case DHCP_STEP_REBOOT:
		client->address = heard->address;
		client->asked = heard->here;
		client->asked_transaction = heard->transaction;
		break;
	case DHCP_STEP_CONFIRM:
		confirm(context, client, heard);
		break;
	case DHCP_STEP_DENY:
		deny(context, client, heard);
		break;
	case DHCP_STEP_DECLINE:
		dhcp_judge_decline(context, heard, client);
		client->confirmed = 0;
		break;
	case DHCP_STEP_RELEASE:
		if (heard->address.family) {
			struct dhcp_lease *lease = cache_find(&state->leases, &heard->address);
			if (lease)
				lease->client = 0;
		}
		break;
	case DHCP_STEP_NONE:
		break;
	}
}

static void dhcp_message(struct analysis_context *context, const struct observation *observation,
			 const struct session_message *message)
{
	struct dhcp_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct session *session = observation->session;
	if (!packet || !session || observation->twin_of || !frame_has_time(packet))
		return;
	const struct address *to = &session->key.end[!message->direction].address;
	struct dhcp_heard heard = { .observation = observation,
				    .here = { packet->record->number, packet->record->time },
				    .server = session->key.end[message->direction].address,
				    .unicast = !address_is_broadcast(to) &&
					       !address_is_multicast(to) };
	state->context = context;
	if (message->decoder == &dhcp_decoder) {
		fill_4(&heard, message->facts);
		if (!heard.dhcp->reply && !heard.dhcp->server.family)
			heard.server = *to;
	} else {
		fill_6(&heard, message->facts);
	}
	if (heard.step != DHCP_STEP_NONE && heard.client)
		hear(context, &heard);
}

/* Who says in ARP that an address is its own: it may be the one that a client has to decline. */
static void dhcp_observe(struct analysis_context *context, const struct observation *observation)
{
	struct dhcp_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct arp_header *arp = packet->arp;
	if (!arp || observation->twin_of || !arp->sender.family || arp->probe ||
	    address_is_unspecified(&arp->sender))
		return;
	struct dhcp_owner *owner = cache_enter(&state->owners, &arp->sender, NULL);
	memcpy(owner->mac, arp->sender_mac, sizeof owner->mac);
	owner->here = (struct sample){ packet->record->number, packet->record->time };
}

static void conclude(struct analysis_context *context, const struct dhcp_client *client)
{
	if (client->denied.packet)
		dhcp_judge_denial(context, client, false);
	dhcp_judge_renewals(context, client);
	dhcp_judge_client(context, client);
}

static void forget_client(void *user, const void *key, void *value)
{
	const struct dhcp_state *state = user;
	(void)key;
	conclude(state->context, value);
}

static void dhcp_begin(struct analysis_context *context)
{
	struct dhcp_state *state = context->state;
	const struct settings *settings = context->settings;
	cache_init(&state->clients, CLIENTS_REMEMBERED, sizeof(uint64_t),
		   sizeof(struct dhcp_client));
	cache_init(&state->leases, LEASES_REMEMBERED, sizeof(struct address),
		   sizeof(struct dhcp_lease));
	cache_init(&state->owners, OWNERS_REMEMBERED, sizeof(struct address),
		   sizeof(struct dhcp_owner));
	state->clients.forget = forget_client;
	state->clients.user = state;
	state->context = context;
	state->offer_tries = (uint64_t)setting(settings, &dhcp_no_offer, "tries");
	state->offer_wait = setting_duration(settings, &dhcp_no_offer, "wait");
	state->ack_tries = (uint64_t)setting(settings, &dhcp_no_ack, "tries");
	state->renewal_tries = (uint64_t)setting(settings, &dhcp_renewal_unanswered, "tries");
	state->pool_clients = (uint64_t)setting(settings, &dhcp_pool_exhausted, "clients");
	state->starvation = (uint64_t)setting(settings, &dhcp_pool_exhausted, "starvation");
	state->slow_total = setting_duration(settings, &dhcp_slow, "total");
	state->slow_server = setting_duration(settings, &dhcp_slow, "server");
}

static void dhcp_finish(struct analysis_context *context)
{
	struct dhcp_state *state = context->state;
	const void *key;
	const struct dhcp_client *client;
	state->context = context;
	for (size_t at = 0; (client = cache_next(&state->clients, &at, &key));)
		conclude(context, client);
	dhcp_judge_pool(context);
}

static void dhcp_destroy(struct analysis_context *context)
{
	struct dhcp_state *state = context->state;
	cache_finish(&state->clients);
	cache_finish(&state->leases);
	cache_finish(&state->owners);
}

static const struct finding_kind *const kinds[] = { &dhcp_decline,
						    &dhcp_double_lease,
						    &dhcp_malformed,
						    &dhcp_nak,
						    &dhcp_no_ack,
						    &dhcp_no_offer,
						    &dhcp_pool_exhausted,
						    &dhcp_renewal_unanswered,
						    &dhcp_rogue_server,
						    &dhcp_slow,
						    NULL };

static const struct decoder *const hears[] = { &dhcp_decoder, &dhcpv6_decoder, NULL };

const struct analyzer dhcp_analyzer = {
	.name = "dhcp",
	.kinds = kinds,
	.state_size = sizeof(struct dhcp_state),
	.wants = WANTS_LINK,
	.begin = dhcp_begin,
	.observe = dhcp_observe,
	.hears = hears,
	.message = dhcp_message,
	.finish = dhcp_finish,
	.destroy = dhcp_destroy,
};
