/* The fields of SCTP and of its chunks, RFC 9260. */
#include "decode/tells.h"

enum {
	SOURCE_PORT, DESTINATION_PORT, VERIFICATION_TAG, CHECKSUM, CHUNK, CHUNK_TYPE, CHUNK_FLAGS, CHUNK_LENGTH,
	INIT_TAG, INIT_CREDIT, INIT_OUT, INIT_IN, INIT_TSN, ACK_TAG, ACK_CREDIT, ACK_OUT, ACK_IN, ACK_TSN,
	DATA_END, DATA_BEGIN, DATA_UNORDERED, DATA_IMMEDIATE, DATA_TSN, DATA_STREAM, DATA_SEQUENCE,
	DATA_PROTOCOL, DATA_PAYLOAD, SACK_TSN, SACK_CREDIT, SACK_GAPS, SACK_DUPLICATES, GAP_START, GAP_END,
	DUPLICATE_TSN, SHUTDOWN_TSN, ABORT_T, COMPLETE_T, COOKIE, PARAMETER_TYPE, PARAMETER_LENGTH,
	PARAMETER_IPV4, PARAMETER_IPV6, PARAMETER_VALUE, CAUSE_CODE, CAUSE_LENGTH, FIELDS_END,
};
enum {
	DATA = 0, INIT = 1, INIT_ACK = 2, SACK = 3, HEARTBEAT = 4, HEARTBEAT_ACK = 5, ABORT = 6, SHUTDOWN = 7,
	SHUTDOWN_ACK = 8, ERROR = 9, COOKIE_ECHO = 10, COOKIE_ACK = 11, SHUTDOWN_COMPLETE = 14,
};
enum { PARAMETER_IS_IPV4 = 5, PARAMETER_IS_IPV6 = 6 };
#define CHUNK_HEADER 4

static const struct field_name chunk_types[] = { { DATA, "DATA" }, { INIT, "INIT" }, { INIT_ACK, "INIT_ACK" },
	{ SACK, "SACK" }, { HEARTBEAT, "HEARTBEAT" }, { HEARTBEAT_ACK, "HEARTBEAT_ACK" }, { ABORT, "ABORT" },
	{ SHUTDOWN, "SHUTDOWN" }, { SHUTDOWN_ACK, "SHUTDOWN_ACK" }, { ERROR, "ERROR" },
	{ COOKIE_ECHO, "COOKIE_ECHO" }, { COOKIE_ACK, "COOKIE_ACK" }, { 12, "ECNE" }, { 13, "CWR" },
	{ SHUTDOWN_COMPLETE, "SHUTDOWN_COMPLETE" }, { 15, "AUTH" }, { 64, "I_DATA" }, { 128, "ASCONF_ACK" },
	{ 130, "RE_CONFIG" }, { 132, "PAD" }, { 192, "FORWARD_TSN" }, { 193, "ASCONF" },
	{ 194, "I_FORWARD_TSN" }, { 0 } };
static const struct field_name causes[] = { { 1, "Invalid stream identifier" },
	{ 2, "Missing mandatory parameter" }, { 3, "Stale cookie error" }, { 4, "Out of resource" },
	{ 5, "Unresolvable address" }, { 6, "Unrecognized chunk type" }, { 7, "Invalid mandatory parameter" },
	{ 8, "Unrecognized parameters" }, { 9, "No user data" }, { 10, "Cookie received while shutting down" },
	{ 11, "Restart of an association with new addresses" }, { 12, "User initiated ABORT" },
	{ 13, "Protocol violation" }, { 0 } };

static bool get_source_port(const struct packet *packet, struct field_value *to)
{
	if (packet->sctp)
		to->number = packet->sctp->source_port;
	return packet->sctp;
}

static bool get_destination_port(const struct packet *packet, struct field_value *to)
{
	if (packet->sctp)
		to->number = packet->sctp->destination_port;
	return packet->sctp;
}

