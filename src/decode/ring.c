/* Ring networks: IEEE 802.5 Token Ring and FDDI. */
#include "decode/ethernet.h"
#include "source/linktype.h"

#define SOURCE_ROUTED 0x80   /* in the first byte of the source: routing information follows */

enum { TOKEN_RING_LLC = 0x40, FDDI_LLC = 0x50, FRAME_TYPE_MASK = 0xc0, FDDI_TYPE_MASK = 0xf0 };

static void read_addresses(struct cursor *in, struct link_facts *link)
{
	cursor_bytes(in, link->destination, sizeof link->destination);
	cursor_bytes(in, link->source, sizeof link->source);
	link->has_destination = link->has_source = cursor_ok(in);
}

static struct next decode_token_ring(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	cursor_skip(in, 1); /* access control */
	uint8_t frame_control = cursor_u8(in);
	read_addresses(in, &packet->link);
	if (packet->link.source[0] & SOURCE_ROUTED) {
		packet->link.source[0] &= (uint8_t)~SOURCE_ROUTED;
		size_t length = cursor_u8(in) & 31;
		if (length > 1)
			cursor_skip(in, length - 1);
	}
	if ((frame_control & FRAME_TYPE_MASK) != TOKEN_RING_LLC)
		return next_payload(cursor_rest(in));
	return next_decoder(&llc_decoder, cursor_rest(in));
}

static struct next decode_fddi(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	uint8_t frame_control = cursor_u8(in);
	read_addresses(in, &packet->link);
	if ((frame_control & FDDI_TYPE_MASK) != FDDI_LLC)
		return next_payload(cursor_rest(in));
	return next_decoder(&llc_decoder, cursor_rest(in));
}

const struct decoder token_ring_decoder = {
	.name = "tr",
	.protocol = "Token Ring",
	.title = "IEEE 802.5 Token Ring",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_TOKEN_RING } },
	.decode = decode_token_ring,
};

const struct decoder fddi_decoder = {
	.name = "fddi",
	.protocol = "FDDI",
	.title = "Fiber Distributed Data Interface",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_FDDI } },
	.decode = decode_fddi,
};
