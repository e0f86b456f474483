/* What happens to one packet on its way to the analyzers, in this order: is it a copy that the capture
 * made, does it complete an IP datagram, which session is it part of, what does Wireshark think of it,
 * who is who, and at last the TCP engine. */
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "decode/decoder.h"
#include "session/announced.h"
#include "session/fragments.h"
#include "session/hosts.h"
#include "session/key.h"
#include "session/name_lookups.h"
#include "session/message_room.h"
#include "session/messages.h"
#include "session/quality.h"
#include "session/side.h"
#include "session/store.h"
#include "session/tcp_engine.h"
#include "session/twins.h"
#include "session/wireshark.h"

/* Some 5 KiB a TCP session with its state: 500 MB at the most, whatever the trace holds. */
#define DEFAULT_MAX_SESSIONS 100000
/* Where an application is heard it takes three times as much, so that only a third of them may be such. Fewer than
 * this are no burden. */
#define HEARD_FREE 1000
/* Past so many, connections that closed a while ago are judged early and forgotten. Below, they are
 * kept, so that a straggler still finds its session (and Wireshark's number for it). */
#define CLOSED_SESSIONS_KEPT 1024
#define CLOSED_SESSION_LINGER (120 * NANOSECONDS)    /* RFC 9293, 3.4.2: the maximum segment lifetime */

#define QUALITY_EVERY 16          /* packets */

struct session_table {
	struct session_store *store;
	struct hosts *hosts;
	struct twins *twins;
	struct name_lookups *lookups;
	struct fragments *fragments;
	size_t max_sessions, heard;          /* heard: of those in the store */
	bool words_only;
	uint32_t numbers[SESSION_KINDS];     /* last number given */
	uint64_t made[SESSION_KINDS], evicted;
	struct session_entry *parting;       /* replaced by the last packet; analyzers still look */
	struct session_entry *silent;        /* whose application's last word that packet was; as before */
	struct segment segment;
	struct message_room *message_room;
	struct announced *announced;
	int64_t now;                         /* time of the last record that has one */
	const struct session_told *told;     /* of the packet at hand; NULL: found out here */
	session_ended *ended;
	void *ended_user;
};

struct session_table *session_table_create(const struct session_limits *limits)
{
	struct session_table *table = memory_zeroed(1, sizeof *table);
	table->store = session_store_create(limits->analyzer_state_size);
	table->hosts = hosts_create();
	table->twins = twins_create();
	table->lookups = name_lookups_create();
	table->fragments = fragments_create();
	table->message_room = message_room_create(limits);
	table->announced = announced_create();
	table->words_only = limits->words_only;
	table->max_sessions = limits->max_sessions ? limits->max_sessions : DEFAULT_MAX_SESSIONS;
	return table;
}

static void release_session(struct session_table *table, struct session_entry *entry)
{
	if (!entry)
		return;
	if (entry->session.tcp)
		tcp_engine_destroy(&entry->session);
	wireshark_stream_destroy(entry->wireshark);
	messages_destroy(entry->messages);
	session_store_release(table->store, entry);
}

void session_table_destroy(struct session_table *table)
{
	if (!table)
		return;
	release_session(table, table->parting);
	struct session_entry *entry;
	while ((entry = session_store_oldest(table->store)) != NULL) {
		session_store_remove(table->store, entry);
		release_session(table, entry);
	}
	session_store_destroy(table->store);
	hosts_destroy(table->hosts);
	twins_destroy(table->twins);
	name_lookups_destroy(table->lookups);
	fragments_destroy(table->fragments);
	message_room_destroy(table->message_room);
	announced_destroy(table->announced);
	free(table);
}

/* The entry leaves the store and analyzers hear of it. It stays valid until it is released. */
static void end_session(struct session_table *table, struct session_entry *entry, enum session_end how,
			int64_t end)
{
	struct session *session = &entry->session;
	session_store_remove(table->store, entry);
	table->heard -= entry->heard;
	if (!entry->ordinary)
		return;
	struct observation last = { .session = session };
	session->end = (uint8_t)how;
	if (session->tcp)
		tcp_engine_end(session, end, &last);
	if (entry->messages)
		messages_end(entry->messages, &last);
	quality_end(table, session, end);
	if (table->ended)
		table->ended(session, &last, table->ended_user);
}

