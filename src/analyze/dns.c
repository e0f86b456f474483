/* Hears DNS and matches questions with answers, whatever port, server or transport a try used. */
#include "analyze/dns.h"

#include <stdio.h>
#include <string.h>

#include "analyze/frame.h"
#include "core/hash.h"
#include "decode/decoder.h"
#include "decode/ip.h"

#define LOOKUPS_REMEMBERED 4096
#define TRIES_REMEMBERED 4096
#define PAIRS_REMEMBERED 512
#define PORTS_REMEMBERED 2048
#define JUNK_REMEMBERED 64
#define CONNECTING_REMEMBERED 512
#define NAME_SEED 0x6e616d65
#define STORM_WINDOW (60 * NANOSECONDS)
#define SHORTEST_RETRY (NANOSECONDS / 10) /* nobody gives up earlier; what comes sooner was asked twice */
#define TOO_LARGE 1232 /* bytes: what passes every path in one piece (RFC 9715) */

struct dns_pair *dns_pair_of(struct dns_state *state, const struct address *client,
			     const struct address *server)
{
	const struct dns_pair_key key = { *client, *server };
	return cache_enter(&state->pairs, &key, NULL);
}

const struct dns_pair_key *dns_passed_on(struct dns_state *state, const struct address *server,
					 enum dns_case_kind kind, int64_t worst)
{
	const void *found;
	const struct dns_pair *pair;
	for (size_t at = 0; (pair = cache_next(&state->pairs, &at, &found));) {
		const struct dns_pair_key *key = found;
		const struct dns_case *what = &pair->cases[kind];
		if (what->count && what->worst * 2 >= worst && address_equal(&key->client, server))
			return key;
	}
	return NULL;
}

void dns_show(char to[DNS_SHOWN], const char *name, size_t length)
{
	size_t used = 0;
	for (size_t i = 0; i < length && used + 5 < DNS_SHOWN; i++) {
		uint8_t byte = (uint8_t)name[i];
		if (byte > ' ' && byte < 0x7f)
			to[used++] = name[i];
		else
			used += (size_t)snprintf(to + used, DNS_SHOWN - used, "\\%03u", byte);
	}
	to[used] = '\0';
}

static void keep_name(char to[DNS_SHOWN], const struct dns_header *dns)
{
	dns_show(to, dns->name, dns->name_length);
}

void dns_case_add(struct dns_case *what, const struct dns_heard *heard)
{
	const struct session *session = heard->observation->session;
	if (!what->count++) {
		keep_name(what->name, heard->dns);
		what->type = heard->dns->query_type;
		what->session_number = session->number;
		what->session_kind = session->kind;
		what->extended_error = DNS_NO_EXTENDED_ERROR;
	}
	if (what->extended_error < 0 && heard->dns->extended_error >= 0) {
		what->extended_error = heard->dns->extended_error;
		memcpy(what->extended_text, heard->dns->extended_text, sizeof what->extended_text);
	}
	what->authoritative |= (heard->dns->flags & DNS_AA) != 0;
	what->quality |= session->quality;
	spread_add(&what->names, heard->question.name);
	proof_add_at(&what->proof, heard->here.packet, heard->here.time);
}

void dns_finding(struct finding *finding, const struct finding_kind *kind,
		 const struct address *client, const struct address *server,
		 const struct dns_case *what)
{
	finding_begin(finding, kind, NULL);
	finding_subject(finding, client, server, DNS_PORT, IP_PROTOCOL_UDP);
	finding->service = "dns";
	finding->session_kind = SESSION_UDP;
	if (!what)
		return;
	finding->session_kind = what->session_kind;
	finding->session_number = what->session_number;
	finding->quality = what->quality;
	finding->count = what->count;
	finding->cost = what->cost;
	char type[DNS_TYPE_TEXT_SIZE];
	finding_words(finding, "name", "%s", what->name);
	finding_words(finding, "type", "%s", dns_type_text(what->type, type));
	finding_count(finding, "names", what->names.count);
}

