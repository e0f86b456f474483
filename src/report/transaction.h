/* Requests with their answers as others see them. Where a decoder knows them they are its exchanges, split
 * by what TCP waited for meanwhile; elsewhere they are TCP's turns. */
#ifndef REPORT_TRANSACTION_H
#define REPORT_TRANSACTION_H

#include <culprit.h>

#include "session/tcp.h"

/* Told once for each, in the order in which they are complete. `limit` and `slow` are not filled yet. False:
 * nobody wants more. */
typedef bool transaction_found(void *user, const struct session *session,
			       const struct culprit_transaction *transaction);

struct transactions;

struct transactions *transactions_create(transaction_found *found, void *user);
void transactions_destroy(struct transactions *transactions);        /* NULL is fine */
/* Every observation that completed turns or exchanges, and every end of a session. False: nobody wants
 * more. */
bool transactions_observe(struct transactions *transactions, const struct observation *observation);

#endif
