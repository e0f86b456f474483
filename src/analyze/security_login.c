/* Does somebody guess passwords, and do passwords cross the network readable? security/brute-force,
 * security/brute-force-success, security/password-spray, security/cleartext-password. */
#include <math.h>
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/concerned.h"
#include "analyze/logins.h"
#include "analyze/rate.h"
#include "core/clock.h"
#include "decode/ftp.h"
#include "core/hash.h"
#include "decode/decoder.h"
#include "decode/ip.h"

static const struct finding_kind brute_force = {
	.id = "security/brute-force",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SEC,
	.merge = MERGE_SERVICE,
	.title = "Somebody guesses passwords",
	.say = "{client} tried {tries|log-in|log-ins} on {server} ({service}) in {lasted}, up to {peak} in a "
	       "minute, {users}; {outcome}.",
	.meaning = "One host fails to log in far more often than a person with a bad memory, with ever new "
		   "passwords or names. Kind quick: the conversation is encrypted or unknown, but many "
		   "short ones, which the server ends each time before anything was done, are such tries. Kind "
		   "encrypted: of SSH only sizes are seen; all refusals of a conversation are equally long.",
	.false_alarms = "A script with an old password repeats one name and one password: that is "
			"ftp/login-failed. Where as many log-ins succeed as fail, several users stand behind "
			"one address. Health checks close their connections themselves.",
	.advice = { "Block {client}; let {server} lock out after a few failures.",
		    "Check on {server} whether a log-in from {client} succeeded before or after this trace." },
	.reference = "MITRE ATT&CK T1110",
	.parameters = {
		{ .name = "minute", .unit = UNIT_COUNT, .value = 10, .meaning = "failures in a minute" },
		{ .name = "quarter", .unit = UNIT_COUNT, .value = 20,
		  .meaning = "failures in a quarter of an hour" },
		{ .name = "many", .unit = UNIT_COUNT, .value = 100,
		  .meaning = "failures from which on it is critical" },
		{ .name = "rate", .unit = UNIT_RATE_PER_SECOND, .value = 5,
		  .meaning = "failures from which on it is critical" },
		{ .name = "short", .unit = UNIT_COUNT, .value = 30,
		  .meaning = "short conversations that the server ended: in half an hour for SSH, in a "
			     "minute and all alike for others" },
	},
};

static const struct finding_kind brute_force_success = {
	.id = "security/brute-force-success",
	.severity = SEVERITY_CRITICAL,
	.buttons = BUTTON_SEC,
	.merge = MERGE_SERVICE,
	.title = "Somebody guessed a password",
	.say = "After {failures|failure|failures} {client} logged in on {server} ({service}) as {user}.",
	.meaning = "The host that failed to log in again and again within minutes was accepted at last.",
	.false_alarms = "A user who mistypes a few times needs seconds for each try; several users behind one "
			"address succeed as often as they fail.",
	.advice = { "Disable the account {user} on {server} and find out what was done with it.",
		    "Block {client}." },
	.reference = "MITRE ATT&CK T1110, T1078",
	.parameters = {
		{ .name = "failures", .unit = UNIT_COUNT, .value = 5, .meaning = "before the success" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 600, .meaning = "in which they happened" },
		{ .name = "pace", .unit = UNIT_SECONDS, .value = 5,
		  .meaning = "between two failures: slower ones may be a person's" },
	},
};

static const struct finding_kind password_spray = {
	.id = "security/password-spray",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SEC,
	.merge = MERGE_HOST,
	.title = "Somebody tries a few passwords on many accounts",
	.say = "{client} tries few passwords on many accounts: {users} on {servers|server|servers} ({service}), "
	       "{failures} failures within {lasted}.",
	.meaning = "Many accounts with a few tries each stay below every lock-out, and one of them often has "
		   "the password that everybody uses.",
	.false_alarms = "Many users behind one address mistype now and then, but most of their log-ins "
			"succeed.",
	.advice = { "Block {client}; look for its successes in the logs.",
		    "Ask for a second factor." },
	.reference = "MITRE ATT&CK T1110.003",
	.beyond = "One log-in that fails is nothing: that many names were tried is the finding.",
	.parameters = {
		{ .name = "users", .unit = UNIT_COUNT, .value = 5, .meaning = "different names" },
		{ .name = "tries", .unit = UNIT_COUNT, .value = 3, .meaning = "for each of them, at most" },
		{ .name = "servers", .unit = UNIT_COUNT, .value = 5, .meaning = "different servers" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 600, .meaning = "in which this happens" },
	},
};