static struct dns_asked *asked_of(struct dns_lookup *lookup, const struct address *server)
{
	for (unsigned i = 0; i < lookup->asked_count; i++)
		if (address_equal(&lookup->asked[i].server, server))
			return &lookup->asked[i];
	if (lookup->asked_count == DNS_LOOKUP_SERVERS)
		return NULL;
	struct dns_asked *asked = &lookup->asked[lookup->asked_count++];
	*asked = (struct dns_asked){ .server = *server };
	return asked;
}

static void begin_lookup(struct dns_lookup *lookup, const struct dns_heard *heard)
{
	const struct session *session = heard->observation->session;
	struct dns_lookup fresh = { .session_kind = session->kind,
				    .session_number = session->number,
				    .rate = lookup->rate,
				    .burst = lookup->burst,
				    .busiest = lookup->busiest,
				    .answered_before = lookup->answered_before };
	*lookup = fresh;
	keep_name(lookup->name, heard->dns);
}

static void count_rate(struct dns_lookup *lookup, const struct dns_heard *heard)
{
	uint32_t count = rate_add(&lookup->rate, heard->here.time, STORM_WINDOW);
	if (count > lookup->busiest)
		lookup->busiest = count;
	if (count == 1 && lookup->busiest == 1)
		lookup->burst = (struct proof){ .total = 0 };
	proof_add_at(&lookup->burst, heard->here.packet, heard->here.time);
}

/* The last try got nothing before this one. What did it offer, and did a part of an answer come? */
static void look_back(struct dns_state *state, struct dns_lookup *lookup, int64_t now)
{
	const struct dns_try *last =
		lookup->tries.total ? cache_find(&state->tries, &lookup->last) : NULL;
	if (!last || last->answer.packet || now - last->query.time < SHORTEST_RETRY)
		return;
	lookup->edns_silent += last->had_edns;
	if (last->edns_size > TOO_LARGE)
		lookup->large_silent++;
	if (last->fragment.packet) {
		lookup->fragments_lost++;
		lookup->fragment = last->fragment;
	}
}

/* Is it a query that was sent before, long enough ago to have been given up? */
static bool note_try(struct dns_state *state, const struct dns_heard *heard,
		     const struct dns_try_key *key)
{
	struct dns_try *try = cache_enter(&state->tries, key, NULL);
	bool again = try->copies &&
		     memcmp(&try->question, &heard->question, sizeof try->question) == 0 &&
		     heard->here.time - try->query.time < DNS_ANSWER_WINDOW && !try->answer.packet;
	if (!again)
		*try = (struct dns_try){ .question = heard->question, .query = heard->here };
	try->copies++;
	try->edns_size = heard->dns->edns_size;
	try->had_edns = heard->dns->has_edns;
	try->recursive = heard->dns->flags & DNS_RD;
	struct dns_try_key *port = cache_enter(&state->ports, &heard->client, NULL);
	*port = *key;
	return again && heard->here.time - try->query.time >= SHORTEST_RETRY;
}

#define SILENT_ROW 4                     /* queries in a row without an answer, for several names, */
#define SILENT_TIME (3 * NANOSECONDS)    /* within so long at least: then the server stopped answering */

static void note_row(struct dns_pair *pair, const struct dns_heard *heard)
{
	pair->queries++;
	/* The present one may still be answered. */
	pair->stopped |= pair->row_mixed && pair->row >= SILENT_ROW &&
			 heard->here.time - pair->row_since >= SILENT_TIME;
	if (!pair->row++) {
		pair->row_since = heard->here.time;
		pair->row_name = heard->question.name;
		pair->row_mixed = false;
	}
	pair->row_mixed |= heard->question.name != pair->row_name;
}

