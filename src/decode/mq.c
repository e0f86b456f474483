#include "decode/mq.h"

#include <string.h>

#include "core/ebcdic.h"
#include "decode/decoder.h"

#define PORT 1414
#define HELD 2048                /* bytes of a segment that are looked at: its headers */
#define SEGMENT_MOST (1u << 27)  /* longer than the longest message */

enum {
	HEADER = 28, MULTIPLEXED_HEADER = 36, API_HEADER = 16,
	INITIAL = 1, STATUS = 5, USERID = 8, HEARTBEAT = 9,
	CALLS = 0x81, CALLS_END = 0x9f, REPLY = 0x10, XA = 0xa1, XA_END = 0xbf,
	CONNECT = 0x81, OPEN = 0x83, GET = 0x85, PUT1 = 0x87,
	LITTLE = 2,
};

static const struct field_name types[] = { { INITIAL, "INITIAL_DATA" }, { 2, "RESYNC_DATA" }, { 3, "RESET_DATA" },
	{ 4, "MESSAGE_DATA" }, { STATUS, "STATUS_DATA" }, { 6, "SECURITY_DATA" }, { 7, "PING_DATA" },
	{ USERID, "USERID_DATA" }, { HEARTBEAT, "HEARTBEAT" }, { 10, "CONAUTH_INFO" }, { 11, "RENEGOTIATE_DATA" },
	{ 12, "SOCKET_ACTION" }, { 13, "ASYNC_MESSAGE" }, { 14, "REQUEST_MSGS" }, { 15, "NOTIFICATION" },
	{ 0x81, "MQCONN" }, { 0x82, "MQDISC" }, { 0x83, "MQOPEN" }, { 0x84, "MQCLOSE" }, { 0x85, "MQGET" },
	{ 0x86, "MQPUT" }, { 0x87, "MQPUT1" }, { 0x88, "MQSET" }, { 0x89, "MQINQ" }, { 0x8a, "MQCMIT" },
	{ 0x8b, "MQBACK" }, { 0x8c, "SPI" }, { 0x8d, "MQSTAT" }, { 0x8e, "MQSUB" }, { 0x8f, "MQSUBRQ" },
	{ 0x91, "MQCONN_REPLY" }, { 0x92, "MQDISC_REPLY" }, { 0x93, "MQOPEN_REPLY" }, { 0x94, "MQCLOSE_REPLY" },
	{ 0x95, "MQGET_REPLY" }, { 0x96, "MQPUT_REPLY" }, { 0x97, "MQPUT1_REPLY" }, { 0x98, "MQSET_REPLY" },
	{ 0x99, "MQINQ_REPLY" }, { 0x9a, "MQCMIT_REPLY" }, { 0x9b, "MQBACK_REPLY" }, { 0x9c, "SPI_REPLY" },
	{ 0x9d, "MQSTAT_REPLY" }, { 0x9e, "MQSUB_REPLY" }, { 0x9f, "MQSUBRQ_REPLY" }, { 0xa1, "XA_START" },
	{ 0xa2, "XA_END" }, { 0xa3, "XA_OPEN" }, { 0xa4, "XA_CLOSE" }, { 0xa5, "XA_PREPARE" },
	{ 0xa6, "XA_COMMIT" }, { 0xa7, "XA_ROLLBACK" }, { 0xa8, "XA_FORGET" }, { 0xa9, "XA_RECOVER" },
	{ 0xaa, "XA_COMPLETE" }, { 0xb1, "XA_START_REPLY" }, { 0xb2, "XA_END_REPLY" }, { 0xb3, "XA_OPEN_REPLY" },
	{ 0xb4, "XA_CLOSE_REPLY" }, { 0xb5, "XA_PREPARE_REPLY" }, { 0xb6, "XA_COMMIT_REPLY" },
	{ 0xb7, "XA_ROLLBACK_REPLY" }, { 0xb8, "XA_FORGET_REPLY" }, { 0xb9, "XA_RECOVER_REPLY" },
	{ 0xba, "XA_COMPLETE_REPLY" }, { 0, NULL } };
