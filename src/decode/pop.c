#include "decode/pop.h"

#include <string.h>

#include "decode/lines.h"

#define PORT_POP 110
#define LINE_LIMIT 4096          /* bytes; RFC 1939 allows 512, AUTH more */
#define QUEUE 32                 /* commands sent before the first of them is answered */
#define ALONE 0x80               /* of a queued command: it has no argument */

enum verb { NO_VERB, APOP, AUTH, CAPA, DELE, LANG, LIST, NOOP, PASS, QUIT, RETR, RSET, STAT, STLS, TOP, UIDL, USER,
	UTF8, XTND };

static const char *const verbs[] = { [NO_VERB] = "", [APOP] = "APOP", [AUTH] = "AUTH", [CAPA] = "CAPA",
	[DELE] = "DELE", [LANG] = "LANG", [LIST] = "LIST", [NOOP] = "NOOP", [PASS] = "PASS", [QUIT] = "QUIT",
	[RETR] = "RETR", [RSET] = "RSET", [STAT] = "STAT", [STLS] = "STLS", [TOP] = "TOP", [UIDL] = "UIDL",
	[USER] = "USER", [UTF8] = "UTF8", [XTND] = "XTND" };

struct pop_state {
	uint8_t queue[QUEUE];        /* enum verb of what waits for its answer */
	uint8_t first, count;
	bool greeted;
	bool invited;                /* "+ ": the client's next line logs in */
	struct dot_body body;
	struct sasl sasl;
	struct credentials login;
};

static uint8_t verb_of(const char *word)
{
	for (uint8_t i = NO_VERB + 1; i <= XTND; i++)
		if (strcmp(verbs[i], word) == 0)
			return i;
	return NO_VERB;
}

static void expect_reply(struct pop_state *state, uint8_t verb)
{
	if (state->count == QUEUE) {
		state->first = (uint8_t)((state->first + 1) % QUEUE);
		state->count--;
	}
	state->queue[(state->first + state->count++) % QUEUE] = verb;
}

/* Whether +OK is followed by lines: LIST and UIDL only without an argument (RFC 1939 5 and 7). */
static bool is_multi_line(uint8_t queued)
{
	switch (queued & ~ALONE) {
	case CAPA:
	case RETR:
	case TOP:
	case XTND:
		return true;
	case LIST:
	case UIDL:
	case LANG:
	case AUTH:
		return queued & ALONE;
	default:
		return false;
	}
}

static void take_reply(struct stream *stream, struct pop_message *message)
{
	struct pop_state *state = stream->state;
	if (!state->count)
		return;
	uint8_t queued = state->queue[state->first];
	enum verb verb = queued & (uint8_t)~ALONE;
	message->answers = true;
	strcpy(message->verb, verbs[verb]);
	if (message->invites) {
		state->invited = verb == AUTH;
		return;
	}
	state->first = (uint8_t)((state->first + 1) % QUEUE);
	state->count--;
	message->multi_line = message->ok && is_multi_line(queued) && !stream->cut;
	state->body = (struct dot_body){ .inside = message->multi_line };
	bool decides = verb == PASS || verb == APOP || (verb == AUTH && !(queued & ALONE)) ||
		       (verb == USER && !message->ok);
	if (decides)
		credentials_decide(&state->login, message->ok, &message->login);
	if (verb == AUTH)
		state->sasl = (struct sasl){ 0 };
	if (verb == STLS && message->ok)
		stream->then = decoder_named("tls");
}

