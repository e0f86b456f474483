/* Who tries to log in, where, and with what success: tries of all protocols in one form.
 *
 * A protocol's messages are handed in as they come; what they complete comes out. User names are
 * kept to be shown, secrets only as hashes that tell whether two are the same. */
#ifndef ANALYZE_LOGINS_H
#define ANALYZE_LOGINS_H

#include "analyze/cache.h"
#include "analyze/proof.h"
#include "session/session.h"

#define LOGIN_NAME_SIZE 40

struct login { /* one try that the server decided on */
	bool accepted;
	bool readable;              /* its secret crossed the network as it is */
	bool anonymous;             /* by agreement no secret at all */
	bool inferred;              /* from sizes only: the conversation is encrypted */
	char name[LOGIN_NAME_SIZE]; /* of the user; empty: unknown */
	uint64_t user, secret;      /* hashes, 0: unknown */
	struct sample asked, answered;
};

struct logins {
	struct cache dialogues;
}; /* of sessions that are in the middle of a try */

void logins_init(struct logins *logins);
void logins_finish(struct logins *logins);
/* Takes a message of one of `logins_hears`. True: it completed a try. */
bool logins_take(struct logins *logins, const struct observation *observation,
		 const struct session_message *message, struct login *login);

extern const struct decoder *const logins_hears[]; /* NULL-terminated */

#endif
