/* Routers that stand in for each other: VRRP (RFC 3768, RFC 9568) and HSRP (RFC 2281; its version 2 is not
 * published: TLVs, as Cisco's routers send them). */
#include <string.h>

#include "decode/decoder.h"
#include "decode/ip.h"
#include "decode/tells.h"
#include "decode/verify.h"

#define ADVERTISEMENT 1
#define VRRP_AUTHENTICATION 8    /* bytes; version 2 only */

struct vrrp_message {
	uint8_t version, type, group, priority;
	struct address first;        /* of the addresses that the group stands for */
};

static struct next decode_vrrp(struct cursor *in, struct packet *packet, void *facts)
{
	struct vrrp_message *vrrp = facts;
	uint8_t version_type = cursor_u8(in);
	vrrp->version = version_type >> 4;
	vrrp->type = version_type & 15;
	vrrp->group = cursor_u8(in);
	vrrp->priority = cursor_u8(in);
	uint8_t count = cursor_u8(in);
	cursor_skip(in, 4); /* authentication or interval, checksum */
	if (cursor_ok(in) && count) {
		bool v6 = packet->ip && packet->ip->version == 6;
		const uint8_t *address = cursor_take(in, v6 ? 16 : 4);
		if (address)
			vrrp->first = v6 ? address_ipv6(address) : address_ipv4(address);
	}
	return next_payload(cursor_rest(in));
}

static void say_vrrp(struct text *to, const void *facts)
{
	const struct vrrp_message *vrrp = facts;
	char words[ADDRESS_TEXT_SIZE];
	text_addf(to, "vrrp v%u : %s : group %u, priority %u", vrrp->version,
		  vrrp->type == ADVERTISEMENT ? "Advertisement" : "unknown type", vrrp->group, vrrp->priority);
	if (vrrp->priority == 0)
		text_add(to, " (stops being master)");
	else if (vrrp->priority == 255)
		text_add(to, " (owner)");
	if (vrrp->first.family)
		text_addf(to, " for %s", address_text(&vrrp->first, words));
}

enum { VERSION_TYPE, VERSION, TYPE, GROUP, PRIORITY, COUNT, AUTHENTICATION, INTERVAL, SHORT_INTERVAL, CHECKSUM,
	ADDRESS4, ADDRESS6, PASSWORD, VRRP_FIELDS };

static const struct field_name types[] = { { ADVERTISEMENT, "Advertisement" }, { 0, NULL } };
static const struct field_name authentications[] = { { 0, "No Authentication" },
	{ 1, "Simple Text Authentication [RFC 2338] / Reserved [RFC 3768]" },
	{ 2, "IP Authentication Header [RFC 2338] / Reserved [RFC 3768]" }, { 254, "Cisco VRRP MD5 Auth" },
	{ 0, NULL } };

static const struct field vrrp_fields[VRRP_FIELDS + 1] = {
	[VERSION_TYPE] = { "vrrp.typever", "VRRP message version and type", FIELD_UINT },
	[VERSION] = { "vrrp.version", "VRRP protocol version", FIELD_UINT },
	[TYPE] = { "vrrp.type", "VRRP packet type", FIELD_UINT, .names = types },
	[GROUP] = { "vrrp.virt_rtr_id", "Virtual Rtr ID", FIELD_UINT },
	[PRIORITY] = { "vrrp.prio", "Priority", FIELD_UINT },
	[COUNT] = { "vrrp.addr_count", "Addr Count", FIELD_UINT },
	[AUTHENTICATION] = { "vrrp.auth_type", "Auth Type", FIELD_UINT, .names = authentications },
	[INTERVAL] = { "vrrp.adver_int", "Adver Int", FIELD_UINT, .unit = "s" },
	[SHORT_INTERVAL] = { "vrrp.short_adver_int", "Adver Int", FIELD_UINT, .unit = "cs" },
	[CHECKSUM] = { "vrrp.checksum", "Checksum", FIELD_UINT, FORM_HEX, 2 },
	[ADDRESS4] = { "vrrp.ip_addr", "IP Address", FIELD_IPV4 },
	[ADDRESS6] = { "vrrp.ipv6_addr", "IPv6 Address", FIELD_IPV6 },
	[PASSWORD] = { "vrrp.auth_string", "Authentication String", FIELD_TEXT },
};

