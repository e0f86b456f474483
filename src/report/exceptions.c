#include "report/exceptions.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/memory.h"
#include "report/tally.h"
#include "session/tcp.h"

enum { CLASS_INIT_PACKETS = 4, CLASS_TERM_PACKETS = 5 };

static const struct { const char *name, *title; } classes[EXCEPTION_CLASSES] = {
	{ "traffic-errors", "Traffic Errors" },
	{ "session-errors", "Session Errors" },
	{ "response-time", "Response Time Thresholds" },
	{ "application-errors", "Application Errors" },
	{ "init-packets", "INIT Packets" },
	{ "term-packets", "TERM Packets" },
	{ "init-errors", "INIT Errors" },
	{ "term-errors", "TERM Errors" },
	{ "capture-quality", "Capture Quality" },
	{ "security", "Security" },
};

struct concern { uint32_t number; uint8_t class, kind; };    /* a session, for a class */

struct exceptions {
	struct exception_class class[EXCEPTION_CLASSES];
	struct exception_packet *packets[2];         /* of INIT, of TERM */
	size_t packet_capacity[2];
	struct timeline *timeline;
	const struct finding_store *findings;
};

const char *exception_class_code(unsigned class)
{
	return button_name(class);
}

const char *exception_class_title(unsigned class)
{
	return class < EXCEPTION_CLASSES ? classes[class].title : NULL;
}

const char *exception_class_name(unsigned class)
{
	return class < EXCEPTION_CLASSES ? classes[class].name : NULL;
}

int exception_class_find(const char *words)
{
	for (unsigned class = 0; class < EXCEPTION_CLASSES; class++)
		if (strcasecmp(words, button_name(class)) == 0 || strcasecmp(words, classes[class].name) == 0)
			return (int)class;
	return -1;
}

bool exception_class_is_packets(unsigned class)
{
	return class == CLASS_INIT_PACKETS || class == CLASS_TERM_PACKETS;
}

const char *exception_part_name(enum exception_part part)
{
	static const char *const names[EXCEPTION_PARTS] = { "", "SYN", "SYN-ACK", "ACK", "FIN", "ACK", "RST" };
	return names[part];
}

struct exceptions *exceptions_create(void)
{
	struct exceptions *exceptions = memory_zeroed(1, sizeof *exceptions);
	exceptions->timeline = timeline_create(EXCEPTION_CLASSES, EXCEPTION_SLOTS, MILLISECOND);
	for (unsigned class = 0; class < EXCEPTION_CLASSES; class++) {
		exceptions->class[class].first = exceptions->class[class].last = INT64_MIN;
		exceptions->class[class].hosts = tally_create(EXCEPTION_HOSTS);
	}
	return exceptions;
}

void exceptions_destroy(struct exceptions *exceptions)
{
	if (!exceptions)
		return;
	for (unsigned class = 0; class < EXCEPTION_CLASSES; class++)
		tally_destroy(exceptions->class[class].hosts);
	free(exceptions->packets[0]);
	free(exceptions->packets[1]);
	timeline_destroy(exceptions->timeline);
	free(exceptions);
}

static void widen(struct exception_class *class, int64_t time)
{
	if (time == INT64_MIN)
		return;
	if (class->first == INT64_MIN || time < class->first)
		class->first = time;
	if (class->last == INT64_MIN || time > class->last)
		class->last = time;
}

static void count_host(struct exception_class *class, const struct address *host, uint64_t times)
{
	union tally_key key = { .words = { 0 } };
	if (host->family == ADDRESS_NONE)
		return;
	memcpy(key.bytes, host, sizeof *host);
	tally_row(class->hosts, &key)->packets[0] += times;
}

/* ---- Packets ---- */

static enum exception_part init_part(const struct observation *observation, const struct tcp_header *tcp)
{
	const struct session *session = observation->session;
	if (tcp_has(tcp, TCP_SYN))
		return tcp_has(tcp, TCP_ACK) ? EXCEPTION_SYNACK : EXCEPTION_SYN;
	if (!observation->segment || !session || !session->tcp)
		return EXCEPTION_OTHER;
	return session->tcp->handshake.complete &&
	       session->tcp->handshake.ack_packet == observation->packet->record->number
		? EXCEPTION_ACK : EXCEPTION_OTHER;
}

/* Does it confirm the other end's FIN for the first time? */
static bool confirms_fin(const struct observation *observation)
{
	const struct session *session = observation->session;
	const struct record *record = observation->packet->record;
	if (!observation->segment || !session || !session->tcp)
		return false;
	const struct tcp_side *other = &session->tcp->side[(observation->direction & 1) ^ 1];
	return other->fin_seen && other->fin_acked_time && other->fin_acked_time == record->time &&
	       other->last_ack_progress_packet == record->number;
}

static enum exception_part term_part(const struct observation *observation, const struct tcp_header *tcp)
{
	if (tcp_has(tcp, TCP_RST))
		return EXCEPTION_RST;
	if (tcp_has(tcp, TCP_FIN))
		return EXCEPTION_FIN;
	return confirms_fin(observation) ? EXCEPTION_FIN_ACK : EXCEPTION_OTHER;
}

