/* Wireless LAN, IEEE 802.11, with the headers that recorders put before it: radiotap
 * (https://www.radiotap.org) and Prism. Data frames are followed when they are not encrypted. */
#include "decode/ethernet.h"
#include "decode/tells.h"
#include "source/linktype.h"

#define FCS_LENGTH 4

/* The first two bytes, read as a little-endian number (9.2.4.1). */
enum {
	TYPE_MASK = 0x000c, TYPE_CONTROL = 0x0004, TYPE_DATA = 0x0008,
	SUBTYPE_NO_DATA = 0x0040, SUBTYPE_QOS = 0x0080,
	TO_DISTRIBUTION = 0x0100, FROM_DISTRIBUTION = 0x0200,
	PROTECTED = 0x4000, ORDER = 0x8000,
};
#define QOS_AGGREGATE 0x0080

/* Which of the three or four addresses are the ends' (9.3.2.1). */
static void read_addresses(struct cursor *in, struct link_facts *link, uint16_t control)
{
	uint8_t address[4][6] = { { 0 } };
	cursor_skip(in, 2); /* duration */
	for (int i = 0; i < 3; i++)
		cursor_bytes(in, address[i], sizeof address[i]);
	cursor_skip(in, 2); /* sequence control */
	bool to = control & TO_DISTRIBUTION, from = control & FROM_DISTRIBUTION;
	if (to && from)
		cursor_bytes(in, address[3], sizeof address[3]);
	if (!cursor_ok(in))
		return;
	memcpy(link->destination, address[to ? 2 : 0], sizeof link->destination);
	memcpy(link->source, address[!from ? 1 : to ? 3 : 2], sizeof link->source);
	link->has_destination = link->has_source = true;
}

static struct next decode_wlan(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	uint16_t control = cursor_le16(in);
	if ((control & TYPE_MASK) != TYPE_DATA)
		return next_payload(cursor_rest(in));
	read_addresses(in, &packet->link, control);
	uint16_t quality = 0;
	if (control & SUBTYPE_QOS) {
		quality = cursor_le16(in);
		if (control & ORDER)
			cursor_skip(in, 4); /* high throughput control */
	}
	if (control & (SUBTYPE_NO_DATA | PROTECTED) || quality & QOS_AGGREGATE)
		return next_payload(cursor_rest(in));
	return next_decoder(&llc_decoder, cursor_rest(in));
}

enum { CONTROL, VERSION, TYPE, SUBTYPE, TYPE_SUBTYPE, FLAGS, TO, FROM, MORE_FRAGMENTS, RETRY, POWER, MORE_DATA, PROTECT,
	ORDERED, DURATION, RECEIVER, TRANSMITTER, ADDRESS_3, ADDRESS_4, FRAGMENT_NUMBER, SEQUENCE_NUMBER };

static const struct field_name frame_types[] = { { 0, "Management frame" }, { 1, "Control frame" },
	{ 2, "Data frame" }, { 3, "Extension frame" }, { 0 } };
static const struct field_name subtypes[] = { { 0x00, "Association Request" }, { 0x01, "Association Response" },
	{ 0x02, "Reassociation Request" }, { 0x03, "Reassociation Response" }, { 0x04, "Probe Request" },
	{ 0x05, "Probe Response" }, { 0x08, "Beacon frame" }, { 0x09, "ATIM" }, { 0x0a, "Disassociate" },
	{ 0x0b, "Authentication" }, { 0x0c, "Deauthentication" }, { 0x0d, "Action" }, { 0x18, "802.11 Block Ack Req" },
	{ 0x19, "802.11 Block Ack" }, { 0x1a, "Power-Save poll" }, { 0x1b, "Request-to-send" },
	{ 0x1c, "Clear-to-send" }, { 0x1d, "Acknowledgement" }, { 0x20, "Data" },
	{ 0x24, "Null function (No data)" }, { 0x28, "QoS Data" }, { 0x2c, "QoS Null function (No data)" }, { 0 } };

