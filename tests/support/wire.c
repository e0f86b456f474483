#include "wire.h"

#include <string.h>

#include "core/checksum.h"
#include "core/cursor.h"

#define ETHERNET_MINIMUM 60

void wire_put16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

void wire_put32(uint8_t *to, uint32_t value)
{
	wire_put16(to, value >> 16);
	wire_put16(to + 2, value);
}

static size_t checksum_field(uint8_t protocol)
{
	switch (protocol) {
	case 6:
		return 16;
	case 17:
		return 6;
	case 1:
	case 58:
		return 2;
	default:
		return SIZE_MAX;
	}
}

static uint64_t pseudo_header(const uint8_t *ip, uint8_t version, uint8_t protocol, size_t length)
{
	uint8_t tail[8] = { 0 };
	size_t address = version == 4 ? 12 : 8, bytes = version == 4 ? 8 : 32;
	wire_put32(tail, (uint32_t)length);
	tail[7] = protocol;
	return checksum_add(checksum_add(0, ip + address, bytes), tail, sizeof tail);
}

void wire_seal_ip(uint8_t *ip)
{
	size_t length = (size_t)(ip[0] & 15) * 4;
	wire_put16(ip + 10, 0);
	wire_put16(ip + 10, (uint16_t)~checksum_fold(checksum_add(0, ip, length)));
}

bool wire_ip_is_sealed(const uint8_t *ip)
{
	return checksum_fold(checksum_add(0, ip, (size_t)(ip[0] & 15) * 4)) == 0xffff;
}

/* `at` is where the checksum is, `length` that of the transport header and data. */
static void seal(uint8_t *ip, uint8_t version, uint8_t protocol, uint8_t *transport, size_t length,
		 size_t at, enum wire_checksum how)
{
	if (at == SIZE_MAX || at + 2 > length)
		return;
	wire_put16(transport + at, 0);
	if (how == WIRE_ZERO)
		return;
	uint64_t sum = protocol == 1 ? 0 : pseudo_header(ip, version, protocol, length);
	if (how == WIRE_PARTIAL) {
		wire_put16(transport + at, checksum_fold(sum));
		return;
	}
	uint16_t right = (uint16_t)~checksum_fold(checksum_add(sum, transport, length));
	if (protocol == 17 && right == 0)
		right = 0xffff;
	wire_put16(transport + at, how == WIRE_WRONG ? right ^ 0x5a5a : right);
}

void wire_seal_transport(uint8_t *frame, const struct wire_parts *parts, enum wire_checksum how)
{
	seal(frame + parts->ip, parts->version, parts->protocol, frame + parts->transport,
	     parts->end - parts->transport, checksum_field(parts->protocol), how);
}

size_t wire_ethernet(const uint8_t source[6], const uint8_t destination[6], const uint16_t *vlans,
		     unsigned vlan_count, uint16_t ethertype, uint8_t *to)
{
	size_t length = 12;
	memcpy(to, destination, 6);
	memcpy(to + 6, source, 6);
	for (unsigned i = 0; i < vlan_count; i++, length += 4) {
		wire_put16(to + length, 0x8100);
		wire_put16(to + length + 2, vlans[i]);
	}
	wire_put16(to + length, ethertype);
	return length + 2;
}

static size_t put_ipv4(const struct wire_header *header, size_t payload, uint8_t *ip)
{
	memset(ip, 0, 20);
	ip[0] = 0x45;
	ip[1] = header->tos;
	wire_put16(ip + 2, header->length_zero ? 0 : (uint32_t)(20 + payload));
	wire_put16(ip + 4, header->identification);
	wire_put16(ip + 6, header->fragment_offset / 8 | (header->dont_fragment ? 0x4000u : 0) |
				   (header->more_fragments ? 0x2000u : 0));
	ip[8] = header->ttl;
	ip[9] = header->protocol;
	memcpy(ip + 12, header->source.bytes, 4);
	memcpy(ip + 16, header->destination.bytes, 4);
	wire_seal_ip(ip);
	if (header->wrong_ip_checksum)
		ip[10] ^= 0xa5;
	return 20;
}

static size_t put_ipv6(const struct wire_header *header, size_t payload, uint8_t *ip)
{
	memset(ip, 0, 40);
	wire_put32(ip, 0x60000000u | (uint32_t)header->tos << 20);
	wire_put16(ip + 4, (uint32_t)payload);
	ip[6] = header->protocol;
	ip[7] = header->ttl;
	memcpy(ip + 8, header->source.bytes, 16);
	memcpy(ip + 24, header->destination.bytes, 16);
	return 40;
}

size_t wire_frame(const struct wire_header *header, const uint8_t *transport, size_t length,
		  size_t checksum_offset, uint8_t *to, size_t *ip_offset)
{
	bool v4 = header->source.family == ADDRESS_IPV4;
	size_t ip = wire_ethernet(header->source_mac, header->destination_mac, header->vlans,
				  header->vlan_count, v4 ? 0x0800 : 0x86dd, to);
	size_t header_length =
		v4 ? put_ipv4(header, length, to + ip) : put_ipv6(header, length, to + ip);
	uint8_t *body = to + ip + header_length;
	memcpy(body, transport, length);
	seal(to + ip, v4 ? 4 : 6, header->protocol, body, length, checksum_offset,
	     header->transport_checksum);
	size_t end = ip + header_length + length;
	if (end < ETHERNET_MINIMUM && !header->unpadded) {
		memset(to + end, 0, ETHERNET_MINIMUM - end);
		end = ETHERNET_MINIMUM;
	}
	if (ip_offset)
		*ip_offset = ip;
	return end;
}

/* Where the transport header of the IP packet at parts->ip begins and ends; leaves zeros if cut. */
static void find_transport(const uint8_t *frame, size_t length, struct wire_parts *parts)
{
	const uint8_t *ip = frame + parts->ip;
	if (parts->version == 4) {
		parts->protocol = ip[9];
		parts->transport = parts->ip + (size_t)(ip[0] & 15) * 4;
		parts->end = parts->ip + load_be16(ip + 2);
		parts->whole = (load_be16(ip + 6) & 0x3fff) == 0;
	} else {
		parts->protocol = ip[6];
		parts->transport = parts->ip + 40;
		parts->end = parts->transport + load_be16(ip + 4);
		parts->whole = true;
	}
	if (parts->end > length || parts->transport > parts->end) {
		parts->whole = false;
		parts->end = length;
	}
	size_t header = 8;
	if (parts->protocol == 6 && parts->transport + 20 <= parts->end)
		header = (size_t)(frame[parts->transport + 12] >> 4) * 4;
	parts->payload = parts->transport + header;
	if (parts->payload > parts->end) {
		parts->payload = parts->end;
		parts->whole = false;
	}
}

struct wire_parts wire_find(const uint8_t *frame, size_t length)
{
	struct wire_parts parts = { 0 };
	size_t at = 12;
	while (at + 6 <= length && load_be16(frame + at) == 0x8100)
		at += 4;
	if (at + 2 + 20 > length)
		return parts;
	uint16_t ethertype = load_be16(frame + at);
	if (ethertype != 0x0800 && (ethertype != 0x86dd || at + 2 + 40 > length))
		return parts;
	parts.ip = at + 2;
	parts.version = ethertype == 0x0800 ? 4 : 6;
	find_transport(frame, length, &parts);
	return parts;
}