static const struct field_name completions[] = { { 0, "MQCC_OK" }, { 1, "MQCC_WARNING" }, { 2, "MQCC_FAILED" },
	{ 0xffffffff, "MQCC_UNKNOWN" }, { 0, NULL } };
static const struct field_name orders[] = { { 1, "Big endian" }, { LITTLE, "Little endian" }, { 0, NULL } };
/* https://www.ibm.com/docs/en/ibm-mq/9.3?topic=codes-api-completion-reason: those that are met. */
static const struct field_name reasons[] = {
	{ 0, "MQRC_NONE" }, { 2002, "MQRC_ALREADY_CONNECTED" }, { 2003, "MQRC_BACKED_OUT" },
	{ 2004, "MQRC_BUFFER_ERROR" }, { 2009, "MQRC_CONNECTION_BROKEN" },
	{ 2010, "MQRC_DATA_LENGTH_ERROR" }, { 2011, "MQRC_DYNAMIC_Q_NAME_ERROR" },
	{ 2012, "MQRC_ENVIRONMENT_ERROR" }, { 2013, "MQRC_EXPIRY_ERROR" },
	{ 2016, "MQRC_GET_INHIBITED" }, { 2017, "MQRC_HANDLE_NOT_AVAILABLE" },
	{ 2018, "MQRC_HCONN_ERROR" }, { 2019, "MQRC_HOBJ_ERROR" },
	{ 2024, "MQRC_SYNCPOINT_LIMIT_REACHED" }, { 2025, "MQRC_MAX_CONNS_LIMIT_REACHED" },
	{ 2030, "MQRC_MSG_TOO_BIG_FOR_Q" }, { 2031, "MQRC_MSG_TOO_BIG_FOR_Q_MGR" },
	{ 2033, "MQRC_NO_MSG_AVAILABLE" }, { 2035, "MQRC_NOT_AUTHORIZED" },
	{ 2037, "MQRC_NOT_OPEN_FOR_INPUT" }, { 2038, "MQRC_NOT_OPEN_FOR_INQUIRE" },
	{ 2039, "MQRC_NOT_OPEN_FOR_OUTPUT" }, { 2042, "MQRC_OBJECT_IN_USE" },
	{ 2043, "MQRC_OBJECT_TYPE_ERROR" }, { 2045, "MQRC_OPTION_NOT_VALID_FOR_TYPE" },
	{ 2046, "MQRC_OPTIONS_ERROR" }, { 2048, "MQRC_PERSISTENT_NOT_ALLOWED" },
	{ 2051, "MQRC_PUT_INHIBITED" }, { 2052, "MQRC_Q_DELETED" }, { 2053, "MQRC_Q_FULL" },
	{ 2056, "MQRC_Q_SPACE_NOT_AVAILABLE" }, { 2058, "MQRC_Q_MGR_NAME_ERROR" },
	{ 2059, "MQRC_Q_MGR_NOT_AVAILABLE" }, { 2063, "MQRC_SECURITY_ERROR" },
	{ 2067, "MQRC_SELECTOR_ERROR" }, { 2068, "MQRC_SELECTOR_NOT_FOR_TYPE" },
	{ 2071, "MQRC_STORAGE_NOT_AVAILABLE" }, { 2072, "MQRC_SYNCPOINT_NOT_AVAILABLE" },
	{ 2079, "MQRC_TRUNCATED_MSG_ACCEPTED" }, { 2080, "MQRC_TRUNCATED_MSG_FAILED" },
	{ 2082, "MQRC_UNKNOWN_ALIAS_BASE_Q" }, { 2085, "MQRC_UNKNOWN_OBJECT_NAME" },
	{ 2086, "MQRC_UNKNOWN_OBJECT_Q_MGR" }, { 2087, "MQRC_UNKNOWN_REMOTE_Q_MGR" },
	{ 2092, "MQRC_XMIT_Q_USAGE_ERROR" }, { 2101, "MQRC_OBJECT_DAMAGED" },
	{ 2102, "MQRC_RESOURCE_PROBLEM" }, { 2109, "MQRC_SUPPRESSED_BY_EXIT" },
	{ 2110, "MQRC_FORMAT_ERROR" }, { 2119, "MQRC_NOT_CONVERTED" },
	{ 2120, "MQRC_CONVERTED_MSG_TOO_BIG" }, { 2127, "MQRC_ADAPTER_STORAGE_SHORTAGE" },
	{ 2130, "MQRC_ADAPTER_SERV_LOAD_ERROR" }, { 2141, "MQRC_DLH_ERROR" },
	{ 2142, "MQRC_HEADER_ERROR" }, { 2157, "MQRC_ASID_MISMATCH" },
	{ 2161, "MQRC_Q_MGR_QUIESCING" }, { 2162, "MQRC_Q_MGR_STOPPING" },
	{ 2184, "MQRC_REMOTE_Q_NAME_ERROR" }, { 2189, "MQRC_CLUSTER_RESOLUTION_ERROR" },
	{ 2190, "MQRC_CONVERTED_STRING_TOO_BIG" }, { 2195, "MQRC_UNEXPECTED_ERROR" },
	{ 2196, "MQRC_UNKNOWN_XMIT_Q" }, { 2202, "MQRC_CONNECTION_QUIESCING" },
	{ 2203, "MQRC_CONNECTION_STOPPING" }, { 2219, "MQRC_CALL_IN_PROGRESS" },
	{ 2222, "MQRC_Q_MGR_ACTIVE" }, { 2223, "MQRC_Q_MGR_NOT_ACTIVE" },
	{ 2273, "MQRC_CONNECTION_ERROR" }, { 2278, "MQRC_CLIENT_CONN_ERROR" },
	{ 2282, "MQRC_CHANNEL_STARTED" }, { 2283, "MQRC_CHANNEL_STOPPED" },
	{ 2298, "MQRC_FUNCTION_NOT_SUPPORTED" }, { 2330, "MQRC_CODED_CHAR_SET_ID_ERROR" },
	{ 2354, "MQRC_UOW_ENLISTMENT_ERROR" }, { 2380, "MQRC_SCO_ERROR" },
	{ 2381, "MQRC_KEY_REPOSITORY_ERROR" }, { 2392, "MQRC_SSL_CONFIG_ERROR" },
	{ 2393, "MQRC_SSL_INITIALIZATION_ERROR" }, { 2397, "MQRC_JSSE_ERROR" },
	{ 2407, "MQRC_CLIENT_EXIT_ERROR" }, { 2420, "MQRC_EPH_ERROR" },
	{ 2428, "MQRC_NO_SUBSCRIPTION" }, { 2429, "MQRC_SUBSCRIPTION_IN_USE" },
	{ 2488, "MQRC_OPERATION_ERROR" }, { 2495, "MQRC_MODULE_NOT_FOUND" },
	{ 2537, "MQRC_CHANNEL_NOT_AVAILABLE" }, { 2538, "MQRC_HOST_NOT_AVAILABLE" },
	{ 2539, "MQRC_CHANNEL_CONFIG_ERROR" }, { 2540, "MQRC_UNKNOWN_CHANNEL_NAME" },
	{ 2547, "MQRC_RECONNECT_INCOMPATIBLE" }, { 2549, "MQRC_CALL_INTERRUPTED" },
	{ 2550, "MQRC_NO_SUBS_MATCHED" }, { 2551, "MQRC_SELECTION_NOT_AVAILABLE" },
	{ 2594, "MQRC_PASSWORD_PROTECTION_ERROR" }, { 0, NULL } };
