/* Why did a connection not open? tcp/syn-no-answer, tcp/syn-refused. */
#include <stdlib.h>

#include "analyze/rate.h"
#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/hash.h"
#include "core/memory.h"
#include "session/hosts.h"

static const struct finding_kind syn_no_answer = {
	.id = "tcp/syn-no-answer",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_IE,
	.merge = MERGE_SERVICE,
	.title = "A connection request was never answered",
	.say = "{client} tried {tries|time|times} to open {server} port {server_port}; nothing "
	       "came back, not even a refusal: the request or its answer is dropped silently.",
	.meaning = "The client repeated its SYN and the trace holds no SYN-ACK, no reset and no "
		   "ICMP error for it, although the trace went on long enough for one.",
	.false_alarms = "Where the trace shows only one direction, an answer would not be seen: a "
			"client that goes on with acknowledgements or data was answered, and so "
			"were the other requests of a host whose incoming packets are all missing. "
			"Requests at the very end of the trace are not judged.",
	.advice = { "Record at {server}: does the SYN arrive there, does an answer leave?",
		    "Check the firewall rules for port {server_port} between {client} and "
		    "{server}, and the route back." },
	.reference = "RFC 9293 3.8.3; RFC 6298",
	.parameters = {
		{ .name = "tries", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "SYNs with the same sequence number" },
		{ .name = "wait", .unit = UNIT_SECONDS, .value = 3, .strict = 1,
		  .meaning = "time that the trace covers after the first SYN" },
		{ .name = "scan_targets", .unit = UNIT_COUNT, .value = 20,
		  .meaning = "different services that one client failed to reach, from which on it "
			     "is taken for a scanner, and nobody is to blame for not answering it" },
		{ .name = "scan_share", .unit = UNIT_RATIO, .value = 0.7,
		  .meaning = "share of failures of a scanner" },
	},
};

static const struct finding_kind syn_refused = {
	.id = "tcp/syn-refused",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_IE,
	.merge = MERGE_SERVICE,
	.title = "A connection request was refused",
	.say = "{server} refuses connections to port {server_port}: {tries|request|requests} of "
	       "{client} answered by a reset within {answer}. No program is listening there, or a "
	       "firewall says no in its name.",
	.meaning = "A SYN was answered by a reset that acknowledges exactly that SYN: what a host "
		   "does for a port that nobody listens on.",
	.false_alarms = "A reset long after the SYN or of another sequence number is no refusal. "
			"Clients that repeat a refused request are told once.",
	.advice = { "Start the service on {server}, or see on which address and port it listens.",
		    "If it does listen, look for a firewall that resets in its name (compare hop "
		    "counts)." },
	.reference = "RFC 9293 3.10.7.1",
	.parameters = {
		{ .name = "within", .unit = UNIT_SECONDS, .value = 3,
		  .meaning = "longest time from SYN to reset" },
		{ .name = "hops", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "difference of hop counts between the reset "
		  "and other packets of that host from which on another device is suspected" },
	},
};

static const struct finding_kind *const kinds[] = { &syn_no_answer, &syn_refused, NULL };

#define IDENT_PORT 113             /* RFC 1413 */
#define ONE_WAY_HOSTS 256          /* clients whose answers are invisible; a fixed table by hash */
#define CANDIDATES_LIMIT 4096 /* unanswered requests kept until the end; a scan needs no more */
#define ICMP_SESSIONS 4096         /* sessions that an ICMP error named; a fixed table by hash */

struct open_state {
	double tries, hops, targets, failing;
	int64_t wait, within;
	struct address one_way[ONE_WAY_HOSTS];
	uint32_t opened[ONE_WAY_HOSTS], failed[ONE_WAY_HOSTS];    /* connections by client */
	struct spread missed[ONE_WAY_HOSTS];   /* services that it failed to reach */
	uint32_t told_by_icmp[ICMP_SESSIONS];  /* TCP session numbers */
	struct packed_finding **candidates;
	size_t count, capacity;
};

static void open_begin(struct analysis_context *context)
{
	struct open_state *state = context->state;
	state->tries = setting(context->settings, &syn_no_answer, "tries");
	state->wait = setting_duration(context->settings, &syn_no_answer, "wait");
	state->within = setting_duration(context->settings, &syn_refused, "within");
	state->targets = setting(context->settings, &syn_no_answer, "scan_targets");
	state->failing = setting(context->settings, &syn_no_answer, "scan_share");
	state->hops = setting(context->settings, &syn_refused, "hops");
}

