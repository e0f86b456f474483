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
#define LEAST_REQUEST 8          /* bytes; shorter ones keep a NAT binding alive */
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

struct silence {                 /* of a server towards one client, or towards all */
	struct proof proof;      /* requests without an answer */
	int64_t enough;          /* when there were as many as it takes; 0 before */
	uint32_t session_number;
};

struct requester {
	struct silence silence;
	bool answered;           /* by an answer or an ICMP error */
	bool at_client;          /* the trace was taken there, so that it would show answers */
};

struct server {
	struct silence silence;
	uint32_t answered;       /* clients that got an answer */
	struct address client;   /* the first */
};

struct answer_state {
	struct cache requesters; /* struct requester_key to struct requester */
	struct cache servers;    /* struct server_key to struct server */
	struct cache heard;      /* struct address of hosts that got ARP replies in the trace, to nothing */
	struct address speaker;  /* the first host that sent something … */
	bool several;            /* … and it was not the only one */
	uint64_t requests;
	int64_t wait;
};

static void answer_begin(struct analysis_context *context)
{
	struct answer_state *state = context->state;
	cache_init(&state->requesters, REQUESTERS_REMEMBERED, sizeof(struct requester_key),
		   sizeof(struct requester));
	cache_init(&state->servers, SERVERS_REMEMBERED, sizeof(struct server_key), sizeof(struct server));
	cache_init(&state->heard, SERVERS_REMEMBERED, sizeof(struct address), 0);
	state->requests = (uint64_t)setting(context->settings, &no_answer, "requests");
	state->wait = setting_duration(context->settings, &no_answer, "wait");
}

static struct server *server_of(struct answer_state *state, const struct endpoint *end)
{
	struct server_key key = { end->address, 0, end->port };
	return cache_enter(&state->servers, &key, NULL);
}

static void note_answer(struct answer_state *state, const struct session *session)
{
	const struct endpoint *server = &session->key.end[session_server(session)];
	struct requester_key key = { session->key.end[session->client].address, server->address,
		server->port };
	struct requester *requester = cache_find(&state->requesters, &key);
	if (requester)
		requester->answered = true;
	server_of(state, server)->answered++;
}

static void add_request(const struct answer_state *state, struct silence *silence,
			const struct session *session, const struct packet *packet)
{
	proof_add(&silence->proof, packet);
	silence->session_number = session->number;
	if (silence->proof.total == state->requests)
		silence->enough = packet->record->time;
}

static void note_request(struct analysis_context *context, const struct session *session,
			 const struct packet *packet)
{
	struct answer_state *state = context->state;
	const struct endpoint *end = &session->key.end[session_server(session)];
	if (udp_may_be_silent(end->port) || session->requests > REQUESTS_OF_INTEREST ||
	    packet->udp->payload_length < LEAST_REQUEST ||
	    frame_is_group(packet) || address_is_multicast(&end->address) ||
	    address_is_broadcast(&end->address))
		return;
	struct requester_key key = { session->key.end[session->client].address, end->address, end->port };
	struct requester *requester = cache_enter(&state->requesters, &key, NULL);
	add_request(state, &requester->silence, session, packet);
	if (requester->silence.proof.total == state->requests)
		requester->at_client = session_vantage(context->trace->sessions, session,
						       session->client, NULL) == VANTAGE_AT;
	struct server *server = server_of(state, end);
	if (!server->silence.proof.total)
		server->client = key.client;
	add_request(state, &server->silence, session, packet);
}

static void note_error(struct answer_state *state, const struct icmp_header *icmp)
{
	if (!icmp->is_error || !icmp->quote.has_ports)
		return;
	struct requester_key key = { icmp->quote.source, icmp->quote.destination,
		icmp->quote.destination_port };
	struct requester *requester = cache_find(&state->requesters, &key);
	if (requester)
		requester->answered = true;
}

/* The start of a datagram in pieces that were not put together: an answer came, if not all of it. */
static void note_fragment(struct answer_state *state, const struct packet *packet)
{
	struct requester_key key = { packet->ip->destination, packet->ip->source, packet->udp->source_port };
	struct requester *requester = cache_find(&state->requesters, &key);
	if (requester)
		requester->answered = true;
}

/* A recorder at the client that shows packets of others, if only to everybody, would show answers. */
static void note_speaker(struct answer_state *state, const struct address *source)
{
	if (!state->speaker.family)
		state->speaker = *source;
	state->several = !address_equal(&state->speaker, source);
}

static void answer_observe(struct analysis_context *context, const struct observation *observation)
{
	struct answer_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct session *session = observation->session;
	if (!state->several && packet->ip)
		note_speaker(state, &packet->ip->source);
	if (packet->icmp) {
		note_error(state, packet->icmp);
	} else if (packet->arp && packet->arp->operation == ARP_REPLY && packet->arp->target.family) {
		cache_enter(&state->heard, &packet->arp->target, NULL);
	} else if (packet->udp && packet->ip && packet->ip->more_fragments && !packet->ip->fragment_offset) {
		note_fragment(state, packet);
	} else if (packet->udp && session && !observation->twin_of && frame_has_time(packet)) {
		if (observation->direction == session->client && session->responses == 0)
			note_request(context, session, packet);
		else if (observation->direction != session->client && session->responses == 1)
			note_answer(state, session);
	}
}

