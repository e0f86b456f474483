/* A trace in the making: packets in memory that a scenario compiles to, that damage.h spoils and
 * that image.h writes as a file. */
#ifndef SUPPORT_TRACE_H
#define SUPPORT_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_EPOCH 1714564800000000000LL /* 2024-05-01 12:00:00 UTC: time 0 of every made trace */

struct trace_packet {
	int64_t time;                /* ns since 1970, at the trace point */
	int64_t sent; /* ns since 1970, when its host sent it: the order of IP identifications */
	uint8_t *bytes;              /* owned */
	uint32_t length;             /* captured */
	uint32_t original_length;    /* on the wire; at least length */
	uint8_t direction;           /* enum record_direction */
	uint16_t interface;
	uint16_t host;               /* index of its sender + 1; 0 when unknown */
	uint16_t ip_offset;          /* of the (outer) IP header; 0 when there is none */
	bool unrecorded;             /* happened, but the trace does not show it */
	bool fixed_id;               /* the IP identification was given and stays */
	bool shares_id; /* a further fragment: takes the identification of the packet before */
	uint32_t label;              /* number of the scenario's label + 1; 0 when none */
	size_t quotes; /* index + 1 of the packet that this ICMP error complains about */
	uint16_t quote_offset;       /* where the quote goes */
	int64_t twin_lag;            /* > 0: recorded again so much later */
	int8_t twin_ttl;             /* added to the second copy's TTL */
};

struct trace {
	struct trace_packet *packets;
	size_t count, capacity;
};

/* Appends a packet with a copy of the bytes and everything else zero. Valid until the next is
 * added. */
struct trace_packet *trace_add(struct trace *trace, int64_t time, const void *bytes, size_t length);
/* Appends a deep copy of *packet, which may belong to the same trace. */
struct trace_packet *trace_add_copy(struct trace *trace, const struct trace_packet *packet);
void trace_copy(struct trace *to, const struct trace *from);
void trace_finish(struct trace *trace);
void trace_sort(struct trace *trace);                        /* by time, stable */
void trace_remove(struct trace *trace, size_t index);       /* only marks; trace_compact does it */
void trace_compact(struct trace *trace);                     /* forgets all unrecorded packets */

/* A small generator of random numbers that every machine repeats (splitmix64, public domain). */
uint64_t random_next(uint64_t *state);
/* 0 ≤ result < 1. */
double random_fraction(uint64_t *state);

#endif
