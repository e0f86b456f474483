#include "source/file/ipcs_build.h"

#include "core/checksum.h"
#include "core/cursor.h"

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define TCP_HEADER 20
#define TCP_LONGEST 60
#define UDP_HEADER 8
#define USUAL_LIFETIME 64
enum { PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };
enum { FLAG_SYN = 0x02 };

static void store_be16(uint8_t *to, uint64_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void store_be32(uint8_t *to, uint64_t value)
{
	store_be16(to, value >> 16);
	store_be16(to + 2, value);
}

bool ipcs_header_sound(const uint8_t *bytes, size_t length)
{
	size_t header = length ? (size_t)(bytes[0] & 0x0f) * 4 : 0;
	return header >= IPV4_HEADER && bytes[0] >> 4 == 4 && length >= header &&
	       checksum_fold(checksum_add(0, bytes, header)) == 0xffff;
}

static bool knows_all(const struct ipcs_words *words, const enum ipcs_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!ipcs_knows(words, fields[i]))
			return false;
	return true;
}

/* Bytes of the transport header on the wire, when it is one that can be built; otherwise 0. */
static size_t transport_length(const struct ipcs_words *words)
{
	if (words->value[IPCS_PROTOCOL] == PROTOCOL_UDP)
		return UDP_HEADER;
	if (words->value[IPCS_PROTOCOL] != PROTOCOL_TCP)
		return 0;
	if (words->kind == IPCS_SUMMARY)
		return words->value[IPCS_TCP_FLAGS] & FLAG_SYN ? TCP_LONGEST : TCP_HEADER;
	return (size_t)words->value[IPCS_TCP_LENGTH] & TCP_LONGEST;
}

static size_t build_udp(const struct ipcs_words *words, uint8_t *to)
{
	static const enum ipcs_field needed[] = {
		IPCS_SOURCE_PORT, IPCS_DESTINATION_PORT, IPCS_DATAGRAM_LENGTH, IPCS_CHECKSUM,
	};
	bool summary = words->kind == IPCS_SUMMARY;
	if (!knows_all(words, needed, summary ? 2 : 4))
		return 0;
	store_be16(to, words->value[IPCS_SOURCE_PORT]);
	store_be16(to + 2, words->value[IPCS_DESTINATION_PORT]);
	store_be16(to + 4, summary ? UDP_HEADER + words->value[IPCS_DATA_LENGTH]
				   : words->value[IPCS_DATAGRAM_LENGTH]);
	store_be16(to + 6, words->value[IPCS_CHECKSUM]);
	return UDP_HEADER;
}

static size_t build_tcp(const struct ipcs_words *words, uint8_t *to, size_t length)
{
	static const enum ipcs_field needed[] = {
		IPCS_SOURCE_PORT, IPCS_DESTINATION_PORT, IPCS_SEQUENCE, IPCS_ACKNOWLEDGMENT,
		IPCS_TCP_FLAGS, IPCS_WINDOW, IPCS_TCP_LENGTH, IPCS_CHECKSUM,
	};
	if (!knows_all(words, needed, words->kind == IPCS_SUMMARY ? 6 : 8) || length < TCP_HEADER)
		return 0;
	uint64_t window = words->value[IPCS_WINDOW];
	store_be16(to, words->value[IPCS_SOURCE_PORT]);
	store_be16(to + 2, words->value[IPCS_DESTINATION_PORT]);
	store_be32(to + 4, words->value[IPCS_SEQUENCE]);
	store_be32(to + 8, words->value[IPCS_ACKNOWLEDGMENT]);
	to[12] = (uint8_t)(length / 4 << 4);
	to[13] = (uint8_t)words->value[IPCS_TCP_FLAGS];
	store_be16(to + 14, window > UINT16_MAX ? UINT16_MAX : window);
	store_be16(to + 16, words->value[IPCS_CHECKSUM]);
	store_be16(to + 18, words->value[IPCS_URGENT]);
	return TCP_HEADER;
}

