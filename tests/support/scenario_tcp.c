/* Lines about single TCP segments: [FLOW.]HOST FLAGS …, and the sequence space behind them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "core/clock.h"
#include "core/memory.h"

#define TCP_HEADER 20
#define MAX_EARLY 64

static const char tcp_usage[] = "[TIME] [FLOW.]HOST FLAGS [FROM:TO | \"text\" | line \"text\" | "
				"hex DIGITS | bytes N] [seq N] "
				"[ack N | noack] [win N] [<options>] [ttl N] [unseen | lost-before "
				"| lost-after] [twin +3us] "
				"[@LABEL] …";

/* The stream of one end */

uint8_t pattern_byte(uint64_t offset)
{
	return (uint8_t)('a' + (offset * 7 + offset / 26 + offset / 977) % 26);
}

void stream_read(struct flow_end *end, int64_t from, int64_t to, struct text *into)
{
	for (int64_t at = from; at < to; at++) {
		bool known = at >= 0 && (size_t)at < end->stream.length;
		text_add_char(into,
			      known ? end->stream.bytes[at] : (char)pattern_byte((uint64_t)at));
	}
}

void stream_write(struct flow_end *end, int64_t from, const void *bytes, size_t length)
{
	if (from < (int64_t)end->stream.length)
		return;
	while ((int64_t)end->stream.length < from)
		text_add_char(&end->stream, (char)pattern_byte(end->stream.length));
	text_add_bytes(&end->stream, bytes, length);
}

static void drop_early(struct flow_end *end, unsigned index)
{
	end->early[index] = end->early[--end->early_count];
}

void end_receive(struct flow_end *end, int64_t from, int64_t to)
{
	if (from > end->expected) {
		if (end->early_count < MAX_EARLY) {
			end->early[end->early_count].from = from;
			end->early[end->early_count++].to = to;
		}
		return;
	}
	if (to > end->expected)
		end->expected = to;
	for (unsigned i = 0; i < end->early_count;) {
		if (end->early[i].from > end->expected) {
			i++;
			continue;
		}
		if (end->early[i].to > end->expected)
			end->expected = end->early[i].to;
		drop_early(end, i);
		i = 0;
	}
}

uint32_t timestamp_clock(const struct host *host, int64_t time)
{
	uint32_t base = (uint32_t)host->address.bytes[3] * 1000003u + 70000u;
	return base + (uint32_t)((time - TRACE_EPOCH) / MILLISECOND);
}

/* Options */

void tcp_timestamp_option(uint32_t value, uint32_t echo, struct tcp_shape *tcp)
{
	uint8_t *to = tcp->options + tcp->option_length;
	memcpy(to, "\1\1\10\12", 4);
	wire_put32(to + 4, value);
	wire_put32(to + 8, echo);
	tcp->option_length += 12;
}

static void option_bytes(struct compiler *c, struct tcp_shape *tcp, const void *bytes,
			 size_t length)
{
	if (tcp->option_length + length > sizeof tcp->options) {
		compile_fail(c, "the options need more than 40 bytes");
		return;
	}
	memcpy(tcp->options + tcp->option_length, bytes, length);
	tcp->option_length += length;
}

/* "sack 100:200 300:400": positions of the other end's bytes. */
static void option_sack(struct compiler *c, const char *text, const struct flow_end *other,
			struct tcp_shape *tcp)
{
	uint8_t option[4 + 32] = { 1, 1, 5, 2 };
	size_t length = 4;
	while (*text) {
		char *end;
		long long from = strtoll(text, &end, 10);
		if (end == text || *end != ':' || length == sizeof option) {
			compile_fail(c,
				     "SACK blocks are written <sack 100:200 300:400>, at most 4");
			return;
		}
		long long to = strtoll(end + 1, &end, 10);
		wire_put32(option + length, other->isn + 1 + (uint32_t)from);
		wire_put32(option + length + 4, other->isn + 1 + (uint32_t)to);
		length += 8;
		text = end;
		while (*text == ' ')
			text++;
	}
	option[3] = (uint8_t)(length - 2);
	option_bytes(c, tcp, option, length);
}