/* Why a channel says that it ends. */
static const struct field_name statuses[] = {
	{ 1, "NO_CHANNEL" }, { 2, "CHANNEL_WRONG_TYPE" }, { 3, "QM_UNAVAILABLE" },
	{ 4, "MSG_SEQUENCE_ERROR" }, { 5, "QM_TERMINATING" }, { 6, "CAN_NOT_STORE" },
	{ 7, "USER_CLOSED" }, { 10, "REMOTE_PROTOCOL_ERROR" }, { 11, "BIND_FAILED" },
	{ 12, "MSGWRAP_DIFFERENT" }, { 14, "REMOTE_CHANNEL_UNAVAILABLE" },
	{ 15, "TERMINATED_BY_REMOTE_EXIT" }, { 16, "PROTOCOL_GENERAL" },
	{ 17, "BATCH_FAILURE" }, { 18, "MESSAGE_LENGTH_ERROR" },
	{ 19, "SEGMENT_NUMBER_ERROR" }, { 20, "SECURITY_FAILURE" }, { 21, "WRAP_VALUE_ERROR" },
	{ 22, "CHANNEL_UNAVAILABLE" }, { 23, "CLOSED_BY_EXIT" }, { 24, "CIPHER_SPEC" },
	{ 25, "PEER_NAME" }, { 26, "SSL_CLIENT_CERTIFICATE" }, { 27, "RMT_RSRCS_IN_RECOVERY" },
	{ 28, "SSL_REFRESHING" }, { 29, "INVALID_HOBJ" }, { 30, "CONV_ID_ERROR" },
	{ 31, "SOCKET_ACTION_TYPE" }, { 32, "STANDBY_Q_MGR" }, { 240, "CCSID_NOT_SUPPORTED" },
	{ 241, "ENCODING_INVALID" }, { 242, "FAP_LEVEL" }, { 243, "NEGOTIATION_FAILED" }, { 0, NULL } };

