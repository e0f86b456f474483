/* What may be shown of an SQL statement where nobody asked to see data: its words, without the values in it. */
#ifndef DECODE_SQL_H
#define DECODE_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SQL_SHAPE 61             /* characters and the NUL */

/* How literals are written: they must be found the way that the server finds them, or values leak. */
enum sql_dialect {
	SQL_STANDARD,                /* DB2: '' in a literal is a quote */
	SQL_MYSQL,                   /* "..." is a literal, too, and a backslash escapes */
	SQL_POSTGRES,                /* a backslash escapes in E'...' only; $tag$...$tag$ is a literal */
};

/* The first characters of the statement: white space is one blank, comments are left out, a literal or number is
 * "?", what is not printable is '.'. Returns the length; `to` ends with NUL. */
size_t sql_shape(const uint8_t *statement, size_t length, enum sql_dialect dialect, char to[static SQL_SHAPE]);

/* Does the statement set a password? Then its text is nobody's business. */
bool sql_is_secret(const uint8_t *statement, size_t length);

#endif
