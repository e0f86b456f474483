/* Does the trace show both sides of a translator or tunnel? capture/mixed-vantage. */
#include <string.h>

#include "analyze/cache.h"
#include "analyze/concerned.h"
#include "analyze/proof.h"
#include "core/clock.h"
#include "core/hash.h"
#include "session/bytes.h"

static const struct finding_kind mixed_vantage = {
	.id = "capture/mixed-vantage",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "The trace shows the same packets on both sides of a device",
	.say = "The same data passes twice within {lag}: from {source_a} to {destination_a}, and "
	       "from {source_b} to {destination_b}. The trace shows both sides of {device}: "
	       "{pairs|conversation is|conversations are} in it twice.",
	.meaning = "Segments with the same sequence numbers, time stamps and payload belong to "
		   "conversations with different addresses (kind nat), or pass once in a tunnel "
		   "and once outside (kind tunnel).",
	.false_alarms = "Two hosts that fetch the same object get the same bytes, but with other "
			"sequence numbers.",
	.advice = { "Use it: compare the two sides to see what the device delays, drops or "
		    "changes.",
		    "For counts and rates look at one side only." },
	.reference = "RFC 3022 (NAT)",
	.parameters = {
		{ .name = "segments", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "of data that are the same in two conversations" },
		{ .name = "lag", .unit = UNIT_SECONDS, .value = 0.01,
		  .meaning = "between the two at most" },
	},
};

#define SEGMENTS_REMEMBERED 4096     /* what passes within the lag at 400 000 packets a second */
#define PAIRS_REMEMBERED 512
#define PAYLOAD_SAMPLE 64
/* Long conversations show in a part of their segments what they are. Which part depends on what is
 * the same on both sides, so that both sides look at the same ones. */
#define LOOKED_AT_ALL 64
#define SAMPLING 8

struct passage {                         /* a segment on its way */
	int64_t time;
	uint64_t packet;
	uint32_t session;
	uint64_t context;
	struct endpoint source, destination;
};

struct pair_key { uint32_t first, second; };     /* sessions, the one with the lower number first */
struct pair { uint32_t segments; };

struct vantage_state {
	uint32_t least;
	int64_t lag;
	struct cache passages;           /* signature to struct passage */
	struct cache pairs;              /* struct pair_key to struct pair */
	uint64_t found;
	struct passage a, b;             /* of the first pair */
	bool tunnel;
	struct proof proof;
	struct concerned sessions;
};

static void vantage_begin(struct analysis_context *context)
{
	struct vantage_state *state = context->state;
	state->least = (uint32_t)setting(context->settings, &mixed_vantage, "segments");
	state->lag = setting_duration(context->settings, &mixed_vantage, "lag");
	cache_init(&state->passages, SEGMENTS_REMEMBERED, sizeof(uint64_t), sizeof(struct passage));
	cache_init(&state->pairs, PAIRS_REMEMBERED, sizeof(struct pair_key), sizeof(struct pair));
}

/* What neither a translator nor a tunnel changes. */
static uint64_t numbers_of(const struct tcp_header *tcp)
{
	uint64_t numbers = (uint64_t)tcp->sequence_number << 32 | tcp->acknowledgment_number;
	uint64_t stamps = (uint64_t)tcp->timestamp_value << 32 | tcp->timestamp_echo;
	return hash_mix(numbers, stamps ^ tcp->payload_length);
}

static uint64_t sign(const struct packet *packet, uint64_t numbers)
{
	struct cursor bytes = bytes_behind(packet, packet->tcp, packet->tcp->payload_length);
	size_t count = bytes.captured < PAYLOAD_SAMPLE ? bytes.captured : PAYLOAD_SAMPLE;
	return count ? hash_bytes(bytes.next, count, numbers) : numbers;
}

