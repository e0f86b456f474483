/* Domain names as messages hold them (RFC 1035, 4.1.4): labels, and pointers to where a name goes on. */
#ifndef DECODE_DNS_NAME_H
#define DECODE_DNS_NAME_H

#include "core/cursor.h"

#define DNS_NAME_MAX 255         /* bytes of a name on the wire (RFC 1035, 2.3.4); its text is shorter */

struct dns_name {
	uint8_t length;              /* of `text`: the labels with dots between; 0 for the root */
	uint8_t labels;
	char text[DNS_NAME_MAX + 1]; /* NUL-terminated; as sent, so it may hold any byte */
};

/* Reads the name at `in` and moves past it. Pointers lead from the start of `message` on; those that lead
 * nowhere end the name, and so does its 255th byte: no name can take longer to read. */
void dns_name_read(struct cursor *in, struct cursor message, struct dns_name *to);
void dns_name_skip(struct cursor *in);
/* ASCII letters to lower case: names that differ only in case are equal (RFC 4343). */
void dns_name_lower(struct dns_name *name);

#endif
