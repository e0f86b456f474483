/* Terminals over Telnet: telnet/slow-response, telnet/negotiation-failed, telnet/lost-keystroke,
 * telnet/session-drop. */
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "decode/telnet.h"

static const struct finding_kind slow_response = {
	.id = "telnet/slow-response",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_DUPLICATES,
	.title = "Terminals wait for the host",
	.say = "{what} of {server} took up to {worst}: the host {host_part}, the network {network} "
	       "({slow} of {answers} were slow).",
	.meaning = "From a key that asks (Enter, PF, PA, Clear) to the first byte of the host's next screen; on character "
		   "terminals from a key press to its echo. One round trip is the network's part, the rest the "
		   "host's.",
	.false_alarms = "Keys that the host unlocks without data, and type-ahead, are not counted. Fewer than `times` "
			"slow screens are only a notice, unless one took `sure`.",
	.advice = { "If the host's part is the large one: the transaction's monitor (CICS, IMS, TSO) at that time.",
		    "If the network's: the path, and on character terminals Nagle's algorithm." },
	.reference = "RFC 2355; RFC 1576",
	.parameters = {
		{ .name = "screen", .unit = UNIT_SECONDS, .value = 2, .mainframe = 1, .strict = 0.5,
		  .meaning = "from the key to the screen" },
		{ .name = "echo", .unit = UNIT_SECONDS, .value = 0.2, .satellite = 1, .meaning = "from the key to its echo" },
		{ .name = "sure", .unit = UNIT_SECONDS, .value = 6, .meaning = "a single wait as long as this is a warning" },
		{ .name = "times", .unit = UNIT_COUNT, .value = 3, .meaning = "slow screens before it is a warning" },
	},
};

static const struct finding_kind negotiation_failed = {
	.id = "telnet/negotiation-failed",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_IE,
	.merge = MERGE_SERVICE,
	.title = "A terminal did not get its session",
	.say = "{server} refused the terminal {lu} of {client}: {reason} ({count|time|times}).",
	.meaning = "The TN3270E server answered DEVICE-TYPE REQUEST with REJECT and a reason, or both ends repeated the "
		   "same negotiation without an end, and no session came about. Kind unbound: the server gave the terminal an "
		   "LU, and the application's first and last word was UNBIND.",
	.false_alarms = "Terminals that then go on without TN3270E, or with another name, are no failure.",
	.advice = { "Check the LU name of the terminal, the server's LU pool and who holds the LU "
		    "(D TCPIP,,T,CONN on z/OS)." },
	.reference = "RFC 2355 7.1.6",
	.parameters = {
		{ .name = "loops", .unit = UNIT_COUNT, .value = 5, .meaning = "repeats of the same negotiation" },
	},
};

static const struct finding_kind lost_keystroke = {
	.id = "telnet/lost-keystroke",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "A key press was lost on its way",
	.say = "A key press of {client} was lost and repeated after {waited} ({count|time|times}).",
	.meaning = "One to three bytes of a terminal were repeated, and had not been confirmed. Other tools take such "
		   "repeats for keep-alives.",
	.false_alarms = "Keep-alives repeat a byte that was confirmed.",
	.advice = { "Find the loss on that side of the path (tcp/loss-upstream, tcp/loss-downstream)." },
	.reference = "RFC 6298",
};

static const struct finding_kind session_drop = {
	.id = "telnet/session-drop",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "Many terminal sessions were cut at once",
	.say = "{sessions} terminal sessions of {server} were cut within {within}.",
	.meaning = "Several sessions of one server ended by reset within a minute. What they have in common is the "
		   "server or a device before it.",
	.false_alarms = "Sessions that were closed by FIN ended as they should, also when everybody goes home.",
	.advice = { "Look at the server's log, and at load balancers and firewalls before it, at that time." },
	.reference = "RFC 9293 3.5.2",
	.parameters = {
		{ .name = "sessions", .unit = UNIT_COUNT, .value = 3, .meaning = "that must end" },
		{ .name = "within", .unit = UNIT_SECONDS, .value = 60, .meaning = "time within which they end" },
	},
};

