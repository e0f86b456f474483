#include "decode/imap.h"

#include <string.h>

#include "core/hash.h"
#include "decode/lines.h"

#define PORT_IMAP 143
#define LINE_LIMIT 32768         /* bytes; lists of message numbers become long */
#define LITERAL_LIMIT (1LL << 40)
#define TAG_LIMIT 64

enum waiting { FOR_NOTHING, FOR_LOGIN, FOR_TLS, FOR_COMPRESSION, FOR_IDLE };

struct imap_state {
	uint64_t literal[2];         /* by from_client: bytes to skip */
	bool behind_literal[2];      /* the next line goes on with the one before */
	uint8_t waiting;             /* enum waiting: an answer with effects is to come … */
	uint64_t tag;                /* … for the command of this tag */
	bool invited;
	bool compressed;             /* RFC 4978: nothing can be read any more */
	struct sasl sasl;
	struct credentials login;
};

static const char *const commands[] = { "APPEND", "AUTHENTICATE", "CAPABILITY", "CHECK", "CLOSE", "COMPRESS", "COPY",
	"CREATE", "DELETE", "ENABLE", "EXAMINE", "EXPUNGE", "FETCH", "GETACL", "GETMETADATA", "GETQUOTA",
	"GETQUOTAROOT", "ID", "IDLE", "LIST", "LOGIN", "LOGOUT", "LSUB", "MOVE", "MYRIGHTS", "NAMESPACE", "NOOP",
	"NOTIFY", "RENAME", "SEARCH", "SELECT", "SORT", "STARTTLS", "STATUS", "STORE", "SUBSCRIBE", "THREAD", "UID",
	"UNSELECT", "UNSUBSCRIBE", "XLIST", NULL };

static const char *const statuses[] = { [IMAP_NO_STATUS] = "", [IMAP_OK] = "OK", [IMAP_NO] = "NO",
	[IMAP_BAD] = "BAD", [IMAP_BYE] = "BYE", [IMAP_PREAUTH] = "PREAUTH" };

static bool is_known(const char *verb)
{
	for (const char *const *known = commands; *known; known++)
		if (strcmp(*known, verb) == 0)
			return true;
	return false;
}

static uint8_t status_of(const char *word)
{
	for (uint8_t i = IMAP_OK; i <= IMAP_PREAUTH; i++)
		if (strcmp(statuses[i], word) == 0)
			return i;
	return IMAP_NO_STATUS;
}

/* A tag and the blank behind it (RFC 3501, 9). */
static bool read_tag(struct cursor *in, struct cursor *tag)
{
	size_t length = 0;
	while (length < in->captured && in->next[length] > ' ' && in->next[length] < 0x7f &&
	       !strchr("(){%*\"\\+", in->next[length]))
		length++;
	if (!length || length > TAG_LIMIT || length == in->captured || in->next[length] != ' ')
		return false;
	*tag = cursor_make(in->next, length, length);
	cursor_skip(in, length + 1);
	return true;
}

/* A word or a quoted string of an argument. */
static struct cursor read_string(struct cursor *in)
{
	const uint8_t *start = in->next;
	bool quoted = in->captured && *in->next == '"';
	cursor_skip(in, quoted);
	if (quoted)
		start = in->next;
	while (in->captured && *in->next != (quoted ? '"' : ' '))
		cursor_skip(in, *in->next == '\\' && quoted && in->captured > 1 ? 2 : 1);
	size_t length = (size_t)(in->next - start);
	cursor_skip(in, in->captured && quoted);
	cursor_skip(in, in->captured && *in->next == ' ');
	return cursor_make(start, length, length);
}

/* "{12}" or "{12+}" ends a line that goes on behind so many bytes. */
static void note_literal(struct stream *stream, struct cursor line)
{
	struct imap_state *state = stream->state;
	size_t at = line.captured;
	if (!at || line.next[at - 1] != '}')
		return;
	while (at && line.next[at - 1] != '{' && line.captured - at < 20)
		at--;
	if (!at || line.next[at - 1] != '{')
		return;
	struct cursor digits = cursor_make(line.next + at, line.captured - at, line.captured - at);
	int64_t length = line_number(&digits, LITERAL_LIMIT);
	if (length < 0 || (!line_starts(digits, "}") && !line_starts(digits, "+}")))
		return;
	state->literal[stream->from_client] = (uint64_t)length;
	state->behind_literal[stream->from_client] = true;
}

