#include "report/packets.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "decode/ip.h"
#include "report/message.h"
#include "report/packet_line.h"
#include "report/service_words.h"

_Static_assert(CULPRIT_ADDRESS_SIZE >= ADDRESS_TEXT_SIZE, "an address fits the public structs");

static char *add_octet(char *to, unsigned value)
{
	if (value >= 100)
		*to++ = (char)('0' + value / 100);
	if (value >= 10)
		*to++ = (char)('0' + value / 10 % 10);
	*to++ = (char)('0' + value % 10);
	return to;
}

/* address_text for every packet of a list: IPv4 by hand, for it is most of them. */
static void put_address(char *to, const struct address *address)
{
	if (address->family != ADDRESS_IPV4) {
		address_text(address, to);
		return;
	}
	for (unsigned i = 0; i < 4; i++) {
		to = add_octet(to, address->bytes[i]);
		*to++ = i < 3 ? '.' : '\0';
	}
}

static void fill_addresses(struct culprit_packet *to, const struct packet *packet)
{
	to->source[0] = to->destination[0] = '\0';
	if (packet->ip) {
		put_address(to->source, &packet->ip->source);
		put_address(to->destination, &packet->ip->destination);
		return;
	}
	if (packet->socket) {
		put_address(to->source, &packet->socket->source);
		put_address(to->destination, &packet->socket->destination);
		return;
	}
	if (packet->link.has_source)
		mac_text(packet->link.source, to->source);
	if (packet->link.has_destination)
		mac_text(packet->link.destination, to->destination);
}

static void fill_ports(struct culprit_packet *to, const struct packet *packet)
{
	uint8_t protocol = 0;
	to->has_ports = packet->tcp || packet->udp || packet->socket;
	to->source_port = to->destination_port = 0;
	to->source_service = to->destination_service = NULL;
	if (packet->tcp) {
		protocol = IP_PROTOCOL_TCP;
		to->source_port = packet->tcp->source_port;
		to->destination_port = packet->tcp->destination_port;
	} else if (packet->udp) {
		protocol = IP_PROTOCOL_UDP;
		to->source_port = packet->udp->source_port;
		to->destination_port = packet->udp->destination_port;
	} else if (packet->socket) {
		protocol = packet->socket->protocol;
		to->source_port = packet->socket->source_port;
		to->destination_port = packet->socket->destination_port;
	} else {
		return;
	}
	to->source_service = service_name(protocol, to->source_port);
	to->destination_service = service_name(protocol, to->destination_port);
}

static const char *transport_of(const struct packet *packet, const char *protocol)
{
	if (packet->tcp)
		return "TCP";
	if (packet->udp)
		return "UDP";
	if (packet->icmp)
		return packet->icmp->version == 6 ? "ICMPV6" : "ICMP";
	if (packet->socket)
		return packet->socket->protocol == IP_PROTOCOL_UDP ? "UDP" : "TCP";
	return protocol;
}

void packet_row_fill(struct culprit_packet *to, const struct trace_analysis *analysis,
		     const struct observation *observation, struct text *message)
{
	const struct packet *packet = observation->packet;
	const struct record *record = packet->record;
	const struct session *session = observation->session;
	const struct tcp_header *tcp = packet->tcp;

	to->number = record->number;
	to->time = record->timeless ? INT64_MIN : record->time;
	to->time_digits = interface_time_digits(analysis->trace.source, record->interface);
	to->length = record->original_length;
	to->datagram_length = packet->ip ? packet->ip->header_length + packet->ip->payload_length
					 : record->original_length;
	to->protocol = packet_protocol(packet);
	to->transport = transport_of(packet, to->protocol);
	fill_addresses(to, packet);
	fill_ports(to, packet);
	to->has_stream = session && session->kind != SESSION_ICMP;
	to->stream = to->has_stream ? session->number - 1 : 0;
	to->is_tcp = tcp != NULL;
	to->sequence = tcp ? tcp->sequence_number : 0;
	to->acknowledgment = tcp ? tcp->acknowledgment_number : 0;
	to->window = tcp ? tcp->window : 0;
	to->flags = tcp ? tcp->flags : 0;
	to->analysis = observation->analysis;
	to->finding_count = 0;
	text_clear(message);
	text_add(message, "");
	message_add(message, packet);
	to->message = message->bytes;
}

