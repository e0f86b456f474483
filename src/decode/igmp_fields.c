/* The fields of IGMP, versions 1 to 3. */
#include "decode/tells.h"

enum {
	VERSION, TYPE, MAXIMUM_RESPONSE, RESERVED, CHECKSUM, CALCULATED, STATUS, GROUP, SUPPRESS, ROBUSTNESS, INTERVAL,
	SOURCES, SOURCE, RECORDS, RECORD_TYPE, AUXILIARY, FIELDS_END,
};
enum { QUERY = 0x11, REPORT_1 = 0x12, REPORT_2 = 0x16, LEAVE = 0x17, REPORT_3 = 0x22 };

static const struct field_name types[] = { { QUERY, "Membership Query" }, { REPORT_1, "Membership Report" },
	{ 0x13, "DVMRP Protocol" }, { 0x14, "PIM Routing Protocol" }, { REPORT_2, "Membership Report" },
	{ LEAVE, "Leave Group" }, { 0x1e, "Traceroute Response" }, { 0x1f, "Traceroute Request" },
	{ REPORT_3, "Membership Report" }, { 0 } };
static const struct field_name record_types[] = { { 1, "Mode Is Include" }, { 2, "Mode Is Exclude" },
	{ 3, "Change To Include Mode" }, { 4, "Change To Exclude Mode" }, { 5, "Allow New Sources" },
	{ 6, "Block Old Sources" }, { 0 } };

const struct field igmp_fields[] = {
	[VERSION] = { "igmp.version", "IGMP Version", FIELD_UINT },
	[TYPE] = { "igmp.type", "Type", FIELD_UINT, FORM_HEX, 1, .names = types },
	[MAXIMUM_RESPONSE] = { "igmp.max_resp", "Max Resp Time", FIELD_UINT,
		.description = "In tenths of a second" },
	[RESERVED] = { "igmp.reserved", "Reserved", FIELD_BYTES },
	[CHECKSUM] = { "igmp.checksum", "Checksum", FIELD_UINT, FORM_HEX, 2 },
	[CALCULATED] = { "igmp.checksum_calculated", "Calculated Checksum", FIELD_UINT, FORM_HEX, 2 },
	[STATUS] = { "igmp.checksum.status", "Checksum Status", FIELD_UINT, .names = field_checksum },
	[GROUP] = { "igmp.maddr", "Multicast Address", FIELD_IPV4 },
	[SUPPRESS] = { "igmp.s", "S", FIELD_FLAG, .mask = 8, .names = field_true },
	[ROBUSTNESS] = { "igmp.qrv", "QRV", FIELD_UINT, .mask = 7 },
	[INTERVAL] = { "igmp.qqic", "QQIC", FIELD_UINT },
	[SOURCES] = { "igmp.num_src", "Num Src", FIELD_UINT },
	[SOURCE] = { "igmp.saddr", "Source Address", FIELD_IPV4 },
	[RECORDS] = { "igmp.num_grp_recs", "Num Group Records", FIELD_UINT },
	[RECORD_TYPE] = { "igmp.record_type", "Record Type", FIELD_UINT, .names = record_types },
	[AUXILIARY] = { "igmp.aux_data_len", "Aux Data Len", FIELD_UINT },
	[FIELDS_END] = { 0 },
};

static const struct field *field(int index)
{
	return &igmp_fields[index];
}

static void tell_query(struct teller *teller, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint8_t flags = cursor_u8(in);
	if (!cursor_ok(in))
		return;
	tell_number(teller, field(SUPPRESS), at, 1, flags >> 3 & 1);
	tell_number(teller, field(ROBUSTNESS), at, 1, flags & 7);
	tell_u8(teller, field(INTERVAL), in);
	unsigned sources = tell_be16(teller, field(SOURCES), in);
	for (unsigned i = 0; i < sources && cursor_more(in); i++)
		tell_ipv4(teller, field(SOURCE), in);
}

static void tell_record(struct teller *teller, struct cursor *in)
{
	tell_u8(teller, field(RECORD_TYPE), in);
	size_t auxiliary = tell_u8(teller, field(AUXILIARY), in) * (size_t)4;
	unsigned sources = tell_be16(teller, field(SOURCES), in);
	tell_ipv4(teller, field(GROUP), in);
	for (unsigned i = 0; i < sources && cursor_more(in); i++)
		tell_ipv4(teller, field(SOURCE), in);
	cursor_skip(in, auxiliary);
}

/* A float of one byte in queries of the third version (RFC 9776, 4.1.1). */
static int64_t response_time(uint8_t code, bool third)
{
	return third && code >= 128 ? ((code & 15) | 16) << ((code >> 4 & 7) + 3) : code;
}

void igmp_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct igmp_header *igmp = facts;
	(void)packet;
	tell_number(teller, field(VERSION), NULL, 0, igmp->version);
	uint8_t type = tell_u8(teller, field(TYPE), &in);
	const uint8_t *at = in.next;
	uint8_t response = cursor_u8(&in);
	if (!cursor_ok(&in))
		return;
	if (type == REPORT_3)
		tell_text(teller, field(RESERVED), at, 1, (const char *)at, 1);
	else if (igmp->version != 1)
		tell_number(teller, field(MAXIMUM_RESPONSE), at, 1,
			    response_time(response, type == QUERY && igmp->version == 3));
	tell_checksum(teller, field(CHECKSUM), &in, igmp->checksum_state, igmp->checksum_expected);
	if (type == REPORT_3) {
		tell_bytes(teller, field(RESERVED), &in, 2);
		unsigned records = tell_be16(teller, field(RECORDS), &in);
		for (unsigned i = 0; i < records && cursor_more(&in); i++)
			tell_record(teller, &in);
		return;
	}
	tell_ipv4(teller, field(GROUP), &in);
	if (type == QUERY && igmp->version == 3)
		tell_query(teller, &in);
}