static void hear_query(struct analysis_context *context, const struct dns_heard *heard)
{
	struct dns_state *state = context->state;
	struct dns_try_key key;
	memset(&key, 0, sizeof key);
	key.client = heard->client;
	key.server = heard->server.address;
	key.id = heard->dns->id;
	note_row(dns_pair_of(state, &heard->client.address, &heard->server.address), heard);
	if (heard->dns->opcode != DNS_QUERY || !heard->dns->questions) {
		note_try(state, heard, &key);
		return;
	}
	struct dns_lookup *lookup = cache_enter(&state->lookups, &heard->question, NULL);
	bool stale = lookup->tries.total &&
		     heard->here.time - lookup->tries.last.time > DNS_ANSWER_WINDOW;
	if (stale && !lookup->answer.packet)
		dns_judge_lookup(context, &heard->question, lookup, heard->here.time);
	if (lookup->answer.packet)
		dns_judge_answered(context, &heard->question, lookup, heard->here.time);
	if (!lookup->tries.total || lookup->answer.packet || stale)
		begin_lookup(lookup, heard);
	else
		look_back(state, lookup, heard->here.time);
	proof_add_at(&lookup->tries, heard->here.packet, heard->here.time);
	lookup->quality |= heard->observation->session->quality;
	lookup->last = key;
	struct dns_asked *asked = asked_of(lookup, &heard->server.address);
	if (asked)
		asked->tries++;
	count_rate(lookup, heard);
	lookup->repeats += note_try(state, heard, &key);
	dns_note_reverse(state, heard);
}

/* What servers are right to deny to all but a few: the whole zone, all they know of a name (RFC 8482), their version
 * (class CHAOS, RFC 4892), and anything that is no query. */
static bool is_privilege(const struct dns_header *dns)
{
	return dns->opcode != DNS_QUERY ||
	       (dns->questions && (dns->query_class != DNS_CLASS_IN || dns->query_type == DNS_TYPE_IXFR ||
				   dns->query_type == DNS_TYPE_AXFR || dns->query_type == DNS_TYPE_ANY));
}

static enum dns_case_kind case_of_code(const struct dns_header *dns)
{
	switch (dns->rcode) {
	case DNS_SERVFAIL:
		return DNS_CASE_SERVFAIL;
	case DNS_REFUSED:
		return is_privilege(dns) ? DNS_CASE_DENIED : DNS_CASE_REFUSED;
	case DNS_NOTIMP:
		return dns->opcode == DNS_QUERY && is_privilege(dns) ? DNS_CASE_DENIED : DNS_CASE_FORMAT;
	case DNS_FORMERR:
		return DNS_CASE_FORMAT;
	default:
		return DNS_CASES;
	}
}

/* An answer that the client cannot use. Counted once a lookup, however often it is repeated; not if something
 * else was said of it. */
static void hear_error(const struct dns_heard *heard, struct dns_pair *pair,
		       struct dns_lookup *lookup, const struct dns_try *try,
		       enum dns_case_kind kind, bool told)
{
	struct dns_case *what = &pair->cases[kind];
	if (told)
		kind = DNS_CASES;
	else if (lookup && lookup->error.packet &&
	    address_equal(&lookup->error_server, &heard->server.address)) {
		proof_add_at(&what->proof, heard->here.packet, heard->here.time);
		return;
	}
	if (!told && !what->count && try)
		proof_add_at(&what->proof, try->query.packet, try->query.time);
	if (!told)
		dns_case_add(what, heard);
	if (!lookup || lookup->error.packet)
		return;
	lookup->error = heard->here;
	lookup->error_server = heard->server.address;
	lookup->error_case = (uint8_t)kind;
	lookup->error_had_edns = try && try->had_edns;
}

