/* Enhanced Interior Gateway Routing Protocol, RFC 7868: the header, parameters and routes. */
#include <string.h>

#include "decode/decoder.h"

enum { UPDATE = 1, QUERY = 3, REPLY = 4, HELLO = 5 };
enum {
	HEADER = 20,
	PARAMETER = 0x0001, AUTHENTICATION = 0x0002, SOFTWARE = 0x0004, NEXT_MULTICAST = 0x0005, STUB = 0x0006,
	IPV4_INTERNAL = 0x0102, IPV4_EXTERNAL = 0x0103, IPV6_INTERNAL = 0x0402, IPV6_EXTERNAL = 0x0403,
	WIDE_INTERNAL = 0x0602, WIDE_EXTERNAL = 0x0603,
};
#define UNREACHABLE 0xffffffff   /* a delay */

struct eigrp_message {
	uint8_t version, opcode;
	uint32_t flags, sequence, acknowledge;
	uint16_t autonomous_system;
	uint16_t routes, unreachable;
	uint16_t hold_time;
	bool goodbye;                /* all its K values are 255 */
};

static const struct field_name opcodes[] = { { UPDATE, "Update" }, { 2, "Request" }, { QUERY, "Query" },
	{ REPLY, "Reply" }, { HELLO, "Hello" }, { 6, "IPX/SAP Update" }, { 7, "Route Probe" },
	{ 8, "Acknowledge" }, { 10, "SIA-Query" }, { 11, "SIA-Reply" }, { 0, NULL } };
static const struct field_name tlvs[] = { { PARAMETER, "Parameters" }, { AUTHENTICATION, "Authentication" },
	{ 0x0003, "Sequence" }, { SOFTWARE, "Software Version" }, { NEXT_MULTICAST, "Next multicast sequence" },
	{ STUB, "Peer Stub Information" }, { 0x0007, "Peer Termination" }, { 0x0008, "Peer Topology ID List" },
	{ IPV4_INTERNAL, "Internal Route(IPv4)" }, { IPV4_EXTERNAL, "External Route(IPv4)" },
	{ IPV6_INTERNAL, "Internal Route(IPv6)" }, { IPV6_EXTERNAL, "External Route(IPv6)" },
	{ WIDE_INTERNAL, "Internal Route(MTR)" }, { WIDE_EXTERNAL, "External Route(MTR)" }, { 0, NULL } };

static bool is_external(uint16_t type)
{
	return type == IPV4_EXTERNAL || type == IPV6_EXTERNAL;
}

/* Next hop, what an external route came from, then the metric, whose delay comes first. */
static void read_route(struct cursor value, uint16_t type, struct eigrp_message *eigrp)
{
	eigrp->routes++;
	cursor_skip(&value, type >= IPV6_INTERNAL ? 16 : 4);
	cursor_skip(&value, is_external(type) ? 20 : 0);
	if (cursor_be32(&value) == UNREACHABLE)
		eigrp->unreachable++;
}

static void read_tlv(struct cursor value, uint16_t type, struct eigrp_message *eigrp)
{
	switch (type) {
	case PARAMETER: {
		static const uint8_t all[] = { 255, 255, 255, 255, 255 };
		const uint8_t *weights = cursor_take(&value, 5);
		eigrp->goodbye = weights && memcmp(weights, all, sizeof all) == 0;
		cursor_skip(&value, 1);
		eigrp->hold_time = cursor_be16(&value);
		break;
	}
	case IPV4_INTERNAL:
	case IPV4_EXTERNAL:
	case IPV6_INTERNAL:
	case IPV6_EXTERNAL:
		read_route(value, type, eigrp);
		break;
	case WIDE_INTERNAL:
	case WIDE_EXTERNAL:
		eigrp->routes++;
		break;
	default:
		break;
	}
}

static struct next decode_eigrp(struct cursor *in, struct packet *packet, void *facts)
{
	struct eigrp_message *eigrp = facts;
	(void)packet;
	eigrp->version = cursor_u8(in);
	eigrp->opcode = cursor_u8(in);
	cursor_skip(in, 2); /* checksum */
	eigrp->flags = cursor_be32(in);
	eigrp->sequence = cursor_be32(in);
	eigrp->acknowledge = cursor_be32(in);
	cursor_skip(in, 2); /* virtual router */
	eigrp->autonomous_system = cursor_be16(in);
	while (cursor_more(in)) {
		uint16_t type = cursor_be16(in), length = cursor_be16(in);
		if (cursor_ok(in) && length < 4)
			cursor_reject(in, "an EIGRP TLV is shorter than its header");
		struct cursor value = cursor_split(in, length - 4u);
		if (cursor_ok(in))
			read_tlv(value, type, eigrp);
	}
	return next_none();
}

