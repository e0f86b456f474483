#include "decode/telnet.h"

#include <string.h>

#define PORT_TELNET 23
#define SUBNEGOTIATION_LIMIT 4096        /* bytes until IAC SE */
#define HEADER_TN3270E 5
#define SPEECH 256               /* bytes at the end of a piece of text that are looked at */

struct telnet_state {
	bool end_of_record[2];       /* by from_client: sends records that end with IAC EOR */
	bool tn3270e;                /* both agreed on TN3270E */
	bool in_record[2];
	bool starts_tls[2];          /* said that TLS follows */
};

static const struct field_name commands[] = {
	{ 236, "End of File" }, { 237, "Suspend Process" }, { 238, "Abort Process" }, { 239, "End of Record" },
	{ 240, "Suboption End" }, { 241, "No Operation" }, { 242, "Data Mark" }, { 243, "Break" },
	{ 244, "Interrupt Process" }, { 245, "Abort Output" }, { 246, "Are You There?" },
	{ 247, "Erase Character" }, { 248, "Erase Line" }, { 249, "Go Ahead" }, { 250, "Suboption" },
	{ 251, "Will" }, { 252, "Won't" }, { 253, "Do" }, { 254, "Don't" }, { 0, NULL } };

static const struct field_name options[] = {
	{ 0, "Binary Transmission" }, { 1, "Echo" }, { 2, "Reconnection" }, { 3, "Suppress Go Ahead" },
	{ 4, "Approx Message Size Negotiation" }, { 5, "Status" }, { 6, "Timing Mark" },
	{ 7, "Remote Controlled Trans and Echo" }, { 8, "Output Line Width" }, { 9, "Output Page Size" },
	{ 10, "Output Carriage-Return Disposition" }, { 18, "Logout" }, { 19, "Byte Macro" },
	{ 20, "Data Entry Terminal" }, { 21, "SUPDUP" }, { 22, "SUPDUP Output" }, { 23, "Send Location" },
	{ 24, "Terminal Type" }, { 25, "End of Record" }, { 26, "TACACS User Identification" },
	{ 27, "Output Marking" }, { 28, "Terminal Location Number" }, { 29, "Telnet 3270 Regime" },
	{ 30, "X.3 PAD" }, { 31, "Negotiate About Window Size" }, { 32, "Terminal Speed" },
	{ 33, "Remote Flow Control" }, { 34, "Linemode" }, { 35, "X Display Location" },
	{ 36, "Environment Option" }, { 37, "Authentication Option" }, { 38, "Encryption Option" },
	{ 39, "New Environment Option" }, { 40, "TN3270E" }, { 41, "XAUTH" }, { 42, "CHARSET" },
	{ 43, "Remote Serial Port" }, { 44, "COM Port Control" }, { 45, "Suppress Local Echo" },
	{ 46, "Start TLS" }, { 47, "KERMIT" }, { 48, "SEND-URL" }, { 49, "FORWARD_X" }, { 0, NULL } };

static const struct field_name data_types[] = {
	{ 0, "3270_DATA" }, { 1, "SCS_DATA" }, { 2, "RESPONSE" }, { 3, "BIND_IMAGE" }, { 4, "UNBIND" },
	{ 5, "NVT_DATA" }, { 6, "REQUEST" }, { 7, "SSCP_LU_DATA" }, { 8, "PRINT_EOJ" }, { 0, NULL } };

static const struct field_name response_flags[] = {
	{ 0, "No-Response" }, { 1, "Error-Response" }, { 2, "Always-Response" }, { 0, NULL } };

static const struct field_name reasons[] = {
	{ 0, "CONN-PARTNER" }, { 1, "DEVICE-IN-USE" }, { 2, "INV-ASSOCIATE" }, { 3, "INV-DEVICE-NAME" },
	{ 4, "INV-DEVICE-TYPE" }, { 5, "TYPE-NAME-ERROR" }, { 6, "UNKNOWN-ERROR" }, { 7, "UNSUPPORTED-REQ" },
	{ 0, NULL } };

