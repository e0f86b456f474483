/* Headers of QUIC packets and what stands in opened ones. Internal to the decoder's files. */
#ifndef DECODE_QUIC_PACKET_H
#define DECODE_QUIC_PACKET_H

#include "decode/pieces.h"
#include "decode/quic.h"
#include "decode/quic_open.h"
#include "decode/tls_fields.h"
#include "decode/tls_state.h"

#define QUIC_SHORT_LEAST 21      /* bytes of a packet with a short header: RFC 9000, 10.3 */

struct quic_header {             /* of one packet in a datagram */
	uint8_t first, type;
	uint32_t version;
	uint8_t destination_length, source_length;
	const uint8_t *destination, *source, *token;
	uint64_t token_length, length;
	size_t size;                 /* of the header, up to the packet number; 0: what follows is not known */
	size_t whole;                /* of the packet */
};

/* The variable-length integers of RFC 9000, 16. */
uint64_t quic_read_number(struct cursor *in);
/* False: it makes no sense, or the trace does not hold it. */
bool quic_read_header(struct cursor in, struct quic_header *to);
/* Goes on to the next packet of the datagram. False: there is none, or only padding (RFC 9000, 12.2). */
bool quic_next_packet(struct cursor *in, const struct quic_header *header);

/* Opens an Initial with the keys that follow from `origin`. */
bool quic_open_initial(const struct quic_header *header, struct cursor in, const struct quic_origin *origin,
		       bool from_server, struct quic_payload *to);

struct quic_listener {           /* to the frames of an Initial; each may be NULL */
	struct teller *teller;       /* hears their fields */
	struct quic_facts *facts;    /* takes what they say */
	struct pieces *pieces;       /* takes what CRYPTO frames bring */
};
void quic_read_frames(const struct quic_payload *payload, const struct quic_listener *listener);

/* What is remembered of a conversation (quic_follow.c). */
struct quic_state {
	struct quic_origin origin;
	struct pieces pieces[2];     /* what CRYPTO frames of Initials brought, by direction */
	struct tls_state *tls;       /* NULL: no Initial could be opened */
	uint64_t next[2];            /* number of the Initial that is due, as far as they came */
	uint8_t data;                /* datagrams behind the hellos */
	uint8_t id_length[2];        /* of the connection IDs that each end chose */
};

void quic_follow(struct following *conversation, struct cursor in, void *facts);
bool quic_continues(const void *state, struct cursor in);
void quic_unfollow(void *state);
void quic_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts);

#endif
