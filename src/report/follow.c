/* The bytes of a session in the order of their streams, both directions as they became complete: as text,
 * EBCDIC, hex, or rows. What the trace does not hold is told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ebcdic.h"
#include "core/memory.h"
#include "decode/ip.h"
#include "report/json.h"
#include "report/selection.h"
#include "report/view.h"
#include "report/wrap.h"
#include "session/bytes.h"
#include "session/reassembly.h"
#include "session/secrets.h"
#include "session/tcp.h"

#define EARLY_LIMIT (4u << 20)   /* bytes of one direction held until those before them come */
#define WRITE_AT 65536
#define HEX_WIDTH 16
#define ROW_BYTES 4096           /* in one row of JSON */

struct follow;

struct voice {                  /* one direction */
	struct follow *follow;
	struct reassembly *reassembly;
	uint64_t base;               /* position of the first byte */
	bool based;
	uint8_t side;
};

struct follow {
	struct view view;
	struct culprit_output output;
	struct culprit_follow how;
	struct selection selection;
	const struct observation *now;       /* during observe */
	struct voice streams[2];
	struct secrets secrets;
	struct session_words { struct flow_key key; uint8_t client, kind; uint32_t number; } session;
	bool begun, ended, text_open;
	int last_side;               /* -1: none yet */
	uint64_t packet;
	int64_t time;
	unsigned digits;
	struct text out;
	uint8_t masked[ROW_BYTES];
};

static void hand_on(struct follow *follow)
{
	if (!follow->ended && follow->out.length)
		follow->ended = !follow->output.write(follow->output.user, follow->out.bytes, follow->out.length);
	text_clear(&follow->out);
}

static struct page page_of(struct follow *follow)
{
	return (struct page){ &follow->out, follow->output.width ? follow->output.width : 80, follow->output.colour };
}

static bool is_client(const struct follow *follow, uint8_t side)
{
	return side == follow->session.client;
}

static bool is_wanted(const struct follow *follow, uint8_t side)
{
	return follow->how.side == CULPRIT_SIDE_MORE ||
	       (follow->how.side == CULPRIT_SIDE_CLIENT) == is_client(follow, side);
}

static void end_text(struct follow *follow)
{
	if (follow->text_open)
		text_add_char(&follow->out, '\n');
	follow->text_open = false;
}

/* "---- client 10.0.0.5:40001, packet 4" before the first bytes of a side. */
static void write_turn(struct follow *follow, uint8_t side)
{
	char end[ENDPOINT_TEXT_SIZE], line[128];
	struct page page = page_of(follow);
	if (follow->last_side == side)
		return;
	end_text(follow);
	follow->last_side = side;
	snprintf(line, sizeof line, "---- %s %s, packet %llu", is_client(follow, side) ? "client" : "server",
		 endpoint_text(&follow->session.key.end[side], end), (unsigned long long)follow->packet);
	page_paragraph(&page, is_client(follow, side) ? INK_RED : INK_CYAN, 0, line);
}

/* Lines stay lines; what could drive a terminal becomes visible. */
static void write_text(struct follow *follow, const uint8_t *bytes, size_t length)
{
	struct text *to = &follow->out;
	for (size_t i = 0; i < length;) {
		size_t run = i;
		while (run < length && bytes[run] != '\n' && bytes[run] != '\r' && bytes[run] != '\t')
			run++;
		text_add_printable(to, (const char *)bytes + i, run - i);
		follow->text_open |= run > i;
		if (run == length)
			return;
		if (bytes[run] == '\n') {
			text_add_char(to, '\n');
			follow->text_open = false;
		} else if (bytes[run] == '\t') {
			text_add_char(to, '\t');
			follow->text_open = true;
		} else if (run + 1 < length && bytes[run + 1] != '\n') {
			text_add(to, "\\x0d");
			follow->text_open = true;
		}
		i = run + 1;
	}
}

/* EBCDIC has lines, too: NL, and LF behind CR. */
static void write_ebcdic(struct follow *follow, const uint8_t *bytes, size_t length)
{
	enum { CR = 0x0d, NL = 0x15, LF = 0x25 };
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == NL || bytes[i] == LF) {
			text_add_char(&follow->out, '\n');
			follow->text_open = false;
		} else if (bytes[i] != CR) {
			ebcdic_add(&follow->out, bytes[i]);
			follow->text_open = true;
		}
	}
}

static void write_hex_line(struct text *to, uint64_t offset, const uint8_t *bytes, size_t length)
{
	text_addf(to, "%08llx ", (unsigned long long)offset);
	for (size_t i = 0; i < HEX_WIDTH; i++) {
		if (i % 4 == 0)
			text_add_char(to, ' ');
		if (i < length)
			text_addf(to, "%02x", bytes[i]);
		else
			text_add(to, "  ");
	}
	text_add(to, "  |");
	for (size_t i = 0; i < length; i++)
		ebcdic_add(to, bytes[i]);
	for (size_t i = length; i < HEX_WIDTH; i++)
		text_add_char(to, ' ');
	text_add(to, "|");
	for (size_t i = 0; i < length; i++)
		text_add_char(to, bytes[i] >= 0x20 && bytes[i] < 0x7f ? (char)bytes[i] : '.');
	for (size_t i = length; i < HEX_WIDTH; i++)
		text_add_char(to, ' ');
	text_add(to, "|\n");
}

