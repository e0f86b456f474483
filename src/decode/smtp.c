#include "decode/smtp.h"

#include <string.h>

#include "decode/lines.h"

#define PORT_SMTP 25
#define PORT_SUBMISSION 587
#define LINE_LIMIT 12288         /* bytes; RFC 4954 4 asks for that many in AUTH */
#define QUEUE 32                 /* commands sent before the first of them is answered */
#define CHUNK_LIMIT (1LL << 40)

struct smtp_state {
	char queue[QUEUE][12];       /* verbs that wait for their final reply */
	uint8_t first, count;
	uint16_t multi_line;         /* code of the reply under way, 0: none */
	bool invited;                /* 334: the client's next line logs in */
	struct dot_body mail;
	uint64_t chunk;              /* bytes of a BDAT that begin now */
	struct sasl sasl;
	struct credentials login;
};

static const char *const verbs[] = { "AUTH", "BDAT", "DATA", "EHLO", "ETRN", "EXPN", "HELO", "HELP", "LHLO", "MAIL",
	"NOOP", "QUIT", "RCPT", "RSET", "SAML", "SEND", "SOML", "STARTTLS", "TURN", "VRFY", "XCLIENT", "XFORWARD",
	NULL };

static bool is_known(const char *verb)
{
	for (const char *const *known = verbs; *known; known++)
		if (strcmp(*known, verb) == 0)
			return true;
	return false;
}

static bool is(const char *verb, const char *name)
{
	return strcmp(verb, name) == 0;
}

static void expect_reply(struct smtp_state *state, const char *verb)
{
	if (state->count == QUEUE) {
		state->first = (uint8_t)((state->first + 1) % QUEUE);
		state->count--;
	}
	memcpy(state->queue[(state->first + state->count++) % QUEUE], verb, sizeof state->queue[0]);
}

/* What a final reply means for what follows. */
static void conclude(struct stream *stream, struct smtp_message *message)
{
	struct smtp_state *state = stream->state;
	bool done = message->code < 300;
	state->first = (uint8_t)((state->first + 1) % QUEUE);
	state->count--;
	if (is(message->verb, "DATA"))
		state->mail = (struct dot_body){ 0 };
	if (is(message->verb, "AUTH")) {
		/* 535: refused. 504 and 538 say that it cannot be done this way. */
		if (done || message->code == 535)
			credentials_decide(&state->login, done, &message->login);
		state->sasl = (struct sasl){ 0 };
		state->invited = false;
	}
	if (is(message->verb, "STARTTLS") && done)
		stream->then = decoder_named("tls");
}

static void take_reply(struct stream *stream, struct smtp_message *message)
{
	struct smtp_state *state = stream->state;
	/* The greeting answers no command, and a server that gives up waits for none. */
	if (message->code == 220 && !state->count)
		return;
	if (state->count)
		memcpy(message->verb, state->queue[state->first], sizeof message->verb);
	if (!message->last || !state->count)
		return;
	if (message->code == 334)
		state->invited = state->sasl.mechanism != SASL_NONE;
	else if (message->code != 354)
		conclude(stream, message);
}

static void decode_reply(struct stream *stream, struct cursor *in, struct smtp_message *message)
{
	struct smtp_state *state = stream->state;
	bool more = false;
	uint16_t code = line_code(in, &more);
	message->reply = true;
	message->code = code ? code : state->multi_line;
	message->garbage = !message->code;
	if (code) {
		/* Of a reply that the recorder cut there is only this line. */
		message->last = !more || stream->cut;
		state->multi_line = message->last ? 0 : code;
		cursor_skip(in, in->captured && (*in->next == ' ' || *in->next == '-'));
	}
	struct cursor text = line_text(*in);
	message->text_length = message->code == 334 ? 0 : (uint8_t)line_keep(text, message->text, SMTP_TEXT);
	if (!message->garbage)
		take_reply(stream, message);
}

static void decode_credentials(struct stream *stream, struct cursor *in, struct smtp_message *message)
{
	struct smtp_state *state = stream->state;
	message->credentials = true;
	state->invited = false;
	sasl_line(&state->sasl, &state->login, stream, line_text(*in));
}

static void decode_command(struct stream *stream, struct cursor *in, struct smtp_message *message)
{
	struct smtp_state *state = stream->state;
	message->garbage = !line_word(in, message->verb, sizeof message->verb);
	if (message->garbage)
		return;
	struct cursor text = line_text(*in);
	message->credentials = is(message->verb, "AUTH");
	if (message->credentials)
		sasl_begin(&state->sasl, &state->login, stream, text);
	else
		message->text_length = (uint8_t)line_keep(text, message->text, SMTP_TEXT);
	if (is(message->verb, "DATA"))
		state->mail.inside = true;
	if (is(message->verb, "BDAT")) {
		int64_t chunk = line_number(&text, CHUNK_LIMIT);
		state->chunk = chunk > 0 ? (uint64_t)chunk : 0;
	}
	expect_reply(state, message->verb);
}