/* All the difference between the tries that got nothing and this one is EDNS. */
static void note_edns(struct dns_pair *pair, const struct dns_heard *heard, const struct dns_lookup *lookup)
{
	struct dns_case *what = &pair->cases[DNS_CASE_EDNS];
	proof_add_at(&what->proof, lookup->tries.first[0].packet, lookup->tries.first[0].time);
	dns_case_add(what, heard);
	what->cost += heard->here.time - lookup->tries.first[0].time;
}

/* The first answer that settles the question: what went before did no lasting harm. */
static void settle(struct dns_state *state, const struct dns_heard *heard,
		   struct dns_lookup *lookup, const struct dns_try *try)
{
	int64_t took = heard->here.time - lookup->tries.first[0].time;
	const struct address *first = &lookup->asked[0].server;
	bool next = lookup->asked_count && !lookup->asked[0].answered &&
		    !address_equal(first, &heard->server.address);
	lookup->answer = heard->here;
	lookup->answerer = heard->server.address;
	if (lookup->error.packet && lookup->error_case < DNS_CASES) {
		struct dns_pair *pair =
			dns_pair_of(state, &heard->client.address, &lookup->error_server);
		struct dns_case *what = &pair->cases[lookup->error_case];
		what->harmless++;
		what->cost += took;
		if (lookup->error_had_edns && !try->had_edns)
			pair->plain_worked++;
	}
	struct dns_pair *pair =
		dns_pair_of(state, &heard->client.address, next ? first : &heard->server.address);
	pair->settled++;
	if (lookup->edns_silent && !try->had_edns && lookup->asked_count == 1)
		note_edns(pair, heard, lookup);
	if (took < state->slow_limit)
		return;
	struct dns_case *slow = &pair->cases[next ? DNS_CASE_NEXT_SERVER : DNS_CASE_SLOW];
	dns_case_add(slow, heard);
	slow->cost += took;
	slow->repeated += lookup->repeats > 0;
	slow->retried += (heard->here.time - lookup->tries.last.time) * 2 < took;
	if (took > slow->worst) {
		slow->worst = took;
		keep_name(slow->name, heard->dns);
		slow->type = heard->dns->query_type;
		slow->proof.total = 0;
		for (uint64_t i = 0; i < lookup->tries.total && i < PROOF_FIRST - 1; i++)
			proof_add_at(&slow->proof, lookup->tries.first[i].packet,
				     lookup->tries.first[i].time);
		proof_add_at(&slow->proof, heard->here.packet, heard->here.time);
	}
}

static void note_code(struct analysis_context *context, const struct dns_heard *heard, struct dns_pair *pair,
		      struct dns_lookup *lookup, const struct dns_try *try)
{
	const struct dns_header *dns = heard->dns;
	enum dns_case_kind kind = case_of_code(dns);
	if (kind < DNS_CASES) {
		hear_error(heard, pair, lookup, try, kind, dns_note_lame(context, heard, pair, try));
		return;
	}
	static const char reverse[] = "in-addr.arpa";
	size_t length = sizeof reverse - 1;
	bool is_reverse = dns->query_type == DNS_TYPE_PTR && dns->name_length > length &&
			  memcmp(dns->name + dns->name_length - length, reverse, length) == 0;
	if (dns->rcode == DNS_NXDOMAIN)
		dns_case_add(
			&pair->cases[is_reverse ? DNS_CASE_NXDOMAIN_REVERSE : DNS_CASE_NXDOMAIN],
			heard);
	else if (!dns->rcode && dns->opcode == DNS_QUERY && dns->whole && !dns->answers &&
		 dns->has_soa)
		dns_case_add(&pair->cases[DNS_CASE_NODATA], heard);
	if (lookup && !lookup->answer.packet)
		settle(context->state, heard, lookup, try);
	if (lookup)
		lookup->answered_before++;
}