static bool is_call(uint8_t type)
{
	return (type >= CALLS && type <= CALLS_END) || (type >= XA && type <= XA_END);
}

static uint32_t number(struct cursor *in, bool little)
{
	return little ? cursor_le32(in) : cursor_be32(in);
}

/* A structure by its four letters, in ASCII or EBCDIC. */
static bool is_structure(struct cursor in, const char *letters)
{
	if (in.captured < 4)
		return false;
	bool ebcdic = in.next[0] >= 0x80;
	for (size_t i = 0; i < 4; i++)
		if ((ebcdic ? ebcdic_to_latin1(in.next[i]) : in.next[i]) != (uint8_t)letters[i])
			return false;
	return true;
}

/* A name, padded with blanks, in the code of its structure. */
static void read_name(struct cursor structure, size_t at, size_t length, bool ebcdic, char to[static MQ_NAME])
{
	cursor_skip(&structure, at);
	if (length > structure.captured)
		length = structure.captured;
	for (size_t i = 0; i < length; i++) {
		uint8_t c = ebcdic ? ebcdic_to_latin1(structure.next[i]) : structure.next[i];
		to[i] = c >= ' ' && c < 0x7f ? (char)c : c ? '.' : ' ';
	}
	while (length && to[length - 1] == ' ')
		length--;
	to[length] = 0;
}

static void read_call(struct cursor *in, bool little, bool ebcdic, struct mq_message *mq)
{
	cursor_skip(in, 4);
	mq->completion = number(in, little);
	mq->reason = number(in, little);
	cursor_skip(in, 4);
	mq->has_reason = cursor_ok(in);
	if (mq->type == CONNECT)
		read_name(*in, 0, 48, ebcdic, mq->name);
	else if ((mq->type == OPEN || mq->type == PUT1) && is_structure(*in, "OD  "))
		read_name(*in, 12, 48, in->next[0] >= 0x80, mq->name);
}