static const struct field_name verbs[] = {
	{ TN3270E_ASSOCIATE, "ASSOCIATE" }, { TN3270E_CONNECT, "CONNECT" }, { TN3270E_DEVICE_TYPE, "DEVICE-TYPE" },
	{ TN3270E_FUNCTIONS, "FUNCTIONS" }, { TN3270E_IS, "IS" }, { TN3270E_REASON, "REASON" },
	{ TN3270E_REJECT, "REJECT" }, { TN3270E_REQUEST, "REQUEST" }, { TN3270E_SEND, "SEND" }, { 0, NULL } };

/* GA23-0059, 3270 data stream: attention identifiers. */
static const struct field_name keys[] = {
	{ 0x60, "No AID" }, { 0x61, "No AID (printer)" }, { 0x88, "Structured Field" },
	{ 0x7d, "Enter" }, { 0xf1, "PF1" }, { 0xf2, "PF2" }, { 0xf3, "PF3" }, { 0xf4, "PF4" }, { 0xf5, "PF5" },
	{ 0xf6, "PF6" }, { 0xf7, "PF7" }, { 0xf8, "PF8" }, { 0xf9, "PF9" }, { 0x7a, "PF10" }, { 0x7b, "PF11" },
	{ 0x7c, "PF12" }, { 0xc1, "PF13" }, { 0xc2, "PF14" }, { 0xc3, "PF15" }, { 0xc4, "PF16" },
	{ 0xc5, "PF17" }, { 0xc6, "PF18" }, { 0xc7, "PF19" }, { 0xc8, "PF20" }, { 0xc9, "PF21" },
	{ 0x4a, "PF22" }, { 0x4b, "PF23" }, { 0x4c, "PF24" }, { 0x6c, "PA1" }, { 0x6e, "PA2" }, { 0x6b, "PA3" },
	{ 0x6d, "Clear" }, { 0x6a, "Clear Partition" }, { 0xf0, "Test Request" }, { 0x7e, "Operator ID Reader" },
	{ 0xe6, "Magnetic Reader" }, { 0xe7, "Magnetic Reader Number" }, { 0x7f, "Trigger Action" }, { 0, NULL } };

static const struct field_name writes[] = {
	{ 0x01, "Write" }, { 0xf1, "Write" }, { 0x05, "Erase/Write" }, { 0xf5, "Erase/Write" },
	{ 0x0d, "Erase/Write Alternate" }, { 0x7e, "Erase/Write Alternate" }, { 0x0f, "Erase All Unprotected" },
	{ 0x6f, "Erase All Unprotected" }, { 0x11, "Write Structured Field" }, { 0xf3, "Write Structured Field" },
	{ 0x02, "Read Buffer" }, { 0xf2, "Read Buffer" }, { 0x06, "Read Modified" }, { 0xf6, "Read Modified" },
	{ 0x0e, "Read Modified All" }, { 0x6e, "Read Modified All" }, { 0, NULL } };

const char *tn3270_key_name(uint8_t aid)
{
	return aid == 0x60 || aid == 0x61 || aid == 0x88 ? NULL : field_words(keys, aid);
}

const char *tn3270e_reason_name(uint8_t reason)
{
	static const struct field_name words[] = {
		{ 0, "used by a connection partner" }, { 1, "device in use" }, { 2, "not to be associated with that device" },
		{ 3, "no such device name" }, { 4, "device type not known" }, { 5, "name and device type do not fit" },
		{ 6, "error of an unknown kind" }, { 7, "request not supported" }, { 0, NULL } };
	return field_words(words, reason);
}

/* Does this command of the host come with a write control character? */
static bool has_control_character(uint8_t command)
{
	return command == 0x01 || command == 0xf1 || command == 0x05 || command == 0xf5 || command == 0x0d ||
	       command == 0x7e;
}

