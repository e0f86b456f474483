/* Dynamic Host Configuration Protocol, RFC 2131, and BOOTP, RFC 951: what analysis needs of a message. */
#ifndef DECODE_DHCP_H
#define DECODE_DHCP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/cursor.h"
#include "decode/field.h"

struct decoder;

enum dhcp_type { DHCP_BOOTP, DHCP_DISCOVER, DHCP_OFFER, DHCP_REQUEST, DHCP_DECLINE, DHCP_ACK, DHCP_NAK,
	DHCP_RELEASE, DHCP_INFORM, DHCP_FORCERENEW };

enum { DHCP_SERVER_PORT = 67, DHCP_CLIENT_PORT = 68 };

struct dhcp_message {
	bool reply;                  /* of a server (or a relay in its place) */
	uint8_t type;                /* option 53; DHCP_BOOTP without it */
	uint8_t hops;
	uint8_t hardware_type, hardware_length;
	uint8_t hardware[16];
	uint32_t transaction;
	uint16_t seconds;
	bool broadcast;              /* wants the answer as a broadcast */
	struct address client, yours, next_server, relay;    /* unspecified where the client has none */
	/* Options, RFC 2132; family NONE where they are missing */
	struct address requested, server, mask, router, name_server;
	uint64_t name_servers;       /* hash of them all, whatever their order; 0: none */
	bool has_lease;
	uint32_t lease;              /* seconds */
	uint64_t client_identifier;  /* hash; 0: none */
	char message[80];            /* option 56, printable */
	char host_name[64];          /* option 12, printable */
	bool bad_option;             /* an option reaches past the end */
	bool end_missing;            /* no end option */
};

extern const struct decoder dhcp_decoder;

extern const struct field_name dhcp_types[];
extern const struct field dhcp_fields[];
void tell_dhcp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts);

#endif