static void decode_reply(struct stream *stream, struct cursor *in, struct pop_message *message)
{
	struct pop_state *state = stream->state;
	message->reply = true;
	if (state->body.inside) {
		message->end = true;
		state->body = (struct dot_body){ 0 };
		return;
	}
	message->ok = line_starts(*in, "+OK");
	message->invites = !message->ok && line_starts(*in, "+");
	message->garbage = !message->ok && !message->invites && !line_starts(*in, "-ERR");
	if (message->garbage)
		return;
	cursor_skip(in, message->ok ? 3 : message->invites ? 1 : 4);
	cursor_skip(in, in->captured && *in->next == ' ');
	if (!message->invites)
		message->text_length = (uint8_t)line_keep(line_text(*in), message->text, POP_TEXT);
	/* A greeting answers nothing, though a client may have spoken before it. */
	bool greeting = !state->greeted && !stream->middle[false];
	state->greeted = true;
	if (!greeting)
		take_reply(stream, message);
}

static void begin_login(struct stream *stream, struct cursor text, uint8_t verb)
{
	struct pop_state *state = stream->state;
	if (verb == USER) {
		state->login = (struct credentials){ .packet = stream->packet, .time = stream->time };
		credentials_name(&state->login, text);
	} else if (verb == PASS) {
		credentials_secret(&state->login, stream, text);
	} else if (verb == APOP) {
		const uint8_t *blank = text.captured ? memchr(text.next, ' ', text.captured) : NULL;
		size_t length = blank ? (size_t)(blank - text.next) : text.captured;
		state->login = (struct credentials){ .packet = stream->packet, .time = stream->time };
		credentials_name(&state->login, cursor_make(text.next, length, length));
	} else if (text.captured) {
		sasl_begin(&state->sasl, &state->login, stream, text);
	}
}

static void decode_command(struct stream *stream, struct cursor *in, struct pop_message *message)
{
	struct pop_state *state = stream->state;
	if (state->invited) {
		state->invited = false;
		message->credentials = true;
		sasl_line(&state->sasl, &state->login, stream, *in);
		return;
	}
	message->garbage = !line_word(in, message->verb, sizeof message->verb);
	if (message->garbage)
		return;
	uint8_t verb = verb_of(message->verb);
	struct cursor text = line_text(*in);
	message->credentials = verb == PASS || verb == APOP || verb == AUTH;
	if (message->credentials || verb == USER)
		begin_login(stream, text, verb);
	if (!message->credentials)
		message->text_length = (uint8_t)line_keep(text, message->text, POP_TEXT);
	expect_reply(state, text.captured ? verb : verb | ALONE);
}

static struct next decode_pop(struct cursor *in, struct packet *packet, void *facts)
{
	struct stream *stream = packet->stream;
	if (!stream)
		return next_payload(cursor_rest(in));
	if (stream->from_client)
		decode_command(stream, in, facts);
	else
		decode_reply(stream, in, facts);
	cursor_rest(in);
	return next_none();
}

/* "+OK" greets nowhere else that is in use; commands are those of others, too. */
static enum certainty probe_pop(const struct stream *stream, struct cursor in)
{
	const struct pop_state *state = stream->state;
	char word[8];
	if (state && (stream->from_client ? state->invited : state->body.inside))
		return CERTAINTY_LIKELY;
	if (in.captured < 5)
		return CERTAINTY_MORE;
	if (!stream->from_client) {
		bool ok = line_starts(in, "+OK"), bad = line_starts(in, "-ERR");
		if ((!ok && !bad) || !line_printable(line_text(in)))
			return CERTAINTY_NO;
		if (stream->server_port == PORT_POP || state)
			return CERTAINTY_LIKELY;
		return ok && line_has(in, "pop") ? CERTAINTY_CERTAIN : CERTAINTY_PERHAPS;
	}
	if (!line_word(&in, word, sizeof word) || verb_of(word) == NO_VERB)
		return CERTAINTY_NO;
	return stream->server_port == PORT_POP || state ? CERTAINTY_LIKELY : CERTAINTY_PERHAPS;
}

static struct frame frame_pop(struct stream *stream, struct cursor in)
{
	struct pop_state *state = stream->state;
	if (!stream->from_client && state->body.inside)
		return dot_body_frame(&state->body, stream, in);
	return frame_line(stream, in, LINE_LIMIT);
}

