/* Does the same frame come by again and again? link/loop. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"

#define FRAMES_REMEMBERED 1024   /* more than a circle of switches repeats before it comes around */

static const struct finding_kind loop = {
	.id = "link/loop",
	.severity = SEVERITY_CRITICAL,
	.buttons = BUTTON_TE,
	.merge = MERGE_TRACE,
	.title = "Frames circulate: a loop between switches",
	.say = "{count} copies of {frames} broadcast frames came by, up to {copies} of one frame "
	       "within {window}: the LAN has a loop.",
	.meaning = "A broadcast frame that is equal in every byte, the identification of its IP packet "
		   "included, came by again and again within a second. Hosts number their packets, so they "
		   "cannot have sent it anew: switches pass it around in a circle.",
	.false_alarms = "A mirror port or a recorder on all interfaces makes copies at the same moment: those "
			"within a millisecond count once. Frames without a number in them (ARP, hellos of "
			"routers) may be repeated by a host and are not judged, nor are recordings from "
			"inside a host (Linux cooked).",
	.advice = { "Look for a second cable between two switches, or a switch under a desk with both ends "
		    "of a cable in it.",
		    "Make sure that spanning tree runs on every switch, with BPDU guard on access ports." },
	.reference = "IEEE 802.1D 17; IEEE 802.1Q 13",
	.parameters = {
		{ .name = "copies", .unit = UNIT_COUNT, .value = 5, .meaning = "of one frame" },
		{ .name = "window", .unit = UNIT_SECONDS, .value = 1, .meaning = "for all copies" },
		{ .name = "apart", .unit = UNIT_SECONDS, .value = 0.001,
		  .meaning = "least time between two copies that both count" },
	},
};

struct circling {                /* one frame */
	struct proof proof;      /* copies that count, in the window */
	bool counted;            /* is a loop */
};

struct loop_key { uint64_t frame; uint64_t interface; };

struct loop_state {
	struct cache frames;
	uint64_t copies;
	int64_t window, apart;
	uint64_t looping;        /* frames that circulate */
	uint64_t total;          /* copies of all of them */
	uint64_t most;
	struct loop_key first;   /* the first frame that was found to circulate */
	struct proof proof;      /* of that frame */
};

static void loop_begin(struct analysis_context *context)
{
	struct loop_state *state = context->state;
	cache_init(&state->frames, FRAMES_REMEMBERED, sizeof(struct loop_key), sizeof(struct circling));
	state->copies = (uint64_t)setting(context->settings, &loop, "copies");
	state->window = setting_duration(context->settings, &loop, "window");
	state->apart = setting_duration(context->settings, &loop, "apart");
}

static void note_loop(struct loop_state *state, const struct loop_key *key, struct circling *circling)
{
	uint64_t copies = circling->proof.total;
	if (!circling->counted && !state->looping)
		state->first = *key;
	state->looping += !circling->counted;
	state->total += circling->counted ? 1 : copies;
	circling->counted = true;
	if (copies > state->most)
		state->most = copies;
	if (memcmp(key, &state->first, sizeof *key) == 0)
		state->proof = circling->proof;
}

static bool is_numbered_broadcast(const struct packet *packet)
{
	return packet->link.is_ethernet && frame_is_group(packet) && packet->outer_ip &&
	       packet->outer_ip->identification && frame_has_time(packet);
}

static void loop_observe(struct analysis_context *context, const struct observation *observation)
{
	struct loop_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!is_numbered_broadcast(packet))
		return;
	struct loop_key key = { frame_hash(packet), packet->record->interface };
	struct circling *circling = cache_enter(&state->frames, &key, NULL);
	const struct proof *proof = &circling->proof;
	int64_t time = packet->record->time;
	if (proof->total && time - proof->first[0].time >= state->window)
		*circling = (struct circling){ 0 };
	else if (proof->total && time - proof->last.time < state->apart)
		return;
	proof_add(&circling->proof, packet);
	if (proof->total >= state->copies)
		note_loop(state, &key, circling);
}

static void loop_finish(struct analysis_context *context)
{
	struct loop_state *state = context->state;
	if (!state->looping)
		return;
	struct finding finding;
	finding_begin(&finding, &loop, NULL);
	finding.count = state->total;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_count(&finding, "frames", (double)state->looping);
	finding_number(&finding, "copies", UNIT_COUNT, (double)state->most, FACT_MAX);
	finding_duration(&finding, "window", state->window);
	blame_network(&finding);
	finding_why(&finding, "Copies that are equal in every byte and keep coming are made by switches, "
		    "not by hosts.");
	finding_alternative(&finding, "the recorder saw each frame several times",
			    "its copies come together, these kept coming");
	proof_give(&state->proof, &finding, "the same frame");
	finding_submit(context->findings, &finding);
}

static void loop_destroy(struct analysis_context *context)
{
	struct loop_state *state = context->state;
	cache_finish(&state->frames);
}

static const struct finding_kind *const kinds[] = { &loop, NULL };

const struct analyzer link_loop_analyzer = {
	.name = "link-loop",
	.kinds = kinds,
	.state_size = sizeof(struct loop_state),
	.wants = WANTS_LINK,
	.begin = loop_begin,
	.observe = loop_observe,
	.finish = loop_finish,
	.destroy = loop_destroy,
};
