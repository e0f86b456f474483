/* What recorders do to a trace. None of it happened on the network: a diagnosis of the damaged
 * trace may add findings about the capture and nothing else. */
#ifndef SUPPORT_DAMAGE_H
#define SUPPORT_DAMAGE_H

#include "core/address.h"
#include "trace.h"

/* Every packet is recorded a second time after `lag` ns; a share below 1 chooses at random.
 * ttl_change (0 or negative) is added to the copy's TTL, which then also has other MAC addresses:
 * the same packet behind a router. */
void damage_duplicate(struct trace *trace, double share, int64_t lag, int ttl_change,
		      uint64_t seed);
/* The recorder misses a share of the packets. */
void damage_lose(struct trace *trace, double share, uint64_t seed);
/* A share of the packets is written after the next one, each with the other's time. */
void damage_swap(struct trace *trace, double share, uint64_t seed);
/* Only what `host` sent was recorded. */
void damage_one_way(struct trace *trace, const struct address *host);
/* The recorder started with packet `first` (from 1). */
void damage_start_at(struct trace *trace, size_t first);
/* Packets are cut to so many bytes. */
void damage_snap(struct trace *trace, uint32_t length);
/* Recorded inside `host`, whose card cuts segments and fills in checksums: what it sent back to
 * back becomes segments of up to `largest` bytes of data with partial checksums. */
void damage_offload(struct trace *trace, const struct address *host, size_t largest);
/* The clock is set by `step` ns before packet `from` (from 1). */
void damage_clock_step(struct trace *trace, size_t from, int64_t step);
/* The clock ticks every `tick` ns. */
void damage_round(struct trace *trace, int64_t tick);
/* The capture filter lets only this IP protocol pass. */
void damage_filter(struct trace *trace, uint8_t protocol);
/* What `host` sent was recorded at another interface, whose clock is `ahead` ns ahead; then both were sorted by time. */
void damage_second_clock(struct trace *trace, const struct address *host, int64_t ahead);
/* The recorder is on `host`: packets are marked as sent or received, and its own are not padded. */
void damage_record_at(struct trace *trace, const struct address *host);

#endif