static void option_one(struct compiler *c, const char *text, const struct flow *flow, unsigned side,
		       struct tcp_shape *tcp)
{
	unsigned value = 0;
	char rest[2];
	uint8_t bytes[40];
	if (sscanf(text, "mss %u%1s", &value, rest) == 1) {
		option_bytes(c, tcp, ((uint8_t[]){ 2, 4, (uint8_t)(value >> 8), (uint8_t)value }),
			     4);
	} else if (sscanf(text, "ws %u%1s", &value, rest) == 1) {
		option_bytes(c, tcp, ((uint8_t[]){ 1, 3, 3, (uint8_t)value }), 4);
	} else if (strcmp(text, "sackok") == 0) {
		option_bytes(c, tcp, "\1\1\4\2", 4);
	} else if (strncmp(text, "sack ", 5) == 0) {
		option_sack(c, text + 5, &flow->end[side ^ 1], tcp);
	} else if (strcmp(text, "nop") == 0) {
		option_bytes(c, tcp, "\1", 1);
	} else if (strcmp(text, "ts") == 0) {
		const struct flow_end *end = &flow->end[side];
		option_bytes(c, tcp, "", 0);
		if (tcp->option_length + 12 <= sizeof tcp->options)
			tcp_timestamp_option(timestamp_clock(&c->hosts[end->host], c->now),
					     end->last_timestamp, tcp);
	} else if (sscanf(text, "ts %u", &value) == 1) {
		unsigned echo = 0;
		sscanf(text, "ts %u %u", &value, &echo);
		if (tcp->option_length + 12 <= sizeof tcp->options)
			tcp_timestamp_option(value, echo, tcp);
	} else if (strncmp(text, "hex ", 4) == 0) {
		struct text raw = { 0 };
		if (!text_add_hex(&raw, text + 4) || raw.length > sizeof bytes)
			compile_fail(c, "\"%s\" is no option in hexadecimal", text);
		else
			option_bytes(c, tcp, raw.bytes, raw.length);
		text_finish(&raw);
	} else if (strcmp(text, "nots") != 0) {
		compile_fail(c,
			     "unknown TCP option \"%s\" (mss N, ws N, sackok, sack N:N, ts [VALUE "
			     "ECHO], "
			     "nots, nop, hex DIGITS)",
			     text);
	}
}

void tcp_options(struct compiler *c, const char *text, const struct flow *flow, unsigned side,
		 struct tcp_shape *tcp)
{
	while (*text) {
		char one[128];
		size_t length = strcspn(text, ",");
		while (*text == ' ')
			text++, length--;
		snprintf(one, sizeof one, "%.*s", (int)length, text);
		option_one(c, one, flow, side, tcp);
		text += length;
		text += *text == ',';
	}
	while (tcp->option_length % 4 && tcp->option_length < sizeof tcp->options)
		tcp->options[tcp->option_length++] = 1;
}

/* Emission */

size_t tcp_emit(struct compiler *c, const struct flow *flow, unsigned side,
		const struct tcp_shape *tcp, const struct shape *shape)
{
	static uint8_t segment[65535];
	const struct flow_end *end = &flow->end[side], *other = &flow->end[side ^ 1];
	size_t header = TCP_HEADER + tcp->option_length;
	if (header + tcp->payload_length > sizeof segment - 60) {
		compile_fail(c, "the segment would be larger than a packet can be");
		return 0;
	}
	uint32_t sequence = (uint32_t)tcp->sequence, acknowledgment = (uint32_t)tcp->acknowledgment;
	memset(segment, 0, TCP_HEADER);
	wire_put16(segment, end->port);
	wire_put16(segment + 2, other->port);
	wire_put32(segment + 4, tcp->raw_sequence ? sequence : end->isn + 1 + sequence);
	if (tcp->has_acknowledgment)
		wire_put32(segment + 8, tcp->raw_acknowledgment ? acknowledgment
								: other->isn + 1 + acknowledgment);
	segment[12] = (uint8_t)(header / 4 << 4 | (tcp->flags >> 8 & 1));
	segment[13] = (uint8_t)tcp->flags;
	wire_put16(segment + 14, tcp->window);
	wire_put16(segment + 18, tcp->urgent);
	memcpy(segment + TCP_HEADER, tcp->options, tcp->option_length);
	if (tcp->payload_length)
		memcpy(segment + header, tcp->payload, tcp->payload_length);
	return packet_emit(c, end->host, other->host, 6, segment, header + tcp->payload_length,
			   shape);
}