/* Where nothing that went to the client was recorded, its answers may be missing, too. */
static bool hears(struct answer_state *state, const struct trace_state *trace,
		  const struct address *client)
{
	const struct host *host = session_table_host(trace->sessions, client);
	return (host && host->packets_received) || cache_find(&state->heard, client);
}

static void report_silence(struct analysis_context *context, const struct requester_key *key,
			   const struct silence *silence, bool others, bool hears_answers)
{
	const struct answer_state *state = context->state;
	struct finding finding;
	finding_begin(&finding, &no_answer, NULL);
	finding_subject(&finding, &key->client, &key->server, key->port, IP_PROTOCOL_UDP);
	finding.service = service_name(IP_PROTOCOL_UDP, key->port);
	finding.session_kind = SESSION_UDP;
	finding.session_number = silence->session_number;
	finding.count = silence->proof.total;
	finding.cost = proof_span(&silence->proof);
	finding_count(&finding, "requests", (double)silence->proof.total);
	finding_duration(&finding, "lasted", proof_span(&silence->proof));
	finding_threshold(&finding, "least", UNIT_COUNT, (double)state->requests);
	finding.confidence = others && hears_answers ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	if (others) {
		blame_word(&finding, PARTY_NETWORK, "net:server-side");
		finding_why(&finding, "The server answers others, so something between it and this client "
			    "drops requests or answers.");
		finding_alternative(&finding, "the service is configured not to answer this client", NULL);
	} else {
		blame_word(&finding, PARTY_SERVER, "server");
		finding_why(&finding, "The requests passed the trace point and nobody in the trace got an "
			    "answer from this service.");
		finding_alternative(&finding, "a firewall drops the requests or the answers", NULL);
	}
	if (!hears_answers)
		finding_doubt(&finding, QUALITY_ONE_WAY);
	proof_give(&silence->proof, &finding, "a request without an answer");
	finding_submit(context->findings, &finding);
}

static bool is_long_enough(const struct analysis_context *context, const struct silence *silence)
{
	const struct answer_state *state = context->state;
	return silence->proof.total >= state->requests &&
	       context->trace->last_time - silence->enough >= state->wait;
}

static void report_requesters(struct analysis_context *context)
{
	struct answer_state *state = context->state;
	size_t at = 0;
	const void *found;
	const struct requester *requester;
	while ((requester = cache_next(&state->requesters, &at, &found))) {
		const struct requester_key *key = found;
		if (requester->answered || !is_long_enough(context, &requester->silence))
			continue;
		struct server_key service = { key->server, 0, key->port };
		struct server *server = cache_find(&state->servers, &service);
		uint32_t others = server ? server->answered : 0;
		bool learned = others >= CLIENTS_THAT_TEACH && key->port < FIRST_EPHEMERAL_PORT;
		if (!learned && !udp_owes_answer(key->port))
			continue;
		if (server)
			server->silence.proof.total = 0;     /* told */
		report_silence(context, key, &requester->silence, others > 0,
			       (requester->at_client && state->several) || hears(state, context->trace, &key->client));
	}
}

/* A server that leaves many clients alone, each with too few requests to tell. */
static void report_servers(struct analysis_context *context)
{
	struct answer_state *state = context->state;
	size_t at = 0;
	const void *found;
	const struct server *server;
	while ((server = cache_next(&state->servers, &at, &found))) {
		const struct server_key *service = found;
		struct requester_key key = { server->client, service->server, service->port };
		const struct requester *first = cache_find(&state->requesters, &key);
		if (!server->answered && udp_owes_answer(service->port) && first && !first->answered &&
		    is_long_enough(context, &server->silence))
			report_silence(context, &key, &server->silence, false,
				       hears(state, context->trace, &server->client));
	}
}

static void answer_finish(struct analysis_context *context)
{
	report_requesters(context);
	report_servers(context);
}

static void answer_destroy(struct analysis_context *context)
{
	struct answer_state *state = context->state;
	cache_finish(&state->requesters);
	cache_finish(&state->servers);
	cache_finish(&state->heard);
}

static const struct finding_kind *const kinds[] = { &no_answer, NULL };

const struct analyzer udp_answer_analyzer = {
	.name = "udp-answer",
	.kinds = kinds,
	.state_size = sizeof(struct answer_state),
	.wants = WANTS_UDP | WANTS_ICMP | WANTS_LINK,
	.begin = answer_begin,
	.observe = answer_observe,
	.finish = answer_finish,
	.destroy = answer_destroy,
};
