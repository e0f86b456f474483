#include "core/address.h"

#include <arpa/inet.h>
#include <stdio.h>

struct address address_ipv4(const uint8_t bytes[4])
{
	struct address address = { .family = ADDRESS_IPV4 };
	memcpy(address.bytes, bytes, 4);
	return address;
}

struct address address_ipv6(const uint8_t bytes[16])
{
	struct address address = { .family = ADDRESS_IPV6 };
	memcpy(address.bytes, bytes, 16);
	return address;
}

struct address address_mac(const uint8_t bytes[6])
{
	struct address address = { .family = ADDRESS_MAC };
	memcpy(address.bytes, bytes, 6);
	return address;
}

const char *mac_text(const uint8_t bytes[6], char to[static MAC_TEXT_SIZE])
{
	snprintf(to, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2],
		 bytes[3], bytes[4], bytes[5]);
	return to;
}

const char *address_text(const struct address *address, char to[static ADDRESS_TEXT_SIZE])
{
	to[0] = '\0';
	switch (address->family) {
	case ADDRESS_IPV4:
		inet_ntop(AF_INET, address->bytes, to, ADDRESS_TEXT_SIZE);
		break;
	case ADDRESS_IPV6:
		inet_ntop(AF_INET6, address->bytes, to, ADDRESS_TEXT_SIZE);
		break;
	case ADDRESS_MAC:
		mac_text(address->bytes, to);
		break;
	default:
		snprintf(to, ADDRESS_TEXT_SIZE, "-");
	}
	return to;
}

const char *endpoint_text(const struct endpoint *end, char to[static ENDPOINT_TEXT_SIZE])
{
	char address[ADDRESS_TEXT_SIZE];
	address_text(&end->address, address);
	if (!end->port)
		snprintf(to, ENDPOINT_TEXT_SIZE, "%s", address);
	else if (end->address.family == ADDRESS_IPV6)
		snprintf(to, ENDPOINT_TEXT_SIZE, "[%s]:%u", address, end->port);
	else
		snprintf(to, ENDPOINT_TEXT_SIZE, "%s:%u", address, end->port);
	return to;
}

bool address_parse(const char *text, struct address *to)
{
	memset(to, 0, sizeof *to);
	if (inet_pton(AF_INET, text, to->bytes) == 1) {
		to->family = ADDRESS_IPV4;
		return true;
	}
	if (inet_pton(AF_INET6, text, to->bytes) == 1) {
		to->family = ADDRESS_IPV6;
		return true;
	}
	memset(to, 0, sizeof *to);
	return false;
}

bool address_is_multicast(const struct address *address)
{
	return address->family == ADDRESS_IPV4 ? (address->bytes[0] & 0xf0) == 0xe0
	     : address->family == ADDRESS_IPV6 ? address->bytes[0] == 0xff : false;
}

bool address_is_broadcast(const struct address *address)
{
	return address->family == ADDRESS_IPV4 && memcmp(address->bytes, "\xff\xff\xff\xff", 4) == 0;
}

bool address_is_loopback(const struct address *address)
{
	static const uint8_t one[16] = { [15] = 1 };
	return address->family == ADDRESS_IPV4 ? address->bytes[0] == 127
	     : address->family == ADDRESS_IPV6 && memcmp(address->bytes, one, 16) == 0;
}

bool address_is_unspecified(const struct address *address)
{
	static const uint8_t zero[16];
	return address->family == ADDRESS_NONE || memcmp(address->bytes, zero, 16) == 0;
}

bool address_is_link_local(const struct address *address)
{
	return address->family == ADDRESS_IPV4
		? address->bytes[0] == 169 && address->bytes[1] == 254
		: address->family == ADDRESS_IPV6 && address->bytes[0] == 0xfe &&
		  (address->bytes[1] & 0xc0) == 0x80;
}

bool address_is_private(const struct address *address)
{
	const uint8_t *b = address->bytes;
	if (address_is_loopback(address) || address_is_link_local(address))
		return true;
	if (address->family == ADDRESS_IPV4)
		return b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168);
	return address->family == ADDRESS_IPV6 && (b[0] & 0xfe) == 0xfc;
}
