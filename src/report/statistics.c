#include "report/statistics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "core/text.h"
#include "decode/decoder.h"
#include "decode/ip.h"
#include "report/statistics_tree.h"
#include "report/tally.h"
#include "report/timeline.h"
#include "source/zos.h"
#include "source/zos_discard.h"

#define PORTS 65536
#define SIZES 10                 /* as `tshark -z plen,tree` divides them */

struct port_count { uint64_t packets, bytes, packets_from, bytes_from, packets_to, bytes_to; };
struct size_count { uint64_t packets, bytes, minimum, maximum; };

struct statistics {
	const struct trace_analysis *analysis;       /* from the end on */
	struct protocol_tree tree;
	struct tally *stations, *endpoints, *conversations, *connections, *interfaces, *jobs, *discards;
	struct port_count *ports[2]; /* TCP, UDP: each made with its first packet */
	struct size_count sizes[SIZES];
	struct timeline *timeline;
};

/* The two ends as the trace numbers them: which session, then the addresses with their ports. */
struct connection_key { struct endpoint end[2]; uint32_t kind, number; };
struct pair_key { struct address end[2]; };
_Static_assert(sizeof(struct connection_key) == sizeof(union tally_key), "a connection fits a key");
_Static_assert(sizeof(struct pair_key) <= sizeof(union tally_key), "a pair fits a key");

static const char *const section_names[STATISTICS_SECTIONS] = {
	"protocols", "sizes", "rates", "stations", "endpoints", "conversations", "connections", "ports",
	"interfaces", "jobs", "discards", "records",
};

const char *statistics_section_name(enum statistics_section section)
{
	return section < STATISTICS_SECTIONS ? section_names[section] : NULL;
}

struct statistics *statistics_create(int64_t interval)
{
	struct statistics *statistics = memory_zeroed(1, sizeof *statistics);
	statistics->stations = tally_create(STATISTICS_LIMIT);
	statistics->endpoints = tally_create(STATISTICS_LIMIT);
	statistics->conversations = tally_create(STATISTICS_LIMIT);
	statistics->connections = tally_create(STATISTICS_LIMIT);
	statistics->interfaces = tally_create(STATISTICS_LIMIT);
	statistics->jobs = tally_create(STATISTICS_LIMIT);
	statistics->discards = tally_create(STATISTICS_LIMIT);
	statistics->timeline = interval > 0
		? timeline_create(TIMELINE_SERIES, STATISTICS_INTERVALS, interval)
		: timeline_create(TIMELINE_SERIES, TIMELINE_SLOTS, MILLISECOND);
	return statistics;
}

void statistics_destroy(struct statistics *statistics)
{
	if (!statistics)
		return;
	protocol_tree_finish(&statistics->tree);
	tally_destroy(statistics->stations);
	tally_destroy(statistics->endpoints);
	tally_destroy(statistics->conversations);
	tally_destroy(statistics->connections);
	tally_destroy(statistics->interfaces);
	tally_destroy(statistics->jobs);
	tally_destroy(statistics->discards);
	free(statistics->ports[0]);
	free(statistics->ports[1]);
	timeline_destroy(statistics->timeline);
	free(statistics);
}

static union tally_key key_of(const void *bytes, size_t length)
{
	union tally_key key = { .words = { 0 } };
	memcpy(key.bytes, bytes, length);
	return key;
}

static void count_size(struct statistics *statistics, uint32_t length)
{
	unsigned at = 0;
	for (uint32_t edge = 20; at + 1 < SIZES && length >= edge; edge *= 2)
		at++;
	struct size_count *size = &statistics->sizes[at];
	if (!size->packets || length < size->minimum)
		size->minimum = length;
	if (length > size->maximum)
		size->maximum = length;
	size->packets++;
	size->bytes += length;
}

/* The key of one end of a packet, and of the other; counted as sent and as received. */
static void count_ends(struct tally *tally, const void *sender, const void *receiver, size_t length,
		       uint64_t bytes, int64_t time)
{
	union tally_key key = key_of(sender, length);
	tally_count(tally_row(tally, &key), 0, bytes, time);
	key = key_of(receiver, length);
	tally_count(tally_row(tally, &key), 1, bytes, time);
}

