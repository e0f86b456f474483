#include "conversation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <culprit.h>

#include "core/clock.h"
#include "core/memory.h"
#include "decode/tls_keys.h"
#include "image.h"
#include "session/dialogue.h"
#include "source/source.h"
#include "tell_all.h"
#include "wire.h"

enum {
	SEGMENT = 1400,
	SMALL_SEGMENT = 7,
	MAX_PACKETS = 1000,          /* of one conversation: small segments must not make it endless */
	CLIENT_PORT = 40000,
};

struct conversation conversation_begin(const uint8_t *bytes, size_t size)
{
	struct cursor in = cursor_make(bytes, size, size);
	uint8_t flags = cursor_u8(&in);
	struct conversation conversation = { .udp = flags & 1, .middle = flags & 2, .untold = flags & 4,
		.port = cursor_be16(&in) };
	conversation.pieces = cursor_ok(&in) ? in : cursor_make(bytes, 0, 0);
	if (!conversation.port)
		conversation.port = 1;
	return conversation;
}

bool conversation_next(struct conversation *conversation, struct piece *piece)
{
	struct cursor *in = &conversation->pieces;
	if (in->captured < 3)
		return false;
	uint8_t head = cursor_u8(in);
	size_t length = cursor_be16(in);
	*piece = (struct piece){ .kind = (enum piece_kind)(head >> 1 & 7), .from_server = head & 1 };
	piece->bytes = cursor_split(in, length < in->captured ? length : in->captured);
	return true;
}

/* ---- As packets --------------------------------------------------------------------------------- */

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

struct ends {                    /* what both ends of the connection know */
	struct trace *trace;
	bool udp;
	uint16_t port;
	uint32_t next[2];            /* [from the server] */
	int64_t time;
	bool closed[2];
};

static struct trace_packet *add_packet(struct ends *ends, bool from_server, uint8_t flags, struct cursor bytes)
{
	static uint8_t frame[WIRE_MAX_FRAME], transport[WIRE_MAX_FRAME];
	struct wire_header header = { .protocol = ends->udp ? 17 : 6, .ttl = 64, .dont_fragment = true,
		.source_mac = { 2, 0, 0, 0, 0, 1 }, .destination_mac = { 2, 0, 0, 0, 0, 2 } };
	size_t length = ends->udp ? 8 : 20;
	address_parse("10.0.0.1", from_server ? &header.destination : &header.source);
	address_parse("10.0.0.2", from_server ? &header.source : &header.destination);
	header.identification = (uint16_t)(ends->trace->count + 1);
	memset(transport, 0, length);
	wire_put16(transport, from_server ? ends->port : CLIENT_PORT);
	wire_put16(transport + 2, from_server ? CLIENT_PORT : ends->port);
	if (ends->udp) {
		wire_put16(transport + 4, (uint32_t)(length + bytes.captured));
	} else {
		wire_put32(transport + 4, ends->next[from_server]);
		wire_put32(transport + 8, flags & ACK ? ends->next[!from_server] : 0);
		transport[12] = 5 << 4;
		transport[13] = flags;
		wire_put16(transport + 14, 60000);
	}
	if (bytes.captured)
		memcpy(transport + length, bytes.next, bytes.captured);
	size_t whole = wire_frame(&header, transport, length + bytes.captured, ends->udp ? 6 : 16, frame, NULL);
	ends->time += 5 * MILLISECOND;
	return trace_add(ends->trace, ends->time, frame, whole);
}

static void add_tcp(struct ends *ends, bool from_server, uint8_t flags, struct cursor bytes)
{
	add_packet(ends, from_server, flags, bytes);
	ends->next[from_server] += (uint32_t)bytes.captured + ((flags & (SYN | FIN)) != 0);
}

static void add_segment(struct ends *ends, const struct piece *piece, struct cursor bytes)
{
	bool server = piece->from_server;
	struct cursor nothing = cursor_make(bytes.next, 0, 0);
	size_t before = ends->trace->count;
	if (ends->udp)
		add_packet(ends, server, 0, bytes);
	else
		add_tcp(ends, server, PSH | ACK, bytes);
	struct trace_packet *packet = &ends->trace->packets[before];
	if (piece->kind == PIECE_MISSED)
		trace_remove(ends->trace, before);
	else if (piece->kind == PIECE_CUT)
		packet->length -= (uint32_t)bytes.captured / 2;
	else if (piece->kind == PIECE_TWICE)
		trace_add_copy(ends->trace, packet)->time += 300 * MICROSECOND;
	if (!ends->udp)
		add_tcp(ends, !server, ACK, nothing);
}