static void tell_vrrp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct vrrp_message *vrrp = facts;
	const uint8_t *at = in.next;
	bool v6 = packet->ip && packet->ip->version == 6;
	uint8_t whole = cursor_u8(&in);
	if (!cursor_ok(&in))
		return;
	tell_open(teller, &vrrp_fields[VERSION_TYPE], at, 1, whole, NULL);
	tell_number(teller, &vrrp_fields[VERSION], at, 1, whole >> 4);
	tell_number(teller, &vrrp_fields[TYPE], at, 1, whole & 15);
	tell_close(teller);
	tell_u8(teller, &vrrp_fields[GROUP], &in);
	tell_u8(teller, &vrrp_fields[PRIORITY], &in);
	uint8_t count = tell_u8(teller, &vrrp_fields[COUNT], &in), authentication = 0;
	if (vrrp->version >= 3) {
		at = in.next;
		uint16_t interval = cursor_be16(&in) & 0x0fff;
		if (cursor_ok(&in))
			tell_number(teller, &vrrp_fields[SHORT_INTERVAL], at, 2, interval);
	} else {
		authentication = tell_u8(teller, &vrrp_fields[AUTHENTICATION], &in);
		tell_u8(teller, &vrrp_fields[INTERVAL], &in);
	}
	tell_be16(teller, &vrrp_fields[CHECKSUM], &in);
	while (count-- && cursor_more(&in))
		if (v6)
			tell_ipv6(teller, &vrrp_fields[ADDRESS6], &in);
		else
			tell_ipv4(teller, &vrrp_fields[ADDRESS4], &in);
	if (authentication == 1 && in.captured >= VRRP_AUTHENTICATION)
		tell_secret(teller, &vrrp_fields[PASSWORD], in.next, VRRP_AUTHENTICATION);
}

const struct decoder vrrp_decoder = {
	.name = "vrrp",
	.protocol = "VRRP",
	.title = "Virtual Router Redundancy Protocol",
	.bindings = { { BY_IP_PROTOCOL, 112 } },
	.facts_size = sizeof(struct vrrp_message),
	.decode = decode_vrrp,
	.words = say_vrrp,
	.fields = vrrp_fields,
	.tell = tell_vrrp,
};

enum { HELLO = 0, COUP = 1, RESIGN = 2, ADVERTISE = 3 };
enum { GROUP_STATE = 1, INTERFACE_STATE = 2, TEXT_AUTHENTICATION = 3, DIGEST_AUTHENTICATION = 4 };
enum { HSRP_1_LENGTH = 20, GROUP_STATE_LENGTH = 40 };

struct hsrp_message {
	uint8_t version;             /* 1 or 2; 0: unknown */
	uint8_t opcode, state;
	uint16_t group;
	uint32_t priority;
	struct address virtual;
};

static const struct field_name opcodes[] = { { HELLO, "Hello" }, { COUP, "Coup" }, { RESIGN, "Resign" },
	{ ADVERTISE, "Advertise" }, { 0, NULL } };
/* The numbers of version 1, which grow by powers of two; those of version 2 count from 0. */
static const struct field_name states[] = { { 0, "Initial" }, { 1, "Learn" }, { 2, "Listen" }, { 4, "Speak" },
	{ 8, "Standby" }, { 16, "Active" }, { 0, NULL } };
static const struct field_name states_2[] = { { 0, "Disabled" }, { 1, "Init" }, { 2, "Learn" }, { 3, "Listen" },
	{ 4, "Speak" }, { 5, "Standby" }, { 6, "Active" }, { 0, NULL } };
static const struct field_name advertisements[] = { { 1, "Dormant" }, { 2, "Passive" }, { 3, "Active" },
	{ 0, NULL } };

static void read_group_state(struct cursor in, struct hsrp_message *hsrp)
{
	hsrp->version = cursor_u8(&in);
	hsrp->opcode = cursor_u8(&in);
	hsrp->state = cursor_u8(&in);
	uint8_t ip_version = cursor_u8(&in);
	hsrp->group = cursor_be16(&in);
	cursor_skip(&in, 6);
	hsrp->priority = cursor_be32(&in);
	cursor_skip(&in, 8);
	const uint8_t *address = cursor_take(&in, ip_version == 6 ? 16 : 4);
	if (address)
		hsrp->virtual = ip_version == 6 ? address_ipv6(address) : address_ipv4(address);
}

static void read_hsrp_1(struct cursor *in, struct hsrp_message *hsrp)
{
	hsrp->version = 1;
	cursor_skip(in, 1);
	hsrp->opcode = cursor_u8(in);
	if (hsrp->opcode == ADVERTISE)
		return;
	hsrp->state = cursor_u8(in);
	cursor_skip(in, 2);
	hsrp->priority = cursor_u8(in);
	hsrp->group = cursor_u8(in);
	cursor_skip(in, 9);
	const uint8_t *address = cursor_take(in, 4);
	if (address)
		hsrp->virtual = address_ipv4(address);
}

