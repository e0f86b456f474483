/* pcapng, draft-ietf-opsawg-pcapng. pcapng.c finds the blocks and reads the packets;
 * pcapng_blocks.c reads the blocks that describe them. */
#ifndef SOURCE_FILE_PCAPNG_H
#define SOURCE_FILE_PCAPNG_H

#include "core/text.h"
#include "source/format.h"
#include "source/ticks.h"
#include "source/stack_drop.h"
#include "source/zos_words.h"

enum block_type {
	BLOCK_INTERFACE = 1, BLOCK_OLD_PACKET = 2, BLOCK_SIMPLE_PACKET = 3, BLOCK_NAMES = 4,
	BLOCK_STATISTICS = 5, BLOCK_PACKET = 6, BLOCK_JOURNAL = 9, BLOCK_SECRETS = 10,
	BLOCK_CUSTOM = 0x00000bad, BLOCK_CUSTOM_UNCOPIED = 0x40000bad, BLOCK_SECTION = 0x0a0d0d0a,
};

struct pcapng_interface {
	uint32_t link_type, snap_length;
	uint32_t index;              /* in the ledger */
	uint8_t fcs_length;
	struct ticks ticks;
};

/* A section may declare that many interfaces; packets of others are damage. The recorders of large
 * switches reach hundreds. */
#define PCAPNG_MAX_INTERFACES 65536

struct pcapng {
	bool big_endian;             /* the section's */
	struct pcapng_interface *interfaces;
	size_t interface_count, interface_capacity;
	struct text comments;        /* of the present packet, when it has several */
	struct stack_drop drop;      /* of the present packet, when a comment tells that the kernel threw it away */
	struct zos_words zos;        /* of the present packet, when a comment tells what z/OS knew */
};

/* One option out of a list. */
struct pcapng_option {
	uint16_t code;
	struct cursor value;
};

/* Takes the next option off the list. False at its end; a list that is broken fails `in`. */
bool pcapng_option(struct cursor *in, bool big_endian, struct pcapng_option *option);

/* Each reads the body of its block. NULL, or constant text that says how the block contradicts
 * itself. */
const char *pcapng_section(struct reader *reader, struct cursor body);
const char *pcapng_interface(struct reader *reader, struct cursor body);
const char *pcapng_names(struct reader *reader, struct cursor body);
const char *pcapng_statistics(struct reader *reader, struct cursor body);
const char *pcapng_secrets(struct reader *reader, struct cursor body);

#endif