/* The end of the data that starts here: in front of the next command, behind the end of a record. */
static size_t data_length(struct cursor in)
{
	size_t at = 0;
	while (at < in.captured) {
		const uint8_t *mark = memchr(in.next + at, TELNET_IAC, in.captured - at);
		if (!mark)
			return in.captured;
		at = (size_t)(mark - in.next);
		if (at + 1 == in.captured)
			return at;               /* what comes behind it is not known yet */
		if (mark[1] == TELNET_EOR)
			return at + 2;
		if (mark[1] != TELNET_IAC)
			return at;
		at += 2;
	}
	return at;
}

static struct frame frame_subnegotiation(const struct stream *stream, struct cursor in)
{
	size_t end = in.captured < SUBNEGOTIATION_LIMIT ? in.captured : SUBNEGOTIATION_LIMIT;
	const uint8_t *mark;
	for (size_t at = 2; at + 1 < end && (mark = memchr(in.next + at, TELNET_IAC, end - 1 - at)); ) {
		at = (size_t)(mark - in.next) + 2;
		if (mark[1] == TELNET_SE)
			return frame_message(at);
	}
	if (stream->cut || stream->ended)
		return frame_message(in.captured);
	return in.captured < SUBNEGOTIATION_LIMIT ? frame_more() : frame_lost();
}

static struct frame frame_telnet(struct stream *stream, struct cursor in)
{
	if (!in.captured)
		return frame_more();
	if (in.next[0] != TELNET_IAC)
		return frame_message(data_length(in));
	if (in.captured < 2)
		return frame_more();
	uint8_t command = in.next[1];
	if (command == TELNET_IAC)
		return frame_message(data_length(in));
	if (command == TELNET_SB)
		return frame_subnegotiation(stream, in);
	if (command >= TELNET_WILL && command <= TELNET_DONT)
		return in.captured < 3 ? frame_more() : frame_message(3);
	return frame_message(2);
}

/* A terminal of the 3270 family ends its records, whatever else was negotiated. */
static void learn(struct telnet_state *state, bool from_client, const struct telnet_message *message)
{
	bool will = message->command == TELNET_WILL, wont = message->command == TELNET_WONT;
	if (message->option == TELNET_OPTION_END_OF_RECORD && (will || wont))
		state->end_of_record[from_client] = will;
	if (message->option == TELNET_OPTION_TN3270E && wont)
		state->tn3270e = false;
}

static void read_name(struct cursor *in, char to[static TELNET_NAME])
{
	size_t length = 0;
	while (in->captured && *in->next >= ' ' && *in->next < 0x7f) {
		if (length < TELNET_NAME - 1)
			to[length++] = (char)*in->next;
		cursor_skip(in, 1);
	}
	to[length] = 0;
}

/* DEVICE-TYPE REQUEST type [CONNECT name], IS type CONNECT name, REJECT REASON code; FUNCTIONS … */
static void read_tn3270e(struct cursor in, struct telnet_message *message)
{
	uint8_t first = cursor_u8(&in);
	if (first == TN3270E_SEND) {
		message->tn3270e_topic = cursor_u8(&in);
		message->tn3270e_verb = TN3270E_SEND;
		return;
	}
	message->tn3270e_topic = first;
	message->tn3270e_verb = cursor_u8(&in);
	if (message->tn3270e_verb == TN3270E_REJECT) {
		cursor_skip(&in, 1);
		message->tn3270e_reason = cursor_u8(&in);
		return;
	}
	if (first != TN3270E_DEVICE_TYPE)
		return;
	read_name(&in, message->device_type);
	uint8_t more = cursor_u8(&in);
	if (cursor_ok(&in) && (more == TN3270E_CONNECT || more == TN3270E_ASSOCIATE))
		read_name(&in, message->lu_name);
}

