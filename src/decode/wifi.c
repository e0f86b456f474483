/* Wireless LAN, IEEE 802.11, with the headers that recorders put before it: radiotap
 * (https://www.radiotap.org) and Prism. Data frames are followed when they are not encrypted. */
#include "decode/ethernet.h"
#include "source/linktype.h"

#define FCS_LENGTH 4

/* The first two bytes, read as a little-endian number (9.2.4.1). */
enum {
	TYPE_MASK = 0x000c, TYPE_DATA = 0x0008,
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

const struct decoder wlan_decoder = {
	.name = "wlan",
	.protocol = "802.11",
	.title = "IEEE 802.11 wireless LAN",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_IEEE802_11 } },
	.decode = decode_wlan,
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
