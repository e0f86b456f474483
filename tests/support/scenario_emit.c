/* From words to frames: what can be said about any single packet, labels, and the frame itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "core/clock.h"
#include "core/memory.h"

void shape_begin(struct shape *shape)
{
	*shape = (struct shape){ .ttl = -1, .tos = -1, .vlan = -1, .id = -1 };
}

static void twin_accept(struct compiler *c, struct shape *shape)
{
	struct words *w = &c->words;
	shape->twin_lag = words_duration(w, "the twin's lag");
	if (shape->twin_lag <= 0)
		compile_fail(c, "a twin comes later: twin +3us [ttl-1]");
	if (words_more(w) && strncmp(w->at[w->next].text, "ttl-", 4) == 0)
		shape->twin_ttl = (int8_t)-atoi(words_take(w, "ttl") + 4);
}

static void fragments_accept(struct compiler *c, struct shape *shape)
{
	struct words *w = &c->words;
	shape->fragment_size = (uint32_t)words_integer(w, "the fragments' size", 8, 65512);
	shape->fragmentable = true;
	if (shape->fragment_size % 8)
		compile_fail(c, "the size of fragments is a multiple of 8");
	while (words_accept(w, "drop"))
		shape->fragments_lost |=
			1ULL << (words_integer(w, "the number of the fragment to drop", 1, 64) - 1);
}

struct flag_word { const char *word; size_t offset; };

static bool flag_accept(struct compiler *c, struct shape *shape)
{
	static const struct flag_word flags[] = {
		{ "nodf", offsetof(struct shape, fragmentable) },
		{ "badsum", offsetof(struct shape, wrong_checksum) },
		{ "nosum", offsetof(struct shape, zero_checksum) },
		{ "partialsum", offsetof(struct shape, partial_checksum) },
		{ "badipsum", offsetof(struct shape, wrong_ip_checksum) },
		{ "lengthzero", offsetof(struct shape, length_zero) },
		{ "lost-before", offsetof(struct shape, lost_before) },
		{ "lost-after", offsetof(struct shape, lost_after) },
		{ "unseen", offsetof(struct shape, unseen) },
	};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (words_accept(&c->words, flags[i].word)) {
			*(bool *)((char *)shape + flags[i].offset) = true;
			return true;
		}
	}
	return false;
}

bool shape_accept(struct compiler *c, struct shape *shape)
{
	struct words *w = &c->words;
	if (flag_accept(c, shape))
		return true;
	if (words_accept(w, "ttl")) {
		shape->ttl = (int)words_integer(w, "the TTL", 0, 255);
	} else if (words_accept(w, "id")) {
		shape->id = words_integer(w, "the identification", 0, 65535);
	} else if (words_accept(w, "tos")) {
		shape->tos = (int)words_integer(w, "the type of service", 0, 255);
	} else if (words_accept(w, "ect")) {
		shape->tos = 2;
	} else if (words_accept(w, "ce")) {
		shape->tos = 3;
	} else if (words_accept(w, "vlan")) {
		shape->vlan = (int)words_integer(w, "the VLAN", 0, 4095);
	} else if (words_accept(w, "smac")) {
		mac_take(c, shape->source_mac);
		shape->has_source_mac = true;
	} else if (words_accept(w, "dmac")) {
		mac_take(c, shape->destination_mac);
		shape->has_destination_mac = true;
	} else if (words_accept(w, "caplen")) {
		shape->cut = (uint32_t)words_integer(w, "the captured length", 1, 65535);
	} else if (words_accept(w, "twin")) {
		twin_accept(c, shape);
	} else if (words_accept(w, "frag")) {
		fragments_accept(c, shape);
	} else if (words_accept(w, "outbound")) {
		shape->direction = DIRECTION_OUTBOUND;
	} else if (words_accept(w, "inbound")) {
		shape->direction = DIRECTION_INBOUND;
	} else if (words_more(w) && w->at[w->next].text[0] == '@') {
		snprintf(shape->label, sizeof shape->label, "%s", words_take(w, "label") + 1);
	} else {
		return false;
	}
	return true;
}

uint32_t label_index(struct compiler *c, const char *name)
{
	struct scenario *scenario = c->scenario;
	for (size_t i = 0; i < scenario->label_count; i++)
		if (strcmp(scenario->labels[i].name, name) == 0)
			return (uint32_t)i + 1;
	scenario->labels = memory_grow(scenario->labels, &scenario->label_capacity,
				       scenario->label_count + 1, sizeof *scenario->labels);
	struct label *label = &scenario->labels[scenario->label_count++];
	*label = (struct label){ 0 };
	snprintf(label->name, sizeof label->name, "%s", name);
	return (uint32_t)scenario->label_count;
}

size_t packet_by_label(struct compiler *c, const char *name)
{
	if (strcmp(name, "last") == 0 && c->trace.count > 0)
		return c->trace.count - 1;
	uint32_t label = name[0] == '@' ? label_index(c, name + 1) : 0;
	for (size_t i = c->trace.count; i-- > 0;)
		if (label && c->trace.packets[i].label == label)
			return i;
	compile_fail(c, "\"%s\" names no packet before this line (last, or @LABEL)", name);
	return 0;
}

size_t frame_emit(struct compiler *c, unsigned from, const uint8_t *frame, size_t length,
		  const struct shape *shape)
{
	struct trace_packet *packet = trace_add(&c->trace, c->now, frame, length);
	packet->host = (uint16_t)(from + 1);
	packet->unrecorded = shape->lost_before || shape->unseen;
	packet->direction = shape->direction;
	packet->twin_lag = shape->twin_lag;
	packet->twin_ttl = shape->twin_ttl;
	packet->fixed_id = shape->id >= 0;
	if (shape->label[0])
		packet->label = label_index(c, shape->label);
	if (shape->cut && shape->cut < length)
		packet->length = shape->cut;
	return c->trace.count - 1;
}

static struct wire_header ip_header(const struct compiler *c, unsigned from, unsigned to,
				    uint8_t protocol, const struct shape *shape)
{
	const struct host *host = &c->hosts[from];
	struct wire_header header = {
		.source = host->address, .destination = c->hosts[to].address, .protocol = protocol,
		.ttl = shape->ttl >= 0 ? (uint8_t)shape->ttl : host->ttl,
		.tos = shape->tos >= 0 ? (uint8_t)shape->tos : 0,
		.identification = shape->id >= 0 ? (uint16_t)shape->id : 0,
		.dont_fragment = !shape->fragmentable, .unpadded = host->unpadded,
		.wrong_ip_checksum = shape->wrong_ip_checksum, .length_zero = shape->length_zero,
	};
	header.transport_checksum = shape->wrong_checksum     ? WIRE_WRONG
				    : shape->zero_checksum    ? WIRE_ZERO
				    : shape->partial_checksum ? WIRE_PARTIAL
							      : host->checksum;
	int vlan = shape->vlan >= 0 ? shape->vlan : host->vlan;
	if (vlan > 0) {
		header.vlans[0] = (uint16_t)vlan;
		header.vlan_count = 1;
	}
	host_macs(c, from, to, header.source_mac, header.destination_mac);
	if (shape->has_source_mac)
		memcpy(header.source_mac, shape->source_mac, 6);
	if (shape->has_destination_mac)
		memcpy(header.destination_mac, shape->destination_mac, 6);
	return header;
}

static size_t checksum_offset(uint8_t protocol)
{
	return protocol == 6			 ? 16
	       : protocol == 17			 ? 6
	       : protocol == 1 || protocol == 58 ? 2
						 : SIZE_MAX;
}

/* One datagram in pieces: the transport checksum is that of the whole. */
static size_t emit_fragments(struct compiler *c, unsigned from, struct wire_header *header,
			     const uint8_t *transport, size_t length, const struct shape *shape)
{
	static uint8_t frame[WIRE_MAX_FRAME], whole[WIRE_MAX_FRAME];
	size_t ip, first = c->trace.count;
	size_t total = wire_frame(header, transport, length, checksum_offset(header->protocol),
				  whole, &ip);
	const uint8_t *sealed = whole + ip + 20;
	(void)total;
	for (size_t at = 0, n = 0; at < length; at += shape->fragment_size, n++) {
		size_t piece =
			length - at < shape->fragment_size ? length - at : shape->fragment_size;
		header->fragment_offset = (uint32_t)at;
		header->more_fragments = at + piece < length;
		size_t size = wire_frame(header, sealed + at, piece, SIZE_MAX, frame, &ip);
		size_t index = frame_emit(c, from, frame, size, shape);
		struct trace_packet *packet = &c->trace.packets[index];
		packet->ip_offset = (uint16_t)ip;
		packet->shares_id = n > 0;
		packet->time += (int64_t)n * 5 * MICROSECOND;
		if (n < 64 && shape->fragments_lost >> n & 1)
			packet->unrecorded = true;
	}
	return first;
}

size_t packet_emit(struct compiler *c, unsigned from, unsigned to, uint8_t protocol,
		   const uint8_t *transport, size_t length, const struct shape *shape)
{
	static uint8_t frame[WIRE_MAX_FRAME];
	if (c->words.failed)
		return 0;
	if (c->hosts[from].address.family != c->hosts[to].address.family) {
		compile_fail(c, "%s and %s do not have addresses of the same kind",
			     c->hosts[from].name, c->hosts[to].name);
		return 0;
	}
	struct wire_header header = ip_header(c, from, to, protocol, shape);
	if (shape->fragment_size && header.source.family == ADDRESS_IPV4)
		return emit_fragments(c, from, &header, transport, length, shape);
	if (length > 65535 - 60) {
		compile_fail(c, "the packet would be larger than 65535 bytes");
		return 0;
	}
	size_t ip;
	size_t size = wire_frame(&header, transport, length, checksum_offset(protocol), frame, &ip);
	size_t index = frame_emit(c, from, frame, size, shape);
	c->trace.packets[index].ip_offset = (uint16_t)ip;
	return index;
}