static void say_eigrp(struct text *to, const void *facts)
{
	const struct eigrp_message *eigrp = facts;
	const char *opcode = field_words(opcodes, eigrp->opcode);
	bool only_acknowledges = eigrp->opcode == HELLO && eigrp->acknowledge;
	text_addf(to, "eigrp : %s, AS %u", only_acknowledges ? "Acknowledge" : opcode ? opcode : "unknown",
		  eigrp->autonomous_system);
	if (eigrp->goodbye)
		text_add(to, " : goodbye");
	else if (eigrp->hold_time)
		text_addf(to, " : hold time %u s", eigrp->hold_time);
	if (eigrp->routes)
		text_addf(to, " : %u route%s", eigrp->routes, eigrp->routes == 1 ? "" : "s");
	if (eigrp->unreachable)
		text_addf(to, ", %u unreachable", eigrp->unreachable);
}

enum { VERSION, OPCODE, FLAGS, FLAG_INIT, FLAG_CONDITIONAL, FLAG_RESTART, FLAG_END, SEQUENCE, ACKNOWLEDGE,
	VIRTUAL_ROUTER, AUTONOMOUS_SYSTEM, TLV_TYPE, TLV_LENGTH, K1, K2, K3, K4, K5, K6, HOLD_TIME, AUTH_TYPE,
	AUTH_LENGTH, AUTH_KEY, NEXT_SEQUENCE, STUB_OPTIONS, NEXT_HOP4, NEXT_HOP6, ORIGINATOR, ORIGIN_AS, ORIGIN_TAG,
	ORIGIN_METRIC, DELAY, BANDWIDTH, MTU, HOPS, RELIABILITY, LOAD, PREFIX_LENGTH4, PREFIX_LENGTH6, DESTINATION4,
	DESTINATION6, FIELDS };

#define UINT(name, title) { name, title, FIELD_UINT }
#define BIT(name, title, bit) { name, title, FIELD_FLAG, .mask = bit, .names = field_set }

static const struct field fields[FIELDS + 1] = {
	[VERSION] = UINT("eigrp.version", "Version"),
	[OPCODE] = { "eigrp.opcode", "Opcode", FIELD_UINT, .names = opcodes },
	[FLAGS] = { "eigrp.flags", "Flags", FIELD_UINT, FORM_HEX, 4 },
	[FLAG_INIT] = BIT("eigrp.flags.init", "Init", 1),
	[FLAG_CONDITIONAL] = BIT("eigrp.flags.condrecv", "Conditional Receive", 2),
	[FLAG_RESTART] = BIT("eigrp.flags.restart", "Restart", 4),
	[FLAG_END] = BIT("eigrp.flags.eot", "End Of Table", 8),
	[SEQUENCE] = UINT("eigrp.seq", "Sequence"),
	[ACKNOWLEDGE] = UINT("eigrp.ack", "Acknowledge"),
	[VIRTUAL_ROUTER] = UINT("eigrp.vrid", "Virtual Router ID"),
	[AUTONOMOUS_SYSTEM] = UINT("eigrp.as", "Autonomous System"),
	[TLV_TYPE] = { "eigrp.tlv_type", "Type", FIELD_UINT, FORM_HEX, 2, .names = tlvs },
	[TLV_LENGTH] = UINT("eigrp.tlv.len", "Length"),
	[K1] = UINT("eigrp.par.k1", "K1"), [K2] = UINT("eigrp.par.k2", "K2"), [K3] = UINT("eigrp.par.k3", "K3"),
	[K4] = UINT("eigrp.par.k4", "K4"), [K5] = UINT("eigrp.par.k5", "K5"), [K6] = UINT("eigrp.par.k6", "K6"),
	[HOLD_TIME] = { "eigrp.par.holdtime", "Hold Time", FIELD_UINT, .unit = "s" },
	[AUTH_TYPE] = UINT("eigrp.auth.type", "Type"),
	[AUTH_LENGTH] = UINT("eigrp.auth.length", "Length"),
	[AUTH_KEY] = UINT("eigrp.auth.keyid", "Key ID"),
	[NEXT_SEQUENCE] = UINT("eigrp.next_mcast_seq", "Multicast Sequence"),
	[STUB_OPTIONS] = { "eigrp.stub_options", "Stub Options", FIELD_UINT, FORM_HEX, 2 },
	[NEXT_HOP4] = { "eigrp.ipv4.nexthop", "NextHop", FIELD_IPV4 },
	[NEXT_HOP6] = { "eigrp.ipv6.nexthop", "NextHop", FIELD_IPV6 },
	[ORIGINATOR] = { "eigrp.extdata.origrid", "Originating RouterID", FIELD_IPV4 },
	[ORIGIN_AS] = UINT("eigrp.extdata.as", "Originating A.S."),
	[ORIGIN_TAG] = UINT("eigrp.extdata.tag", "Administrative Tag"),
	[ORIGIN_METRIC] = UINT("eigrp.extdata.metric", "External Metric"),
	[DELAY] = UINT("eigrp.old_metric.delay", "Scaled Delay"),
	[BANDWIDTH] = UINT("eigrp.old_metric.bw", "Scaled BW"),
	[MTU] = UINT("eigrp.old_metric.mtu", "MTU"),
	[HOPS] = UINT("eigrp.old_metric.hopcount", "Hop Count"),
	[RELIABILITY] = UINT("eigrp.old_metric.rel", "Reliability"),
	[LOAD] = UINT("eigrp.old_metric.load", "Load"),
	[PREFIX_LENGTH4] = UINT("eigrp.ipv4.prefixlen", "Prefix Length"),
	[PREFIX_LENGTH6] = UINT("eigrp.ipv6.prefixlen", "Prefix Length"),
	[DESTINATION4] = { "eigrp.ipv4.destination", "Destination", FIELD_IPV4 },
	[DESTINATION6] = { "eigrp.ipv6.destination", "Destination", FIELD_IPV6 },
};

