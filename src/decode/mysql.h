/* The client/server protocol of MySQL and MariaDB, version 10:
 * https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html. Columns and rows are passed over. */
#ifndef DECODE_MYSQL_H
#define DECODE_MYSQL_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/credentials.h"
#include "decode/sql.h"

enum mysql_kind {
	MYSQL_OTHER,
	MYSQL_GREETING, MYSQL_LOGIN, MYSQL_SSL_REQUEST,
	MYSQL_SWITCH,                /* the server asks for another way to log in, or for more */
	MYSQL_AUTHENTICATION,        /* what the client answers to that */
	MYSQL_COMMAND,
	MYSQL_OK, MYSQL_ERROR, MYSQL_RESULT, /* result: columns and rows follow */
	MYSQL_END_OF_ROWS, MYSQL_INFILE, MYSQL_STATISTICS,
};

struct mysql_message {
	uint8_t kind;                /* enum mysql_kind */
	uint8_t command;             /* of a command */
	bool silent;                 /* a command that nobody answers */
	bool last;                   /* the answer ends here */
	uint16_t code;               /* of an error */
	char state[6];               /* SQLSTATE of an error; "" */
	char text[SQL_SHAPE];        /* a statement without its values, the server's version */
	char user[32];               /* of a login; cut when longer */
	struct credentials login;    /* of the answer that decides on one */
};

extern const struct decoder mysql_decoder;

#endif
