/* The fields of TCP that the segment itself tells, with its options in words. Those that need the session
 * (relative numbers, scaled windows, Wireshark's analysis) are in field/tcp.c. */
#include <stdio.h>

#include "decode/tells.h"

enum {
	SOURCE_PORT, DESTINATION_PORT, SEQUENCE, ACKNOWLEDGMENT, HEADER_LENGTH, FLAGS, FLAG_RESERVED,
	FLAG_AE, FLAG_CWR, FLAG_ECE, FLAG_URG, FLAG_ACK, FLAG_PUSH, FLAG_RESET, FLAG_SYN, FLAG_FIN,
	FLAGS_TEXT, WINDOW, CHECKSUM, CHECKSUM_CALCULATED, CHECKSUM_STATUS, URGENT_POINTER, LENGTH,
	PAYLOAD,
	OPTIONS, OPTION_KIND, OPTION_LENGTH, OPTION_END, OPTION_NOP, OPTION_MSS, MSS_VALUE, OPTION_SCALE,
	SCALE_SHIFT, SCALE_MULTIPLIER, OPTION_SACK_PERMITTED, OPTION_SACK, SACK_COUNT, OPTION_TIMESTAMPS,
	TIMESTAMP_VALUE, TIMESTAMP_ECHO, OPTION_MD5, MD5_DIGEST, OPTION_USER_TIMEOUT, TIMEOUT_GRANULARITY,
	TIMEOUT_VALUE, OPTION_AO, AO_KEY, AO_NEXT_KEY, AO_MAC, OPTION_MPTCP, MPTCP_SUBTYPE,
	OPTION_FAST_OPEN, FAST_OPEN_REQUEST, FAST_OPEN_COOKIE, OPTION_EXPERIMENT, EXPERIMENT_ID,
	EXPERIMENT_DATA, OPTION_OTHER, OTHER_PAYLOAD, FIELDS_END,
};

/* https://www.iana.org/assignments/tcp-parameters */
enum {
	KIND_END = 0, KIND_NOP = 1, KIND_MSS = 2, KIND_SCALE = 3, KIND_SACK_PERMITTED = 4, KIND_SACK = 5,
	KIND_TIMESTAMPS = 8, KIND_MD5 = 19, KIND_USER_TIMEOUT = 28, KIND_AO = 29, KIND_MPTCP = 30,
	KIND_FAST_OPEN = 34, KIND_EXPERIMENT_1 = 253, KIND_EXPERIMENT_2 = 254,
};

static const struct field_name kinds[] = {
	{ KIND_END, "End of Option List" }, { KIND_NOP, "No-Operation" }, { KIND_MSS, "Maximum Segment Size" },
	{ KIND_SCALE, "Window Scale" }, { KIND_SACK_PERMITTED, "SACK Permitted" }, { KIND_SACK, "SACK" },
	{ 6, "Echo" }, { 7, "Echo Reply" }, { KIND_TIMESTAMPS, "Time Stamp Option" },
	{ 9, "Partial Order Connection Permitted" }, { 10, "Partial Order Service Profile" },
	{ 11, "CC" }, { 12, "CC.NEW" }, { 13, "CC.ECHO" }, { 14, "TCP Alternate Checksum Request" },
	{ 15, "TCP Alternate Checksum Data" }, { 18, "Trailer Checksum Option" },
	{ KIND_MD5, "MD5 Signature Option" }, { 20, "SCPS Capabilities" },
	{ 21, "Selective Negative Acknowledgements" }, { 22, "Record Boundaries" },
	{ 23, "Corruption experienced" }, { 27, "Quick-Start Response" },
	{ KIND_USER_TIMEOUT, "User Timeout Option" }, { KIND_AO, "The TCP Authentication Option" },
	{ KIND_MPTCP, "Multipath TCP" }, { KIND_FAST_OPEN, "TCP Fast Open Cookie" },
	{ 69, "Encryption Negotiation" }, { 76, "Riverbed Probe" }, { 78, "Riverbed Transparency" },
	{ 172, "Accurate ECN Order 0" }, { 174, "Accurate ECN Order 1" },
	{ KIND_EXPERIMENT_1, "RFC3692-style Experiment 1" },
	{ KIND_EXPERIMENT_2, "RFC3692-style Experiment 2" }, { 0 },
};

