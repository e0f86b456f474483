/* How long does the TLS handshake take, and how often is it done in full? tls/handshake-slow, tls/no-resumption. */
#include <stdlib.h>

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/text.h"
#include "decode/tls.h"

static const struct finding_kind handshake_slow = {
	.id = "tls/handshake-slow",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_MIDSTREAM,
	.weakened_by = QUALITY_CLOCK,
	.title = "The TLS handshake is slow",
	.say = "TLS set-up took {took}: {parts}.",
	.meaning = "From the Client Hello to the end of the handshake. What the network needed, what the server waited "
		   "before its answers (keys, hardware, a name look-up), what the client waited (checking the "
		   "certificate, a person who has to confirm it), and repairs of losses are told apart.",
	.false_alarms = "When the client waits nobody else is to blame, and when only the way is long it is no fault: both "
			"are notices. In TLS 1.3 the end of the handshake is the client's first encrypted record.",
	.advice = { "Keep connections open, or let clients resume sessions.",
		    "If the server waits: look at its processor, its key store and whom it asks." },
	.reference = "RFC 8446 2; catalogue A10",
	.parameters = {
		{ .name = "time", .unit = UNIT_SECONDS, .value = 1, .lan = 0.3, .satellite = 4, .strict = 0.2,
		  .meaning = "from hello to finished" },
	},
};

static const struct finding_kind no_resumption = {
	.id = "tls/no-resumption",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "TLS sessions are not resumed",
	.say = "{handshakes|full TLS handshake|full TLS handshakes} within {within} where resumption was offered: {spent} "
	       "spent.",
	.meaning = "The server hands out tickets, and the client opens many connections without using one; or it shows "
		   "them and the server does not take them.",
	.false_alarms = "Clients that must not be recognised leave tickets out on purpose. Only handshakes that did not "
			"resume are counted, and only after a ticket was seen.",
	.advice = { "Behind a load balancer let all nodes share their ticket keys.",
		    "Let the client keep connections open, or its TLS context." },
	.reference = "RFC 5077, RFC 8446 2.2",
	.parameters = {
		{ .name = "handshakes", .unit = UNIT_COUNT, .value = 20, .meaning = "in full within a minute" },
	},
};

#define MINUTE (60 * NANOSECONDS)
#define PAIRS_REMEMBERED 512
#define HANDSHAKES_REMEMBERED 64

struct moment { uint64_t packet; int64_t time; };

struct setup {                   /* of one connection, until its handshake is over */
	uint8_t client;
	bool resumed, done, ticket, tls13;
	struct moment hello, server_hello, server_flight, client_finished, finished;
	uint64_t repeated;           /* segments repeated before the hello */
	int64_t trip;
};

struct pair { struct address client, server; uint16_t port, pad; };
struct handshakes {              /* in full, between two */
	struct moment at[HANDSHAKES_REMEMBERED];     /* a ring */
	int64_t took[HANDSHAKES_REMEMBERED];
	uint32_t count;
	bool tickets;
	bool told;
};

struct setup_state { struct cache pairs; uint32_t limit; int64_t slow; };

struct setup_session { struct setup *setup; };

static void setup_begin(struct analysis_context *context)
{
	struct setup_state *state = context->state;
	cache_init(&state->pairs, PAIRS_REMEMBERED, sizeof(struct pair), sizeof(struct handshakes));
	state->limit = (uint32_t)setting(context->settings, &no_resumption, "handshakes");
	if (state->limit < 2)
		state->limit = 2;
	if (state->limit > HANDSHAKES_REMEMBERED)
		state->limit = HANDSHAKES_REMEMBERED;
	state->slow = setting_duration(context->settings, &handshake_slow, "time");
}

static void setup_destroy(struct analysis_context *context)
{
	struct setup_state *state = context->state;
	cache_finish(&state->pairs);
}

static struct handshakes *pair_of(struct setup_state *state, const struct session *session, uint8_t client)
{
	struct pair pair = { session->key.end[client].address, session->key.end[!client].address,
		session->key.end[!client].port, 0 };
	return cache_enter(&state->pairs, &pair, NULL);
}

/* ---- Slow -------------------------------------------------------------------------------------- */

struct parts { int64_t network, server, client, transfer, repair; };

static int64_t positive(int64_t value)
{
	return value > 0 ? value : 0;
}

/* Seen from the trace point: each wait minus the trip to the end that waits. */
static struct parts split(const struct session *session, const struct setup *setup)
{
	const struct tcp_side *server = &session->tcp->side[!setup->client];
	const struct tcp_side *client = &session->tcp->side[setup->client];
	int64_t to_server = server->rtt.samples ? server->rtt.minimum : 0;
	int64_t to_client = client->rtt.samples ? client->rtt.minimum : 0;
	int64_t first = setup->server_hello.time - setup->hello.time;
	int64_t client_wait = setup->client_finished.time - setup->server_flight.time;
	int64_t second = setup->finished.time - setup->client_finished.time;
	struct parts parts = { 0 };
	parts.server = positive(first - to_server) + (setup->finished.packet != setup->client_finished.packet
		? positive(second - to_server) : 0);
	parts.client = positive(client_wait - to_client);
	parts.transfer = positive(setup->server_flight.time - setup->server_hello.time);
	int64_t all = setup->finished.time - setup->hello.time;
	parts.network = positive(all - parts.server - parts.client - parts.transfer);
	if (client->repeated_segments + server->repeated_segments > setup->repeated) {
		parts.repair = parts.transfer + parts.server + parts.client;
		parts.server = parts.client = parts.transfer = 0;
	}
	return parts;
}