const struct field sctp_fields[] = {
	[SOURCE_PORT] = { "sctp.srcport", "Source port", FIELD_UINT, .also = "sctp.port", .get = get_source_port },
	[DESTINATION_PORT] = { "sctp.dstport", "Destination port", FIELD_UINT, .also = "sctp.port",
		.get = get_destination_port },
	[VERIFICATION_TAG] = { "sctp.verification_tag", "Verification tag", FIELD_UINT, FORM_HEX, 4 },
	[CHECKSUM] = { "sctp.checksum", "Checksum", FIELD_UINT, FORM_HEX, 4 },
	[CHUNK] = { "sctp.chunk", "Chunk", FIELD_GROUP },
	[CHUNK_TYPE] = { "sctp.chunk_type", "Chunk type", FIELD_UINT, .names = chunk_types },
	[CHUNK_FLAGS] = { "sctp.chunk_flags", "Chunk flags", FIELD_UINT, FORM_HEX, 1 },
	[CHUNK_LENGTH] = { "sctp.chunk_length", "Chunk length", FIELD_UINT },
	[INIT_TAG] = { "sctp.init_initiate_tag", "Initiate tag", FIELD_UINT, FORM_HEX, 4,
		.also = "sctp.initiate_tag" },
	[INIT_CREDIT] = { "sctp.init_credit", "Advertised receiver window credit (a_rwnd)", FIELD_UINT },
	[INIT_OUT] = { "sctp.init_nr_out_streams", "Number of outbound streams", FIELD_UINT },
	[INIT_IN] = { "sctp.init_nr_in_streams", "Number of inbound streams", FIELD_UINT },
	[INIT_TSN] = { "sctp.init_initial_tsn", "Initial TSN", FIELD_UINT },
	[ACK_TAG] = { "sctp.initack_initiate_tag", "Initiate tag", FIELD_UINT, FORM_HEX, 4,
		.also = "sctp.initiate_tag" },
	[ACK_CREDIT] = { "sctp.initack_credit", "Advertised receiver window credit (a_rwnd)", FIELD_UINT },
	[ACK_OUT] = { "sctp.initack_nr_out_streams", "Number of outbound streams", FIELD_UINT },
	[ACK_IN] = { "sctp.initack_nr_in_streams", "Number of inbound streams", FIELD_UINT },
	[ACK_TSN] = { "sctp.initack_initial_tsn", "Initial TSN", FIELD_UINT },
	[DATA_END] = { "sctp.data_e_bit", "E-Bit", FIELD_FLAG, .mask = 1 },
	[DATA_BEGIN] = { "sctp.data_b_bit", "B-Bit", FIELD_FLAG, .mask = 2 },
	[DATA_UNORDERED] = { "sctp.data_u_bit", "U-Bit", FIELD_FLAG, .mask = 4 },
	[DATA_IMMEDIATE] = { "sctp.data_i_bit", "I-Bit", FIELD_FLAG, .mask = 8 },
	[DATA_TSN] = { "sctp.data_tsn_raw", "Transmission sequence number (absolute)", FIELD_UINT },
	[DATA_STREAM] = { "sctp.data_sid", "Stream identifier", FIELD_UINT, FORM_HEX, 2 },
	[DATA_SEQUENCE] = { "sctp.data_ssn", "Stream sequence number", FIELD_UINT },
	[DATA_PROTOCOL] = { "sctp.data_payload_proto_id", "Payload protocol identifier", FIELD_UINT },
	[DATA_PAYLOAD] = { "sctp.data", "Data", FIELD_BYTES },
	[SACK_TSN] = { "sctp.sack_cumulative_tsn_ack_raw", "Cumulative TSN ACK (absolute)", FIELD_UINT },
	[SACK_CREDIT] = { "sctp.sack_a_rwnd", "Advertised receiver window credit (a_rwnd)", FIELD_UINT },
	[SACK_GAPS] = { "sctp.sack_number_of_gap_blocks", "Number of gap acknowledgement blocks", FIELD_UINT },
	[SACK_DUPLICATES] = { "sctp.sack_number_of_duplicated_tsns", "Number of duplicated TSNs", FIELD_UINT },
	[GAP_START] = { "sctp.sack_gap_block_start", "Start", FIELD_UINT },
	[GAP_END] = { "sctp.sack_gap_block_end", "End", FIELD_UINT },
	[DUPLICATE_TSN] = { "sctp.sack_duplicate_tsn", "Duplicate TSN", FIELD_UINT },
	[SHUTDOWN_TSN] = { "sctp.shutdown_cumulative_tsn_ack", "Cumulative TSN Ack", FIELD_UINT },
	[ABORT_T] = { "sctp.abort_t_bit", "T-Bit", FIELD_FLAG, .mask = 1 },
	[COMPLETE_T] = { "sctp.shutdown_complete_t_bit", "T-Bit", FIELD_FLAG, .mask = 1 },
	[COOKIE] = { "sctp.cookie", "Cookie", FIELD_BYTES },
	[PARAMETER_TYPE] = { "sctp.parameter_type", "Parameter type", FIELD_UINT, FORM_HEX, 2 },
	[PARAMETER_LENGTH] = { "sctp.parameter_length", "Parameter length", FIELD_UINT },
	[PARAMETER_IPV4] = { "sctp.parameter_ipv4_address", "IP Version 4 address", FIELD_IPV4 },
	[PARAMETER_IPV6] = { "sctp.parameter_ipv6_address", "IP Version 6 address", FIELD_IPV6 },
	[PARAMETER_VALUE] = { "sctp.parameter_value", "Parameter value", FIELD_BYTES },
	[CAUSE_CODE] = { "sctp.cause_code", "Cause code", FIELD_UINT, FORM_HEX, 2, .names = causes },
	[CAUSE_LENGTH] = { "sctp.cause_length", "Cause length", FIELD_UINT },
	[FIELDS_END] = { 0 },
};