/* RFC 8684, 3 */
static const struct field_name multipath_subtypes[] = {
	{ 0, "Multipath Capable" }, { 1, "Join Connection" }, { 2, "Data Sequence Signal" },
	{ 3, "Add Address" }, { 4, "Remove Address" }, { 5, "Change Subflow Priority" },
	{ 6, "TCP Fallback" }, { 7, "Fast Close" }, { 8, "TCP Reset" }, { 0 },
};

static bool get_source_port(const struct packet *packet, struct field_value *to)
{
	if (packet->tcp)
		to->number = packet->tcp->source_port;
	return packet->tcp;
}

static bool get_destination_port(const struct packet *packet, struct field_value *to)
{
	if (packet->tcp)
		to->number = packet->tcp->destination_port;
	return packet->tcp;
}

static bool get_sequence(const struct packet *packet, struct field_value *to)
{
	if (packet->tcp)
		to->number = packet->tcp->sequence_number;
	return packet->tcp;
}

static bool get_acknowledgment(const struct packet *packet, struct field_value *to)
{
	if (packet->tcp)
		to->number = packet->tcp->acknowledgment_number;
	return packet->tcp;
}

static bool get_window(const struct packet *packet, struct field_value *to)
{
	if (packet->tcp)
		to->number = packet->tcp->window;
	return packet->tcp;
}

static bool get_length(const struct packet *packet, struct field_value *to)
{
	if (packet->tcp)
		to->number = packet->tcp->payload_length;
	return packet->tcp;
}

static bool get_flags(const struct packet *packet, struct field_value *to)
{
	if (packet->tcp)
		to->number = packet->tcp->flags;
	return packet->tcp;
}

#define GET_FLAG(name, bit) \
	static bool get_##name(const struct packet *packet, struct field_value *to) \
	{ \
		if (packet->tcp) \
			to->number = tcp_has(packet->tcp, bit); \
		return packet->tcp; \
	}
GET_FLAG(ae, TCP_AE)
GET_FLAG(cwr, TCP_CWR)
GET_FLAG(ece, TCP_ECE)
GET_FLAG(urg, TCP_URG)
GET_FLAG(ack, TCP_ACK)
GET_FLAG(push, TCP_PSH)
GET_FLAG(reset, TCP_RST)
GET_FLAG(syn, TCP_SYN)
GET_FLAG(fin, TCP_FIN)

#define FLAG(name, title, bit, getter) \
	{ name, title, FIELD_FLAG, .mask = bit, .names = field_set, .get = getter }

