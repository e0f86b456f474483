/* The inside of the scenario compiler: what the statements share. */
#ifndef SUPPORT_COMPILER_H
#define SUPPORT_COMPILER_H

#include "scenario.h"
#include "decode/packet.h"
#include "wire.h"

enum id_style { ID_COUNTER, ID_ZERO, ID_RANDOM };

struct host {
	char name[48];
	struct address address;
	uint8_t mac[6];
	bool has_mac;
	uint8_t ttl;                 /* as seen at the trace point */
	uint8_t hops;
	enum id_style id_style;
	uint16_t next_id;
	enum wire_checksum checksum; /* of what it sends */
	bool unpadded;
	uint16_t vlan;               /* 0: none */
};

struct flow_end {
	unsigned host;               /* index */
	uint16_t port;
	uint32_t isn;
	int64_t next;                /* position it sends next; 0 is the first byte after the SYN */
	int64_t expected;            /* position that it expects of the other end */
	struct { int64_t from, to; } early[64];      /* what arrived above expected */
	unsigned early_count;
	bool offers_timestamps;
	uint32_t last_timestamp;     /* of the other end, to be echoed */
	uint32_t window;             /* raw, of the next packet */
	struct text stream;          /* bytes sent, for repeats */
};

struct flow {
	char name[32];
	struct flow_end end[2];      /* 0: the client */
	bool timestamps;             /* both SYNs offered them */
};

/* What can be said about any single packet. */
struct shape {
	int ttl, tos, vlan;          /* -1: as the host has it */
	int64_t id;                  /* -1: from the counter */
	bool fragmentable;           /* no DF */
	bool wrong_checksum, zero_checksum, partial_checksum, wrong_ip_checksum, length_zero;
	bool lost_before, lost_after, unseen;
	uint32_t cut;                /* bytes captured; 0: all */
	int64_t twin_lag;
	int8_t twin_ttl;
	uint32_t fragment_size;      /* 0: no fragments */
	uint64_t fragments_lost;     /* bit n-1: the n-th is not recorded */
	bool has_source_mac, has_destination_mac;
	uint8_t source_mac[6], destination_mac[6];
	uint8_t direction;
	char label[32];
};

struct talk;

struct compiler {
	struct words words;          /* of the current line; holds the first mistake */
	struct scenario *scenario;
	struct host *hosts;
	size_t host_count, host_capacity;
	struct flow *flows;
	size_t flow_count, flow_capacity;
	size_t current_flow;         /* index + 1 of the flow that is meant without a name */
	struct trace trace;          /* packets that happened, recorded or not */
	int64_t now, origin;         /* ns since 1970; origin: what absolute times count from */
	struct variable variables[WORDS_MAX_VARIABLES];
	unsigned variable_count;
	struct talk *talk;           /* the talk block being read, or NULL */
	const char *recorder_lines[64];      /* statements that are carried out at the end */
	unsigned recorder_line_numbers[64];
	unsigned recorder_count;
	uint64_t random;             /* state, for hosts with random identifications */
};

/* scenario.c */
void compile_fail(struct compiler *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* scenario_host.c */
void statement_host(struct compiler *c);
/* The index of a host by name or literal address, which makes the host. */
unsigned host_take(struct compiler *c, const char *name);
/* "A:53" */
void endpoint_take(struct compiler *c, const char *what, unsigned *host, uint16_t *port);
/* "02:00:00:00:00:05" or "broadcast" */
bool mac_from_text(const char *text, uint8_t to[6]);
void mac_take(struct compiler *c, uint8_t to[6]);
void host_macs(const struct compiler *c, unsigned from, unsigned to, uint8_t source[6],
	       uint8_t destination[6]);

/* scenario_emit.c */
void shape_begin(struct shape *shape);
/* Reads one property of a packet if the next words are one. */
bool shape_accept(struct compiler *c, struct shape *shape);
/* Adds the packet, or its fragments, to c->trace at c->now. Returns its (first) index. */
size_t packet_emit(struct compiler *c, unsigned from, unsigned to, uint8_t protocol,
		   const uint8_t *transport, size_t length, const struct shape *shape);
/* Adds a frame that is complete. */
size_t frame_emit(struct compiler *c, unsigned from, const uint8_t *frame, size_t length,
		  const struct shape *shape);
/* 1 + index of the label, made when it is new. */
uint32_t label_index(struct compiler *c, const char *name);
size_t packet_by_label(struct compiler *c, const char *name);    /* index; "@name" or "last" */

/* scenario_complete.c: from packets that happened to the trace in c->scenario */
void scenario_complete(struct compiler *c);

/* scenario_payload.c: appends what the next words describe, if they describe a payload: "text",
 * line "text", hex DIGITS, bytes N, zeros N, random N, [builder …]. `offset` is the position of the
 * payload in its stream: bytes N are a pattern that depends on it. */
bool payload_accept(struct compiler *c, struct text *to, uint64_t offset);
uint8_t pattern_byte(uint64_t offset);
/* payload_*.c: [dns …], [tls …] …; false when the first word names no builder. */
bool payload_build(struct words *words, struct text *to);

/* scenario_tcp.c */
struct tcp_shape {
	unsigned flags;              /* TCP_* */
	int64_t sequence;            /* position; SYN: -1 */
	int64_t acknowledgment;      /* position */
	bool has_acknowledgment;
	uint32_t window;             /* raw */
	uint16_t urgent;
	const uint8_t *payload;
	size_t payload_length;
	uint8_t options[40];
	size_t option_length;
	bool raw_sequence, raw_acknowledgment;   /* the numbers are meant as they stand */
};
size_t tcp_emit(struct compiler *c, const struct flow *flow, unsigned side,
		const struct tcp_shape *tcp, const struct shape *shape);
/* Appends the options "mss 1460,ws 7,sackok,ts,sack 100:200,…" in wire form. */
void tcp_options(struct compiler *c, const char *text, const struct flow *flow, unsigned side,
		 struct tcp_shape *tcp);
void tcp_timestamp_option(uint32_t value, uint32_t echo, struct tcp_shape *tcp);
uint32_t timestamp_clock(const struct host *host, int64_t time);
void statement_flow(struct compiler *c);
void statement_tcp(struct compiler *c);
struct flow *flow_find(struct compiler *c, const char *name);
struct flow *flow_make(struct compiler *c,
		       const char *name); /* reads HOST:PORT > HOST:PORT and options */
/* Bytes [from, to) that this end sends, from its stream or the pattern. */
void stream_read(struct flow_end *end, int64_t from, int64_t to, struct text *into);
void stream_write(struct flow_end *end, int64_t from, const void *bytes, size_t length);
void end_receive(struct flow_end *end, int64_t from, int64_t to);

/* scenario_net.c */
void statement_udp(struct compiler *c);
void statement_icmp(struct compiler *c);
void statement_arp(struct compiler *c);
void statement_raw(struct compiler *c);
void statement_eth(struct compiler *c);

/* scenario_talk.c */
void statement_talk(struct compiler *c);     /* the head of the block; makes c->talk */
void talk_line(struct compiler *c);          /* a line inside of it */
void talk_run(struct compiler *c);           /* the end: simulates, frees c->talk */

/* scenario_recorder.c: the trace as recorded, after sorting */
bool recorder_statement(const char *word);   /* is it one? */
void recorder_run(struct compiler *c);

/* scenario_expect.c */
void statement_expect(struct compiler *c, enum expectation_kind kind);

#endif
