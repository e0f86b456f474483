/* Connections that wait for names: clients for an AAAA record that nobody sends, or an IPv6 path that leads
 * nowhere, and servers that look up who connects. dns/aaaa-trouble, dns/reverse-delay. */
#include <string.h>

#include "analyze/dns.h"
#include "decode/ip.h"

#define RESOLVED_REMEMBERED 2048
#define REVERSE_REMEMBERED 512
#define PROMPTLY (NANOSECONDS / 2)      /* after what a program waited for, it goes on */
#define LONGEST_WAIT (20 * NANOSECONDS) /* resolver libraries have given up by then */
#define TOLERANCE (10 * NANOSECONDS / 1000)
#define LEAST_OVERLAP 0.8

const struct finding_kind dns_aaaa_trouble = {
	.id = "dns/aaaa-trouble",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "IPv6 delays connections",
	.say = "The IPv6 lookup of {name} delays connections of {client} by {delay}.",
	.meaning = "The address was known from an A record, and the program still waited: for the AAAA record that did "
		   "not come or came late, or for a connection over IPv6 that never came up.",
	.false_alarms = "A user may connect seconds after a lookup for other reasons: without a repeated AAAA query or "
			"an answer that ends the wait this is a notice. Clients that try both families at once wait "
			"50 ms by design.",
	.advice = { "Let {server} answer AAAA queries, if only with an empty answer.",
		    "Repair the IPv6 path, or take the AAAA record away." },
	.reference = "RFC 4074; RFC 8305",
	.parameters = {
		{ .name = "delay", .unit = UNIT_SECONDS, .value = 1, .satellite = 2,
		  .meaning = "between the A record and the connection" },
	},
};

const struct finding_kind dns_reverse_delay = {
	.id = "dns/reverse-delay",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_CLOCK,
	.title = "A server waits for the name of its client",
	.say = "{server} kept {client} waiting for {think}: it looked up the client's name, which took {lookup}.",
	.meaning = "The server of a session asked for the PTR record of its client while the client waited for the "
		   "server's answer or greeting, and went on when that lookup had ended.",
	.false_alarms = "Only a lookup of this client's address that fills four fifths of the wait counts.",
	.advice = { "Add a PTR record for {client}, or repair the resolver of {server}.",
		    "Switch the lookup off in the server (UseDNS no, HostnameLookups Off, no ident)." },
	.reference = "RFC 1912 2.1",
	.parameters = {
		{ .name = "delay", .unit = UNIT_SECONDS, .value = 1, .satellite = 2,
		  .meaning = "that the lookup lasts while the client waits" },
	},
};

struct dns_resolved { /* a client learned this address of a name */
	uint64_t name;
	struct address server; /* the name server that told it */
	struct sample answer;  /* of the record that holds the address */
	char text[DNS_SHOWN];
	bool used;           /* it has connected there since */
	struct sample tried; /* first SYN there; 0: none */
	uint32_t session_number;
	bool came_up;
};

struct dns_reverse { /* a host asked for the name of an address */
	struct proof tries;
	struct sample answer; /* packet 0: none yet */
	struct address server;
};

void dns_waits_begin(struct analysis_context *context)
{
	struct dns_state *state = context->state;
	cache_init(&state->resolved, RESOLVED_REMEMBERED, sizeof(struct dns_pair_key),
		   sizeof(struct dns_resolved));
	cache_init(&state->reverse, REVERSE_REMEMBERED, sizeof(struct dns_pair_key),
		   sizeof(struct dns_reverse));
	state->waits_least = setting_duration(context->settings, &dns_aaaa_trouble, "delay");
	state->reverse_least = setting_duration(context->settings, &dns_reverse_delay, "delay");
}