const struct field tcp_fields[] = {
	[SOURCE_PORT] = { "tcp.srcport", "Source Port", FIELD_UINT, .also = "tcp.port", .get = get_source_port },
	[DESTINATION_PORT] = { "tcp.dstport", "Destination Port", FIELD_UINT, .also = "tcp.port",
		.get = get_destination_port },
	[SEQUENCE] = { "tcp.seq_raw", "Sequence Number (raw)", FIELD_UINT, .get = get_sequence,
		.description = "As sent; tcp.seq counts from the session's start" },
	[ACKNOWLEDGMENT] = { "tcp.ack_raw", "Acknowledgment number (raw)", FIELD_UINT,
		.get = get_acknowledgment, .description = "As sent; tcp.ack counts from the session's start" },
	[HEADER_LENGTH] = { "tcp.hdr_len", "Header Length", FIELD_UINT, .unit = "bytes" },
	[FLAGS] = { "tcp.flags", "Flags", FIELD_UINT, FORM_HEX, 2, .get = get_flags },
	[FLAG_RESERVED] = { "tcp.flags.res", "Reserved", FIELD_FLAG, .mask = 0xe00, .names = field_set },
	[FLAG_AE] = FLAG("tcp.flags.ae", "Accurate ECN", TCP_AE, get_ae),
	[FLAG_CWR] = FLAG("tcp.flags.cwr", "Congestion Window Reduced", TCP_CWR, get_cwr),
	[FLAG_ECE] = FLAG("tcp.flags.ece", "ECN-Echo", TCP_ECE, get_ece),
	[FLAG_URG] = FLAG("tcp.flags.urg", "Urgent", TCP_URG, get_urg),
	[FLAG_ACK] = FLAG("tcp.flags.ack", "Acknowledgment", TCP_ACK, get_ack),
	[FLAG_PUSH] = FLAG("tcp.flags.push", "Push", TCP_PSH, get_push),
	[FLAG_RESET] = FLAG("tcp.flags.reset", "Reset", TCP_RST, get_reset),
	[FLAG_SYN] = FLAG("tcp.flags.syn", "Syn", TCP_SYN, get_syn),
	[FLAG_FIN] = FLAG("tcp.flags.fin", "Fin", TCP_FIN, get_fin),
	[FLAGS_TEXT] = { "tcp.flags.str", "TCP Flags", FIELD_TEXT },
	[WINDOW] = { "tcp.window_size_value", "Window", FIELD_UINT, .get = get_window,
		.description = "As sent; tcp.window_size is scaled" },
	[CHECKSUM] = { "tcp.checksum", "Checksum", FIELD_UINT, FORM_HEX, 2 },
	[CHECKSUM_CALCULATED] = { "tcp.checksum_calculated", "Calculated Checksum", FIELD_UINT, FORM_HEX, 2,
		.description = "What the checksum should be" },
	[CHECKSUM_STATUS] = { "tcp.checksum.status", "Checksum Status", FIELD_UINT, .names = field_checksum },
	[URGENT_POINTER] = { "tcp.urgent_pointer", "Urgent Pointer", FIELD_UINT },
	[LENGTH] = { "tcp.len", "TCP Segment Len", FIELD_UINT, .unit = "bytes", .get = get_length,
		.description = "Bytes of data, whatever was captured of them" },
	[PAYLOAD] = { "tcp.payload", "TCP payload", FIELD_BYTES },
	[OPTIONS] = { "tcp.options", "Options", FIELD_BYTES },
	[OPTION_KIND] = { "tcp.option_kind", "Kind", FIELD_UINT, .names = kinds },
	[OPTION_LENGTH] = { "tcp.option_len", "Length", FIELD_UINT },
	[OPTION_END] = { "tcp.options.eol", "End of Option List (EOL)", FIELD_BYTES },
	[OPTION_NOP] = { "tcp.options.nop", "NOP", FIELD_BYTES },
	[OPTION_MSS] = { "tcp.options.mss", "Maximum segment size", FIELD_BYTES },
	[MSS_VALUE] = { "tcp.options.mss_val", "MSS Value", FIELD_UINT, .unit = "bytes" },
	[OPTION_SCALE] = { "tcp.options.wscale", "Window scale", FIELD_BYTES },
	[SCALE_SHIFT] = { "tcp.options.wscale.shift", "Shift count", FIELD_UINT },
	[SCALE_MULTIPLIER] = { "tcp.options.wscale.multiplier", "Multiplier", FIELD_UINT },
	[OPTION_SACK_PERMITTED] = { "tcp.options.sack_perm", "SACK permitted", FIELD_BYTES },
	[OPTION_SACK] = { "tcp.options.sack", "SACK", FIELD_BYTES },
	[SACK_COUNT] = { "tcp.options.sack.count", "TCP SACK Count", FIELD_UINT },
	[OPTION_TIMESTAMPS] = { "tcp.options.timestamp", "Timestamps", FIELD_BYTES },
	[TIMESTAMP_VALUE] = { "tcp.options.timestamp.tsval", "Timestamp value", FIELD_UINT },
	[TIMESTAMP_ECHO] = { "tcp.options.timestamp.tsecr", "Timestamp echo reply", FIELD_UINT },
	[OPTION_MD5] = { "tcp.options.md5", "TCP MD5 signature", FIELD_BYTES },
	[MD5_DIGEST] = { "tcp.options.md5.digest", "MD5 digest", FIELD_BYTES },
	[OPTION_USER_TIMEOUT] = { "tcp.options.user_to", "User Timeout", FIELD_BYTES },
	[TIMEOUT_GRANULARITY] = { "tcp.options.user_to_granularity", "Granularity", FIELD_FLAG,
		.mask = 0x8000 },
	[TIMEOUT_VALUE] = { "tcp.options.user_to_val", "User Timeout", FIELD_UINT, .mask = 0x7fff },
	[OPTION_AO] = { "tcp.options.ao", "TCP Authentication Option", FIELD_BYTES },
	[AO_KEY] = { "tcp.options.ao.keyid", "AO KeyID", FIELD_UINT },
	[AO_NEXT_KEY] = { "tcp.options.ao.rnextkeyid", "AO RNextKeyID", FIELD_UINT },
	[AO_MAC] = { "tcp.options.ao.mac", "AO MAC", FIELD_BYTES },
	[OPTION_MPTCP] = { "tcp.options.mptcp", "Multipath TCP", FIELD_BYTES },
	[MPTCP_SUBTYPE] = { "tcp.options.mptcp.subtype", "Multipath TCP subtype", FIELD_UINT, .mask = 0xf0,
		.names = multipath_subtypes },
	[OPTION_FAST_OPEN] = { "tcp.options.tfo", "Fast Open", FIELD_BYTES },
	[FAST_OPEN_REQUEST] = { "tcp.options.tfo.request", "Fast Open Cookie Request", FIELD_GROUP },
	[FAST_OPEN_COOKIE] = { "tcp.options.tfo.cookie", "Fast Open Cookie", FIELD_BYTES },
	[OPTION_EXPERIMENT] = { "tcp.options.experimental", "TCP Experimental Option", FIELD_BYTES },
	[EXPERIMENT_ID] = { "tcp.options.experimental.exid", "Experiment Identifier", FIELD_UINT, FORM_HEX, 2 },
	[EXPERIMENT_DATA] = { "tcp.options.experimental.data", "Data", FIELD_BYTES },
	[OPTION_OTHER] = { "tcp.options.unknown", "Unknown", FIELD_BYTES },
	[OTHER_PAYLOAD] = { "tcp.options.unknown.payload", "Payload", FIELD_BYTES },
	[FIELDS_END] = { 0 },
};