/* Flows */

struct flow *flow_find(struct compiler *c, const char *name)
{
	for (size_t i = c->flow_count; i-- > 0;) {
		if (strcmp(c->flows[i].name, name) == 0) {
			c->current_flow = i + 1;
			return &c->flows[i];
		}
	}
	return NULL;
}

struct flow *flow_make(struct compiler *c, const char *name)
{
	struct words *w = &c->words;
	c->flows = memory_grow(c->flows, &c->flow_capacity, c->flow_count + 1, sizeof *c->flows);
	struct flow *flow = &c->flows[c->flow_count++];
	c->current_flow = c->flow_count;
	*flow = (struct flow){ 0 };
	snprintf(flow->name, sizeof flow->name, "%s", name);
	endpoint_take(c, "the client", &flow->end[0].host, &flow->end[0].port);
	if (!words_accept(w, ">"))
		compile_fail(c, "a flow is written CLIENT:PORT > SERVER:PORT");
	endpoint_take(c, "the server", &flow->end[1].host, &flow->end[1].port);
	for (unsigned side = 0; side < 2; side++) {
		flow->end[side].isn =
			(uint32_t)(c->flow_count * 0x1000193u + side * 0x2545f491u) & 0x7fffffff;
		flow->end[side].window = 65535;
	}
	return flow;
}

void statement_flow(struct compiler *c)
{
	struct words *w = &c->words;
	w->usage = "flow [NAME] CLIENT:PORT > SERVER:PORT [isn N N] [ts]";
	char name[32] = "";
	if (words_more(w) && !strchr(w->at[w->next].text, ':'))
		snprintf(name, sizeof name, "%s", words_take(w, "the flow's name"));
	struct flow *flow = flow_make(c, name);
	while (words_more(w)) {
		if (words_accept(w, "isn")) {
			flow->end[0].isn =
				(uint32_t)words_integer(w, "the client's ISN", 0, UINT32_MAX);
			flow->end[1].isn =
				(uint32_t)words_integer(w, "the server's ISN", 0, UINT32_MAX);
		} else if (words_accept(w, "ts")) {
			flow->timestamps = true;
		} else {
			words_end(w);
		}
	}
}

/* One line */

struct tcp_line {
	struct flow *flow;
	unsigned side;
	struct tcp_shape tcp;
	struct shape shape;
	struct text payload;
	const char *options;         /* NULL: none written */
	bool has_sequence, no_acknowledgment, has_range;
	int64_t range_from, range_to;
};

/* "flow.host" or "host": the host must be an end of the flow. */
static bool find_end(struct compiler *c, const char *word, struct tcp_line *line)
{
	char flow_name[32] = "";
	const char *host = word, *dot = strchr(word, '.');
	struct flow *flow = c->current_flow ? &c->flows[c->current_flow - 1] : NULL;
	if (dot) {
		snprintf(flow_name, sizeof flow_name, "%.*s", (int)(dot - word), word);
		host = dot + 1;
		flow = flow_find(c, flow_name);
		if (!flow) {
			compile_fail(c, "there is no flow \"%s\"", flow_name);
			return false;
		}
	}
	for (unsigned side = 0; flow && side < 2; side++) {
		if (strcmp(c->hosts[flow->end[side].host].name, host) == 0) {
			line->flow = flow;
			line->side = side;
			return true;
		}
	}
	if (flow)
		compile_fail(c,
			     "\"%s\" is neither a statement nor an end of the flow %s%s(%s > %s)",
			     word, flow->name, flow->name[0] ? " " : "",
			     c->hosts[flow->end[0].host].name, c->hosts[flow->end[1].host].name);
	else
		compile_fail(
			c,
			"\"%s\" is neither a statement nor an end of a flow; there is no flow yet",
			word);
	return false;
}