/* The number before the next dot of a reversed address; -1 when there is none. */
static int take_number(const char **name, int base, int limit)
{
	int value = 0, digits = 0;
	for (; **name && **name != '.'; (*name)++, digits++) {
		int digit = **name >= '0' && **name <= '9'   ? **name - '0'
			    : **name >= 'a' && **name <= 'f' ? **name - 'a' + 10
							     : 99;
		if (digit >= base || digits == 3)
			return -1;
		value = value * base + digit;
	}
	if (**name == '.')
		(*name)++;
	return digits && value <= limit ? value : -1;
}

/* "5.0.0.10.in-addr.arpa" is 10.0.0.5; IPv6 likewise, by half bytes. */
static bool reversed_address(const char *name, struct address *to)
{
	uint8_t bytes[16] = { 0 };
	size_t length = strlen(name);
	bool six = length > 9 && strcmp(name + length - 9, ".ip6.arpa") == 0;
	if (!six && (length < 14 || strcmp(name + length - 13, ".in-addr.arpa") != 0))
		return false;
	for (int i = six ? 31 : 3; i >= 0; i--) {
		int number = six ? take_number(&name, 16, 15) : take_number(&name, 10, 255);
		if (number < 0)
			return false;
		if (six)
			bytes[i / 2] = (uint8_t)(bytes[i / 2] | number << (i % 2 ? 0 : 4));
		else
			bytes[i] = (uint8_t)number;
	}
	*to = six ? address_ipv6(bytes) : address_ipv4(bytes);
	return strcmp(name, six ? "ip6.arpa" : "in-addr.arpa") == 0;
}

void dns_note_reverse(struct dns_state *state, const struct dns_heard *heard)
{
	struct dns_pair_key key = { .client = heard->client.address };
	if (heard->dns->query_type != DNS_TYPE_PTR ||
	    !reversed_address(heard->dns->name, &key.server))
		return;
	struct dns_reverse *reverse = cache_enter(&state->reverse, &key, NULL);
	bool over = reverse->tries.total &&
		    (reverse->answer.packet ||
		     heard->here.time - reverse->tries.last.time > DNS_ANSWER_WINDOW);
	if (over || !reverse->tries.total)
		*reverse = (struct dns_reverse){ .server = heard->server.address };
	proof_add_at(&reverse->tries, heard->here.packet, heard->here.time);
}

static void note_reverse_answer(struct dns_state *state, const struct dns_heard *heard)
{
	struct dns_pair_key key = { .client = heard->client.address };
	if (!reversed_address(heard->dns->name, &key.server))
		return;
	struct dns_reverse *reverse = cache_find(&state->reverse, &key);
	if (reverse && !reverse->answer.packet)
		reverse->answer = heard->here;
}

static void note_address(struct dns_state *state, const struct dns_heard *heard,
			 const struct address *client, const struct address *address)
{
	const struct dns_pair_key key = { *client, *address };
	struct dns_resolved *resolved = cache_enter(&state->resolved, &key, NULL);
	*resolved = (struct dns_resolved){ .name = heard->question.name,
					   .server = heard->server.address,
					   .answer = heard->here };
	dns_show(resolved->text, heard->dns->name, heard->dns->name_length);
}

void dns_note_addresses(struct dns_state *state, const struct dns_heard *heard)
{
	static const struct address anybody;
	const struct dns_header *dns = heard->dns;
	if (dns->query_type == DNS_TYPE_PTR)
		note_reverse_answer(state, heard);
	for (unsigned i = 0; i < dns->address_count; i++) {
		note_address(state, heard, &heard->client.address, &dns->addresses[i]);
		if (dns->addresses[i].family == ADDRESS_IPV6)
			note_address(state, heard, &anybody, &dns->addresses[i]);
	}
}

static void begin_trouble(struct finding *finding, const struct session *session,
			  const struct dns_resolved *resolved, int64_t delay)
{
	finding_begin(finding, &dns_aaaa_trouble, session);
	finding_words(finding, "name", "%s", resolved->text);
	finding_duration(finding, "delay", delay);
	finding->cost = delay;
}