static void count_addresses(struct statistics *statistics, const struct address *source,
			    const struct address *destination, uint64_t bytes, int64_t time)
{
	struct pair_key pair;
	const bool back = address_compare(source, destination) > 0;
	count_ends(statistics->endpoints, source, destination, sizeof *source, bytes, time);
	memset(&pair, 0, sizeof pair);
	pair.end[back] = *source;
	pair.end[!back] = *destination;
	const union tally_key key = key_of(&pair, sizeof pair);
	tally_count(tally_row(statistics->conversations, &key), back, bytes, time);
}

static void count_ports(struct statistics *statistics, bool udp, uint16_t from, uint16_t to, uint64_t bytes)
{
	struct port_count **ports = &statistics->ports[udp];
	if (!*ports)
		*ports = memory_zeroed(PORTS, sizeof **ports);
	struct port_count *source = &(*ports)[from], *destination = &(*ports)[to];
	source->packets_from++;
	source->bytes_from += bytes;
	source->packets++;
	source->bytes += bytes;
	destination->packets_to++;
	destination->bytes_to += bytes;
	if (source == destination)       /* 123 to 123: one packet */
		return;
	destination->packets++;
	destination->bytes += bytes;
}

static void count_connection(struct statistics *statistics, const struct observation *observation,
			     uint64_t bytes, int64_t time)
{
	const struct session *session = observation->session;
	struct connection_key connection;
	if (!session || session->kind == SESSION_ICMP)
		return;
	memset(&connection, 0, sizeof connection);
	memcpy(connection.end, session->key.end, sizeof connection.end);
	connection.kind = session->kind;
	connection.number = session->number;
	const union tally_key key = key_of(&connection, sizeof connection);
	struct tally_row *row = tally_row(statistics->connections, &key);
	row->note = session->client;
	tally_count(row, observation->direction & 1, bytes, time);
}

/* An interface is what the recorder calls so; z/OS names it in each record. */
struct interface_key { char name[ZOS_NAME_SIZE]; uint8_t device; bool named; uint8_t pad; uint32_t index; };

static void count_interface(struct statistics *statistics, const struct record *record, int64_t time)
{
	struct interface_key interface;
	memset(&interface, 0, sizeof interface);
	if (record->zos && record->zos->format != ZOS_DATA) {
		snprintf(interface.name, sizeof interface.name, "%s", record->zos->name);
		interface.device = record->zos->device_type;
		interface.named = true;
	} else {
		interface.index = record->interface;
	}
	union tally_key key = key_of(&interface, sizeof interface);
	struct tally_row *row = tally_row(statistics->interfaces, &key);
	row->note |= record->direction != DIRECTION_UNKNOWN;
	tally_count(row, record->direction == DIRECTION_INBOUND, record->original_length, time);
	if (!record->zos)
		return;
	if (record->zos->format == ZOS_DATA) {
		key = key_of(record->zos->name, strlen(record->zos->name));
		tally_count(tally_row(statistics->jobs, &key), record->direction == DIRECTION_INBOUND,
			    record->original_length, time);
	}
	if (record->zos->discard) {
		key = key_of(&record->zos->discard, sizeof record->zos->discard);
		tally_count(tally_row(statistics->discards, &key), 0, record->original_length, time);
	}
}

void statistics_observe(struct statistics *statistics, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	const struct record *record = packet->record;
	const int64_t time = record->timeless ? INT64_MIN : record->time;
	const uint64_t bytes = record->original_length;
	protocol_tree_count(&statistics->tree, observation);
	count_size(statistics, record->original_length);
	timeline_add(statistics->timeline, record->time, TIMELINE_PACKETS, 1);
	timeline_add(statistics->timeline, record->time, TIMELINE_BYTES, bytes);
	if (packet->link.has_source && packet->link.has_destination)
		count_ends(statistics->stations, packet->link.source, packet->link.destination, 6, bytes, time);
	if (packet->ip)
		count_addresses(statistics, &packet->ip->source, &packet->ip->destination, bytes, time);
	if (packet->tcp)
		count_ports(statistics, false, packet->tcp->source_port, packet->tcp->destination_port, bytes);
	else if (packet->udp)
		count_ports(statistics, true, packet->udp->source_port, packet->udp->destination_port, bytes);
	count_connection(statistics, observation, bytes, time);
	count_interface(statistics, record, time);
}