static void begin_command(struct stream *stream, struct imap_message *message, struct cursor text)
{
	struct imap_state *state = stream->state;
	uint8_t waiting = FOR_NOTHING;
	message->secret = false;
	if (strcmp(message->verb, "LOGIN") == 0) {
		waiting = FOR_LOGIN;
		state->login = (struct credentials){ .packet = stream->packet, .time = stream->time };
		bool literal = text.captured && *text.next == '{';
		if (!literal)
			credentials_name(&state->login, read_string(&text));
		/* What stands in a literal is skipped, but it can be read all the same. */
		state->login.readable = true;
		if (!literal && text.captured && *text.next != '{')
			credentials_secret(&state->login, stream, read_string(&text));
	} else if (strcmp(message->verb, "AUTHENTICATE") == 0) {
		waiting = FOR_LOGIN;
		sasl_begin(&state->sasl, &state->login, stream, text);
	} else if (strcmp(message->verb, "STARTTLS") == 0) {
		waiting = FOR_TLS;
	} else if (strcmp(message->verb, "COMPRESS") == 0) {
		waiting = FOR_COMPRESSION;
	} else if (strcmp(message->verb, "IDLE") == 0) {
		waiting = FOR_IDLE;
		message->waits = true;
	}
	if (waiting == FOR_NOTHING)
		return;
	message->secret = waiting == FOR_LOGIN;
	state->waiting = waiting;
	state->tag = message->id;
}

static void take_tag(struct imap_message *message, struct cursor tag)
{
	line_keep(tag, message->tag, sizeof message->tag);
	message->id = hash_bytes(tag.next, tag.captured, 0) | 1;
}

static void decode_client(struct stream *stream, struct cursor in, struct imap_message *message)
{
	struct imap_state *state = stream->state;
	struct cursor line = line_text(in), tag = { 0 };
	note_literal(stream, line);
	if (state->invited) {
		state->invited = false;
		message->kind = IMAP_CREDENTIALS;
		if (state->waiting == FOR_LOGIN)
			sasl_line(&state->sasl, &state->login, stream, line);
		return;
	}
	if (!read_tag(&line, &tag) || !line_word(&line, message->verb, sizeof message->verb))
		return;
	message->kind = IMAP_COMMAND;
	take_tag(message, tag);
	begin_command(stream, message, line);
}

static void conclude(struct stream *stream, struct imap_message *message)
{
	struct imap_state *state = stream->state;
	bool done = message->status == IMAP_OK;
	message->waits = state->waiting == FOR_IDLE;
	if (state->waiting == FOR_LOGIN && message->status != IMAP_BAD)
		credentials_decide(&state->login, done, &message->login);
	if (state->waiting == FOR_TLS && done)
		stream->then = decoder_named("tls");
	if (state->waiting == FOR_COMPRESSION && done)
		state->compressed = true;
	state->waiting = FOR_NOTHING;
	state->sasl = (struct sasl){ 0 };
	state->invited = false;
}

/* "* OK ready", "* 23 EXISTS", "* FLAGS (…)". */
static void read_untagged(struct cursor *line, struct imap_message *message)
{
	message->kind = IMAP_UNTAGGED;
	if (line_number(line, INT64_C(1) << 32) >= 0)
		cursor_skip(line, line->captured && *line->next == ' ');
	line_word(line, message->verb, sizeof message->verb);
	message->status = status_of(message->verb);
}

