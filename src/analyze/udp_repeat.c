/* Does a program send the same datagram again and again? udp/retry-storm. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "analyze/udp_services.h"
#include "core/hash.h"
#include "decode/decoder.h"
#include "decode/ip.h"

#define DATAGRAMS_REMEMBERED 1024
#define LEAST_LENGTH 8           /* shorter ones keep a NAT binding or a session alive */
#define COMPARED_LENGTH 512      /* of each datagram; what repeats so far is the same */

static const struct finding_kind retry_storm = {
	.id = "udp/retry-storm",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.weakened_by = QUALITY_DUPLICATES,
	.title = "A program repeats the same datagram",
	.say = "{client} sends the same datagram to {server} port {server_port} ({service}) {copies|time|times} "
	       "within {lasted} without an answer.",
	.meaning = "A request was repeated unchanged in quick succession, and the server sent nothing in "
		   "between: the program waits too little, or does not give up.",
	.false_alarms = "Protocols that repeat by design (discovery, hellos, streams) are left out: only services "
			"that owe answers, or conversations in which the server does answer at times, are "
			"judged, and who waits longer from try to try is not accused.",
	.advice = { "Find out first why the answer is missing.",
		    "Let the program wait longer from try to try (RFC 8085, 3.1.1)." },
	.reference = "RFC 8085 3.1",
	.parameters = {
		{ .name = "copies", .unit = UNIT_COUNT, .value = 5, .meaning = "of one datagram" },
		{ .name = "window", .unit = UNIT_SECONDS, .value = 10, .meaning = "for all of them" },
	},
};

struct datagram_key {            /* cleared before it is filled */
	struct address client, server;
	uint16_t port;
	uint64_t data;           /* hash */
};

struct datagram {
	struct proof proof;      /* copies in the window */
	uint64_t responses;      /* of the session when the first was sent */
	int64_t last, wait;      /* when the last one was sent, and how long after the one before */
	uint32_t patient;        /* waits that were half as long again as the one before */
	uint32_t session_number;
};

struct repeat_state {
	struct cache datagrams;  /* struct datagram_key to struct datagram */
	uint64_t copies;
	int64_t window;
};

static void repeat_begin(struct analysis_context *context)
{
	struct repeat_state *state = context->state;
	cache_init(&state->datagrams, DATAGRAMS_REMEMBERED, sizeof(struct datagram_key),
		   sizeof(struct datagram));
	state->copies = (uint64_t)setting(context->settings, &retry_storm, "copies");
	state->window = setting_duration(context->settings, &retry_storm, "window");
}

static void report_storm(struct analysis_context *context, const struct datagram_key *key,
			 const struct datagram *datagram)
{
	const struct repeat_state *state = context->state;
	struct finding finding;
	finding_begin(&finding, &retry_storm, NULL);
	finding_subject(&finding, &key->client, &key->server, key->port, IP_PROTOCOL_UDP);
	finding.service = service_name(IP_PROTOCOL_UDP, key->port);
	finding.session_kind = SESSION_UDP;
	finding.session_number = datagram->session_number;
	finding.count = datagram->proof.total;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_number(&finding, "copies", UNIT_COUNT, (double)datagram->proof.total, FACT_MAX);
	finding_duration(&finding, "lasted", proof_span(&datagram->proof));
	finding_threshold(&finding, "least", UNIT_COUNT, (double)state->copies);
	blame_word(&finding, PARTY_CLIENT, "app:client");
	finding_why(&finding, "How often and how fast it repeats is the program's choice.");
	finding_alternative(&finding, "it has to repeat because no answer comes", NULL);
	proof_give(&datagram->proof, &finding, "the same datagram");
	finding_submit(context->findings, &finding);
}

/* The copies in the window are complete: more would start another one. */
static void close_window(struct analysis_context *context, const struct datagram_key *key,
			 struct datagram *datagram)
{
	const struct repeat_state *state = context->state;
	/* Who waits longer from try to try does as RFC 8085 and, for SIP, RFC 3261 (17.1.1.2) want. */
	bool storm = datagram->proof.total >= state->copies && datagram->patient + 2 < datagram->proof.total;
	if (storm)
		report_storm(context, key, datagram);
	*datagram = (struct datagram){ 0 };
}

static bool is_of_interest(const struct observation *observation, struct cursor data)
{
	const struct session *session = observation->session;
	const struct packet *packet = observation->packet;
	if (!session || observation->direction != session->client || data.captured < LEAST_LENGTH ||
	    !frame_has_time(packet) || frame_is_group(packet) ||
	    address_is_multicast(&packet->ip->destination))
		return false;
	uint16_t port = session->key.end[session_server(session)].port;
	return !udp_may_be_silent(port) && (udp_owes_answer(port) || session->responses > 0);
}

static void repeat_observe(struct analysis_context *context, const struct observation *observation)
{
	struct repeat_state *state = context->state;
	const struct packet *packet = observation->packet;
	struct cursor data = frame_udp_data(packet);
	if (!is_of_interest(observation, data))
		return;
	const struct session *session = observation->session;
	const struct endpoint *server = &session->key.end[session_server(session)];
	/* What is cut off could have been different. */
	if (data.captured < data.declared && data.captured < COMPARED_LENGTH)
		return;
	size_t length = data.captured < COMPARED_LENGTH ? data.captured : COMPARED_LENGTH;
	struct datagram_key key;
	memset(&key, 0, sizeof key);
	key.client = packet->ip->source;
	key.server = server->address;
	key.port = server->port;
	key.data = hash_bytes(data.next, length, data.declared);
	struct datagram *datagram = cache_enter(&state->datagrams, &key, NULL);
	bool over = datagram->proof.total &&
		    (packet->record->time - datagram->proof.first[0].time > state->window ||
		     (session->number == datagram->session_number &&
		      session->responses != datagram->responses));
	if (over)
		close_window(context, &key, datagram);
	int64_t wait = datagram->proof.total ? packet->record->time - datagram->last : 0;
	datagram->patient += datagram->wait > 0 && wait / 3 >= datagram->wait / 2;
	datagram->wait = wait;
	datagram->last = packet->record->time;
	proof_add(&datagram->proof, packet);
	datagram->responses = session->responses;
	datagram->session_number = session->number;
}

static void repeat_finish(struct analysis_context *context)
{
	struct repeat_state *state = context->state;
	size_t at = 0;
	const void *key;
	struct datagram *datagram;
	while ((datagram = cache_next(&state->datagrams, &at, &key)))
		close_window(context, key, datagram);
}

static void repeat_destroy(struct analysis_context *context)
{
	struct repeat_state *state = context->state;
	cache_finish(&state->datagrams);
}

static const struct finding_kind *const kinds[] = { &retry_storm, NULL };

const struct analyzer udp_repeat_analyzer = {
	.name = "udp-repeat",
	.kinds = kinds,
	.state_size = sizeof(struct repeat_state),
	.wants = WANTS_UDP,
	.begin = repeat_begin,
	.observe = repeat_observe,
	.finish = repeat_finish,
	.destroy = repeat_destroy,
};
