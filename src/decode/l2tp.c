/* PPP over UDP: the Layer 2 Tunneling Protocol, version 2 (RFC 2661). Version 3 (RFC 3931) is only named: what its
 * data messages carry was agreed on when the session was set up. */
#include "decode/ip.h"
#include "decode/ppp.h"
#include "decode/tells.h"

enum { BIT_CONTROL = 0x8000, BIT_LENGTH = 0x4000, BIT_SEQUENCE = 0x0800, BIT_OFFSET = 0x0200, VERSION_MASK = 15 };
#define VERSION_2 2
#define MESSAGE_TYPE 0           /* the attribute that comes first in control messages */
#define AVP_HEADER 6

struct l2tp_message {
	bool is_l2tp, control, empty;
	uint16_t tunnel, session, type;
};

/* The first attribute of a control message says what it is; without any it only acknowledges. */
static void read_type(struct l2tp_message *l2tp, struct cursor in)
{
	l2tp->empty = !cursor_more(&in);
	uint16_t length = cursor_be16(&in) & 0x3ff, vendor = cursor_be16(&in), attribute = cursor_be16(&in);
	if (length == AVP_HEADER + 2 && !vendor && attribute == MESSAGE_TYPE)
		l2tp->type = cursor_be16(&in);
}

static struct next decode_l2tp(struct cursor *in, struct packet *packet, void *facts)
{
	struct l2tp_message *l2tp = facts;
	struct cursor whole = *in;
	uint16_t bits = cursor_be16(in);
	uint16_t length = bits & BIT_LENGTH ? cursor_be16(in) : 0;
	if (!packet->udp || !cursor_ok(in) || (bits & VERSION_MASK) != VERSION_2 ||
	    (bits & BIT_CONTROL && (bits & (BIT_LENGTH | BIT_SEQUENCE)) != (BIT_LENGTH | BIT_SEQUENCE)) ||
	    (length && length < 8))
		return next_payload(whole);
	l2tp->is_l2tp = true;
	l2tp->control = bits & BIT_CONTROL;
	l2tp->tunnel = cursor_be16(in);
	l2tp->session = cursor_be16(in);
	if (bits & BIT_SEQUENCE)
		cursor_skip(in, 4);
	if (bits & BIT_OFFSET)
		cursor_skip(in, cursor_be16(in));
	size_t header = whole.declared - in->declared, rest = length > header ? length - header : 0;
	struct cursor message = cursor_split(in, length && rest < in->declared ? rest : in->declared);
	if (!cursor_ok(in))
		return next_none();
	if (l2tp->control) {
		read_type(l2tp, message);
		return next_payload(message);
	}
	/* Each direction has numbers of its own. */
	tunnel_enter(packet, TUNNEL_L2TP, 0);
	return next_decoder(&ppp_decoder, message);
}

static const struct field_name types[] = { { 1, "Start_Control_Request" }, { 2, "Start_Control_Reply" },
	{ 3, "Start_Control_Connected" }, { 4, "Stop_Control_Notification" }, { 6, "Hello" },
	{ 7, "Outgoing_Call_Request" }, { 8, "Outgoing_Call_Reply" }, { 9, "Outgoing_Call_Connected" },
	{ 10, "Incoming_Call_Request" }, { 11, "Incoming_Call_Reply" }, { 12, "Incoming_Call_Connected" },
	{ 14, "Call_Disconnect_Notification" }, { 15, "WAN_Error_Notify" }, { 16, "Set_Link_Info" }, { 0 } };

static void say_l2tp(struct text *to, const void *facts)
{
	const struct l2tp_message *l2tp = facts;
	if (!l2tp->is_l2tp || !l2tp->control)        /* data speaks for itself */
		return;
	const char *words = field_words(types, l2tp->type);
	text_addf(to, "l2tp : %s, tunnel %u, session %u",
		  l2tp->empty ? "acknowledgement" : words ? words : "control message",
		  l2tp->tunnel, l2tp->session);
}

enum { TYPE, LENGTH_BIT, SEQUENCE_BIT, OFFSET_BIT, PRIORITY_BIT, VERSION, LENGTH, TUNNEL, SESSION, SENT, RECEIVED,
	OFFSET, MESSAGE };

static const struct field_name kinds[] = { { 0, "Data Message" }, { 1, "Control Message" }, { 0 } };

static const struct field fields[] = {
	[TYPE] = { "l2tp.type", "Type", FIELD_UINT, .mask = BIT_CONTROL, .names = kinds },
	[LENGTH_BIT] = { "l2tp.length_bit", "Length Bit", FIELD_FLAG, .mask = BIT_LENGTH, .names = field_set },
	[SEQUENCE_BIT] = { "l2tp.seq_bit", "Sequence Bit", FIELD_FLAG, .mask = BIT_SEQUENCE, .names = field_set },
	[OFFSET_BIT] = { "l2tp.offset_bit", "Offset bit", FIELD_FLAG, .mask = BIT_OFFSET, .names = field_set },
	[PRIORITY_BIT] = { "l2tp.priority", "Priority", FIELD_FLAG, .mask = 0x0100, .names = field_set },
	[VERSION] = { "l2tp.version", "Version", FIELD_UINT, .mask = VERSION_MASK },
	[LENGTH] = { "l2tp.length", "Length", FIELD_UINT },
	[TUNNEL] = { "l2tp.tunnel", "Tunnel ID", FIELD_UINT },
	[SESSION] = { "l2tp.session", "Session ID", FIELD_UINT },
	[SENT] = { "l2tp.Ns", "Ns", FIELD_UINT },
	[RECEIVED] = { "l2tp.Nr", "Nr", FIELD_UINT },
	[OFFSET] = { "l2tp.offset", "Offset", FIELD_UINT },
	[MESSAGE] = { "l2tp.avp.message_type", "Message Type", FIELD_UINT, .names = types },
	{ 0 },
};

static void tell_l2tp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct l2tp_message *l2tp = facts;
	const uint8_t *at = in.next;
	(void)packet;
	if (!l2tp->is_l2tp)
		return;
	uint16_t bits = cursor_be16(&in);
	for (int i = TYPE; i <= VERSION; i++)
		tell_number(teller, &fields[i], at, 2, (bits & fields[i].mask) >> __builtin_ctzll(fields[i].mask));
	if (bits & BIT_LENGTH)
		tell_be16(teller, &fields[LENGTH], &in);
	tell_be16(teller, &fields[TUNNEL], &in);
	tell_be16(teller, &fields[SESSION], &in);
	if (bits & BIT_SEQUENCE) {
		tell_be16(teller, &fields[SENT], &in);
		tell_be16(teller, &fields[RECEIVED], &in);
	}
	if (bits & BIT_OFFSET)
		tell_be16(teller, &fields[OFFSET], &in);
	if (l2tp->control && l2tp->type) {
		cursor_skip(&in, AVP_HEADER);
		tell_be16(teller, &fields[MESSAGE], &in);
	}
}

const struct decoder l2tp_decoder = {
	.name = "l2tp",
	.protocol = "L2TP",
	.title = "Layer 2 Tunneling Protocol",
	.bindings = { { BY_IP_PROTOCOL, 115 }, { BY_UDP_PORT, 1701 } },
	.facts_size = sizeof(struct l2tp_message),
	.decode = decode_l2tp,
	.words = say_l2tp,
	.fields = fields,
	.tell = tell_l2tp,
};
