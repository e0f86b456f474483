#include "decode/smb.h"

#include <string.h>

#include "decode/decoder.h"
#include "decode/smb_fields.h"

#define HELD 4096                /* bytes of a command that are looked at; data that is read or written is not */

enum {
	FRAME_HEADER = 4,            /* type and length */
	MESSAGE = 0x00, REQUEST = 0x81, KEEP_ALIVE = 0x85,
	HEADER_1 = 32, HEADER_2 = 64, ENCRYPTED_HEADER = 52, COMPRESSED_HEADER = 16,
	MAGIC = 'S' << 16 | 'M' << 8 | 'B',
	RESPONSE_1 = 0x80, NT_STATUS = 0x4000,
	RESPONSE_2 = 0x01, ASYNC = 0x02,
	STATUS_PENDING = 0x103,
	NEGOTIATE_1 = 0x72, LOCKING_1 = 0x24, NT_TRANS_1 = 0xa0, NT_TRANS_SECONDARY_1 = 0xa1, CANCEL_1 = 0xa4,
	TRANS_SECONDARY_1 = 0x26, TRANS2_SECONDARY_1 = 0x33,
	NEGOTIATE = 0, SESSION_SETUP = 1, TREE_CONNECT = 3, CREATE = 5, LOCK = 10, CANCEL = 12, NOTIFY = 15,
	BREAK = 18,
	CREATE_NAME = 44,            /* where offset and length of the name stand in a request's body */
	TREE_NAME = 4,
};

struct smb_state {
	struct {
		uint64_t rest;       /* of a long command */
		uint64_t chained;    /* bytes of the frame behind the command at hand */
		bool framed;         /* the command at hand has the frame's header in front */
	} side[2];                   /* [from_client] */
};

static uint64_t le64(struct cursor *in)
{
	uint64_t low = cursor_le32(in);
	return low | (uint64_t)cursor_le32(in) << 32;
}

static uint32_t be24(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
}

/* "\xfeSMB": the version by the first byte. */
static uint8_t version_of(const uint8_t *bytes)
{
	if (be24(bytes + 1) != MAGIC)
		return 0;
	return bytes[0] >= 0xfc ? bytes[0] : 0;
}

/* UTF-16 with its offset and length, as far as it is ASCII. Offsets count from the SMB header. */
static void read_name(struct cursor command, size_t at, char to[static SMB_NAME])
{
	struct cursor look = command;
	cursor_skip(&look, HEADER_2 + at);
	uint16_t offset = cursor_le16(&look), length = cursor_le16(&look);
	size_t used = 0;
	cursor_skip(&command, offset);
	for (; cursor_ok(&look) && length >= 2 && command.captured >= 2 && used < SMB_NAME - 1; length -= 2) {
		uint16_t c = cursor_le16(&command);
		to[used++] = (char)(c >= ' ' && c < 0x7f ? c : c < ' ' ? '.' : '?');
	}
	to[used] = 0;
}

static void read_2(struct cursor *in, struct smb_message *message)
{
	struct cursor command = *in;
	message->kind = SMB_2;
	cursor_skip(in, 8);          /* magic, length of the header, credits */
	message->status = cursor_le32(in);
	message->command = cursor_le16(in);
	cursor_skip(in, 2);
	uint32_t flags = cursor_le32(in);
	cursor_skip(in, 4);
	message->message_id = le64(in);
	message->response = flags & RESPONSE_2;
	cursor_skip(in, 4);
	message->tree_id = cursor_le32(in);
	if (flags & ASYNC)
		message->tree_id = 0;
	message->session_id = le64(in);
	cursor_skip(in, 16);         /* signature */
	if (!cursor_ok(in))
		return;
	if (message->response) {
		if (message->command == NEGOTIATE && in->captured >= 6)
			message->dialect = load_le16(in->next + 4);
		return;
	}
	message->status = 0;
	if (message->command == CREATE)
		read_name(command, CREATE_NAME, message->name);
	else if (message->command == TREE_CONNECT)
		read_name(command, TREE_NAME, message->name);
}

