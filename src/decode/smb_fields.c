#include "decode/smb_fields.h"

#include "decode/smb.h"

enum {
	SESSION_TYPE, SESSION_LENGTH, SESSION_ERROR,
	CMD_1, STATUS_1, FLAGS_1, RESPONSE_1, FLAGS2_1, PID_HIGH, SIGNATURE_1, TID_1, PID_1, UID_1, MID_1, DIALECT_1,
	HEADER_LENGTH, CREDIT_CHARGE, CHANNEL_SEQUENCE, STATUS, COMMAND, CREDITS_REQUESTED, CREDITS_GRANTED, FLAGS,
	RESPONSE, ASYNC, CHAINED, SIGNED, PRIORITY, DFS, REPLAY, CHAIN_OFFSET, MESSAGE_ID, ASYNC_ID, PROCESS_ID,
	TREE_ID, SESSION_ID, SIGNATURE, DIALECT_COUNT, DIALECT, FILENAME, TREE, READ_LENGTH, WRITE_LENGTH,
	FILE_OFFSET, IOCTL, FIELDS };

static const struct field_name dialects[] = { { 0x0202, "SMB 2.0.2" }, { 0x0210, "SMB 2.1" },
	{ 0x02ff, "SMB2 wildcard" }, { 0x0300, "SMB 3.0" }, { 0x0302, "SMB 3.0.2" }, { 0x0310, "SMB 3.1.0" },
	{ 0x0311, "SMB 3.1.1" }, { 0, NULL } };
static const struct field_name ioctls[] = { { 0x00060194, "FSCTL_DFS_GET_REFERRALS" },
	{ 0x000601b0, "FSCTL_DFS_GET_REFERRALS_EX" }, { 0x0009009c, "FSCTL_GET_OBJECT_ID" },
	{ 0x000900c0, "FSCTL_CREATE_OR_GET_OBJECT_ID" }, { 0x00110018, "FSCTL_PIPE_WAIT" },
	{ 0x0011400c, "FSCTL_PIPE_PEEK" }, { 0x0011c017, "FSCTL_PIPE_TRANSCEIVE" },
	{ 0x00140078, "FSCTL_SRV_REQUEST_RESUME_KEY" }, { 0x001401d4, "FSCTL_LMR_REQUEST_RESILIENCY" },
	{ 0x001401fc, "FSCTL_QUERY_NETWORK_INTERFACE_INFO" }, { 0x00140204, "FSCTL_VALIDATE_NEGOTIATE_INFO" },
	{ 0x001440f2, "FSCTL_SRV_COPYCHUNK" }, { 0x00144064, "FSCTL_SRV_ENUMERATE_SNAPSHOTS" },
	{ 0x001480f2, "FSCTL_SRV_COPYCHUNK_WRITE" }, { 0, NULL } };
static const struct field_name session_errors[] = { { 0x80, "Not listening on called name" },
	{ 0x81, "Not listening for calling name" }, { 0x82, "Called name not present" },
	{ 0x83, "Called name present, but insufficient resources" }, { 0x8f, "Unspecified error" }, { 0, NULL } };
enum { NEGOTIATE = 0, TREE_CONNECT = 3, CREATE = 5, READ = 8, WRITE = 9, IOCTL_COMMAND = 11 };