static const struct column program_columns[] = {
	{ "number", true }, { "time" }, { "length" }, { "protocol" }, { "src" }, { "dst" }, { "src_port" },
	{ "dst_port" }, { "stream" }, { "message" }, { "tcp.seq" }, { "tcp.ack" },
	{ "tcp.window_size_value" }, { "tcp.flags" }, { "analysis" }, { "findings" },
};

struct line {                    /* a packet, and what of it takes some work to show */
	const struct culprit_packet *packet;
	const char *analysis[32];
	size_t analysis_count;
};

static void program_cells(const void *row, struct cell *cell)
{
	const struct line *line = row;
	const struct culprit_packet *packet = line->packet;
	*cell++ = cell_number(packet->number);
	*cell++ = cell_time(packet->time, packet->time_digits);
	*cell++ = cell_number(packet->length);
	*cell++ = cell_words(packet->protocol);
	*cell++ = cell_words(packet->source);
	*cell++ = cell_words(packet->destination);
	*cell++ = cell_number_if(packet->has_ports, packet->source_port);
	*cell++ = cell_number_if(packet->has_ports, packet->destination_port);
	*cell++ = cell_number_if(packet->has_stream, packet->stream);
	*cell++ = cell_words(packet->message);
	*cell++ = cell_number_if(packet->is_tcp, packet->sequence);
	*cell++ = cell_number_if(packet->is_tcp, packet->acknowledgment);
	*cell++ = cell_number_if(packet->is_tcp, packet->window);
	*cell++ = cell_number_if(packet->is_tcp, packet->flags);
	*cell++ = cell_list(line->analysis, line->analysis_count, "tcp.analysis.");
	*cell++ = cell_list(packet->findings, packet->finding_count, "");
}

/* The last column is there only for lists with marks. */
enum { PROGRAM_COLUMNS = sizeof program_columns / sizeof *program_columns };
static const struct table for_programs[2] = {
	{ program_columns, PROGRAM_COLUMNS - 1, program_cells }, { program_columns, PROGRAM_COLUMNS, program_cells },
};

/* CleverView's Packet Summary. */
static const struct column people_columns[] = {
	{ "ID", true }, { "Timestamp" }, { "Datagram Size", true }, { "Local IP" }, { "Rmt. IP" },
	{ "Protocol" }, { "Messages" }, { "Local Port", true }, { "Rmt. Port", true },
	{ "Seq. Number", true }, { "Ack. Number", true }, { "Window Size", true }, { "Findings" },
};

static struct cell clock_cell(const struct culprit_packet *packet)
{
	struct cell cell = cell_time(packet->time, packet->time_digits);
	cell.clock = true;
	return cell;
}

/* ICMP has no ports, which CleverView shows as 0. */
static struct cell port_cell(const struct culprit_packet *packet, const char *service, uint16_t port)
{
	const char *words = service_words(service);
	bool icmp = strncmp(packet->transport, "ICMP", 4) == 0;
	return words ? cell_words(words) : cell_number_if(packet->has_ports || icmp, port);
}

static void people_cells(const void *row, struct cell *cell)
{
	const struct culprit_packet *packet = ((const struct line *)row)->packet;
	*cell++ = cell_number(packet->number);
	*cell++ = clock_cell(packet);
	*cell++ = cell_number(packet->datagram_length);
	*cell++ = cell_words(packet->source);
	*cell++ = cell_words(packet->destination);
	*cell++ = cell_words(packet->transport);
	*cell++ = cell_words(packet->message);
	*cell++ = port_cell(packet, packet->source_service, packet->source_port);
	*cell++ = port_cell(packet, packet->destination_service, packet->destination_port);
	*cell++ = cell_number_if(packet->is_tcp, packet->sequence);
	*cell++ = cell_number_if(packet->is_tcp, packet->acknowledgment);
	*cell++ = cell_number_if(packet->is_tcp, packet->window);
	*cell++ = cell_list(packet->findings, packet->finding_count, "");
}

