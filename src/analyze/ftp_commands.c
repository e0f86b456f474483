/* What FTP servers refuse, and what they take long for: ftp/login-failed, ftp/command-failed,
 * ftp/slow-command. Transfers that fail for want of a data connection are in ftp_data.c. */
#include <stdio.h>
#include <string.h>

#include "analyze/cache.h"
#include "analyze/ftp_data.h"
#include "core/clock.h"

static const struct finding_kind login_failed = {
	.id = "ftp/login-failed",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "An FTP log-in was refused",
	.say = "{server} refused the FTP log-in of user {user} from {client} ({count|time|times}): {code} {text}.",
	.meaning = "The server answered USER, PASS or ACCT with 530, 430 or 532: the user or the password is wrong, "
		   "or the user may not use FTP. 421 instead means that the server takes no more sessions; it may say so "
		   "instead of a greeting.",
	.false_alarms = "A first try as user anonymous is a habit of programs and only a notice. Many refusals in a "
			"short time are security/brute-force.",
	.advice = { "Check user, password and the server's rules for {user}: expired or revoked in RACF, missing in "
		    "the server's list of users, no home directory or shell." },
	.reference = "RFC 959 4.2, 5.4",
};

static const struct finding_kind command_failed = {
	.id = "ftp/command-failed",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "An FTP command was refused",
	.say = "{server} answered {command} {argument} of {client} with {code} {text} ({count|time|times}).",
	.meaning = "The server understood the command and says why it does not carry it out.",
	.false_alarms = "Programs ask for extensions (FEAT, OPTS, SIZE, MDTM, MLSD, EPSV) to learn whether the server "
			"has them: such refusals are left out.",
	.advice = { "Do what the text says: the name of the file or data set, the authority of the user, the "
		    "attributes of the data set." },
	.reference = "RFC 959 4.2",
};

static const struct finding_kind slow_command = {
	.id = "ftp/slow-command",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_DUPLICATES,
	.title = "An FTP server answers slowly",
	.say = "{server} took {waited} to answer {command} ({cause}; {count|time|times}).",
	.meaning = "From the last byte of the command to the first of the reply, without the round trip. Before the "
		   "greeting servers look up the client's name in DNS, or ask its ident service (port 113) who it is; "
		   "where a firewall drops the question they wait until they give up.",
	.false_alarms = "Replies that end a transfer wait for the transfer. Servers delay the refusal of a password on "
			"purpose. A single wait below `sure` is only a notice.",
	.advice = { "Follow the cause: for the greeting, let reverse DNS answer quickly for {client}, switch ident off "
		    "at the server or let the firewall reject port 113 instead of dropping it; else look at what the "
		    "server does at that time." },
	.reference = "RFC 959 5.4; RFC 1413",
	.parameters = {
		{ .name = "limit", .unit = UNIT_SECONDS, .value = 1, .lan = 1, .satellite = 3, .mainframe = 1, .strict = 0.2,
		  .meaning = "the server's part of the answer to a command" },
		{ .name = "greeting", .unit = UNIT_SECONDS, .value = 2, .strict = 0.5,
		  .meaning = "the server's part of the greeting" },
		{ .name = "sure", .unit = UNIT_SECONDS, .value = 5, .strict = 1,
		  .meaning = "a single wait as long as this is a warning; shorter ones must come back" },
		{ .name = "times", .unit = UNIT_COUNT, .value = 3, .meaning = "how often shorter waits must come back" },
	},
};

static const struct finding_kind *const kinds[] = { &login_failed, &command_failed, &slow_command, NULL };
static const struct decoder *const hears[] = { &ftp_decoder, NULL };

#define PENDING 8                /* commands sent before the first of them is answered */
#define ARGUMENT 48
#define IDENT_PORT 113
#define PAIRS 256                /* of hosts, with a question to an ident service under way */
#define TEXT_LENGTH 60

struct command {
	char verb[8];
	char argument[ARGUMENT];
	uint64_t packet;
	int64_t time;
};

struct control {                 /* one control connection */
	struct command pending[PENDING];
	uint8_t count;
	bool greeted;
	bool answered;               /* the first pending command had a preliminary reply */
	char user[ARGUMENT];
	uint32_t slow;
};

struct pair { struct address asker, asked; };

