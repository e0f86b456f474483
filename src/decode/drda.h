/* Distributed Relational Database Architecture (The Open Group, C066 to C068): DB2 and its clients. Data stream
 * structures (DSS), the code point of the first object in each, and the SQLCODE of the answers. */
#ifndef DECODE_DRDA_H
#define DECODE_DRDA_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/sql.h"

enum drda_type { DRDA_REQUEST = 1, DRDA_REPLY = 2, DRDA_OBJECT = 3, DRDA_ENCRYPTED = 4, DRDA_REQUEST_ALONE = 5 };

struct drda_message {
	uint8_t type;                /* enum drda_type */
	bool from_client;
	bool chained;                /* another one of the same chain follows */
	bool begins;                 /* the first one of a chain */
	uint16_t correlation, code_point;
	bool has_sqlcode;
	int32_t sqlcode;
	char state[6];               /* SQLSTATE, "" where there is none */
	uint8_t severity;            /* of a reply that reports an error: SVRCOD */
	char text[SQL_SHAPE];        /* a statement without its values */
};

struct decoder;
extern const struct decoder drda_decoder;

#endif