static void evict_oldest(struct session_table *table)
{
	struct session_entry *entry = session_store_oldest(table->store);
	table->evicted += entry->ordinary;
	end_session(table, entry, SESSION_EVICTED, table->now);
	release_session(table, entry);
}

static void retire_closed(struct session_table *table)
{
	struct session_entry *entry = session_store_oldest(table->store);
	if (!entry || !entry->session.tcp || !entry->session.tcp->closed ||
	    table->now - entry->session.last_time < CLOSED_SESSION_LINGER)
		return;
	end_session(table, entry, SESSION_CLOSED, table->now);
	release_session(table, entry);
}

static bool is_full(const struct session_table *table)
{
	return session_store_count(table->store) >= table->max_sessions ||
	       (table->heard > HEARD_FREE && table->heard > table->max_sessions / 3);
}

static struct session_entry *make_session(struct session_table *table, const struct flow *flow,
					  uint64_t hash)
{
	if (!table->told && session_store_count(table->store) >= CLOSED_SESSIONS_KEPT)
		for (int i = 0; i < 2; i++)      /* two for one: the number falls again */
			retire_closed(table);
	while (is_full(table))
		evict_oldest(table);
	struct session_entry *entry = session_store_add(table->store, &flow->key, hash);
	entry->session.kind = flow->kind;
	entry->session.number = table->told ? table->told->number : ++table->numbers[flow->kind];
	return entry;
}

/* Wireshark gives the packet that an ICMP error quotes a conversation of its own when none is known,
 * and with it a number. */
static void number_quote(struct session_table *table, const struct packet *packet)
{
	struct flow flow;
	if (!flow_of_quote(packet, &flow))
		return;
	uint64_t hash = session_store_hash(table->store, &flow.key);
	if (!session_store_find(table->store, &flow.key, hash))
		make_session(table, &flow, hash);
}