static struct next decode_smtp(struct cursor *in, struct packet *packet, void *facts)
{
	struct smtp_message *message = facts;
	struct stream *stream = packet->stream;
	if (!stream)
		return next_payload(cursor_rest(in));
	struct smtp_state *state = stream->state;
	if (!stream->from_client) {
		decode_reply(stream, in, message);
	} else if (state->mail.inside) {
		message->mail_end = true;
		state->mail = (struct dot_body){ 0 };
	} else if (state->invited) {
		decode_credentials(stream, in, message);
	} else {
		decode_command(stream, in, message);
	}
	cursor_rest(in);
	return next_none();
}

static bool is_port(const struct stream *stream)
{
	return stream->server_port == PORT_SMTP || stream->server_port == PORT_SUBMISSION;
}

/* "220" greets in FTP, too: elsewhere a greeting must name SMTP. */
static enum certainty probe_server(const struct stream *stream, struct cursor in)
{
	bool more = false;
	if (in.captured < 4)
		return CERTAINTY_MORE;
	uint16_t code = line_code(&in, &more);
	if (!code || !line_printable(line_text(in)))
		return CERTAINTY_NO;
	if (is_port(stream) || stream->state)
		return CERTAINTY_LIKELY;
	return code == 220 && (line_has(in, "smtp") || line_has(in, "lmtp")) ? CERTAINTY_CERTAIN : CERTAINTY_NO;
}

static enum certainty probe_client(const struct stream *stream, struct cursor in)
{
	char verb[12];
	const struct smtp_state *state = stream->state;
	if (state && (state->mail.inside || state->invited))
		return CERTAINTY_LIKELY;
	if (in.captured < 5)
		return CERTAINTY_MORE;
	if (!line_word(&in, verb, sizeof verb) || !is_known(verb))
		return CERTAINTY_NO;
	bool greets = is(verb, "EHLO") || is(verb, "HELO") || is(verb, "LHLO");
	return greets || is_port(stream) || state ? CERTAINTY_LIKELY : CERTAINTY_PERHAPS;
}

static enum certainty probe_smtp(const struct stream *stream, struct cursor in)
{
	return stream->from_client ? probe_client(stream, in) : probe_server(stream, in);
}

static struct frame frame_smtp(struct stream *stream, struct cursor in)
{
	struct smtp_state *state = stream->state;
	if (stream->from_client && state->chunk && in.captured) {
		uint64_t chunk = state->chunk;
		state->chunk = 0;
		return frame_skip(chunk);
	}
	if (stream->from_client && state->mail.inside)
		return dot_body_frame(&state->mail, stream, in);
	return frame_line(stream, in, LINE_LIMIT);
}

static void lose_smtp(struct stream *stream)
{
	struct smtp_state *state = stream->state;
	state->mail.mid_line = true;
	/* Which reply belongs to which command is not known any more, but in the middle of a mail. */
	if (state->mail.inside)
		return;
	state->count = 0;
	state->chunk = 0;
	state->multi_line = stream->from_client ? state->multi_line : 0;
	state->sasl = (struct sasl){ 0 };
	state->invited = false;
}

static void say_smtp(struct text *to, const void *facts)
{
	const struct smtp_message *message = facts;
	if (message->garbage)
		return;
	if (message->reply)
		text_addf(to, "smtp reply code %u", message->code);
	else if (message->mail_end)
		text_add(to, "smtp end of mail");
	else if (message->credentials && !message->verb[0])
		text_add(to, "smtp credentials");
	else
		text_addf(to, "smtp command %s", message->verb);
}

/* A mail is part of the DATA that it comes behind: 354 is not the last word. */
static void mark_smtp(const void *facts, struct exchange_mark *mark)
{
	const struct smtp_message *message = facts;
	if (message->garbage)
		return;
	if (!message->reply) {
		bool more = message->mail_end || (message->credentials && !message->verb[0]);
		mark->role = more ? EXCHANGE_REQUEST_MORE : EXCHANGE_REQUEST;
		return;
	}
	if (!message->last || (message->code == 220 && !message->verb[0]))
		return;
	mark->role = message->code / 100 == 3 ? EXCHANGE_PROGRESS : EXCHANGE_RESPONSE;
	mark->code = message->code;
	mark->failed = message->code >= 400;
}

enum { REQUEST, COMMAND, PARAMETER, RESPONSE, CODE, RESPONSE_TEXT, PASSWORD, END };