static void decode_server(struct stream *stream, struct cursor in, struct imap_message *message)
{
	struct imap_state *state = stream->state;
	struct cursor line = line_text(in), tag = { 0 };
	note_literal(stream, line);
	if (line_starts(line, "+")) {
		message->kind = IMAP_INVITATION;
		/* Behind a literal's "+" the literal comes, which is skipped. */
		state->invited = !state->literal[true] && !state->behind_literal[true] &&
				 (state->waiting == FOR_LOGIN || state->waiting == FOR_IDLE);
		return;
	}
	if (line_starts(line, "* ")) {
		cursor_skip(&line, 2);
		read_untagged(&line, message);
	} else if (read_tag(&line, &tag) && line_word(&line, message->verb, sizeof message->verb)) {
		message->status = status_of(message->verb);
		if (message->status == IMAP_NO_STATUS)
			return;
		message->kind = IMAP_TAGGED;
		take_tag(message, tag);
		if (state->waiting && state->tag == message->id)
			conclude(stream, message);
	}
	if (message->status)
		message->text_length = (uint8_t)line_keep(line, message->text, IMAP_TEXT);
}

static struct next decode_imap(struct cursor *in, struct packet *packet, void *facts)
{
	struct imap_message *message = facts;
	struct stream *stream = packet->stream;
	if (!stream)
		return next_payload(cursor_rest(in));
	struct imap_state *state = stream->state;
	message->secret = stream->from_client && state->waiting == FOR_LOGIN;
	bool *behind = &state->behind_literal[stream->from_client];
	if (*behind) {
		*behind = false;
		message->kind = IMAP_MORE;
		note_literal(stream, line_text(*in));
	} else if (stream->from_client) {
		decode_client(stream, *in, message);
	} else {
		decode_server(stream, *in, message);
	}
	cursor_rest(in);
	return next_none();
}

static enum certainty probe_client(const struct stream *stream, struct cursor in)
{
	const struct imap_state *state = stream->state;
	struct cursor tag;
	char verb[16];
	if (state && state->invited)
		return CERTAINTY_LIKELY;
	if (!read_tag(&in, &tag))
		return in.captured < 5 && line_printable(in) ? CERTAINTY_MORE : CERTAINTY_NO;
	if (!line_word(&in, verb, sizeof verb) || !is_known(verb))
		return in.captured ? CERTAINTY_NO : CERTAINTY_MORE;
	return stream->server_port == PORT_IMAP || state ? CERTAINTY_LIKELY : CERTAINTY_PERHAPS;
}

static enum certainty probe_server(const struct stream *stream, struct cursor in)
{
	if (in.captured < 6)
		return CERTAINTY_MORE;
	if (!line_printable(line_text(in)))
		return CERTAINTY_NO;
	bool greets = line_starts(in, "* OK ") || line_starts(in, "* PREAUTH ") || line_starts(in, "* BYE ");
	if (stream->server_port == PORT_IMAP || stream->state)
		return greets || line_starts(in, "* ") ? CERTAINTY_LIKELY : CERTAINTY_NO;
	return greets && line_has(in, "imap") ? CERTAINTY_CERTAIN : CERTAINTY_NO;
}

static enum certainty probe_imap(const struct stream *stream, struct cursor in)
{
	return stream->from_client ? probe_client(stream, in) : probe_server(stream, in);
}

static struct frame frame_imap(struct stream *stream, struct cursor in)
{
	struct imap_state *state = stream->state;
	uint64_t *literal = &state->literal[stream->from_client];
	if (state->compressed)
		return in.captured ? frame_skip(in.captured) : frame_more();
	if (*literal && in.captured) {
		uint64_t length = *literal;
		*literal = 0;
		return frame_skip(length);
	}
	return frame_line(stream, in, LINE_LIMIT);
}

static void lose_imap(struct stream *stream)
{
	struct imap_state *state = stream->state;
	state->literal[stream->from_client] = 0;
	state->behind_literal[stream->from_client] = false;
	state->invited = false;
}

static void say_imap(struct text *to, const void *facts)
{
	const struct imap_message *message = facts;
	switch (message->kind) {
	case IMAP_COMMAND:
		text_addf(to, "imap command %s %s", message->tag, message->verb);
		break;
	case IMAP_TAGGED:
		text_addf(to, "imap reply %s %s", message->tag, message->verb);
		break;
	case IMAP_UNTAGGED:
		text_addf(to, "imap reply * %s", message->verb);
		break;
	case IMAP_INVITATION:
		text_add(to, "imap reply +");
		break;
	case IMAP_CREDENTIALS:
		text_add(to, "imap command goes on");
		break;
	default:
		break;
	}
}