static void write_hex(struct follow *follow, uint64_t offset, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i += HEX_WIDTH)
		write_hex_line(&follow->out, offset + i, bytes + i, length - i < HEX_WIDTH ? length - i : HEX_WIDTH);
}

static void begin_row(struct follow *follow, uint8_t side, uint64_t offset, uint64_t length, struct json *json)
{
	char name[24];
	snprintf(name, sizeof name, "%s:%u", session_kind_name(follow->session.kind), follow->session.number);
	json_open_flat(json, NULL, '{');
	json_words(json, "session", name);
	json_words(json, "from", is_client(follow, side) ? "client" : "server");
	json_number(json, "number", follow->packet);
	json_time(json, "time", follow->time, follow->digits);
	json_number(json, "offset", offset);
	json_number(json, "length", length);
}

static void end_row(struct follow *follow, struct json *json)
{
	json_close(json, '}');
	text_add_char(&follow->out, '\n');
}

static void write_row(struct follow *follow, uint8_t side, uint64_t offset, const uint8_t *bytes, size_t length)
{
	struct json json = { .to = &follow->out };
	struct text words = { 0 };
	begin_row(follow, side, offset, length, &json);
	text_add(&words, "");
	for (size_t i = 0; i < length && follow->how.style != CULPRIT_FOLLOW_TEXT; i++) {
		if (follow->how.style == CULPRIT_FOLLOW_EBCDIC)
			ebcdic_add(&words, bytes[i]);
		else
			text_addf(&words, "%02x", bytes[i]);
	}
	text_add(&follow->out, ", \"data\": ");
	if (follow->how.style == CULPRIT_FOLLOW_TEXT)
		text_add_json_bytes(&follow->out, (const char *)bytes, length);
	else
		text_add_json(&follow->out, words.bytes);
	json_words(&json, "gap", NULL);
	end_row(follow, &json);
	text_finish(&words);
}

static void write_piece(struct follow *follow, uint8_t side, uint64_t offset, const uint8_t *bytes, size_t length)
{
	if (!follow->how.show_secrets) {
		secrets_mask(&follow->secrets, side, bytes, length, follow->masked);
		bytes = follow->masked;
	}
	if (!is_wanted(follow, side))
		return;
	if (follow->output.format != CULPRIT_TEXT) {
		write_row(follow, side, offset, bytes, length);
	} else {
		write_turn(follow, side);
		if (follow->how.style == CULPRIT_FOLLOW_HEX)
			write_hex(follow, offset, bytes, length);
		else if (follow->how.style == CULPRIT_FOLLOW_EBCDIC)
			write_ebcdic(follow, bytes, length);
		else
			write_text(follow, bytes, length);
	}
	if (follow->out.length >= WRITE_AT)
		hand_on(follow);
}

static uint64_t offset_of(struct voice *stream, uint64_t position)
{
	if (!stream->based)
		stream->base = position;
	stream->based = true;
	return position - stream->base;
}

static void take_bytes(void *user, uint64_t position, const uint8_t *bytes, size_t length)
{
	struct voice *stream = user;
	uint64_t offset = offset_of(stream, position);
	for (size_t done = 0; done < length; done += ROW_BYTES) {
		size_t count = length - done < ROW_BYTES ? length - done : ROW_BYTES;
		write_piece(stream->follow, stream->side, offset + done, bytes + done, count);
	}
}

static void take_gap(void *user, uint64_t position, uint64_t length, enum gap_reason reason)
{
	static const char *const reasons[] = { "not recorded", "cut by the recorder", "never came" };
	struct voice *stream = user;
	struct follow *follow = stream->follow;
	uint64_t offset = offset_of(stream, position);
	secrets_gap(&follow->secrets, stream->side);
	if (!is_wanted(follow, stream->side))
		return;
	if (follow->output.format != CULPRIT_TEXT) {
		struct json json = { .to = &follow->out };
		begin_row(follow, stream->side, offset, length, &json);
		json_words(&json, "data", NULL);
		json_words(&json, "gap", reasons[reason]);
		end_row(follow, &json);
		return;
	}
	char line[96];
	struct page page = page_of(follow);
	write_turn(follow, stream->side);
	end_text(follow);
	snprintf(line, sizeof line, "[%llu bytes %s]", (unsigned long long)length, reasons[reason]);
	page_paragraph(&page, INK_YELLOW, 0, line);
}