static const struct field *field(int index)
{
	return &tcp_fields[index];
}

/* Eleven letters with dots between them, as Wireshark draws them, and in words: "SYN, ACK". */
static void tell_flags(struct teller *teller, const uint8_t *at, uint16_t flags)
{
	static const struct { uint16_t bit; char letter; const char *name; } all[] = {
		{ 0x800, 'R', "Reserved" }, { 0x400, 'R', "Reserved" }, { 0x200, 'R', "Reserved" },
		{ TCP_AE, 'E', "AE" }, { TCP_CWR, 'C', "CWR" }, { TCP_ECE, 'E', "ECE" }, { TCP_URG, 'U', "URG" },
		{ TCP_ACK, 'A', "ACK" }, { TCP_PSH, 'P', "PSH" }, { TCP_RST, 'R', "RST" }, { TCP_SYN, 'S', "SYN" },
		{ TCP_FIN, 'F', "FIN" },
	};
	enum { ALL = sizeof all / sizeof all[0] };
	char drawn[2 * ALL + 1] = "", words[64] = "";
	size_t drawn_length = 0, length = 0;
	for (int i = ALL - 1; i >= 0; i--) {
		if (flags & all[i].bit && length < sizeof words - 12)
			length += (size_t)snprintf(words + length, sizeof words - length, "%s%s", length ? ", " : "",
						   all[i].name);
	}
	for (int i = 0; i < ALL; i++) {
		if (flags & all[i].bit) {
			drawn[drawn_length++] = all[i].letter;
		} else {         /* U+00B7, a dot in the middle */
			drawn[drawn_length++] = (char)0xc2;
			drawn[drawn_length++] = (char)0xb7;
		}
	}
	tell_open(teller, field(FLAGS), at, 2, flags, "0x%03x (%s)", flags, length ? words : "none");
	for (int i = FLAG_RESERVED; i <= FLAG_FIN; i++)
		tell_number(teller, field(i), at, 2, (flags & field(i)->mask) != 0);
	tell_text(teller, field(FLAGS_TEXT), NULL, 0, drawn, drawn_length);
	tell_close(teller);
}

static void tell_kind(struct teller *teller, const struct tlv *option)
{
	tell_number(teller, field(OPTION_KIND), option->at, 1, option->kind);
	if (option->kind > KIND_NOP)
		tell_number(teller, field(OPTION_LENGTH), option->at + 1, 1, (int64_t)option->length);
}

static void open_option(struct teller *teller, int index, const struct tlv *option)
{
	tell_open(teller, field(index), option->at, option->held, 0, NULL);
	tell_kind(teller, option);
}

