/* Does a UDP service leave its client without an answer? udp/no-answer. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "analyze/udp_services.h"
#include "core/clock.h"
#include "decode/decoder.h"
#include "decode/ip.h"

#define REQUESTERS_REMEMBERED 1024
#define SERVERS_REMEMBERED 512
#define REQUESTS_OF_INTEREST 16  /* of one session; more of a silent one say nothing new */
#define CLIENTS_THAT_TEACH 2     /* answered clients that show that a port owes answers */
#define FIRST_EPHEMERAL_PORT 32768

static const struct finding_kind no_answer = {
	.id = "udp/no-answer",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "A UDP service never answers",
	.say = "{server} port {server_port} ({service}) never answers {client}: {requests|request|requests} within "
	       "{lasted}, and neither an answer nor an ICMP error.",
	.meaning = "A client sent several requests to a service that owes an answer to each, by its protocol "
		   "or because other clients get one, and nothing came back.",
	.false_alarms = "Services that only take messages (syslog, traps, flow export), discovery that asks "
			"everybody, and streams are left out. Where the trace holds nothing at all for the "
			"client, the answers may only be missing in it: a notice then.",
	.advice = { "Does the service on {server} run, and does the firewall let requests and answers pass?",
		    "Trace at {server}: do the requests arrive, do answers leave, and to where?" },
	.reference = "RFC 8085 3.1",
	.parameters = {
		{ .name = "requests", .unit = UNIT_COUNT, .value = 3, .meaning = "without an answer" },
		{ .name = "wait", .unit = UNIT_SECONDS, .value = 3,
		  .meaning = "for which the trace goes on after so many requests" },
	},
};

struct requester_key { struct address client, server; uint16_t port; };
struct server_key { struct address server; uint8_t pad; uint16_t port; };

struct requester {
	struct proof proof;      /* requests without an answer */
	int64_t enough;          /* when there were as many as it takes */
	bool answered;           /* by an answer or an ICMP error */
	uint32_t session_number;
};

struct answer_state {
	struct cache requesters; /* struct requester_key to struct requester */
	struct cache servers;    /* struct server_key to uint32_t: clients that got an answer */
	uint64_t requests;
	int64_t wait;
};

static void answer_begin(struct analysis_context *context)
{
	struct answer_state *state = context->state;
	cache_init(&state->requesters, REQUESTERS_REMEMBERED, sizeof(struct requester_key),
		   sizeof(struct requester));
	cache_init(&state->servers, SERVERS_REMEMBERED, sizeof(struct server_key), sizeof(uint32_t));
	state->requests = (uint64_t)setting(context->settings, &no_answer, "requests");
	state->wait = setting_duration(context->settings, &no_answer, "wait");
}

static void note_answer(struct answer_state *state, const struct session *session)
{
	const struct endpoint *server = &session->key.end[session_server(session)];
	struct requester_key key = { session->key.end[session->client].address, server->address,
		server->port };
	struct requester *requester = cache_find(&state->requesters, &key);
	if (requester)
		requester->answered = true;
	struct server_key service = { server->address, 0, server->port };
	uint32_t *clients = cache_enter(&state->servers, &service, NULL);
	++*clients;
}

static void note_request(struct answer_state *state, const struct session *session,
			 const struct packet *packet)
{
	const struct endpoint *server = &session->key.end[session_server(session)];
	if (udp_may_be_silent(server->port) || session->requests > REQUESTS_OF_INTEREST ||
	    frame_is_group(packet) || address_is_multicast(&server->address) ||
	    address_is_broadcast(&server->address))
		return;
	struct requester_key key = { session->key.end[session->client].address, server->address,
		server->port };
	struct requester *requester = cache_enter(&state->requesters, &key, NULL);
	proof_add(&requester->proof, packet);
	requester->session_number = session->number;
	if (requester->proof.total == state->requests)
		requester->enough = packet->record->time;
}