static const struct finding_kind *const kinds[] = { &slow_response, &negotiation_failed, &lost_keystroke,
	&session_drop, NULL };
static const struct decoder *const hears[] = { &telnet_decoder, NULL };

#define SERVERS 256
#define DROPS 64                 /* ends remembered of one server */
#define KEY_BYTES 3              /* an arrow key sends three */
#define SECOND_TRY (10 * NANOSECONDS)    /* within which a terminal that was refused goes on */
#define ECHO_SAMPLES 20          /* before echoes are judged */

struct terminal {                /* one session */
	struct tcp_mark asked;       /* a key that waits for its screen; packet 0: none */
	struct tcp_mark typed;       /* a key press that waits for its echo */
	uint8_t aid;
	uint32_t answers, slow, echoes, slow_echoes;
	int64_t worst;               /* ns, of slow answers: the whole wait */
	struct tcp_mark worst_asked, worst_answered;
	/* Negotiation */
	uint8_t last_command, last_option;
	uint32_t repeated;
	struct tcp_mark rejected, requested;
	struct tcp_mark unbound;     /* the host's application left before its first screen */
	uint8_t reason;
	char lu[TELNET_NAME];
	bool works;                  /* data of a session came after all */
};

struct drop { int64_t time; uint64_t packet; };
struct server_drops {
	struct drop drops[DROPS];    /* by time */
	uint32_t count;
	bool told;
};

struct terminals {
	int64_t screen, echo, sure, within;
	double times, loops, sessions;
	struct cache servers;        /* struct endpoint to struct server_drops */
};

static void terminal_begin(struct analysis_context *context)
{
	struct terminals *state = context->state;
	state->screen = setting_duration(context->settings, &slow_response, "screen");
	state->echo = setting_duration(context->settings, &slow_response, "echo");
	state->sure = setting_duration(context->settings, &slow_response, "sure");
	state->times = setting(context->settings, &slow_response, "times");
	state->loops = setting(context->settings, &negotiation_failed, "loops");
	state->sessions = setting(context->settings, &session_drop, "sessions");
	state->within = setting_duration(context->settings, &session_drop, "within");
	cache_init(&state->servers, SERVERS, sizeof(struct endpoint), sizeof(struct server_drops));
}

static struct tcp_mark mark_of(const struct packet *packet)
{
	return (struct tcp_mark){ packet->record->number, packet->record->time };
}

static void note_wait(struct terminal *terminal, const struct tcp_mark *asked, struct tcp_mark answered,
		      int64_t limit, uint32_t *slow)
{
	int64_t waited = answered.time - asked->time;
	if (waited < limit)
		return;
	(*slow)++;
	if (waited <= terminal->worst)
		return;
	terminal->worst = waited;
	terminal->worst_asked = *asked;
	terminal->worst_answered = answered;
}

static void take_screen(const struct terminals *state, struct terminal *terminal,
			const struct telnet_message *message, const struct packet *packet, bool from_client)
{
	bool binding = message->has_header && message->data_type == TN3270E_DATA_BIND;
	bool unbinding = message->has_header && message->data_type == TN3270E_DATA_UNBIND;
	if (unbinding && !from_client && !terminal->works)
		terminal->unbound = mark_of(packet);
	bool response = message->has_header && message->data_type == TN3270E_DATA_RESPONSE;
	terminal->works = terminal->works || !(binding || unbinding || response);
	if (!message->begins)
		return;
	if (from_client && message->aid && tn3270_key_name(message->aid)) {
		terminal->asked = mark_of(packet);
		terminal->aid = message->aid;
	} else if (!from_client && terminal->asked.packet && message->write_command) {
		terminal->answers++;
		note_wait(terminal, &terminal->asked, mark_of(packet), state->screen, &terminal->slow);
		terminal->asked.packet = 0;
	}
}