static void add_piece(struct ends *ends, struct piece *piece)
{
	bool server = piece->from_server;
	size_t most = piece->kind == PIECE_SMALL ? SMALL_SEGMENT : ends->udp ? 65000 : SEGMENT;
	struct cursor nothing = cursor_make(piece->bytes.next, 0, 0);
	if (piece->kind == PIECE_LATE)
		ends->time += 2 * NANOSECONDS;
	while (piece->bytes.captured && ends->trace->count < MAX_PACKETS)
		add_segment(ends, piece, cursor_split(&piece->bytes,
				piece->bytes.captured < most ? piece->bytes.captured : most));
	if (ends->udp || (piece->kind != PIECE_LAST && piece->kind != PIECE_RESET))
		return;
	bool reset = piece->kind == PIECE_RESET;
	if (!ends->closed[server])
		add_tcp(ends, server, reset ? RST | ACK : FIN | ACK, nothing);
	if (!reset && !ends->closed[server])
		add_tcp(ends, !server, ACK, nothing);
	ends->closed[server] = true;
	ends->closed[!server] |= reset;
}

void conversation_trace(const uint8_t *bytes, size_t size, struct trace *trace)
{
	struct conversation conversation = conversation_begin(bytes, size);
	struct ends ends = { .trace = trace, .udp = conversation.udp, .port = conversation.port,
		.next = { 999, 4999 }, .time = TRACE_EPOCH };
	struct cursor nothing = cursor_make(bytes, 0, 0);
	struct piece piece;
	if (!ends.udp && !conversation.middle) {
		add_tcp(&ends, false, SYN, nothing);
		add_tcp(&ends, true, SYN | ACK, nothing);
		add_tcp(&ends, false, ACK, nothing);
	}
	while (conversation_next(&conversation, &piece) && trace->count < MAX_PACKETS)
		add_piece(&ends, &piece);
	trace_compact(trace);
	trace_sort(trace);
}

/* ---- Without packets ---------------------------------------------------------------------------- */

struct talk {                    /* a dialogue, and the little that it needs around it */
	struct packet packet;
	struct record record;
	struct session session;
	struct message_room *room;
	struct dialogue *dialogue;
	unsigned messages;
};

static void begin_packet(struct talk *talk)
{
	static const uint8_t none[1];
	talk->record = (struct record){ .number = talk->record.number + 1, .bytes = none,
		.time = TRACE_EPOCH + (int64_t)talk->record.number * MILLISECOND };
	packet_decode(&talk->packet, &talk->record);
	message_room_begin(talk->room, &talk->packet, &talk->session);
}

static void hear_messages(struct talk *talk)
{
	for (unsigned i = 0; i < talk->room->message_count; i++) {
		const struct session_message *message = &talk->room->messages[i];
		struct cursor in = cursor_make(message->bytes, message->bytes ? message->length : 0, message->length);
		if (message->bytes)
			tell_all(&talk->packet, message->decoder, message->facts, in);
	}
	talk->messages += talk->room->message_count;
}

static void hear_piece(struct talk *talk, const struct piece *piece)
{
	struct cursor bytes = piece->bytes;
	uint8_t direction = piece->from_server;
	while (bytes.captured) {
		size_t most = piece->kind == PIECE_SMALL ? SMALL_SEGMENT : SEGMENT;
		struct cursor part = cursor_split(&bytes, bytes.captured < most ? bytes.captured : most);
		size_t known = piece->kind == PIECE_MISSED ? 0
			     : piece->kind == PIECE_CUT ? part.captured - part.captured / 2 : part.captured;
		begin_packet(talk);
		if (known)
			dialogue_bytes(talk->dialogue, direction, part.next, known);
		if (known < part.captured)
			dialogue_gap(talk->dialogue, direction, part.captured - known, known != 0);
		hear_messages(talk);
	}
	begin_packet(talk);
	if (piece->kind == PIECE_LAST || piece->kind == PIECE_RESET)
		dialogue_end(talk->dialogue, direction, piece->kind == PIECE_RESET);
	if (piece->kind == PIECE_RESET)
		dialogue_end(talk->dialogue, !direction, true);
	hear_messages(talk);
}

/* What CONVERSATION_KEYLOG holds, as if the trace had brought it: then it is only read where somebody needs a key. */
static const struct source_report *known_secrets(void)
{
	static struct text log;
	static struct source_secret secret = { .type = 0x544c534b };      /* pcapng: "TLSK" */
	static struct source_report report = { .secrets = &secret };
	const char *path = getenv("CONVERSATION_KEYLOG");
	FILE *file = report.secret_count || !path ? NULL : fopen(path, "re");
	char part[4096];
	if (!file)
		return &report;
	for (size_t got; (got = fread(part, 1, sizeof part, file)) > 0;)
		text_add_bytes(&log, part, got);
	fclose(file);
	secret.bytes = (uint8_t *)log.bytes;
	secret.length = log.length;
	report.secret_count = 1;
	return &report;
}

