/* What is remembered of the services of a trace: how fast each answered, with the worst answers as
 * proof. Bounded, whatever the trace holds. */
#ifndef ANALYZE_ANSWERS_H
#define ANALYZE_ANSWERS_H

#include "finding/finding.h"
#include "session/tcp.h"

#define ANSWERS_SERVICES 1024      /* server ports judged; later ones are not */
#define ANSWERS_BUCKETS 64         /* of the histogram: each a quarter wider, 1 ms to 20 min */
#define ANSWERS_CITED 3

struct answer {                    /* one that is kept as proof */
	uint64_t request, response;            /* packets */
	int64_t request_time, response_time;
	int64_t value;                         /* ns: the time that makes it worth keeping */
	struct address client;
};

struct service {
	struct endpoint server;
	bool known;                            /* a protocol of question and answer for sure */
	bool by_design;                        /* and no request of it waits for an event */
	bool window_of_client, window_of_server;   /* whose closed window slow answers waited for */
	uint32_t answers;
	uint32_t slow, thoughtful, hidden, events, paused;     /* as perf_response.c counts them */
	uint32_t polls;                        /* slow ones that look like waiting for an event */
	int64_t worst_total, worst_server, pause;
	int64_t network_sum, cost_total, cost_server;
	int64_t part[RESPONSE_PARTS];          /* of slow answers */
	uint64_t request_bytes;                /* of their requests */
	uint32_t histogram[ANSWERS_BUCKETS];   /* of the server's parts */
	struct answer slow_cited[ANSWERS_CITED], server_cited[ANSWERS_CITED], pause_cited;
	struct packed_finding *sample;         /* subject of the first session */
	uint32_t quality;                      /* QUALITY_* of all sessions */
};

struct services {                /* all zero: empty */
	struct service *list;        /* in the order in which they were met */
	uint16_t *places;            /* by hash: index in the list and one more; 0: free */
	uint32_t count;
};

void services_finish(struct services *services);
/* The service of this session, NULL when there are too many. `kind` is for the sample. */
struct service *services_find(struct services *services, const struct session *session,
			      const struct finding_kind *kind);
/* Walks over all: `size_t at = 0; while ((service = services_next(services, &at)))`. */
const struct service *services_next(const struct services *services, size_t *at);
/* The service that `front` waited for while it thought: in all its slowest answers, its own host
 * was the client of an answer that took most of that time. NULL when there is none in the trace. */
const struct service *services_behind(const struct services *services, const struct service *front);

/* Counts the server's part of an answer (ns), for the median. */
void service_count(struct service *service, int64_t time);
/* Half of the answers had a server's part of at most this, ns. */
int64_t service_median(const struct service *service);
/* Keeps `answer` if it is one of the largest; it is number `nth` (from 0) of its sort. */
void answer_keep(struct answer kept[ANSWERS_CITED], uint32_t nth, const struct answer *answer);

#endif
