/* Packets by the line, for the tests of the session stage: built as bytes, decoded, observed. */
#ifndef SESSION_KIT_H
#define SESSION_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/clock.h"
#include "core/memory.h"
#include "session/session.h"
#include "session/tcp.h"
#include "wire.h"

#define START (1700000000 * NANOSECONDS)

struct made {                    /* what a test says about a packet; the rest is as usual */
	const char *from, *to;       /* addresses; default 10.0.0.1 and 10.0.0.2 */
	uint16_t from_port, to_port; /* default 40000 and 80 */
	uint8_t protocol;            /* default TCP */
	int64_t time;                /* ns after the start */
	uint16_t id;                 /* IP identification */
	uint8_t ttl;                 /* default 64 */
	uint8_t from_mac, to_mac;    /* last byte; default that of the address */
	uint16_t vlan;
	uint16_t flags;              /* TCP; default ACK */
	uint32_t sequence, acknowledgment, timestamp;
	uint8_t icmp_type;
	const void *payload;
	size_t length;               /* of payload; 0: its text length */
	uint32_t offset;             /* fragments: the transport header is in the one with offset 0 */
	bool fragment, more;
	size_t cut;                  /* bytes that the trace lacks */
	enum wire_checksum checksum;
	uint8_t recorded;            /* enum record_direction */
	bool unpadded;
};

struct kit {
	struct session_table *table;
	struct packet packet;
	struct observation observation;
	uint64_t number;
	int64_t last;
	uint8_t frame[WIRE_MAX_FRAME];
};

static inline struct kit *kit_create(size_t max_sessions, size_t state_size)
{
	struct kit *kit = memory_zeroed(1, sizeof *kit);
	struct session_limits limits = { .max_sessions = max_sessions,
		.analyzer_state_size = state_size };
	kit->table = session_table_create(&limits);
	return kit;
}

static inline void kit_destroy(struct kit *kit)
{
	session_table_destroy(kit->table);
	free(kit);
}

static inline size_t kit_tcp(const struct made *made, uint8_t *to)
{
	size_t header = made->timestamp ? 32 : 20;
	memset(to, 0, header);
	wire_put16(to, made->from_port ? made->from_port : 40000);
	wire_put16(to + 2, made->to_port ? made->to_port : 80);
	wire_put32(to + 4, made->sequence);
	wire_put32(to + 8, made->acknowledgment);
	to[12] = (uint8_t)(header / 4 << 4);
	to[13] = (uint8_t)(made->flags ? made->flags : TCP_ACK);
	wire_put16(to + 14, 8192);
	if (made->timestamp) {
		memcpy(to + 20, "\1\1\10\12", 4);
		wire_put32(to + 24, made->timestamp);
	}
	return header;
}

static inline size_t kit_udp(const struct made *made, size_t length, uint8_t *to)
{
	wire_put16(to, made->from_port ? made->from_port : 40000);
	wire_put16(to + 2, made->to_port ? made->to_port : 80);
	wire_put16(to + 4, (uint32_t)(8 + length));
	wire_put16(to + 6, 0);
	return 8;
}

/* Echo messages carry from_port as their identifier. */
static inline size_t kit_icmp(const struct made *made, uint8_t *to)
{
	memset(to, 0, 8);
	to[0] = made->icmp_type;
	to[1] = made->icmp_type == 3 ? 3 : 0;
	if (made->icmp_type != 3)
		wire_put16(to + 4, made->from_port);
	return 8;
}

static inline const struct observation *kit_observe(struct kit *kit, struct made made)
{
	static uint8_t transport[WIRE_MAX_FRAME];
	struct wire_header header = { .protocol = made.protocol ? made.protocol : 6,
		.ttl = made.ttl ? made.ttl : 64, .identification = made.id,
		.fragment_offset = made.offset, .more_fragments = made.more,
		.transport_checksum = made.checksum, .unpadded = made.unpadded };
	assert_true(address_parse(made.from ? made.from : "10.0.0.1", &header.source));
	assert_true(address_parse(made.to ? made.to : "10.0.0.2", &header.destination));
	header.source_mac[0] = header.destination_mac[0] = 2;
	header.source_mac[5] = made.from_mac ? made.from_mac : header.source.bytes[3];
	header.destination_mac[5] = made.to_mac ? made.to_mac : header.destination.bytes[3];
	header.vlans[0] = made.vlan;
	header.vlan_count = made.vlan != 0;
	size_t length = made.length ? made.length : made.payload ? strlen(made.payload) : 0;
	size_t used = 0, checksum = SIZE_MAX;
	if (!made.fragment) {
		used = header.protocol == 6 ? kit_tcp(&made, transport)
			: header.protocol == 17 ? kit_udp(&made, length, transport)
			: header.protocol == 1 ? kit_icmp(&made, transport) : 0;
		checksum = header.protocol == 6 ? 16 : header.protocol == 17 ? 6 : 2;
	}
	if (length)
		memcpy(transport + used, made.payload, length);
	size_t size = wire_frame(&header, transport, used + length, used ? checksum : SIZE_MAX, kit->frame,
				 NULL);
	struct record record = { .number = ++kit->number, .time = START + made.time, .link_type = 1,
		.captured_length = (uint32_t)(size - made.cut), .original_length = (uint32_t)size,
		.bytes = kit->frame, .direction = made.recorded };
	kit->last = record.time;
	/* Observations point to the packet, and that to its record. */
	static struct record kept;
	kept = record;
	packet_decode(&kit->packet, &kept);
	session_table_observe(kit->table, &kit->packet, &kit->observation);
	return &kit->observation;
}

#define OBSERVE(kit, ...) kit_observe(kit, (struct made){ __VA_ARGS__ })

#endif