static const struct field *field(int index)
{
	return &sctp_fields[index];
}

static void skip_padding(struct cursor *in, size_t length)
{
	size_t padding = -length & 3;
	cursor_skip(in, padding < in->declared ? padding : in->declared);
}

/* The value of the next parameter or cause, without its header. */
static struct cursor tell_tlv(struct teller *teller, struct cursor *in, int type_field, uint16_t *type)
{
	*type = tell_be16(teller, field(type_field), in);
	size_t length = tell_be16(teller, field(type_field + 1), in);
	if (cursor_ok(in) && length < 4)
		cursor_reject(in, "an SCTP parameter is shorter than its header");
	struct cursor value = cursor_split(in, length - 4);
	if (cursor_ok(&value))
		skip_padding(in, length);
	return value;
}

static void tell_parameters(struct teller *teller, struct cursor *in)
{
	while (in->declared >= 4 && cursor_ok(in)) {
		uint16_t type;
		struct cursor value = tell_tlv(teller, in, PARAMETER_TYPE, &type);
		if (!cursor_ok(&value))
			return;
		if (type == PARAMETER_IS_IPV4)
			tell_ipv4(teller, field(PARAMETER_IPV4), &value);
		else if (type == PARAMETER_IS_IPV6)
			tell_ipv6(teller, field(PARAMETER_IPV6), &value);
		else if (value.declared)
			tell_bytes(teller, field(PARAMETER_VALUE), &value, value.declared);
	}
}

static void tell_causes(struct teller *teller, struct cursor *in)
{
	while (in->declared >= 4 && cursor_ok(in)) {
		uint16_t code;
		(void)tell_tlv(teller, in, CAUSE_CODE, &code);
	}
}

static void tell_init(struct teller *teller, struct cursor *in, int first)
{
	tell_be32(teller, field(first), in);
	tell_be32(teller, field(first + 1), in);
	tell_be16(teller, field(first + 2), in);
	tell_be16(teller, field(first + 3), in);
	tell_be32(teller, field(first + 4), in);
	tell_parameters(teller, in);
}