static void add_part(struct text *to, const char *name, int64_t time)
{
	char words[DURATION_TEXT_SIZE];
	if (time < MILLISECOND)
		return;
	text_addf(to, "%s%s %s", to->length ? ", " : "", name, duration_text(time, words));
}

static void blame_largest(struct finding *finding, const struct session *session, const struct setup *setup,
			  const struct parts *parts)
{
	uint8_t server = !setup->client;
	if (parts->repair > parts->network) {
		finding->sub_kind = "loss";
		blame_network(finding);
		finding_why(finding, "Segments of the handshake were lost and had to be repeated.");
	} else if (parts->server >= parts->client && parts->server >= parts->network + parts->transfer) {
		finding->sub_kind = "server";
		blame_program(finding, session, server);
		finding_why(finding, "Most of the time the server had the client's message and did not answer.");
		finding_alternative(finding, "the server waited for somebody else, such as a key store", NULL);
	} else if (parts->client >= parts->network + parts->transfer) {
		finding->sub_kind = "client";
		finding->severity = SEVERITY_NOTICE;
		blame_program(finding, session, setup->client);
		finding_why(finding, "Most of the time the client had the server's messages and did not go on: it checks "
			    "the certificate, or asks somebody.");
	} else {
		finding->sub_kind = "network";
		finding->severity = SEVERITY_NOTICE;
		blame_network(finding);
		finding_why(finding, "Most of the time messages were under way.");
	}
}

static void report_slow(struct analysis_context *context, const struct session *session,
			const struct setup *setup)
{
	const struct setup_state *state = context->state;
	int64_t took = setup->finished.time - setup->hello.time;
	if (took < state->slow)
		return;
	struct parts parts = split(session, setup);
	struct text words = { 0 };
	struct finding finding;
	finding_begin(&finding, &handshake_slow, session);
	add_part(&words, "server", parts.server);
	add_part(&words, "client", parts.client);
	add_part(&words, "network", parts.network);
	add_part(&words, "certificates under way", parts.transfer);
	add_part(&words, "repair of losses", parts.repair);
	finding_words(&finding, "parts", "%s", words.bytes ? words.bytes : "all at once");
	text_finish(&words);
	finding_duration(&finding, "took", took);
	finding_duration(&finding, "server_think", parts.server);
	finding_duration(&finding, "client_think", parts.client);
	finding_threshold(&finding, "limit", UNIT_SECONDS, (double)state->slow / NANOSECONDS);
	finding.confidence = CONFIDENCE_LIKELY;
	finding.cost = took;
	blame_largest(&finding, session, setup, &parts);
	finding_evidence(&finding, setup->hello.packet, setup->hello.time, "Client Hello");
	finding_evidence(&finding, setup->server_hello.packet, setup->server_hello.time, "Server Hello");
	finding_evidence(&finding, setup->client_finished.packet, setup->client_finished.time,
			 "the client's end of the handshake");
	if (setup->finished.packet != setup->client_finished.packet)
		finding_evidence(&finding, setup->finished.packet, setup->finished.time,
				 "the server's end of the handshake");
	finding_submit(context->findings, &finding);
}

/* ---- Too often --------------------------------------------------------------------------------- */

static void report_often(struct analysis_context *context, const struct session *session,
			 struct handshakes *pair, uint32_t first)
{
	const struct setup_state *state = context->state;
	struct finding finding;
	int64_t spent = 0;
	for (uint32_t i = first; i < pair->count; i++)
		spent += pair->took[i % HANDSHAKES_REMEMBERED];
	const struct moment *from = &pair->at[first % HANDSHAKES_REMEMBERED];
	const struct moment *to = &pair->at[(pair->count - 1) % HANDSHAKES_REMEMBERED];
	finding_begin(&finding, &no_resumption, session);
	finding_count(&finding, "handshakes", pair->count - first);
	finding_duration(&finding, "within", to->time - from->time);
	finding_number(&finding, "spent", UNIT_SECONDS, (double)spent / NANOSECONDS, FACT_SUM);
	finding_threshold(&finding, "least", UNIT_COUNT, state->limit);
	finding.count = pair->count - first;
	finding.cost = spent;
	finding.confidence = CONFIDENCE_LIKELY;
	blame_unknown(&finding);
	finding_why(&finding, "The server offers tickets; whether the client does not use them or the server's nodes do not "
		    "know each other's cannot be seen.");
	finding_evidence(&finding, from->packet, from->time, "a full handshake");
	finding_evidence(&finding, to->packet, to->time, "a full handshake, %u later", pair->count - first - 1);
	finding_submit(context->findings, &finding);
	pair->told = true;
}

