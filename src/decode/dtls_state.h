/* What is remembered of a conversation in DTLS. Internal to the decoder's files. */
#ifndef DECODE_DTLS_STATE_H
#define DECODE_DTLS_STATE_H

#include "decode/dtls.h"
#include "decode/pieces.h"
#include "decode/tls_state.h"

enum { DTLS_HEADER = 13, DTLS_MESSAGE_HEADER = 12 };

struct dtls_record {             /* its header */
	uint8_t type;
	bool short_header;
	uint16_t version, epoch;
	uint64_t sequence;
	size_t header;               /* bytes before the content; with an ID of unknown length, before that */
	size_t length;               /* of the content */
};
/* False: no record, or the trace does not hold its header. A record with an ID, or with a short header that says no
 * length, is taken to reach to the datagram's end. */
bool dtls_read_record(struct cursor in, uint8_t id_length, struct dtls_record *to);

struct dtls_fragment {           /* of a handshake message: RFC 6347, 4.2.2 */
	uint8_t type;
	uint32_t length, offset;
	uint16_t sequence;
	struct cursor bytes;
};
/* The next one of a record; false: there is none that makes sense. */
bool dtls_next_fragment(struct cursor *in, struct dtls_fragment *to);

struct dtls_open {               /* a message of which fragments came */
	struct pieces pieces;
	uint32_t length;
	uint16_t sequence;
	uint8_t type;
	bool used;
};

struct dtls_end {                /* what one end sent */
	struct dtls_open open[DTLS_OPEN_MESSAGES];
	uint64_t next;               /* record that is due in the clear, as far as records came; 0: none has */
	uint64_t done;               /* bits: messages that came in full, by sequence */
};

struct dtls_state {
	struct tls_state tls;
	struct dtls_end end[2];      /* by direction */
	uint8_t random[32];          /* of the client's hello */
	bool begun;                  /* … which came */
};

void dtls_follow(struct following *conversation, struct cursor in, void *facts);
bool dtls_continues(const void *state, struct cursor in);
void dtls_unfollow(void *state);
void dtls_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts);

#endif