/* What lies in the first answer to a try. */
static void first_answer(struct analysis_context *context, const struct dns_heard *heard,
			 struct dns_pair *pair, struct dns_try *try, struct dns_lookup *lookup)
{
	struct dns_state *state = context->state;
	int64_t took = heard->here.time - try->query.time;
	try->answer = heard->here;
	try->data_hash = heard->dns->data_hash;
	try->rcode = heard->dns->rcode;
	try->answer_ttl = heard->ttl;
	if (!pair->fastest || took < pair->fastest)
		pair->fastest = took > 0 ? took : 1;
	if (took >= state->answer_late && !heard->stream) {
		dns_case_add(&pair->cases[DNS_CASE_LATE], heard);
		if (took > pair->cases[DNS_CASE_LATE].worst)
			pair->cases[DNS_CASE_LATE].worst = took;
	}
	if (heard->dns->flags & DNS_TC && !heard->stream && heard->dns->opcode == DNS_QUERY) {
		bool useful = heard->dns->answers > 0;
		dns_case_add(&pair->cases[DNS_CASE_TRUNCATED], heard);
		pair->truncated_useful += useful;
		if (lookup && !lookup->truncated.packet)
			lookup->truncated = heard->here;
		/* The question is still open: the client asks again over TCP. */
		if (!useful)
			return;
	}
	if (lookup && lookup->truncated.packet && heard->stream) {
		pair->truncated_retried++;
		pair->cases[DNS_CASE_TRUNCATED].cost += heard->here.time - lookup->truncated.time;
	}
	dns_note_referral(context, heard, try);
	note_code(context, heard, pair, lookup, try);
	if (lookup)
		dns_note_suffix(context, heard, lookup);
	dns_note_addresses(state, heard);
}

static void hear_answer(struct analysis_context *context, const struct dns_heard *heard)
{
	struct dns_state *state = context->state;
	struct dns_pair *pair = dns_pair_of(state, &heard->client.address, &heard->server.address);
	struct dns_try_key key;
	memset(&key, 0, sizeof key);
	key.client = heard->client;
	key.server = heard->server.address;
	key.id = heard->dns->id;
	struct dns_try *try = cache_find(&state->tries, &key);
	pair->answers++;
	pair->row = 0;
	if (try && heard->dns->questions && try->question.name != heard->question.name)
		try = NULL;
	if (!try) {
		pair->foreign++;
		dns_foreign_answer(context, heard);
		if (heard->dns->questions)
			dns_case_add(&pair->cases[DNS_CASE_UNASKED], heard);
		/* Errors are worth knowing even so. */
		enum dns_case_kind kind = case_of_code(heard->dns);
		if (kind < DNS_CASES) {
			pair->junk += cache_find(&state->junk, &heard->client) != NULL;
			hear_error(heard, pair, NULL, NULL, kind, false);
		}
		return;
	}
	try->answers++;
	pair->edns_answered += try->had_edns;
	if (try->answer.packet) {
		dns_second_answer(context, heard, try);
		return;
	}
	struct dns_lookup *lookup = cache_find(&state->lookups, &try->question);
	if (lookup && heard->here.time - lookup->tries.first[0].time > 2 * DNS_ANSWER_WINDOW)
		lookup = NULL;
	if (lookup) {
		struct dns_asked *asked = asked_of(lookup, &heard->server.address);
		if (asked)
			asked->answered = true;
	}
	first_answer(context, heard, pair, try, lookup);
}