static struct next decode_mq(struct cursor *in, struct packet *packet, void *facts)
{
	struct mq_message *mq = facts;
	const struct stream *stream = packet->stream;
	if (!stream)
		return next_payload(cursor_rest(in));
	mq->from_client = stream->from_client;
	bool ebcdic = in->captured && *in->next >= 0x80;
	mq->multiplexed = is_structure(*in, "TSHM");
	cursor_skip(in, 8);
	if (mq->multiplexed) {
		mq->conversation = cursor_be32(in);
		mq->request = cursor_be32(in);
	}
	bool little = cursor_u8(in) == LITTLE;
	mq->type = cursor_u8(in);
	mq->flags = cursor_u8(in);
	cursor_skip(in, 17);         /* more flags, unit of work, encoding, character set */
	if (cursor_ok(in)) {
		struct cursor body = *in;
		if (is_call(mq->type) && body.captured >= API_HEADER)
			read_call(&body, little, ebcdic, mq);
		else if (mq->type == INITIAL && is_structure(body, "ID  "))
			read_name(body, 24, 20, body.next[0] >= 0x80, mq->name);
		else if (mq->type == STATUS && body.captured >= 8 && cursor_be32(&body) >= 8)
			mq->reason = number(&body, little);
		cursor_rest(in);
	}
	return next_none();
}

static bool is_header(struct cursor in)
{
	return is_structure(in, "TSH ") || is_structure(in, "TSHM") || is_structure(in, "TSHC");
}

struct mq_state { uint64_t rest[2]; };   /* of a long segment: [from_client] */

static struct frame frame_mq(struct stream *stream, struct cursor in)
{
	struct mq_state *state = stream->state;
	uint64_t *rest = &state->rest[stream->from_client];
	if (*rest && in.captured) {
		uint64_t length = *rest;
		*rest = 0;
		return frame_skip(length);
	}
	if (in.captured < 8)
		return frame_more();
	uint32_t length = load_be32(in.next + 4);
	if (!is_header(in) || length < HEADER || length > SEGMENT_MOST)
		return frame_lost();
	uint32_t held = length < HELD ? length : HELD;
	/* Nothing may be remembered before all that is looked at has come: until then the same is asked again. */
	if (in.captured < held)
		return frame_more();
	*rest = length - held;
	return frame_message(held);
}

static void lose_mq(struct stream *stream)
{
	((struct mq_state *)stream->state)->rest[stream->from_client] = 0;
}

static enum certainty probe_mq(const struct stream *stream, struct cursor in)
{
	if (in.captured < 8)
		return stream->server_port == PORT || !in.captured || *in.next == 'T' || *in.next == 0xe3
			? CERTAINTY_MORE : CERTAINTY_NO;
	uint32_t length = load_be32(in.next + 4);
	return is_header(in) && length >= HEADER && length <= SEGMENT_MOST ? CERTAINTY_CERTAIN : CERTAINTY_NO;
}

static const char *reason_of(const struct mq_message *mq)
{
	if (mq->has_reason)
		return mq->reason ? field_words(reasons, mq->reason) : NULL;
	return mq->type == STATUS ? field_words(statuses, mq->reason) : NULL;
}

static void say_mq(struct text *to, const void *facts)
{
	const struct mq_message *mq = facts;
	const char *type = field_words(types, mq->type), *reason = reason_of(mq);
	if (type)
		text_addf(to, "mq : %s", type);
	else
		text_addf(to, "mq : segment 0x%02x", mq->type);
	if (mq->name[0])
		text_addf(to, " %s", mq->name);
	if (mq->reason && reason)
		text_addf(to, " reason %u (%s)", mq->reason, reason);
	else if (mq->reason)
		text_addf(to, " reason %u", mq->reason);
	if (mq->flags & MQ_ERROR)
		text_add(to, " (error)");
	if (mq->flags & MQ_CLOSE)
		text_add(to, " (closes the channel)");
}