static struct next decode_hsrp(struct cursor *in, struct packet *packet, void *facts)
{
	struct hsrp_message *hsrp = facts;
	(void)packet;
	if (in->captured && *in->next == 0) {
		read_hsrp_1(in, hsrp);
		return next_payload(cursor_rest(in));
	}
	while (cursor_more(in)) {
		uint8_t type = cursor_u8(in), length = cursor_u8(in);
		struct cursor value = cursor_split(in, length);
		if (cursor_ok(in) && type == GROUP_STATE && length >= GROUP_STATE_LENGTH)
			read_group_state(value, hsrp);
	}
	return next_none();
}

static void say_hsrp(struct text *to, const void *facts)
{
	const struct hsrp_message *hsrp = facts;
	const char *opcode = field_words(opcodes, hsrp->opcode);
	const char *state = field_words(hsrp->version == 2 ? states_2 : states, hsrp->state);
	char words[ADDRESS_TEXT_SIZE];
	text_addf(to, "hsrp : %s", opcode ? opcode : "unknown");
	if (!hsrp->virtual.family)
		return;
	text_addf(to, " (state %s) : group %u, priority %u for %s", state ? state : "unknown", hsrp->group,
		  hsrp->priority, address_text(&hsrp->virtual, words));
}

enum { H_VERSION, H_OPCODE, H_STATE, H_HELLO, H_HOLD, H_PRIORITY, H_GROUP, H_RESERVED, H_PASSWORD, H_ADDRESS,
	H_ADVERTISE_TYPE, H_ADVERTISE_LENGTH, H_ADVERTISE_STATE, H_ADVERTISE_ACTIVE, H_ADVERTISE_PASSIVE,
	H2_VERSION, H2_OPCODE, H2_STATE, H2_IP_VERSION, H2_GROUP, H2_IDENTIFIER, H2_PRIORITY, H2_HELLO, H2_HOLD,
	H2_ADDRESS4, H2_ADDRESS6, H2_ACTIVE, H2_PASSIVE, H2_PASSWORD, HSRP_FIELDS };

static const struct field hsrp_fields[HSRP_FIELDS + 1] = {
	[H_VERSION] = { "hsrp.version", "Version", FIELD_UINT },
	[H_OPCODE] = { "hsrp.opcode", "Op Code", FIELD_UINT, .names = opcodes },
	[H_STATE] = { "hsrp.state", "State", FIELD_UINT, .names = states },
	[H_HELLO] = { "hsrp.hellotime", "Hellotime", FIELD_UINT, .unit = "s" },
	[H_HOLD] = { "hsrp.holdtime", "Holdtime", FIELD_UINT, .unit = "s" },
	[H_PRIORITY] = { "hsrp.priority", "Priority", FIELD_UINT },
	[H_GROUP] = { "hsrp.group", "Group", FIELD_UINT },
	[H_RESERVED] = { "hsrp.reserved", "Reserved", FIELD_UINT },
	[H_PASSWORD] = { "hsrp.auth_data", "Authentication Data", FIELD_TEXT },
	[H_ADDRESS] = { "hsrp.virt_ip", "Virtual IP Address", FIELD_IPV4 },
	[H_ADVERTISE_TYPE] = { "hsrp.adv.tlvtype", "Adv type", FIELD_UINT },
	[H_ADVERTISE_LENGTH] = { "hsrp.adv.tlvlength", "Adv length", FIELD_UINT },
	[H_ADVERTISE_STATE] = { "hsrp.adv.state", "Adv state", FIELD_UINT, .names = advertisements },
	[H_ADVERTISE_ACTIVE] = { "hsrp.adv.activegrp", "Adv active groups", FIELD_UINT },
	[H_ADVERTISE_PASSIVE] = { "hsrp.adv.passivegrp", "Adv passive groups", FIELD_UINT },
	[H2_VERSION] = { "hsrp2.version", "Version", FIELD_UINT },
	[H2_OPCODE] = { "hsrp2.opcode", "Op Code", FIELD_UINT, .names = opcodes },
	[H2_STATE] = { "hsrp2.state", "State", FIELD_UINT, .names = states_2 },
	[H2_IP_VERSION] = { "hsrp2.ipversion", "IP Ver.", FIELD_UINT },
	[H2_GROUP] = { "hsrp2.group", "Group", FIELD_UINT },
	[H2_IDENTIFIER] = { "hsrp2.identifier", "Identifier", FIELD_MAC },
	[H2_PRIORITY] = { "hsrp2.priority", "Priority", FIELD_UINT },
	[H2_HELLO] = { "hsrp2.hellotime", "Hellotime", FIELD_UINT, .unit = "ms" },
	[H2_HOLD] = { "hsrp2.holdtime", "Holdtime", FIELD_UINT, .unit = "ms" },
	[H2_ADDRESS4] = { "hsrp2.virt_ip", "Virtual IP Address", FIELD_IPV4 },
	[H2_ADDRESS6] = { "hsrp2.virt_ip_v6", "Virtual IPv6 Address", FIELD_IPV6 },
	[H2_ACTIVE] = { "hsrp2.active_groups", "Active Groups", FIELD_UINT },
	[H2_PASSIVE] = { "hsrp2.passive_groups", "Passive Groups", FIELD_UINT },
	[H2_PASSWORD] = { "hsrp2.auth_data", "Authentication Data", FIELD_TEXT },
};