static void read_subnegotiation(struct stream *stream, struct cursor in, struct telnet_message *message)
{
	struct telnet_state *state = stream->state;
	message->option = cursor_u8(&in);
	if (message->option == TELNET_OPTION_TN3270E) {
		read_tn3270e(in, message);
		if (message->tn3270e_topic == TN3270E_DEVICE_TYPE && message->tn3270e_verb == TN3270E_IS)
			state->tn3270e = true;
	}
	if (message->option != TELNET_OPTION_START_TLS || cursor_u8(&in) != 1)
		return;
	state->starts_tls[stream->from_client] = true;
	if (state->starts_tls[0] && state->starts_tls[1])
		stream->then = decoder_named("tls");
}

/* Where the start of the session is not in the trace, records show what was agreed: the header's bytes are
 * small numbers, of which no 3270 command or key starts with one. */
static bool looks_like_header(struct cursor in)
{
	return in.captured > HEADER_TN3270E && in.next[0] <= TN3270E_DATA_PRINT_EOJ && in.next[1] <= 1 &&
	       in.next[2] <= 2;
}

static void read_record(const struct stream *stream, struct cursor in, struct telnet_message *message)
{
	const struct telnet_state *state = stream->state;
	bool middle = stream->middle[stream->from_client] || stream->middle[!stream->from_client];
	if (state->tn3270e || (middle && looks_like_header(in))) {
		message->has_header = true;
		message->data_type = cursor_u8(&in);
		message->request_flag = cursor_u8(&in);
		message->response_flag = cursor_u8(&in);
		message->sequence = cursor_be16(&in);
		message->definite_response = message->response_flag == 2;
		if (message->data_type != TN3270E_DATA_3270)
			return;
	}
	uint8_t first = cursor_u8(&in);
	if (!cursor_ok(&in) || first == TELNET_IAC)
		return;
	if (stream->from_client) {
		message->aid = first;
		return;
	}
	message->write_command = first;
	message->restores_keyboard = has_control_character(first) && (cursor_u8(&in) & 0x02);
}

/* Whether the words (in lower case) stand in the text at `at`. */
static bool stands_at(struct cursor in, size_t at, const char *words)
{
	size_t length = strlen(words);
	if (length > in.captured || at > in.captured - length)
		return false;
	for (size_t i = 0; i < length; i++)
		if ((in.next[at + i] | 0x20) != (words[i] | 0x20))
			return false;
	return true;
}

static bool stands_in(struct cursor in, const char *const words[])
{
	for (; *words; words++)
		for (size_t at = 0; at < in.captured; at++)
			if (stands_at(in, at, *words))
				return true;
	return false;
}

static bool stands_at_end(struct cursor in, const char *const words[])
{
	for (; *words; words++)
		if (in.captured >= strlen(*words) && stands_at(in, in.captured - strlen(*words), *words))
			return true;
	return false;
}

/* What servers say around a log-in. There is no standard; these are the words of Unix, Windows and routers. */
static uint8_t what_it_says(const struct stream *stream, struct cursor in)
{
	static const char *const name[] = { "login:", "username:", "user name:", "userid:", NULL };
	static const char *const password[] = { "password:", "passcode:", NULL };
	static const char *const refusal[] = { "incorrect", "login failed", "authentication failed",
		"access denied", "bad password", "login invalid", "invalid login", "logon failure", NULL };
	if (in.captured > SPEECH)
		cursor_skip(&in, in.captured - SPEECH);
	bool line = in.captured && (memchr(in.next, '\r', in.captured) || memchr(in.next, '\n', in.captured));
	uint8_t says = line ? TELNET_ENDS_LINE : 0;
	if (stream->from_client)
		return says;
	says |= stands_in(in, refusal) ? TELNET_REFUSES : 0;
	while (in.captured && (in.next[in.captured - 1] == ' ' || !in.next[in.captured - 1]))
		in = cursor_make(in.next, in.captured - 1, in.captured - 1);
	if (stands_at_end(in, password))
		says |= TELNET_ASKS_PASSWORD;
	else if (stands_at_end(in, name))
		says |= TELNET_ASKS_NAME;
	return says;
}

