/* Did the switches rebuild their spanning tree? link/stp-change. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"

#define BRIDGES_REMEMBERED 256
#define NOTIFICATION 0x80        /* BPDU type: carries no identifiers (IEEE 802.1D 9.3.2) */

static const struct finding_kind stp_change = {
	.id = "link/stp-change",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_TE,
	.merge = MERGE_TRACE,
	.title = "The spanning tree was recalculated",
	.say = "Switches announced a change of the spanning tree in {changes} BPDUs within {lasted}{root}. "
	       "Ports that changed forward nothing for up to half a minute, and switches forget where "
	       "stations are.",
	.meaning = "Several BPDUs within a minute carry the topology-change flag or are topology-change "
		   "notifications, or a switch names another root bridge than before. Connections that "
		   "stalled at that time did so because of it.",
	.false_alarms = "One notification when a port comes up is normal.",
	.advice = { "Find the port that goes up and down: the log of {bridge} says from where the change "
		    "came.",
		    "Configure ports of hosts as edge ports (PortFast), so that a PC that is switched on "
		    "changes nothing.",
		    "Fix which switch is the root by priority." },
	.reference = "IEEE 802.1D 17; IEEE 802.1Q 13",
	.parameters = {
		{ .name = "changes", .unit = UNIT_COUNT, .value = 3, .meaning = "BPDUs that announce a change" },
		{ .name = "window", .unit = UNIT_SECONDS, .value = 60,
		  .meaning = "longest time between them" },
	},
};

struct bridge_id { uint8_t bytes[8]; };
struct tree_key { struct bridge_id bridge; uint8_t instance[2]; };

struct stp_state {
	struct cache roots;      /* struct tree_key to struct bridge_id: the root that a bridge names */
	uint64_t least;
	int64_t window;

	/* Changes that follow each other within the window */
	struct proof changes;
	uint64_t root_changes;
	struct sample new_root;
	uint8_t root[8];
	struct mac bridge;       /* who announced the first of them */
};

static void stp_begin(struct analysis_context *context)
{
	struct stp_state *state = context->state;
	cache_init(&state->roots, BRIDGES_REMEMBERED, sizeof(struct tree_key), sizeof(struct bridge_id));
	state->least = (uint64_t)setting(context->settings, &stp_change, "changes");
	state->window = setting_duration(context->settings, &stp_change, "window");
}

static void report_changes(struct analysis_context *context)
{
	struct stp_state *state = context->state;
	if (state->changes.total >= state->least || state->root_changes) {
		char bridge[MAC_TEXT_SIZE], root[MAC_TEXT_SIZE];
		mac_text(state->bridge.bytes, bridge);
		struct finding finding;
		finding_begin(&finding, &stp_change, NULL);
		finding.count = state->changes.total;
		finding_count(&finding, "changes", (double)state->changes.total);
		finding_duration(&finding, "lasted", proof_span(&state->changes));
		finding_words(&finding, "bridge", "%s", bridge);
		finding_threshold(&finding, "least", UNIT_COUNT, (double)state->least);
		if (state->root_changes) {
			finding.sub_kind = "root";
			mac_text(state->root + 2, root);
			finding_words(&finding, "root", ", and %s became the root", root);
			finding_evidence(&finding, state->new_root.packet, state->new_root.time,
					 "names %s as the new root", root);
		} else {
			finding_words(&finding, "root", "%s", "");
		}
		blame_word(&finding, PARTY_NETWORK, "config:%s", bridge);
		finding_why(&finding, "%s announced the change first; it, or a switch behind it, saw a port "
			    "go up or down.", bridge);
		proof_give(&state->changes, &finding, "announces a topology change");
		finding_submit(context->findings, &finding);
	}
	state->changes = (struct proof){ 0 };
	state->root_changes = 0;
}

/* A bridge that names another root than before, in the same tree: per-VLAN trees (the lower 12 bits of
 * the root's priority) are apart. */
static bool is_new_root(struct stp_state *state, const struct bpdu_facts *bpdu)
{
	if (bpdu->type == NOTIFICATION)
		return false;
	struct tree_key key;
	memcpy(key.bridge.bytes, bpdu->bridge, sizeof key.bridge.bytes);
	key.instance[0] = bpdu->root[0] & 0x0f;
	key.instance[1] = bpdu->root[1];
	bool fresh;
	struct bridge_id *root = cache_enter(&state->roots, &key, &fresh);
	bool changed = !fresh && memcmp(root->bytes, bpdu->root, sizeof root->bytes) != 0;
	memcpy(root->bytes, bpdu->root, sizeof root->bytes);
	return changed;
}

static void stp_observe(struct analysis_context *context, const struct observation *observation)
{
	struct stp_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!packet->bpdu || observation->twin_of || !frame_has_time(packet))
		return;
	bool new_root = is_new_root(state, packet->bpdu);
	if (!new_root && !packet->bpdu->topology_change)
		return;
	if (state->changes.total && packet->record->time - state->changes.last.time > state->window)
		report_changes(context);
	if (!state->changes.total)
		memcpy(state->bridge.bytes, packet->link.source, sizeof state->bridge.bytes);
	if (new_root) {
		state->root_changes++;
		state->new_root = (struct sample){ packet->record->number, packet->record->time };
		memcpy(state->root, packet->bpdu->root, sizeof state->root);
	}
	proof_add(&state->changes, packet);
}

static void stp_finish(struct analysis_context *context)
{
	struct stp_state *state = context->state;
	if (state->changes.total)
		report_changes(context);
}

static void stp_destroy(struct analysis_context *context)
{
	struct stp_state *state = context->state;
	cache_finish(&state->roots);
}

static const struct finding_kind *const kinds[] = { &stp_change, NULL };

const struct analyzer link_stp_analyzer = {
	.name = "link-stp",
	.kinds = kinds,
	.state_size = sizeof(struct stp_state),
	.wants = WANTS_LINK,
	.begin = stp_begin,
	.observe = stp_observe,
	.finish = stp_finish,
	.destroy = stp_destroy,
};
