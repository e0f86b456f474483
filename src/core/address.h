/* Network and hardware addresses as values that compare with memcmp. */
#ifndef CORE_ADDRESS_H
#define CORE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum address_family { ADDRESS_NONE = 0, ADDRESS_IPV4 = 4, ADDRESS_IPV6 = 6, ADDRESS_MAC = 48 };

struct address {
	uint8_t bytes[16];  /* unused bytes are 0 */
	uint8_t family;     /* enum address_family */
};

struct endpoint {
	struct address address;
	uint8_t pad;        /* always 0, so that endpoints compare with memcmp */
	uint16_t port;      /* host byte order; 0 for protocols without ports */
};

struct mac { uint8_t bytes[6]; };

#define ADDRESS_TEXT_SIZE 48   /* enough for any family, with the final NUL */
#define ENDPOINT_TEXT_SIZE 56  /* "[v6]:port" */
#define MAC_TEXT_SIZE 18

struct address address_ipv4(const uint8_t bytes[4]);
struct address address_ipv6(const uint8_t bytes[16]);
struct address address_mac(const uint8_t bytes[6]);

static inline bool address_equal(const struct address *a, const struct address *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static inline int address_compare(const struct address *a, const struct address *b)
{
	return a->family != b->family ? (a->family < b->family ? -1 : 1)
				      : memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

/* RFC 5952 for IPv6, dotted quad for IPv4, colons for MACs. Returns `to`. */
const char *address_text(const struct address *address, char to[static ADDRESS_TEXT_SIZE]);
const char *endpoint_text(const struct endpoint *end, char to[static ENDPOINT_TEXT_SIZE]);
const char *mac_text(const uint8_t bytes[6], char to[static MAC_TEXT_SIZE]);

/* Reads an IPv4 or IPv6 address as people write it. */
bool address_parse(const char *text, struct address *to);

bool address_is_multicast(const struct address *address);      /* 224/4, ff00::/8 */
bool address_is_broadcast(const struct address *address);      /* 255.255.255.255 */
bool address_is_loopback(const struct address *address);       /* 127/8, ::1 */
bool address_is_unspecified(const struct address *address);    /* 0.0.0.0, :: */
bool address_is_link_local(const struct address *address);     /* 169.254/16, fe80::/10 */
bool address_is_private(const struct address *address);        /* RFC 1918, RFC 4193, loopback, link-local */

static inline bool mac_is_group(const uint8_t bytes[6])        /* broadcast or multicast bit */
{
	return bytes[0] & 1;
}

static inline bool mac_is_broadcast(const uint8_t bytes[6])
{
	return memcmp(bytes, "\xff\xff\xff\xff\xff\xff", 6) == 0;
}

#endif
