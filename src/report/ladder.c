/* What a row of the ladder holds and means; rows that are kept. */
#include "report/ladder.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "decode/ip.h"
#include "report/message.h"
#include "session/tcp.h"

/* What a class of segment is called, and how it is marked. "%" stands for the original packet. */
static const struct { const char *known, *unknown; uint16_t marks; } classes[SEGMENT_CLASSES] = {
	[SEGMENT_SYN_REPEATED] = { "setup again", NULL, LADDER_REPEAT },
	[SEGMENT_SYNACK_REPEATED] = { "setup answered again", NULL, LADDER_REPEAT },
	[SEGMENT_RST] = { "reset", NULL, LADDER_RESET },
	[SEGMENT_FIN_REPEATED] = { "end again", NULL, LADDER_REPEAT },
	[SEGMENT_ZERO_WINDOW_PROBE] = { "asks for the window", NULL, LADDER_PROBE },
	[SEGMENT_ZERO_WINDOW_PROBE_ACK] = { "window still closed", NULL, LADDER_PROBE },
	[SEGMENT_KEEPALIVE] = { "keep-alive", NULL, LADDER_PROBE },
	[SEGMENT_KEEPALIVE_ACK] = { "keep-alive answered", NULL, LADDER_PROBE },
	[SEGMENT_NEW_AFTER_GAP] = { "data before it is missing", NULL, LADDER_DISORDER },
	[SEGMENT_SPURIOUS] = { "% again, not needed", "sent again, not needed", LADDER_REPEAT },
	[SEGMENT_HOLE_ACKED_LATE] = { "the recorder missed the original", NULL, LADDER_REPEAT },
	[SEGMENT_REORDERED] = { "out of order", NULL, LADDER_DISORDER },
	[SEGMENT_REPEATED_UPSTREAM] = { "% again, lost before the trace point",
		"sent again, lost before the trace point", LADDER_REPEAT | LADDER_LOST },
	[SEGMENT_REPEATED_DOWNSTREAM] = { "% again, lost behind the trace point",
		"sent again, lost behind the trace point", LADDER_REPEAT | LADDER_LOST },
	[SEGMENT_NETWORK_DUPLICATE] = { "% doubled on the way", "doubled on the way", LADDER_DISORDER },
	[SEGMENT_INCONSISTENT] = { "% with other bytes", "sent again with other bytes", LADDER_REPEAT },
};

static const char *const mechanisms[REPEAT_MECHANISMS] = {
	[REPEAT_FAST] = "fast", [REPEAT_RECOVERY] = "recovery", [REPEAT_TAIL_PROBE] = "tail probe",
	[REPEAT_TIMEOUT] = "time-out", [REPEAT_GO_BACK] = "after the time-out",
};

static void add_note(struct text *note, const char *words)
{
	if (note->length)
		text_add(note, ", ");
	text_add(note, words);
}

static bool completes_handshake(const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++)
		if (observation->events[i].type == EVENT_HANDSHAKE)
			return true;
	return false;
}

/* Confirms the end of the other side's data, which only the first acknowledgement behind it does. */
static bool confirms_end(const struct observation *observation)
{
	const struct tcp_side *other = &observation->session->tcp->side[!observation->direction];
	const struct segment *segment = observation->segment;
	return other->fin_seen && segment->acknowledgment >= other->fin_position && segment->acked_bytes > 0;
}

static void add_class(struct ladder_row *row, const struct segment *segment, struct text *note)
{
	if (segment->class >= SEGMENT_CLASSES)
		return;
	const char *words = classes[segment->class].known;
	row->marks |= classes[segment->class].marks;
	row->original = row->marks & (LADDER_REPEAT | LADDER_DISORDER) ? segment->original_packet : 0;
	if (!words)
		return;
	if (*words == '%' && row->original)
		text_addf(note, "packet %llu%s", (unsigned long long)row->original, words + 1);
	else
		add_note(note, *words == '%' ? classes[segment->class].unknown : words);
	if (segment->mechanism < REPEAT_MECHANISMS && mechanisms[segment->mechanism])
		text_addf(note, " (%s)", mechanisms[segment->mechanism]);
}