static void lose_pop(struct stream *stream)
{
	struct pop_state *state = stream->state;
	state->body.mid_line = true;
	if (state->body.inside)
		return;
	state->count = 0;
	state->sasl = (struct sasl){ 0 };
	state->invited = false;
}

static void say_pop(struct text *to, const void *facts)
{
	const struct pop_message *message = facts;
	if (message->garbage)
		return;
	if (message->end)
		text_add(to, "pop end of answer");
	else if (message->reply)
		text_addf(to, "pop reply %s", message->ok ? "+OK" : message->invites ? "+" : "-ERR");
	else if (!message->verb[0])
		text_add(to, "pop credentials");
	else
		text_addf(to, "pop command %s", message->verb);
}

static void mark_pop(const void *facts, struct exchange_mark *mark)
{
	const struct pop_message *message = facts;
	if (message->garbage)
		return;
	if (!message->reply)
		mark->role = message->verb[0] ? EXCHANGE_REQUEST : EXCHANGE_REQUEST_MORE;
	else if (message->end)
		mark->role = EXCHANGE_RESPONSE_END;
	else if (message->invites)
		mark->role = EXCHANGE_PROGRESS;
	else if (message->answers)
		mark->role = message->multi_line ? EXCHANGE_RESPONSE_BEGIN : EXCHANGE_RESPONSE;
	if (message->reply && !message->end) {
		mark->failed = !message->ok && !message->invites;
		mark->status = mark->failed ? "-ERR" : NULL;
	}
}

enum { REQUEST, COMMAND, PARAMETER, REQUEST_DATA, RESPONSE, INDICATOR, DESCRIPTION };

static const struct field fields[] = {
	[REQUEST] = { "pop.request", "Request", FIELD_TEXT },
	[COMMAND] = { "pop.request.command", "Request command", FIELD_TEXT },
	[PARAMETER] = { "pop.request.parameter", "Request parameter", FIELD_TEXT },
	[REQUEST_DATA] = { "pop.request.data", "Data", FIELD_TEXT },
	[RESPONSE] = { "pop.response", "Response", FIELD_TEXT },
	[INDICATOR] = { "pop.response.indicator", "Response indicator", FIELD_TEXT },
	[DESCRIPTION] = { "pop.response.description", "Response description", FIELD_TEXT },
	{ NULL },
};

static void tell_pop(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct pop_message *message = facts;
	struct cursor line = line_text(in);
	(void)packet;
	if (message->reply && (message->end || message->garbage)) {
		line_tell(teller, &fields[RESPONSE], line, false);
		return;
	}
	if (!message->reply && !message->verb[0]) {
		line_tell(teller, &fields[REQUEST_DATA], line, message->credentials);
		return;
	}
	line_tell(teller, &fields[message->reply ? RESPONSE : REQUEST], line, message->credentials);
	const uint8_t *blank = line.captured ? memchr(line.next, ' ', line.captured) : NULL;
	size_t first = blank ? (size_t)(blank - line.next) : line.captured;
	line_tell(teller, &fields[message->reply ? INDICATOR : COMMAND], cursor_make(line.next, first, first), false);
	if (!blank)
		return;
	cursor_skip(&line, first + 1);
	line_tell(teller, &fields[message->reply ? DESCRIPTION : PARAMETER], line, message->credentials);
}

static const struct streaming pop_streaming = {
	.state_size = sizeof(struct pop_state),
	.anywhere = true,
	.probe = probe_pop,
	.frame = frame_pop,
	.lost = lose_pop,
};

const struct decoder pop_decoder = {
	.name = "pop",
	.protocol = "POP",
	.title = "Post Office Protocol",
	.bindings = { { BY_TCP_PORT, PORT_POP } },
	.facts_size = sizeof(struct pop_message),
	.decode = decode_pop,
	.stream = &pop_streaming,
	.words = say_pop,
	.exchange = mark_pop,
	.fields = fields,
	.tell = tell_pop,
};