static size_t build_ipv4(const struct ipcs_words *words, uint8_t *to, size_t *wire)
{
	static const enum ipcs_field needed[] = {
		IPCS_PROTOCOL, IPCS_HEADER_LENGTH, IPCS_PACKET_LENGTH, IPCS_ID, IPCS_OFFSET,
		IPCS_TTL, IPCS_IP_CHECKSUM,
	};
	bool summary = words->kind == IPCS_SUMMARY;
	if (!knows_all(words, needed, summary ? 1 : sizeof needed / sizeof *needed))
		return 0;
	size_t data = (size_t)words->value[IPCS_DATA_LENGTH];
	*wire = summary ? IPV4_HEADER + transport_length(words) + data
			: (size_t)words->value[IPCS_PACKET_LENGTH];
	size_t length = summary ? IPV4_HEADER : (size_t)words->value[IPCS_HEADER_LENGTH];
	if (length < IPV4_HEADER || length > TCP_LONGEST || *wire < length || *wire > UINT16_MAX)
		return 0;
	to[0] = (uint8_t)(0x40 | length / 4);
	to[1] = (uint8_t)words->value[IPCS_TOS];
	store_be16(to + 2, *wire);
	store_be16(to + 4, words->value[IPCS_ID]);
	store_be16(to + 6, words->value[IPCS_FRAGMENT] | words->value[IPCS_OFFSET] / 8);
	to[8] = summary ? USUAL_LIFETIME : (uint8_t)words->value[IPCS_TTL];
	to[9] = (uint8_t)words->value[IPCS_PROTOCOL];
	memcpy(to + 12, words->source.bytes, 4);
	memcpy(to + 16, words->destination.bytes, 4);
	store_be16(to + 10, words->value[IPCS_IP_CHECKSUM]);
	if (summary)
		store_be16(to + 10, 0xffffu ^ checksum_fold(checksum_add(0, to, IPV4_HEADER)));
	/* The checksum shows whether the words were read well. */
	bool misread =
		words->header_was_right && length == IPV4_HEADER && !ipcs_header_sound(to, length);
	return misread ? 0 : IPV4_HEADER;
}

static size_t build_ipv6(const struct ipcs_words *words, uint8_t *to, size_t *wire)
{
	static const enum ipcs_field needed[] = {
		IPCS_PROTOCOL, IPCS_PAYLOAD_LENGTH, IPCS_HOP_LIMIT,
	};
	bool summary = words->kind == IPCS_SUMMARY;
	if (!knows_all(words, needed, summary ? 1 : 3))
		return 0;
	size_t payload = summary ? transport_length(words) + (size_t)words->value[IPCS_DATA_LENGTH]
				 : (size_t)words->value[IPCS_PAYLOAD_LENGTH];
	if (payload > UINT16_MAX)
		return 0;
	to[0] = 0x60;
	store_be16(to + 4, payload);
	to[6] = (uint8_t)words->value[IPCS_PROTOCOL];
	to[7] = summary ? USUAL_LIFETIME : (uint8_t)words->value[IPCS_HOP_LIMIT];
	memcpy(to + 8, words->source.bytes, 16);
	memcpy(to + 24, words->destination.bytes, 16);
	*wire = IPV6_HEADER + payload;
	return IPV6_HEADER;
}

/* A packet that is all there gets the checksum that it surely had. */
static void sum_whole(const struct ipcs_words *words, uint8_t *packet, size_t network,
		      size_t length)
{
	size_t place = words->value[IPCS_PROTOCOL] == PROTOCOL_TCP ? 16 : 6;
	size_t addresses = packet[0] >> 4 == 4 ? 8 : 32;
	uint8_t pseudo[4] = { 0, (uint8_t)words->value[IPCS_PROTOCOL] };
	store_be16(pseudo + 2, length - network);
	uint64_t sum = checksum_add(0, packet + network - addresses, addresses);
	sum = checksum_add(sum, pseudo, sizeof pseudo);
	sum = checksum_add(sum, packet + network, length - network);
	unsigned result = 0xffffu ^ checksum_fold(sum);
	store_be16(packet + network + place, result ? result : 0xffffu);
}

size_t ipcs_build(const struct ipcs_words *words, uint8_t to[static IPCS_BUILT_LONGEST],
		  size_t *wire)
{
	memset(to, 0, IPCS_BUILT_LONGEST);
	uint8_t family = words->source.family;
	if (words->unusable || !family || family != words->destination.family)
		return 0;
	size_t network =
		family == ADDRESS_IPV4 ? build_ipv4(words, to, wire) : build_ipv6(words, to, wire);
	/* Options in between are not known, and later fragments have no header. */
	if (!network || (to[0] >> 4 == 4 && to[0] != 0x45) || words->value[IPCS_OFFSET])
		return network;
	size_t length = transport_length(words), built = 0;
	if (words->value[IPCS_PROTOCOL] == PROTOCOL_UDP)
		built = build_udp(words, to + network);
	else if (words->value[IPCS_PROTOCOL] == PROTOCOL_TCP)
		built = build_tcp(words, to + network, length);
	built += network;
	if (words->kind != IPCS_SUMMARY || built != network + length)
		return built < *wire ? built : *wire;
	size_t more = words->first_byte_count;
	if (more > *wire - built)
		more = *wire - built;
	memcpy(to + built, words->first_bytes, more);
	if (built + more == *wire)
		sum_whole(words, to, network, *wire);
	return built + more;
}