static void add_window(struct ladder_row *row, const struct segment *segment, struct text *note)
{
	bool probe = segment->class == SEGMENT_ZERO_WINDOW_PROBE_ACK;
	if (segment->zero_window) {
		row->marks |= LADDER_ZERO_WINDOW;
		if (!probe)
			add_note(note, "window closed");
	}
	if (segment->window_full) {
		row->marks |= LADDER_WINDOW_FULL;
		add_note(note, "fills the window");
	}
	if (segment->window_update)
		add_note(note, "window opens");
	if (segment->duplicate_ack) {
		row->marks |= LADDER_DUPLICATE_ACK;
		add_note(note, segment->dsack ? "received twice" : "duplicate ACK");
	}
}

static void judge_segment(struct ladder_row *row, const struct observation *observation, struct text *note)
{
	const struct segment *segment = observation->segment;
	const struct tcp_side *side = &observation->session->tcp->side[observation->direction];
	bool syn = row->flags & TCP_SYN, end = row->flags & (TCP_FIN | TCP_RST);
	row->class = segment->class;
	row->mechanism = segment->mechanism;
	row->phase = syn ? LADDER_SETUP : end ? LADDER_END : segment->has_data ? LADDER_DATA : LADDER_NOTHING;
	row->window_known = syn || side->scale != SCALE_UNKNOWN;
	row->scaled_window = segment->window;
	if (segment->class == SEGMENT_SYN || segment->class == SEGMENT_SYNACK)
		add_note(note, "setup");
	if (completes_handshake(observation)) {
		row->phase = segment->has_data ? LADDER_DATA : LADDER_SETUP;
		add_note(note, "setup complete");
	}
	add_class(row, segment, note);
	add_window(row, segment, note);
	if (row->flags & TCP_FIN && segment->class != SEGMENT_FIN_REPEATED)
		add_note(note, "end");
	if (row->flags & TCP_ACK && !syn && confirms_end(observation)) {
		row->phase = row->phase == LADDER_NOTHING ? LADDER_END : row->phase;
		add_note(note, "end confirmed");
	}
}

static void fill_ports(struct ladder_row *row, const struct flow_key *key, uint8_t direction, uint8_t kind)
{
	const struct endpoint *from = &key->end[direction], *to = &key->end[!direction];
	row->source = from->address;
	row->destination = to->address;
	row->has_ports = kind != SESSION_ICMP;
	if (!row->has_ports)
		return;
	row->source_port = from->port;
	row->destination_port = to->port;
	row->source_service = service_name(key->protocol, from->port);
	row->destination_service = service_name(key->protocol, to->port);
}

static bool goes_right(const struct ladder_frame *frame, const struct ladder_row *row)
{
	bool from = address_equal(&row->source, &frame->left);
	bool to = address_equal(&row->destination, &frame->left);
	return from == to ? row->by_client : from;
}

static void fill_time(struct ladder_row *row, struct ladder_frame *frame, const struct record *record,
		      const struct trace_analysis *analysis)
{
	row->time = record->timeless ? INT64_MIN : record->time;
	row->time_digits = (uint8_t)interface_time_digits(analysis->trace.source, record->interface);
	row->elapsed = frame->begun ? record->time - frame->last_time : 0;
	frame->last_time = record->time;
}

void ladder_row_fill(struct ladder_row *row, struct ladder_frame *frame,
		     const struct trace_analysis *analysis, const struct observation *observation,
		     struct text *message, struct text *note)
{
	const struct packet *packet = observation->packet;
	const struct session *session = observation->session;
	const struct tcp_header *tcp = packet->tcp;
	*row = (struct ladder_row){
		.number = packet->record->number,
		.kind = session->kind,
		.session = session->number,
		.by_client = observation->direction == session->client,
		.is_tcp = tcp != NULL,
		.length = packet->ip ? packet->ip->header_length + packet->ip->payload_length
				     : packet->record->original_length,
		.payload = tcp ? tcp->payload_length : packet->udp ? packet->udp->payload_length
			 : packet->socket ? packet->socket->length : 0,
		.sequence = tcp ? tcp->sequence_number : 0,
		.acknowledgment = tcp ? tcp->acknowledgment_number : 0,
		.window = tcp ? tcp->window : 0,
		.flags = tcp ? tcp->flags : 0,
	};
	fill_time(row, frame, packet->record, analysis);
	fill_ports(row, &session->key, observation->direction, session->kind);
	if (!frame->begun)
		frame->left = session->key.end[session->client].address;
	frame->begun = true;
	row->to_right = goes_right(frame, row);
	text_clear(message);
	text_add(message, "");
	message_add(message, packet);
	text_clear(note);
	text_add(note, "");
	if (!tcp)
		row->phase = LADDER_DATA;
	if (observation->segment)
		judge_segment(row, observation, note);
	if (observation->twin_of) {
		row->marks |= LADDER_TWIN;
		row->original = observation->twin_of;
		text_addf(note, "packet %llu recorded twice", (unsigned long long)row->original);
	}
	row->message = message->bytes;
	row->note = note->bytes;
}

