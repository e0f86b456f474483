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

#define QUIC_MOST_HELD (16 << 10)        /* bytes of CRYPTO frames that wait for others, of each end */
#define QUIC_CRYPTO_ERROR 0x100  /* and the code of a TLS alert: RFC 9000, 20.1 */

/* What the keys of all Initials of a connection follow from: RFC 9001, 5.2. */
struct quic_origin {
	bool known;
	uint8_t direction;           /* of the client */
	uint8_t length;
	uint8_t id[QUIC_MAX_ID];     /* to which the client sent its first Initial, or the first one after a Retry */
};

struct quic_facts {
	struct tls_facts tls;        /* messages of the handshake that end here; what both ends agreed on so far. An
				      * alert: the connection is closed because of it */
	uint32_t version;            /* 0 with QUIC_SHORT: it is not said */
	uint8_t packet_count;
	uint8_t types[QUIC_MAX_PACKETS];     /* enum quic_type */
	uint8_t destination_length, source_length;   /* of the first packet */
	uint8_t destination[QUIC_MAX_ID], source[QUIC_MAX_ID];
	uint8_t short_id_length;     /* of the connection ID in a short header; 0: none, or the trace does not say */
	bool opened;                 /* an Initial among them could be decrypted, and: */
	bool from_server;
	bool crypto;                 /* CRYPTO frames are there, */
	bool crypto_new;             /* … with bytes that had not come before */
	bool closes;                 /* CONNECTION_CLOSE */
	uint64_t close_code;
	char close_reason[48];       /* printable */
	struct quic_origin origin;   /* which opens the datagram's Initials */
};

/* Does a datagram look like QUIC? */
bool quic_recognise(struct cursor in, uint16_t source_port, uint16_t destination_port);

#endif
