/* Unanswered questions for hardware addresses. */
#include "analyze/asked.h"

#define ASKS_REMEMBERED 2048     /* a sweep of eight /24 subnets */
#define HOSTS_REMEMBERED 2048

struct ask_key { struct address asker, target; };

void asked_init(struct asked *asked)
{
	cache_init(&asked->asks, ASKS_REMEMBERED, sizeof(struct ask_key), sizeof(struct proof));
	cache_init(&asked->alive, HOSTS_REMEMBERED, sizeof(struct address), sizeof(struct sample));
	cache_init(&asked->askers, HOSTS_REMEMBERED, sizeof(struct address), sizeof(struct asker));
}

void asked_finish(struct asked *asked)
{
	cache_finish(&asked->asks);
	cache_finish(&asked->alive);
	cache_finish(&asked->askers);
}

void asked_question(struct asked *asked, const struct packet *packet, const struct address *asker,
		    const struct address *target)
{
	struct ask_key key = { *asker, *target };
	struct proof *tries = cache_enter(&asked->asks, &key, NULL);
	const struct sample *heard = cache_find(&asked->alive, target);
	if (heard && tries->total && heard->packet > tries->first[0].packet)
		*tries = (struct proof){ 0 };
	proof_add(tries, packet);
}

void asked_heard(struct asked *asked, const struct packet *packet, const struct address *address,
		 const struct address *asker)
{
	struct sample *heard = cache_enter(&asked->alive, address, NULL);
	*heard = (struct sample){ packet->record->number, packet->record->time };
	if (!asker)
		return;
	struct asker *answered = cache_enter(&asked->askers, asker, NULL);
	answered->answers++;
}

static bool is_unanswered(const struct asked *asked, const struct ask_key *key,
			  const struct proof *tries)
{
	struct cache alive = asked->alive;       /* a look that does not count as a use */
	const struct sample *heard = cache_find(&alive, &key->target);
	return !heard || heard->packet < tries->first[0].packet;
}

void asked_conclude(struct asked *asked)
{
	size_t at = 0;
	const void *found;
	const struct proof *tries;
	while ((tries = cache_next(&asked->asks, &at, &found))) {
		const struct ask_key *key = found;
		if (!is_unanswered(asked, key, tries))
			continue;
		struct asker *asker = cache_enter(&asked->askers, &key->asker, NULL);
		if (!asker->missing++ || tries->first[0].packet < asker->first.packet)
			asker->first = tries->first[0];
	}
}

/* A host that was heard in IP packets after it was asked for is there, whatever ARP shows. */
static bool talks(const struct trace_state *trace, const struct address *target, int64_t since)
{
	const struct host *host = session_table_host(trace->sessions, target);
	return host && host->seen_sending && host->last_time >= since;
}

bool asked_next(const struct asked *asked, const struct trace_state *trace, size_t *at,
		struct unanswered *to)
{
	const void *found;
	const struct proof *tries;
	while ((tries = cache_next(&asked->asks, at, &found))) {
		const struct ask_key *key = found;
		if (!is_unanswered(asked, key, tries) ||
		    talks(trace, &key->target, tries->first[0].time))
			continue;
		struct cache askers = asked->askers;
		const struct asker *asker = cache_find(&askers, &key->asker);
		const struct host *host = session_table_host(trace->sessions, &key->asker);
		bool received = host && host->packets_received > 0;
		*to = (struct unanswered){
			.asker = &key->asker,
			.target = &key->target,
			.tries = tries,
			.missing = asker ? asker->missing : 1,
			.answers_visible = received || (asker && asker->answers > 0),
			.cut_off = host && host->packets_sent > 0 && !received &&
				   !(asker && asker->answers),
			.watched = trace->last_time - tries->first[0].time,
		};
		return true;
	}
	return false;
}

const struct asker *asked_searcher(const struct asked *asked, uint32_t limit, size_t *at,
				   const struct address **address)
{
	const void *found;
	const struct asker *asker;
	while ((asker = cache_next(&asked->askers, at, &found))) {
		*address = found;
		if (asker->missing > limit)
			return asker;
	}
	return NULL;
}
