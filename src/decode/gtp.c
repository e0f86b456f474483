/* Mobile networks: what carries the subscriber's packets, GTP-U (3GPP TS 29.281), and the headers of what sets its
 * tunnels up, GTPv1-C (TS 29.060) and GTPv2-C (TS 29.274). */
#include "decode/ip.h"
#include "decode/ppp.h"
#include "decode/tells.h"

enum { FLAG_IS_GTP = 0x10, FLAG_EXTENSION = 0x04, FLAG_SEQUENCE = 0x02, FLAG_NUMBER = 0x01, FLAGS_OPTIONAL = 0x07 };
enum { FLAG2_TEID = 0x08 };
#define USER_PACKET 255
#define EXTENSIONS_MOST 16       /* each is at least four bytes; no sender needs more than two */

struct gtp_message {
	uint8_t version, type;
	bool is_gtp;
	uint32_t tunnel;             /* TEID */
};

/* False at one that makes no sense. */
static bool skip_extensions(struct cursor *in, uint8_t next)
{
	for (unsigned i = 0; next && i < EXTENSIONS_MOST; i++) {
		uint8_t length = cursor_u8(in);
		if (!length)
			return false;
		cursor_skip(in, length * 4u - 2);
		next = cursor_u8(in);
	}
	return cursor_ok(in) && !next;
}

static struct next user_packet(struct cursor payload)
{
	struct cursor look = payload;
	uint8_t first = cursor_u8(&look);
	if (first >> 4 == 4 || first >> 4 == 6)
		return ip_by_version(payload);
	return first == 0xff ? next_decoder(&ppp_decoder, payload) : next_payload(payload);
}

static struct next decode_gtp(struct cursor *in, struct packet *packet, void *facts)
{
	struct gtp_message *gtp = facts;
	struct cursor whole = *in;
	uint8_t flags = cursor_u8(in);
	gtp->version = flags >> 5;
	gtp->type = cursor_u8(in);
	uint16_t length = cursor_be16(in);
	if (!cursor_ok(in) || (gtp->version == 1 ? !(flags & FLAG_IS_GTP) : gtp->version != 2))
		return next_payload(whole);          /* charging records, or something else on that port */
	gtp->is_gtp = true;
	if (gtp->version == 1)               /* the length counts from the TEID on in version 2, from behind it in 1 */
		gtp->tunnel = cursor_be32(in);
	struct cursor message = cursor_split(in, length < in->declared ? length : in->declared);
	if (gtp->version == 2 && flags & FLAG2_TEID)
		gtp->tunnel = cursor_be32(&message);
	if (gtp->version == 2 || gtp->type != USER_PACKET)
		return next_payload(cursor_rest(&message));
	uint8_t next = 0;
	if (flags & FLAGS_OPTIONAL) {
		cursor_skip(&message, 3);            /* sequence number, N-PDU number */
		next = cursor_u8(&message);
	}
	if (!(flags & FLAG_EXTENSION))
		next = 0;
	if (!skip_extensions(&message, next))
		return next_payload(cursor_rest(&message));
	/* Each direction has a TEID of its own. */
	tunnel_enter(packet, TUNNEL_GTP, 0);
	return user_packet(cursor_rest(&message));
}

static const struct field_name types_1[] = { { 1, "Echo request" }, { 2, "Echo response" },
	{ 3, "Version not supported" }, { 4, "Node alive request" }, { 5, "Node alive response" },
	{ 6, "Redirection request" }, { 7, "Redirection response" }, { 16, "Create PDP context request" },
	{ 17, "Create PDP context response" }, { 18, "Update PDP context request" },
	{ 19, "Update PDP context response" }, { 20, "Delete PDP context request" },
	{ 21, "Delete PDP context response" }, { 26, "Error indication" }, { 27, "PDU notification request" },
	{ 28, "PDU notification response" }, { 31, "Supported extension header notification" },
	{ 48, "Identification request" }, { 49, "Identification response" }, { 50, "SGSN context request" },
	{ 51, "SGSN context response" }, { 52, "SGSN context acknowledgement" },
	{ 53, "Forward relocation request" }, { 54, "Forward relocation response" },
	{ 55, "Forward relocation complete" }, { 254, "End Marker" }, { USER_PACKET, "T-PDU" }, { 0 } };