/* MQGET waits for a message to come, by design and for as long as the program likes: it is no question. */
static enum exchange_role role_of(const struct mq_message *mq)
{
	bool first = mq->flags & MQ_FIRST, last = mq->flags & MQ_LAST;
	if (mq->type == INITIAL)
		return mq->from_client ? EXCHANGE_REQUEST : EXCHANGE_RESPONSE;
	if (!is_call(mq->type) || (mq->type & ~REPLY) == GET)
		return EXCHANGE_NONE;
	if (!(mq->type & REPLY))
		return !mq->from_client ? EXCHANGE_NONE : first ? EXCHANGE_REQUEST : EXCHANGE_REQUEST_MORE;
	if (mq->from_client)
		return EXCHANGE_NONE;
	return first ? last ? EXCHANGE_RESPONSE : EXCHANGE_RESPONSE_BEGIN
		     : last ? EXCHANGE_RESPONSE_END : EXCHANGE_NONE;
}

static void mark_mq(const void *facts, struct exchange_mark *mark)
{
	const struct mq_message *mq = facts;
	mark->role = role_of(mq);
	if (mq->multiplexed && is_call(mq->type))
		mark->id = 1ull << 63 | (uint64_t)mq->conversation << 32 | mq->request;
	mark->code = (int32_t)mq->reason;
	mark->failed = mq->completion == 2 || mq->flags & MQ_ERROR;
	mark->status = mark->failed ? reason_of(mq) : NULL;
}

enum { STRUCTURE, LENGTH, CONVERSATION, REQUEST_ID, BYTE_ORDER, TYPE, FLAGS, CONFIRM, ERROR_FLAG, REQUEST_CLOSE,
	CLOSES, FIRST, LAST, REQUEST_ACCEPTED, DEAD_LETTER, FLAGS2, UNIT_OF_WORK, ENCODING, CCSID, RESERVED,
	REPLY_LENGTH, COMPLETION, REASON, OBJECT, ID_STRUCTURE, LEVEL, CHANNEL, MANAGER, CONNECT_MANAGER,
	CONNECT_APPLICATION, STATUS_LENGTH, STATUS_CODE, USER, PASSWORD, OBJECT_NAME, FIELDS };

#define BIT(name, title, bit) { name, title, FIELD_FLAG, .mask = bit, .names = field_set }

