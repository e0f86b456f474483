#include "convert/pseudonym.h"

#include <stdlib.h>
#include <string.h>

#include "convert/cipher.h"
#include "core/hash.h"
#include "core/memory.h"

#define CACHE_ENTRIES 4096           /* direct-mapped: traces have few addresses that are busy */

enum { PAD_IPV4, PAD_IPV6, PAD_MAC, PAD_WORD, PADS };

struct pseudonyms {
	struct cipher *cipher;
	uint8_t pad[PADS][CIPHER_BLOCK];
	struct { struct address real, false_; } cache[CACHE_ENTRIES];
};

struct prefix { uint8_t bytes[16]; unsigned length; bool kept_whole; };

/* Ranges that keep their meaning. The way to each must stay as it is; inside, bits change. */
static const struct prefix ipv4_ranges[] = {
	{ { 0 }, 8, true }, { { 10 }, 8, false }, { { 100, 64 }, 10, false }, { { 127 }, 8, true },
	{ { 169, 254 }, 16, false }, { { 172, 16 }, 12, false }, { { 192, 168 }, 16, false },
	{ { 224 }, 4, true }, { { 255, 255, 255, 255 }, 32, true },
};
static const struct prefix ipv6_ranges[] = {
	{ { 0 }, 128, true }, { { [15] = 1 }, 128, true },
	{ { [10] = 0xff, 0xff }, 96, false },                        /* IPv4-mapped */
	{ { 0, 0x64, 0xff, 0x9b }, 96, false },                      /* NAT64, RFC 6052 */
	{ { 0x20, 0x01 }, 32, false }, { { 0x20, 0x02 }, 16, false },        /* Teredo, 6to4 */
	{ { 0x20 }, 3, false }, { { 0xfc }, 7, false }, { { 0xfe, 0x80 }, 64, false },
	{ { 0xff }, 8, true },
};
/* ff02::1:ff00:0/104 ends in the last bytes of an address. */
static const struct prefix solicited_node = { { 0xff, 0x02, [11] = 0x01, 0xff }, 104, false };

struct pseudonyms *pseudonyms_create(const char *key, struct error *error)
{
	struct pseudonyms *pseudonyms = memory_zeroed(1, sizeof *pseudonyms);
	pseudonyms->cipher = cipher_create(key, pseudonyms->pad[0], sizeof pseudonyms->pad, error);
	if (pseudonyms->cipher)
		return pseudonyms;
	free(pseudonyms);
	return NULL;
}

void pseudonyms_destroy(struct pseudonyms *pseudonyms)
{
	if (!pseudonyms)
		return;
	cipher_destroy(pseudonyms->cipher);
	free(pseudonyms);
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned count)
{
	unsigned rest = count % 8;
	if (memcmp(a, b, count / 8) != 0)
		return false;
	return rest == 0 || (a[count / 8] ^ b[count / 8]) >> (8 - rest) == 0;
}

/* Does bit `at` lie on the way to a range, or inside one that is kept whole? */
static bool is_fixed(const struct prefix *ranges, size_t count, const uint8_t *bytes, unsigned at)
{
	for (size_t i = 0; i < count; i++) {
		const struct prefix *range = &ranges[i];
		bool inside = at >= range->length;
		if ((!inside || range->kept_whole) &&
		    same_bits(bytes, range->bytes, inside ? range->length : at))
			return true;
	}
	return false;
}

/* The last byte of a broadcast address is mostly 255: the way there is kept in every network. */
static bool is_all_ones(uint8_t byte, unsigned bits)
{
	return bits == 0 || byte >> (8 - bits) == 0xff >> (8 - bits);
}

static bool is_solicited_node(const uint8_t bytes[16])
{
	return same_bits(bytes, solicited_node.bytes, solicited_node.length);
}

