/* Was one transfer far slower than others between the same two hosts? perf/low-throughput. */
#include <string.h>

#include "analyze/cache.h"
#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "decode/ip.h"

static const struct finding_kind low_throughput = {
	.id = "perf/low-throughput",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_COARSE,
	.weakened_by = QUALITY_LOSS | QUALITY_CLOCK,
	.title = "A transfer was much slower than it could be",
	.say = "A transfer from {sender} to {receiver} ({size}) ran at {rate}, {than}{best}: "
	       "{limited}.",
	.meaning = "Between the same two hosts much more is possible: either another transfer "
		   "showed it, or the threshold `expected` says so. What held it up is the verdict "
		   "on where its time went.",
	.false_alarms = "Short transfers, transfers that shared the line with others of the same "
			"hosts, and programs that have no more to send are left out.",
	.advice = { "Follow the other findings of this session; compare with the faster "
		    "transfer." },
	.reference = "RFC 6349",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.25,
		  .meaning = "of the pair's best rate" },
		{ .name = "expected", .unit = UNIT_BITS_PER_SECOND, .value = 0,
		  .meaning = "rate that every transfer should reach; 0: only the pair's best "
			     "counts" },
		{ .name = "bytes", .unit = UNIT_BYTES, .value = 1000000,
		  .meaning = "smallest transfer judged" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 1,
		  .meaning = "shorter transfers are not judged" },
	},
};

static const struct finding_kind *const kinds[] = { &low_throughput, NULL };

#define PAIRS 256                  /* of sender and receiver watched at a time */
#define RUNS 12                    /* transfers of a pair that are compared: the first ones */

#define LOSS_SHARE 0.35            /* of the time; as for any verdict (A11) */

struct pair { struct address sender, receiver; };       /* the key */

struct run {                       /* one transfer */
	uint32_t session, quality;
	bool to_client;
	uint8_t verdict;           /* enum transfer_state */
	uint16_t server_port;
	int64_t first_time, last_time;
	uint64_t first_packet, last_packet, bytes;
	double rate;               /* bits per second */
	const char *service;
};

struct runs { struct run run[RUNS]; uint32_t count; };

struct throughput_state {
	double share, expected, bytes;
	int64_t time;
	struct finding_store *findings;
	struct cache pairs;
};

/* What held it up, in words, and who that is. */
static void blame_verdict(struct finding *finding, const struct run *run)
{
	const char *sender = run->to_client ? "server" : "client",
		   *receiver = run->to_client ? "client" : "server";
	enum party sending = run->to_client ? PARTY_SERVER : PARTY_CLIENT;
	enum party receiving = run->to_client ? PARTY_CLIENT : PARTY_SERVER;
	switch (run->verdict) {
	case TRANSFER_WINDOW_FULL:
	case TRANSFER_WINDOW_ZERO:
		blame_word(finding, receiving, "%s", receiver);
		finding_words(finding, "limited", "the receive window held it up");
		break;
	case TRANSFER_SENDER_WINDOW:
		blame_word(finding, sending, "%s", sender);
		finding_words(finding, "limited", "the sender never had enough under way");
		break;
	case TRANSFER_LOSS_TIMEOUT:
	case TRANSFER_LOSS_FAST:
	case TRANSFER_CONGESTION:
		blame_network(finding);
		finding_words(finding, "limited", "losses and their repair held it up");
		break;
	case TRANSFER_BANDWIDTH:
		blame_network(finding);
		finding_words(finding, "limited", "a line on the way was full");
		break;
	default:
		blame_unknown(finding);
		finding_words(finding, "limited", "no single reason stands out");
	}
	finding->sub_kind = transfer_state_name((enum transfer_state)run->verdict);
	finding_why(finding, "It is where the transfer spent most of the time in which it did not "
			     "send.");
}

static bool shared_the_line(const struct runs *runs, uint32_t which)
{
	const struct run *run = &runs->run[which];
	for (uint32_t i = 0; i < runs->count && i < RUNS; i++)
		if (i != which && runs->run[i].first_time < run->last_time &&
		    runs->run[i].last_time > run->first_time)
			return true;
	return false;
}

