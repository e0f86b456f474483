/* The analyzers of one analysis: their state, and who is called for which packet. */
#include <stdlib.h>
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/probes.h"
#include "core/memory.h"
#include "decode/decoder.h"
#include "source/zos.h"

#define STATE_ALIGNMENT 8        /* of every analyzer's share of a block: suits all that they keep */
#define WANTS_COMBINATIONS 256   /* eight bits of enum analyzer_wants */
#define TTL_SMALL 32             /* traceroutes count up from 1; and what is about to die in a loop */

struct member {                  /* one analyzer in this set */
	const struct analyzer *analyzer;
	struct analysis_context context;
	size_t session_offset;   /* of its share of session.analyzer_state; or its place among the late states */
};

struct call_list {               /* who is called for a packet that has certain properties */
	struct member **members;
	size_t count;
};

#define HEARD_SLOTS 128           /* a power of two, several times the decoders that anybody hears */

struct heard {                   /* who hears the messages of a decoder */
	const struct decoder *decoder;       /* NULL: free */
	struct call_list list;
};

struct analyzer_set {
	struct member *members;
	size_t count;
	void *state;             /* all analyzers' states, one after the other */
	struct trace_state *trace;
	struct call_list calls[WANTS_COMBINATIONS];
	struct call_list data;   /* for socket data, which has no packet around it */
	struct call_list discarded;      /* for what a kernel threw away */
	struct call_list session_ends;
	struct call_list exchanges;
	size_t late_states;      /* how many make their session_state with a message: see enter_session */
	struct heard heard[HEARD_SLOTS];     /* open addressing by the decoder's address */
};

/* At the start of every session's block: a pointer to the pointers to all states that are made with a message.
 * NULL before the first one. */
#define LATE_STATES_SIZE sizeof(void **)

static size_t aligned(size_t size)
{
	return (size + STATE_ALIGNMENT - 1) / STATE_ALIGNMENT * STATE_ALIGNMENT;
}

/* What an analyzer has in the block of every session. */
static size_t share_of(const struct analyzer *analyzer)
{
	return analyzer->state_on_message ? 0 : aligned(analyzer->session_state_size);
}

size_t analyzer_list_session_size(const struct analyzer *const *list)
{
	size_t size = 0;
	bool any = false;
	for (; *list; list++) {
		size += share_of(*list);
		any = any || (*list)->session_state_size;
	}
	return any ? LATE_STATES_SIZE + size : 0;
}

size_t analyzer_set_session_size(void)
{
	return analyzer_list_session_size(analyzers);
}

/* Thresholds that are off: whatever an analyzer submits of that kind is ignored. */
static void ignore_what_is_off(const struct analyzer *analyzer, const struct settings *settings,
			       struct finding_store *findings)
{
	for (const struct finding_kind *const *kind = analyzer->kinds; *kind; kind++)
		if (setting_off(settings, *kind))
			finding_ignore(findings, (*kind)->id);
}

/* Who wants one of these. */
static void list_call(struct analyzer_set *set, uint32_t has, struct call_list *list)
{
	list->members = memory_zeroed(set->count, sizeof *list->members);
	for (size_t i = 0; i < set->count; i++)
		if (set->members[i].analyzer->observe && set->members[i].analyzer->wants & has &&
		    (!set->members[i].analyzer->for_displays || set->trace->displays))
			list->members[list->count++] = &set->members[i];
}

static struct heard *find_heard(struct analyzer_set *set, const struct decoder *decoder)
{
	size_t at = ((uintptr_t)decoder / sizeof *decoder) % HEARD_SLOTS;
	while (set->heard[at].decoder && set->heard[at].decoder != decoder)
		at = (at + 1) % HEARD_SLOTS;
	return &set->heard[at];
}

static void list_heard(struct analyzer_set *set, struct member *member)
{
	const struct decoder *const *decoder = member->analyzer->hears;
	for (; decoder && *decoder; decoder++) {
		struct heard *heard = find_heard(set, *decoder);
		if (!heard->decoder)
			heard->list.members = memory_zeroed(set->count, sizeof *heard->list.members);
		heard->decoder = *decoder;
		heard->list.members[heard->list.count++] = member;
	}
}

static void list_calls(struct analyzer_set *set)
{
	set->exchanges.members = memory_zeroed(set->count, sizeof *set->exchanges.members);
	for (size_t i = 0; i < set->count; i++) {
		if (set->members[i].analyzer->exchange)
			set->exchanges.members[set->exchanges.count++] = &set->members[i];
		list_heard(set, &set->members[i]);
	}
	for (uint32_t has = 0; has < WANTS_COMBINATIONS; has++)
		list_call(set, has, &set->calls[has]);
	list_call(set, WANTS_DATA, &set->data);
	list_call(set, WANTS_DISCARDED, &set->discarded);
	set->session_ends.members = memory_zeroed(set->count, sizeof *set->session_ends.members);
	for (size_t i = 0; i < set->count; i++)
		if (set->members[i].analyzer->session_end)
			set->session_ends.members[set->session_ends.count++] = &set->members[i];
}