static void keep_packet(struct exceptions *exceptions, unsigned which, const struct observation *observation,
			enum exception_part part)
{
	const struct packet *packet = observation->packet;
	struct exception_class *class = &exceptions->class[which];
	const unsigned at = which == CLASS_TERM_PACKETS;
	const int64_t time = packet->record->timeless ? INT64_MIN : packet->record->time;
	class->count++;
	class->parts[part]++;
	widen(class, time);
	timeline_add(exceptions->timeline, packet->record->time, which, 1);
	if (packet->ip)
		count_host(class, &packet->ip->source, 1);
	if (class->packet_count == EXCEPTION_PACKETS)
		return;
	exceptions->packets[at] = memory_grow(exceptions->packets[at], &exceptions->packet_capacity[at],
					      class->packet_count + 1, sizeof *exceptions->packets[at]);
	exceptions->packets[at][class->packet_count++] = (struct exception_packet){
		.number = packet->record->number, .time = time,
		.source = packet->ip ? packet->ip->source : (struct address){ .family = ADDRESS_NONE },
		.destination = packet->ip ? packet->ip->destination : (struct address){ .family = ADDRESS_NONE },
		.source_port = packet->tcp->source_port, .destination_port = packet->tcp->destination_port,
		.flags = packet->tcp->flags, .part = (uint8_t)part,
		.session = observation->session ? observation->session->number : 0,
	};
	class->packets = exceptions->packets[at];
}

void exceptions_observe(struct exceptions *exceptions, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	/* Nothing, but at its time: so that the rates of all classes cover the whole trace. */
	timeline_add(exceptions->timeline, packet->record->time, 0, 0);
	if (!packet->tcp)
		return;
	enum exception_part part = init_part(observation, packet->tcp);
	if (part != EXCEPTION_OTHER)
		keep_packet(exceptions, CLASS_INIT_PACKETS, observation, part);
	part = term_part(observation, packet->tcp);
	if (part != EXCEPTION_OTHER)
		keep_packet(exceptions, CLASS_TERM_PACKETS, observation, part);
}

/* ---- Findings ---- */

static void count_blamed(struct exception_class *class, const struct finding *finding)
{
	const struct subject *subject = &finding->subject;
	if (subject->is_host || finding->blame.party == PARTY_CLIENT) {
		count_host(class, &subject->client, finding->count);
	} else if (finding->blame.party == PARTY_SERVER || finding->blame.party == PARTY_SERVICE) {
		count_host(class, &subject->server, finding->count);
	} else {
		count_host(class, &subject->client, finding->count);
		count_host(class, &subject->server, finding->count);
	}
}

static void count_finding(struct exceptions *exceptions, unsigned which, const struct finding *finding)
{
	struct exception_class *class = &exceptions->class[which];
	class->findings++;
	if (exception_class_is_packets(which))   /* its packets are counted already */
		return;
	class->count += finding->count;
	if (finding->first_packet) {
		widen(class, finding->first_time);
		widen(class, finding->last_time);
	}
	for (unsigned i = 0; i < finding->evidence_count; i++)
		if (finding->evidence[i].time != INT64_MIN)
			timeline_add(exceptions->timeline, finding->evidence[i].time, which, 1);
	count_blamed(class, finding);
}

static int by_session(const void *left, const void *right)
{
	const struct concern *a = left, *b = right;
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* Different sessions of each class: a session can have several findings. */
static void count_sessions(struct exceptions *exceptions)
{
	struct concern *concerns = NULL;
	size_t count = 0, capacity = 0;
	const struct finding *finding;
	for (size_t i = 0; i < finding_store_count(exceptions->findings); i++) {
		finding = finding_store_get(exceptions->findings, i);
		enum session_kind kind;
		uint32_t number;
		for (size_t j = 0; finding_store_session(exceptions->findings, i, j, &kind, &number); j++)
			for (unsigned class = 0; class < EXCEPTION_CLASSES; class++) {
				if (!(finding->kind->buttons & 1u << class))
					continue;
				concerns = memory_grow(concerns, &capacity, count + 1, sizeof *concerns);
				concerns[count++] = (struct concern){ number, (uint8_t)class, (uint8_t)kind };
			}
	}
	if (count)
		qsort(concerns, count, sizeof *concerns, by_session);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || by_session(&concerns[i - 1], &concerns[i]) != 0)
			exceptions->class[concerns[i].class].sessions++;
	free(concerns);
}

void exceptions_finish(struct exceptions *exceptions, const struct finding_store *findings)
{
	exceptions->findings = findings;
	for (size_t i = 0; i < finding_store_count(findings); i++) {
		const struct finding *finding = finding_store_get(findings, i);
		for (unsigned class = 0; class < EXCEPTION_CLASSES; class++)
			if (finding->kind->buttons & 1u << class)
				count_finding(exceptions, class, finding);
	}
	count_sessions(exceptions);
	for (unsigned class = 0; class < EXCEPTION_CLASSES; class++)
		tally_sort(exceptions->class[class].hosts);
}

const struct exception_class *exceptions_class(const struct exceptions *exceptions, unsigned class)
{
	return &exceptions->class[class];
}

const struct timeline *exceptions_timeline(const struct exceptions *exceptions)
{
	return exceptions->timeline;
}

const struct finding *exceptions_finding(const struct exceptions *exceptions, unsigned class, size_t *at)
{
	while (*at < finding_store_count(exceptions->findings)) {
		const struct finding *finding = finding_store_get(exceptions->findings, (*at)++);
		if (finding->kind->buttons & 1u << class)
			return finding;
	}
	return NULL;
}
