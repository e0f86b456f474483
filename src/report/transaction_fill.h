/* One request with its answer, from what the session stage knows of it. */
#ifndef REPORT_TRANSACTION_FILL_H
#define REPORT_TRANSACTION_FILL_H

#include "report/transaction.h"

void transaction_of_turn(struct culprit_transaction *to, const struct session *session,
			 const struct tcp_transaction *turn);

/* What lay around an exchange in its session. */
struct surroundings {
	const struct tcp_transaction *turn;      /* in which it was asked; NULL: not known */
	bool first, last;                        /* of the exchanges that were asked in the turn */
	int64_t queued, sending;                 /* see tcp_split_time */
	const struct tcp_wait *waits;            /* in order */
	uint32_t wait_count;
};
void transaction_of_exchange(struct culprit_transaction *to, const struct session *session,
			     const struct session_exchange *exchange, const struct surroundings *around);

#endif
