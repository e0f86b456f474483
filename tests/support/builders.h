/* Payload builders: [dns query id 7 name www.example.com type A] and the like. Each reads its words
 * and appends the message; mistakes stick to the words. */
#ifndef SUPPORT_BUILDERS_H
#define SUPPORT_BUILDERS_H

#include "core/address.h"
#include "words.h"

struct payload_builder {
	const char *name, *usage;
	void (*build)(struct words *words, struct text *to);
};

extern const struct payload_builder dns_builder, dhcp_builder, dtls_builder, http2_builder, tls_builder, snmp_builder,
	ntp_builder, rtcp_builder, rtp_builder, bpdu_builder;

void put8(struct text *to, uint64_t value);
void put16(struct text *to, uint64_t value);
void put24(struct text *to, uint64_t value);
void put32(struct text *to, uint64_t value);
void put_zeros(struct text *to, size_t count);
/* Overwrites the `bytes` big-endian bytes at `at` with the length of what follows them. */
void patch_length(struct text *to, size_t at, unsigned bytes);
struct address address_take(struct words *words, const char *what);

#endif