const struct field smb_fields[FIELDS + 1] = {
	[SESSION_TYPE] = { "nbss.type", "Message Type", FIELD_UINT, FORM_HEX, 1, .names = smb_session_types },
	[SESSION_LENGTH] = { "nbss.length", "Length", FIELD_UINT },
	[SESSION_ERROR] = { "nbss.error_code", "Error code", FIELD_UINT, FORM_HEX, 1, .names = session_errors },
	[CMD_1] = { "smb.cmd", "SMB Command", FIELD_UINT, FORM_HEX, 1, .names = smb_commands },
	[STATUS_1] = { "smb.nt_status", "NT Status", FIELD_UINT, FORM_HEX, 4, .names = smb_statuses },
	[FLAGS_1] = { "smb.flags", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[RESPONSE_1] = { "smb.flags.response", "Request/Response", FIELD_FLAG },
	[FLAGS2_1] = { "smb.flags2", "Flags2", FIELD_UINT, FORM_HEX, 2 },
	[PID_HIGH] = { "smb.pid.high", "Process ID High", FIELD_UINT },
	[SIGNATURE_1] = { "smb.signature", "Signature", FIELD_BYTES },
	[TID_1] = { "smb.tid", "Tree ID", FIELD_UINT },
	[PID_1] = { "smb.pid", "Process ID", FIELD_UINT },
	[UID_1] = { "smb.uid", "User ID", FIELD_UINT },
	[MID_1] = { "smb.mid", "Multiplex ID", FIELD_UINT },
	[DIALECT_1] = { "smb.dialect.name", "Name", FIELD_TEXT },
	[HEADER_LENGTH] = { "smb2.header_len", "Header Length", FIELD_UINT },
	[CREDIT_CHARGE] = { "smb2.credit.charge", "Credit Charge", FIELD_UINT },
	[CHANNEL_SEQUENCE] = { "smb2.channel_sequence", "Channel Sequence", FIELD_UINT },
	[STATUS] = { "smb2.nt_status", "NT Status", FIELD_UINT, FORM_HEX, 4, .names = smb_statuses },
	[COMMAND] = { "smb2.cmd", "Command", FIELD_UINT, .names = smb2_commands },
	[CREDITS_REQUESTED] = { "smb2.credits.requested", "Credits requested", FIELD_UINT },
	[CREDITS_GRANTED] = { "smb2.credits.granted", "Credits granted", FIELD_UINT },
	[FLAGS] = { "smb2.flags", "Flags", FIELD_UINT, FORM_HEX, 4 },
	[RESPONSE] = { "smb2.flags.response", "Response", FIELD_FLAG, .mask = 0x1 },
	[ASYNC] = { "smb2.flags.async", "Async command", FIELD_FLAG, .mask = 0x2 },
	[CHAINED] = { "smb2.flags.chained", "Chained", FIELD_FLAG, .mask = 0x4 },
	[SIGNED] = { "smb2.flags.signature", "Signing", FIELD_FLAG, .mask = 0x8 },
	[PRIORITY] = { "smb2.flags.priority_mask", "Priority", FIELD_FLAG, .mask = 0x70 },
	[DFS] = { "smb2.flags.dfs", "DFS operation", FIELD_FLAG, .mask = 0x10000000 },
	[REPLAY] = { "smb2.flags.replay", "Replay operation", FIELD_FLAG, .mask = 0x20000000 },
	[CHAIN_OFFSET] = { "smb2.chain_offset", "Chain Offset", FIELD_UINT, FORM_HEX, 4 },
	[MESSAGE_ID] = { "smb2.msg_id", "Message ID", FIELD_UINT },
	[ASYNC_ID] = { "smb2.aid", "Async Id", FIELD_UINT, FORM_HEX, 8 },
	[PROCESS_ID] = { "smb2.pid", "Process Id", FIELD_UINT, FORM_HEX, 4 },
	[TREE_ID] = { "smb2.tid", "Tree Id", FIELD_UINT, FORM_HEX, 4 },
	[SESSION_ID] = { "smb2.sesid", "Session Id", FIELD_UINT, FORM_HEX, 8 },
	[SIGNATURE] = { "smb2.signature", "Signature", FIELD_BYTES },
	[DIALECT_COUNT] = { "smb2.dialect_count", "Dialect count", FIELD_UINT },
	[DIALECT] = { "smb2.dialect", "Dialect", FIELD_UINT, FORM_HEX, 2, .names = dialects },
	[FILENAME] = { "smb2.filename", "Filename", FIELD_TEXT },
	[TREE] = { "smb2.tree", "Tree", FIELD_TEXT },
	[READ_LENGTH] = { "smb2.read_length", "Read Length", FIELD_UINT },
	[WRITE_LENGTH] = { "smb2.write_length", "Write Length", FIELD_UINT },
	[FILE_OFFSET] = { "smb2.file_offset", "File Offset", FIELD_UINT },
	[IOCTL] = { "smb2.ioctl.function", "Function", FIELD_UINT, FORM_HEX, 4, .names = ioctls },
};

static const struct field *field(int index)
{
	return &smb_fields[index];
}

/* UTF-16 as UTF-8; what is no character is U+FFFD. */
static size_t add_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 63));
		to[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 63));
	to[2] = (char)(0x80 | (c >> 6 & 63));
	to[3] = (char)(0x80 | (c & 63));
	return 4;
}

static void tell_utf16(struct teller *teller, int index, struct cursor name)
{
	char words[1024];
	size_t used = 0;
	const uint8_t *at = name.next;
	size_t length = name.captured;
	while (name.captured >= 2 && used < sizeof words - 4) {
		uint32_t c = cursor_le16(&name);
		bool high = c >= 0xd800 && c < 0xdc00;
		if (high && name.captured >= 2 && (load_le16(name.next) & 0xfc00) == 0xdc00)
			c = 0x10000 + ((c & 0x3ff) << 10) + (cursor_le16(&name) & 0x3ffu);
		else if (c >= 0xd800 && c < 0xe000)
			c = 0xfffd;
		used += add_utf8(words + used, c);
	}
	tell_text(teller, field(index), at, length, words, used);
}

/* A name by its offset from the header and its length, both of which stand at `at`. */
static void tell_name(struct teller *teller, int index, struct cursor command, struct cursor at)
{
	uint16_t offset = cursor_le16(&at), length = cursor_le16(&at);
	cursor_skip(&command, offset);
	struct cursor name = cursor_split(&command, length);
	if (cursor_ok(&at) && cursor_ok(&name))
		tell_utf16(teller, index, name);
}

