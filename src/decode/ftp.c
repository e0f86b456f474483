#include "decode/ftp.h"

#include <string.h>

#include "core/hash.h"
#include "decode/lines.h"

#define FTP_PORT_NUMBER 21
#define LINE_LIMIT 8192          /* bytes; servers refuse far shorter ones */
#define QUEUE 16                 /* commands sent before the first of them is answered */
#define TELNET_IAC 0xff          /* RFC 959 sends ABOR behind Telnet's "interrupt" and "synch" */

struct ftp_state {
	char queue[QUEUE][8];        /* verbs that wait for their final reply */
	uint8_t first, count;
	uint16_t multi_line;         /* code of the reply under way, 0: none */
	bool protected;              /* PROT P was accepted */
	bool asks_protection;
};

/* Commands that sessions begin with or consist of; what else looks like one is a command all the same. */
static const char *const verbs[] = {
	"ABOR", "ACCT", "ADAT", "ALLO", "APPE", "AUTH", "CCC", "CDUP", "CLNT", "CWD", "DELE", "EPRT", "EPSV", "FEAT",
	"HELP", "HOST", "LANG", "LIST", "MDTM", "MFMT", "MKD", "MLSD", "MLST", "MODE", "NLST", "NOOP", "OPTS", "PASS",
	"PASV", "PBSZ", "PORT", "PROT", "PWD", "QUIT", "REIN", "REST", "RETR", "RMD", "RNFR", "RNTO", "SITE", "SIZE",
	"SMNT", "STAT", "STOR", "STOU", "STRU", "SYST", "TYPE", "USER", "XCRC", "XCUP", "XCWD", "XMKD", "XPWD", "XRMD",
	NULL };

static bool is_secret(const char *verb)
{
	return strcmp(verb, "PASS") == 0 || strcmp(verb, "ACCT") == 0 || strcmp(verb, "ADAT") == 0;
}

static bool is_known(const char *verb)
{
	for (const char *const *known = verbs; *known; known++)
		if (strcmp(*known, verb) == 0)
			return true;
	return false;
}

static void skip_telnet(struct cursor *in)
{
	while (in->captured >= 2 && (in->next[0] == TELNET_IAC || in->next[0] == 0xf2))
		cursor_skip(in, in->next[0] == TELNET_IAC ? 2 : 1);
}

/* Three or four letters before a blank or the end of the line. */
static bool read_verb(struct cursor *in, char verb[static 8])
{
	size_t length = 0;
	while (length < 7 && length < in->captured) {
		uint8_t c = in->next[length];
		if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			break;
		verb[length++] = (char)(c & ~0x20);
	}
	verb[length] = 0;
	if (length < 3 || length == in->captured ||
	    (in->next[length] != ' ' && in->next[length] != '\r' && in->next[length] != '\n'))
		return false;
	cursor_skip(in, length);
	return true;
}

/* "220 " or "220-": 0 when it is none. */
static uint16_t read_code(struct cursor *in, bool *more)
{
	if (in->captured < 4)
		return 0;
	const uint8_t *c = in->next;
	if (c[0] < '1' || c[0] > '6' || c[1] < '0' || c[1] > '9' || c[2] < '0' || c[2] > '9' ||
	    (c[3] != ' ' && c[3] != '-' && c[3] != '\r' && c[3] != '\n'))
		return 0;
	*more = c[3] == '-';
	uint16_t code = (uint16_t)((c[0] - '0') * 100 + (c[1] - '0') * 10 + (c[2] - '0'));
	cursor_skip(in, 3);
	return code;
}

/* The rest of the line without what ends it. */
static struct cursor rest_of_line(struct cursor in)
{
	if (in.captured && (*in.next == ' ' || *in.next == '-'))
		cursor_skip(&in, 1);
	size_t length = in.captured;
	while (length && (in.next[length - 1] == '\n' || in.next[length - 1] == '\r'))
		length--;
	return cursor_make(in.next, length, length);
}

/* The next decimal number of at most `limit`, -1 when there is none. */
static long read_number(struct cursor *in, long limit)
{
	long value = -1;
	while (in->captured && *in->next >= '0' && *in->next <= '9') {
		value = (value < 0 ? 0 : value) * 10 + (cursor_u8(in) - '0');
		if (value > limit)
			return -1;
	}
	return value;
}