static void dns_message(struct analysis_context *context, const struct observation *observation,
			const struct session_message *message)
{
	struct dns_state *state = context->state;
	const struct session *session = observation->session;
	const struct packet *packet = observation->packet;
	const struct dns_header *dns = message->facts;
	if (!session || !packet || !frame_has_time(packet) || observation->twin_of)
		return;
	const struct endpoint *from = &session->key.end[message->direction];
	const struct endpoint *to = &session->key.end[!message->direction];
	struct dns_heard heard = {
		.observation = observation,
		.dns = dns,
		.client = dns->response ? *to : *from,
		.server = dns->response ? *from : *to,
		.here = { packet->record->number, packet->record->time },
		.ttl = packet->ip ? packet->ip->time_to_live : 0,
		.stream = !packet->udp,
	};
	/* What was cut off in front of the name is no question that could be known again; the root is ".". */
	if (dns->questions && !dns->name_length)
		return;
	memset(&heard.question, 0, sizeof heard.question);
	heard.question.client = heard.client.address;
	heard.question.type = dns->query_type;
	heard.question.name = hash_bytes(dns->name, dns->name_length, NAME_SEED);
	state->context = context;
	if (address_is_multicast(&heard.server.address) ||
	    address_is_broadcast(&heard.server.address))
		return;
	if (dns->response)
		hear_answer(context, &heard);
	else
		hear_query(context, &heard);
}

/* An answer of which the trace holds too little to know more than that it came. */
static void take_unread(struct dns_state *state, struct dns_try *try, const struct packet *packet)
{
	struct dns_lookup *lookup = cache_find(&state->lookups, &try->question);
	try->answer = (struct sample){ packet->record->number, packet->record->time };
	if (!lookup || lookup->answer.packet)
		return;
	lookup->answer = try->answer;
	lookup->answerer = packet->ip->source;
	struct dns_asked *asked = asked_of(lookup, &packet->ip->source);
	if (asked)
		asked->answered = true;
}

/* The start of an answer in pieces: its identifier is all that can be read of it. */
static void note_fragment(struct dns_state *state, const struct packet *packet)
{
	struct cursor in = packet->payload;
	struct dns_try_key key;
	memset(&key, 0, sizeof key);
	key.client = (struct endpoint){ packet->ip->destination, 0, packet->udp->destination_port };
	key.server = packet->ip->source;
	key.id = cursor_be16(&in);
	struct dns_try *try = cursor_ok(&in) ? cache_find(&state->tries, &key) : NULL;
	struct dns_pair *pair = dns_pair_of(state, &packet->ip->destination, &packet->ip->source);
	pair->row = 0;
	/* The recorder cut it: it may have been put together with the others for all that is known. */
	if (packet->record->captured_length < packet->record->original_length) {
		pair->unread |= QUALITY_TRUNCATED;
		if (try && !try->answer.packet)
			take_unread(state, try, packet);
		return;
	}
	if (try && !try->answer.packet && !try->fragment.packet)
		try->fragment = (struct sample){ packet->record->number, packet->record->time };
}

/* No route, no such host, or not allowed: all unreachables but those about protocols, ports and sizes. */
static bool says_no_way(const struct icmp_header *icmp)
{
	return icmp->version == 6 ? icmp->type == 1 && icmp->code != 4
				  : icmp->type == 3 && (icmp->code < 2 || icmp->code > 4);
}

/* "Port unreachable" about a query: nobody listens; other codes: no way there. About an answer: nobody waits any
 * more. */
static void note_unreachable(struct dns_state *state, const struct packet *packet)
{
	const struct icmp_quote *quote = &packet->icmp->quote;
	if (!packet->icmp->is_error || !quote->has_ports || quote->protocol != IP_PROTOCOL_UDP)
		return;
	struct endpoint client = { quote->source, 0, quote->source_port };
	if (quote->destination_port != DNS_PORT)
		return;
	const struct dns_pair_key both = { quote->source, quote->destination };
	struct dns_pair *pair = cache_find(&state->pairs, &both);
	bool closed = frame_says_port_unreachable(packet);
	if (pair && closed)
		pair->closed++;
	else if (pair && says_no_way(packet->icmp))
		pair->no_way++;
	if (!closed)
		return;
	const struct dns_try_key *key = cache_find(&state->ports, &client);
	if (key && !address_equal(&key->server, &quote->destination))
		key = NULL;
	const struct dns_try *try = key ? cache_find(&state->tries, key) : NULL;
	struct dns_lookup *lookup = try ? cache_find(&state->lookups, &try->question) : NULL;
	if (lookup)
		lookup->refused = true;
}

