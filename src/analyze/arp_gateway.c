/* Did a conversation have to wait for ARP? arp/gateway-slow. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "core/clock.h"

#define QUESTIONS_REMEMBERED 512
/* A host sends what waited for the address at once; later packets did not wait for it. */
#define RELEASED_WITHIN (50 * MILLISECOND)
/* A request so long after the one before is a new question: what waited for the old one was given up. */
#define GIVEN_UP (3 * NANOSECONDS)

static const struct finding_kind gateway_slow = {
	.id = "arp/gateway-slow",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_CLOCK,
	.weakened_by = QUALITY_COARSE,
	.title = "A conversation had to wait for ARP",
	.say = "{client} waited {waited} for the hardware address of {server} before it could send its first "
	       "packet.",
	.meaning = "A host asked for the hardware address of its next hop, the answer took long, and a new "
		   "conversation began right after it: it had to wait for the answer.",
	.false_alarms = "A host also asks for other next hops at the same time: the first packet must go to "
			"the station that answered, right after its answer.",
	.advice = { "Look at the load of {server} and at the link to it.",
		    "A static ARP entry for {server} takes the wait away." },
	.reference = "RFC 826; RFC 1122 2.3.2",
	.parameters = {
		{ .name = "wait", .unit = UNIT_SECONDS, .value = 0.1, .meaning = "from request to answer" },
	},
};

struct question_key { struct address asker, target; };

struct question {
	struct sample first;     /* request since the last answer; packet 0 when none */
	int64_t last;            /* time of the latest request */
};

struct answer {                  /* a late one, for which a conversation may have waited */
	struct sample question, answer;
	struct address asker, target;
	struct mac station;
};

struct gateway_state {
	struct cache questions;  /* struct question_key to struct question */
	struct answer late;      /* the last one; answer.packet 0 when none */
	int64_t wait;
};

static void gateway_begin(struct analysis_context *context)
{
	struct gateway_state *state = context->state;
	cache_init(&state->questions, QUESTIONS_REMEMBERED, sizeof(struct question_key),
		   sizeof(struct question));
	state->wait = setting_duration(context->settings, &gateway_slow, "wait");
}

static void note_request(struct gateway_state *state, const struct packet *packet)
{
	struct question_key key = { packet->arp->sender, packet->arp->target };
	struct question *question = cache_enter(&state->questions, &key, NULL);
	int64_t time = packet->record->time;
	if (!question->first.packet || time - question->last > GIVEN_UP)
		question->first = (struct sample){ packet->record->number, time };
	question->last = time;
}

static void note_reply(struct gateway_state *state, const struct packet *packet)
{
	const struct arp_header *arp = packet->arp;
	struct question_key key = { arp->target, arp->sender };
	struct question *question = cache_find(&state->questions, &key);
	if (!question || !question->first.packet)
		return;
	if (packet->record->time - question->first.time >= state->wait) {
		state->late = (struct answer){
			.question = question->first,
			.answer = { packet->record->number, packet->record->time },
			.asker = arp->target,
			.target = arp->sender,
		};
		memcpy(state->late.station.bytes, arp->sender_mac, sizeof state->late.station.bytes);
	}
	question->first = (struct sample){ 0 };
}

static void report_wait(struct analysis_context *context, const struct observation *observation)
{
	const struct gateway_state *state = context->state;
	const struct answer *late = &state->late;
	const struct record *record = observation->packet->record;
	struct finding finding;
	finding_begin(&finding, &gateway_slow, observation->session);
	finding_subject(&finding, &late->asker, &late->target, 0, 0);
	finding.confidence = CONFIDENCE_LIKELY;
	finding.cost = late->answer.time - late->question.time;
	finding_duration(&finding, "waited", finding.cost);
	finding_threshold(&finding, "least", UNIT_SECONDS, (double)state->wait / NANOSECONDS);
	blame_word(&finding, PARTY_NETWORK, "config:%s",
		   address_text(&late->target, (char[ADDRESS_TEXT_SIZE]){ 0 }));
	finding_why(&finding, "The answer came late, and the first packet right after the answer.");
	finding_evidence(&finding, late->question.packet, late->question.time, "asks for the address");
	finding_evidence(&finding, late->answer.packet, late->answer.time, "the answer");
	finding_evidence(&finding, record->number, record->time, "the first packet that waited for it");
	finding_submit(context->findings, &finding);
}

static void observe_arp(struct gateway_state *state, const struct packet *packet)
{
	const struct arp_header *arp = packet->arp;
	if (!arp->sender.family || arp->probe || arp->gratuitous || !frame_has_time(packet))
		return;
	if (arp->operation == ARP_REQUEST)
		note_request(state, packet);
	else if (arp->operation == ARP_REPLY)
		note_reply(state, packet);
}

static bool waited_for(const struct answer *late, const struct packet *packet)
{
	return packet->ip && address_equal(&packet->ip->source, &late->asker) &&
	       packet->link.has_destination &&
	       memcmp(packet->link.destination, late->station.bytes, sizeof late->station.bytes) == 0;
}

static void gateway_observe(struct analysis_context *context, const struct observation *observation)
{
	struct gateway_state *state = context->state;
	const struct packet *packet = observation->packet;
	struct answer *late = &state->late;
	if (packet->arp) {
		observe_arp(state, packet);
	} else if (late->answer.packet && observation->new_session) {
		bool at_once = packet->record->time - late->answer.time <= RELEASED_WITHIN;
		bool waited = at_once && waited_for(late, packet);
		if (waited)
			report_wait(context, observation);
		if (waited || !at_once)
			late->answer.packet = 0;
	}
}

static void gateway_destroy(struct analysis_context *context)
{
	struct gateway_state *state = context->state;
	cache_finish(&state->questions);
}

static const struct finding_kind *const kinds[] = { &gateway_slow, NULL };

const struct analyzer arp_gateway_analyzer = {
	.name = "arp-gateway",
	.kinds = kinds,
	.state_size = sizeof(struct gateway_state),
	.wants = WANTS_LINK | WANTS_NEW_SESSIONS,
	.begin = gateway_begin,
	.observe = gateway_observe,
	.destroy = gateway_destroy,
};