static const struct finding_kind cleartext_password = {
	.id = "security/cleartext-password",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_SEC,
	.merge = MERGE_SERVICE,
	.title = "A password crosses the network readable",
	.say = "The {service} password of {user} crosses the network from {client} to {server} readable.",
	.meaning = "The protocol sends passwords as they are, and this conversation is not encrypted: whoever "
		   "records it on the way can log in.",
	.false_alarms = "Anonymous FTP has no password.",
	.advice = { "Use the encrypted form of the protocol ({service} over TLS, SSH) between {client} and "
		    "{server}, and change the password." },
	.reference = "CWE-319; RFC 4217",
	.parameters = {
		{ .name = "log-ins", .unit = UNIT_COUNT, .value = 1, .meaning = "with a readable password" },
	},
};

static const struct finding_kind *const kinds[] = { &brute_force, &brute_force_success,
						    &cleartext_password, &password_spray, NULL };

#define SOURCES_REMEMBERED 1024
#define MINUTE (60 * NANOSECONDS)
#define QUARTER (15 * MINUTE)
#define HALF_HOUR (30 * MINUTE)
#define SECRETS_OF_A_SCRIPT 2 /* an old password, and perhaps its successor */
#define LISTED_LIMIT 65536    /* conversations with failures whose numbers are kept */
/* A conversation that ended before anything was done: an SSH key exchange and some tries fit in. */
enum { SHORT_LEAST_BYTES = 400, SHORT_MOST_BYTES = 2500, SHORT_MOST_ANSWER = 6000 };
#define SHORT_TIME (30 * NANOSECONDS)
#define ALIKE 0.05 /* standard deviation of their sizes, for the mean */
#define SSH_PORT 22

struct source_key {
	struct address source;
	uint8_t pad;
	uint16_t port;
};

struct server_key {
	struct address source, server;
	uint16_t port;
};

struct sizes {
	double count, mean, squares;
};

struct tries {                                       /* of one host on one server's port */
	struct rate second, minute, quarter, recent; /* of failures; recent: as for a success */
	uint32_t peak_second, peak_minute, peak_quarter;
	uint64_t failures, successes;
	struct various users, secrets;
	bool secrets_known, inferred;
	struct rate ended; /* short conversations that the server ended */
	uint32_t peak_ended;
	uint64_t ended_total;
	struct sizes asked, answered;
	struct login success; /* the first one that guessing brought */
	uint32_t failures_before, success_session;
	uint8_t session_kind;
	struct proof proof; /* of failures */
	struct concerned concerned;
};

struct spray { /* of one host on one service, wherever */
	int64_t start;
	struct various users, servers;
	uint32_t failures, successes;
	bool over;
	uint32_t most_users, most_servers, most_failures;
	struct proof proof;
	struct address server;
};

struct login_state {
	struct logins logins;
	struct cache tries;  /* struct server_key to struct tries */
	struct cache sprays; /* struct source_key to struct spray */
	uint32_t listed;
	double minute, quarter, many, rate, ended;
	double success_failures, spray_users, spray_tries, spray_servers;
	int64_t success_time, success_pace, spray_time;
	struct finding_store *findings;
};

static void peak(uint32_t *most, uint32_t count)
{
	if (count > *most)
		*most = count;
}

static struct tries *tries_of(struct login_state *state, const struct session *session)
{
	const struct endpoint *server = &session->key.end[session_server(session)];
	struct server_key key = { session->key.end[session->client].address, server->address,
				  server->port };
	struct tries *tries = cache_enter(&state->tries, &key, NULL);
	tries->session_kind = session->kind;
	return tries;
}