static size_t host_place(const struct address *address)
{
	return hash_bytes(address, sizeof *address, 0) % ONE_WAY_HOSTS;
}

static void open_observe(struct analysis_context *context, const struct observation *observation)
{
	struct open_state *state = context->state;
	const struct icmp_header *icmp = observation->packet->icmp;
	if (!icmp->is_error || !icmp->quote.present || icmp->quote.protocol != 6)
		return;
	const struct session *session =
		session_table_quoted(context->trace->sessions, observation->packet);
	if (session && session->kind == SESSION_TCP)
		state->told_by_icmp[session->number % ICMP_SESSIONS] = session->number;
}

static void cite_tries(struct finding *finding, const struct tcp_side *client)
{
	finding_evidence(finding, client->syn_first_packet, client->syn_first_time, "SYN");
	if (client->syn_last_packet != client->syn_first_packet)
		finding_evidence(finding, client->syn_last_packet, client->syn_last_time,
				 "SYN again, number %u", client->syn_count);
}

/* Until the end of the trace: whether it is somebody's fault hangs on what else the client did. */
static void keep(struct open_state *state, const struct finding *finding)
{
	state->candidates = memory_grow(state->candidates, &state->capacity, state->count + 1,
					sizeof *state->candidates);
	state->candidates[state->count++] = finding_pack(finding);
}

/* The requests were recorded on the server itself. */
static const char at_server[] = "at-server";

static void unanswered(struct analysis_context *context, const struct session *session)
{
	struct open_state *state = context->state;
	const struct tcp_side *client = &session->tcp->side[session->client];
	if (client->acks || client->data_segments) {
		/* It goes on as if it had been answered: the way back is not in the trace. */
		const struct address *address = &session->key.end[session->client].address;
		state->one_way[host_place(address)] = *address;
		return;
	}
	int64_t waited = context->trace->last_time - client->syn_first_time;
	/* A third of the time and one more try make it worth a word, not an accusation. */
	bool proved = waited >= state->wait && client->syn_count >= state->tries;
	bool hinted = waited >= state->wait / 3 && client->syn_count > state->tries;
	if ((!proved && !hinted) || client->rst_seen || state->count == CANDIDATES_LIMIT ||
	    state->told_by_icmp[session->number % ICMP_SESSIONS] == session->number)
		return;
	struct finding finding;
	finding_begin(&finding, &syn_no_answer, session);
	finding_count(&finding, "tries", client->syn_count);
	finding_duration(&finding, "waited", waited);
	finding.cost = client->syn_last_time - client->syn_first_time;
	if (!proved) {
		finding.severity = SEVERITY_NOTICE;
		finding.sub_kind = "trace-ends";
		finding_alternative(&finding, "an answer came after the end of the trace", NULL);
	} else if (session_vantage(context->trace->sessions, session, session_server(session),
				   NULL) == VANTAGE_AT) {
		finding.sub_kind = at_server;
	}
	cite_tries(&finding, client);
	keep(state, &finding);
}

/* By how many hops a reset with this TTL is nearer or farther than the host's packets. Systems give
 * resets other initial TTLs, so TTLs do not compare. */
static int hops_apart(const struct host *host, uint8_t ttl)
{
	int low = hop_difference(ttl, host->ttl_max), high = hop_difference(ttl, host->ttl_min);
	return low < high ? low : high;
}

static void refused(struct analysis_context *context, const struct session *session)
{
	struct open_state *state = context->state;
	uint8_t server = session_server(session);
	const struct tcp_side *x = &session->tcp->side[session->client],
			      *y = &session->tcp->side[server];
	/* The reset kept is the first one: it answers the first SYN, unless only the last was answered. */
	bool first = y->rst_time < x->syn_last_time;
	int64_t answer = y->rst_time - (first ? x->syn_first_time : x->syn_last_time);
	/* Who confirms something after its SYN had got an answer that the recorder missed. */
	if (answer < 0 || answer > state->within || x->data_segments || x->acks || x->fin_seen ||
	    state->count == CANDIDATES_LIMIT)
		return;
	struct finding finding;
	finding_begin(&finding, &syn_refused, session);
	/* Mail and FTP servers still ask; to be refused at once is what they hope for. */
	if (finding.subject.server_port == IDENT_PORT)
		finding.severity = SEVERITY_NOTICE;
	finding_count(&finding, "tries", x->syn_count);
	finding_duration(&finding, "answer", answer);
	cite_tries(&finding, x);
	finding_evidence(&finding, y->rst_packet, y->rst_time, "reset");
	const struct host *host = session_table_host(context->trace->sessions,
						     &session->key.end[server].address);
	if (host && hops_apart(host, y->rst_ttl) >= state->hops) {
		blame_middlebox(&finding, session, server);
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding_why(&finding, "The reset carries another hop count than other packets of "
				      "that host, so a device on the way may have sent it.");
		finding_alternative(&finding, "the host itself, whose resets start with another "
					      "TTL", NULL);
	} else {
		blame_host(&finding, session, server);
		finding_why(&finding, "Its own stack answered: the host is up, the way to it works, "
				      "and nothing listens on that port.");
	}
	keep(state, &finding);
}