static const struct field fields[FIELDS + 1] = {
	[STRUCTURE] = { "mq.tsh.structid", "StructID", FIELD_TEXT },
	[LENGTH] = { "mq.tsh.seglength", "MQSegmLen", FIELD_UINT },
	[CONVERSATION] = { "mq.tsh.convid", "Convers ID", FIELD_UINT },
	[REQUEST_ID] = { "mq.tsh.requestid", "Request ID", FIELD_UINT },
	[BYTE_ORDER] = { "mq.tsh.byteorder", "Byte order", FIELD_UINT, FORM_HEX, 1, .names = orders },
	[TYPE] = { "mq.tsh.type", "SegmType", FIELD_UINT, FORM_HEX, 1, .names = types },
	[FLAGS] = { "mq.tsh.cflags1", "Ctl Flag 1", FIELD_UINT, FORM_HEX, 1 },
	[CONFIRM] = BIT("mq.tsh.tcf.confirmreq", "Confirm Req", 0x01),
	[ERROR_FLAG] = BIT("mq.tsh.tcf.error", "Error", 0x02),
	[REQUEST_CLOSE] = BIT("mq.tsh.tcf.reqclose", "Req close", 0x04),
	[CLOSES] = BIT("mq.tsh.tcf.closechann", "Close Chnl", 0x08),
	[FIRST] = BIT("mq.tsh.tcf.first", "First Seg", 0x10),
	[LAST] = BIT("mq.tsh.tcf.last", "Last Seg", 0x20),
	[REQUEST_ACCEPTED] = BIT("mq.tsh.tcf.reqacc", "Req accept", 0x40),
	[DEAD_LETTER] = BIT("mq.tsh.tcf.dlq", "DLQ used", 0x80),
	[FLAGS2] = { "mq.tsh.cflags2", "Ctl Flag 2", FIELD_UINT, FORM_HEX, 1 },
	[UNIT_OF_WORK] = { "mq.tsh.luwid", "LUW Ident", FIELD_BYTES },
	[ENCODING] = { "mq.tsh.encoding", "Encoding", FIELD_UINT },
	[CCSID] = { "mq.tsh.ccsid", "CCSID", FIELD_INT },
	[RESERVED] = { "mq.tsh.reserved", "Reserved", FIELD_UINT, FORM_HEX, 2 },
	[REPLY_LENGTH] = { "mq.api.replylength", "Reply len", FIELD_UINT },
	[COMPLETION] = { "mq.api.completioncode", "Compl Code", FIELD_UINT, .names = completions },
	[REASON] = { "mq.api.reasoncode", "Reason Code", FIELD_UINT, .names = reasons },
	[OBJECT] = { "mq.api.hobj", "Object Hdl", FIELD_UINT, FORM_HEX, 4 },
	[ID_STRUCTURE] = { "mq.id.structid", "Structid", FIELD_TEXT },
	[LEVEL] = { "mq.id.faplevel", "FAP level", FIELD_UINT },
	[CHANNEL] = { "mq.id.channelname", "ChannelNme", FIELD_TEXT },
	[MANAGER] = { "mq.id.qm", "QMgrName", FIELD_TEXT },
	[CONNECT_MANAGER] = { "mq.conn.qm", "QMgr", FIELD_TEXT },
	[CONNECT_APPLICATION] = { "mq.conn.appname", "ApplName", FIELD_TEXT },
	[STATUS_LENGTH] = { "mq.status.length", "Length", FIELD_UINT },
	[STATUS_CODE] = { "mq.status.code", "Code", FIELD_UINT, .names = statuses },
	[USER] = { "mq.uid.userid", "User ID", FIELD_TEXT },
	[PASSWORD] = { "mq.uid.password", "Password", FIELD_TEXT },
	[OBJECT_NAME] = { "mq.od.objname", "ObjName", FIELD_TEXT },
};

/* Numbers in the order of bytes that the segment says. */
static void tell_32(struct teller *teller, int index, struct cursor *in, bool little)
{
	if (little)
		tell_le32(teller, &fields[index], in);
	else
		tell_be32(teller, &fields[index], in);
}

static void tell_16(struct teller *teller, int index, struct cursor *in, bool little)
{
	if (little)
		tell_le16(teller, &fields[index], in);
	else
		tell_be16(teller, &fields[index], in);
}

/* The next `length` bytes, at most MQ_NAME - 1, without the blanks behind. */
static void tell_name(struct teller *teller, int index, struct cursor *in, size_t length, bool ebcdic)
{
	char words[MQ_NAME];
	read_name(*in, 0, length, ebcdic, words);
	if (in->captured >= length)
		tell_text(teller, &fields[index], in->next, length, words, strlen(words));
	cursor_skip(in, length);
}

static void tell_call(struct teller *teller, struct cursor in, const struct mq_message *mq, bool little, bool ebcdic)
{
	tell_be32(teller, &fields[REPLY_LENGTH], &in);
	tell_32(teller, COMPLETION, &in, little);
	tell_32(teller, REASON, &in, little);
	tell_32(teller, OBJECT, &in, little);
	if (mq->type == CONNECT && in.captured >= 76) {
		tell_name(teller, CONNECT_MANAGER, &in, 48, ebcdic);
		tell_name(teller, CONNECT_APPLICATION, &in, 28, ebcdic);
	} else if ((mq->type == OPEN || mq->type == PUT1) && is_structure(in, "OD  ")) {
		ebcdic = in.next[0] >= 0x80;
		cursor_skip(&in, 12);
		tell_name(teller, OBJECT_NAME, &in, 48, ebcdic);
	}
}