static void tell_data(struct teller *teller, struct cursor *in, const uint8_t *flags_at, uint8_t flags)
{
	for (int i = DATA_END; i <= DATA_IMMEDIATE; i++)
		tell_number(teller, field(i), flags_at, 1, (flags & field(i)->mask) != 0);
	tell_be32(teller, field(DATA_TSN), in);
	tell_be16(teller, field(DATA_STREAM), in);
	tell_be16(teller, field(DATA_SEQUENCE), in);
	tell_be32(teller, field(DATA_PROTOCOL), in);
	if (cursor_more(in))
		tell_bytes(teller, field(DATA_PAYLOAD), in, in->declared);
}

static void tell_sack(struct teller *teller, struct cursor *in)
{
	tell_be32(teller, field(SACK_TSN), in);
	tell_be32(teller, field(SACK_CREDIT), in);
	unsigned gaps = tell_be16(teller, field(SACK_GAPS), in);
	unsigned duplicates = tell_be16(teller, field(SACK_DUPLICATES), in);
	for (unsigned i = 0; i < gaps && cursor_more(in); i++) {
		tell_be16(teller, field(GAP_START), in);
		tell_be16(teller, field(GAP_END), in);
	}
	for (unsigned i = 0; i < duplicates && cursor_more(in); i++)
		tell_be32(teller, field(DUPLICATE_TSN), in);
}

static void tell_chunk_body(struct teller *teller, struct cursor *in, uint8_t type, const uint8_t *flags_at,
			    uint8_t flags)
{
	switch (type) {
	case DATA:
		tell_data(teller, in, flags_at, flags);
		break;
	case INIT:
		tell_init(teller, in, INIT_TAG);
		break;
	case INIT_ACK:
		tell_init(teller, in, ACK_TAG);
		break;
	case SACK:
		tell_sack(teller, in);
		break;
	case HEARTBEAT:
	case HEARTBEAT_ACK:
		tell_parameters(teller, in);
		break;
	case ABORT:
		tell_number(teller, field(ABORT_T), flags_at, 1, flags & 1);
		tell_causes(teller, in);
		break;
	case ERROR:
		tell_causes(teller, in);
		break;
	case SHUTDOWN:
		tell_be32(teller, field(SHUTDOWN_TSN), in);
		break;
	case SHUTDOWN_COMPLETE:
		tell_number(teller, field(COMPLETE_T), flags_at, 1, flags & 1);
		break;
	case COOKIE_ECHO:
		tell_bytes(teller, field(COOKIE), in, in->declared);
		break;
	default:
		break;
	}
}

static void tell_chunk(struct teller *teller, struct cursor *in)
{
	const uint8_t *at = in->next;
	struct cursor head = *in, whole = *in;
	uint8_t type = cursor_u8(&head), flags = cursor_u8(&head);
	size_t length = cursor_be16(&head);
	if (!cursor_ok(&head) || length < CHUNK_HEADER) {
		cursor_reject(in, "an SCTP chunk is shorter than its header");
		return;
	}
	struct cursor chunk = cursor_split(in, length < whole.declared ? length : whole.declared);
	const char *name = field_words(chunk_types, type);
	tell_open(teller, field(CHUNK), at, chunk.captured, 0, "%s", name ? name : "Unknown");
	tell_u8(teller, field(CHUNK_TYPE), &chunk);
	tell_u8(teller, field(CHUNK_FLAGS), &chunk);
	tell_be16(teller, field(CHUNK_LENGTH), &chunk);
	tell_chunk_body(teller, &chunk, type, at + 1, flags);
	tell_close(teller);
	skip_padding(in, length);
}

void sctp_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	tell_be16(teller, field(SOURCE_PORT), &in);
	tell_be16(teller, field(DESTINATION_PORT), &in);
	tell_be32(teller, field(VERIFICATION_TAG), &in);
	tell_be32(teller, field(CHECKSUM), &in);
	while (cursor_more(&in))
		tell_chunk(teller, &in);
}