static const struct field wlan_fields[] = {
	[CONTROL] = { "wlan.fc", "Frame Control Field", FIELD_UINT, FORM_HEX, 2 },
	[VERSION] = { "wlan.fc.version", "Version", FIELD_UINT },
	[TYPE] = { "wlan.fc.type", "Type", FIELD_UINT, .names = frame_types },
	[SUBTYPE] = { "wlan.fc.subtype", "Subtype", FIELD_UINT },
	[TYPE_SUBTYPE] = { "wlan.fc.type_subtype", "Type/Subtype", FIELD_UINT, FORM_HEX, 2, .names = subtypes },
	[FLAGS] = { "wlan.flags", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[TO] = { "wlan.fc.tods", "To DS", FIELD_FLAG, .mask = 0x01 },
	[FROM] = { "wlan.fc.fromds", "From DS", FIELD_FLAG, .mask = 0x02 },
	[MORE_FRAGMENTS] = { "wlan.fc.frag", "More Fragments", FIELD_FLAG, .mask = 0x04 },
	[RETRY] = { "wlan.fc.retry", "Retry", FIELD_FLAG, .mask = 0x08 },
	[POWER] = { "wlan.fc.pwrmgt", "PWR MGT", FIELD_FLAG, .mask = 0x10 },
	[MORE_DATA] = { "wlan.fc.moredata", "More Data", FIELD_FLAG, .mask = 0x20 },
	[PROTECT] = { "wlan.fc.protected", "Protected flag", FIELD_FLAG, .mask = 0x40 },
	[ORDERED] = { "wlan.fc.order", "Order flag", FIELD_FLAG, .mask = 0x80 },
	[DURATION] = { "wlan.duration", "Duration", FIELD_UINT, .unit = "microseconds" },
	[RECEIVER] = { "wlan.ra", "Receiver address", FIELD_MAC, .also = "wlan.addr" },
	[TRANSMITTER] = { "wlan.ta", "Transmitter address", FIELD_MAC, .also = "wlan.addr" },
	[ADDRESS_3] = { "wlan.address3", "Address 3", FIELD_MAC, .also = "wlan.addr" },
	[ADDRESS_4] = { "wlan.address4", "Address 4", FIELD_MAC, .also = "wlan.addr" },
	[FRAGMENT_NUMBER] = { "wlan.frag", "Fragment number", FIELD_UINT },
	[SEQUENCE_NUMBER] = { "wlan.seq", "Sequence number", FIELD_UINT },
	{ 0 },
};

static void tell_control(struct teller *teller, const uint8_t *at, uint16_t control)
{
	unsigned type = control >> 2 & 3, subtype = control >> 4 & 15;
	tell_number(teller, &wlan_fields[TYPE_SUBTYPE], at, 1, type << 4 | subtype);
	/* Wireshark shows the two bytes in the order in which they are sent. */
	tell_open(teller, &wlan_fields[CONTROL], at, 2, (control & 0xff) << 8 | control >> 8, NULL);
	tell_number(teller, &wlan_fields[VERSION], at, 1, control & 3);
	tell_number(teller, &wlan_fields[TYPE], at, 1, type);
	tell_number(teller, &wlan_fields[SUBTYPE], at, 1, subtype);
	tell_open(teller, &wlan_fields[FLAGS], at + 1, 1, control >> 8, NULL);
	for (int i = TO; i <= ORDERED; i++)
		tell_number(teller, &wlan_fields[i], at + 1, 1, (control >> 8 & wlan_fields[i].mask) != 0);
	tell_close(teller);
	tell_close(teller);
}

static void tell_wlan(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const uint8_t *at = in.next;
	uint16_t control = cursor_le16(&in);
	(void)packet, (void)facts;
	if (!cursor_ok(&in))
		return;
	tell_control(teller, at, control);
	tell_le16(teller, &wlan_fields[DURATION], &in);
	tell_mac(teller, &wlan_fields[RECEIVER], &in);
	/* Control frames end with the first or the second address (9.3.1). */
	if ((control & TYPE_MASK) == TYPE_CONTROL)
		return;
	tell_mac(teller, &wlan_fields[TRANSMITTER], &in);
	tell_mac(teller, &wlan_fields[ADDRESS_3], &in);
	at = in.next;
	uint16_t sequence = cursor_le16(&in);
	if (!cursor_ok(&in))
		return;
	tell_number(teller, &wlan_fields[FRAGMENT_NUMBER], at, 2, sequence & 15);
	tell_number(teller, &wlan_fields[SEQUENCE_NUMBER], at, 2, sequence >> 4);
	if (control & TO_DISTRIBUTION && control & FROM_DISTRIBUTION)
		tell_mac(teller, &wlan_fields[ADDRESS_4], &in);
}

const struct decoder wlan_decoder = {
	.name = "wlan",
	.protocol = "802.11",
	.title = "IEEE 802.11 wireless LAN",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_IEEE802_11 } },
	.decode = decode_wlan,
	.fields = wlan_fields,
	.tell = tell_wlan,
};