static void tell_destination(struct teller *teller, struct cursor *in, bool v6)
{
	uint8_t length = tell_u8(teller, &fields[v6 ? PREFIX_LENGTH6 : PREFIX_LENGTH4], in);
	uint8_t bytes[16] = { 0 };
	size_t count = (length + 7u) / 8;
	const uint8_t *at = in->next;
	if (count > (v6 ? 16 : 4))
		return;
	cursor_bytes(in, bytes, count);
	if (!cursor_ok(in))
		return;
	struct address address = v6 ? address_ipv6(bytes) : address_ipv4(bytes);
	tell_address(teller, &fields[v6 ? DESTINATION6 : DESTINATION4], at, count, &address);
}

static void tell_route(struct teller *teller, struct cursor *in, uint16_t type)
{
	bool v6 = type >= IPV6_INTERNAL;
	if (v6)
		tell_ipv6(teller, &fields[NEXT_HOP6], in);
	else
		tell_ipv4(teller, &fields[NEXT_HOP4], in);
	if (is_external(type)) {
		tell_ipv4(teller, &fields[ORIGINATOR], in);
		tell_be32(teller, &fields[ORIGIN_AS], in);
		tell_be32(teller, &fields[ORIGIN_TAG], in);
		tell_be32(teller, &fields[ORIGIN_METRIC], in);
		cursor_skip(in, 4);
	}
	tell_be32(teller, &fields[DELAY], in);
	tell_be32(teller, &fields[BANDWIDTH], in);
	tell_be24(teller, &fields[MTU], in);
	tell_u8(teller, &fields[HOPS], in);
	tell_u8(teller, &fields[RELIABILITY], in);
	tell_u8(teller, &fields[LOAD], in);
	cursor_skip(in, 2);
	while (cursor_more(in))
		tell_destination(teller, in, v6);
}

static void tell_tlv(struct teller *teller, struct cursor *in, uint16_t type)
{
	switch (type) {
	case PARAMETER:
		for (int i = K1; i <= K6; i++)
			tell_u8(teller, &fields[i], in);
		tell_be16(teller, &fields[HOLD_TIME], in);
		break;
	case AUTHENTICATION:
		tell_be16(teller, &fields[AUTH_TYPE], in);
		tell_be16(teller, &fields[AUTH_LENGTH], in);
		tell_be32(teller, &fields[AUTH_KEY], in);
		break;
	case NEXT_MULTICAST:
		tell_be32(teller, &fields[NEXT_SEQUENCE], in);
		break;
	case STUB:
		tell_be16(teller, &fields[STUB_OPTIONS], in);
		break;
	case IPV4_INTERNAL:
	case IPV4_EXTERNAL:
	case IPV6_INTERNAL:
	case IPV6_EXTERNAL:
		tell_route(teller, in, type);
		break;
	default:
		break;
	}
}

static void tell_eigrp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	tell_u8(teller, &fields[VERSION], &in);
	tell_u8(teller, &fields[OPCODE], &in);
	cursor_skip(&in, 2);
	const uint8_t *at = in.next;
	uint32_t flags = cursor_be32(&in);
	if (!cursor_ok(&in))
		return;
	tell_open(teller, &fields[FLAGS], at, 4, flags, NULL);
	for (int i = FLAG_INIT; i <= FLAG_END; i++)
		tell_number(teller, &fields[i], at, 4, (flags & fields[i].mask) != 0);
	tell_close(teller);
	tell_be32(teller, &fields[SEQUENCE], &in);
	tell_be32(teller, &fields[ACKNOWLEDGE], &in);
	tell_be16(teller, &fields[VIRTUAL_ROUTER], &in);
	tell_be16(teller, &fields[AUTONOMOUS_SYSTEM], &in);
	while (cursor_more(&in)) {
		uint16_t type = tell_be16(teller, &fields[TLV_TYPE], &in);
		uint16_t length = tell_be16(teller, &fields[TLV_LENGTH], &in);
		if (length < 4)
			return;
		struct cursor value = cursor_split(&in, length - 4u);
		if (cursor_ok(&in))
			tell_tlv(teller, &value, type);
	}
}

const struct decoder eigrp_decoder = {
	.name = "eigrp",
	.protocol = "EIGRP",
	.title = "Enhanced Interior Gateway Routing Protocol",
	.bindings = { { BY_IP_PROTOCOL, 88 } },
	.facts_size = sizeof(struct eigrp_message),
	.decode = decode_eigrp,
	.words = say_eigrp,
	.fields = fields,
	.tell = tell_eigrp,
};