static void read_1(struct cursor *in, struct smb_message *message)
{
	message->kind = SMB_1;
	cursor_skip(in, 4);
	message->command = cursor_u8(in);
	uint32_t status = cursor_le32(in);
	message->response = cursor_u8(in) & RESPONSE_1;
	uint16_t flags = cursor_le16(in);
	uint16_t process_high = cursor_le16(in);
	cursor_skip(in, 10);         /* signature, reserved */
	message->tree_id = cursor_le16(in);
	uint16_t process = cursor_le16(in);
	message->session_id = cursor_le16(in);
	message->message_id = (uint64_t)process_high << 32 | (uint64_t)process << 16 | cursor_le16(in);
	if (message->response)
		/* Without that flag it is a class and a code of DOS. */
		message->status = flags & NT_STATUS || !status ? status : 0xc0000001;
}

static void read_command(struct cursor *in, struct smb_message *message)
{
	uint8_t version = in->captured >= 4 ? version_of(in->next) : 0;
	if (version == 0xff && in->captured >= HEADER_1)
		read_1(in, message);
	else if (version == 0xfe && in->captured >= HEADER_2)
		read_2(in, message);
	else
		message->kind = version == 0xfd ? SMB_ENCRYPTED : version == 0xfc ? SMB_COMPRESSED : SMB_UNKNOWN;
}

static struct next decode_smb(struct cursor *in, struct packet *packet, void *facts)
{
	struct smb_message *message = facts;
	const struct stream *stream = packet->stream;
	if (!stream)
		return next_payload(cursor_rest(in));
	const struct smb_state *state = stream->state;
	message->from_client = stream->from_client;
	message->framed = state->side[stream->from_client].framed;
	uint8_t type = MESSAGE;
	if (message->framed) {
		type = cursor_u8(in);
		cursor_skip(in, 3);
	}
	message->command = type;
	if (type == MESSAGE)
		read_command(in, message);
	if (cursor_ok(in))
		cursor_rest(in);
	return next_none();
}

/* A command, of `left` bytes with all that are chained to it. */
static struct frame frame_command(struct smb_state *state, bool from_client, struct cursor in, uint64_t header,
				  uint64_t left)
{
	const uint8_t *command = in.next + header;
	uint64_t have = in.captured - header, length = left;
	if (have < HEADER_2 && have < left)
		return frame_more();
	uint8_t version = left >= 4 ? version_of(command) : 0;
	uint32_t next = version == 0xfe && left >= HEADER_2 ? load_le32(command + 20) : 0;
	if (next >= HEADER_2 && next < left)
		length = next;
	uint64_t held = version == 0xfd ? ENCRYPTED_HEADER : version == 0xfc ? COMPRESSED_HEADER : HELD;
	if (length < held)
		held = length;
	/* Nothing may be remembered before all that is looked at has come: until then the same is asked again. */
	if (have < held)
		return frame_more();
	state->side[from_client].framed = header > 0;
	state->side[from_client].chained = left - length;
	state->side[from_client].rest = length - held;
	return frame_message(header + held);
}

static bool is_frame(const uint8_t *bytes)
{
	return bytes[0] == MESSAGE || (bytes[0] >= REQUEST && bytes[0] <= KEEP_ALIVE && bytes[1] <= 1);
}

static struct frame frame_smb(struct stream *stream, struct cursor in)
{
	struct smb_state *state = stream->state;
	bool from_client = stream->from_client;
	uint64_t rest = state->side[from_client].rest, chained = state->side[from_client].chained;
	if (!in.captured)
		return frame_more();
	if (rest) {
		state->side[from_client].rest = 0;
		return frame_skip(rest);
	}
	if (chained)
		return frame_command(state, from_client, in, 0, chained);
	if (in.captured < FRAME_HEADER)
		return frame_more();
	if (!is_frame(in.next))
		return frame_lost();
	uint64_t length = be24(in.next + 1);
	if (in.next[0] != MESSAGE || !length) {
		state->side[from_client].framed = true;
		return length <= HELD ? frame_message(FRAME_HEADER + length) : frame_lost();
	}
	return frame_command(state, from_client, in, FRAME_HEADER, length);
}

static void lose_smb(struct stream *stream)
{
	struct smb_state *state = stream->state;
	memset(&state->side[stream->from_client], 0, sizeof state->side[0]);
}

