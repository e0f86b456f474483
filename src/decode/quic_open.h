/* Opens Initial packets: RFC 9001, 5. Without libcrypto nothing can be opened. */
#ifndef DECODE_QUIC_OPEN_H
#define DECODE_QUIC_OPEN_H

#include "core/cursor.h"

#define QUIC_MAX_PACKET 1500     /* bytes; larger Initials stay closed */

struct quic_initial {
	uint32_t version;
	const uint8_t *destination;  /* the connection ID to which the client sent its first one (or that after a Retry) */
	size_t destination_length;
	const uint8_t *packet;       /* from its first byte on */
	size_t header_length;        /* up to the packet number */
	size_t length;               /* of the whole packet */
	bool from_server;
};

struct quic_payload {
	uint64_t number;             /* packet number */
	uint8_t number_length;
	size_t length;
	uint8_t bytes[QUIC_MAX_PACKET];      /* frames */
};

bool quic_knows(uint32_t version);
/* Version 2 numbers the types of packets differently. */
bool quic_is_second(uint32_t version);
/* False: it is not of this connection and side, or its version is not known. */
bool quic_open(const struct quic_initial *initial, struct quic_payload *to);

#endif
