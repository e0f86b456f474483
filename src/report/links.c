#include "report/links.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "session/sequence.h"
#include "session/tcp.h"

enum sent_kind { SENT_DATA, SENT_FRAGMENT };

struct sent {                    /* what a later packet may belong to */
	uint64_t packet;
	int64_t time;
	uint32_t session, end;       /* data: of TCP, and the sequence number behind it */
	uint64_t datagram;           /* fragment: hash of what it is part of */
	uint8_t kind, direction;
};

struct links {
	struct sent ring[LINKS_REACH];
	size_t next;                 /* where the next one goes */
	size_t first_waiting;        /* packets before it wait for no acknowledgement */
};

static const struct { const char *name, *words; } names[] = {
	[LINK_ANSWERED_BY] = { "answered-by", "Answered by" },
	[LINK_ANSWERS] = { "answers", "Answers" },
	[LINK_ACKNOWLEDGED_BY] = { "acknowledged-by", "Acknowledged by" },
	[LINK_ACKNOWLEDGES] = { "acknowledges", "Acknowledges" },
	[LINK_REPEATED_BY] = { "repeated-by", "Sent again by" },
	[LINK_REPEATS] = { "repeats", "Sends again" },
	[LINK_COPIED_BY] = { "copied-by", "Recorded again as" },
	[LINK_COPY_OF] = { "copy-of", "Is a second record of" },
	[LINK_OPENS] = { "opens", "Announces the data connection that begins with" },
	[LINK_OPENED_BY] = { "opened-by", "Data connection, announced by" },
	[LINK_COMPLETED_BY] = { "completed-by", "Fragment of the datagram that is complete with" },
	[LINK_COMPLETES] = { "completes", "Put together with fragment" },
};

const char *link_name(enum link_kind kind)
{
	return names[kind].name;
}

const char *link_words(enum link_kind kind)
{
	return names[kind].words;
}

struct links *links_create(void)
{
	return memory_zeroed(1, sizeof(struct links));
}

void links_destroy(struct links *links)
{
	free(links);
}

static void add(struct packet_links *to, enum link_kind kind, uint64_t packet, int64_t after)
{
	if (!to || to->count == LINKS_MOST || packet == to->number)
		return;
	for (unsigned i = 0; i < to->count; i++)
		if (to->list[i].kind == kind && to->list[i].packet == packet)
			return;
	to->list[to->count++] = (struct packet_link){ (uint8_t)kind, packet, after };
}

