/* The Response Time Summary as a page: how many, where the time went, how long they took, by whom, and the
 * slowest. */
#ifndef REPORT_TIMES_PAGE_H
#define REPORT_TIMES_PAGE_H

#include "report/times_groups.h"
#include "report/times_top.h"

#define TIMES_SPANS 24               /* 1-2-5 steps: below 10 µs, then to 200 s and beyond */

struct times_sum {                   /* of the whole trace */
	uint64_t count, slow, unanswered;    /* count: with an answer */
	int64_t total, part[CULPRIT_PARTS];
	uint64_t spans[TIMES_SPANS];
};

void times_sum_add(struct times_sum *sum, const struct culprit_transaction *transaction);
/* `rows` services at most; `limit` in ns, as in times_finish;
 * `by_service`: some services have a limit of their own. */
void times_page_write(const struct culprit_output *output, const struct times_sum *sum,
		      struct times_groups *services, struct times_top *slowest, size_t rows, int64_t limit,
		      bool by_service);

#endif
