/* Sequence numbers compare modulo 2^32 (RFC 9293, 3.4). Lengths and windows never exceed 2^30. */
#ifndef SESSION_SEQUENCE_H
#define SESSION_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

static inline int32_t sequence_difference(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

static inline bool sequence_before(uint32_t a, uint32_t b)
{
	return sequence_difference(a, b) < 0;
}

static inline bool sequence_after(uint32_t a, uint32_t b)
{
	return sequence_difference(a, b) > 0;
}

/* The 64-bit position of `sequence` that lies nearest to `near`. */
static inline uint64_t sequence_unwrap(uint32_t sequence, uint64_t near)
{
	return near + (uint64_t)(int64_t)sequence_difference(sequence, (uint32_t)near);
}

#endif
