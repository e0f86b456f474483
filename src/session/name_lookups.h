/* Which name look-up a connection waited for (catalogue A10, part DNS): the addresses that clients were told
 * lately, and when they had asked. */
#ifndef SESSION_NAME_LOOKUPS_H
#define SESSION_NAME_LOOKUPS_H

#include "core/address.h"
#include "core/clock.h"
#include "session/session.h"

#define NAME_LOOKUP_AGE (2 * NANOSECONDS)     /* a connection that begins later did not wait for it */

struct name_lookup {
	struct address client, address;
	int64_t asked, answered;         /* the first try, the answer */
};

struct name_lookups;                          /* bounded: in a set that is full the oldest makes room */

struct name_lookups *name_lookups_create(void);
void name_lookups_destroy(struct name_lookups *lookups);       /* NULL is fine */
void name_lookups_add(struct name_lookups *lookups, const struct name_lookup *lookup);
/* Adds the addresses that DNS answers of this packet told their clients. */
void name_lookups_observe(struct name_lookups *lookups, const struct observation *observation);
/* The look-up that told `client` the address of `server` before a connection begins at `now`; NULL when there
 * is none. Valid until the next one is added. */
const struct name_lookup *name_lookups_find(const struct name_lookups *lookups, const struct address *client,
				  const struct address *server, int64_t now);

#endif