static void tell_initial(struct teller *teller, struct cursor in)
{
	bool ebcdic = in.next[0] >= 0x80;
	tell_name(teller, ID_STRUCTURE, &in, 4, ebcdic);
	tell_u8(teller, &fields[LEVEL], &in);
	cursor_skip(&in, 19);
	tell_name(teller, CHANNEL, &in, 20, ebcdic);
	cursor_skip(&in, 4);
	if (in.captured >= 48)
		tell_name(teller, MANAGER, &in, 48, ebcdic);
}

static void tell_user(struct teller *teller, struct cursor in)
{
	bool ebcdic = in.next[0] >= 0x80;
	cursor_skip(&in, 4);
	tell_name(teller, USER, &in, 12, ebcdic);
	if (in.captured >= 12)
		tell_secret(teller, &fields[PASSWORD], in.next, 12);
}

static void tell_body(struct teller *teller, struct cursor in, const struct mq_message *mq, bool little, bool ebcdic)
{
	if (is_call(mq->type) && in.captured >= API_HEADER) {
		tell_call(teller, in, mq, little, ebcdic);
	} else if (mq->type == INITIAL && is_structure(in, "ID  ")) {
		tell_initial(teller, in);
	} else if (mq->type == USERID && is_structure(in, "UID ")) {
		tell_user(teller, in);
	} else if (mq->type == STATUS && in.captured >= 8) {
		tell_be32(teller, &fields[STATUS_LENGTH], &in);
		tell_32(teller, STATUS_CODE, &in, little);
	}
}

static void tell_mq(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct mq_message *mq = facts;
	(void)packet;
	if (in.captured < HEADER)
		return;
	bool ebcdic = *in.next >= 0x80;
	tell_name(teller, STRUCTURE, &in, 4, ebcdic);
	tell_be32(teller, &fields[LENGTH], &in);
	if (mq->multiplexed) {
		tell_be32(teller, &fields[CONVERSATION], &in);
		tell_be32(teller, &fields[REQUEST_ID], &in);
	}
	bool little = tell_u8(teller, &fields[BYTE_ORDER], &in) == LITTLE;
	tell_u8(teller, &fields[TYPE], &in);
	const uint8_t *at = in.next;
	uint8_t flags = cursor_u8(&in);
	if (!cursor_ok(&in))
		return;
	tell_open(teller, &fields[FLAGS], at, 1, flags, NULL);
	for (int i = CONFIRM; i <= DEAD_LETTER; i++)
		tell_number(teller, &fields[i], at, 1, (flags & fields[i].mask) != 0);
	tell_close(teller);
	tell_u8(teller, &fields[FLAGS2], &in);
	tell_bytes(teller, &fields[UNIT_OF_WORK], &in, 8);
	tell_32(teller, ENCODING, &in, little);
	tell_16(teller, CCSID, &in, little);
	tell_be16(teller, &fields[RESERVED], &in);
	if (cursor_ok(&in))
		tell_body(teller, in, mq, little, ebcdic);
}

static const struct streaming streaming = {
	.state_size = sizeof(struct mq_state),
	.anywhere = true,
	.probe = probe_mq,
	.frame = frame_mq,
	.lost = lose_mq,
};

const struct decoder mq_decoder = {
	.name = "mq",
	.protocol = "MQ",
	.title = "IBM MQ",
	.bindings = { { BY_TCP_PORT, PORT } },
	.facts_size = sizeof(struct mq_message),
	.decode = decode_mq,
	.stream = &streaming,
	.words = say_mq,
	.exchange = mark_mq,
	.fields = fields,
	.tell = tell_mq,
};