static void note_stream(struct dns_state *state, const struct session *session)
{
	const struct endpoint *server = &session->key.end[session_server(session)];
	const struct address *client = &session->key.end[session->client].address;
	if (server->port == DNS_PORT)
		dns_pair_of(state, client, &server->address)->streams++;
}

static void dns_observe(struct analysis_context *context, const struct observation *observation)
{
	struct dns_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct session *session = observation->session;
	state->context = context;
	if (!frame_has_time(packet) || observation->twin_of)
		return;
	if (packet->icmp) {
		note_unreachable(state, packet);
	} else if (packet->udp && packet->ip) {
		const struct ip_header *ip = packet->ip;
		if (packet->udp->source_port == DNS_PORT && ip->more_fragments &&
		    !ip->fragment_offset && !ip->reassembled)
			note_fragment(state, packet);
		if (packet->malformed && packet->udp->destination_port == DNS_PORT) {
			struct endpoint client = { ip->source, 0, packet->udp->source_port };
			struct sample *junk = cache_enter(&state->junk, &client, NULL);
			*junk = (struct sample){ packet->record->number, packet->record->time };
		}
	} else if (session && session->kind == SESSION_TCP) {
		if (observation->new_session) {
			note_stream(state, session);
			dns_connection(context, observation);
		}
		for (unsigned i = 0; i < observation->event_count; i++) {
			if (observation->events[i].type == EVENT_HANDSHAKE)
				dns_connection_up(state, session);
			if (observation->events[i].type == EVENT_TRANSACTION)
				dns_transaction(context, session,
						observation->events[i].transaction);
		}
	}
}

static void dns_session_end(struct analysis_context *context, const struct session *session,
			    const struct observation *last)
{
	struct dns_state *state = context->state;
	state->context = context;
	if (session->kind != SESSION_TCP)
		return;
	for (unsigned i = 0; i < last->event_count; i++)
		if (last->events[i].type == EVENT_TRANSACTION)
			dns_transaction(context, session, last->events[i].transaction);
	dns_connection_end(context, session);
	const struct endpoint *server = &session->key.end[session_server(session)];
	uint32_t unread = session->quality & (QUALITY_TRUNCATED | QUALITY_REORDERED | QUALITY_LOSS);
	const struct tcp_side *speaker = &session->tcp->side[session_server(session)];
	if (server->port == DNS_PORT && unread && speaker->unique_bytes + speaker->hole_acked_bytes)
		dns_pair_of(state, &session->key.end[session->client].address, &server->address)->unread |= unread;
	if (server->port != DNS_PORT || session->role > ROLE_SYNACK)
		return;
	const struct tcp_side *side = &session->tcp->side[session_server(session)];
	if (side->isn_known || session->side[session_server(session)].payload_bytes)
		return;
	struct dns_pair *pair =
		dns_pair_of(state, &session->key.end[session->client].address, &server->address);
	pair->streams_failed++;
	pair->stream_failed = (struct sample){ session->first_packet, session->first_time };
}

static void forget_lookup(void *user, const void *key, void *value)
{
	const struct dns_state *state = user;
	const struct dns_lookup *lookup = value;
	if (!lookup->answer.packet)
		dns_judge_lookup(state->context, key, lookup, state->context->trace->now);
	else
		dns_judge_answered(state->context, key, lookup, state->context->trace->now);
	dns_judge_storm(state->context, key, lookup);
}

static void judge_pair(struct analysis_context *context, const struct dns_pair_key *key,
		       const struct dns_pair *pair)
{
	dns_judge_codes(context, key, pair);
	dns_judge_ignored(context, key, pair);
	dns_judge_answers(context, key, pair);
}

static void forget_pair(void *user, const void *key, void *value)
{
	const struct dns_state *state = user;
	judge_pair(state->context, key, value);
}

