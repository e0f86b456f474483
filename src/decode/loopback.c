/* Link types with hardly any link layer: BSD loopback, raw IP and SLIP. */
#include "decode/ethernet.h"
#include "decode/ip.h"
#include "source/linktype.h"

/* AF_ values as the recording system had them; IPv6 never got the same one twice. */
enum {
	FAMILY_INET = 2, FAMILY_INET6_LINUX = 10, FAMILY_INET6_BSD = 24, FAMILY_INET6_FREEBSD = 28,
	FAMILY_INET6_DARWIN = 30,
};
#define SLIP_HEADER_LENGTH 16 /* direction, compression type, and 14 bytes of a compressed header */

static struct next decode_null(struct cursor *in, struct packet *packet, void *facts)
{
	(void)packet;
	(void)facts;
	uint32_t family = cursor_be32(in);
	if (family > UINT16_MAX) /* the recorder's byte order was the other one */
		family = __builtin_bswap32(family);
	switch (family) {
	case FAMILY_INET:
		return next_decoder(&ipv4_decoder, cursor_rest(in));
	case FAMILY_INET6_LINUX:
	case FAMILY_INET6_BSD:
	case FAMILY_INET6_FREEBSD:
	case FAMILY_INET6_DARWIN:
		return next_decoder(&ipv6_decoder, cursor_rest(in));
	default: /* some systems put an EtherType there */
		return next_lookup(BY_ETHERTYPE, family, cursor_rest(in));
	}
}

static struct next decode_raw(struct cursor *in, struct packet *packet, void *facts)
{
	(void)packet;
	(void)facts;
	return ip_by_version(cursor_rest(in));
}

static struct next decode_slip(struct cursor *in, struct packet *packet, void *facts)
{
	(void)packet;
	(void)facts;
	cursor_skip(in, SLIP_HEADER_LENGTH);
	return ip_by_version(cursor_rest(in));
}

const struct decoder null_decoder = {
	.name = "null",
	.protocol = "NULL",
	.title = "BSD loopback",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_NULL }, { BY_LINK_TYPE, LINKTYPE_LOOP } },
	.decode = decode_null,
};

const struct decoder raw_decoder = {
	.name = "raw",
	.protocol = "RAW",
	.title = "IP without a link layer",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_RAW }, { BY_LINK_TYPE, LINKTYPE_IPV4 },
		{ BY_LINK_TYPE, LINKTYPE_IPV6 } },
	.decode = decode_raw,
};

const struct decoder slip_decoder = {
	.name = "slip",
	.protocol = "SLIP",
	.title = "Serial Line IP",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_SLIP } },
	.decode = decode_slip,
};