static enum certainty probe_smb(const struct stream *stream, struct cursor in)
{
	bool bound = stream->server_port == 139 || stream->server_port == 445;
	if (in.captured < FRAME_HEADER)
		return bound || !in.captured ? CERTAINTY_MORE : CERTAINTY_NO;
	if (!is_frame(in.next))
		return CERTAINTY_NO;
	if (in.next[0] != MESSAGE)
		return bound ? CERTAINTY_PERHAPS : CERTAINTY_NO;
	if (in.captured < FRAME_HEADER + 4)
		return bound ? CERTAINTY_MORE : CERTAINTY_NO;
	return version_of(in.next + FRAME_HEADER) ? CERTAINTY_CERTAIN : CERTAINTY_NO;
}

static void say_smb(struct text *to, const void *facts)
{
	const struct smb_message *message = facts;
	bool second = message->kind == SMB_2;
	const char *command = field_words(second ? smb2_commands : smb_commands, message->command);
	const char *status = field_words(smb_statuses, message->status);
	switch ((enum smb_kind)message->kind) {
	case SMB_SESSION_SERVICE:
		command = field_words(smb_session_types, message->command);
		text_addf(to, "nbss : %s", command ? command : "unknown");
		return;
	case SMB_ENCRYPTED:
		text_add(to, "smb2 : encrypted");
		return;
	case SMB_COMPRESSED:
		text_add(to, "smb2 : compressed");
		return;
	case SMB_UNKNOWN:
		text_add(to, "nbss : Session message");
		return;
	default:
		break;
	}
	text_addf(to, "%s : ", second ? "smb2" : "smb");
	if (command)
		text_add(to, command);
	else
		text_addf(to, "command 0x%02x", message->command);
	text_add(to, message->response ? " Response" : " Request");
	if (message->response && message->status && status)
		text_addf(to, " (%s)", status);
	else if (message->response && message->status)
		text_addf(to, " (0x%08x)", message->status);
	if (message->name[0])
		text_addf(to, " %s", message->name);
}

/* What waits for something to happen in the file system is no question: it may wait for hours. */
static bool waits_by_design(const struct smb_message *message)
{
	if (message->kind == SMB_2)
		return message->command == LOCK || message->command == CANCEL || message->command == NOTIFY ||
		       message->command == BREAK;
	return message->command == LOCKING_1 || message->command == NT_TRANS_1 ||
	       message->command == NT_TRANS_SECONDARY_1 || message->command == CANCEL_1 ||
	       message->command == TRANS_SECONDARY_1 || message->command == TRANS2_SECONDARY_1;
}

/* Identifiers are kept apart from those of the other version. SMB 1 may ask for, and SMB 2 agree to, what both
 * speak: these two belong together. */
static uint64_t exchange_id(const struct smb_message *message)
{
	if (message->kind == SMB_2)
		return message->message_id + 1;
	return message->command == NEGOTIATE_1 ? 1 : message->message_id | 1ull << 63;
}

static void mark_smb(const void *facts, struct exchange_mark *mark)
{
	const struct smb_message *message = facts;
	if ((message->kind != SMB_1 && message->kind != SMB_2) || waits_by_design(message) ||
	    message->response == message->from_client)
		return;
	mark->id = exchange_id(message);
	if (!message->response) {
		mark->role = EXCHANGE_REQUEST;
		return;
	}
	mark->role = message->status == STATUS_PENDING ? EXCHANGE_PROGRESS : EXCHANGE_RESPONSE;
	mark->failed = smb_status_failed(message->status);
	mark->code = (int32_t)message->status;
	mark->status = message->status ? field_words(smb_statuses, message->status) : NULL;
}

static const struct streaming streaming = {
	.state_size = sizeof(struct smb_state),
	.anywhere = true,
	.probe = probe_smb,
	.frame = frame_smb,
	.lost = lose_smb,
};

const struct decoder smb_decoder = {
	.name = "smb2",
	.protocol = "SMB",
	.title = "Server Message Block",
	.bindings = { { BY_TCP_PORT, 139 }, { BY_TCP_PORT, 445 } },
	.facts_size = sizeof(struct smb_message),
	.decode = decode_smb,
	.stream = &streaming,
	.words = say_smb,
	.exchange = mark_smb,
	.fields = smb_fields,
	.tell = smb_tell,
};
