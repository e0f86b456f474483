/* Does a station stop the link because it cannot keep up? link/pause-frames. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "analyze/rate.h"
#include "core/clock.h"

#define STATIONS_REMEMBERED 64   /* pause frames never leave their link */

static const struct finding_kind pause_frames = {
	.id = "link/pause-frames",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_TE,
	.merge = MERGE_TRACE,
	.title = "A station stops its link with pause frames",
	.say = "{station} told the other end of its link {frames} times to stop sending, up to {peak}: "
	       "it takes packets in slower than they come.",
	.meaning = "Ethernet flow control: a station whose receive buffers are full sends pause frames "
		   "(kind pause) or priority pause frames (kind priority). While the link pauses, traffic "
		   "for everybody behind it waits, too.",
	.false_alarms = "A pause time of 0 only ends a pause and is not counted. A few pauses are how the "
			"method works; many in a second are not.",
	.advice = { "Look at the network card and the load of {station}: CPU, bus, driver, interrupts.",
		    "If it is a switch, look for the slow port behind it." },
	.reference = "IEEE 802.3 annex 31B; IEEE 802.1Q 36",
	.parameters = {
		{ .name = "rate", .unit = UNIT_RATE_PER_SECOND, .value = 10, .meaning = "pause frames" },
	},
};

struct pausing {
	struct rate rate;
	uint32_t peak;
	uint16_t quanta;
	bool priority;
	struct proof proof;
};

struct pause_state {
	struct cache stations;   /* struct mac to struct pausing */
	double rate;
};

static void pause_begin(struct analysis_context *context)
{
	struct pause_state *state = context->state;
	cache_init(&state->stations, STATIONS_REMEMBERED, sizeof(struct mac), sizeof(struct pausing));
	state->rate = setting(context->settings, &pause_frames, "rate");
}

static void pause_observe(struct analysis_context *context, const struct observation *observation)
{
	struct pause_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!packet->pause || !packet->pause->quanta || !packet->link.has_source ||
	    !frame_has_time(packet))
		return;
	struct mac source;
	memcpy(source.bytes, packet->link.source, sizeof source.bytes);
	struct pausing *pausing = cache_enter(&state->stations, &source, NULL);
	uint32_t count = rate_add(&pausing->rate, context->trace->now, NANOSECONDS);
	if (count > pausing->peak)
		pausing->peak = count;
	if (packet->pause->quanta > pausing->quanta)
		pausing->quanta = packet->pause->quanta;
	pausing->priority = packet->pause->priority;
	proof_add(&pausing->proof, packet);
}

static void report_station(struct analysis_context *context, const struct mac *mac,
			   const struct pausing *pausing)
{
	const struct pause_state *state = context->state;
	char station[MAC_TEXT_SIZE];
	mac_text(mac->bytes, station);
	struct finding finding;
	finding_begin(&finding, &pause_frames, NULL);
	finding.sub_kind = pausing->priority ? "priority" : "pause";
	finding.count = pausing->proof.total;
	finding.merge_key = mac_number(mac->bytes);
	finding_words(&finding, "station", "%s", station);
	finding_count(&finding, "frames", (double)pausing->proof.total);
	finding_number(&finding, "peak", UNIT_RATE_PER_SECOND, pausing->peak, FACT_MAX);
	finding_number(&finding, "quanta", UNIT_COUNT, pausing->quanta, FACT_MAX);
	finding_threshold(&finding, "rate", UNIT_RATE_PER_SECOND, state->rate);
	blame_word(&finding, PARTY_NETWORK, "config:%s", station);
	finding_why(&finding, "The station that sends pause frames is the one that cannot receive.");
	proof_give(&pausing->proof, &finding, "pause frame with a time above 0");
	finding_submit(context->findings, &finding);
}

static void pause_finish(struct analysis_context *context)
{
	struct pause_state *state = context->state;
	size_t at = 0;
	const void *key;
	const struct pausing *pausing;
	while ((pausing = cache_next(&state->stations, &at, &key)))
		if (pausing->peak >= state->rate)
			report_station(context, key, pausing);
}

static void pause_destroy(struct analysis_context *context)
{
	struct pause_state *state = context->state;
	cache_finish(&state->stations);
}

static const struct finding_kind *const kinds[] = { &pause_frames, NULL };

const struct analyzer link_pause_analyzer = {
	.name = "link-pause",
	.kinds = kinds,
	.state_size = sizeof(struct pause_state),
	.wants = WANTS_LINK,
	.begin = pause_begin,
	.observe = pause_observe,
	.finish = pause_finish,
	.destroy = pause_destroy,
};
