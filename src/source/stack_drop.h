/* Packets that the Linux kernel threw away, as `culprit capture --discard` records them: why and where. In a file that
 * is a comment of the packet: "linux.drop=2 linux.drop_name=NO_SOCKET linux.drop_place=udp_rcv+0x1b …". */
#ifndef SOURCE_STACK_DROP_H
#define SOURCE_STACK_DROP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text.h"

#define STACK_DROP_NAME 40

struct stack_drop {
	uint32_t reason;             /* its number in the kernel that recorded it, and in no other */
	char name[STACK_DROP_NAME];  /* SKB_DROP_REASON_ without that prefix: "NETFILTER_DROP" */
	char place[64];              /* the function that dropped it, "tcp_v4_rcv+0x2a0"; empty when not known */
	char interface[16];          /* empty when not known */
};

void stack_drop_words(const struct stack_drop *drop, struct text *to);
/* False when these are no such words. */
bool stack_drop_read(const char *words, size_t length, struct stack_drop *to);

enum stack_drop_fault {
	STACK_DROP_NOISE,            /* it happens on every healthy host */
	STACK_DROP_CONFIG,           /* rules and settings of this host */
	STACK_DROP_SERVER,           /* what runs, or does not, on this host */
	STACK_DROP_SENDER,
	STACK_DROP_NETWORK,          /* damaged on the way */
	STACK_DROP_UNKNOWN,
};

struct stack_drop_reason {
	const char *name;
	enum stack_drop_fault fault;
	const char *meaning;         /* a sentence */
	const char *advice;          /* NULL: none */
};

/* Never NULL: of a reason that is not in the table nothing is known. */
const struct stack_drop_reason *stack_drop_find(const char *name);

#endif