const char *ladder_phase_name(enum ladder_phase phase)
{
	static const char *const names[LADDER_PHASES] = { NULL, "setup", "data", "end" };
	return phase < LADDER_PHASES ? names[phase] : NULL;
}

/* ---- Rows that are kept ------------------------------------------------------------------------- */

struct kept { struct ladder_row row; char *message, *note; };

struct ladder {
	struct ladder_frame frame;
	struct text message, note;
	struct kept *head, *tail;    /* tail: a ring, made when the first row goes there */
	size_t head_limit, tail_limit, head_count, head_capacity;
	uint64_t in_tail;            /* rows that ever went to the ring */
};

struct ladder *ladder_create(size_t head, size_t tail)
{
	struct ladder *ladder = memory_zeroed(1, sizeof *ladder);
	ladder->head_limit = head;
	ladder->tail_limit = tail;
	return ladder;
}

static void forget(struct kept *kept)
{
	free(kept->message);
	free(kept->note);
}

void ladder_destroy(struct ladder *ladder)
{
	if (!ladder)
		return;
	for (size_t i = 0; i < ladder->head_count; i++)
		forget(&ladder->head[i]);
	for (size_t i = 0; ladder->tail && i < ladder->tail_limit; i++)
		forget(&ladder->tail[i]);
	free(ladder->head);
	free(ladder->tail);
	text_finish(&ladder->message);
	text_finish(&ladder->note);
	free(ladder);
}

static struct kept *place(struct ladder *ladder)
{
	if (ladder->head_count < ladder->head_limit) {
		ladder->head = memory_grow(ladder->head, &ladder->head_capacity, ladder->head_count + 1,
					   sizeof *ladder->head);
		return memset(&ladder->head[ladder->head_count++], 0, sizeof *ladder->head);
	}
	uint64_t index = ladder->in_tail++;
	if (!ladder->tail_limit)
		return NULL;
	if (!ladder->tail)
		ladder->tail = memory_zeroed(ladder->tail_limit, sizeof *ladder->tail);
	return &ladder->tail[index % ladder->tail_limit];
}

void ladder_observe(struct ladder *ladder, const struct trace_analysis *analysis,
		    const struct observation *observation)
{
	struct ladder_row row;
	ladder_row_fill(&row, &ladder->frame, analysis, observation, &ladder->message, &ladder->note);
	struct kept *kept = place(ladder);
	if (!kept)
		return;
	forget(kept);
	kept->message = memory_copy_text(row.message);
	kept->note = memory_copy_text(row.note);
	row.message = kept->message;
	row.note = kept->note;
	kept->row = row;
}

static size_t tail_count(const struct ladder *ladder)
{
	return ladder->in_tail < ladder->tail_limit ? (size_t)ladder->in_tail : ladder->tail_limit;
}

size_t ladder_count(const struct ladder *ladder)
{
	return ladder->head_count + tail_count(ladder);
}

size_t ladder_head_count(const struct ladder *ladder)
{
	return ladder->head_count;
}

uint64_t ladder_left_out(const struct ladder *ladder)
{
	return ladder->in_tail - tail_count(ladder);
}

const struct ladder_row *ladder_row(const struct ladder *ladder, size_t index)
{
	if (index < ladder->head_count)
		return &ladder->head[index].row;
	index -= ladder->head_count;
	if (index >= tail_count(ladder))
		return NULL;
	return &ladder->tail[(ladder_left_out(ladder) + index) % ladder->tail_limit].row;
}
