/* DTLS, RFC 6347 (1.2), 4347 (1.0) and what can be read of 9147 (1.3): records in datagrams, and messages of the
 * handshake cut into fragments. One layer is one record; its facts begin with those of TLS. */
#ifndef DECODE_DTLS_H
#define DECODE_DTLS_H

#include "decode/tls.h"

extern const struct decoder dtls_decoder;

enum { DTLS_CONNECTION_ID = 25, DTLS_ACK = 26 };         /* content types */
#define DTLS_MAX_RECORDS 12      /* of one datagram; more are not named */
#define DTLS_MOST_MESSAGE (64 << 10)     /* bytes of a message that is put together; longer ones are not */
#define DTLS_OPEN_MESSAGES 4     /* of each end, that wait for fragments: a flight has no more long ones */

struct dtls_facts {
	struct tls_facts tls;
	uint64_t sequence;
	uint16_t epoch;
	bool short_header;           /* of DTLS 1.3 (RFC 9147, 4): all but a few bits of it is hidden */
	bool connection_id;          /* behind the sequence number stands an ID (RFC 9146), */
	uint8_t connection_id_length;        /* … so long, as the hellos said; 0: not known */
	bool fragment;               /* part of a message stands in it: `fragment_type`, */
	bool again;                  /* … which had come before */
	uint8_t fragment_type, inside_type;  /* inside_type: of the message in tls.inside, put together from fragments */
};

/* Is the first record of a datagram one of DTLS? By its header, whose length must fit. */
bool dtls_recognise(struct cursor in);

#endif