static struct packet_links *find(struct packet_links **list, size_t count, uint64_t number, uint64_t now)
{
	size_t low = 0, high = count;
	if (now - number >= LINKS_REACH)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (list[middle]->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && list[low]->number == number ? list[low] : NULL;
}

/* A link in both directions, between the packet at hand (NULL unless it is looked at) and an earlier one. */
static void link_back(struct packet_links *here, struct packet_links *there, uint64_t now, uint64_t before,
		      enum link_kind kind_here, enum link_kind kind_there, int64_t after)
{
	if (!before || before >= now || now - before >= LINKS_REACH)
		return;
	add(here, kind_here, before, after);
	add(there, kind_there, now, after);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * 0x9e3779b97f4a7c15u;
}

static uint64_t datagram_hash(const struct ip_header *ip)
{
	uint64_t hash = mix(ip->identification, ip->protocol);
	for (unsigned i = 0; i < sizeof ip->source.bytes; i++)
		hash = mix(hash, (uint64_t)ip->source.bytes[i] << 8 | ip->destination.bytes[i]);
	return hash;
}

static uint32_t sequence_taken(const struct tcp_header *tcp)
{
	return tcp->payload_length + tcp_has(tcp, TCP_SYN) + tcp_has(tcp, TCP_FIN);
}

static void remember(struct links *links, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	const struct tcp_header *tcp = packet->tcp;
	struct sent *to = &links->ring[links->next];
	bool fragment = packet->ip && packet->ip->fragmented;
	bool data = tcp && observation->session && !observation->twin_of && sequence_taken(tcp);
	if (!fragment && !data)
		return;
	*to = (struct sent){ .packet = packet->record->number, .time = packet->record->time,
		.direction = observation->direction };
	if (fragment) {
		to->kind = SENT_FRAGMENT;
		to->datagram = datagram_hash(packet->ip);
	} else {
		to->kind = SENT_DATA;
		to->session = observation->session->number;
		to->end = tcp->sequence_number + sequence_taken(tcp);
	}
	links->next = (links->next + 1) % LINKS_REACH;
}

/* What was remembered, the latest first; NULL past what is in reach. */
static const struct sent *earlier(const struct links *links, size_t back, uint64_t now)
{
	const struct sent *sent = &links->ring[(links->next + 2 * LINKS_REACH - 1 - back) % LINKS_REACH];
	return back < LINKS_REACH && sent->packet && now - sent->packet < LINKS_REACH ? sent : NULL;
}

/* The last data that this packet acknowledges for the first time. */
static void find_data(const struct links *links, struct packet_links *here, const struct observation *observation)
{
	const struct tcp_header *tcp = observation->packet->tcp;
	const struct sent *sent;
	const struct segment *segment = observation->segment;
	if (!segment || !segment->acked_bytes || !tcp_has(tcp, TCP_ACK))
		return;
	for (size_t back = 0; (sent = earlier(links, back, here->number)) != NULL; back++) {
		if (sent->kind != SENT_DATA || sent->session != observation->session->number ||
		    sent->direction == observation->direction || sequence_before(tcp->acknowledgment_number, sent->end))
			continue;
		add(here, LINK_ACKNOWLEDGES, sent->packet, observation->packet->record->time - sent->time);
		return;
	}
}

static void find_fragments(const struct links *links, struct packet_links *here, struct packet_links **list,
			   size_t count, const struct observation *observation)
{
	const struct record *record = observation->packet->record;
	uint64_t datagram = datagram_hash(observation->packet->ip);
	const struct sent *sent;
	for (size_t back = 0; (sent = earlier(links, back, record->number)) != NULL; back++)
		if (sent->kind == SENT_FRAGMENT && sent->datagram == datagram)
			link_back(here, find(list, count, sent->packet, record->number), record->number, sent->packet,
				  LINK_COMPLETES, LINK_COMPLETED_BY, record->time - sent->time);
}

/* Packets that are looked at and whose data this one acknowledges. */
static void find_waiting(struct links *links, struct packet_links **list, size_t count,
			 const struct observation *observation)
{
	const struct tcp_header *tcp = observation->packet->tcp;
	const struct record *record = observation->packet->record;
	while (links->first_waiting < count && (!list[links->first_waiting]->waits ||
	       record->number - list[links->first_waiting]->number >= LINKS_REACH))
		links->first_waiting++;
	if (!tcp || !observation->session || !tcp_has(tcp, TCP_ACK) || observation->twin_of)
		return;
	for (size_t i = links->first_waiting; i < count; i++) {
		struct packet_links *one = list[i];
		if (!one->waits || one->session != observation->session->number ||
		    one->direction == observation->direction || sequence_before(tcp->acknowledgment_number, one->end))
			continue;
		add(one, LINK_ACKNOWLEDGED_BY, record->number, record->time - one->time);
		one->waits = false;
	}
}

static void begin(struct packet_links *here, const struct observation *observation)
{
	const struct tcp_header *tcp = observation->packet->tcp;
	here->time = observation->packet->record->time;
	here->waits = tcp && observation->session && !observation->twin_of && sequence_taken(tcp);
	if (!here->waits)
		return;
	here->session = observation->session->number;
	here->direction = observation->direction;
	here->end = tcp->sequence_number + sequence_taken(tcp);
}

static void find_exchanges(struct packet_links *here, struct packet_links **list, size_t count,
			   const struct observation *observation, uint64_t now)
{
	for (unsigned i = 0; i < observation->exchange_count; i++) {
		const struct session_exchange *exchange = &observation->exchanges[i];
		if (exchange->answered)
			link_back(here, find(list, count, exchange->request_packet, now), now,
				  exchange->request_packet, LINK_ANSWERS, LINK_ANSWERED_BY,
				  exchange->response_time - exchange->request_last_time);
	}
}

void links_observe(struct links *links, const struct observation *observation, struct packet_links **list,
		   size_t count)
{
	const struct packet *packet = observation->packet;
	const struct session *session = observation->session;
	uint64_t now = packet->record->number;
	struct packet_links *here = count && list[count - 1]->number == now ? list[count - 1] : NULL;
	if (here)
		begin(here, observation);
	find_waiting(links, list, count, observation);
	if (here && packet->tcp && session)
		find_data(links, here, observation);
	if (packet->ip && packet->ip->reassembled)
		find_fragments(links, here, list, count, observation);
	if (observation->segment && observation->segment->original_packet)
		link_back(here, find(list, count, observation->segment->original_packet, now), now,
			  observation->segment->original_packet, LINK_REPEATS, LINK_REPEATED_BY,
			  observation->segment->lag);
	if (observation->twin_of)
		link_back(here, find(list, count, observation->twin_of, now), now, observation->twin_of,
			  LINK_COPY_OF, LINK_COPIED_BY, observation->twin_lag);
	if (session && session->parent.decoder && session->first_packet == now)
		link_back(here, find(list, count, session->parent.packet, now), now, session->parent.packet,
			  LINK_OPENED_BY, LINK_OPENS, packet->record->time - session->parent.time);
	find_exchanges(here, list, count, observation, now);
	remember(links, observation);
}