static bool keeps_bit(const uint8_t *bytes, unsigned bits, unsigned at)
{
	if (bits == 32)
		return is_fixed(ipv4_ranges, sizeof ipv4_ranges / sizeof *ipv4_ranges, bytes, at) ||
		       (at >= 24 && is_all_ones(bytes[3], at - 24));
	if (at >= solicited_node.length && is_solicited_node(bytes))
		return false;
	return is_fixed(ipv6_ranges, sizeof ipv6_ranges / sizeof *ipv6_ranges, bytes, at);
}

/* Bit n of the pseudonym is bit n of the address, turned round or not as the cipher says about the n bits
 * before it. */
static void encrypt_address(struct pseudonyms *pseudonyms, uint8_t *bytes, unsigned bits)
{
	uint8_t from[128 * CIPHER_BLOCK], to[128 * CIPHER_BLOCK], result[16] = { 0 };
	const uint8_t *pad = pseudonyms->pad[bits == 32 ? PAD_IPV4 : PAD_IPV6];
	for (unsigned at = 0; at < bits; at++) {
		uint8_t *block = from + (size_t)at * CIPHER_BLOCK;
		uint8_t mask = (uint8_t)(0xff00 >> at % 8);  /* the bits of this byte that are in front */
		memcpy(block, pad, CIPHER_BLOCK);
		memcpy(block, bytes, at / 8);
		block[at / 8] = (uint8_t)((bytes[at / 8] & mask) | (pad[at / 8] & ~mask));
	}
	cipher_blocks(pseudonyms->cipher, from, to, bits);
	for (unsigned at = 0; at < bits; at++) {
		unsigned turn = keeps_bit(bytes, bits, at) ? 0 : to[(size_t)at * CIPHER_BLOCK] >> 7;
		unsigned bit = (bytes[at / 8] >> (7 - at % 8) & 1u) ^ turn;
		result[at / 8] |= (uint8_t)(bit << (7 - at % 8));
	}
	memcpy(bytes, result, bits / 8);
}

static bool embeds_ipv4(const uint8_t bytes[16])
{
	static const uint8_t nothing[16];
	for (int i = 2; i <= 3; i++)
		if (same_bits(bytes, ipv6_ranges[i].bytes, ipv6_ranges[i].length))
			return true;
	return memcmp(bytes, nothing, 12) == 0 && memcmp(bytes, nothing, 14) != 0;
}

static void encrypt(struct pseudonyms *pseudonyms, struct address *address)
{
	if (address->family == ADDRESS_IPV4)
		encrypt_address(pseudonyms, address->bytes, 32);
	else if (embeds_ipv4(address->bytes))
		encrypt_address(pseudonyms, address->bytes + 12, 32);
	else
		encrypt_address(pseudonyms, address->bytes, 128);
}

void pseudonym_address(struct pseudonyms *pseudonyms, struct address *address)
{
	if (address->family != ADDRESS_IPV4 && address->family != ADDRESS_IPV6)
		return;
	size_t at = hash_bytes(address, sizeof *address, pseudonyms->pad[PAD_WORD][0]) %
		CACHE_ENTRIES;
	if (!address_equal(&pseudonyms->cache[at].real, address)) {
		pseudonyms->cache[at].real = *address;
		encrypt(pseudonyms, address);
		pseudonyms->cache[at].false_ = *address;
	}
	*address = pseudonyms->cache[at].false_;
}

void pseudonym_ipv4(struct pseudonyms *pseudonyms, uint8_t bytes[4])
{
	struct address address = address_ipv4(bytes);
	pseudonym_address(pseudonyms, &address);
	memcpy(bytes, address.bytes, 4);
}

void pseudonym_ipv6(struct pseudonyms *pseudonyms, uint8_t bytes[16])
{
	struct address address = address_ipv6(bytes);
	pseudonym_address(pseudonyms, &address);
	memcpy(bytes, address.bytes, 16);
}