void statistics_finish(struct statistics *statistics, const struct trace_analysis *analysis)
{
	statistics->analysis = analysis;
	tally_sort(statistics->stations);
	tally_sort(statistics->endpoints);
	tally_sort(statistics->conversations);
	tally_sort(statistics->connections);
	tally_sort(statistics->interfaces);
	tally_sort(statistics->jobs);
	tally_sort(statistics->discards);
}

const struct timeline *statistics_timeline(const struct statistics *statistics)
{
	return statistics->timeline;
}

static struct tally *tally_of(const struct statistics *statistics, enum statistics_section section)
{
	switch (section) {
	case STATISTICS_STATIONS:
		return statistics->stations;
	case STATISTICS_ENDPOINTS:
		return statistics->endpoints;
	case STATISTICS_CONVERSATIONS:
		return statistics->conversations;
	case STATISTICS_CONNECTIONS:
		return statistics->connections;
	case STATISTICS_INTERFACES:
		return statistics->interfaces;
	case STATISTICS_JOBS:
		return statistics->jobs;
	case STATISTICS_DISCARDS:
		return statistics->discards;
	default:
		return NULL;
	}
}

uint64_t statistics_not_told_apart(const struct statistics *statistics, enum statistics_section section)
{
	const struct tally *tally = tally_of(statistics, section);
	return tally ? tally_packets(tally_others(tally)) : 0;
}

/* ---- Rows ---- */

struct visitor {
	const struct statistics *statistics;
	enum statistics_section section;
	size_t top, count;
	statistics_visit *visit;
	void *user;
};

static void give(struct visitor *visitor, struct statistics_row *row)
{
	row->section = visitor->section;
	if (visitor->visit && (!visitor->top || visitor->count < visitor->top))
		visitor->visit(visitor->user, row);
	visitor->count++;
}

static void give_protocol(void *user, const char *path, unsigned depth, uint64_t packets, uint64_t bytes)
{
	struct statistics_row row = { .name = path, .depth = depth, .packets = packets, .bytes = bytes,
		.first = INT64_MIN };
	const char *slash = strrchr(path, '/');
	row.protocol = slash ? slash + 1 : path;
	give(user, &row);
}

static void give_sizes(struct visitor *visitor)
{
	static const char *const names[SIZES] = {
		"0-19", "20-39", "40-79", "80-159", "160-319", "320-639", "640-1279", "1280-2559",
		"2560-5119", "5120-",
	};
	for (unsigned i = 0; i < SIZES; i++) {
		const struct size_count *size = &visitor->statistics->sizes[i];
		struct statistics_row row = { .name = names[i], .packets = size->packets,
			.bytes = size->bytes, .has_extremes = size->packets > 0, .minimum = size->minimum,
			.maximum = size->maximum, .first = INT64_MIN };
		give(visitor, &row);
	}
}

static void give_rates(struct visitor *visitor)
{
	const struct timeline *timeline = visitor->statistics->timeline;
	for (size_t i = 0; i < timeline_slots(timeline); i++) {
		struct statistics_row row = {
			.packets = timeline_get(timeline, i, TIMELINE_PACKETS),
			.bytes = timeline_get(timeline, i, TIMELINE_BYTES),
			.first = timeline_start(timeline, i),
			.duration = timeline_width(timeline),
		};
		give(visitor, &row);
	}
}

struct port_order { const struct port_count *count; uint16_t port; bool udp; };