static struct passage passage_of(const struct observation *observation)
{
	const struct session *session = observation->session;
	const struct packet *packet = observation->packet;
	return (struct passage){
		.time = packet->record->time, .packet = packet->record->number,
		.session = session->number, .context = packet->context,
		.source = session->key.end[observation->direction],
		.destination = session->key.end[!observation->direction],
	};
}

static bool same_ends(const struct passage *a, const struct passage *b)
{
	return memcmp(&a->source, &b->source, sizeof a->source) == 0 &&
	       memcmp(&a->destination, &b->destination, sizeof a->destination) == 0;
}

static void count_pair(struct vantage_state *state, const struct passage *a,
		       const struct passage *b)
{
	struct pair_key key = { a->session, b->session };
	if (key.first > key.second)
		key = (struct pair_key){ b->session, a->session };
	struct pair *pair = cache_enter(&state->pairs, &key, NULL);
	if (++pair->segments != state->least)
		return;
	if (!state->found++) {
		state->a = *a;
		state->b = *b;
		state->tunnel = same_ends(a, b);
	}
	proof_add_at(&state->proof, a->packet, a->time);
	proof_add_at(&state->proof, b->packet, b->time);
	concerned_add_number(&state->sessions, SESSION_TCP, key.first);
	concerned_add_number(&state->sessions, SESSION_TCP, key.second);
}

static void vantage_observe(struct analysis_context *context, const struct observation *observation)
{
	struct vantage_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!packet->tcp->payload_length)
		return;
	uint64_t numbers = numbers_of(packet->tcp);
	if (observation->session->side[observation->direction].packets > LOOKED_AT_ALL &&
	    numbers % SAMPLING)
		return;
	uint64_t signature = sign(packet, numbers);
	struct passage now = passage_of(observation);
	bool fresh;
	struct passage *before = cache_enter(&state->passages, &signature, &fresh);
	int64_t lag = fresh ? 0 : now.time - before->time;
	bool other = !fresh && before->session != now.session &&
		     (before->context != now.context || !same_ends(before, &now));
	if (other && lag <= state->lag && lag >= -state->lag)
		count_pair(state, before, &now);
	else
		*before = now;
}

static void vantage_finish(struct analysis_context *context)
{
	struct vantage_state *state = context->state;
	struct finding finding;
	if (!state->found)
		return;
	finding_begin(&finding, &mixed_vantage, NULL);
	finding.sub_kind = state->tunnel ? "tunnel" : "nat";
	if (state->tunnel)
		finding.say = "The same data from {source_a} to {destination_a} passes twice "
			      "within {lag}, in a tunnel and outside: {pairs|conversation "
			      "is|conversations are} in the trace twice.";
	finding.count = state->found;
	finding_count(&finding, "pairs", (double)state->found);
	finding_duration(&finding, "lag", state->lag);
	finding_words(&finding, "device", "%s", "a device that changes addresses");
	finding_address(&finding, "source_a", &state->a.source.address);
	finding_address(&finding, "destination_a", &state->a.destination.address);
	finding_address(&finding, "source_b", &state->b.source.address);
	finding_address(&finding, "destination_b", &state->b.destination.address);
	blame_capture(&finding);
	finding_why(&finding, "Sequence numbers, time stamps and payload are the same, which two "
			      "connections never share.");
	proof_give(&state->proof, &finding, "the same segment on one side and on the other");
	concerned_submit(&state->sessions, &finding, context->findings);
}

static void vantage_destroy(struct analysis_context *context)
{
	struct vantage_state *state = context->state;
	cache_finish(&state->passages);
	cache_finish(&state->pairs);
	concerned_finish(&state->sessions);
}

static const struct finding_kind *const kinds[] = { &mixed_vantage, NULL };

const struct analyzer capture_vantage_analyzer = {
	.name = "capture-vantage",
	.kinds = kinds,
	.state_size = sizeof(struct vantage_state),
	.wants = WANTS_TCP,
	.begin = vantage_begin,
	.observe = vantage_observe,
	.finish = vantage_finish,
	.destroy = vantage_destroy,
};