static void begin(struct follow *follow, const struct session *session)
{
	if (follow->begun)
		return;
	follow->begun = true;
	follow->session = (struct session_words){ session->key, session->client, session->kind, session->number };
	for (uint8_t side = 0; side < 2; side++) {
		struct voice *stream = &follow->streams[side];
		const struct reassembly_sink sink = { take_bytes, take_gap, stream };
		stream->follow = follow;
		stream->side = side;
		if (session->kind == SESSION_TCP)
			stream->reassembly = reassembly_create(EARLY_LIMIT, &sink);
	}
}

static void follow_tcp(struct follow *follow, const struct observation *observation)
{
	const struct segment *segment = observation->segment;
	const struct tcp_header *tcp = observation->packet->tcp;
	struct voice *from = &follow->streams[observation->direction], *to = &follow->streams[!observation->direction];
	if (!segment || segment->stray || tcp_has(tcp, TCP_RST))
		return;
	bool syn = tcp_has(tcp, TCP_SYN);
	if (syn)
		reassembly_begin(from->reassembly, segment->sequence + 1);
	bool probe = segment->class == SEGMENT_ZERO_WINDOW_PROBE || segment->class == SEGMENT_KEEPALIVE;
	if (tcp->payload_length && !probe)
		reassembly_add(from->reassembly, segment->sequence + syn,
			       bytes_behind(observation->packet, tcp, tcp->payload_length));
	/* A FIN takes a place that is no byte. */
	uint64_t confirmed = segment->acknowledgment;
	const struct tcp_side *other = &observation->session->tcp->side[!observation->direction];
	if (other->fin_seen && confirmed >= other->fin_position)
		confirmed = other->fin_position - 1;
	if (tcp_has(tcp, TCP_ACK) && !syn && to->reassembly)
		reassembly_acknowledge(to->reassembly, confirmed);
}

/* A datagram, or what a program gave to its socket, is whole or cut. */
static void follow_datagram(struct follow *follow, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	struct voice *stream = &follow->streams[observation->direction];
	size_t length = packet->udp ? packet->udp->payload_length : packet->socket ? packet->socket->length : 0;
	if (!length || observation->twin_of)
		return;
	if (follow->output.format == CULPRIT_TEXT && packet->udp && follow->how.style != CULPRIT_FOLLOW_HEX)
		end_text(follow);
	struct cursor bytes = packet->udp ? bytes_behind(packet, packet->udp, length)
		: cursor_make(packet->payload.next,
			      packet->payload.captured < length ? packet->payload.captured : length, length);
	uint64_t position = stream->base;
	stream->based = true;
	stream->base = 0;
	take_bytes(stream, position, bytes.next, bytes.captured);
	if (bytes.captured < bytes.declared)
		take_gap(stream, position + bytes.captured, bytes.declared - bytes.captured, GAP_CUT);
	stream->base = position + length;
}

static bool observe(struct view *view, const struct trace_analysis *analysis,
		    const struct observation *observation)
{
	struct follow *follow = (struct follow *)view;
	if (follow->ended)
		return false;
	if (!selection_takes(&follow->selection, observation))
		return true;
	const struct record *record = observation->packet->record;
	begin(follow, observation->session);
	follow->session.client = observation->session->client;
	follow->now = observation;
	follow->packet = record->number;
	follow->time = record->timeless ? INT64_MIN : record->time;
	follow->digits = interface_time_digits(analysis->trace.source, record->interface);
	if (follow->session.kind == SESSION_TCP)
		follow_tcp(follow, observation);
	else
		follow_datagram(follow, observation);
	return !follow->ended;
}

static void finish(struct view *view, const struct trace_analysis *analysis, const struct diagnosis *diagnosis)
{
	struct follow *follow = (struct follow *)view;
	(void)analysis;
	(void)diagnosis;
	for (unsigned side = 0; side < 2; side++)
		if (follow->streams[side].reassembly)
			reassembly_finish(follow->streams[side].reassembly);
	end_text(follow);
	hand_on(follow);
}

static void destroy(struct view *view)
{
	struct follow *follow = (struct follow *)view;
	for (unsigned side = 0; side < 2; side++)
		reassembly_destroy(follow->streams[side].reassembly);
	selection_finish(&follow->selection);
	text_finish(&follow->out);
	free(follow);
}

static const struct view_operations operations = { observe, NULL, finish, destroy };

struct view *follow_view(const struct culprit_follow *how, const struct culprit_output *output, struct error *error)
{
	struct follow *follow = memory_zeroed(1, sizeof *follow);
	follow->view.do_ = &operations;
	follow->output = *output;
	follow->how = *how;
	follow->last_side = -1;
	bool good = selection_init(&follow->selection, &how->selection, error);
	if (good && (follow->selection.session_count != 1 || follow->selection.pair))
		good = error_set(error, ERROR_USAGE, "name one", "only one session can be followed");
	if (good && output->format == CULPRIT_CSV)
		good = error_set(error, ERROR_USAGE, "choose text or JSON", "streams are no CSV");
	if (good)
		return &follow->view;
	destroy(&follow->view);
	return NULL;
}