static void note_secret(struct tries *tries, const struct login *login)
{
	if (login->user)
		various_add(&tries->users, login->user);
	if (login->secret) {
		tries->secrets_known = true;
		various_add(&tries->secrets, login->secret);
	}
}

/* Failures of a program: many, or closer together than a person types. */
static bool is_guessing(const struct login_state *state, const struct tries *tries, int64_t now)
{
	uint32_t failures = tries->recent.count;
	if (failures < state->success_failures || now - tries->recent.start >= state->success_time)
		return false;
	return failures >= state->minute ||
	       now - tries->recent.start < failures * state->success_pace;
}

static void note_try(struct login_state *state, const struct session *session,
		     const struct login *login)
{
	struct tries *tries = tries_of(state, session);
	int64_t time = login->answered.time;
	note_secret(tries, login);
	tries->inferred = login->inferred;
	if (login->accepted) {
		tries->successes++;
		if (!tries->success.accepted && is_guessing(state, tries, time)) {
			tries->success = *login;
			tries->failures_before = tries->recent.count;
			tries->success_session = session->number;
		}
		return;
	}
	tries->failures++;
	peak(&tries->peak_second, rate_add(&tries->second, time, NANOSECONDS));
	peak(&tries->peak_minute, rate_add(&tries->minute, time, MINUTE));
	peak(&tries->peak_quarter, rate_add(&tries->quarter, time, QUARTER));
	rate_add(&tries->recent, time, state->success_time);
	proof_add_at(&tries->proof, login->answered.packet, time);
	if (state->listed < LISTED_LIMIT) {
		state->listed++;
		concerned_add(&tries->concerned, session);
	}
}

static void note_spray(struct login_state *state, const struct session *session,
		       const struct login *login)
{
	const struct endpoint *server = &session->key.end[session_server(session)];
	struct source_key key = { session->key.end[session->client].address, 0, server->port };
	struct spray *spray = cache_enter(&state->sprays, &key, NULL);
	int64_t time = login->answered.time;
	if (time - spray->start >= state->spray_time) {
		spray->start = time;
		spray->users = spray->servers = (struct various){ 0 };
		spray->failures = spray->successes = 0;
	}
	if (login->accepted) {
		spray->successes++;
		return;
	}
	if (!spray->proof.total)
		spray->server = server->address;
	spray->failures++;
	various_add(&spray->servers, hash_bytes(&server->address, sizeof server->address, 0));
	if (login->user)
		various_add(&spray->users, login->user);
	proof_add_at(&spray->proof, login->answered.packet, time);
	bool thin = spray->failures <= state->spray_tries * spray->users.count;
	if ((spray->users.count >= state->spray_users && thin) ||
	    spray->servers.count >= state->spray_servers) {
		spray->over = spray->over || spray->successes * 2 < spray->failures;
		peak(&spray->most_users, spray->users.count);
		peak(&spray->most_servers, spray->servers.count);
		peak(&spray->most_failures, spray->failures);
	}
}

static void tell_readable(struct login_state *state, const struct session *session,
			  const struct session_message *message, const struct login *login)
{
	if (!login->readable || login->anonymous || message->depth)
		return;
	struct finding finding;
	finding_begin(&finding, &cleartext_password, session);
	finding.service = message->decoder->name;
	finding_words(&finding, "user", "%s", login->name[0] ? login->name : "somebody");
	blame_config(&finding, session, session_server(session));
	finding_why(&finding, "The server lets the password be sent without encryption.");
	finding_evidence(&finding, login->asked.packet, login->asked.time,
			 "the password, readable");
	/* Whose name is not in the trace may be nobody's, whose password is no secret. */
	if (!login->name[0] && message->decoder == &ftp_decoder)
		finding_doubt(&finding, session->quality & QUALITY_MIDSTREAM ? QUALITY_MIDSTREAM : QUALITY_LOSS);
	finding_submit(state->findings, &finding);
}