static void dns_begin(struct analysis_context *context)
{
	struct dns_state *state = context->state;
	const struct settings *settings = context->settings;
	state->context = context;
	cache_init(&state->lookups, LOOKUPS_REMEMBERED, sizeof(struct dns_question),
		   sizeof(struct dns_lookup));
	cache_init(&state->tries, TRIES_REMEMBERED, sizeof(struct dns_try_key),
		   sizeof(struct dns_try));
	cache_init(&state->pairs, PAIRS_REMEMBERED, sizeof(struct dns_pair_key),
		   sizeof(struct dns_pair));
	cache_init(&state->ports, PORTS_REMEMBERED, sizeof(struct endpoint),
		   sizeof(struct dns_try_key));
	cache_init(&state->junk, JUNK_REMEMBERED, sizeof(struct endpoint), sizeof(struct sample));
	cache_init(&state->connecting, CONNECTING_REMEMBERED, sizeof(struct address), 0);
	state->lookups.forget = forget_lookup;
	state->pairs.forget = forget_pair;
	state->lookups.user = state->pairs.user = state;
	state->wait = setting_duration(settings, &dns_no_answer, "wait");
	state->answer_late = setting_duration(settings, &dns_late_answer, "late");
	state->slow_limit = setting_duration(settings, &dns_slow, "time");
	state->slow_single = setting_duration(settings, &dns_slow, "single");
	state->follow = setting_duration(settings, &dns_truncated, "follow");
	state->storm = (uint64_t)setting(settings, &dns_retry_storm, "repeats");
	dns_content_begin(context);
	dns_waits_begin(context);
}

static void dns_finish(struct analysis_context *context)
{
	struct dns_state *state = context->state;
	const void *key;
	const struct dns_lookup *lookup;
	const struct dns_pair *pair;
	state->context = context;
	state->pairs.forget = NULL;
	for (size_t at = 0; (lookup = cache_next(&state->lookups, &at, &key));) {
		if (!lookup->answer.packet)
			dns_judge_lookup(context, key, lookup, context->trace->last_time);
		else
			dns_judge_answered(context, key, lookup, context->trace->last_time);
		dns_judge_storm(context, key, lookup);
	}
	for (size_t at = 0; (pair = cache_next(&state->pairs, &at, &key));)
		judge_pair(context, key, pair);
	dns_judge_suffixes(context);
}

static void dns_destroy(struct analysis_context *context)
{
	struct dns_state *state = context->state;
	struct cache *all[] = { &state->lookups,   &state->tries,       &state->pairs,
				&state->ports,     &state->delegations, &state->clients,
				&state->resolved,  &state->reverse,     &state->junk,
				&state->connecting };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		cache_finish(all[i]);
}

static const struct finding_kind *const kinds[] = { &dns_aaaa_trouble,
						    &dns_conflicting_answers,
						    &dns_format_error,
						    &dns_lame_delegation,
						    &dns_large_answer_lost,
						    &dns_late_answer,
						    &dns_name_error,
						    &dns_no_answer,
						    &dns_nodata,
						    &dns_refused,
						    &dns_retry_storm,
						    &dns_reverse_delay,
						    &dns_search_suffix,
						    &dns_servfail,
						    &dns_slow,
						    &dns_truncated,
						    NULL };

static const struct decoder *const hears[] = { &dns_decoder, NULL };

const struct analyzer dns_analyzer = {
	.name = "dns",
	.kinds = kinds,
	.state_size = sizeof(struct dns_state),
	.wants = WANTS_ODD | WANTS_ICMP | WANTS_NEW_SESSIONS | WANTS_EVENTS,
	.begin = dns_begin,
	.observe = dns_observe,
	.hears = hears,
	.message = dns_message,
	.session_end = dns_session_end,
	.finish = dns_finish,
	.destroy = dns_destroy,
};