static void read_data(struct stream *stream, struct cursor in, struct telnet_message *message)
{
	struct telnet_state *state = stream->state;
	bool *inside = &state->in_record[stream->from_client];
	message->kind = TELNET_DATA;
	message->length = (uint32_t)in.captured;
	message->ends = in.captured >= 2 && in.next[in.captured - 2] == TELNET_IAC &&
			in.next[in.captured - 1] == TELNET_EOR;
	message->is_3270 = message->ends || state->end_of_record[stream->from_client] || state->tn3270e || *inside;
	if (!message->is_3270) {
		message->says = what_it_says(stream, in);
		return;
	}
	message->begins = !*inside;
	*inside = !message->ends;
	if (message->begins)
		read_record(stream, in, message);
}

static struct next decode_telnet(struct cursor *in, struct packet *packet, void *facts)
{
	struct telnet_message *message = facts;
	struct stream *stream = packet->stream;
	struct cursor bytes = cursor_rest(in);
	message->tn3270e_topic = message->tn3270e_verb = TN3270E_NONE;
	if (!stream || !bytes.captured)
		return next_none();
	if (bytes.next[0] != TELNET_IAC || (bytes.captured > 1 && bytes.next[1] == TELNET_IAC)) {
		read_data(stream, bytes, message);
		return next_none();
	}
	cursor_skip(&bytes, 1);
	message->command = cursor_u8(&bytes);
	message->kind = TELNET_COMMAND;
	if (message->command == TELNET_SB) {
		message->kind = TELNET_SUBNEGOTIATION;
		read_subnegotiation(stream, bytes, message);
	} else if (message->command >= TELNET_WILL && message->command <= TELNET_DONT) {
		message->kind = TELNET_NEGOTIATION;
		message->option = cursor_u8(&bytes);
		learn(stream->state, stream->from_client, message);
	}
	return next_none();
}

static void lose_telnet(struct stream *stream)
{
	struct telnet_state *state = stream->state;
	state->in_record[stream->from_client] = false;
}

/* Servers and clients that negotiate at once are Telnet anywhere; on its port everything is. */
static enum certainty probe_telnet(const struct stream *stream, struct cursor in)
{
	if (in.captured < 3)
		return stream->server_port == PORT_TELNET ? CERTAINTY_PERHAPS : CERTAINTY_MORE;
	if (in.next[0] == TELNET_IAC && in.next[1] >= TELNET_WILL && in.next[1] <= TELNET_DONT && in.next[2] <= 50)
		return CERTAINTY_LIKELY;
	return stream->server_port == PORT_TELNET || stream->around ? CERTAINTY_PERHAPS : CERTAINTY_NO;
}

static void say_telnet(struct text *to, const void *facts)
{
	const struct telnet_message *message = facts;
	const char *words = field_words(options, message->option);
	const char *command = field_words(commands, message->command);
	switch (message->kind) {
	case TELNET_NEGOTIATION:
	case TELNET_SUBNEGOTIATION:
		text_addf(to, "telnet : %s ", command ? command : "?");
		text_add(to, words ? words : "unknown option");
		if (message->tn3270e_topic != TN3270E_NONE && field_words(verbs, message->tn3270e_topic)) {
			words = field_words(verbs, message->tn3270e_verb);
			text_addf(to, " %s %s", field_words(verbs, message->tn3270e_topic), words ? words : "");
		}
		break;
	case TELNET_COMMAND:
		if (message->command != TELNET_EOR)
			text_addf(to, "telnet : %s", command ? command : "unknown command");
		break;
	default:
		if (message->has_header) {
			text_add(to, "telnet : tn3270e data header");
			if (message->data_type == TN3270E_DATA_BIND || message->data_type == TN3270E_DATA_UNBIND)
				text_addf(to, " (%s)", field_words(data_types, message->data_type));
		}
		else
			text_addf(to, "telnet : %u bytes of telnet data", message->length);
		if (message->aid && tn3270_key_name(message->aid))
			text_addf(to, " (%s)", tn3270_key_name(message->aid));
	}
}

