/* Packets that Linux's netfilter logged. https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html
 *
 *     family 1 | version 1 | resource 2 | { length 2 | type 2 | value, padded to 4 } …
 *
 * Lengths and types are in the recorder's byte order, which nothing tells: a type is small. */
#include "decode/ip.h"
#include "source/linktype.h"

#define ATTRIBUTE_HEADER_LENGTH 4
#define ATTRIBUTE_PAYLOAD 9
#define FAMILY_INET 2
#define FAMILY_INET6 10

static struct next decode_nflog(struct cursor *in, struct packet *packet, void *facts)
{
	(void)packet;
	(void)facts;
	uint8_t family = cursor_u8(in);
	cursor_skip(in, 3);
	while (cursor_more(in)) {
		uint16_t length = cursor_le16(in);
		uint16_t type = cursor_le16(in);
		if ((type & 0xff) == 0 && type != 0) {
			length = __builtin_bswap16(length);
			type = __builtin_bswap16(type);
		}
		if (cursor_ok(in) && length < ATTRIBUTE_HEADER_LENGTH)
			cursor_reject(in, "an NFLOG attribute is shorter than its own header");
		if (!cursor_ok(in))
			return next_none();
		struct cursor value = cursor_split(in, length - ATTRIBUTE_HEADER_LENGTH);
		if (type == ATTRIBUTE_PAYLOAD && (family == FAMILY_INET || family == FAMILY_INET6))
			return ip_by_version(value);
		size_t padding = -(size_t)length & 3;
		cursor_skip(in, padding < in->declared ? padding : in->declared);
	}
	return next_none();
}

const struct decoder nflog_decoder = {
	.name = "nflog",
	.protocol = "NFLOG",
	.title = "Linux netfilter log",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_NFLOG } },
	.decode = decode_nflog,
};