static void report(const struct throughput_state *state, const struct pair *pair,
		   const struct run *run, const struct run *best)
{
	struct finding finding;
	bool expected = run->rate < state->expected;
	finding_begin(&finding, &low_throughput, NULL);
	finding_subject(&finding, run->to_client ? &pair->receiver : &pair->sender,
			run->to_client ? &pair->sender : &pair->receiver, run->server_port,
			IP_PROTOCOL_TCP);
	finding.session_number = run->session;
	finding.quality = run->quality;
	finding.service = run->service;
	finding.merge_key = run->to_client ? 1 : 2;
	finding.confidence = CONFIDENCE_LIKELY;
	if (expected)
		finding.severity = SEVERITY_WARNING;
	blame_verdict(&finding, run);
	finding.cost = (int64_t)((double)(run->last_time - run->first_time) *
				 (1 - run->rate / (expected ? state->expected : best->rate)));
	finding_address(&finding, "sender", &pair->sender);
	finding_address(&finding, "receiver", &pair->receiver);
	finding_number(&finding, "size", UNIT_BYTES, (double)run->bytes, FACT_SUM);
	finding_number(&finding, "rate", UNIT_BITS_PER_SECOND, run->rate, FACT_MIN);
	finding_words(&finding, "than", "%s",
		      expected ? "less than the expected " : "another one between them at ");
	finding_number(&finding, "best", UNIT_BITS_PER_SECOND,
		       expected ? state->expected : best->rate, FACT_MAX);
	finding_threshold(&finding, "share", UNIT_RATIO, state->share);
	finding_evidence(&finding, run->first_packet, run->first_time, "the slow transfer begins");
	finding_evidence(&finding, run->last_packet, run->last_time, "and ends");
	if (!expected)
		finding_evidence(&finding, best->first_packet, best->first_time,
				 "the fast one begins (tcp:%u)", best->session);
	finding_submit(state->findings, &finding);
}

static void judge(const struct throughput_state *state, const struct pair *pair,
		  const struct runs *runs)
{
	uint32_t count = runs->count < RUNS ? runs->count : RUNS;
	const struct run *best = &runs->run[0];
	for (uint32_t i = 1; i < count; i++)
		if (runs->run[i].rate > best->rate)
			best = &runs->run[i];
	for (uint32_t i = 0; i < count; i++) {
		const struct run *run = &runs->run[i];
		bool slow = run->rate < state->expected || run->rate < state->share * best->rate;
		if (slow && run->last_time - run->first_time >= state->time &&
		    run->verdict != TRANSFER_APP_SENDER && run->verdict != TRANSFER_SLOW_START &&
		    !shared_the_line(runs, i))
			report(state, pair, run, best);
	}
}

static void forget(void *user, const void *key, void *value)
{
	judge(user, key, value);
}

static void throughput_begin(struct analysis_context *context)
{
	struct throughput_state *state = context->state;
	state->share = setting(context->settings, &low_throughput, "share");
	state->expected = setting(context->settings, &low_throughput, "expected");
	state->bytes = setting(context->settings, &low_throughput, "bytes");
	state->time = setting_duration(context->settings, &low_throughput, "time");
	state->findings = context->findings;
	cache_init(&state->pairs, PAIRS, sizeof(struct pair), sizeof(struct runs));
	state->pairs.forget = forget;
	state->pairs.user = state;
}

/* The three forms of paying for losses count together. */
static enum transfer_state verdict_of(const struct tcp_transfer *transfer)
{
	int64_t losses = transfer->time[TRANSFER_LOSS_TIMEOUT] +
			 transfer->time[TRANSFER_LOSS_FAST] + transfer->time[TRANSFER_CONGESTION];
	return (double)losses >= LOSS_SHARE * (double)transfer->duration
		       ? TRANSFER_CONGESTION
		       : tcp_transfer_verdict(transfer, NULL);
}

static void add(struct throughput_state *state, const struct session *session, uint8_t sender)
{
	const struct tcp_transfer *transfer = session->tcp->transfer[sender];
	if (!transfer || (double)transfer->bytes < state->bytes || transfer->duration <= 0)
		return;
	struct pair pair;
	memset(&pair, 0, sizeof pair);
	pair.sender = session->key.end[sender].address;
	pair.receiver = session->key.end[sender ^ 1].address;
	struct runs *runs = cache_enter(&state->pairs, &pair, NULL);
	if (runs->count++ >= RUNS)
		return;
	runs->run[runs->count - 1] = (struct run){
		.session = session->number,
		.quality = session->quality,
		.to_client = sender != session->client,
		.service = session_service(session),
		.verdict = (uint8_t)verdict_of(transfer),
		.server_port = session->key.end[session_server(session)].port,
		.first_time = transfer->first_time,
		.last_time = session->tcp->side[sender].last_data_time,
		.first_packet = transfer->first_packet,
		.last_packet = transfer->last_packet,
		.bytes = transfer->bytes,
		.rate = (double)transfer->bytes * 8e9 / (double)transfer->duration,
	};
}

static void throughput_end(struct analysis_context *context, const struct session *session,
			   const struct observation *last)
{
	(void)last;
	for (uint8_t sender = 0; session->tcp && sender < 2; sender++)
		add(context->state, session, sender);
}

static void throughput_finish(struct analysis_context *context)
{
	const struct throughput_state *state = context->state;
	const void *key;
	const struct runs *runs;
	for (size_t at = 0; (runs = cache_next(&state->pairs, &at, &key));)
		judge(state, key, runs);
}

static void throughput_destroy(struct analysis_context *context)
{
	struct throughput_state *state = context->state;
	cache_finish(&state->pairs);
}

const struct analyzer perf_throughput_analyzer = {
	.name = "perf-throughput",
	.kinds = kinds,
	.state_size = sizeof(struct throughput_state),
	.begin = throughput_begin,
	.session_end = throughput_end,
	.finish = throughput_finish,
	.destroy = throughput_destroy,
};