enum { PEOPLE_COLUMNS = sizeof people_columns / sizeof *people_columns };
static const struct table for_people[2] = {
	{ people_columns, PEOPLE_COLUMNS - 1, people_cells }, { people_columns, PEOPLE_COLUMNS, people_cells },
};

/* The same on a narrow terminal. */
#define NARROWER_THAN 140

static const struct column narrow_columns[] = {
	{ "ID", true }, { "Timestamp" }, { "Size", true }, { "Local IP" }, { "Rmt. IP" }, { "Messages" },
	{ "Findings" },
};

static void narrow_cells(const void *row, struct cell *cell)
{
	const struct culprit_packet *packet = ((const struct line *)row)->packet;
	*cell++ = cell_number(packet->number);
	struct cell time = cell_time(packet->time, packet->time_digits < 4 ? packet->time_digits : 4);
	time.clock = time.short_clock = true;
	*cell++ = time;
	*cell++ = cell_number(packet->datagram_length);
	*cell++ = cell_words(packet->source);
	*cell++ = cell_words(packet->destination);
	*cell++ = cell_words(packet->message);
	*cell++ = cell_list(packet->findings, packet->finding_count, "");
}

enum { NARROW_COLUMNS = sizeof narrow_columns / sizeof *narrow_columns };
static const struct table for_narrow[2] = {
	{ narrow_columns, NARROW_COLUMNS - 1, narrow_cells, .fold = true },
	{ narrow_columns, NARROW_COLUMNS, narrow_cells, .fold = true },
};

#define MOST_TAIL 100000

struct tail_row { struct culprit_packet packet; char *message; };

struct packet_list {
	struct table_writer *writer;
	bool narrow, marked;
	struct tail_row *tail;       /* a ring; NULL: rows are written as they come */
	size_t tail_size;
	uint64_t seen;
};

struct packet_list *packets_begin(const struct culprit_output *output, size_t tail, bool marked)
{
	struct packet_list *list = memory_zeroed(1, sizeof *list);
	list->narrow = output->width && output->width < NARROWER_THAN;
	list->marked = marked;
	list->writer = table_begin(list->narrow ? &for_narrow[marked] : &for_people[marked], &for_programs[marked],
				   output, CULPRIT_NO_TIME);
	list->tail_size = tail < MOST_TAIL ? tail : MOST_TAIL;
	if (tail)
		list->tail = memory_zeroed(list->tail_size, sizeof *list->tail);
	return list;
}

bool packets_row_by_columns(struct packet_list *list, const struct culprit_packet *packet)
{
	struct line line = { .packet = packet };
	const char *name;
	for (unsigned bit = 0; packet->analysis >> bit && (name = analysis_name(bit)) != NULL; bit++)
		if (packet->analysis & 1u << bit)
			line.analysis[line.analysis_count++] = name;
	return table_row(list->writer, &line);
}

bool packets_are_words(const struct packet_list *list)
{
	return !list->marked && table_is_text(list->writer);
}

static bool write_row(struct packet_list *list, const struct culprit_packet *packet)
{
	bool fast = !list->marked && !(list->narrow && table_is_text(list->writer)) &&
		    packet_line_add(list->writer, packet);
	return fast ? table_sent(list->writer) : packets_row_by_columns(list, packet);
}

bool packets_row(struct packet_list *list, const struct culprit_packet *packet)
{
	if (!list->tail)
		return write_row(list, packet);
	struct tail_row *row = &list->tail[list->seen++ % list->tail_size];
	free(row->message);
	row->packet = *packet;
	row->packet.message = row->message = memory_copy_text(packet->message);
	return true;
}

void packets_end(struct packet_list *list)
{
	if (!list)
		return;
	size_t count = list->seen < list->tail_size ? (size_t)list->seen : list->tail_size;
	for (uint64_t i = list->seen - count; list->tail && i < list->seen; i++)
		write_row(list, &list->tail[i % list->tail_size].packet);
	table_end(list->writer);
	for (size_t i = 0; list->tail && i < list->tail_size; i++)
		free(list->tail[i].message);
	free(list->tail);
	free(list);
}