static int by_packets(const void *left, const void *right)
{
	const struct port_order *a = left, *b = right;
	if (a->count->packets != b->count->packets)
		return a->count->packets > b->count->packets ? -1 : 1;
	if (a->udp != b->udp)
		return a->udp ? 1 : -1;
	return a->port < b->port ? -1 : a->port > b->port;
}

static void give_ports(struct visitor *visitor)
{
	struct port_order *order = NULL;
	size_t count = 0, capacity = 0;
	for (unsigned udp = 0; udp < 2; udp++) {
		const struct port_count *ports = visitor->statistics->ports[udp];
		for (unsigned port = 0; ports && port < PORTS; port++) {
			if (!ports[port].packets)
				continue;
			order = memory_grow(order, &capacity, count + 1, sizeof *order);
			order[count++] = (struct port_order){ &ports[port], (uint16_t)port, udp };
		}
	}
	if (count)
		qsort(order, count, sizeof *order, by_packets);
	for (size_t i = 0; i < count; i++) {
		const struct port_count *port = order[i].count;
		struct statistics_row row = {
			.protocol = order[i].udp ? "udp" : "tcp", .has_port = true, .port = order[i].port,
			.service = service_name(order[i].udp ? IP_PROTOCOL_UDP : IP_PROTOCOL_TCP, order[i].port),
			.packets = port->packets, .bytes = port->bytes, .has_directions = true,
			.packets_out = port->packets_from, .bytes_out = port->bytes_from,
			.packets_in = port->packets_to, .bytes_in = port->bytes_to, .first = INT64_MIN,
		};
		give(visitor, &row);
	}
	free(order);
}

/* The record counts at the head of an IPCS STATISTICS report. */
static void give_records(struct visitor *visitor)
{
	const struct source_zos *zos = &visitor->statistics->analysis->trace.source->zos;
	if (!zos->records)
		return;
	const struct { const char *name; uint64_t count; } counts[] = {
		{ "ctrace records processed", zos->records },
		{ "packet trace records processed", zos->formats[ZOS_PACKET] + zos->formats[ZOS_OLD_PACKET] },
		{ "data trace records processed", zos->formats[ZOS_DATA] + zos->formats[ZOS_OLD_DATA] },
		{ "EE trace records processed", zos->formats[ZOS_EE] },
		{ "OSAENTA trace records processed", zos->formats[ZOS_FRAME] },
		{ "SMC trace records processed", zos->formats[ZOS_SMC] },
		{ "X.25 trace records read", zos->formats[ZOS_OLD_X25] },
		{ "records of other formats", zos->formats[0] },
		{ "segmented trace records read", zos->segments },
		{ "segmented trace records were lost", zos->segments_lost + zos->orphans },
		{ "records say that others were lost", zos->lost_notes },
		{ "packets were cut by ABBREV", zos->abbreviated },
		{ "records hide AT-TLS data", zos->confidential },
		{ "packets were discarded", zos->discarded },
	};
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		struct statistics_row row = { .name = counts[i].name, .packets = counts[i].count,
			.first = INT64_MIN };
		give(visitor, &row);
	}
}

/* Puts words to the interface of a key. */
static void name_interface(const struct statistics *statistics, const struct tally_row *from,
			   struct statistics_row *row, char name[static 64])
{
	const struct source_report *report = statistics->analysis->trace.source;
	struct interface_key interface;
	memcpy(&interface, from->key.bytes, sizeof interface);
	row->name = name;
	if (interface.named) {
		snprintf(name, 64, "%s", interface.name);
		row->description = zos_device_name(interface.device);
		return;
	}
	if (interface.index < report->interface_count && report->interfaces[interface.index].name[0]) {
		row->name = report->interfaces[interface.index].name;
		row->description = report->interfaces[interface.index].description;
	} else {
		snprintf(name, 64, "interface %u", interface.index);
	}
	if ((!row->description || !*row->description) && interface.index < report->interface_count)
		row->description = link_type_name(report->interfaces[interface.index].link_type);
}