/* "h1,h2,h3,h4,p1,p2", as PORT sends it and 227 answers it somewhere in its text. */
static bool read_six(struct cursor in, struct endpoint *to)
{
	uint8_t byte[6];
	for (int i = 0; i < 6; i++) {
		long value = read_number(&in, 255);
		if (value < 0 || (i < 5 && cursor_u8(&in) != ','))
			return false;
		byte[i] = (uint8_t)value;
	}
	to->address = address_ipv4(byte);
	to->port = load_be16(byte + 4);
	/* 0,0,0,0 is how some say: at this same address. */
	if (address_is_unspecified(&to->address))
		to->address = (struct address){ .family = ADDRESS_NONE };
	return true;
}

static bool find_six(struct cursor in, struct endpoint *to)
{
	for (; in.captured >= 11; cursor_skip(&in, 1))
		if (*in.next >= '0' && *in.next <= '9') {
			if (read_six(in, to))
				return true;
			while (in.captured > 1 && in.next[1] >= '0' && in.next[1] <= '9')
				cursor_skip(&in, 1);
		}
	return false;
}

/* "|1|192.0.2.1|6275|" of EPRT and "|||6446|" of EPSV (RFC 2428): any printable character parts them. */
static bool read_extended(struct cursor in, struct endpoint *to)
{
	char words[ADDRESS_TEXT_SIZE];
	uint8_t mark = cursor_u8(&in);
	if (mark < 33 || mark > 126)
		return false;
	while (in.captured && *in.next != mark)
		cursor_skip(&in, 1);
	cursor_skip(&in, 1);
	size_t length = 0;
	while (in.captured && *in.next != mark && length < sizeof words - 1)
		words[length++] = (char)cursor_u8(&in);
	words[length] = 0;
	if (cursor_u8(&in) != mark || (length && !address_parse(words, &to->address)))
		return false;
	long port = read_number(&in, 65535);
	to->port = (uint16_t)port;
	return port > 0 && in.captured && *in.next == mark;
}

static bool find_extended(struct cursor in, struct endpoint *to)
{
	while (in.captured && *in.next != '(')
		cursor_skip(&in, 1);
	cursor_skip(&in, 1);
	return read_extended(in, to);
}

static void read_announcement(struct ftp_message *message, struct cursor text)
{
	struct endpoint target = { 0 };
	enum ftp_announcement kind = FTP_NO_ANNOUNCEMENT;
	if (!message->reply && strcmp(message->verb, "PORT") == 0 && read_six(text, &target))
		kind = FTP_PORT;
	else if (!message->reply && strcmp(message->verb, "EPRT") == 0 && read_extended(text, &target))
		kind = FTP_EPRT;
	else if (message->reply && message->code == 227 && find_six(text, &target))
		kind = FTP_PASV;
	else if (message->reply && message->code == 229 && find_extended(text, &target))
		kind = FTP_EPSV;
	message->announcement = (uint8_t)kind;
	if (kind)
		message->target = target;
}

static void keep_text(struct ftp_message *message, struct cursor text)
{
	size_t length = text.captured < FTP_TEXT - 1 ? text.captured : FTP_TEXT - 1;
	if (length)
		memcpy(message->text, text.next, length);
	message->text_length = (uint8_t)length;
}

static void expect_reply(struct ftp_state *state, const char *verb)
{
	if (state->count == QUEUE) {
		state->first = (uint8_t)((state->first + 1) % QUEUE);
		state->count--;
	}
	memcpy(state->queue[(state->first + state->count++) % QUEUE], verb, 8);
}

/* What a reply means for those that follow. Preliminary ones leave their command waiting. */
static void take_reply(struct stream *stream, struct ftp_message *message)
{
	struct ftp_state *state = stream->state;
	if (state->count)
		memcpy(message->verb, state->queue[state->first], sizeof message->verb);
	if (!message->last || message->code < 200 || !state->count)
		return;
	state->first = (uint8_t)((state->first + 1) % QUEUE);
	state->count--;
	bool done = message->code < 300;
	if (strcmp(message->verb, "PROT") == 0 && done)
		state->protected = state->asks_protection;
	if (strcmp(message->verb, "AUTH") == 0 && message->code == 234)
		stream->then = decoder_named("tls");
}