static void count_handshake(struct analysis_context *context, const struct session *session,
			    const struct setup *setup)
{
	struct setup_state *state = context->state;
	struct handshakes *pair = pair_of(state, session, setup->client);
	if (setup->resumed) {
		pair->count = 0;
		return;
	}
	/* The first one that brought a ticket could not know better. */
	bool knew = pair->tickets;
	pair->tickets = pair->tickets || setup->ticket;
	if (!knew)
		return;
	uint32_t slot = pair->count++ % HANDSHAKES_REMEMBERED;
	pair->at[slot] = setup->hello;
	pair->took[slot] = setup->finished.time - setup->hello.time;
	if (pair->told || pair->count < state->limit)
		return;
	uint32_t first = pair->count - state->limit;
	if (setup->hello.time - pair->at[first % HANDSHAKES_REMEMBERED].time <= MINUTE)
		report_often(context, session, pair, first);
}

/* ---- Following --------------------------------------------------------------------------------- */

static void forget(struct setup_session *own)
{
	free(own->setup);
	own->setup = NULL;
}

static void finish(struct analysis_context *context, const struct session *session, struct setup_session *own)
{
	struct setup *setup = own->setup;
	if (!setup->done) {
		setup->done = true;
		report_slow(context, session, setup);
		count_handshake(context, session, setup);
	}
	forget(own);
}

static void take_hello(const struct observation *observation, const struct session_message *message,
		       struct setup_session *own)
{
	const struct tcp_session *tcp = observation->session->tcp;
	const struct tcp_side *sender = &tcp->side[message->direction];
	const struct record *record = observation->packet->record;
	if (own->setup)
		return;
	own->setup = memory_zeroed(1, sizeof *own->setup);
	own->setup->client = message->direction;
	own->setup->hello = (struct moment){ record->number, record->time };
	/* Of a long hello the first part counts. */
	if (sender->data_segments <= 3 && sender->first_data_time)
		own->setup->hello = (struct moment){ sender->first_data_packet, sender->first_data_time };
	own->setup->repeated = tcp->side[0].repeated_segments + tcp->side[1].repeated_segments;
}

static void setup_message(struct analysis_context *context, const struct observation *observation,
			  const struct session_message *message)
{
	const struct tls_facts *tls = message->facts;
	struct setup_session *own = context->session_state;
	if (!own || message->depth || !observation->session->tcp || !observation->packet || tls->cut || tls->plain)
		return;
	if (tls_says(tls, TLS_CLIENT_HELLO) && !tls->ssl2)
		take_hello(observation, message, own);
	/* What the recorder missed may have been the end of the handshake. */
	if (tls->after_gap)
		forget(own);
	struct setup *setup = own->setup;
	if (!setup)
		return;
	const struct record *record = observation->packet->record;
	struct moment now = { record->number, record->time };
	bool by_client = message->direction == setup->client;
	if (tls_says(tls, TLS_SERVER_HELLO) && tls->connection->server) {
		setup->server_hello = now;
		setup->resumed = tls->connection->server->resumed;
		setup->ticket = tls->connection->server->ticket;
		setup->tls13 = tls->connection->version >= TLS_1_3;
	}
	if (!setup->server_hello.packet || tls->content_type == TLS_CHANGE_CIPHER_SPEC)
		return;
	if (tls_says(tls, TLS_NEW_SESSION_TICKET))
		setup->ticket = true;
	if (!setup->client_finished.packet && !by_client && !setup->finished.packet)
		setup->server_flight = now;
	if (!tls->encrypted)
		return;
	if (by_client && !setup->client_finished.packet)
		setup->client_finished = now;
	else if (!by_client && !setup->tls13)
		setup->finished = now;
	if (setup->tls13 && setup->client_finished.packet)
		setup->finished = setup->client_finished;
	if (setup->finished.packet && setup->client_finished.packet) {
		/* Resumed sessions end with the client's Finished. */
		if (setup->finished.time < setup->client_finished.time)
			setup->finished = setup->client_finished;
		finish(context, observation->session, own);
	}
}

static void setup_end(struct analysis_context *context, const struct session *session,
		      const struct observation *last)
{
	struct setup_session *own = context->session_state;
	(void)session, (void)last;
	if (own)
		forget(own);
}

static const struct finding_kind *const kinds[] = { &handshake_slow, &no_resumption, NULL };
static const struct decoder *const hears[] = { &tls_decoder, NULL };

const struct analyzer tls_setup_analyzer = {
	.name = "tls-setup",
	.kinds = kinds,
	.state_size = sizeof(struct setup_state),
	.session_state_size = sizeof(struct setup_session),
	.hears = hears,
	.begin = setup_begin,
	.message = setup_message,
	.session_end = setup_end,
	.destroy = setup_destroy,
};
