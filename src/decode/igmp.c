/* Internet Group Management Protocol, versions 1 to 3: RFC 1112, RFC 2236, RFC 9776. */
#include "decode/decoder.h"
#include "decode/ip.h"
#include "decode/tells.h"
#include "decode/verify.h"

enum {
	MEMBERSHIP_QUERY = 0x11, REPORT_V1 = 0x12, REPORT_V2 = 0x16, LEAVE_GROUP = 0x17, REPORT_V3 = 0x22,
};
#define QUERY_V3_LENGTH 12

/* Queries of the three versions differ in their length and in whether they leave time to answer. */
static uint8_t version_of(uint8_t type, uint8_t maximum_response, size_t length)
{
	switch (type) {
	case MEMBERSHIP_QUERY:
		return length >= QUERY_V3_LENGTH ? 3 : maximum_response ? 2 : 1;
	case REPORT_V1:
		return 1;
	case REPORT_V2:
	case LEAVE_GROUP:
		return 2;
	case REPORT_V3:
		return 3;
	default:
		return 0;
	}
}

static void read_group(struct cursor *in, struct igmp_header *igmp)
{
	const uint8_t *bytes = cursor_take(in, 4);
	if (bytes)
		igmp->group = address_ipv4(bytes);
}

/* The group of the first record stands for all of them. */
static void read_report(struct cursor *in, struct igmp_header *igmp)
{
	cursor_skip(in, 2); /* reserved */
	uint16_t records = cursor_be16(in);
	if (records == 0)
		return;
	cursor_skip(in, 4); /* type, auxiliary length, number of sources */
	read_group(in, igmp);
}

static struct next decode_igmp(struct cursor *in, struct packet *packet, void *facts)
{
	struct igmp_header *igmp = facts;
	struct cursor message = *in;
	igmp->type = cursor_u8(in);
	uint8_t maximum_response = cursor_u8(in);
	uint16_t checksum = cursor_be16(in);
	igmp->version = version_of(igmp->type, maximum_response, message.declared);
	igmp->checksum_state = verify_bytes(packet, message, checksum, &igmp->checksum_expected);
	if (igmp->type == REPORT_V3)
		read_report(in, igmp);
	else
		read_group(in, igmp);
	if (!cursor_ok(in))
		return next_none();
	packet->igmp = igmp;
	return next_payload(cursor_rest(in));
}

static void say_igmp(struct text *to, const void *facts)
{
	static const struct field_name types[] = { { MEMBERSHIP_QUERY, "Membership Query" },
		{ REPORT_V1, "Membership Report" }, { REPORT_V2, "Membership Report" }, { LEAVE_GROUP, "Leave Group" },
		{ REPORT_V3, "Membership Report" }, { 0, NULL } };
	const struct igmp_header *igmp = facts;
	const char *type = field_words(types, igmp->type);
	char words[ADDRESS_TEXT_SIZE];
	if (!type) {
		text_addf(to, "igmp : type 0x%02x", igmp->type);
		return;
	}
	text_addf(to, "igmp v%u : %s", igmp->version, type);
	/* A query that names no group is for all of them. */
	if (igmp->group.family && load_be32(igmp->group.bytes))
		text_addf(to, " %s", address_text(&igmp->group, words));
	else if (igmp->type == MEMBERSHIP_QUERY)
		text_add(to, ", general");
}

const struct decoder igmp_decoder = {
	.name = "igmp",
	.protocol = "IGMP",
	.title = "Internet Group Management Protocol",
	.bindings = { { BY_IP_PROTOCOL, IP_PROTOCOL_IGMP } },
	.facts_size = sizeof(struct igmp_header),
	.decode = decode_igmp,
	.words = say_igmp,
	.fields = igmp_fields,
	.tell = igmp_tell,
};