/* A connection may have had to wait for the address of its server. */
static void note_lookup(struct session_table *table, struct session *session, const struct packet *packet)
{
	if ((packet->tcp->flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return;
	const struct name_lookup *lookup = name_lookups_find(table->lookups, &packet->ip->source,
						   &packet->ip->destination, table->now);
	if (!lookup)
		return;
	session->tcp->lookup_asked = lookup->asked;
	session->tcp->lookup_answered = lookup->answered;
}

/* A session sees its first packet. */
static void begin_session(struct session_table *table, struct session_entry *entry,
			  struct observation *observation)
{
	entry->ordinary = true;
	table->made[entry->session.kind]++;
	if (entry->session.kind == SESSION_TCP) {
		tcp_engine_create(&entry->session);
		note_lookup(table, &entry->session, observation->packet);
	}
	if (table->told)
		entry->session.parent = table->told->parent;
	else
		announced_match(table->announced, &entry->session,
				&entry->session.key.end[!observation->direction], table->now);
	observation->new_session = true;
}

/* Sessions on the same ends one after the other, each with a place of its own: an earlier run told them apart. */
static void mark_key(const struct session_table *table, struct flow *flow, uint32_t number, uint64_t *hash)
{
	memcpy(flow->key.pad, &number, sizeof number);
	*hash = session_store_hash(table->store, &flow->key);
}

/* Ports that are used again make a new session, at the same packet at which they do in Wireshark. */
static struct session_entry *analyze_as_wireshark(struct session_table *table,
						  struct session_entry *entry,
						  const struct flow *flow,
						  struct observation *observation)
{
	const struct packet *packet = observation->packet;
	bool new_stream = false;
	observation->analysis = wireshark_analyze(&entry->wireshark, packet, flow->direction,
						  &new_stream);
	if (!new_stream)
		return entry;
	end_session(table, entry, SESSION_REPLACED, table->now);
	table->parting = entry;
	if (entry->ordinary)
		observation->replaced = &entry->session;
	struct flow again = *flow;
	uint64_t hash = entry->hash;
	if (table->told)
		mark_key(table, &again, table->told->number, &hash);
	struct session_entry *next = make_session(table, &again, hash);
	next->wireshark = entry->wireshark;
	entry->wireshark = NULL;
	return next;
}

static void learn_timeouts(struct session_table *table, const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++) {
		const struct session_event *event = &observation->events[i];
		if (event->type == EVENT_EPISODE)
			hosts_learn_timeout(table->hosts,
					&observation->session->key.end[event->episode->sender].address,
					event->episode);
	}
}

/* Whether a packet brings the application anything: data, or the end of it. */
static bool says_something(const struct session_entry *entry, const struct packet *packet,
			   const struct segment *segment)
{
	if (!packet->tcp)
		return packet->socket || packet->udp || packet->icmp;
	/* With a layer above TCP the payload is not the stream's. */
	if (segment->stray || packet->layers[packet->layer_count - 1].facts != packet->tcp)
		return false;
	return packet->tcp->payload_length ||
	       (entry->messages && (entry->session.tcp->side[0].fin_seen ||
				    entry->session.tcp->side[1].fin_seen || tcp_has(packet->tcp, TCP_RST)));
}

static void observe_messages(struct session_table *table, struct session_entry *entry,
			     struct packet *packet, struct observation *observation)
{
	if (entry->no_messages || !says_something(entry, packet, observation->segment))
		return;
	if (!entry->messages)
		entry->messages = messages_create(table->message_room, &entry->session);
	if (packet->tcp)
		messages_observe_segment(entry->messages, packet, observation->segment, observation);
	else if (!packet->socket)
		messages_observe_datagram(entry->messages, packet, observation);
	else
		messages_observe_socket(entry->messages, packet, observation);
	if (table->message_room->client_is_server && observation->message_count)
		roles_correct(&entry->session);
	for (unsigned i = 0; i < observation->message_count; i++)
		announced_observe(table->announced, &entry->session, &observation->messages[i], packet);
	if (observation->message_count && entry->session.tcp && !entry->heard) {
		entry->heard = true;
		table->heard++;
	}
	entry->no_messages = !messages_needed(entry->messages);
	if (entry->no_messages)
		table->silent = entry;
}

/* What only the last packet still needed. Facts of its messages may point to what their decoder remembers. */
static void release_last(struct session_table *table)
{
	release_session(table, table->parting);
	table->parting = NULL;
	if (!table->silent)
		return;
	messages_destroy(table->silent->messages);
	table->silent->messages = NULL;
	table->silent = NULL;
}

/* What a packet adds to its session, unless it is a copy. */
static void observe_original(struct session_table *table, struct session_entry *entry,
			     struct packet *packet, struct observation *observation)
{
	struct session *session = &entry->session;
	uint8_t direction = observation->direction;
	roles_observe(session, packet, direction);
	side_observe(session, packet, direction, table->now);
	if (packet->ip)
		hosts_observe(table->hosts, packet, table->now, &entry->host[direction],
			      &entry->host[!direction]);
	if (session->tcp) {
		tcp_engine_observe(session, packet, direction, &table->segment, observation);
		observation->segment = &table->segment;
		learn_timeouts(table, observation);
	}
	observe_messages(table, entry, packet, observation);
	if (observation->exchange_count)
		name_lookups_observe(table->lookups, observation);
}

/* Quality changes slowly. It must be right where somebody looks: when something happened (an event), and
 * at the end, where quality_end brings it up to date. */
static bool is_time_for_quality(const struct session *session, const struct observation *observation)
{
	uint64_t packets = session->side[0].packets + session->side[1].packets;
	return packets < QUALITY_EVERY || packets % QUALITY_EVERY == 0 || observation->event_count ||
	       observation->twin_of;
}

static void note_time(struct session *session, int64_t time)
{
	bool first = !session->seen_first && !session->seen_last;
	if (first)
		session->seen_first = session->seen_last = time;
	session->seen_before = session->seen_last;
	session->seen_last = time;
}

static void observe_session(struct session_table *table, const struct flow *flow, uint64_t hash,
			    struct packet *packet, struct observation *observation)
{
	struct session_entry *entry = session_store_find(table->store, &flow->key, hash);
	if (entry)
		session_store_touch(table->store, entry);
	else
		entry = make_session(table, flow, hash);
	if (packet->tcp)
		entry = analyze_as_wireshark(table, entry, flow, observation);
	observation->session = &entry->session;
	observation->wireshark = entry->wireshark;
	observation->direction = flow->direction;
	if (!entry->ordinary)
		begin_session(table, entry, observation);
	note_time(&entry->session, packet->record->time);
	if (observation->twin_of)
		entry->session.duplicates++;
	else
		observe_original(table, entry, packet, observation);
	if (table->told && table->told->has_quality)
		entry->session.quality = table->told->quality;
	else if (!table->told && is_time_for_quality(&entry->session, observation))
		quality_observe(table, &entry->session);
}

/* The round trip of a session, -1 when it is not known. */
static int64_t known_round_trip(const struct session_table *table, const struct flow *flow, uint64_t hash)
{
	const struct session_entry *entry = session_store_find(table->store, &flow->key, hash);
	if (!entry || !entry->session.tcp || !tcp_round_trip_known(&entry->session))
		return -1;
	return tcp_round_trip(&entry->session);
}

static void observe_twins(struct session_table *table, uint64_t signature, const struct flow *flow,
			  uint64_t hash, struct observation *observation)
{
	const struct packet *packet = observation->packet;
	struct twin_original *original = twins_look_up(table->twins, signature, packet, table->now);
	if (original)
		twins_confirm(table->twins, original, packet, table->now,
			      flow && packet->tcp ? known_round_trip(table, flow, hash) : -1, observation);
}

static void observe_fragment(struct session_table *table, struct packet *packet)
{
	size_t length;
	const uint8_t *payload = fragments_add(table->fragments, packet, table->now, &length);
	if (payload)
		packet_decode_reassembled(packet, payload, length);
}

/* Packets without a session still tell of hosts. */
static void observe_hosts(struct session_table *table, const struct observation *observation)
{
	struct host *source = NULL, *destination = NULL;
	if (!observation->twin_of)
		hosts_observe(table->hosts, observation->packet, table->now, &source, &destination);
}

/* Socket data needs nothing of what packets need: it came once, whole and in order. */
static void observe_socket(struct session_table *table, struct packet *packet,
			   struct observation *observation)
{
	struct flow flow;
	if (flow_of_packet(packet, &flow))
		observe_session(table, &flow, session_store_hash(table->store, &flow.key), packet,
				observation);
}

/* Is there nothing that this packet could say? What opens or ends a connection goes on through the engine, so that
 * closed ones are forgotten and ports that are used again are noticed. */
static bool is_silent(const struct session_entry *entry, const struct packet *packet)
{
	if (!entry || !entry->no_messages || !packet->tcp ||
	    (packet->tcp->flags & (TCP_SYN | TCP_FIN | TCP_RST)))
		return false;
	const struct tcp_side *side = entry->session.tcp->side;
	return !side[0].fin_seen && !side[1].fin_seen;
}

/* A packet of a silent conversation, where nobody asks for more than words. */
static bool pass_by(struct session_table *table, const struct flow *flow, uint64_t hash,
		    struct observation *observation)
{
	struct session_entry *entry = session_store_find(table->store, &flow->key, hash);
	if (!is_silent(entry, observation->packet))
		return false;
	session_store_touch(table->store, entry);
	note_time(&entry->session, observation->packet->record->time);
	entry->session.last_time = table->now;
	observation->session = &entry->session;
	observation->direction = flow->direction;
	return true;
}

static void begin_packet(struct session_table *table, struct packet *packet, struct observation *observation)
{
	memset(observation, 0, offsetof(struct observation, events));
	observation->packet = packet;
	release_last(table);
	if (packet->record->time != INT64_MIN)
		table->now = packet->record->time;
}

void session_table_observe_told(struct session_table *table, struct packet *packet,
				const struct session_told *told, struct observation *observation)
{
	struct flow flow;
	uint64_t hash;
	begin_packet(table, packet, observation);
	observation->twin_of = told->twin_of;
	observation->twin_lag = told->twin_lag;
	observation->twin_ttl_change = told->twin_ttl_change;
	observation->twin_other_path = told->twin_other_path;
	if (packet->ip && packet->ip->fragmented && !told->twin_of)
		observe_fragment(table, packet);
	if (!told->number || !flow_of_packet(packet, &flow))
		return;
	table->told = told;
	mark_key(table, &flow, told->before ? told->before : told->number, &hash);
	if (told->before && !session_store_find(table->store, &flow.key, hash))
		mark_key(table, &flow, told->number, &hash);
	observe_session(table, &flow, hash, packet, observation);
	table->told = NULL;
}

bool session_table_was_short(const struct session_table *table)
{
	return table->message_room->short_of_room;
}

void session_table_observe(struct session_table *table, struct packet *packet,
			   struct observation *observation)
{
	begin_packet(table, packet, observation);
	/* It is recorded where it arrived, too, and what was thrown away is no part of a conversation. */
	if (packet->record->drop)
		return;
	if (packet->socket)
		observe_socket(table, packet, observation);
	if (!packet->ip)
		return;
	/* Both look-ups miss the cache as a rule: start them, then wait for them together. */
	struct flow flow;
	uint64_t signature = table->words_only ? 0 : twins_sign(table->twins, packet), hash = 0;
	bool flows = flow_of_packet(packet, &flow);
	if (flows) {
		hash = session_store_hash(table->store, &flow.key);
		session_store_prefetch(table->store, hash);
	}
	if (table->words_only) {
		if (flows && pass_by(table, &flow, hash, observation))
			return;
		signature = twins_sign(table->twins, packet);
	}
	observe_twins(table, signature, flows ? &flow : NULL, hash, observation);
	if (packet->ip->fragmented && !observation->twin_of) {
		observe_fragment(table, packet);
		flows = flow_of_packet(packet, &flow);
		hash = flows ? session_store_hash(table->store, &flow.key) : 0;
	}
	if (flows) {
		observe_session(table, &flow, hash, packet, observation);
		return;
	}
	observe_hosts(table, observation);
	if (packet->icmp)
		number_quote(table, packet);
}

void session_table_on_end(struct session_table *table, session_ended *ended, void *user)
{
	table->ended = ended;
	table->ended_user = user;
}

static int by_number(const void *left, const void *right)
{
	const struct session_entry *a = *(struct session_entry *const *)left;
	const struct session_entry *b = *(struct session_entry *const *)right;
	if (a->session.kind != b->session.kind)
		return a->session.kind < b->session.kind ? -1 : 1;
	return a->session.number < b->session.number ? -1 : 1;
}

void session_table_on_fragments(struct session_table *table, fragments_failed *failed, void *user)
{
	fragments_on_failure(table->fragments, failed, user);
}

const struct fragment_statistics *session_table_fragments(const struct session_table *table)
{
	return fragments_statistics(table->fragments);
}

void session_table_finish(struct session_table *table, int64_t trace_end)
{
	fragments_finish(table->fragments, trace_end);
	release_last(table);
	size_t count = session_store_count(table->store);
	struct session_entry **entries = memory_zeroed(count + 1, sizeof(struct session_entry *));
	struct session_entry *entry = session_store_oldest(table->store);
	for (size_t i = 0; i < count; i++, entry = entry->newer)
		entries[i] = entry;
	qsort(entries, count, sizeof *entries, by_number);
	for (size_t i = 0; i < count; i++) {
		end_session(table, entries[i], SESSION_END_OF_TRACE, trace_end);
		release_session(table, entries[i]);
	}
	free(entries);
}

uint64_t session_table_count(const struct session_table *table, enum session_kind kind)
{
	return table->made[kind];
}

uint64_t session_table_evicted(const struct session_table *table)
{
	return table->evicted;
}

const struct host *session_table_host(const struct session_table *table, const struct address *address)
{
	return hosts_find(table->hosts, address);
}

bool session_table_is_router(const struct session_table *table, const uint8_t mac[6])
{
	return hosts_is_router(table->hosts, mac);
}

const struct session *session_table_quoted(const struct session_table *table, const struct packet *error)
{
	struct flow flow;
	if (!error->icmp || !flow_of_error(error, &flow))
		return NULL;
	uint64_t hash = session_store_hash(table->store, &flow.key);
	const struct session_entry *entry = session_store_find(table->store, &flow.key, hash);
	return entry && entry->ordinary ? &entry->session : NULL;
}

const char *session_kind_name(enum session_kind kind)
{
	static const char *const names[SESSION_KINDS] = { "tcp", "udp", "icmp", "data" };
	return names[kind];
}

const char *session_service(const struct session *session)
{
	if (session->kind == SESSION_ICMP)
		return NULL;
	return service_name(session->key.protocol, session->key.end[session_server(session)].port);
}