static void login_message(struct analysis_context *context, const struct observation *observation,
			  const struct session_message *message)
{
	struct login_state *state = context->state;
	struct login login;
	if (!logins_take(&state->logins, observation, message, &login))
		return;
	tell_readable(state, observation->session, message, &login);
	if (login.anonymous)
		return;
	note_try(state, observation->session, &login);
	note_spray(state, observation->session, &login);
}

/* Services that ask for a password first, and whose conversations nobody here can read. Not those
 * whose server hangs up by itself when the client is done (QUIT, LOGOUT). */
static bool is_guarded(uint16_t port)
{
	static const uint16_t ports[] = { SSH_PORT, 636, 1433, 1521, 3306, 3389, 5432, 5900 };
	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
		if (ports[i] == port)
			return true;
	return false;
}

static bool server_ended_it(const struct tcp_side *x, const struct tcp_side *y)
{
	if (y->fin_seen)
		return !x->fin_seen || y->fin_first_time < x->fin_first_time;
	return y->rst_seen && !x->rst_seen && !x->fin_seen;
}

static void sizes_add(struct sizes *sizes, double value)
{
	double apart = value - sizes->mean;
	sizes->count++;
	sizes->mean += apart / sizes->count;
	sizes->squares += apart * (value - sizes->mean);
}

static bool sizes_alike(const struct sizes *sizes)
{
	return sizes->count > 1 && sqrt(sizes->squares / sizes->count) <= ALIKE * sizes->mean;
}

static void login_end(struct analysis_context *context, const struct session *session,
		      const struct observation *last)
{
	struct login_state *state = context->state;
	(void)last;
	if (!session->tcp || !session->tcp->handshake.complete ||
	    !is_guarded(session->key.end[session_server(session)].port))
		return;
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	if (x->unique_bytes < SHORT_LEAST_BYTES || x->unique_bytes > SHORT_MOST_BYTES ||
	    y->unique_bytes > SHORT_MOST_ANSWER || !server_ended_it(x, y) ||
	    session->last_time - session->first_time > SHORT_TIME)
		return;
	struct tries *tries = tries_of(state, session);
	bool ssh = session->key.end[session_server(session)].port == SSH_PORT;
	peak(&tries->peak_ended,
	     rate_add(&tries->ended, session->first_time, ssh ? HALF_HOUR : MINUTE));
	peak(&tries->peak_minute, rate_add(&tries->minute, session->first_time, MINUTE));
	tries->ended_total++;
	sizes_add(&tries->asked, (double)x->unique_bytes);
	sizes_add(&tries->answered, (double)y->unique_bytes);
	proof_add_at(&tries->proof, y->fin_seen ? y->fin_first_packet : y->rst_packet,
		     y->fin_seen ? y->fin_first_time : y->rst_time);
	if (state->listed < LISTED_LIMIT) {
		state->listed++;
		concerned_add(&tries->concerned, session);
	}
}

static bool is_brute_force(const struct login_state *state, const struct server_key *key,
			   const struct tries *tries)
{
	if (tries->ended_total && tries->peak_ended >= state->ended)
		return key->port == SSH_PORT ||
		       (sizes_alike(&tries->asked) && sizes_alike(&tries->answered));
	if (tries->peak_minute < state->minute && tries->peak_quarter < state->quarter)
		return false;
	if (tries->successes * 2 > tries->failures)
		return false;
	/* Of answers to a challenge nobody sees whether the password is the same: one name is a program that was not
	 * told of a new one. */
	bool script = tries->secrets_known ? tries->users.count <= 1 && tries->secrets.count <= SECRETS_OF_A_SCRIPT
					   : tries->users.count == 1;
	return tries->failures && !script;
}

static void begin(struct finding *finding, const struct finding_kind *kind,
		  const struct server_key *key, const struct tries *tries)
{
	finding_begin(finding, kind, NULL);
	finding_subject(finding, &key->source, &key->server, key->port, IP_PROTOCOL_TCP);
	finding->service = service_name(IP_PROTOCOL_TCP, key->port);
	finding->session_kind = tries->session_kind;
	blame_attacker(finding, &key->source);
}

