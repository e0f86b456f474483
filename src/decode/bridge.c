/* What switches say to each other and to their neighbours: spanning tree (IEEE 802.1D, 802.1w) and
 * flow control (IEEE 802.3, annexes 31B and 31D). */
#include "decode/decoder.h"
#include "decode/tells.h"

#define TOPOLOGY_CHANGE 0x01
#define BPDU_TOPOLOGY_CHANGE_NOTIFICATION 0x80 /* a type; has nothing behind it */
#define BPDU_UNKNOWN 0xff        /* of another protocol than spanning tree */
#define PAUSE 0x0001
#define PRIORITY_PAUSE 0x0101
#define PRIORITIES 8

static struct next decode_stp(struct cursor *in, struct packet *packet, void *facts)
{
	struct bpdu_facts *bpdu = facts;
	uint16_t protocol = cursor_be16(in);
	bpdu->version = cursor_u8(in);
	bpdu->type = cursor_u8(in);
	if (!cursor_ok(in) || protocol != 0) {
		bpdu->type = BPDU_UNKNOWN;
		return next_none();
	}
	if (bpdu->type == BPDU_TOPOLOGY_CHANGE_NOTIFICATION) {
		bpdu->topology_change = true;
		packet->bpdu = bpdu;
		return next_none();
	}
	bpdu->topology_change = cursor_u8(in) & TOPOLOGY_CHANGE;
	cursor_bytes(in, bpdu->root, sizeof bpdu->root);
	bpdu->root_path_cost = cursor_be32(in);
	cursor_bytes(in, bpdu->bridge, sizeof bpdu->bridge);
	bpdu->port = cursor_be16(in);
	cursor_skip(in, 8); /* message age, maximum age, hello time, forward delay */
	if (cursor_ok(in))
		packet->bpdu = bpdu;
	return next_none();
}

static struct next decode_pause(struct cursor *in, struct packet *packet, void *facts)
{
	struct pause_facts *pause = facts;
	uint16_t operation = cursor_be16(in);
	if (operation == PAUSE) {
		pause->quanta = cursor_be16(in);
	} else if (operation == PRIORITY_PAUSE) {
		uint16_t enabled = cursor_be16(in);
		pause->priority = true;
		for (unsigned i = 0; i < PRIORITIES; i++) {
			uint16_t quanta = cursor_be16(in);
			if (enabled >> i & 1 && quanta > pause->quanta)
				pause->quanta = quanta;
		}
	} else {
		return next_payload(cursor_rest(in));
	}
	if (cursor_ok(in))
		packet->pause = pause;
	return next_none();
}

static void say_bridge(struct text *to, const uint8_t bridge[8])
{
	char mac[MAC_TEXT_SIZE];
	uint16_t priority = load_be16(bridge);
	text_addf(to, "%u/%u/%s", priority & 0xf000, priority & 0x0fff, mac_text(bridge + 2, mac));
}

static void say_stp(struct text *to, const void *facts)
{
	const struct bpdu_facts *bpdu = facts;
	if (bpdu->type == BPDU_UNKNOWN)
		return;
	if (bpdu->type == BPDU_TOPOLOGY_CHANGE_NOTIFICATION) {
		text_add(to, "stp : Topology Change Notification");
		return;
	}
	text_addf(to, "%s : root ", bpdu->version >= 3 ? "mstp" : bpdu->version == 2 ? "rstp" : "stp");
	say_bridge(to, bpdu->root);
	text_addf(to, ", cost %u, bridge ", bpdu->root_path_cost);
	say_bridge(to, bpdu->bridge);
	text_addf(to, ", port 0x%04x", bpdu->port);
	if (bpdu->topology_change)
		text_add(to, ", topology change");
}

const struct decoder stp_decoder = {
	.name = "stp",
	.protocol = "STP",
	.title = "Spanning Tree Protocol",
	.bindings = { { BY_LLC_SAP, 0x42 }, { BY_CISCO_PROTOCOL, 0x010b } },
	.facts_size = sizeof(struct bpdu_facts),
	.decode = decode_stp,
	.words = say_stp,
	.fields = stp_fields,
	.tell = stp_tell,
};

enum { OPERATION, PAUSE_TIME, ENABLED, CLASS_TIME };

static const struct field_name operations[] = { { 1, "Pause" }, { 2, "Gate" }, { 3, "Report" },
	{ 4, "Register Request" }, { 5, "Register" }, { 6, "Register Ack" },
	{ PRIORITY_PAUSE, "Class Based Flow Control [CBFC] Pause" }, { 0 } };

static const struct field pause_fields[] = {
	[OPERATION] = { "macc.opcode", "Opcode", FIELD_UINT, FORM_HEX, 2, .names = operations },
	[PAUSE_TIME] = { "macc.pause_time", "pause_time", FIELD_UINT },
	[ENABLED] = { "macc.cbfc.enbv", "CBFC Class Enable Vector", FIELD_UINT, FORM_HEX, 2 },
	[CLASS_TIME] = { "macc.cbfc.pause_time.c0", "C0", FIELD_UINT },
	{ "macc.cbfc.pause_time.c1", "C1", FIELD_UINT }, { "macc.cbfc.pause_time.c2", "C2", FIELD_UINT },
	{ "macc.cbfc.pause_time.c3", "C3", FIELD_UINT }, { "macc.cbfc.pause_time.c4", "C4", FIELD_UINT },
	{ "macc.cbfc.pause_time.c5", "C5", FIELD_UINT }, { "macc.cbfc.pause_time.c6", "C6", FIELD_UINT },
	{ "macc.cbfc.pause_time.c7", "C7", FIELD_UINT },
	{ 0 },
};

static void tell_pause(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	uint16_t operation = tell_be16(teller, &pause_fields[OPERATION], &in);
	if (operation == PAUSE) {
		tell_be16(teller, &pause_fields[PAUSE_TIME], &in);
	} else if (operation == PRIORITY_PAUSE) {
		tell_be16(teller, &pause_fields[ENABLED], &in);
		for (unsigned i = 0; i < PRIORITIES; i++)
			tell_be16(teller, &pause_fields[CLASS_TIME + i], &in);
	}
}

const struct decoder pause_decoder = {
	.name = "macc",
	.protocol = "MAC CTRL",
	.title = "Ethernet flow control",
	.bindings = { { BY_ETHERTYPE, 0x8808 } },
	.facts_size = sizeof(struct pause_facts),
	.decode = decode_pause,
	.fields = pause_fields,
	.tell = tell_pause,
};