static void tell_scale(struct teller *teller, struct tlv *option)
{
	struct cursor look = option->value;
	unsigned shift = cursor_u8(&look), used = shift > 14 ? 14 : shift;    /* RFC 7323, 2.3 */
	tell_open(teller, field(OPTION_SCALE), option->at, option->held, 0, "%u (multiply by %u)", shift,
		  1u << used);
	tell_kind(teller, option);
	tell_u8(teller, field(SCALE_SHIFT), &option->value);
	tell_number(teller, field(SCALE_MULTIPLIER), NULL, 0, 1 << used);
	tell_close(teller);
}

static void tell_sack(struct teller *teller, struct tlv *option)
{
	char words[128] = "";
	size_t length = 0;
	unsigned count = 0;
	while (cursor_more(&option->value) && length < sizeof words - 24) {
		uint32_t left = cursor_be32(&option->value), right = cursor_be32(&option->value);
		if (!cursor_ok(&option->value))
			break;
		length += (size_t)snprintf(words + length, sizeof words - length, "%s%u-%u", count ? " " : "", left,
					   right);
		count++;
	}
	tell_open(teller, field(OPTION_SACK), option->at, option->held, 0, "%s", words);
	tell_kind(teller, option);
	tell_number(teller, field(SACK_COUNT), NULL, 0, count);
	tell_close(teller);
}

static void tell_timestamps(struct teller *teller, struct tlv *option)
{
	struct cursor look = option->value;
	uint32_t value = cursor_be32(&look), echo = cursor_be32(&look);
	tell_open(teller, field(OPTION_TIMESTAMPS), option->at, option->held, 0, "TSval %u, TSecr %u", value,
		  echo);
	tell_kind(teller, option);
	tell_be32(teller, field(TIMESTAMP_VALUE), &option->value);
	tell_be32(teller, field(TIMESTAMP_ECHO), &option->value);
	tell_close(teller);
}

static void tell_user_timeout(struct teller *teller, struct tlv *option)
{
	const uint8_t *at = option->value.next;
	uint16_t value = cursor_be16(&option->value);
	tell_open(teller, field(OPTION_USER_TIMEOUT), option->at, option->held, 0, "%u %s", value & 0x7fff,
		  value & 0x8000 ? "minutes" : "seconds");
	tell_kind(teller, option);
	if (cursor_ok(&option->value)) {
		tell_number(teller, field(TIMEOUT_GRANULARITY), at, 2, value >> 15);
		tell_number(teller, field(TIMEOUT_VALUE), at, 2, value & 0x7fff);
	}
	tell_close(teller);
}

static void tell_ao(struct teller *teller, struct tlv *option)
{
	open_option(teller, OPTION_AO, option);
	tell_u8(teller, field(AO_KEY), &option->value);
	tell_u8(teller, field(AO_NEXT_KEY), &option->value);
	tell_bytes(teller, field(AO_MAC), &option->value, option->value.declared);
	tell_close(teller);
}

static void tell_multipath(struct teller *teller, struct tlv *option)
{
	const uint8_t *at = option->value.next;
	unsigned subtype = cursor_u8(&option->value) >> 4;
	const char *words = field_words(multipath_subtypes, subtype);
	tell_open(teller, field(OPTION_MPTCP), option->at, option->held, 0, "%s", words ? words : "Unknown");
	tell_kind(teller, option);
	if (cursor_ok(&option->value))
		tell_number(teller, field(MPTCP_SUBTYPE), at, 1, subtype);
	tell_close(teller);
}

/* RFC 7413, 4.1.1: without a cookie it asks for one. */
static void tell_fast_open(struct teller *teller, struct tlv *option)
{
	open_option(teller, OPTION_FAST_OPEN, option);
	if (option->value.declared)
		tell_bytes(teller, field(FAST_OPEN_COOKIE), &option->value, option->value.declared);
	else
		tell_open(teller, field(FAST_OPEN_REQUEST), option->at, option->held, 0, NULL), tell_close(teller);
	tell_close(teller);
}

static void tell_experiment(struct teller *teller, struct tlv *option)
{
	open_option(teller, OPTION_EXPERIMENT, option);
	tell_be16(teller, field(EXPERIMENT_ID), &option->value);
	if (option->value.declared)
		tell_bytes(teller, field(EXPERIMENT_DATA), &option->value, option->value.declared);
	tell_close(teller);
}

