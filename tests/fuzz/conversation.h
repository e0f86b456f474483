/* What two ends say to each other, written as few bytes: what a fuzzer changes and tests/fuzz/corpus keeps.
 *
 *	1 byte       1: over UDP (else TCP); 2: the trace begins in the middle (no SYN); 4: nobody says which protocol
 *	             it is, the port and the first bytes must tell
 *	2 bytes      the server's port, big-endian
 *	then pieces: 1 byte   1: the server speaks (else the client); the bits above are an enum piece_kind
 *	             2 bytes  how many bytes follow, big-endian; more than there are: all that are left
 *	             the bytes
 *
 * So every file is a conversation, and a mistake in one piece leaves the others whole. */
#ifndef FUZZ_CONVERSATION_H
#define FUZZ_CONVERSATION_H

#include "decode/decoder.h"
#include "trace.h"

enum piece_kind {
	PIECE_SENT,
	PIECE_MISSED,                /* sent, but the recorder missed it */
	PIECE_CUT,                   /* sent, but the recorder kept the first half of each packet only */
	PIECE_TWICE,                 /* sent, and sent again */
	PIECE_LAST,                  /* sent, and the sender closes */
	PIECE_RESET,                 /* sent, and the sender resets */
	PIECE_LATE,                  /* sent two seconds after the piece before */
	PIECE_SMALL,                 /* sent in packets of 7 bytes */
};

struct piece {
	enum piece_kind kind;
	bool from_server;
	struct cursor bytes;
};

struct conversation {
	bool udp, middle, untold;
	uint16_t port;               /* of the server */
	struct cursor pieces;        /* those that are left */
};

struct conversation conversation_begin(const uint8_t *bytes, size_t size);
/* The next piece; false behind the last. */
bool conversation_next(struct conversation *conversation, struct piece *piece);

/* Appends the packets of the conversation, with acknowledgements of all that was sent. */
void conversation_trace(const uint8_t *bytes, size_t size, struct trace *trace);

/* The pieces, message by message and without packets around them, through `decoder` and all that it tells of them:
 * words, fields, roles. What speaks over UDP gets each piece as a datagram of which the recorder cut off `cut`
 * bytes. Returns how many messages were decoded whole. */
unsigned conversation_decode(const uint8_t *bytes, size_t size, size_t cut, const struct decoder *decoder);

/* The same as a trace through the whole analysis, with all packets in full as JSON. `decoder` reads the server's
 * port whatever the bytes look like, unless nobody is to say so; NULL: they and the port tell. False when anything could not be written. */
bool conversation_analyse(const uint8_t *bytes, size_t size, const char *decoder);

#endif