static void take_typing(const struct terminals *state, struct terminal *terminal,
			const struct telnet_message *message, const struct packet *packet, bool from_client)
{
	terminal->works = true;
	if (from_client) {
		terminal->typed = message->length <= KEY_BYTES ? mark_of(packet) : (struct tcp_mark){ 0 };
	} else if (terminal->typed.packet) {
		terminal->echoes++;
		note_wait(terminal, &terminal->typed, mark_of(packet), state->echo, &terminal->slow_echoes);
		terminal->typed.packet = 0;
	}
}

static void take_negotiation(struct terminal *terminal, const struct telnet_message *message,
			     const struct packet *packet)
{
	bool again = message->kind == TELNET_NEGOTIATION && message->command == terminal->last_command &&
		     message->option == terminal->last_option;
	terminal->repeated = again ? terminal->repeated + 1 : 0;
	if (message->kind == TELNET_NEGOTIATION) {
		terminal->last_command = message->command;
		terminal->last_option = message->option;
	}
	if (message->tn3270e_topic != TN3270E_DEVICE_TYPE)
		return;
	if (message->tn3270e_verb == TN3270E_REQUEST) {
		terminal->requested = mark_of(packet);
		memcpy(terminal->lu, message->lu_name, sizeof terminal->lu);
	} else if (message->tn3270e_verb == TN3270E_REJECT) {
		terminal->rejected = mark_of(packet);
		terminal->reason = message->tn3270e_reason;
		terminal->works = false;
	}
}

static void terminal_message(struct analysis_context *context, const struct observation *observation,
			     const struct session_message *heard)
{
	const struct terminals *state = context->state;
	struct terminal *terminal = context->session_state;
	const struct telnet_message *message = heard->facts;
	const struct packet *packet = observation->packet;
	if (!packet)
		return;
	bool from_client = heard->direction == observation->session->client;
	if (message->kind == TELNET_NEGOTIATION || message->kind == TELNET_SUBNEGOTIATION)
		take_negotiation(terminal, message, packet);
	else if (message->kind == TELNET_DATA && message->is_3270)
		take_screen(state, terminal, message, packet, from_client);
	else if (message->kind == TELNET_DATA)
		take_typing(state, terminal, message, packet, from_client);
}

static void report_keystroke(struct analysis_context *context, const struct session *session,
			     const struct tcp_episode *episode)
{
	struct finding finding;
	int64_t waited = episode->end_time - episode->start_time;
	finding_begin(&finding, &lost_keystroke, session);
	finding.cost = episode->cost;
	finding_duration(&finding, "waited", waited);
	tcp_cite_episode(&finding, episode);
	tcp_blame_loss(context, &finding, session, episode->sender, episode->location);
	finding_submit(context->findings, &finding);
}

static void terminal_events(struct analysis_context *context, const struct observation *observation)
{
	const struct session *session = observation->session;
	for (unsigned i = 0; i < observation->event_count; i++) {
		const struct session_event *event = &observation->events[i];
		if (event->type == EVENT_EPISODE && event->episode->sender == session->client &&
		    event->episode->lost_bytes && event->episode->lost_bytes <= KEY_BYTES &&
		    !event->episode->spurious && event->episode->recovered)
			report_keystroke(context, session, event->episode);
	}
}

static void terminal_observe(struct analysis_context *context, const struct observation *observation)
{
	if (context->session_state)
		terminal_events(context, observation);
}