static void note_failure(struct open_state *state, size_t place, const struct endpoint *server)
{
	state->failed[place]++;
	spread_add(&state->missed[place], hash_bytes(server, sizeof *server, 0));
}

static void open_end(struct analysis_context *context, const struct session *session,
		     const struct observation *last)
{
	(void)last;
	if (!session->tcp || !session->tcp->side[session->client].syn_seen)
		return;
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	struct open_state *state = context->state;
	size_t place = host_place(&session->key.end[session->client].address);
	if (y->synack_seen)
		state->opened[place]++;
	else
		note_failure(state, place, &session->key.end[session_server(session)]);
	if (!session->side[session_server(session)].packets)
		unanswered(context, session);
	else if (y->rst_seen && !y->synack_seen)
		refused(context, session);
}

/* Nobody is to blame for a port that a scanner found closed. */
static bool by_scanner(const struct open_state *state, const struct finding *finding)
{
	size_t place = host_place(&finding->subject.client);
	double failed = state->failed[place], all = failed + state->opened[place];
	return state->missed[place].count >= state->targets && failed >= state->failing * all;
}

static void submit_unanswered(struct analysis_context *context, struct finding *finding)
{
	const struct open_state *state = context->state;
	const struct session_table *sessions = context->trace->sessions;
	size_t place = host_place(&finding->subject.client);
	const struct host *server = session_table_host(sessions, &finding->subject.server);
	const struct host *client = session_table_host(sessions, &finding->subject.client);
	bool client_hears = client && client->packets_received > 0;
	if (!client_hears && address_equal(&state->one_way[place], &finding->subject.client))
		return;
	finding->confidence =
		finding->severity < SEVERITY_WARNING ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY;
	if (finding->severity == SEVERITY_INFO) {
		blame_word(finding, PARTY_CLIENT, "app:client");
		finding_why(finding, "The client tries many ports or hosts and most fail: it is "
				     "searching.");
		finding_submit(context->findings, finding);
		return;
	}
	if (finding->sub_kind == at_server) {
		blame_word(finding, PARTY_SERVER, "server");
		finding_why(finding, "The trace was taken on the server itself: the requests "
				     "arrived there, and it did not answer. Its own filter drops "
				     "them, or its queue is full.");
		finding_submit(context->findings, finding);
		return;
	}
	blame_word(finding, PARTY_NETWORK, "net:server-side");
	if (server && server->seen_sending) {
		finding_why(finding, "The server is alive, other packets of it are in the trace: a "
				     "filter drops requests for this port, or the answers to this "
				     "client.");
	} else {
		finding_why(finding, "No packet of the server is in the trace: it is down, "
				     "unreachable, or a filter in front of it drops everything.");
		finding_alternative(finding, "the server host is down", NULL);
	}
	finding_submit(context->findings, finding);
}

static void open_finish(struct analysis_context *context)
{
	struct open_state *state = context->state;
	for (size_t i = 0; i < state->count; i++) {
		struct finding finding;
		finding_unpack(state->candidates[i], &finding);
		if (by_scanner(state, &finding)) {
			finding.severity = SEVERITY_INFO;
			finding.sub_kind = "scan";
		}
		if (finding.kind == &syn_no_answer)
			submit_unanswered(context, &finding);
		else
			finding_submit(context->findings, &finding);
	}
}

static void open_destroy(struct analysis_context *context)
{
	struct open_state *state = context->state;
	for (size_t i = 0; i < state->count; i++)
		free(state->candidates[i]);
	free(state->candidates);
}

const struct analyzer tcp_open_analyzer = {
	.name = "tcp-open",
	.kinds = kinds,
	.state_size = sizeof(struct open_state),
	.wants = WANTS_ICMP,
	.begin = open_begin,
	.observe = open_observe,
	.session_end = open_end,
	.finish = open_finish,
	.destroy = open_destroy,
};