static void decode_reply(struct stream *stream, struct cursor *in, struct ftp_message *message)
{
	struct ftp_state *state = stream->state;
	bool more = false;
	uint16_t code = read_code(in, &more);
	message->reply = true;
	message->code = code ? code : state->multi_line;
	if (state->multi_line && (code != state->multi_line || more)) {
		message->code = state->multi_line;       /* a line in the middle may look as it likes */
	} else if (code) {
		/* Of a reply that the recorder cut there is only this line. */
		message->last = !more || stream->cut;
		state->multi_line = message->last ? 0 : code;
	}
	message->garbage = !message->code;
	struct cursor text = rest_of_line(*in);
	keep_text(message, text);
	read_announcement(message, text);
	if (!message->garbage)
		take_reply(stream, message);
}

static void decode_command(struct stream *stream, struct cursor *in, struct ftp_message *message)
{
	struct ftp_state *state = stream->state;
	skip_telnet(in);
	message->garbage = !read_verb(in, message->verb);
	struct cursor text = rest_of_line(*in);
	if (message->garbage)
		return;
	if (is_secret(message->verb))
		message->secret = hash_bytes(text.next, text.captured, 0) | 1;
	else
		keep_text(message, text);
	read_announcement(message, text);
	if (strcmp(message->verb, "PROT") == 0)
		state->asks_protection = text.captured && (*text.next | 0x20) == 'p';
	expect_reply(state, message->verb);
}

static struct next decode_ftp(struct cursor *in, struct packet *packet, void *facts)
{
	struct ftp_message *message = facts;
	struct stream *stream = packet->stream;
	if (!stream)
		return next_payload(cursor_rest(in));
	if (stream->from_client)
		decode_command(stream, in, message);
	else
		decode_reply(stream, in, message);
	message->protects_data = ((const struct ftp_state *)stream->state)->protected;
	cursor_rest(in);
	return next_none();
}

static bool contains(struct cursor in, const char *word)
{
	size_t length = strlen(word);
	for (; in.captured >= length; cursor_skip(&in, 1)) {
		size_t i = 0;
		while (i < length && (in.next[i] | 0x20) == (word[i] | 0x20))
			i++;
		if (i == length)
			return true;
	}
	return false;
}

/* "220" greets in SMTP, too: away from port 21 a greeting must name FTP. */
static enum certainty probe_server(const struct stream *stream, struct cursor in)
{
	bool more = false;
	if (in.captured < 4)
		return CERTAINTY_MORE;
	uint16_t code = read_code(&in, &more);
	if (!code)
		return CERTAINTY_NO;
	if (stream->server_port == FTP_PORT_NUMBER)
		return CERTAINTY_LIKELY;
	return code == 220 && contains(in, "ftp") && !contains(in, "smtp") ? CERTAINTY_LIKELY : CERTAINTY_NO;
}

/* USER opens POP3, too, and words are common: the port has to say so as well, but for AUTH TLS. */
static enum certainty probe_client(const struct stream *stream, struct cursor in)
{
	char verb[8];
	if (in.captured < 5)
		return CERTAINTY_MORE;
	skip_telnet(&in);
	if (!read_verb(&in, verb) || !is_known(verb))
		return CERTAINTY_NO;
	bool secures = strcmp(verb, "AUTH") == 0 && (contains(in, "tls") || contains(in, "ssl"));
	if (stream->server_port == FTP_PORT_NUMBER || (secures && !contains(in, "plain")))
		return CERTAINTY_LIKELY;
	return CERTAINTY_PERHAPS;
}

static enum certainty probe_ftp(const struct stream *stream, struct cursor in)
{
	return stream->from_client ? probe_client(stream, in) : probe_server(stream, in);
}

static struct frame frame_ftp(struct stream *stream, struct cursor in)
{
	return frame_line(stream, in, LINE_LIMIT);
}

static void lose_ftp(struct stream *stream)
{
	struct ftp_state *state = stream->state;
	/* Which reply belongs to which command is not known any more. */
	state->count = 0;
	if (!stream->from_client)
		state->multi_line = 0;
}