struct ftp_state {
	int64_t limit, greeting, sure;
	double times;
	struct cache idents;         /* struct pair to int64_t: when a server last asked a client's ident service */
};

static void ftp_begin(struct analysis_context *context)
{
	struct ftp_state *state = context->state;
	state->limit = setting_duration(context->settings, &slow_command, "limit");
	state->greeting = setting_duration(context->settings, &slow_command, "greeting");
	state->sure = setting_duration(context->settings, &slow_command, "sure");
	state->times = setting(context->settings, &slow_command, "times");
	cache_init(&state->idents, PAIRS, sizeof(struct pair), sizeof(int64_t));
}

static bool is(const char *verb, const char *other)
{
	return strcmp(verb, other) == 0;
}

static bool is_one_of(const char *verb, const char *const *list)
{
	for (; *list; list++)
		if (is(verb, *list))
			return true;
	return false;
}

static bool logs_in(const char *verb)
{
	static const char *const list[] = { "USER", "PASS", "ACCT", "AUTH", NULL };
	return is_one_of(verb, list);
}

static bool transfers(const char *verb)
{
	static const char *const list[] = { "RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD", NULL };
	return is_one_of(verb, list);
}

/* Questions whose refusal tells the client what it wanted to know. */
static bool asks_for_extension(const char *verb)
{
	static const char *const list[] = { "FEAT", "OPTS", "SIZE", "MDTM", "MFMT", "MLST", "MLSD", "EPSV", "EPRT", "CLNT",
		"HOST", "LANG", "SITE", "XCRC", "AUTH", "PBSZ", "PROT", "CCC", "SYST", "ALLO", "HELP", "NOOP", NULL };
	return is_one_of(verb, list);
}

static void take_command(struct control *control, const struct ftp_message *message,
			 const struct record *record)
{
	if (control->count == PENDING) {
		memmove(control->pending, control->pending + 1, sizeof control->pending - sizeof *control->pending);
		control->count--;
	}
	struct command *command = &control->pending[control->count++];
	memcpy(command->verb, message->verb, sizeof command->verb);
	ftp_copy_words(command->argument, sizeof command->argument, message->text);
	command->packet = record->number;
	command->time = record->time;
	if (is(message->verb, "USER"))
		memcpy(control->user, command->argument, sizeof control->user);
}

static void begin_finding(struct finding *finding, const struct finding_kind *kind,
			  const struct session *session, const struct command *command,
			  const struct ftp_message *reply)
{
	char text[TEXT_LENGTH];
	finding_begin(finding, kind, session);
	ftp_copy_words(text, sizeof text, reply->text);
	finding_number(finding, "code", UNIT_NONE, reply->code, FACT_FIRST);
	finding_words(finding, "text", "%s", text[0] ? text : "(no text)");
	finding_words(finding, "command", "%s", command->verb);
	finding_words(finding, "argument", "%s", command->argument);
	finding_evidence(finding, command->packet, command->time, "%s %s", command->verb,
			 is(command->verb, "PASS") ? "(password)" : command->argument);
}

static void cite_reply(struct finding *finding, const struct record *record, const struct ftp_message *reply)
{
	char text[TEXT_LENGTH];
	ftp_copy_words(text, sizeof text, reply->text);
	finding_evidence(finding, record->number, record->time, "%u %s", reply->code, text);
}

static void report_login(struct analysis_context *context, const struct session *session,
			 const struct command *command, const struct ftp_message *reply,
			 const struct record *record)
{
	const struct control *control = context->session_state;
	struct finding finding;
	begin_finding(&finding, &login_failed, session, command, reply);
	cite_reply(&finding, record, reply);
	finding_words(&finding, "user", "%s", control->user[0] ? control->user : "(not seen)");
	if (reply->code == 421) {
		finding.sub_kind = "server-limit";
		blame_program(&finding, session, session_server(session));
		finding_why(&finding, "421 is the server's word for: I take no more sessions now.");
	} else {
		blame_program(&finding, session, session->client);
		finding_why(&finding, "The server checked what the client sent and says that it is wrong.");
	}
	if (is(control->user, "anonymous") || is(control->user, "ftp"))
		finding.severity = SEVERITY_NOTICE;
	finding_submit(context->findings, &finding);
}

static uint64_t key_of(const char *verb, uint16_t code)
{
	uint64_t key = code;
	for (; *verb; verb++)
		key = key * 31 + (unsigned char)*verb;
	return key;
}