static void report_slow(struct analysis_context *context, const struct session *session, bool echo)
{
	const struct terminals *state = context->state;
	const struct terminal *terminal = context->session_state;
	int64_t trip = session->tcp && tcp_round_trip_known(session) ? tcp_round_trip(session) : 0;
	int64_t network = trip < terminal->worst ? trip : terminal->worst;
	const char *key = tn3270_key_name(terminal->aid);
	uint32_t slow = echo ? terminal->slow_echoes : terminal->slow;
	struct finding finding;
	finding_begin(&finding, &slow_response, session);
	finding.sub_kind = echo ? "echo" : "screen";
	finding.cost = terminal->worst;
	finding_words(&finding, "what", "%s", echo ? "The echo of key presses" : "The screen");
	finding_duration(&finding, "worst", terminal->worst);
	finding_duration(&finding, "network", network);
	finding_duration(&finding, "host_part", terminal->worst - network);
	finding_count(&finding, "slow", slow);
	finding_count(&finding, "answers", echo ? terminal->echoes : terminal->answers);
	finding_threshold(&finding, "limit", UNIT_SECONDS, (double)(echo ? state->echo : state->screen) / 1e9);
	finding_evidence(&finding, terminal->worst_asked.packet, terminal->worst_asked.time, "%s",
			 echo ? "a key press" : key ? key : "the key");
	finding_evidence(&finding, terminal->worst_answered.packet, terminal->worst_answered.time, "%s",
			 echo ? "its echo" : "the host's screen begins");
	if (network * 2 > terminal->worst) {
		blame_network(&finding);
		finding_why(&finding, "The round trip alone is most of the wait.");
	} else {
		blame_program(&finding, session, session_server(session));
		finding_why(&finding, "The key had arrived within a round trip; the rest of the time passed in the host.");
	}
	finding.confidence = CONFIDENCE_LIKELY;
	if (slow < state->times && terminal->worst < state->sure)
		finding.severity = SEVERITY_NOTICE;
	finding_submit(context->findings, &finding);
}

static void report_refusal(struct analysis_context *context, const struct session *session)
{
	const struct terminals *state = context->state;
	const struct terminal *terminal = context->session_state;
	const char *reason = tn3270e_reason_name(terminal->reason);
	struct finding finding;
	finding_begin(&finding, &negotiation_failed, session);
	finding_words(&finding, "lu", "%s", terminal->lu[0] ? terminal->lu : "(any)");
	if (terminal->rejected.packet) {
		finding.sub_kind = "rejected";
		finding_words(&finding, "reason", "%s", reason ? reason : "no known reason");
		finding_evidence(&finding, terminal->requested.packet, terminal->requested.time,
				 "the terminal asks for %s", terminal->lu[0] ? terminal->lu : "any LU");
		finding_evidence(&finding, terminal->rejected.packet, terminal->rejected.time, "refused: %s",
				 reason ? reason : "unknown reason");
		blame_config(&finding, session, terminal->lu[0] ? session->client : session_server(session));
		finding_why(&finding, "The server's own reason.");
	} else if (terminal->unbound.packet) {
		finding.sub_kind = "unbound";
		finding.say = "The application behind {server} ended the session of the terminal {lu} of {client} before "
			      "its first screen: UNBIND ({count|time|times}).";
		finding_words(&finding, "reason", "UNBIND");
		finding_evidence(&finding, terminal->requested.packet, terminal->requested.time,
				 "the terminal asks for %s", terminal->lu[0] ? terminal->lu : "any LU");
		finding_evidence(&finding, terminal->unbound.packet, terminal->unbound.time,
				 "UNBIND instead of a screen");
		blame_word(&finding, PARTY_SERVER, "app:server");
		finding_why(&finding, "The server hands on what the application says (RFC 2355, 8.1.1).");
		finding_alternative(&finding, "the LU or its logmode is not defined as the application wants it", NULL);
		finding.confidence = CONFIDENCE_LIKELY;
	} else {
		finding.sub_kind = "loop";
		finding_words(&finding, "reason", "the same negotiation %u times and more", (unsigned)state->loops);
		finding_evidence(&finding, session->last_packet, session->last_time, "the last of it");
		blame_unknown(&finding);
		finding_why(&finding, "Each end insists on what the other one refuses.");
		finding.confidence = CONFIDENCE_LIKELY;
	}
	finding_submit(context->findings, &finding);
}