/* RFC 5321 4.2.3, RFC 4954 6. */
static const struct field_name reply_names[] = {
	{ 211, "System status, or system help reply" }, { 214, "Help message" }, { 220, "<domain> Service ready" },
	{ 221, "<domain> Service closing transmission channel" }, { 235, "Authentication successful" },
	{ 250, "Requested mail action okay, completed" }, { 251, "User not local; will forward to <forward-path>" },
	{ 252, "Cannot VRFY user, but will accept message and attempt delivery" }, { 334, "AUTH input" },
	{ 354, "Start mail input; end with <CRLF>.<CRLF>" },
	{ 421, "<domain> Service not available, closing transmission channel" },
	{ 432, "A password transition is needed" },
	{ 450, "Requested mail action not taken: mailbox unavailable" },
	{ 451, "Requested action aborted: local error in processing" },
	{ 452, "Requested action not taken: insufficient system storage" },
	{ 454, "Temporary authentication failure" }, { 455, "Server unable to accommodate parameters" },
	{ 500, "Syntax error, command unrecognized" }, { 501, "Syntax error in parameters or arguments" },
	{ 502, "Command not implemented" }, { 503, "Bad sequence of commands" },
	{ 504, "Command parameter not implemented" }, { 521, "Server does not accept mail" },
	{ 530, "Authentication required" }, { 534, "Authentication mechanism is too weak" },
	{ 535, "Authentication credentials invalid" },
	{ 538, "Encryption required for requested authentication mechanism" },
	{ 550, "Requested action not taken: mailbox unavailable" },
	{ 551, "User not local; please try <forward-path>" },
	{ 552, "Requested mail action aborted: exceeded storage allocation" },
	{ 553, "Requested action not taken: mailbox name not allowed" }, { 554, "Transaction failed" },
	{ 555, "MAIL FROM/RCPT TO parameters not recognized or not implemented" }, { 0, NULL },
};

static const struct field fields[] = {
	[REQUEST] = { "smtp.req", "Request", FIELD_FLAG },
	[COMMAND] = { "smtp.req.command", "Command", FIELD_TEXT },
	[PARAMETER] = { "smtp.req.parameter", "Request parameter", FIELD_TEXT },
	[RESPONSE] = { "smtp.rsp", "Response", FIELD_FLAG },
	[CODE] = { "smtp.response.code", "Response code", FIELD_UINT, .names = reply_names },
	[RESPONSE_TEXT] = { "smtp.rsp.parameter", "Response parameter", FIELD_TEXT },
	[PASSWORD] = { "smtp.auth.username_password", "Username/Password", FIELD_TEXT,
		.description = "a line of a log-in, as it was sent: in base64" },
	[END] = { "smtp.eom", "EOM", FIELD_GROUP, .description = "the end of a mail" },
	{ NULL },
};

static void tell_smtp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct smtp_message *message = facts;
	const uint8_t *start = in.next;
	bool more;
	(void)packet;
	if (message->reply) {
		tell_number(teller, &fields[RESPONSE], start, in.captured, true);
		uint16_t code = line_code(&in, &more);
		if (code) {
			tell_number(teller, &fields[CODE], start, 3, code);
			cursor_skip(&in, in.captured && (*in.next == ' ' || *in.next == '-'));
		}
		line_tell(teller, &fields[RESPONSE_TEXT], line_text(in), false);
		return;
	}
	if (message->mail_end) {
		tell_open(teller, &fields[END], start, in.captured, 0, NULL);
		tell_close(teller);
		return;
	}
	if (message->credentials && !message->verb[0]) {
		line_tell(teller, &fields[PASSWORD], line_text(in), true);
		return;
	}
	tell_number(teller, &fields[REQUEST], start, in.captured, true);
	char verb[12];
	if (!line_word(&in, verb, sizeof verb))
		return;
	tell_text(teller, &fields[COMMAND], start, strlen(verb), (const char *)start, strlen(verb));
	line_tell(teller, &fields[PARAMETER], line_text(in), message->credentials);
}

static const struct streaming smtp_streaming = {
	.state_size = sizeof(struct smtp_state),
	.anywhere = true,
	.probe = probe_smtp,
	.frame = frame_smtp,
	.lost = lose_smtp,
};

const struct decoder smtp_decoder = {
	.name = "smtp",
	.protocol = "SMTP",
	.title = "Simple Mail Transfer Protocol",
	.bindings = { { BY_TCP_PORT, PORT_SMTP }, { BY_TCP_PORT, PORT_SUBMISSION } },
	.facts_size = sizeof(struct smtp_message),
	.decode = decode_smtp,
	.stream = &smtp_streaming,
	.words = say_smtp,
	.exchange = mark_smtp,
	.fields = fields,
	.tell = tell_smtp,
};