/* A key asks, and the host's next screen answers. What the user types is not asked about by lines. */
static void mark_telnet(const void *facts, struct exchange_mark *mark)
{
	const struct telnet_message *message = facts;
	if (message->kind != TELNET_DATA || !message->is_3270 || !message->begins)
		return;
	if (message->aid && tn3270_key_name(message->aid))
		mark->role = EXCHANGE_REQUEST;
	else if (message->write_command)
		mark->role = EXCHANGE_RESPONSE;
}

enum { COMMAND, SUBCOMMAND, TN3270_TOPIC, TN3270_VERB, REASON, DEVICE, LU, DATA, DATA_TYPE, REQUEST_FLAG,
	RESPONSE_FLAG, SEQUENCE, AID, WRITE_COMMAND, WCC_RESET, WCC_ALARM, WCC_RESTORE, WCC_MDT, OPTION_DATA,
	OPTION_TEXT, WIDTH, HEIGHT, FLOW, SCREEN };

static const struct field fields[] = {
	[COMMAND] = { "telnet.cmd", "Command", FIELD_UINT, .names = commands },
	[SUBCOMMAND] = { "telnet.subcmd", "Subcommand", FIELD_UINT, .names = options },
	[TN3270_TOPIC] = { "telnet.tn3270.subopt", "Suboption", FIELD_UINT, .names = verbs },
	[TN3270_VERB] = { "telnet.tn3270.request", "Request", FIELD_UINT, .names = verbs },
	[REASON] = { "telnet.tn3270.reason", "Reason", FIELD_UINT, .names = reasons },
	[DEVICE] = { "telnet.tn3270.is", "Device type", FIELD_TEXT },
	[LU] = { "telnet.tn3270.connect", "Connect", FIELD_TEXT, .description = "the name of the LU" },
	[DATA] = { "telnet.data", "Data", FIELD_TEXT },
	[DATA_TYPE] = { "tn3270.tn3270e_data_type", "TN3270E Data Type", FIELD_UINT, .names = data_types },
	[REQUEST_FLAG] = { "tn3270.tn3270e_request_flag", "TN3270E Request Flag", FIELD_UINT },
	[RESPONSE_FLAG] = { "tn3270.tn3270e_response_flag", "TN3270E Response Flag", FIELD_UINT,
		.names = response_flags },
	[SEQUENCE] = { "tn3270.tn3270e_seq_number", "TN3270E Seq Number", FIELD_UINT },
	[AID] = { "tn3270.aid", "Attention Identification", FIELD_UINT, FORM_HEX, 1, .names = keys },
	[WRITE_COMMAND] = { "tn3270.command_code", "Command Code", FIELD_UINT, FORM_HEX, 1, .names = writes },
	[WCC_RESET] = { "tn3270.wcc.reset", "WCC Reset", FIELD_FLAG, .mask = 0x40 },
	[WCC_ALARM] = { "tn3270.wcc.sound_alarm", "WCC Sound Alarm", FIELD_FLAG, .mask = 0x04 },
	[WCC_RESTORE] = { "tn3270.wcc.keyboard_restore", "WCC Keyboard Restore", FIELD_FLAG, .mask = 0x02 },
	[WCC_MDT] = { "tn3270.wcc.reset_mdt", "WCC Reset MDT", FIELD_FLAG, .mask = 0x01 },
	[OPTION_DATA] = { "telnet.option_data", "Option data", FIELD_BYTES },
	[OPTION_TEXT] = { "telnet.string_subopt.value", "Value", FIELD_TEXT },
	[WIDTH] = { "telnet.naws_subopt.width", "Width", FIELD_UINT },
	[FLOW] = { "telnet.rfc_subopt.cmd", "Flow control", FIELD_UINT },
	[HEIGHT] = { "telnet.naws_subopt.height", "Height", FIELD_UINT },
	[SCREEN] = { "tn3270.field_data", "Screen text", FIELD_TEXT,
		.description = "what the bytes would read on a terminal of code page 037" },
	{ NULL },
};