static unsigned parse_flags(struct compiler *c, const char *text)
{
	static const char letters[] = "FSRPAUEC";
	unsigned flags = 0;
	bool exact = text[0] == '!';
	for (const char *at = text + exact; *at; at++) {
		const char *found = strchr(letters, *at == '.' ? 'A' : *at);
		if (*at == '-')
			continue;
		if (*at == 'N')
			flags |= TCP_AE;
		else if (found)
			flags |= 1u << (found - letters);
		else
			compile_fail(c,
				     "\"%s\" are no TCP flags (of S A F R P U E C N; - is ACK "
				     "alone, !F is "
				     "FIN without ACK, ! is none)",
				     text);
	}
	if (!exact && !(flags & (TCP_SYN | TCP_RST)))
		flags |= TCP_ACK;
	return flags;
}

static bool accept_range(struct words *w, struct tcp_line *line)
{
	long long from, to;
	char rest[2];
	if (!words_more(w) || w->at[w->next].kind != WORD_PLAIN ||
	    sscanf(w->at[w->next].text, "%lld:%lld%1s", &from, &to, rest) != 2)
		return false;
	w->next++;
	line->has_range = true;
	line->range_from = from;
	line->range_to = to;
	if (to < from)
		words_fail(w, "the range %lld:%lld runs backwards", from, to);
	return true;
}

/* "1000", or "next", "next-1", "next+100": counted from what would be sent without it. */
static int64_t position_take(struct words *w, int64_t next)
{
	long long offset = 0;
	char rest[2];
	if (!words_more(w) || strncmp(w->at[w->next].text, "next", 4) != 0)
		return (int64_t)words_number(w, "the position");
	const char *text = words_take(w, "the position") + 4;
	if (*text && sscanf(text, "%lld%1s", &offset, rest) != 1)
		words_fail(w, "a position is written 1000, next, next-1 or next+100");
	return next + offset;
}

static bool tcp_word(struct compiler *c, struct tcp_line *line)
{
	struct words *w = &c->words;
	struct tcp_shape *tcp = &line->tcp;
	if (accept_range(w, line))
		return true;
	if (words_accept(w, "seq")) {
		tcp->sequence = position_take(w, line->flow->end[line->side].next);
		line->has_sequence = true;
	} else if (words_accept(w, "rawseq")) {
		tcp->sequence = words_integer(w, "the sequence number", 0, UINT32_MAX);
		line->has_sequence = tcp->raw_sequence = true;
	} else if (words_accept(w, "ack")) {
		tcp->acknowledgment = position_take(w, line->flow->end[line->side].expected);
		tcp->has_acknowledgment = true;
	} else if (words_accept(w, "rawack")) {
		tcp->acknowledgment = words_integer(w, "the acknowledgment number", 0, UINT32_MAX);
		tcp->has_acknowledgment = tcp->raw_acknowledgment = true;
	} else if (words_accept(w, "noack")) {
		line->no_acknowledgment = true;
	} else if (words_accept(w, "win")) {
		line->flow->end[line->side].window =
			(uint32_t)words_integer(w, "the window (as sent, not scaled)", 0, 65535);
	} else if (words_accept(w, "urg")) {
		tcp->urgent = (uint16_t)words_integer(w, "the urgent pointer", 0, 65535);
	} else if (w->at[w->next].kind == WORD_OPTIONS) {
		line->options = words_take(w, "options");
	} else {
		return false;
	}
	return true;
}

static void complete_payload(struct tcp_line *line)
{
	struct flow_end *end = &line->flow->end[line->side];
	int64_t from = line->has_range ? line->range_from
		       : line->has_sequence && !line->tcp.raw_sequence ? line->tcp.sequence
								       : end->next;
	if (line->payload.length) {
		stream_write(end, from, line->payload.bytes, line->payload.length);
	} else if (line->has_range) {
		stream_read(end, line->range_from, line->range_to, &line->payload);
	}
	if (!line->has_sequence)
		line->tcp.sequence = line->tcp.flags & TCP_SYN ? -1 : from;
	line->tcp.payload = (const uint8_t *)line->payload.bytes;
	line->tcp.payload_length = line->payload.length;
}

