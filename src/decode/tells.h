/* The fields of protocols that have too many of them to stand in the decoder's own file, and what several
 * decoders tell alike. */
#ifndef DECODE_TELLS_H
#define DECODE_TELLS_H

#include "decode/decoder.h"

extern const struct field tcp_fields[], ipv4_fields[], ipv6_fields[], icmp_fields[], icmpv6_fields[],
	igmp_fields[], sctp_fields[], stp_fields[];

typedef void tell_layer(struct teller *teller, struct cursor in, const struct packet *packet,
			const void *facts);
tell_layer tcp_tell, ipv4_tell, ipv6_tell, icmp_tell, icmpv6_tell, igmp_tell, sctp_tell, stp_tell;
/* Of ICMP in both versions (struct decoder: exchange). */
void icmp_exchange(const void *facts, struct exchange_mark *mark);

/* A checksum of 16 bits with what was expected. `fields` are three in a row: the checksum, the one that was
 * worked out, and the status. */
void tell_checksum(struct teller *teller, const struct field *fields, struct cursor *in,
		   enum checksum_state state, uint16_t expected);

/* The code of an ICMP message, a byte at `at`; `words` NULL: it has no name. */
void tell_code(struct teller *teller, const struct field *field, const uint8_t *at, uint8_t code,
	       const char *words);

/* An EtherType with its name. */
void tell_ethertype(struct teller *teller, const struct field *field, struct cursor *in);

/* An address of hardware with the two bits that say what kind it is: three fields in a row. */
void tell_hardware(struct teller *teller, const struct field *fields, struct cursor *in);

/* Options behind one another, each with a length of its own, and what a loop over them needs. */
struct tlv {
	const uint8_t *at;
	size_t length;               /* as it says, with kind and length */
	size_t held;                 /* of that, what the trace holds */
	uint8_t kind;
	struct cursor value;
};

/* The next option of a list as IPv4 and TCP have it: kinds 0 and 1 are one byte long, others have a length that
 * counts kind and length too. False at the end, or where it makes no sense. */
bool tlv_next(struct cursor *options, struct tlv *to);

#endif