/* The client knew the address long before it connected. What did it wait for? */
static void judge_wait(struct analysis_context *context, const struct session *session,
		       const struct dns_resolved *resolved, const struct sample *here)
{
	struct dns_state *state = context->state;
	const struct address *client = &session->key.end[session->client].address;
	struct dns_question question;
	memset(&question, 0, sizeof question);
	question.client = *client;
	question.type = DNS_TYPE_AAAA;
	question.name = resolved->name;
	const struct dns_lookup *lookup = cache_find(&state->lookups, &question);
	int64_t delay = here->time - resolved->answer.time;
	if (!lookup || !lookup->tries.total || delay < state->waits_least || delay > LONGEST_WAIT ||
	    lookup->tries.first[0].time > resolved->answer.time + PROMPTLY)
		return;
	bool answered = lookup->answer.packet || lookup->error.packet;
	int64_t answer = lookup->answer.packet ? lookup->answer.time : lookup->error.time;
	if (answered &&
	    (answer - resolved->answer.time < state->waits_least || here->time - answer > PROMPTLY))
		return;
	struct finding finding;
	begin_trouble(&finding, session, resolved, delay);
	finding.sub_kind = answered ? "slow" : "unanswered";
	finding_address(&finding, "resolver", &resolved->server);
	blame_service(&finding, "dns");
	finding.confidence = CONFIDENCE_LIKELY;
	if (!answered && lookup->tries.total < 2) {
		finding.severity = SEVERITY_NOTICE;
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding_alternative(&finding, "the program or its user waited for something else",
				    NULL);
	}
	finding_why(&finding, answered ? "The connection began as soon as the AAAA answer had come."
				       : "The A record came at once, the AAAA record never.");
	finding_evidence(&finding, lookup->tries.first[0].packet, lookup->tries.first[0].time,
			 "the AAAA query");
	finding_evidence(&finding, resolved->answer.packet, resolved->answer.time,
			 "the A record is known");
	if (answered)
		finding_evidence(&finding,
				 lookup->answer.packet ? lookup->answer.packet
						       : lookup->error.packet,
				 answer, "the AAAA answer");
	finding_evidence(&finding, here->packet, here->time, "only now the connection is opened");
	finding_submit(context->findings, &finding);
}

/* An address of the other family of the same name that this host tried before in vain. */
static void judge_fallback(struct analysis_context *context, const struct session *session,
			   const struct dns_resolved *resolved, const struct sample *here)
{
	struct dns_state *state = context->state;
	const void *found;
	const struct dns_resolved *other;
	if (here->time - state->tried_ipv6 > 3 * LONGEST_WAIT)
		return;
	for (size_t at = 0; (other = cache_next(&state->resolved, &at, &found));) {
		const struct dns_pair_key *key = found;
		int64_t delay = here->time - other->tried.time;
		if (key->server.family != ADDRESS_IPV6 || !other->tried.packet ||
		    other->name != resolved->name || other->came_up || delay < state->waits_least ||
		    delay > 3 * LONGEST_WAIT)
			continue;
		struct finding finding;
		begin_trouble(&finding, session, resolved, delay);
		finding.sub_kind = "ipv6-path";
		finding.say =
			"{client} tried {name} over IPv6 first, in vain, and lost {delay} before it used IPv4.";
		blame_network(&finding);
		finding.confidence = CONFIDENCE_LIKELY;
		finding_why(&finding,
			    "The connection over IPv6 never came up, the one over IPv4 followed.");
		finding_evidence(&finding, other->tried.packet, other->tried.time,
				 "the SYN over IPv6");
		finding_evidence(&finding, here->packet, here->time, "the SYN over IPv4");
		finding_submit(context->findings, &finding);
		return;
	}
}

/* Who asked for a name over IPv4 may connect over IPv6, from another address: only the name joins them. */
static struct dns_resolved *resolved_by_anybody(struct dns_state *state,
						const struct address *server)
{
	const struct dns_pair_key key = { .server = *server };
	return cache_find(&state->resolved, &key);
}

