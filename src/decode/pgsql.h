/* PostgreSQL's protocol 3, one message at a time: https://www.postgresql.org/docs/current/protocol.html.
 * Rows are passed over: they are data, and many. */
#ifndef DECODE_PGSQL_H
#define DECODE_PGSQL_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/credentials.h"
#include "decode/sql.h"

enum pgsql_kind {
	PGSQL_TYPED,                 /* begins with its type */
	PGSQL_STARTUP, PGSQL_CANCEL, PGSQL_SSL_REQUEST, PGSQL_GSS_REQUEST,
	PGSQL_SSL_ANSWER,            /* one byte, in `type`: S, N, G */
};

struct pgsql_message {
	uint8_t kind;                /* enum pgsql_kind */
	uint8_t type;
	bool from_client;
	bool begins;                 /* the client's first message of a batch, which the server answers as one */
	bool ends_login;             /* an error that nothing comes behind */
	uint32_t authentication;     /* of 'R' */
	char state[6];               /* SQLSTATE of an error or a notice; "" */
	char text[SQL_SHAPE];        /* a statement without its values, a tag, a severity */
	char user[32], database[32]; /* of a startup message; cut when longer */
	struct credentials login;    /* of the answer that decides on one */
};

extern const struct decoder pgsql_decoder;

#endif