/* VRRP (RFC 9568, 7.3) and the older and newer HSRP: the last byte is a group, nobody's address. */
static bool is_virtual_router(const uint8_t bytes[6])
{
	return memcmp(bytes, "\x00\x00\x5e\x00\x01", 5) == 0 || memcmp(bytes, "\x00\x00\x5e\x00\x02", 5) == 0 ||
	       memcmp(bytes, "\x00\x00\x0c\x07\xac", 5) == 0 ||
	       (memcmp(bytes, "\x00\x00\x0c\x9f", 4) == 0 && bytes[4] >> 4 == 0xf);
}

void pseudonym_mac(struct pseudonyms *pseudonyms, uint8_t bytes[6])
{
	static const uint8_t zeros[6];
	uint8_t block[CIPHER_BLOCK];
	if (memcmp(bytes, "\x33\x33\xff", 3) == 0) {
		uint8_t group[16];
		memcpy(group, solicited_node.bytes, sizeof group);
		memcpy(group + 13, bytes + 3, 3);
		pseudonym_ipv6(pseudonyms, group);
		memcpy(bytes + 3, group + 13, 3);
		return;
	}
	if (mac_is_group(bytes) || memcmp(bytes, zeros, sizeof zeros) == 0 || is_virtual_router(bytes))
		return;
	memcpy(block, pseudonyms->pad[PAD_MAC], sizeof block);
	memcpy(block, bytes, 6);
	cipher_blocks(pseudonyms->cipher, block, block, 1);
	bytes[0] = (uint8_t)((bytes[0] & 3) | (block[0] & ~3));
	memcpy(bytes + 1, block + 1, 5);
}

static uint8_t small_letter(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

/* CBC-MAC; the length in front makes it safe for words of different lengths. */
static void authenticate(struct pseudonyms *pseudonyms, const uint8_t *bytes, size_t length,
			 uint8_t mac[CIPHER_BLOCK])
{
	memcpy(mac, pseudonyms->pad[PAD_WORD], CIPHER_BLOCK);
	for (unsigned i = 0; i < 4; i++)
		mac[i] ^= (uint8_t)(length >> 8 * i);
	cipher_blocks(pseudonyms->cipher, mac, mac, 1);
	for (size_t at = 0; at < length; at += CIPHER_BLOCK) {
		for (size_t i = 0; i < CIPHER_BLOCK && at + i < length; i++)
			mac[i] ^= small_letter(bytes[at + i]);
		cipher_blocks(pseudonyms->cipher, mac, mac, 1);
	}
}

/* `count` letters that the mac decides on. */
static void make_letters(struct pseudonyms *pseudonyms, uint8_t mac[CIPHER_BLOCK], uint8_t *to,
			 size_t count)
{
	for (size_t at = 0; at < count; at++) {
		if (at % CIPHER_BLOCK == 0)
			cipher_blocks(pseudonyms->cipher, mac, mac, 1);
		to[at] = (uint8_t)('a' + mac[at % CIPHER_BLOCK] % 26);
	}
}

void pseudonym_word(struct pseudonyms *pseudonyms, uint8_t *bytes, size_t length)
{
	uint8_t mac[CIPHER_BLOCK], letters[64];
	authenticate(pseudonyms, bytes, length, mac);
	for (size_t at = 0; at < length; at += sizeof letters) {
		size_t count = length - at < sizeof letters ? length - at : sizeof letters;
		make_letters(pseudonyms, mac, letters, count);
		for (size_t i = 0; i < count; i++) {
			bool capital = bytes[at + i] >= 'A' && bytes[at + i] <= 'Z';
			bytes[at + i] = capital ? (uint8_t)(letters[i] - 'a' + 'A') : letters[i];
		}
	}
}

void pseudonym_name(struct pseudonyms *pseudonyms, const char *name, char to[static PSEUDONYM_NAME_SIZE])
{
	uint8_t mac[CIPHER_BLOCK], letters[PSEUDONYM_NAME_SIZE - 1];
	memset(to, 0, PSEUDONYM_NAME_SIZE);
	if (!*name)
		return;
	authenticate(pseudonyms, (const uint8_t *)name, strlen(name), mac);
	make_letters(pseudonyms, mac, letters, sizeof letters);
	memcpy(to, letters, sizeof letters);
}
