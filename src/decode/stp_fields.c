/* The fields of the spanning tree protocols, IEEE 802.1D and 802.1w. */
#include "decode/tells.h"

enum {
	PROTOCOL, VERSION, TYPE, FLAGS, TOPOLOGY_ACKNOWLEDGED, AGREEMENT, FORWARDING, LEARNING, PORT_ROLE, PROPOSAL,
	TOPOLOGY_CHANGE, ROOT_PRIORITY, ROOT_EXTENSION, ROOT_MAC, ROOT_COST, BRIDGE_PRIORITY, BRIDGE_EXTENSION,
	BRIDGE_MAC, PORT, MESSAGE_AGE, MAXIMUM_AGE, HELLO, FORWARD_DELAY, VERSION_1_LENGTH, FIELDS_END,
};
enum { CONFIGURATION = 0x00, RAPID = 0x02, TOPOLOGY_NOTIFICATION = 0x80 };

static const struct field_name versions[] = { { 0, "Spanning Tree" }, { 2, "Rapid Spanning Tree" },
	{ 3, "Multiple Spanning Tree" }, { 4, "SPT" }, { 0 } };
static const struct field_name types[] = { { CONFIGURATION, "Configuration" },
	{ RAPID, "Rapid/Multiple Spanning Tree" }, { TOPOLOGY_NOTIFICATION, "Topology Change Notification" },
	{ 0 } };
static const struct field_name roles[] = { { 0, "Unknown" }, { 1, "Alternate or Backup" }, { 2, "Root" },
	{ 3, "Designated" }, { 0 } };

const struct field stp_fields[] = {
	[PROTOCOL] = { "stp.protocol", "Protocol Identifier", FIELD_UINT, FORM_HEX, 2 },
	[VERSION] = { "stp.version", "Protocol Version Identifier", FIELD_UINT, .names = versions },
	[TYPE] = { "stp.type", "BPDU Type", FIELD_UINT, FORM_HEX, 1, .names = types },
	[FLAGS] = { "stp.flags", "BPDU flags", FIELD_UINT, FORM_HEX, 1 },
	[TOPOLOGY_ACKNOWLEDGED] = { "stp.flags.tcack", "Topology Change Acknowledgment", FIELD_FLAG,
		.mask = 0x80, .names = field_yes },
	[AGREEMENT] = { "stp.flags.agreement", "Agreement", FIELD_FLAG, .mask = 0x40, .names = field_yes },
	[FORWARDING] = { "stp.flags.forwarding", "Forwarding", FIELD_FLAG, .mask = 0x20, .names = field_yes },
	[LEARNING] = { "stp.flags.learning", "Learning", FIELD_FLAG, .mask = 0x10, .names = field_yes },
	[PORT_ROLE] = { "stp.flags.port_role", "Port Role", FIELD_UINT, .mask = 0x0c, .names = roles },
	[PROPOSAL] = { "stp.flags.proposal", "Proposal", FIELD_FLAG, .mask = 0x02, .names = field_yes },
	[TOPOLOGY_CHANGE] = { "stp.flags.tc", "Topology Change", FIELD_FLAG, .mask = 0x01, .names = field_yes },
	[ROOT_PRIORITY] = { "stp.root.prio", "Root Bridge Priority", FIELD_UINT },
	[ROOT_EXTENSION] = { "stp.root.ext", "Root Bridge System ID Extension", FIELD_UINT },
	[ROOT_MAC] = { "stp.root.hw", "Root Bridge System ID", FIELD_MAC },
	[ROOT_COST] = { "stp.root.cost", "Root Path Cost", FIELD_UINT },
	[BRIDGE_PRIORITY] = { "stp.bridge.prio", "Bridge Priority", FIELD_UINT },
	[BRIDGE_EXTENSION] = { "stp.bridge.ext", "Bridge System ID Extension", FIELD_UINT },
	[BRIDGE_MAC] = { "stp.bridge.hw", "Bridge System ID", FIELD_MAC },
	[PORT] = { "stp.port", "Port identifier", FIELD_UINT, FORM_HEX, 2 },
	[MESSAGE_AGE] = { "stp.msg_age", "Message Age", FIELD_DOUBLE, .unit = "s" },
	[MAXIMUM_AGE] = { "stp.max_age", "Max Age", FIELD_DOUBLE, .unit = "s" },
	[HELLO] = { "stp.hello", "Hello Time", FIELD_DOUBLE, .unit = "s" },
	[FORWARD_DELAY] = { "stp.forward", "Forward Delay", FIELD_DOUBLE, .unit = "s" },
	[VERSION_1_LENGTH] = { "stp.version_1_length", "Version 1 Length", FIELD_UINT },
	[FIELDS_END] = { 0 },
};

static const struct field *field(int index)
{
	return &stp_fields[index];
}

static void tell_flags(struct teller *teller, struct cursor *in, bool rapid)
{
	const uint8_t *at = in->next;
	uint8_t flags = cursor_u8(in);
	if (!cursor_ok(in))
		return;
	tell_open(teller, field(FLAGS), at, 1, flags, NULL);
	for (int i = TOPOLOGY_ACKNOWLEDGED; i <= TOPOLOGY_CHANGE; i++) {
		uint64_t mask = field(i)->mask;
		if (rapid || i == TOPOLOGY_ACKNOWLEDGED || i == TOPOLOGY_CHANGE)
			tell_number(teller, field(i), at, 1, (int64_t)((flags & mask) >> __builtin_ctzll(mask)));
	}
	tell_close(teller);
}

/* Four bits of priority, twelve bits that are usually the VLAN, and an address. */
static void tell_bridge(struct teller *teller, struct cursor *in, int first)
{
	const uint8_t *at = in->next;
	uint16_t priority = cursor_be16(in);
	if (!cursor_ok(in))
		return;
	tell_number(teller, field(first), at, 2, priority & 0xf000);
	tell_number(teller, field(first + 1), at, 2, priority & 0x0fff);
	tell_mac(teller, field(first + 2), in);
}

/* In units of 1/256 of a second. */
static void tell_seconds(struct teller *teller, int index, struct cursor *in)
{
	uint16_t units = cursor_be16(in);
	if (cursor_ok(in))
		tell_real(teller, field(index), units / 256.0);
}

void stp_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	tell_be16(teller, field(PROTOCOL), &in);
	tell_u8(teller, field(VERSION), &in);
	uint8_t type = tell_u8(teller, field(TYPE), &in);
	if (!cursor_ok(&in) || type == TOPOLOGY_NOTIFICATION)
		return;
	tell_flags(teller, &in, type == RAPID);
	tell_bridge(teller, &in, ROOT_PRIORITY);
	tell_be32(teller, field(ROOT_COST), &in);
	tell_bridge(teller, &in, BRIDGE_PRIORITY);
	tell_be16(teller, field(PORT), &in);
	tell_seconds(teller, MESSAGE_AGE, &in);
	tell_seconds(teller, MAXIMUM_AGE, &in);
	tell_seconds(teller, HELLO, &in);
	tell_seconds(teller, FORWARD_DELAY, &in);
	if (type == RAPID && cursor_more(&in))
		tell_u8(teller, field(VERSION_1_LENGTH), &in);
}