struct analyzer_set *analyzer_set_create_from(const struct analyzer *const *list,
					      const struct settings *settings, struct trace_state *trace,
					      struct finding_store *findings)
{
	struct analyzer_set *set = memory_zeroed(1, sizeof *set);
	size_t state_size = 0, session_offset = LATE_STATES_SIZE;
	for (const struct analyzer *const *analyzer = list; *analyzer; analyzer++) {
		state_size += aligned((*analyzer)->state_size);
		set->count++;
	}
	set->trace = trace;
	set->state = memory_zeroed(1, state_size);
	set->members = memory_zeroed(set->count, sizeof *set->members);
	uint8_t *state = set->state;
	for (size_t i = 0; i < set->count; i++) {
		struct member *member = &set->members[i];
		member->analyzer = list[i];
		member->session_offset = list[i]->state_on_message ? set->late_states++ : session_offset;
		member->context = (struct analysis_context){
			.state = list[i]->state_size ? state : NULL,
			.settings = settings,
			.trace = trace,
			.findings = findings,
		};
		state += aligned(list[i]->state_size);
		session_offset += share_of(list[i]);
		ignore_what_is_off(list[i], settings, findings);
	}
	list_calls(set);
	for (size_t i = 0; i < set->count; i++)
		if (set->members[i].analyzer->begin)
			set->members[i].analyzer->begin(&set->members[i].context);
	return set;
}

struct analyzer_set *analyzer_set_create(const struct settings *settings, struct trace_state *trace,
					 struct finding_store *findings)
{
	return analyzer_set_create_from(analyzers, settings, trace, findings);
}

void analyzer_set_destroy(struct analyzer_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++)
		if (set->members[i].analyzer->destroy)
			set->members[i].analyzer->destroy(&set->members[i].context);
	for (size_t i = 0; i < WANTS_COMBINATIONS; i++)
		free(set->calls[i].members);
	for (size_t i = 0; i < HEARD_SLOTS; i++)
		free(set->heard[i].list.members);
	free(set->exchanges.members);
	free(set->data.members);
	free(set->discarded.members);
	free(set->session_ends.members);
	free(set->members);
	free(set->state);
	free(set);
}

/* The late states of a session, NULL when there is none. */
static void ***late_states_of(const struct session *session)
{
	return session ? session->analyzer_state : NULL;
}

static void *state_in(const struct member *member, const struct session *session)
{
	if (!session || !session->analyzer_state || !member->analyzer->session_state_size)
		return NULL;
	if (!member->analyzer->state_on_message)
		return (uint8_t *)session->analyzer_state + member->session_offset;
	void **late = *late_states_of(session);
	return late ? late[member->session_offset] : NULL;
}

static void enter_session(struct member *member, const struct session *session)
{
	member->context.session_state = state_in(member, session);
}

/* A message: whoever keeps state only for such sessions gets it now. */
static void enter_heard(const struct analyzer_set *set, struct member *member, const struct session *session)
{
	void ***late = late_states_of(session);
	if (late && member->analyzer->state_on_message && member->analyzer->session_state_size) {
		if (!*late)
			*late = memory_zeroed(set->late_states, sizeof **late);
		if (!(*late)[member->session_offset])
			(*late)[member->session_offset] =
				memory_zeroed(1, member->analyzer->session_state_size);
	}
	enter_session(member, session);
}

static void leave_session(const struct analyzer_set *set, const struct session *session)
{
	void ***late = late_states_of(session);
	if (!late || !*late)
		return;
	for (size_t i = 0; i < set->late_states; i++)
		free((*late)[i]);
	free(*late);
	*late = NULL;
}

static bool goes_to_many(const struct link_facts *link)
{
	return (link->has_destination && mac_is_group(link->destination)) ||
	       link->packet_type == LINK_BROADCAST || link->packet_type == LINK_MULTICAST;
}

/* Bits that no TCP sends together, or none of those that every segment has. */
static bool flags_are_impossible(uint16_t flags)
{
	return probe_flags_alone(flags) || (flags & TCP_SYN && flags & (TCP_FIN | TCP_RST));
}

