/* What a protocol decoder is. One file per protocol; decoders.c lists them.
 *
 * A decoder sees a cursor over exactly its bytes, the packet as decoded so far (read-only but for
 * the shortcuts, which it sets once its facts hold), and its own zeroed facts. It returns what comes
 * next. No allocation, no state from packet to packet, no clock, no input or output. */
#ifndef DECODE_DECODER_H
#define DECODE_DECODER_H

#include "core/text.h"
#include "decode/field.h"
#include "decode/packet.h"
#include "decode/stream.h"

enum binding_table {
	BY_NOTHING,
	BY_LINK_TYPE,        /* LINKTYPE_* */
	BY_ETHERTYPE,
	BY_LLC_SAP,
	BY_PPP_PROTOCOL,
	BY_IP_PROTOCOL,
	BY_UDP_PORT,
	BY_TCP_PORT,
	BY_GRE_PROTOCOL,     /* those that are not EtherTypes */
	BY_CISCO_PROTOCOL,   /* LLC/SNAP with Cisco's organisation code 00-00-0c */
};

#define DECODER_MAX_BINDINGS 12
#define DECODER_MAX_ANNOUNCED 4  /* by one message: a call has speech, a picture, slides */

struct binding {
	enum binding_table table;
	uint32_t value;
};

/* Where a decoder sends the bytes that it does not read itself. */
struct next {
	enum { NEXT_NONE, NEXT_LOOKUP, NEXT_PORT, NEXT_DECODER } kind;
	enum binding_table table;
	uint32_t value, other_value;     /* NEXT_PORT: the second port to try */
	const struct decoder *decoder;   /* NEXT_DECODER */
	struct cursor bytes;
};

/* A message's part in a question and its answer (catalogue A10). */
enum exchange_role {
	EXCHANGE_NONE,
	EXCHANGE_REQUEST,
	EXCHANGE_REQUEST_MORE,       /* more of the last request of this id: its body has ended */
	EXCHANGE_PROGRESS,           /* an answer that is not the last: HTTP 100, FTP 150 */
	EXCHANGE_RESPONSE,           /* the answer is complete */
	EXCHANGE_RESPONSE_BEGIN,     /* an answer whose rest comes with EXCHANGE_RESPONSE_END */
	EXCHANGE_RESPONSE_END,
};

struct exchange_mark {
	enum exchange_role role;
	uint64_t id;                 /* answers belong to the request of the same id; 0: in order */
	bool failed;                 /* the answer says no */
	int32_t code;                /* of an answer: 200, 550, RCODE; 0 where there is none */
	const char *status;          /* its name, constant text: "NXDOMAIN"; NULL */
};

/* A conversation of datagrams, as the decoder of its protocol sees it. */
struct following {
	void *state;                 /* the decoder's own: follow_size bytes, zeroed at the start */
	uint8_t direction;           /* of the datagram at hand: its sender's */
	uint64_t packet;             /* its number */
	size_t held;                 /* bytes that `state` has allocated; the decoder keeps it up to date */
};

struct decoder {
	const char *name;                /* as in Wireshark's filters: "tcp" */
	const char *protocol;            /* for lists: "TCP" */
	const char *title;               /* "Transmission Control Protocol" */
	struct binding bindings[DECODER_MAX_BINDINGS];
	size_t facts_size;
	/* How many bytes of its facts a message fills, where those are large and mostly empty. NULL: all. */
	size_t (*facts_used)(const void *facts);
	/* `packet->layers[packet->layer_count - 1]` is this decoder's own layer. NULL for protocols that
	 * culprit only knows by name: all their bytes become the packet's payload. */
	struct next (*decode)(struct cursor *in, struct packet *packet, void *facts);
	/* For protocols on a stream; NULL for others. */
	const struct streaming *stream;
	/* For applications, over whatever transport; each may be NULL. */
	/* What the message says, for packet lists: "ftp command USER". Secrets are left out. */
	void (*words)(struct text *to, const void *facts);
	/* Whether it asks or answers. */
	void (*exchange)(const void *facts, struct exchange_mark *mark);
	/* The ends at which other connections are to come in, which this message announces; their address family is
	 * NONE when the sender's own is meant. Returns how many. */
	unsigned (*announce)(const void *facts, struct endpoint to[static DECODER_MAX_ANNOUNCED]);
	const char *announces;           /* who speaks UDP there ("rtp"); NULL: its bytes tell, as elsewhere */
	/* Is this datagram its protocol's? Asked on ports that nobody is bound to. `memory` is kept for the
	 * direction, zeroed at the start. CERTAINTY_MORE: it could be, and the next ones would tell. NULL: never. */
	enum certainty (*datagram)(uint64_t memory[2], struct cursor in);
	/* What earlier datagrams of the conversation told makes more of this one readable: `in` was decoded to `facts`
	 * before. What the facts point to then must hold until the next call. NULL: nothing. */
	void (*follow)(struct following *conversation, struct cursor in, void *facts);
	size_t follow_size;
	/* Does a datagram that nobody knows by itself belong to the conversation? NULL: never. */
	bool (*continues)(const void *state, struct cursor in);
	void (*unfollow)(void *state);   /* frees what the state points to; NULL: nothing */
	/* All fields, the last with a NULL name, and who tells them: from the layer's bytes, which `decode` had
	 * read before. Both may be NULL. */
	const struct field *fields;
	void (*tell)(struct teller *teller, struct cursor in, const struct packet *packet,
		     const void *facts);
};

extern const struct decoder *const decoders[];   /* NULL-terminated, alphabetical; decoders.c */

static inline struct next next_none(void)
{
	return (struct next){ .kind = NEXT_NONE };
}

/* Bytes that are nobody's: they become the packet's payload. */
static inline struct next next_payload(struct cursor bytes)
{
	return (struct next){ .kind = NEXT_NONE, .bytes = bytes };
}

static inline struct next next_lookup(enum binding_table table, uint32_t value, struct cursor bytes)
{
	return (struct next){ .kind = NEXT_LOOKUP, .table = table, .value = value, .bytes = bytes };
}

static inline struct next next_port(enum binding_table table, uint32_t port, uint32_t other,
				    struct cursor bytes)
{
	return (struct next){ .kind = NEXT_PORT, .table = table, .value = port, .other_value = other,
		.bytes = bytes };
}

static inline struct next next_decoder(const struct decoder *decoder, struct cursor bytes)
{
	return (struct next){ .kind = NEXT_DECODER, .decoder = decoder, .bytes = bytes };
}

/* The decoder bound to `value`, or NULL. Constant time. */
const struct decoder *decoder_find(enum binding_table table, uint32_t value);

/* The decoder of this name ("tls"), or NULL: a protocol that another one may change to. */
const struct decoder *decoder_named(const char *name);

/* Names for IP protocol numbers ("ESP", "OSPF"), EtherTypes and well-known ports; NULL: unknown. */
const char *ip_protocol_name(uint8_t protocol);
const char *ethertype_name(uint16_t ethertype);
const char *service_name(uint8_t ip_protocol, uint16_t port);

#endif