/* The server says no in place of its greeting. */
static void report_turned_away(struct analysis_context *context, const struct session *session,
			       const struct command *open, const struct ftp_message *reply,
			       const struct record *record)
{
	struct finding finding;
	char text[TEXT_LENGTH];
	finding_begin(&finding, &login_failed, session);
	ftp_copy_words(text, sizeof text, reply->text);
	finding_number(&finding, "code", UNIT_NONE, reply->code, FACT_FIRST);
	finding_words(&finding, "text", "%s", text[0] ? text : "(no text)");
	finding_words(&finding, "user", "this client");
	finding_evidence(&finding, open->packet, open->time, "the connection is open");
	cite_reply(&finding, record, reply);
	finding.merge_key = key_of("", reply->code);
	finding.sub_kind = "server-limit";
	finding.say = "{server} turned {client} away before any log-in: {code} {text}.";
	blame_program(&finding, session, session_server(session));
	finding_why(&finding, "The server greets with a refusal: it takes no more sessions now, or none "
			      "of this client.");
	finding_submit(context->findings, &finding);
}

static void report_failure(struct analysis_context *context, const struct session *session,
			   const struct command *command, const struct ftp_message *reply,
			   const struct record *record)
{
	struct finding finding;
	begin_finding(&finding, &command_failed, session, command, reply);
	cite_reply(&finding, record, reply);
	finding.merge_key = key_of(command->verb, reply->code);
	if (reply->code >= 500 || reply->code == 425) {
		blame_program(&finding, session, session->client);
		finding_why(&finding, "The server says that the command cannot be carried out as it was sent.");
	} else {
		blame_program(&finding, session, session_server(session));
		finding_why(&finding, "The server says that it cannot carry out the command now.");
	}
	finding.confidence = CONFIDENCE_LIKELY;
	finding_submit(context->findings, &finding);
}

/* What held up the server, as far as the trace shows. */
static const char *cause_of(struct ftp_state *state, const struct session *session, int64_t from, int64_t to)
{
	struct pair pair = { session->key.end[session_server(session)].address,
		session->key.end[session->client].address };
	const int64_t *asked = cache_find(&state->idents, &pair);
	return asked && *asked >= from && *asked <= to ? "ident-delay" : "server";
}

static void report_slow(struct analysis_context *context, const struct session *session,
			const struct command *command, int64_t waited, const struct record *record)
{
	struct ftp_state *state = context->state;
	struct control *control = context->session_state;
	struct finding finding;
	finding_begin(&finding, &slow_command, session);
	finding.sub_kind = cause_of(state, session, command->time, record->time);
	bool ident = is(finding.sub_kind, "ident-delay");
	finding.cost = waited;
	finding_duration(&finding, "waited", waited);
	finding_words(&finding, "command", "%s", command->verb[0] ? command->verb : "the connection with its greeting");
	finding_words(&finding, "cause", "%s", ident ? "it asked the client's ident service meanwhile"
						      : "nothing else happened meanwhile");
	finding_threshold(&finding, "limit", UNIT_SECONDS,
			  (double)(command->verb[0] ? state->limit : state->greeting) / 1e9);
	finding_evidence(&finding, command->packet, command->time, "%s",
			 command->verb[0] ? command->verb : "the connection is open");
	finding_evidence(&finding, record->number, record->time, "the answer");
	blame_program(&finding, session, session_server(session));
	if (ident)
		blame_middlebox(&finding, session, session->client);
	finding_why(&finding, ident ? "The server waited for the client's ident service (port 113), which something "
				      "kept silent instead of refusing it."
				    : "The command had arrived and the answer took no longer than a round trip once "
				      "it was sent: the time passed in the server.");
	finding.confidence = CONFIDENCE_LIKELY;
	if (waited < state->sure && ++control->slow < state->times)
		finding.severity = SEVERITY_NOTICE;
	finding_submit(context->findings, &finding);
}

/* The time that passed in the server, ns. */
static int64_t server_part(const struct session *session, int64_t from, int64_t to)
{
	int64_t trip = session->tcp && tcp_round_trip_known(session) ? tcp_round_trip(session) : 0;
	return to - from - trip;
}

