/* RTP Control Protocol, RFC 3550, 6. */
#include "decode/rtp.h"

enum { HEADER_LENGTH = 4, LAST_TYPE = 207 };

static const struct field_name types[] = { { RTCP_SENDER_REPORT, "Sender Report" },
	{ RTCP_RECEIVER_REPORT, "Receiver Report" }, { RTCP_DESCRIPTION, "Source description" }, { RTCP_BYE, "Goodbye" },
	{ RTCP_APPLICATION, "Application specific" }, { 205, "Generic RTP Feedback" },
	{ 206, "Payload-specific" }, { 207, "Extended report" }, { 0, NULL } };

static void read_report(struct cursor *in, struct rtcp_report *report)
{
	report->source = cursor_be32(in);
	uint32_t loss = cursor_be32(in);
	report->fraction = (uint8_t)(loss >> 24);
	report->lost = (int32_t)(loss << 8) >> 8;
	report->highest = cursor_be32(in);
	report->jitter = cursor_be32(in);
	cursor_skip(in, 8);          /* when the last sender report came */
}

static void read_packet(struct cursor *in, struct rtcp_packet *rtcp, bool first)
{
	uint8_t flags = cursor_u8(in), type = cursor_u8(in);
	struct cursor body = cursor_split(in, cursor_be16(in) * 4u);
	if (!cursor_ok(in))
		return;
	if (first)
		rtcp->type = type;
	rtcp->bye = rtcp->bye || type == RTCP_BYE;
	if (type != RTCP_SENDER_REPORT && type != RTCP_RECEIVER_REPORT)
		return;
	cursor_skip(&body, type == RTCP_SENDER_REPORT ? 24 : 4);
	for (unsigned i = 0; i < (flags & 31u) && rtcp->report_count < RTCP_MAX_REPORTS; i++) {
		struct rtcp_report report;
		read_report(&body, &report);
		if (!cursor_ok(&body))
			break;
		rtcp->reports[rtcp->report_count++] = report;
	}
}

static struct next decode_rtcp(struct cursor *in, struct packet *packet, void *facts)
{
	struct cursor all = *in;
	(void)packet;
	for (bool first = true; cursor_more(in); first = false)
		read_packet(in, facts, first);
	return next_payload(all);
}

/* 6.1: a datagram is full of packets, the first of which is a report. Some senders leave that out, too, but then there
 * is little to go by. */
static enum certainty recognise_rtcp(uint64_t memory[2], struct cursor in)
{
	(void)memory;
	if (in.captured < 8 || (in.next[1] != RTCP_SENDER_REPORT && in.next[1] != RTCP_RECEIVER_REPORT))
		return CERTAINTY_NO;
	while (in.captured) {
		if (in.captured < HEADER_LENGTH || in.next[0] >> 6 != 2 || in.next[1] < RTCP_SENDER_REPORT ||
		    in.next[1] > LAST_TYPE)
			return CERTAINTY_NO;
		cursor_skip(&in, HEADER_LENGTH + load_be16(in.next + 2) * 4u);
	}
	return cursor_ok(&in) ? CERTAINTY_CERTAIN : CERTAINTY_NO;
}

static void say_rtcp(struct text *to, const void *facts)
{
	const struct rtcp_packet *rtcp = facts;
	const char *type = field_words(types, rtcp->type);
	text_addf(to, "rtcp : %s%s", type ? type : "?", rtcp->bye && rtcp->type != RTCP_BYE ? ", Goodbye" : "");
}

enum { VERSION, PADDING, COUNT, TYPE, LENGTH, SENDER, MSW, LSW, RTP_TIME, PACKETS, OCTETS, SOURCE, FRACTION, LOST,
	HIGHEST, JITTER, LAST_REPORT, DELAY };