static void complete_options(struct compiler *c, struct tcp_line *line)
{
	struct flow_end *end = &line->flow->end[line->side];
	const char *text = line->options;
	bool written = text && (strncmp(text, "nots", 4) == 0 || strncmp(text, "ts", 2) == 0 ||
				strstr(text, ",ts") || strstr(text, ", ts"));
	if (line->flow->timestamps && !written && !(line->tcp.flags & (TCP_SYN | TCP_RST)))
		tcp_timestamp_option(timestamp_clock(&c->hosts[end->host], c->now),
				     end->last_timestamp, &line->tcp);
	if (text)
		tcp_options(c, text, line->flow, line->side, &line->tcp);
}

/* What the two ends know after the segment. */
static void remember(struct compiler *c, struct tcp_line *line)
{
	struct flow *flow = line->flow;
	struct flow_end *end = &flow->end[line->side], *other = &flow->end[line->side ^ 1];
	const struct tcp_shape *tcp = &line->tcp;
	int64_t from = tcp->sequence + (tcp->flags & TCP_SYN ? 1 : 0);
	int64_t to = from + (int64_t)tcp->payload_length + (tcp->flags & TCP_FIN ? 1 : 0);
	bool delivered =
		!line->shape.lost_before && !line->shape.lost_after && !line->shape.wrong_checksum;
	bool offered =
		line->options && strstr(line->options, "ts") && !strstr(line->options, "nots");
	if (tcp->flags & TCP_SYN)
		end->offers_timestamps = offered;
	if (tcp->flags & TCP_SYN && tcp->flags & TCP_ACK && offered && other->offers_timestamps)
		flow->timestamps = true;
	if (!tcp->raw_sequence && !(tcp->flags & TCP_RST) && to > end->next)
		end->next = to;
	if (!delivered || tcp->raw_sequence)
		return;
	if (!(tcp->flags & TCP_RST))
		end_receive(other, from, to);
	if (flow->timestamps || offered)
		other->last_timestamp = timestamp_clock(&c->hosts[end->host], c->now);
}

void statement_tcp(struct compiler *c)
{
	struct words *w = &c->words;
	struct tcp_line line = { 0 };
	const char *word = words_take(w, "a statement");
	if (!find_end(c, word, &line))
		return;
	w->usage = tcp_usage;
	struct flow_end *end = &line.flow->end[line.side];
	uint32_t window_before = end->window;
	line.tcp.flags = parse_flags(c, words_take(w, "the flags"));
	shape_begin(&line.shape);
	while (words_more(w)) {
		uint64_t offset = (uint64_t)(line.has_range ? line.range_from : end->next) +
				  line.payload.length;
		if (!tcp_word(c, &line) && !payload_accept(c, &line.payload, offset) &&
		    !shape_accept(c, &line.shape))
			words_end(w);
	}
	if (!w->failed && line.has_range && line.payload.length &&
	    line.range_to - line.range_from != (int64_t)line.payload.length)
		compile_fail(c, "the range %lld:%lld holds %lld bytes, the payload has %zu",
			     (long long)line.range_from, (long long)line.range_to,
			     (long long)(line.range_to - line.range_from), line.payload.length);
	complete_payload(&line);
	complete_options(c, &line);
	if (!line.tcp.has_acknowledgment && line.tcp.flags & TCP_ACK && !line.no_acknowledgment) {
		line.tcp.acknowledgment = end->expected;
		line.tcp.has_acknowledgment = true;
	}
	line.tcp.window = end->window;
	if (line.tcp.flags & TCP_RST)
		end->window = window_before;
	if (!w->failed) {
		tcp_emit(c, line.flow, line.side, &line.tcp, &line.shape);
		remember(c, &line);
	}
	text_finish(&line.payload);
}
