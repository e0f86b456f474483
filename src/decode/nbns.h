/* NetBIOS names over UDP, RFC 1002, 4.2: what analysis needs of a message. */
#ifndef DECODE_NBNS_H
#define DECODE_NBNS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"

struct decoder;

#define NBNS_NAME_SIZE 64        /* 16 bytes, the last one as "<20>", and a scope; NUL-terminated */

struct nbns_message {
	uint16_t id;
	uint8_t opcode, rcode;
	bool response, broadcast;
	uint16_t type;               /* of the first question, else of the first record */
	char name[NBNS_NAME_SIZE];   /* printable */
	struct address address;      /* the first that an answer holds; family NONE without */
};

extern const struct decoder nbns_decoder;

#endif
