/* IBM MQ's channels: segments with a transmission segment header (TSH), between clients and queue managers, and
 * between queue managers. IBM publishes verbs, structures and reason codes; the headers are as MQ sends them, and
 * as Wireshark names them. */
#ifndef DECODE_MQ_H
#define DECODE_MQ_H

#include <stdbool.h>
#include <stdint.h>

#define MQ_NAME 49

struct mq_message {
	uint8_t type;                /* of the segment */
	uint8_t flags;               /* MQ_FIRST, MQ_LAST … */
	bool from_client;
	bool multiplexed;            /* conversation and request are numbered */
	uint32_t conversation, request;
	bool has_reason;             /* a call or its reply: */
	uint32_t completion, reason;
	char name[MQ_NAME];          /* channel, queue manager or queue; "" */
};

enum { MQ_ERROR = 0x02, MQ_CLOSE = 0x08, MQ_FIRST = 0x10, MQ_LAST = 0x20 };

struct decoder;
extern const struct decoder mq_decoder;

#endif