static void report_brute_force(const struct login_state *state, const struct server_key *key,
			       const struct tries *tries)
{
	bool quick = !tries->failures;
	uint64_t total = quick ? tries->ended_total : tries->failures + tries->successes;
	struct finding finding;
	begin(&finding, &brute_force, key, tries);
	finding.confidence = CONFIDENCE_LIKELY;
	if (quick || tries->inferred) {
		finding.sub_kind = quick ? "quick" : "encrypted";
		finding.severity = SEVERITY_WARNING;
		finding.confidence = CONFIDENCE_POSSIBLE;
	}
	if ((double)total >= state->many || tries->peak_second >= state->rate)
		finding.severity = SEVERITY_CRITICAL;
	finding.count = total;
	finding_count(&finding, "tries", (double)total);
	finding_count(&finding, "failures", (double)(quick ? tries->ended_total : tries->failures));
	finding_number(&finding, "peak", UNIT_COUNT, tries->peak_minute, FACT_MAX);
	finding_duration(&finding, "lasted", proof_span(&tries->proof));
	if (tries->users.count)
		finding_words(&finding, "users", "with %u user name%s", tries->users.count,
			      tries->users.count == 1 ? "" : "s");
	else
		finding_words(&finding, "users", "with unknown names");
	if (tries->secrets_known)
		finding_number(&finding, "passwords", UNIT_COUNT, tries->secrets.count, FACT_MAX);
	finding_words(&finding, "outcome", "%s",
		      quick              ? "the server ended each of them at once"
		      : tries->successes ? "not all of them failed"
					 : "none succeeded");
	finding_threshold(&finding, "threshold", UNIT_COUNT, quick ? state->ended : state->minute);
	finding_why(
		&finding,
		quick ? "It opens one short conversation after the other, and the server ends each."
		: tries->inferred ? "In each conversation it sends one short thing after the other in the log-in, and "
				    "all answers are as long as the refusal that it begins with."
				  : "All these tries come from it.");
	finding_alternative(&finding, "several hosts behind one address (NAT)",
			    tries->users.count == 1 ? "they all use one name" : NULL);
	if (quick || tries->inferred)
		finding_alternative(&finding,
				    "a program that the server refuses for another reason", NULL);
	proof_give(&tries->proof, &finding,
		   quick ? "the server ends the conversation" : "log-in refused");
	concerned_submit(&tries->concerned, &finding, state->findings);
}

static void report_success(const struct login_state *state, const struct server_key *key,
			   const struct tries *tries)
{
	struct finding finding;
	begin(&finding, &brute_force_success, key, tries);
	finding.session_number = tries->success_session;
	finding.confidence = tries->inferred ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY;
	finding_count(&finding, "failures", tries->failures_before);
	finding_words(&finding, "user", "%s",
		      tries->success.name[0] ? tries->success.name : "somebody");
	finding_threshold(&finding, "threshold", UNIT_COUNT, state->success_failures);
	finding_why(&finding, "The same host had failed again and again just before.");
	finding_alternative(&finding, "a user of the same host who knows the password", NULL);
	finding_evidence(&finding, tries->proof.first[0].packet, tries->proof.first[0].time,
			 "the first failure");
	finding_evidence(&finding, tries->success.answered.packet, tries->success.answered.time,
			 "accepted");
	finding_submit(state->findings, &finding);
}

static void report_tries(const struct login_state *state, const struct server_key *key,
			 const struct tries *tries)
{
	if (is_brute_force(state, key, tries))
		report_brute_force(state, key, tries);
	if (tries->success.accepted && tries->successes * 2 <= tries->failures)
		report_success(state, key, tries);
}