static void tell_request_2(struct teller *teller, uint16_t command, struct cursor header, struct cursor body)
{
	uint16_t count = 0;
	switch (command) {
	case NEGOTIATE:
		cursor_skip(&body, 2);
		count = tell_le16(teller, field(DIALECT_COUNT), &body);
		cursor_skip(&body, 32);
		while (count-- && cursor_more(&body))
			tell_le16(teller, field(DIALECT), &body);
		break;
	case TREE_CONNECT:
		cursor_skip(&body, 4);
		tell_name(teller, TREE, header, body);
		break;
	case CREATE:
		cursor_skip(&body, 44);
		tell_name(teller, FILENAME, header, body);
		break;
	case READ:
		cursor_skip(&body, 4);
		tell_le32(teller, field(READ_LENGTH), &body);
		tell_le64(teller, field(FILE_OFFSET), &body);
		break;
	case WRITE:
		cursor_skip(&body, 4);
		tell_le32(teller, field(WRITE_LENGTH), &body);
		tell_le64(teller, field(FILE_OFFSET), &body);
		break;
	case IOCTL_COMMAND:
		cursor_skip(&body, 4);
		tell_le32(teller, field(IOCTL), &body);
		break;
	default:
		break;
	}
}

static void tell_2(struct teller *teller, struct cursor in, const struct smb_message *message)
{
	struct cursor header = in;
	cursor_skip(&in, 4);
	tell_le16(teller, field(HEADER_LENGTH), &in);
	tell_le16(teller, field(CREDIT_CHARGE), &in);
	if (message->response) {
		tell_le32(teller, field(STATUS), &in);
	} else {
		tell_le16(teller, field(CHANNEL_SEQUENCE), &in);
		cursor_skip(&in, 2);
	}
	tell_le16(teller, field(COMMAND), &in);
	tell_le16(teller, field(message->response ? CREDITS_GRANTED : CREDITS_REQUESTED), &in);
	const uint8_t *at = in.next;
	uint32_t flags = cursor_le32(&in);
	if (!cursor_ok(&in))
		return;
	tell_open(teller, field(FLAGS), at, 4, flags, NULL);
	for (int i = RESPONSE; i <= REPLAY; i++)
		tell_number(teller, field(i), at, 4, (flags & field(i)->mask) != 0);
	tell_close(teller);
	tell_le32(teller, field(CHAIN_OFFSET), &in);
	tell_le64(teller, field(MESSAGE_ID), &in);
	if (flags & field(ASYNC)->mask) {
		tell_le64(teller, field(ASYNC_ID), &in);
	} else {
		tell_le32(teller, field(PROCESS_ID), &in);
		tell_le32(teller, field(TREE_ID), &in);
	}
	tell_le64(teller, field(SESSION_ID), &in);
	tell_bytes(teller, field(SIGNATURE), &in, 16);
	if (!message->response) {
		tell_request_2(teller, message->command, header, in);
	} else if (message->command == NEGOTIATE && !message->status) {
		cursor_skip(&in, 4);
		tell_le16(teller, field(DIALECT), &in);
	}
}

/* "\2NT LM 0.12\0" and the like, behind the word and byte counts. */
static void tell_dialects(struct teller *teller, struct cursor *in)
{
	cursor_skip(in, 3);
	while (cursor_more(in) && cursor_u8(in) == 2 && in->captured) {
		const uint8_t *end = memchr(in->next, 0, in->captured);
		if (!end)
			break;
		size_t length = (size_t)(end - in->next);
		tell_text(teller, field(DIALECT_1), in->next, length, (const char *)in->next, length);
		cursor_skip(in, length + 1);
	}
}

static void tell_1(struct teller *teller, struct cursor in, const struct smb_message *message)
{
	struct cursor flags2 = in;
	cursor_skip(&flags2, 10);
	cursor_skip(&in, 4);
	tell_u8(teller, field(CMD_1), &in);
	if (cursor_le16(&flags2) & 0x4000)
		tell_le32(teller, field(STATUS_1), &in);
	else
		cursor_skip(&in, 4);
	const uint8_t *at = in.next;
	uint8_t flags = tell_u8(teller, field(FLAGS_1), &in);
	if (cursor_ok(&in))
		tell_number(teller, field(RESPONSE_1), at, 1, flags >> 7);
	tell_le16(teller, field(FLAGS2_1), &in);
	tell_le16(teller, field(PID_HIGH), &in);
	tell_bytes(teller, field(SIGNATURE_1), &in, 8);
	cursor_skip(&in, 2);
	tell_le16(teller, field(TID_1), &in);
	tell_le16(teller, field(PID_1), &in);
	tell_le16(teller, field(UID_1), &in);
	tell_le16(teller, field(MID_1), &in);
	if (message->command == 0x72 && !message->response)
		tell_dialects(teller, &in);
}

void smb_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct smb_message *message = facts;
	(void)packet;
	if (message->framed) {
		tell_u8(teller, field(SESSION_TYPE), &in);
		tell_be24(teller, field(SESSION_LENGTH), &in);
	}
	if (message->kind == SMB_SESSION_SERVICE && message->command == 0x83)
		tell_u8(teller, field(SESSION_ERROR), &in);
	else if (message->kind == SMB_2)
		tell_2(teller, in, message);
	else if (message->kind == SMB_1)
		tell_1(teller, in, message);
}