static unsigned decode_stream(struct conversation conversation, const struct decoder *decoder)
{
	const struct decode_as as = { conversation.port, decoder };
	struct tls_keys *keys = tls_keys_create();
	const struct session_limits limits = { .message_bytes = true, .exchange_words = true,
		.decode_as = &as, .decode_as_count = !conversation.untold, .keys = keys };
	struct talk *talk = memory_zeroed(1, sizeof *talk);
	struct piece piece;
	talk->session = (struct session){ .kind = SESSION_TCP,
		.key.end = { { .port = CLIENT_PORT }, { .port = conversation.port } } };
	tls_keys_follow(keys, known_secrets());
	talk->room = message_room_create(&limits);
	talk->dialogue = dialogue_create(talk->room, &talk->session);
	if (conversation.middle) {
		dialogue_midstream(talk->dialogue, 0);
		dialogue_midstream(talk->dialogue, 1);
	}
	while (conversation_next(&conversation, &piece))
		hear_piece(talk, &piece);
	begin_packet(talk);
	dialogue_end(talk->dialogue, 0, false);
	dialogue_end(talk->dialogue, 1, false);
	hear_messages(talk);
	unsigned messages = talk->messages;
	dialogue_destroy(talk->dialogue);
	if (talk->room->held)
		abort();                 /* somebody forgot to give back what it held */
	message_room_destroy(talk->room);
	tls_keys_destroy(keys);
	free(talk);
	return messages;
}

static void follow(struct following *following, const struct decoder *decoder, const struct layer *layer, uint8_t direction)
{
	following->direction = direction;
	decoder->follow(following, cursor_make(layer->bytes, layer->captured, layer->declared),
			(void *)(uintptr_t)layer->facts);
}

/* A packet without layers, in which the datagram is the only message. */
static unsigned decode_datagrams(struct conversation conversation, size_t cut, const struct decoder *decoder)
{
	static const uint8_t none[1];
	static struct packet packet;
	unsigned messages = 0;
	struct piece piece;
	uint64_t memory[2][2] = { { 0 } };
	struct following following = { .state = decoder->follow ? memory_zeroed(1, decoder->follow_size) : NULL };
	struct record record = { .number = 1, .time = TRACE_EPOCH, .bytes = none };
	while (conversation_next(&conversation, &piece)) {
		size_t kept = piece.bytes.captured > cut ? piece.bytes.captured - cut : 0;
		struct cursor in = cursor_make(piece.bytes.next, kept, piece.bytes.captured);
		packet_decode(&packet, &record);
		if (decoder->datagram)
			decoder->datagram(memory[piece.from_server], in);
		const struct layer *layer = packet_decode_message(&packet, decoder, NULL, in);
		if (!layer)
			continue;
		following.packet++;
		for (unsigned i = 0; i < packet.layer_count; i++) {
			layer = &packet.layers[i];
			if (layer->decoder != decoder || layer->status == CURSOR_MALFORMED)
				continue;
			messages++;
			if (decoder->follow)
				follow(&following, decoder, layer, piece.from_server);
			tell_all(&packet, decoder, layer->facts, cursor_make(layer->bytes, layer->captured,
									     layer->declared));
		}
	}
	if (decoder->unfollow)
		decoder->unfollow(following.state);
	free(following.state);
	return messages;
}

/* Others are never handed a datagram. */
static bool speaks_in_datagrams(const struct decoder *decoder)
{
	for (size_t i = 0; i < DECODER_MAX_BINDINGS; i++)
		if (decoder->bindings[i].table == BY_UDP_PORT)
			return true;
	return decoder->datagram || decoder->follow || !decoder->stream;
}

unsigned conversation_decode(const uint8_t *bytes, size_t size, size_t cut, const struct decoder *decoder)
{
	struct conversation conversation = conversation_begin(bytes, size);
	if (conversation.udp)
		return speaks_in_datagrams(decoder) ? decode_datagrams(conversation, cut, decoder) : 0;
	return decoder->stream ? decode_stream(conversation, decoder) : 0;
}

/* ---- Through everything ------------------------------------------------------------------------- */

static bool swallow(void *user, const void *bytes, size_t count)
{
	(void)bytes;
	*(size_t *)user += count;
	return true;
}

bool conversation_analyse(const uint8_t *bytes, size_t size, const char *decoder)
{
	const struct image_options options = IMAGE_DEFAULT;
	const struct culprit_details details = { .show_secrets = true };
	struct conversation conversation = conversation_begin(bytes, size);
	struct trace trace = { 0 };
	struct text image = { 0 };
	size_t written = 0;
	const struct culprit_output json = { .write = swallow, .user = &written, .format = CULPRIT_JSON };
	const char *keys = getenv("CONVERSATION_KEYLOG");
	char as[64];
	conversation_trace(bytes, size, &trace);
	image_write(&trace, &options, &image);
	struct culprit_analysis *analysis = culprit_create();
	culprit_keep_sessions(analysis);
	snprintf(as, sizeof as, "%u=%s", conversation.port, decoder ? decoder : "");
	bool good = !decoder || conversation.udp || conversation.untold || culprit_decode_as(analysis, as, NULL);
	good = good && (!keys || culprit_add_keylog(analysis, keys, NULL));
	good = good && culprit_report_details(analysis, &details, &json, NULL);
	good = good && culprit_read_memory(analysis, image.bytes, image.length, "conversation", NULL);
	good = good && culprit_report_diagnosis(analysis, &json) && culprit_report_sessions(analysis, &json);
	culprit_destroy(analysis);
	text_finish(&image);
	trace_finish(&trace);
	return good && written > 0;
}