/* Radiotap fields stand in the order of their bits, each aligned to its own size. The flags are the
 * second one, behind an 8-byte timer. */
#define PRESENT_TIMER (1u << 0)
#define PRESENT_FLAGS (1u << 1)
#define PRESENT_MORE (1u << 31)
#define FLAG_FCS 0x10

static uint8_t radiotap_flags(struct cursor header)
{
	size_t read = 4;
	uint32_t first = cursor_le32(&header), present = first;
	read += 4;
	while (present & PRESENT_MORE && cursor_ok(&header)) {
		present = cursor_le32(&header);
		read += 4;
	}
	if (first & PRESENT_TIMER)
		cursor_skip(&header, (-read & 7) + 8);
	return first & PRESENT_FLAGS ? cursor_u8(&header) : 0;
}

static struct next decode_radiotap(struct cursor *in, struct packet *packet, void *facts)
{
	(void)packet;
	(void)facts;
	cursor_skip(in, 2); /* version, padding */
	size_t length = cursor_le16(in);
	if (cursor_ok(in) && length < 8)
		cursor_reject(in, "the radiotap header is shorter than its fixed part");
	struct cursor header = cursor_split(in, length - 4);
	if (header.captured < header.declared)
		cursor_fail(in, CURSOR_TRUNCATED, "the trace holds only part of the radiotap header");
	if (!cursor_ok(in))
		return next_none();
	size_t frame = in->declared;
	if (radiotap_flags(header) & FLAG_FCS && frame >= FCS_LENGTH)
		frame -= FCS_LENGTH;
	return next_decoder(&wlan_decoder, cursor_split(in, frame));
}

static struct next decode_prism(struct cursor *in, struct packet *packet, void *facts)
{
	(void)packet;
	(void)facts;
	cursor_skip(in, 4); /* message code */
	size_t length = cursor_le32(in);
	if (cursor_ok(in) && length < 8)
		cursor_reject(in, "the Prism header is shorter than its fixed part");
	if (!cursor_ok(in))
		return next_none();
	cursor_skip(in, length - 8);
	return next_decoder(&wlan_decoder, cursor_rest(in));
}

const struct decoder radiotap_decoder = {
	.name = "radiotap",
	.protocol = "Radiotap",
	.title = "IEEE 802.11 radiotap capture header",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_IEEE802_11_RADIOTAP } },
	.decode = decode_radiotap,
};

const struct decoder prism_decoder = {
	.name = "prism",
	.protocol = "Prism",
	.title = "IEEE 802.11 Prism capture header",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_IEEE802_11_PRISM } },
	.decode = decode_prism,
};