static void answer_observe(struct analysis_context *context, const struct observation *observation)
{
	struct answer_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct session *session = observation->session;
	if (packet->icmp) {
		const struct icmp_quote *quote = &packet->icmp->quote;
		struct requester_key key = { quote->source, quote->destination, quote->destination_port };
		struct requester *requester = packet->icmp->is_error && quote->has_ports
			? cache_find(&state->requesters, &key) : NULL;
		if (requester)
			requester->answered = true;
	} else if (session && session->kind == SESSION_UDP && frame_has_time(packet)) {
		if (observation->direction == session->client && session->responses == 0)
			note_request(state, session, packet);
		else if (observation->direction != session->client && session->responses == 1)
			note_answer(state, session);
	}
}

static uint32_t answered_clients(struct answer_state *state, const struct requester_key *key)
{
	struct server_key service = { key->server, 0, key->port };
	const uint32_t *clients = cache_find(&state->servers, &service);
	return clients ? *clients : 0;
}

static void report_requester(struct analysis_context *context, const struct requester_key *key,
			     const struct requester *requester, bool others)
{
	const struct answer_state *state = context->state;
	struct finding finding;
	finding_begin(&finding, &no_answer, NULL);
	finding_subject(&finding, &key->client, &key->server, key->port, IP_PROTOCOL_UDP);
	finding.service = service_name(IP_PROTOCOL_UDP, key->port);
	finding.session_kind = SESSION_UDP;
	finding.session_number = requester->session_number;
	finding.count = requester->proof.total;
	finding.cost = proof_span(&requester->proof);
	finding_count(&finding, "requests", (double)requester->proof.total);
	finding_duration(&finding, "lasted", proof_span(&requester->proof));
	finding_threshold(&finding, "least", UNIT_COUNT, (double)state->requests);
	const struct host *client = session_table_host(context->trace->sessions, &key->client);
	if (others) {
		finding.confidence = CONFIDENCE_LIKELY;
		blame_word(&finding, PARTY_NETWORK, "net:server-side");
		finding_why(&finding, "The server answers others, so something between it and this client "
			    "drops requests or answers.");
		finding_alternative(&finding, "the service is configured not to answer this client", NULL);
	} else {
		finding.confidence = CONFIDENCE_POSSIBLE;
		blame_word(&finding, PARTY_SERVER, "server");
		finding_why(&finding, "The requests passed the trace point and nobody in the trace got an "
			    "answer from this service.");
		finding_alternative(&finding, "a firewall drops the requests or the answers", NULL);
	}
	if (!client || !client->packets_received) {
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding.severity = SEVERITY_NOTICE;
		finding_alternative(&finding, "the trace holds only what the client sends", NULL);
	}
	proof_give(&requester->proof, &finding, "a request without an answer");
	finding_submit(context->findings, &finding);
}

static void answer_finish(struct analysis_context *context)
{
	struct answer_state *state = context->state;
	size_t at = 0;
	const void *found;
	const struct requester *requester;
	while ((requester = cache_next(&state->requesters, &at, &found))) {
		const struct requester_key *key = found;
		if (requester->answered || requester->proof.total < state->requests ||
		    context->trace->last_time - requester->enough < state->wait)
			continue;
		uint32_t others = answered_clients(state, key);
		bool learned = others >= CLIENTS_THAT_TEACH && key->port < FIRST_EPHEMERAL_PORT;
		if (learned || udp_owes_answer(key->port))
			report_requester(context, key, requester, others > 0);
	}
}

static void answer_destroy(struct analysis_context *context)
{
	struct answer_state *state = context->state;
	cache_finish(&state->requesters);
	cache_finish(&state->servers);
}

static const struct finding_kind *const kinds[] = { &no_answer, NULL };

const struct analyzer udp_answer_analyzer = {
	.name = "udp-answer",
	.kinds = kinds,
	.state_size = sizeof(struct answer_state),
	.wants = WANTS_UDP | WANTS_ICMP,
	.begin = answer_begin,
	.observe = answer_observe,
	.finish = answer_finish,
	.destroy = answer_destroy,
};