/* IDLE is answered when the client has enough (RFC 2177): nobody waits for it. */
static void mark_imap(const void *facts, struct exchange_mark *mark)
{
	const struct imap_message *message = facts;
	if (message->waits)
		return;
	mark->id = message->id;
	if (message->kind == IMAP_COMMAND) {
		mark->role = EXCHANGE_REQUEST;
	} else if (message->kind == IMAP_TAGGED) {
		mark->role = EXCHANGE_RESPONSE;
		mark->failed = message->status != IMAP_OK;
		mark->status = statuses[message->status];
	}
}

enum { IS_REQUEST, REQUEST, RESPONSE, TAG, REQUEST_TAG, RESPONSE_TAG, COMMAND, REQUEST_COMMAND, RESPONSE_COMMAND,
	STATUS, LINE };

static const struct field fields[] = {
	[IS_REQUEST] = { "imap.isrequest", "Request", FIELD_FLAG, .names = field_true },
	[REQUEST] = { "imap.request", "Request", FIELD_TEXT },
	[RESPONSE] = { "imap.response", "Response", FIELD_TEXT },
	[TAG] = { "imap.tag", "Tag", FIELD_TEXT },
	[REQUEST_TAG] = { "imap.request_tag", "Request Tag", FIELD_TEXT },
	[RESPONSE_TAG] = { "imap.response_tag", "Response Tag", FIELD_TEXT },
	[COMMAND] = { "imap.command", "Command", FIELD_TEXT },
	[REQUEST_COMMAND] = { "imap.request.command", "Request Command", FIELD_TEXT },
	[RESPONSE_COMMAND] = { "imap.response.command", "Response Command", FIELD_TEXT },
	[STATUS] = { "imap.response.status", "Response Status", FIELD_TEXT },
	[LINE] = { "imap.line", "Line", FIELD_TEXT },
	{ NULL },
};

static void tell_word(struct teller *teller, const struct field *field, struct cursor *line)
{
	const uint8_t *blank = line->captured ? memchr(line->next, ' ', line->captured) : NULL;
	size_t length = blank ? (size_t)(blank - line->next) : line->captured;
	line_tell(teller, field, cursor_make(line->next, length, length), false);
	cursor_skip(line, length + (blank != NULL));
}

static void tell_imap(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct imap_message *message = facts;
	struct cursor line = line_text(in);
	(void)packet;
	bool secret = message->secret;
	bool command = message->kind == IMAP_COMMAND;
	if (message->kind == IMAP_MORE || message->kind == IMAP_GARBAGE || message->kind == IMAP_CREDENTIALS) {
		line_tell(teller, &fields[LINE], line, secret);
		return;
	}
	tell_number(teller, &fields[IS_REQUEST], in.next, in.captured, command);
	line_tell(teller, &fields[LINE], line, secret);
	line_tell(teller, &fields[command ? REQUEST : RESPONSE], line, secret);
	struct cursor tag = line;
	if (message->kind != IMAP_INVITATION) {
		tell_word(teller, &fields[command ? REQUEST_TAG : RESPONSE_TAG], &tag);
		tell_word(teller, &fields[TAG], &line);
	}
	if (command) {
		struct cursor again = line;
		tell_word(teller, &fields[COMMAND], &again);
		tell_word(teller, &fields[REQUEST_COMMAND], &line);
	} else if (message->kind == IMAP_TAGGED || message->status) {
		tell_word(teller, &fields[STATUS], &line);
	} else if (message->kind == IMAP_UNTAGGED) {
		tell_word(teller, &fields[RESPONSE_COMMAND], &line);
	}
}

static const struct streaming imap_streaming = {
	.state_size = sizeof(struct imap_state),
	.anywhere = true,
	.probe = probe_imap,
	.frame = frame_imap,
	.lost = lose_imap,
};

const struct decoder imap_decoder = {
	.name = "imap",
	.protocol = "IMAP",
	.title = "Internet Message Access Protocol",
	.bindings = { { BY_TCP_PORT, PORT_IMAP } },
	.facts_size = sizeof(struct imap_message),
	.decode = decode_imap,
	.stream = &imap_streaming,
	.words = say_imap,
	.exchange = mark_imap,
	.fields = fields,
	.tell = tell_imap,
};