static void tell_plain(struct teller *teller, int index, struct tlv *option, int data)
{
	open_option(teller, index, option);
	if (data >= 0 && option->value.declared)
		tell_bytes(teller, field(data), &option->value, option->value.declared);
	tell_close(teller);
}

static void tell_mss(struct teller *teller, struct tlv *option)
{
	struct cursor look = option->value;
	unsigned size = cursor_be16(&look);
	tell_open(teller, field(OPTION_MSS), option->at, option->held, 0, "%u bytes", size);
	tell_kind(teller, option);
	tell_be16(teller, field(MSS_VALUE), &option->value);
	tell_close(teller);
}

static void tell_option(struct teller *teller, struct tlv *option)
{
	switch (option->kind) {
	case KIND_END:
		tell_plain(teller, OPTION_END, option, -1);
		break;
	case KIND_NOP:
		tell_plain(teller, OPTION_NOP, option, -1);
		break;
	case KIND_MSS:
		tell_mss(teller, option);
		break;
	case KIND_SCALE:
		tell_scale(teller, option);
		break;
	case KIND_SACK_PERMITTED:
		tell_plain(teller, OPTION_SACK_PERMITTED, option, -1);
		break;
	case KIND_SACK:
		tell_sack(teller, option);
		break;
	case KIND_TIMESTAMPS:
		tell_timestamps(teller, option);
		break;
	case KIND_MD5:
		tell_plain(teller, OPTION_MD5, option, MD5_DIGEST);
		break;
	case KIND_USER_TIMEOUT:
		tell_user_timeout(teller, option);
		break;
	case KIND_AO:
		tell_ao(teller, option);
		break;
	case KIND_MPTCP:
		tell_multipath(teller, option);
		break;
	case KIND_FAST_OPEN:
		tell_fast_open(teller, option);
		break;
	case KIND_EXPERIMENT_1:
	case KIND_EXPERIMENT_2:
		tell_experiment(teller, option);
		break;
	default:
		tell_plain(teller, OPTION_OTHER, option, OTHER_PAYLOAD);
		break;
	}
}

static void tell_options(struct teller *teller, struct cursor options)
{
	struct tlv option;
	if (!options.captured)
		return;
	tell_open(teller, field(OPTIONS), options.next, options.captured, 0, "%zu bytes", options.declared);
	/* Behind the end there is padding, which is zeros as the end is. */
	bool ended = false;
	while (tlv_next(&options, &option) && (!ended || option.kind == KIND_END)) {
		tell_option(teller, &option);
		ended |= option.kind == KIND_END;
	}
	tell_close(teller);
}

static void tell_port(struct teller *teller, const struct field *port_field, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint16_t port = cursor_be16(in);
	const char *service = service_name(6, port);
	if (!cursor_ok(in))
		return;
	if (service)
		tell_worded(teller, port_field, at, 2, port, "%u (%s)", port, service);
	else
		tell_number(teller, port_field, at, 2, port);
}

void tcp_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct tcp_header *tcp = facts;
	struct cursor segment = in;
	(void)packet;
	tell_port(teller, field(SOURCE_PORT), &in);
	tell_port(teller, field(DESTINATION_PORT), &in);
	tell_be32(teller, field(SEQUENCE), &in);
	tell_be32(teller, field(ACKNOWLEDGMENT), &in);
	const uint8_t *at = in.next;
	uint16_t flags = cursor_be16(&in);
	if (!cursor_ok(&in))
		return;
	size_t header_length = (size_t)(flags >> 12) * 4;
	tell_number(teller, field(HEADER_LENGTH), at, 1, (int64_t)header_length);
	tell_flags(teller, at, flags & 0xfff);
	tell_be16(teller, field(WINDOW), &in);
	tell_checksum(teller, field(CHECKSUM), &in, tcp->checksum_state, tcp->checksum_expected);
	tell_be16(teller, field(URGENT_POINTER), &in);
	if (!cursor_ok(&in) || header_length < 20 || header_length > segment.declared)
		return;
	tell_options(teller, cursor_split(&in, header_length - 20));
	tell_number(teller, field(LENGTH), NULL, 0, (int64_t)(segment.declared - header_length));
	if (in.captured)
		tell_bytes(teller, field(PAYLOAD), &in, in.declared);
}
