/* Unanswered questions for hardware addresses. */
#include "analyze/asked.h"

#include "core/clock.h"
#include "session/hosts.h"

#define ASKS_REMEMBERED 2048     /* a sweep of eight /24 subnets */
#define HOSTS_REMEMBERED 2048
#define SHORTEST_FRAME 60        /* on an Ethernet wire, without its check sequence */
#define HASTE (3 * NANOSECONDS)  /* between two tries of a host that gets no answer */

struct ask_key { struct address asker, target; };

void asked_init(struct asked *asked)
{
	cache_init(&asked->asks, ASKS_REMEMBERED, sizeof(struct ask_key), sizeof(struct ask));
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
	struct ask *ask = cache_enter(&asked->asks, &key, NULL);
	const struct sample *heard = cache_find(&asked->alive, target);
	if (heard && ask->tries.total && heard->packet > ask->tries.first[0].packet)
		*ask = (struct ask){ 0 };
	ask->unfinished |= packet->record->direction == DIRECTION_OUTBOUND ||
			   (packet->link.is_ethernet && packet->record->original_length < SHORTEST_FRAME);
	proof_add(&ask->tries, packet);
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

/* The packet in which an address was heard last, 0 when in none. */
static uint64_t last_heard(const struct asked *asked, const struct address *address)
{
	struct cache alive = asked->alive;       /* a look that does not count as a use */
	const struct sample *heard = cache_find(&alive, address);
	return heard ? heard->packet : 0;
}

void asked_conclude(struct asked *asked)
{
	size_t at = 0;
	const void *found;
	const struct ask *ask;
	while ((ask = cache_next(&asked->asks, &at, &found))) {
		const struct ask_key *key = found;
		const struct sample *first = &ask->tries.first[0];
		if (last_heard(asked, &key->target) > first->packet)
			continue;
		struct asker *asker = cache_enter(&asked->askers, &key->asker, NULL);
		if (asker->missing++ && first->packet >= asker->first.packet)
			continue;
		asker->first = *first;
		asker->target = key->target;
	}
}

/* Its frames have the address of a router, and its packets have lost a hop: who is a router itself loses none. */
static bool is_remote(const struct host *host)
{
	return host->seen_sending && host->has_mac && host->mac_shared && hops_by_time_to_live(host->ttl_max) > 0;
}

static void describe(const struct asked *asked, const struct trace_state *trace,
		     const struct ask_key *key, const struct ask *ask, struct unanswered *to)
{
	struct cache askers = asked->askers;
	const struct asker *asker = cache_find(&askers, &key->asker);
	const struct host *from = session_table_host(trace->sessions, &key->asker);
	const struct host *target = session_table_host(trace->sessions, &key->target);
	*to = (struct unanswered){
		.asker = &key->asker,
		.target = &key->target,
		.tries = &ask->tries,
		.missing = asker ? asker->missing : 1,
		.at_asker = ask->unfinished,
		.cut_off = !(from && from->packets_received) && !(asker && asker->answers),
		.sends = from && from->packets_sent,
		.was_there = last_heard(asked, &key->target) > 0 || (target && target->seen_sending),
		.awaited = target && target->packets_received && !target->seen_sending,
		.remote = target && is_remote(target),
		.watched = trace->last_time - ask->tries.first[0].time,
	};
}

bool asked_next(const struct asked *asked, const struct trace_state *trace, size_t *at,
		struct unanswered *to)
{
	const void *found;
	const struct ask *ask;
	while ((ask = cache_next(&asked->asks, at, &found))) {
		const struct ask_key *key = found;
		const struct host *target = session_table_host(trace->sessions, &key->target);
		/* A host that was heard in IP packets since is there, whatever ARP shows. */
		bool talks = target && target->seen_sending &&
			     target->last_time >= ask->tries.first[0].time;
		if (last_heard(asked, &key->target) > ask->tries.first[0].packet)
			continue;
		describe(asked, trace, key, ask, to);
		if (talks && !to->remote)
			continue;
		return true;
	}
	return false;
}

void asked_weigh(const struct unanswered *missing, bool enough, struct finding *finding)
{
	bool cut_off = missing->cut_off && missing->at_asker;
	/* Where the trace does not show what is sent to the asker, its haste does: who was answered asks again much later. */
	bool hasty = proof_span(missing->tries) <= (int64_t)(missing->tries->total - 1) * HASTE;
	bool shows = missing->at_asker || hasty;
	char name[ADDRESS_TEXT_SIZE];
	finding->confidence = CONFIDENCE_LIKELY;
	if (missing->remote) {
		finding->sub_kind = "other-network";
		finding->severity = enough && shows ? SEVERITY_WARNING : SEVERITY_NOTICE;
		finding_words(finding, "harm", "; a router brings its packets, so the subnet mask of %s is too wide",
			      address_text(missing->asker, name));
		return;
	}
	if (missing->named_by && enough && shows) {
		finding->sub_kind = "gateway";
		finding_words(finding, "harm", "; the DHCP server %s names it as the router",
			      address_text(missing->named_by, name));
		finding_alternative(finding, "the DHCP server names the wrong router", NULL);
		return;
	}
	if (missing->awaited) {
		finding->sub_kind = "awaited";
		finding_words(finding, "harm", "; packets for it are waiting");
	} else if (cut_off && (enough || missing->sends)) {
		finding->sub_kind = "cut-off";
		if (!enough) {
			finding->severity = SEVERITY_WARNING;
			finding->confidence = CONFIDENCE_POSSIBLE;
		}
		finding_words(finding, "harm", "; %s gets no answer from anybody",
			      address_text(missing->asker, (char[ADDRESS_TEXT_SIZE]){ 0 }));
	} else if (missing->was_there && missing->at_asker) {
		finding->sub_kind = "gone";
		finding->severity = SEVERITY_WARNING;
		finding_words(finding, "harm", "; it was there before");
	} else {
		finding->severity = SEVERITY_NOTICE;
		finding_words(finding, "harm", "%s", "");
		if (!missing->at_asker)
			finding->confidence = CONFIDENCE_POSSIBLE;
	}
	finding_alternative(finding, "an answer went to the asker alone and is not in the trace",
			    missing->at_asker ? "the trace was taken at the asker"
			    : missing->awaited ? "nothing else came from that address either" : NULL);
	finding_alternative(finding, "the asker has a wrong address configured", NULL);
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
