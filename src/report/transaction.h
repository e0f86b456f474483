/* A request and its answer as others see it. */
#ifndef REPORT_TRANSACTION_H
#define REPORT_TRANSACTION_H

#include <culprit.h>

#include "session/tcp.h"

/* Everything but `limit` and `slow`. */
void transaction_fill(struct culprit_transaction *to, const struct session *session,
		      const struct tcp_transaction *transaction);

#endif