static const struct field_name types_2[] = { { 1, "Echo Request" }, { 2, "Echo Response" },
	{ 3, "Version Not Supported Indication" }, { 32, "Create Session Request" },
	{ 33, "Create Session Response" }, { 34, "Modify Bearer Request" }, { 35, "Modify Bearer Response" },
	{ 36, "Delete Session Request" }, { 37, "Delete Session Response" }, { 38, "Change Notification Request" },
	{ 39, "Change Notification Response" }, { 64, "Modify Bearer Command" },
	{ 66, "Delete Bearer Command" }, { 68, "Bearer Resource Command" }, { 95, "Create Bearer Request" },
	{ 96, "Create Bearer Response" }, { 97, "Update Bearer Request" }, { 98, "Update Bearer Response" },
	{ 99, "Delete Bearer Request" }, { 100, "Delete Bearer Response" }, { 128, "Identification Request" },
	{ 129, "Identification Response" }, { 130, "Context Request" }, { 131, "Context Response" },
	{ 132, "Context Acknowledge" }, { 133, "Forward Relocation Request" },
	{ 134, "Forward Relocation Response" }, { 170, "Release Access Bearers Request" },
	{ 171, "Release Access Bearers Response" }, { 176, "Downlink Data Notification" },
	{ 177, "Downlink Data Notification Acknowledgement" }, { 0 } };

static void say_gtp(struct text *to, const void *facts)
{
	const struct gtp_message *gtp = facts;
	if (!gtp->is_gtp || (gtp->version == 1 && gtp->type == USER_PACKET))        /* that speaks for itself */
		return;
	const char *words = field_words(gtp->version == 1 ? types_1 : types_2, gtp->type);
	text_addf(to, "gtp v%u : %s", gtp->version, words ? words : "unknown type");
	if (gtp->tunnel)
		text_addf(to, ", tunnel 0x%08x", gtp->tunnel);
}

enum { FLAGS, VERSION, PROTOCOL, RESERVED, EXTENSION_BIT, SEQUENCE_BIT, NUMBER_BIT, TYPE, LENGTH, TUNNEL, SEQUENCE,
	NUMBER, NEXT, FLAGS_2, VERSION_2, PIGGYBACK, TUNNEL_BIT, PRIORITY, TYPE_2, LENGTH_2, TUNNEL_2, SEQUENCE_2 };

static const struct field_name kinds[] = { { 0, "GTP'" }, { 1, "GTP" }, { 0 } };

