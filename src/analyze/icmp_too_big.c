/* Is the path's MTU smaller than the sender thought, and does the sender adapt? icmp/frag-needed. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/proof.h"
#include "core/clock.h"

#define PATHS_REMEMBERED 256
#define LEAST_GRACE (200 * MILLISECOND)  /* before a packet counts as sent in spite of the report */
#define UNKNOWN_ROUND_TRIP (300 * MILLISECOND)

static const struct finding_kind frag_needed = {
	.id = "icmp/frag-needed",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_TE,
	.merge = MERGE_PAIR,
	.title = "The path carries only smaller packets",
	.say = "{router} says that the path from {client} to {server} carries packets of {mtu} only; {client} "
	       "{adapted}.",
	.meaning = "A router could not pass a large packet on and said so (ICMP fragmentation needed, ICMPv6 "
		   "packet too big). That is how a sender learns the path's MTU. Kind adapted: it sends "
		   "smaller packets from then on. Kind ignored: it goes on sending packets of the refused "
		   "size, which is an error: they never arrive.",
	.false_alarms = "Packets that were under way when the report came do not count as ignoring it, nor do "
			"large segments that a sender's card still has to cut.",
	.advice = { "If it happens often, clamp the TCP segment size at the tunnel, or lower the MTU of {client}.",
		    "If {client} ignores it, look whether a firewall keeps ICMP from it." },
	.reference = "RFC 1191; RFC 8201",
	.parameters = {
		{ .name = "ignored", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "packets of the refused size afterwards" },
		{ .name = "grace", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "round trips that the sender has to adapt" },
	},
};

struct path_key { struct address source, destination; };

struct path {
	uint32_t mtu;            /* 0: an old router does not say */
	uint32_t refused;        /* size of the packet that was refused; 0 unknown */
	int64_t told, grace;     /* time of the last report; ns after it */
	uint64_t matched;        /* reports that quote a session of the trace */
	struct address router;
	bool adapted, at_sender;
	uint32_t session_number;
	uint8_t session_kind;
	struct proof reports, oversize;
};

struct big_state {
	struct cache paths;      /* struct path_key to struct path */
	uint64_t ignored;
	double grace;
};

static void big_begin(struct analysis_context *context)
{
	struct big_state *state = context->state;
	cache_init(&state->paths, PATHS_REMEMBERED, sizeof(struct path_key), sizeof(struct path));
	state->ignored = (uint64_t)setting(context->settings, &frag_needed, "ignored");
	state->grace = setting(context->settings, &frag_needed, "grace");
}

static bool is_too_big(const struct icmp_header *icmp)
{
	return icmp->is_error && icmp->quote.present &&
	       (icmp->version == 4 ? icmp->type == 3 && icmp->code == 4 : icmp->type == 2);
}

static void note_report(struct analysis_context *context, const struct packet *packet)
{
	struct big_state *state = context->state;
	const struct icmp_quote *quote = &packet->icmp->quote;
	struct path_key key = { quote->source, quote->destination };
	struct path *path = cache_enter(&state->paths, &key, NULL);
	const struct session *session = session_table_quoted(context->trace->sessions, packet);
	int64_t round_trip = UNKNOWN_ROUND_TRIP;
	path->mtu = packet->icmp->mtu;
	path->refused = quote->total_length;
	path->told = packet->record->time;
	path->router = packet->ip->source;
	proof_add(&path->reports, packet);
	if (session) {
		uint8_t side = address_equal(&session->key.end[1].address, &quote->source);
		path->matched++;
		path->session_kind = session->kind;
		path->session_number = session->number;
		path->at_sender = session_vantage(context->trace->sessions, session, side, NULL) ==
				  VANTAGE_AT;
		if (session->tcp)
			round_trip = tcp_round_trip(session);
	}
	path->grace = (int64_t)(state->grace * (double)round_trip);
	if (path->grace < LEAST_GRACE)
		path->grace = LEAST_GRACE;
}

