/* STUN, RFC 8489, and TURN over it, RFC 8656: which address a host has outside, and whether a path works. */
#ifndef DECODE_STUN_H
#define DECODE_STUN_H

#include "decode/decoder.h"

extern const struct decoder stun_decoder;

enum stun_class { STUN_REQUEST, STUN_INDICATION, STUN_SUCCESS, STUN_ERROR };

struct stun_message {
	uint16_t method;
	uint8_t class;               /* enum stun_class */
	uint16_t code;               /* of an error: 401; 0: none */
	uint64_t transaction;        /* stands for its identifier */
	struct endpoint mapped;      /* as the server sees the client; family NONE: not said */
	char reason[32];             /* of an error; printable */
};

/* Is a datagram a STUN message? By its cookie, and a length that fits. */
bool stun_recognise(struct cursor in);

#endif