static const struct field fields[] = {
	[FLAGS] = { "gtp.flags", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[VERSION] = { "gtp.flags.version", "Version", FIELD_UINT, .mask = 0xe0 },
	[PROTOCOL] = { "gtp.flags.payload", "Protocol type", FIELD_UINT, .mask = 0x10, .names = kinds },
	[RESERVED] = { "gtp.flags.reserved", "Reserved", FIELD_UINT, .mask = 0x08 },
	[EXTENSION_BIT] = { "gtp.flags.e", "Is Next Extension Header present?", FIELD_FLAG, .mask = 4,
		.names = field_yes },
	[SEQUENCE_BIT] = { "gtp.flags.s", "Is Sequence Number present?", FIELD_FLAG, .mask = 2, .names = field_yes },
	[NUMBER_BIT] = { "gtp.flags.pn", "Is N-PDU number present?", FIELD_FLAG, .mask = 1, .names = field_yes },
	[TYPE] = { "gtp.message", "Message Type", FIELD_UINT, FORM_HEX, 1, .names = types_1 },
	[LENGTH] = { "gtp.length", "Length", FIELD_UINT },
	[TUNNEL] = { "gtp.teid", "TEID", FIELD_UINT, FORM_HEX_DECIMAL, 4 },
	[SEQUENCE] = { "gtp.seq_number", "Sequence number", FIELD_UINT, FORM_HEX_DECIMAL, 2 },
	[NUMBER] = { "gtp.npdu_number", "N-PDU Number", FIELD_UINT, FORM_HEX, 1 },
	[NEXT] = { "gtp.ext_hdr.next", "Next extension header type", FIELD_UINT, FORM_HEX, 1 },
	[FLAGS_2] = { "gtpv2.flags", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[VERSION_2] = { "gtpv2.version", "Version", FIELD_UINT, .mask = 0xe0 },
	[PIGGYBACK] = { "gtpv2.p", "Piggybacking flag (P)", FIELD_UINT, .mask = 0x10 },
	[TUNNEL_BIT] = { "gtpv2.t", "TEID flag (T)", FIELD_UINT, .mask = 0x08 },
	[PRIORITY] = { "gtpv2.mp", "Message Priority(MP)", FIELD_UINT, .mask = 0x04 },
	[TYPE_2] = { "gtpv2.message_type", "Message Type", FIELD_UINT, .names = types_2 },
	[LENGTH_2] = { "gtpv2.msg_length", "Message Length", FIELD_UINT },
	[TUNNEL_2] = { "gtpv2.teid", "Tunnel Endpoint Identifier", FIELD_UINT, FORM_HEX_DECIMAL, 4 },
	[SEQUENCE_2] = { "gtpv2.seq", "Sequence Number", FIELD_UINT, FORM_HEX_DECIMAL, 3 },
	{ 0 },
};

static void tell_flags(struct teller *teller, const uint8_t *at, uint8_t flags, int first, int last)
{
	tell_open(teller, &fields[first], at, 1, flags, NULL);
	for (int i = first + 1; i <= last; i++)
		tell_number(teller, &fields[i], at, 1,
			    (flags & fields[i].mask) >> __builtin_ctzll(fields[i].mask));
	tell_close(teller);
}

static void tell_gtp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct gtp_message *gtp = facts;
	(void)packet;
	if (!gtp->is_gtp)
		return;
	const uint8_t *at = in.next;
	uint8_t flags = cursor_u8(&in);
	if (gtp->version == 2) {
		tell_flags(teller, at, flags, FLAGS_2, PRIORITY);
		tell_u8(teller, &fields[TYPE_2], &in);
		tell_be16(teller, &fields[LENGTH_2], &in);
		if (flags & FLAG2_TEID)
			tell_be32(teller, &fields[TUNNEL_2], &in);
		tell_be24(teller, &fields[SEQUENCE_2], &in);
		return;
	}
	tell_flags(teller, at, flags, FLAGS, NUMBER_BIT);
	tell_u8(teller, &fields[TYPE], &in);
	tell_be16(teller, &fields[LENGTH], &in);
	tell_be32(teller, &fields[TUNNEL], &in);
	if (!(flags & FLAGS_OPTIONAL))
		return;
	if (flags & FLAG_SEQUENCE)
		tell_be16(teller, &fields[SEQUENCE], &in);
	else
		cursor_skip(&in, 2);
	if (flags & FLAG_NUMBER)
		tell_u8(teller, &fields[NUMBER], &in);
	else
		cursor_skip(&in, 1);
	uint8_t next = flags & FLAG_EXTENSION ? tell_u8(teller, &fields[NEXT], &in) : 0;
	for (unsigned i = 0; next && i < EXTENSIONS_MOST; i++) {
		uint8_t length = cursor_u8(&in);
		cursor_skip(&in, length ? length * 4u - 2 : 0);
		next = tell_u8(teller, &fields[NEXT], &in);
	}
}

const struct decoder gtp_decoder = {
	.name = "gtp",
	.protocol = "GTP",
	.title = "GPRS Tunneling Protocol",
	.bindings = { { BY_UDP_PORT, 2152 }, { BY_UDP_PORT, 2123 } },
	.facts_size = sizeof(struct gtp_message),
	.decode = decode_gtp,
	.words = say_gtp,
	.fields = fields,
	.tell = tell_gtp,
};