/* A packet on a path of which the MTU was reported. */
static void note_packet(struct path *path, const struct packet *packet)
{
	uint32_t size = packet->ip->header_length + packet->ip->payload_length;
	if (size <= path->mtu) {
		/* Small packets say nothing: it must be one that was cut to fit. */
		path->adapted |= size * 2 > path->mtu;
		return;
	}
	bool refused = size <= path->refused && path->mtu;
	bool fixed = packet->ip->version == 6 || packet->ip->dont_fragment;
	if (refused && fixed && packet->record->time - path->told > path->grace)
		proof_add(&path->oversize, packet);
	else if (!fixed)
		path->adapted = true;        /* now it lets routers cut its packets */
}

static void big_observe(struct analysis_context *context, const struct observation *observation)
{
	struct big_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (packet->icmp && is_too_big(packet->icmp)) {
		note_report(context, packet);
		return;
	}
	if (!state->paths.count)
		return;
	struct path_key key = { packet->ip->source, packet->ip->destination };
	struct path *path = cache_find(&state->paths, &key);
	if (path)
		note_packet(path, packet);
}

static void name_ignorance(struct finding *finding, const struct path_key *key, const struct path *path)
{
	char sender[ADDRESS_TEXT_SIZE];
	address_text(&key->source, sender);
	finding->sub_kind = "ignored";
	finding->severity = SEVERITY_ERROR;
	finding_words(finding, "adapted", "goes on sending packets of up to %u bytes", path->refused);
	finding_count(finding, "oversize", (double)path->oversize.total);
	if (path->at_sender) {
		blame_word(finding, PARTY_CLIENT, "config:%s", sender);
		finding_why(finding, "The reports reached %s, and it does not heed them.", sender);
	} else {
		blame_network(finding);
		finding->confidence = CONFIDENCE_LIKELY;
		finding_why(finding, "The reports passed the trace point; %s does not know of them, or does "
			    "not heed them.", sender);
		finding_alternative(finding, "a firewall before the sender drops the reports", NULL);
		finding_alternative(finding, "the sender ignores them", NULL);
	}
	proof_give(&path->oversize, finding, "still a packet of the refused size");
}

static void report_path(struct analysis_context *context, const struct path_key *key,
			const struct path *path)
{
	const struct big_state *state = context->state;
	struct finding finding;
	finding_begin(&finding, &frag_needed, NULL);
	finding_subject(&finding, &key->source, &key->destination, 0, 0);
	finding.session_kind = path->session_kind;
	finding.session_number = path->session_number;
	finding.count = path->reports.total;
	finding_address(&finding, "router", &path->router);
	if (path->mtu)
		finding_words(&finding, "mtu", "%u bytes", path->mtu);
	else
		finding_words(&finding, "mtu", "an unknown size");
	finding_threshold(&finding, "ignored", UNIT_COUNT, (double)state->ignored);
	if (path->oversize.total >= state->ignored) {
		name_ignorance(&finding, key, path);
	} else {
		finding.sub_kind = path->adapted ? "adapted" : NULL;
		finding_words(&finding, "adapted", "%s", path->adapted ? "adapted" :
			      "sent nothing large afterwards");
		blame_network(&finding);
		finding_why(&finding, "A link on the way has the smaller MTU; that is no fault by itself.");
	}
	if (!path->matched) {
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding_alternative(&finding, "the packet that it quotes is not in the trace: the report "
				    "may be forged", NULL);
	}
	proof_give(&path->reports, &finding, "a router reports the smaller MTU");
	finding_submit(context->findings, &finding);
}

static void big_finish(struct analysis_context *context)
{
	struct big_state *state = context->state;
	size_t at = 0;
	const void *key;
	const struct path *path;
	while ((path = cache_next(&state->paths, &at, &key)))
		if (path->reports.total)
			report_path(context, key, path);
}

static void big_destroy(struct analysis_context *context)
{
	struct big_state *state = context->state;
	cache_finish(&state->paths);
}

static const struct finding_kind *const kinds[] = { &frag_needed, NULL };

const struct analyzer icmp_too_big_analyzer = {
	.name = "icmp-too-big",
	.kinds = kinds,
	.state_size = sizeof(struct big_state),
	.wants = WANTS_TCP | WANTS_UDP | WANTS_ICMP,
	.begin = big_begin,
	.observe = big_observe,
	.finish = big_finish,
	.destroy = big_destroy,
};
