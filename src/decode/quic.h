/* QUIC, RFC 9000, as far as it can be seen from outside: headers, and what both ends' Initials say, whose keys follow
 * from the client's first one (RFC 9001, 5.2). */
#ifndef DECODE_QUIC_H
#define DECODE_QUIC_H

#include "decode/decoder.h"
#include "decode/tls.h"

extern const struct decoder quic_decoder;

enum quic_type { QUIC_INITIAL, QUIC_ZERO_RTT, QUIC_HANDSHAKE, QUIC_RETRY, QUIC_NEGOTIATION, QUIC_SHORT };
#define QUIC_MAX_ID 20
#define QUIC_MAX_PACKETS 4       /* of one datagram; more are not named */

/* What the keys of all Initials of a connection follow from: RFC 9001, 5.2. */
struct quic_origin {
	uint32_t version;
	bool known;
	uint8_t direction;           /* of the client */
	uint8_t length;
	uint8_t id[QUIC_MAX_ID];     /* to which the client sent its first Initial, or the first one after a Retry */
};

struct quic_facts {
	uint32_t version;            /* 0 with QUIC_SHORT: it is not said */
	uint8_t packet_count;
	uint8_t types[QUIC_MAX_PACKETS];     /* enum quic_type */
	uint8_t destination_length, source_length;
	uint8_t destination[QUIC_MAX_ID], source[QUIC_MAX_ID];
	bool opened;                 /* the first one is an Initial, and could be decrypted */
	bool from_server;            /* … of the server */
	struct quic_origin origin;   /* known where the packet's own connection ID does not open it */
	bool closes;                 /* … and says that the connection is over */
	bool server_hello;           /* with the start of a Server Hello in it */
	bool hello;                  /* with the start of a Client Hello in it */
	bool hello_complete;
	char server_name[256], protocols[96];
};

/* Does a datagram look like QUIC? */
bool quic_recognise(struct cursor in, uint16_t source_port, uint16_t destination_port);

#endif