static void name_connection(const struct tally_row *from, struct statistics_row *row, char *name, char *peer)
{
	struct connection_key key;
	memcpy(&key, from->key.bytes, sizeof key);
	const unsigned client = from->note & 1;
	row->name = address_text(&key.end[client].address, name);
	row->peer = address_text(&key.end[!client].address, peer);
	row->protocol = session_kind_name(key.kind);
	row->has_port = row->has_peer_port = true;
	row->port = key.end[client].port;
	row->peer_port = key.end[!client].port;
	row->has_stream = key.kind == SESSION_TCP || key.kind == SESSION_UDP;
	row->stream = key.number - 1;
	row->service = service_name(key.kind == SESSION_UDP ? IP_PROTOCOL_UDP : IP_PROTOCOL_TCP,
				    row->peer_port);
	if (!client)
		return;
	row->packets_out = from->packets[1];
	row->bytes_out = from->bytes[1];
	row->packets_in = from->packets[0];
	row->bytes_in = from->bytes[0];
}

static void name_discard(const struct tally_row *from, struct statistics_row *row, char name[static 64])
{
	uint16_t code;
	memcpy(&code, from->key.bytes, sizeof code);
	const struct zos_discard *discard = zos_discard_find(code);
	row->has_directions = false;
	snprintf(name, 64, "%u%s%s%s", code, discard && discard->name ? " (" : "",
		 discard && discard->name ? discard->name : "", discard && discard->name ? ")" : "");
	row->name = name;
	row->description = discard ? discard->meaning : NULL;
}

static void give_tally(struct visitor *visitor)
{
	const struct tally *tally = tally_of(visitor->statistics, visitor->section);
	char name[64], peer[ADDRESS_TEXT_SIZE];
	for (size_t i = 0; i < tally_size(tally); i++) {
		if (visitor->top && i >= visitor->top) {
			visitor->count = tally_size(tally);
			return;
		}
		const struct tally_row *from = tally_get(tally, i);
		struct statistics_row row = {
			.packets = tally_packets(from), .bytes = tally_bytes(from), .has_directions = true,
			.packets_out = from->packets[0], .bytes_out = from->bytes[0],
			.packets_in = from->packets[1], .bytes_in = from->bytes[1], .first = from->first,
			.duration = from->first == INT64_MIN ? 0 : from->last - from->first,
		};
		struct pair_key pair;
		memcpy(&pair, from->key.bytes, sizeof pair);
		row.name = name;
		if (visitor->section == STATISTICS_STATIONS) {
			mac_text(from->key.bytes, name);
		} else if (visitor->section == STATISTICS_ENDPOINTS) {
			address_text(&pair.end[0], name);
		} else if (visitor->section == STATISTICS_CONVERSATIONS) {
			address_text(&pair.end[0], name);
			row.peer = address_text(&pair.end[1], peer);
		} else if (visitor->section == STATISTICS_CONNECTIONS) {
			name_connection(from, &row, name, peer);
		} else if (visitor->section == STATISTICS_INTERFACES) {
			row.has_directions = from->note != 0;
			name_interface(visitor->statistics, from, &row, name);
		} else if (visitor->section == STATISTICS_JOBS) {
			memcpy(name, from->key.bytes, ZOS_NAME_SIZE);
			name[ZOS_NAME_SIZE] = '\0';
		} else {
			name_discard(from, &row, name);
		}
		give(visitor, &row);
	}
}

size_t statistics_each(const struct statistics *statistics, enum statistics_section section, size_t top,
		       statistics_visit *visit, void *user)
{
	struct visitor visitor = { statistics, section, top, 0, visit, user };
	if (section == STATISTICS_PROTOCOLS)
		protocol_tree_each(&statistics->tree, give_protocol, &visitor);
	else if (section == STATISTICS_SIZES)
		give_sizes(&visitor);
	else if (section == STATISTICS_RATES)
		give_rates(&visitor);
	else if (section == STATISTICS_PORTS)
		give_ports(&visitor);
	else if (section == STATISTICS_RECORDS)
		give_records(&visitor);
	else
		give_tally(&visitor);
	return visitor.count;
}