/* EBCDIC code page 037 to ASCII, for letters, digits and common signs; others are blanks, as is what positions
 * text on the screen. */
static char screen_character(uint8_t byte)
{
	static const char table[] =
		"           .<(+|&         !$*);^-/        |,%_>?         `:#@'=\"";
	if (byte >= 0x40 && byte < 0x80)
		return table[byte - 0x40];
	if (byte >= 0x81 && byte <= 0x89) return (char)('a' + byte - 0x81);
	if (byte >= 0x91 && byte <= 0x99) return (char)('j' + byte - 0x91);
	if (byte >= 0xa2 && byte <= 0xa9) return (char)('s' + byte - 0xa2);
	if (byte >= 0xc1 && byte <= 0xc9) return (char)('A' + byte - 0xc1);
	if (byte >= 0xd1 && byte <= 0xd9) return (char)('J' + byte - 0xd1);
	if (byte >= 0xe2 && byte <= 0xe9) return (char)('S' + byte - 0xe2);
	if (byte >= 0xf0 && byte <= 0xf9) return (char)('0' + byte - 0xf0);
	return ' ';
}

/* 3270 orders and their operands: they place text and say nothing themselves. */
static size_t order_length(uint8_t order)
{
	switch (order) {
	case 0x11: case 0x12: return 3;          /* SBA, EUA: an address */
	case 0x1d: return 2;                     /* SF: an attribute */
	case 0x28: return 3;                     /* SA: type and value */
	case 0x3c: return 4;                     /* RA: an address and a character */
	case 0x05: case 0x13: return 1;          /* PT, IC */
	default: return 0;
	}
}

#define SCREEN_TEXT 2048
static void tell_screen(struct teller *teller, struct cursor in)
{
	char text[SCREEN_TEXT];
	size_t length = 0;
	const uint8_t *start = in.next;
	size_t all = in.captured;
	while (in.captured && length < sizeof text) {
		size_t order = order_length(*in.next);
		if (*in.next == 0x29 && in.captured > 1)         /* SFE: pairs of type and value */
			order = 2 + (size_t)in.next[1] * 2;
		if (order) {
			cursor_skip(&in, order < in.captured ? order : in.captured);
			if (length && text[length - 1] != ' ')
				text[length++] = ' ';
			continue;
		}
		char c = screen_character(cursor_u8(&in));
		if (c != ' ' || (length && text[length - 1] != ' '))
			text[length++] = c;
	}
	while (length && text[length - 1] == ' ')
		length--;
	if (length)
		tell_text(teller, &fields[SCREEN], start, all, text, length);
}

static void tell_data(struct teller *teller, struct cursor in, const struct telnet_message *message)
{
	if (!message->is_3270) {
		tell_bytes(teller, &fields[DATA], &in, in.captured);
		return;
	}
	size_t end = message->ends ? 2 : 0;
	struct cursor record = cursor_split(&in, in.declared - end);
	if (message->has_header) {
		tell_u8(teller, &fields[DATA_TYPE], &record);
		tell_u8(teller, &fields[REQUEST_FLAG], &record);
		tell_u8(teller, &fields[RESPONSE_FLAG], &record);
		tell_be16(teller, &fields[SEQUENCE], &record);
	}
	if (message->aid)
		tell_u8(teller, &fields[AID], &record);
	if (message->write_command) {
		uint8_t command = tell_u8(teller, &fields[WRITE_COMMAND], &record);
		const uint8_t *at = record.next;
		if (has_control_character(command) && record.captured) {
			uint8_t control = cursor_u8(&record);
			for (int i = WCC_RESET; i <= WCC_MDT; i++)
				tell_number(teller, &fields[i], at, 1, (control & fields[i].mask) != 0);
		}
	}
	if (!message->has_header || message->data_type == TN3270E_DATA_3270)
		tell_screen(teller, record);
	if (end)
		tell_number(teller, &fields[COMMAND], in.next + 1, 1, TELNET_EOR);
}