static const struct field fields[] = {
	[VERSION] = { "rtcp.version", "Version", FIELD_UINT, .width = 1, .mask = 0xc0 },
	[PADDING] = { "rtcp.padding", "Padding", FIELD_FLAG, .width = 1, .mask = 0x20 },
	[COUNT] = { "rtcp.rc", "Reception report count", FIELD_UINT, .width = 1, .mask = 0x1f },
	[TYPE] = { "rtcp.pt", "Packet type", FIELD_UINT, .names = types },
	[LENGTH] = { "rtcp.length", "Length", FIELD_UINT, .description = "in words of 32 bits, less one" },
	[SENDER] = { "rtcp.senderssrc", "Sender SSRC", FIELD_UINT, FORM_HEX, 4 },
	[MSW] = { "rtcp.timestamp.ntp.msw", "Timestamp, MSW", FIELD_UINT },
	[LSW] = { "rtcp.timestamp.ntp.lsw", "Timestamp, LSW", FIELD_UINT },
	[RTP_TIME] = { "rtcp.timestamp.rtp", "RTP timestamp", FIELD_UINT },
	[PACKETS] = { "rtcp.sender.packetcount", "Sender's packet count", FIELD_UINT },
	[OCTETS] = { "rtcp.sender.octetcount", "Sender's octet count", FIELD_UINT },
	[SOURCE] = { "rtcp.ssrc.identifier", "Identifier", FIELD_UINT, FORM_HEX, 4 },
	[FRACTION] = { "rtcp.ssrc.fraction", "Fraction lost", FIELD_UINT, .description = "in 1/256" },
	[LOST] = { "rtcp.ssrc.cum_nr", "Cumulative number of packets lost", FIELD_INT },
	[HIGHEST] = { "rtcp.ssrc.ext_high", "Extended highest sequence number received", FIELD_UINT },
	[JITTER] = { "rtcp.ssrc.jitter", "Interarrival jitter", FIELD_UINT },
	[LAST_REPORT] = { "rtcp.ssrc.lsr", "Last SR timestamp", FIELD_UINT },
	[DELAY] = { "rtcp.ssrc.dlsr", "Delay since last SR timestamp", FIELD_UINT },
	{ NULL },
};

static void tell_report(struct teller *teller, struct cursor *in)
{
	tell_be32(teller, &fields[SOURCE], in);
	tell_u8(teller, &fields[FRACTION], in);
	const uint8_t *at = in->next;
	int32_t lost = (int32_t)(cursor_be24(in) << 8) >> 8;
	if (cursor_ok(in))
		tell_number(teller, &fields[LOST], at, 3, lost);
	for (int i = HIGHEST; i <= DELAY; i++)
		tell_be32(teller, &fields[i], in);
}

static void tell_packet(struct teller *teller, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint8_t flags = cursor_u8(in);
	for (int i = VERSION; i <= COUNT && cursor_ok(in); i++)
		tell_number(teller, &fields[i], at, 1,
			    (flags & (uint8_t)fields[i].mask) >> __builtin_ctzll(fields[i].mask));
	uint8_t type = tell_u8(teller, &fields[TYPE], in);
	struct cursor body = cursor_split(in, tell_be16(teller, &fields[LENGTH], in) * 4u);
	if (!cursor_ok(in) || (type != RTCP_SENDER_REPORT && type != RTCP_RECEIVER_REPORT))
		return;
	tell_be32(teller, &fields[SENDER], &body);
	for (int i = MSW; i <= OCTETS && type == RTCP_SENDER_REPORT; i++)
		tell_be32(teller, &fields[i], &body);
	for (unsigned i = 0; i < (flags & 31u) && cursor_more(&body); i++)
		tell_report(teller, &body);
}

static void tell_rtcp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	while (cursor_more(&in))
		tell_packet(teller, &in);
}

const struct decoder rtcp_decoder = {
	.name = "rtcp",
	.protocol = "RTCP",
	.title = "Real-time Transport Control Protocol",
	.facts_size = sizeof(struct rtcp_packet),
	.decode = decode_rtcp,
	.datagram = recognise_rtcp,
	.words = say_rtcp,
	.fields = fields,
	.tell = tell_rtcp,
};
