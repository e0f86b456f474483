/* The lab's network: a program that joins network namespaces by TAP devices, as switches and cables do,
 * damages what passes as it is told, and records at several points. The kernel's netem is not needed.
 *
 *   host --TAP-- port --in rules--> core of the LAN --out rules--> port --TAP-- host
 *
 * A port records what its host's network card sends and receives; a LAN's core records what passes it.
 * Commands come by lines on standard input, each is answered by a line: "ok", or what is wrong. */
#ifndef LAB_RELAY_H
#define LAB_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FRAME_MAX 2048           /* bytes; MTU 1500 and some */
#define PORTS_MAX 16
#define LANS_MAX 4
#define RULES_MAX 64
#define MACS_MAX 64              /* addresses that a LAN's switch remembers */

enum direction { IN, OUT };      /* from the host into the LAN; from the LAN to the host */

struct port {
	char name[16];
	int fd;
	int lan;
	FILE *record;
};

struct lan {
	char name[16];
	FILE *record;
	struct { uint8_t mac[6]; int port; } known[MACS_MAX];
	unsigned known_count;
};

enum stage { STAGE_CORE, STAGE_WRITE };

struct frame {
	int64_t due;                 /* ns since the epoch */
	uint64_t order;              /* frames due at one time go in the order in which they came */
	enum stage stage;
	int port;                    /* CORE: where it came from (-1: made by the relay); WRITE: where it goes */
	int lan;
	unsigned length;
	uint8_t bytes[FRAME_MAX];
};

/* edit.c: what is in a frame, and changing it with right checksums. */
struct view {                    /* offsets into the frame; 0 where there is none */
	unsigned ip, transport, payload, end;
	uint8_t protocol;            /* IPPROTO_*; 0: no IPv4 */
	uint16_t source_port, target_port;
	uint8_t flags;               /* TCP */
	bool arp;
};
struct view view_frame(const uint8_t *bytes, unsigned length);
void edit_checksums(uint8_t *bytes, const struct view *view);
bool edit_option(uint8_t *bytes, const struct view *view, uint8_t kind, bool strip, uint16_t value);
unsigned edit_reset(uint8_t *out, const uint8_t *bytes, const struct view *view, bool back, uint8_t ttl);
uint32_t get32(const uint8_t *bytes);
void put32(uint8_t *bytes, uint32_t value);
uint16_t get16(const uint8_t *bytes);
void put16(uint8_t *bytes, uint16_t value);

/* rule.c: what happens to a frame at a port. */
struct verdict {
	bool drop;
	bool changed;                /* the bytes were: checksums are made anew */
	bool late;                   /* it may be overtaken */
	int64_t due;
	unsigned copies;             /* beside the frame itself */
	int64_t copy_gap;
	bool reset_back, reset_on;   /* forge resets to the sender, to the receiver */
	uint8_t reset_ttl;
};
/* Reads "PORT in|out|both MATCH… ACTION…"; the words are in rule.c's tables. Returns NULL or what is wrong. */
const char *rule_add(int port, enum direction first, enum direction last, char *words, uint64_t seed);
void rules_clear(int port);      /* -1: all */
void rules_apply(int port, enum direction direction, struct frame *frame, struct verdict *verdict);

/* record.c: pcapng with times in nanoseconds. */
FILE *record_open(const char *path, const char *interface, unsigned snaplen);
void record_frame(FILE *file, int64_t time, const uint8_t *bytes, unsigned length, unsigned snaplen);

/* queue.c: frames by the time at which they are due. */
bool queue_put(struct frame *frame);          /* takes the frame; false: full, it was freed */
struct frame *queue_first(void);              /* NULL: empty */
struct frame *queue_take(void);

#endif
