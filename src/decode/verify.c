/* Checksums of IP and of what runs on it. */
#include "decode/verify.h"

#include <arpa/inet.h>

#include "core/checksum.h"

static uint16_t fold_once_more(uint32_t sum)
{
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

uint8_t verify_sum(uint64_t sum, uint16_t stored, uint16_t *expected)
{
	uint16_t total = checksum_fold(sum);
	/* RFC 1624: taking a word out of a one's complement sum is adding its complement. */
	*expected = (uint16_t)~fold_once_more((uint32_t)total + (uint16_t)~stored);
	if (total == 0xffff)
		return CHECKSUM_GOOD;
	return stored ? CHECKSUM_BAD : CHECKSUM_ZERO;
}

static bool verifiable(const struct packet *packet, const struct cursor *bytes)
{
	const struct ip_header *ip = packet->ip;
	return !packet->unchecked && bytes->captured == bytes->declared && ip && (!ip->fragmented || ip->reassembled);
}

uint8_t verify_bytes(const struct packet *packet, struct cursor bytes, uint16_t stored,
		     uint16_t *expected)
{
	if (!verifiable(packet, &bytes))
		return CHECKSUM_UNVERIFIED;
	return verify_sum(checksum_add(0, bytes.next, bytes.declared), stored, expected);
}

uint8_t verify_segment(const struct packet *packet, uint8_t protocol, struct cursor segment,
		       uint16_t stored, uint16_t *expected)
{
	if (!verifiable(packet, &segment))
		return CHECKSUM_UNVERIFIED;
	const struct ip_header *ip = packet->ip;
	size_t address_length = ip->version == 4 ? 4 : 16;
	uint64_t pseudo = checksum_add(0, ip->source.bytes, address_length);
	pseudo = checksum_add(pseudo, ip->destination.bytes, address_length);
	pseudo += htons(protocol);
	uint64_t with_length = pseudo + htonl((uint32_t)segment.declared);

	uint64_t sum = checksum_add(with_length, segment.next, segment.declared);
	uint8_t state = verify_sum(sum, stored, expected);
	/* Cards that cut large segments want the sum without the length, which they alone will
	 * know. */
	if (state == CHECKSUM_BAD &&
	    (stored == checksum_fold(with_length) || stored == checksum_fold(pseudo)))
		return CHECKSUM_PARTIAL;
	return state;
}