static void say_ftp(struct text *to, const void *facts)
{
	const struct ftp_message *message = facts;
	if (message->garbage)
		return;
	if (message->reply)
		text_addf(to, "ftp reply code %u", message->code);
	else
		text_addf(to, "ftp command %s", message->verb);
}

static void mark_ftp(const void *facts, struct exchange_mark *mark)
{
	const struct ftp_message *message = facts;
	if (message->garbage)
		return;
	if (!message->reply) {
		mark->role = EXCHANGE_REQUEST;
		return;
	}
	if (!message->last)
		return;
	mark->role = message->code < 200 ? EXCHANGE_PROGRESS : EXCHANGE_RESPONSE;
	mark->code = message->code;
	mark->failed = message->code >= 400;
}

enum {
	REQUEST, COMMAND, ARGUMENT, ACTIVE_ADDRESS, ACTIVE_PORT, EPRT_ADDRESS4, EPRT_ADDRESS6, EPRT_PORT,
	RESPONSE, CODE, RESPONSE_TEXT, PASSIVE_ADDRESS, PASSIVE_PORT, EPSV_PORT_FIELD,
};

static const struct field_name reply_names[] = {
	{ 110, "Restart marker reply" }, { 120, "Service ready in nnn minutes" },
	{ 125, "Data connection already open; transfer starting" },
	{ 150, "File status okay; about to open data connection" }, { 200, "Command okay" },
	{ 202, "Command not implemented, superfluous at this site" }, { 211, "System status, or system help reply" },
	{ 212, "Directory status" }, { 213, "File status" }, { 214, "Help message" }, { 215, "NAME system type" },
	{ 220, "Service ready for new user" }, { 221, "Service closing control connection" },
	{ 225, "Data connection open; no transfer in progress" }, { 226, "Closing data connection" },
	{ 227, "Entering Passive Mode" }, { 229, "Entering Extended Passive Mode" },
	{ 230, "User logged in, proceed" }, { 232, "User logged in, authorized by security data exchange" },
	{ 234, "Security data exchange complete" }, { 250, "Requested file action okay, completed" },
	{ 257, "PATHNAME created" }, { 331, "User name okay, need password" }, { 332, "Need account for login" },
	{ 334, "Requested security mechanism is ok" },
	{ 350, "Requested file action pending further information" },
	{ 421, "Service not available, closing control connection" }, { 425, "Can't open data connection" },
	{ 426, "Connection closed; transfer aborted" }, { 430, "Invalid username or password" },
	{ 431, "Need some unavailable resource to process security" }, { 450, "Requested file action not taken" },
	{ 451, "Requested action aborted: local error in processing" },
	{ 452, "Requested action not taken. Insufficient storage space in system" },
	{ 500, "Syntax error, command unrecognized" }, { 501, "Syntax error in parameters or arguments" },
	{ 502, "Command not implemented" }, { 503, "Bad sequence of commands" },
	{ 504, "Command not implemented for that parameter" },
	{ 522, "Network protocol not supported, or the data connection must resume the TLS session" },
	{ 530, "Not logged in" }, { 532, "Need account for storing files" },
	{ 534, "Request denied for policy reasons" }, { 535, "Failed security check" },
	{ 536, "Requested PROT level not supported by mechanism" },
	{ 550, "Requested action not taken: File unavailable" },
	{ 551, "Requested action aborted: page type unknown" },
	{ 552, "Requested file action aborted: Exceeded storage allocation" },
	{ 553, "Requested action not taken: File name not allowed" }, { 0, NULL },
};

const char *ftp_reply_words(uint16_t code)
{
	return field_words(reply_names, code);
}