/* Was a part of the wait a repair, so that the server did not cause it? */
static bool disturbed(const struct session *session, int64_t from)
{
	const struct tcp_session *tcp = session->tcp;
	return tcp && (tcp->side[0].repeated_segments || tcp->side[1].repeated_segments) &&
	       (tcp->side[session->client].last_ack_progress_time > from + NANOSECONDS / 2);
}

static void judge_time(struct analysis_context *context, const struct session *session,
		       const struct command *command, const struct record *record, bool failed)
{
	const struct ftp_state *state = context->state;
	int64_t waited = server_part(session, command->time, record->time);
	/* Wrong passwords are answered late on purpose. */
	if (waited < state->limit || (failed && logs_in(command->verb)) || disturbed(session, command->time))
		return;
	report_slow(context, session, command, waited, record);
}

static void judge_greeting(struct analysis_context *context, const struct session *session,
			   const struct ftp_message *reply, const struct record *record)
{
	const struct ftp_state *state = context->state;
	struct control *control = context->session_state;
	const struct tcp_handshake *handshake = session->tcp ? &session->tcp->handshake : NULL;
	if (control->greeted || !handshake || !handshake->complete)
		return;
	control->greeted = true;
	const struct command open = { .packet = handshake->ack_packet, .time = handshake->done_time };
	int64_t waited = server_part(session, open.time, record->time);
	if (reply->code >= 400 && reply->last)
		report_turned_away(context, session, &open, reply, record);
	if (reply->code == 220 && waited >= state->greeting && !disturbed(session, open.time))
		report_slow(context, session, &open, waited, record);
}

static void judge_reply(struct analysis_context *context, const struct session *session,
			const struct command *command, const struct ftp_message *reply,
			const struct record *record)
{
	bool failed = reply->code >= 400;
	bool refuses_login = reply->code == 530 || reply->code == 430 || reply->code == 532 || reply->code == 421;
	if (logs_in(command->verb) && refuses_login)
		report_login(context, session, command, reply, record);
	else if (failed && !asks_for_extension(command->verb) && !is(command->verb, "QUIT"))
		report_failure(context, session, command, reply, record);
}

static void take_reply(struct analysis_context *context, const struct session *session,
		       const struct ftp_message *reply, const struct record *record)
{
	struct control *control = context->session_state;
	judge_greeting(context, session, reply, record);
	control->greeted = true;
	if (!control->count || !is(control->pending[0].verb, reply->verb))
		return;
	const struct command *command = &control->pending[0];
	if (!control->answered && !(transfers(command->verb) && reply->code >= 200))
		judge_time(context, session, command, record, reply->code >= 400);
	control->answered = true;
	if (!reply->last || reply->code < 200)
		return;
	judge_reply(context, session, command, reply, record);
	control->answered = false;
	memmove(control->pending, control->pending + 1, sizeof control->pending - sizeof *control->pending);
	control->count--;
}

static void ftp_message(struct analysis_context *context, const struct observation *observation,
			const struct session_message *message)
{
	const struct ftp_message *ftp = message->facts;
	if (ftp->garbage || !observation->packet)
		return;
	const struct record *record = observation->packet->record;
	if (ftp->reply)
		take_reply(context, observation->session, ftp, record);
	else
		take_command(context->session_state, ftp, record);
}

/* A host opens a connection to an ident service: perhaps a server, to learn who its client is. */
static void ftp_observe(struct analysis_context *context, const struct observation *observation)
{
	struct ftp_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!packet->tcp || packet->tcp->destination_port != IDENT_PORT || !tcp_has(packet->tcp, TCP_SYN))
		return;
	struct pair pair = { packet->ip->source, packet->ip->destination };
	int64_t *time = cache_enter(&state->idents, &pair, NULL);
	*time = packet->record->time;
}

static void ftp_destroy(struct analysis_context *context)
{
	struct ftp_state *state = context->state;
	cache_finish(&state->idents);
}

const struct analyzer ftp_commands_analyzer = {
	.name = "ftp-commands",
	.kinds = kinds,
	.state_size = sizeof(struct ftp_state),
	.session_state_size = sizeof(struct control),
	.wants = WANTS_NEW_SESSIONS,
	.begin = ftp_begin,
	.observe = ftp_observe,
	.hears = hears,
	.state_on_message = true,
	.message = ftp_message,
	.destroy = ftp_destroy,
};