static bool is_odd(const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	const struct ip_header *ip = packet->outer_ip;
	if (!ip || !observation->session || observation->twin_of || packet->truncated ||
	    packet->problem || packet->record->drop_count)
		return true;
	const struct session_side *side = &observation->session->side[observation->direction];
	if (ip->time_to_live <= TTL_SMALL || ip->checksum_state != CHECKSUM_GOOD || ip->fragmented ||
	    packet->ip->ecn || packet->ip != ip || packet->ip->time_to_live < side->ttl_max ||
	    side->packets <= 1)
		return true;
	if (packet->tcp)
		return packet->tcp->checksum_state != CHECKSUM_GOOD ||
		       packet->tcp->flags & TCP_ECE || flags_are_impossible(packet->tcp->flags) ||
		       (observation->segment && observation->segment->class > SEGMENT_NEW_AFTER_GAP);
	return !packet->udp || (packet->udp->checksum_state != CHECKSUM_GOOD &&
				packet->udp->checksum_state != CHECKSUM_ABSENT);
}

/* What the packet has that analyzers may want: bits of enum analyzer_wants. */
/* z/OS records what it throws away. */
static bool is_discarded(const struct record *record)
{
	return record && record->zos && record->zos->discard;
}

static uint32_t properties(const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	uint32_t has = WANTS_PACKETS;
	if (observation->segment)
		has |= WANTS_TCP;
	if (observation->event_count)
		has |= WANTS_EVENTS;
	if (packet->udp && !observation->twin_of)
		has |= WANTS_UDP;
	if (packet->icmp && !observation->twin_of)
		has |= WANTS_ICMP;
	if (!packet->ip || goes_to_many(&packet->link) || is_discarded(packet->record))
		has |= WANTS_LINK;
	if (observation->new_session)
		has |= WANTS_NEW_SESSIONS;
	if (is_odd(observation))
		has |= WANTS_ODD;
	return has;
}

static void hand_message(struct analyzer_set *set, const struct observation *observation,
			 const struct session_message *message)
{
	const struct call_list *list = &find_heard(set, message->decoder)->list;
	for (size_t i = 0; i < list->count; i++) {
		enter_heard(set, list->members[i], observation->session);
		list->members[i]->analyzer->message(&list->members[i]->context, observation, message);
	}
}

static void hand_exchange(struct analyzer_set *set, const struct observation *observation,
			  const struct session_exchange *exchange)
{
	const struct call_list *list = &set->exchanges;
	for (size_t i = 0; i < list->count; i++) {
		enter_session(list->members[i], observation->session);
		list->members[i]->analyzer->exchange(&list->members[i]->context, observation, exchange);
	}
}

static void hand_messages(struct analyzer_set *set, const struct observation *observation)
{
	for (unsigned i = 0; i < observation->message_count; i++)
		hand_message(set, observation, &observation->messages[i]);
	for (unsigned i = 0; i < observation->exchange_count; i++)
		hand_exchange(set, observation, &observation->exchanges[i]);
}

void analyzer_set_observe(struct analyzer_set *set, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	hand_messages(set, observation);
	bool discarded = packet->record && packet->record->drop;
	const struct call_list *list = discarded ? &set->discarded : packet->socket ? &set->data
				       : &set->calls[properties(observation)];
	for (size_t i = 0; i < list->count; i++) {
		struct member *member = list->members[i];
		if (member->analyzer->session_state_size)
			enter_session(member, observation->session);
		member->analyzer->observe(&member->context, observation);
	}
}

void analyzer_set_session_end(struct analyzer_set *set, const struct session *session,
			      const struct observation *last)
{
	hand_messages(set, last);
	for (size_t i = 0; i < set->session_ends.count; i++) {
		struct member *member = set->session_ends.members[i];
		enter_session(member, session);
		bool heard = member->analyzer->state_on_message && member->context.session_state;
		if (session->kind == SESSION_DATA && !(member->analyzer->wants & WANTS_DATA) && !heard)
			continue;
		member->analyzer->session_end(&member->context, session, last);
	}
	leave_session(set, session);
}

void analyzer_set_fragments(struct analyzer_set *set, const struct fragment_report *report)
{
	for (size_t i = 0; i < set->count; i++) {
		struct member *member = &set->members[i];
		enter_session(member, NULL);
		if (member->analyzer->fragments)
			member->analyzer->fragments(&member->context, report);
	}
}

static bool judges_the_capture(const struct analyzer *analyzer)
{
	return *analyzer->kinds && strncmp((*analyzer->kinds)->id, "capture/", 8) == 0;
}

static void finish_some(struct analyzer_set *set, bool capture)
{
	for (size_t i = 0; i < set->count; i++) {
		struct member *member = &set->members[i];
		if (!member->analyzer->finish || judges_the_capture(member->analyzer) != capture)
			continue;
		enter_session(member, NULL);
		member->context.trace_writable = capture ? set->trace : NULL;
		member->analyzer->finish(&member->context);
	}
}

void analyzer_set_finish(struct analyzer_set *set)
{
	/* The quality of the trace comes first: the others must know what it cannot prove. */
	finish_some(set, true);
	finish_some(set, false);
}