static const struct field fields[] = {
	[REQUEST] = { "ftp.request", "Request", FIELD_FLAG },
	[COMMAND] = { "ftp.request.command", "Request command", FIELD_TEXT },
	[ARGUMENT] = { "ftp.request.arg", "Request arg", FIELD_TEXT },
	[ACTIVE_ADDRESS] = { "ftp.active.ip", "Active IP address", FIELD_IPV4,
		.description = "where a server is to connect to, by PORT" },
	[ACTIVE_PORT] = { "ftp.active.port", "Active port", FIELD_UINT },
	[EPRT_ADDRESS4] = { "ftp.eprt.ip", "Extended active IP address", FIELD_IPV4 },
	[EPRT_ADDRESS6] = { "ftp.eprt.ipv6", "Extended active IPv6 address", FIELD_IPV6 },
	[EPRT_PORT] = { "ftp.eprt.port", "Extended active port", FIELD_UINT },
	[RESPONSE] = { "ftp.response", "Response", FIELD_FLAG },
	[CODE] = { "ftp.response.code", "Response code", FIELD_UINT, .names = reply_names },
	[RESPONSE_TEXT] = { "ftp.response.arg", "Response arg", FIELD_TEXT },
	[PASSIVE_ADDRESS] = { "ftp.passive.ip", "Passive IP address", FIELD_IPV4,
		.description = "where a client is to connect to, by the answer to PASV" },
	[PASSIVE_PORT] = { "ftp.passive.port", "Passive port", FIELD_UINT },
	[EPSV_PORT_FIELD] = { "ftp.epsv.port", "Extended passive port", FIELD_UINT },
	{ NULL },
};

static void tell_announcement(struct teller *teller, const struct ftp_message *message, struct cursor text)
{
	const struct address *address = &message->target.address;
	const uint8_t *at = text.next;
	uint16_t port = message->target.port;
	switch (message->announcement) {
	case FTP_PORT:
		tell_address(teller, &fields[ACTIVE_ADDRESS], at, text.captured, address);
		tell_number(teller, &fields[ACTIVE_PORT], at, text.captured, port);
		break;
	case FTP_EPRT:
		tell_address(teller, &fields[address->family == ADDRESS_IPV6 ? EPRT_ADDRESS6 : EPRT_ADDRESS4], at,
			     text.captured, address);
		tell_number(teller, &fields[EPRT_PORT], at, text.captured, port);
		break;
	case FTP_PASV:
		tell_address(teller, &fields[PASSIVE_ADDRESS], at, text.captured, address);
		tell_number(teller, &fields[PASSIVE_PORT], at, text.captured, port);
		break;
	case FTP_EPSV:
		tell_number(teller, &fields[EPSV_PORT_FIELD], at, text.captured, port);
		break;
	default:
		break;
	}
}

static void tell_ftp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct ftp_message *message = facts;
	const uint8_t *start = in.next;
	(void)packet;
	bool more;
	if (message->reply) {
		tell_number(teller, &fields[RESPONSE], start, in.captured, true);
		tell_number(teller, &fields[REQUEST], start, in.captured, false);
		uint16_t code = read_code(&in, &more);
		if (code)
			tell_number(teller, &fields[CODE], start, 3, code);
		struct cursor text = rest_of_line(in);
		line_tell(teller, &fields[RESPONSE_TEXT], text, false);
		tell_announcement(teller, message, text);
		return;
	}
	tell_number(teller, &fields[REQUEST], start, in.captured, true);
	tell_number(teller, &fields[RESPONSE], start, in.captured, false);
	skip_telnet(&in);
	char verb[8];
	const uint8_t *at = in.next;
	if (!read_verb(&in, verb))
		return;
	tell_text(teller, &fields[COMMAND], at, strlen(verb), (const char *)at, strlen(verb));
	struct cursor text = rest_of_line(in);
	line_tell(teller, &fields[ARGUMENT], text, is_secret(verb));
	tell_announcement(teller, message, text);
}

/* Where a data connection will go. */
static unsigned announce_ftp(const void *facts, struct endpoint to[static DECODER_MAX_ANNOUNCED])
{
	const struct ftp_message *message = facts;
	*to = message->target;
	return message->announcement != FTP_NO_ANNOUNCEMENT;
}

static const struct streaming ftp_streaming = {
	.state_size = sizeof(struct ftp_state),
	.anywhere = true,
	.probe = probe_ftp,
	.frame = frame_ftp,
	.lost = lose_ftp,
};

const struct decoder ftp_decoder = {
	.name = "ftp",
	.protocol = "FTP",
	.title = "File Transfer Protocol (FTP)",
	.bindings = { { BY_TCP_PORT, FTP_PORT_NUMBER } },
	.facts_size = sizeof(struct ftp_message),
	.decode = decode_ftp,
	.stream = &ftp_streaming,
	.words = say_ftp,
	.exchange = mark_ftp,
	.announce = announce_ftp,
	.fields = fields,
	.tell = tell_ftp,
};