/* As many ends as it takes within the time, if there are. */
static void judge_drops(struct analysis_context *context, struct server_drops *server,
			const struct session *session)
{
	const struct terminals *state = context->state;
	uint32_t needed = (uint32_t)state->sessions, at = 0;
	if (server->told || server->count < needed || needed < 1)
		return;
	while (at + needed <= server->count &&
	       server->drops[at + needed - 1].time - server->drops[at].time > state->within)
		at++;
	if (at + needed > server->count)
		return;
	const struct drop *first = &server->drops[at], *last = first + needed - 1;
	int64_t within = last->time - first->time;
	server->told = true;
	struct finding finding;
	finding_begin(&finding, &session_drop, session);
	finding_number(&finding, "sessions", UNIT_COUNT, needed, FACT_MAX);
	finding_duration(&finding, "within", within);
	for (const struct drop *drop = first; drop <= last; drop++)
		finding_evidence(&finding, drop->packet, drop->time, "a session is reset");
	blame_host(&finding, session, session_server(session));
	finding_why(&finding, "The server is what the sessions have in common.");
	finding_alternative(&finding, "a firewall or load balancer before it", NULL);
	finding.confidence = CONFIDENCE_POSSIBLE;
	finding_submit(context->findings, &finding);
}

/* A session that worked and was reset, without a FIN of either end before. */
static void note_drop(struct analysis_context *context, const struct session *session)
{
	struct terminals *state = context->state;
	const struct tcp_session *tcp = session->tcp;
	uint8_t server = session_server(session);
	if (!tcp || !(tcp->side[0].rst_seen || tcp->side[1].rst_seen) || tcp->side[0].fin_seen ||
	    tcp->side[1].fin_seen)
		return;
	const struct tcp_side *by = &tcp->side[tcp->side[server].rst_seen ? server : session->client];
	struct endpoint key = session->key.end[server];
	struct server_drops *drops = cache_enter(&state->servers, &key, NULL);
	if (drops->count == DROPS) {
		memmove(drops->drops, drops->drops + 1, sizeof drops->drops - sizeof *drops->drops);
		drops->count--;
	}
	/* Sessions end in the order of their numbers at the end of the trace, not of time. */
	uint32_t at = drops->count++;
	for (; at > 0 && drops->drops[at - 1].time > by->rst_time; at--)
		drops->drops[at] = drops->drops[at - 1];
	drops->drops[at] = (struct drop){ by->rst_time, by->rst_packet };
	judge_drops(context, drops, session);
}

/* It may still go on without TN3270E, or with another name, when the trace no longer looks. */
static bool too_early(const struct analysis_context *context, const struct session *session,
		      const struct terminal *terminal)
{
	const struct tcp_mark *refused = terminal->rejected.packet ? &terminal->rejected : &terminal->unbound;
	if (session->tcp && (session->tcp->side[0].fin_seen || session->tcp->side[1].fin_seen))
		return false;
	return (session->end == SESSION_END_OF_TRACE || session->end == SESSION_EVICTED) && refused->packet &&
	       context->trace->last_time - refused->time < SECOND_TRY;
}

static void terminal_session_end(struct analysis_context *context, const struct session *session,
				 const struct observation *last)
{
	const struct terminals *state = context->state;
	const struct terminal *terminal = context->session_state;
	if (!terminal)
		return;
	if (session->tcp)
		terminal_events(context, last);
	if (terminal->slow)
		report_slow(context, session, false);
	else if (terminal->echoes >= ECHO_SAMPLES && terminal->slow_echoes * 20 > terminal->echoes)
		report_slow(context, session, true);
	bool unbound = terminal->unbound.packet && !(session->quality & (QUALITY_MIDSTREAM | QUALITY_LOSS));
	if ((terminal->rejected.packet || unbound || terminal->repeated >= state->loops) && !terminal->works &&
	    !too_early(context, session, terminal))
		report_refusal(context, session);
	if (terminal->works)
		note_drop(context, session);
}

static void terminal_destroy(struct analysis_context *context)
{
	struct terminals *state = context->state;
	cache_finish(&state->servers);
}

const struct analyzer telnet_terminal_analyzer = {
	.name = "telnet-terminal",
	.kinds = kinds,
	.state_size = sizeof(struct terminals),
	.session_state_size = sizeof(struct terminal),
	.state_on_message = true,
	.wants = WANTS_EVENTS,
	.begin = terminal_begin,
	.observe = terminal_observe,
	.hears = hears,
	.message = terminal_message,
	.session_end = terminal_session_end,
	.destroy = terminal_destroy,
};