void dns_connection(struct analysis_context *context, const struct observation *observation)
{
	struct dns_state *state = context->state;
	const struct session *session = observation->session;
	const struct record *record = observation->packet->record;
	const struct sample here = { record->number, record->time };
	const struct address *client = &session->key.end[session->client].address;
	const struct address *server = &session->key.end[session_server(session)].address;
	cache_enter(&state->connecting, client, NULL);
	if (session->role != ROLE_SYN || !state->resolved.count)
		return;
	const struct dns_pair_key key = { *client, *server };
	struct dns_resolved *resolved = server->family == ADDRESS_IPV6
						? resolved_by_anybody(state, server)
						: cache_find(&state->resolved, &key);
	if (!resolved || resolved->used)
		return;
	resolved->used = true;
	resolved->tried = here;
	resolved->session_number = session->number;
	if (server->family != ADDRESS_IPV4) {
		state->tried_ipv6 = here.time;
		return;
	}
	judge_wait(context, session, resolved, &here);
	judge_fallback(context, session, resolved, &here);
}

/* Did `server` look up its client while that waited from `start` to `end`? */
static void judge_reverse(struct analysis_context *context, const struct session *session,
			  int64_t start, int64_t end, uint64_t packet)
{
	struct dns_state *state = context->state;
	const struct dns_pair_key key = { session->key.end[session_server(session)].address,
					  session->key.end[session->client].address };
	if (!state->reverse.count || end - start < state->reverse_least)
		return;
	const struct dns_reverse *reverse = cache_find(&state->reverse, &key);
	if (!reverse)
		return;
	int64_t from = reverse->tries.first[0].time, to = end;
	if (reverse->answer.packet && reverse->answer.time < to)
		to = reverse->answer.time;
	if (from < start - TOLERANCE || to - from < state->reverse_least ||
	    (double)(to - from) < LEAST_OVERLAP * (double)(end - start))
		return;
	struct finding finding;
	finding_begin(&finding, &dns_reverse_delay, session);
	finding_duration(&finding, "think", end - start);
	finding_duration(&finding, "lookup", to - from);
	finding_address(&finding, "resolver", &reverse->server);
	finding.cost = to - from;
	finding.confidence = CONFIDENCE_LIKELY;
	blame_service(&finding, "dns");
	finding_why(
		&finding,
		reverse->answer.packet && reverse->answer.time <= end
			? "The server went on when the answer about the client's address had come."
			: "The server went on when it had waited in vain for the name of the client's address.");
	proof_give(&reverse->tries, &finding, "the server asks for its client's name");
	if (reverse->answer.packet && reverse->answer.time <= end)
		finding_evidence(&finding, reverse->answer.packet, reverse->answer.time,
				 "the answer");
	finding_evidence(&finding, packet, end, "the server goes on");
	finding_submit(context->findings, &finding);
}

void dns_transaction(struct analysis_context *context, const struct session *session,
		     const struct tcp_transaction *transaction)
{
	if (transaction->response_packet)
		judge_reverse(context, session, transaction->request_last_time,
			      transaction->response_time, transaction->response_packet);
}

/* A greeting that the client had to wait for. */
void dns_connection_end(struct analysis_context *context, const struct session *session)
{
	const struct tcp_side *server = &session->tcp->side[session_server(session)];
	const struct tcp_side *client = &session->tcp->side[session->client];
	bool greets =
		server->first_data_packet &&
		(!client->first_data_packet || client->first_data_time > server->first_data_time);
	if (session->tcp->handshake.complete && greets)
		judge_reverse(context, session, session->tcp->handshake.done_time,
			      server->first_data_time, server->first_data_packet);
}

/* A segment of the server: the connection is there. */
void dns_connection_up(struct dns_state *state, const struct session *session)
{
	const struct address *server = &session->key.end[session_server(session)].address;
	if (server->family != ADDRESS_IPV6 || !state->resolved.count)
		return;
	struct dns_resolved *resolved = resolved_by_anybody(state, server);
	if (resolved && resolved->session_number == session->number)
		resolved->came_up = true;
}