static void report_spray(const struct login_state *state, const struct source_key *key,
			 const struct spray *spray)
{
	if (!spray->over)
		return;
	struct finding finding;
	finding_begin(&finding, &password_spray, NULL);
	finding_subject(&finding, &key->source, NULL, key->port, IP_PROTOCOL_TCP);
	finding.service = service_name(IP_PROTOCOL_TCP, key->port);
	finding.merge_key = key->port;
	finding.confidence = CONFIDENCE_LIKELY;
	finding.count = spray->most_failures;
	if (spray->most_users)
		finding_words(&finding, "users", "%u user name%s", spray->most_users,
			      spray->most_users == 1 ? "" : "s");
	else
		finding_words(&finding, "users", "unknown names");
	finding_number(&finding, "servers", UNIT_COUNT, spray->most_servers, FACT_MAX);
	finding_count(&finding, "failures", spray->most_failures);
	finding_duration(&finding, "lasted", proof_span(&spray->proof));
	finding_threshold(&finding, "threshold", UNIT_COUNT, state->spray_users);
	blame_attacker(&finding, &key->source);
	finding_why(&finding, "All these tries come from it.");
	finding_alternative(&finding, "many users behind one address (proxy, NAT)", NULL);
	proof_give(&spray->proof, &finding, "log-in refused");
	finding_submit(state->findings, &finding);
}

static void forget_tries(void *user, const void *key, void *value)
{
	struct login_state *state = user;
	struct tries *tries = value;
	report_tries(state, key, tries);
	state->listed -= (uint32_t)tries->concerned.count;
	concerned_finish(&tries->concerned);
}

static void forget_spray(void *user, const void *key, void *value)
{
	report_spray(user, key, value);
}

static void login_begin(struct analysis_context *context)
{
	struct login_state *state = context->state;
	const struct settings *settings = context->settings;
	logins_init(&state->logins);
	cache_init(&state->tries, SOURCES_REMEMBERED, sizeof(struct server_key),
		   sizeof(struct tries));
	cache_init(&state->sprays, SOURCES_REMEMBERED, sizeof(struct source_key),
		   sizeof(struct spray));
	state->tries.forget = forget_tries;
	state->sprays.forget = forget_spray;
	state->tries.user = state->sprays.user = state;
	state->minute = setting(settings, &brute_force, "minute");
	state->quarter = setting(settings, &brute_force, "quarter");
	state->many = setting(settings, &brute_force, "many");
	state->rate = setting(settings, &brute_force, "rate");
	state->ended = setting(settings, &brute_force, "short");
	state->success_failures = setting(settings, &brute_force_success, "failures");
	state->success_time = setting_duration(settings, &brute_force_success, "time");
	state->success_pace = setting_duration(settings, &brute_force_success, "pace");
	state->spray_users = setting(settings, &password_spray, "users");
	state->spray_tries = setting(settings, &password_spray, "tries");
	state->spray_servers = setting(settings, &password_spray, "servers");
	state->spray_time = setting_duration(settings, &password_spray, "time");
	state->findings = context->findings;
}

static void login_finish(struct analysis_context *context)
{
	const struct login_state *state = context->state;
	const void *key;
	const struct tries *tries;
	for (size_t at = 0; (tries = cache_next(&state->tries, &at, &key));)
		report_tries(state, key, tries);
	const struct spray *spray;
	for (size_t at = 0; (spray = cache_next(&state->sprays, &at, &key));)
		report_spray(state, key, spray);
}

static void login_destroy(struct analysis_context *context)
{
	struct login_state *state = context->state;
	const void *key;
	struct tries *tries;
	for (size_t at = 0; (tries = cache_next(&state->tries, &at, &key));)
		concerned_finish(&tries->concerned);
	cache_finish(&state->tries);
	cache_finish(&state->sprays);
	logins_finish(&state->logins);
}

const struct analyzer security_login_analyzer = {
	.name = "security-login",
	.kinds = kinds,
	.state_size = sizeof(struct login_state),
	.hears = logins_hears,
	.message = login_message,
	.begin = login_begin,
	.session_end = login_end,
	.finish = login_finish,
	.destroy = login_destroy,
};