static void tell_password(struct teller *teller, int index, struct cursor *in)
{
	if (in->captured >= 8)
		tell_secret(teller, &hsrp_fields[index], in->next, 8);
	cursor_skip(in, 8);
}

static void tell_hsrp_1(struct teller *teller, struct cursor in)
{
	tell_u8(teller, &hsrp_fields[H_VERSION], &in);
	if (tell_u8(teller, &hsrp_fields[H_OPCODE], &in) == ADVERTISE) {
		tell_be16(teller, &hsrp_fields[H_ADVERTISE_TYPE], &in);
		tell_be16(teller, &hsrp_fields[H_ADVERTISE_LENGTH], &in);
		tell_u8(teller, &hsrp_fields[H_ADVERTISE_STATE], &in);
		cursor_skip(&in, 1);
		tell_be16(teller, &hsrp_fields[H_ADVERTISE_ACTIVE], &in);
		tell_be16(teller, &hsrp_fields[H_ADVERTISE_PASSIVE], &in);
		return;
	}
	tell_u8(teller, &hsrp_fields[H_STATE], &in);
	tell_u8(teller, &hsrp_fields[H_HELLO], &in);
	tell_u8(teller, &hsrp_fields[H_HOLD], &in);
	tell_u8(teller, &hsrp_fields[H_PRIORITY], &in);
	tell_u8(teller, &hsrp_fields[H_GROUP], &in);
	tell_u8(teller, &hsrp_fields[H_RESERVED], &in);
	tell_password(teller, H_PASSWORD, &in);
	tell_ipv4(teller, &hsrp_fields[H_ADDRESS], &in);
}

static void tell_group_state(struct teller *teller, struct cursor *in)
{
	tell_u8(teller, &hsrp_fields[H2_VERSION], in);
	tell_u8(teller, &hsrp_fields[H2_OPCODE], in);
	tell_u8(teller, &hsrp_fields[H2_STATE], in);
	uint8_t ip_version = tell_u8(teller, &hsrp_fields[H2_IP_VERSION], in);
	tell_be16(teller, &hsrp_fields[H2_GROUP], in);
	tell_mac(teller, &hsrp_fields[H2_IDENTIFIER], in);
	tell_be32(teller, &hsrp_fields[H2_PRIORITY], in);
	tell_be32(teller, &hsrp_fields[H2_HELLO], in);
	tell_be32(teller, &hsrp_fields[H2_HOLD], in);
	if (ip_version == 6)
		tell_ipv6(teller, &hsrp_fields[H2_ADDRESS6], in);
	else
		tell_ipv4(teller, &hsrp_fields[H2_ADDRESS4], in);
}

static void tell_hsrp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	if (in.captured && *in.next == 0) {
		tell_hsrp_1(teller, in);
		return;
	}
	while (cursor_more(&in)) {
		uint8_t type = cursor_u8(&in), length = cursor_u8(&in);
		struct cursor value = cursor_split(&in, length);
		if (!cursor_ok(&in))
			return;
		if (type == GROUP_STATE) {
			tell_group_state(teller, &value);
		} else if (type == INTERFACE_STATE) {
			tell_be16(teller, &hsrp_fields[H2_ACTIVE], &value);
			tell_be16(teller, &hsrp_fields[H2_PASSIVE], &value);
		} else if (type == TEXT_AUTHENTICATION) {
			tell_password(teller, H2_PASSWORD, &value);
		}
	}
}

const struct decoder hsrp_decoder = {
	.name = "hsrp",
	.protocol = "HSRP",
	.title = "Cisco Hot Standby Router Protocol",
	.bindings = { { BY_UDP_PORT, 1985 }, { BY_UDP_PORT, 2029 } },
	.facts_size = sizeof(struct hsrp_message),
	.decode = decode_hsrp,
	.words = say_hsrp,
	.fields = hsrp_fields,
	.tell = tell_hsrp,
};