/* What stands between the option and the end of its subnegotiation: RFC 1073, 1091, 1096, 1372. */
static void tell_suboption(struct teller *teller, uint8_t option, struct cursor in)
{
	enum { TERMINAL_TYPE = 24, WINDOW_SIZE = 31, FLOW_CONTROL = 33, DISPLAY = 35, IS = 0 };
	if (option == WINDOW_SIZE) {
		tell_be16(teller, &fields[WIDTH], &in);
		tell_be16(teller, &fields[HEIGHT], &in);
	} else if (option == TERMINAL_TYPE || option == DISPLAY) {
		if (tell_u8(teller, &fields[SUBCOMMAND], &in) == IS && in.captured)
			tell_bytes(teller, &fields[OPTION_TEXT], &in, in.captured);
	} else if (option == FLOW_CONTROL) {
		tell_u8(teller, &fields[FLOW], &in);
	} else if (in.captured) {
		tell_bytes(teller, &fields[OPTION_DATA], &in, in.captured);
	}
}

static void tell_telnet(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct telnet_message *message = facts;
	(void)packet;
	if (message->kind == TELNET_DATA) {
		tell_data(teller, in, message);
		return;
	}
	cursor_skip(&in, 1);
	tell_u8(teller, &fields[COMMAND], &in);
	if (message->kind == TELNET_COMMAND)
		return;
	uint8_t option = tell_u8(teller, &fields[SUBCOMMAND], &in);
	if (message->kind != TELNET_SUBNEGOTIATION)
		return;
	if (message->tn3270e_topic != TN3270E_NONE) {
		tell_number(teller, &fields[TN3270_TOPIC], in.next, 1, message->tn3270e_topic);
		tell_number(teller, &fields[TN3270_VERB], in.next, 1, message->tn3270e_verb);
		if (message->tn3270e_verb == TN3270E_REJECT)
			tell_number(teller, &fields[REASON], in.next, 1, message->tn3270e_reason);
		if (message->device_type[0])
			tell_text(teller, &fields[DEVICE], in.next, in.captured, message->device_type,
				  strlen(message->device_type));
		if (message->lu_name[0])
			tell_text(teller, &fields[LU], in.next, in.captured, message->lu_name,
				  strlen(message->lu_name));
	} else if (in.captured > 2) {
		struct cursor part = cursor_split(&in, in.captured - 2);
		tell_suboption(teller, option, part);
	}
	if (in.captured >= 2 && in.next[in.captured - 1] == TELNET_SE)
		tell_number(teller, &fields[COMMAND], in.next + in.captured - 1, 1, TELNET_SE);
}

static const struct streaming telnet_streaming = {
	.state_size = sizeof(struct telnet_state),
	.anywhere = true,
	.probe = probe_telnet,
	.frame = frame_telnet,
	.lost = lose_telnet,
};

const struct decoder telnet_decoder = {
	.name = "telnet",
	.protocol = "TELNET",
	.title = "Telnet",
	.bindings = { { BY_TCP_PORT, PORT_TELNET } },
	.facts_size = sizeof(struct telnet_message),
	.decode = decode_telnet,
	.stream = &telnet_streaming,
	.words = say_telnet,
	.exchange = mark_telnet,
	.fields = fields,
	.tell = tell_telnet,
};
