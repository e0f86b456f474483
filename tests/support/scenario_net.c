/* Lines about UDP, ICMP, ARP and frames given byte by byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"

static const uint8_t broadcast_mac[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* A line's words that are neither payload nor property of a packet are mistakes. */
static void take_rest(struct compiler *c, struct text *payload, struct shape *shape)
{
	while (words_more(&c->words))
		if (!payload_accept(c, payload, payload->length) && !shape_accept(c, shape))
			words_end(&c->words);
}

void statement_udp(struct compiler *c)
{
	unsigned from, to;
	uint16_t source, destination;
	struct text payload = { 0 };
	struct shape shape;
	static uint8_t datagram[WIRE_MAX_FRAME];
	c->words.usage =
		"udp HOST:PORT > HOST:PORT [\"text\" | hex DIGITS | bytes N | [dns …]] [ttl N] …";
	shape_begin(&shape);
	endpoint_take(c, "the sender", &from, &source);
	if (!words_accept(&c->words, ">"))
		compile_fail(c, "expected > between sender and receiver");
	endpoint_take(c, "the receiver", &to, &destination);
	take_rest(c, &payload, &shape);
	if (!c->words.failed && payload.length <= 65000) {
		wire_put16(datagram, source);
		wire_put16(datagram + 2, destination);
		wire_put16(datagram + 4, (uint32_t)payload.length + 8);
		wire_put16(datagram + 6, 0);
		if (payload.length)
			memcpy(datagram + 8, payload.bytes, payload.length);
		packet_emit(c, from, to, 17, datagram, payload.length + 8, &shape);
	}
	text_finish(&payload);
}

/* ICMP */

struct icmp_name { const char *name; uint8_t type, code, type6, code6; };

#define NONE 255
static const struct icmp_name icmp_errors[] = {
	{ "net-unreachable", 3, 0, 1, 0 },	{ "host-unreachable", 3, 1, 1, 3 },
	{ "protocol-unreachable", 3, 2, 4, 1 }, { "port-unreachable", 3, 3, 1, 4 },
	{ "frag-needed", 3, 4, 2, 0 },		{ "net-unknown", 3, 6, 1, 0 },
	{ "host-unknown", 3, 7, 1, 3 },		{ "net-prohibited", 3, 9, 1, 1 },
	{ "host-prohibited", 3, 10, 1, 1 },	{ "prohibited", 3, 13, 1, 1 },
	{ "ttl-exceeded", 11, 0, 3, 0 },	{ "reassembly-timeout", 11, 1, 3, 1 },
	{ "redirect", 5, 1, NONE, NONE },	{ "source-quench", 4, 0, NONE, NONE },
	{ "parameter-problem", 12, 0, 4, 0 },
};

static const char icmp_usage[] =
	"icmp HOST > HOST echo|reply [id N] [seq N] [payload] | port-unreachable, ttl-exceeded, … "
	"[mtu N] [gateway HOST] quoting last|@LABEL [keep N] | ns|na|ra … | type N code N "
	"[payload]";

/* Neighbour discovery, RFC 4861: the body behind type and code. */
static bool icmp_neighbour(struct compiler *c, unsigned from, const char *word,
			   struct text *message)
{
	struct words *w = &c->words;
	const struct host *sender = &c->hosts[from];
	uint8_t head[8] = { 0 };
	if (strcmp(word, "ra") == 0) {
		uint8_t body[8] = { 0 }, prefix_option[32] = { 3, 4, 64, 0xc0 };
		head[0] = 134;
		head[4] = 64;
		wire_put16(head + 6, 1800);
		wire_put32(prefix_option + 4, 86400);
		wire_put32(prefix_option + 8, 14400);
		bool prefix = false;
		for (;;) {
			struct address address = { 0 };
			if (words_accept(w, "lifetime")) {
				wire_put16(head + 6,
					   (uint32_t)words_integer(w, "the lifetime", 0, 65535));
			} else if (words_accept(w, "preference")) {
				const char *level = words_take(w, "the preference");
				head[5] = strcmp(level, "high") == 0  ? 8
					  : strcmp(level, "low") == 0 ? 0x18
								      : 0;
			} else if (words_accept(w, "prefix")) {
				prefix = address_parse(words_take(w, "the prefix"), &address);
				memcpy(prefix_option + 16, address.bytes, 16);
			} else {
				break;
			}
		}
		text_add_bytes(message, head, 8);
		text_add_bytes(message, body, 8);
		text_add_bytes(message, (uint8_t[]){ 1, 1 }, 2);
		text_add_bytes(message, sender->mac, 6);
		if (prefix)
			text_add_bytes(message, prefix_option, sizeof prefix_option);
		return true;
	}
	if (strcmp(word, "ns") != 0 && strcmp(word, "na") != 0)
		return false;
	struct address target = sender->address;
	uint8_t mac[6];
	bool advertisement = strcmp(word, "na") == 0;
	memcpy(mac, sender->mac, 6);
	head[0] = advertisement ? 136 : 135;
	head[4] = advertisement ? 0x60 : 0;
	if (words_accept(w, "target")) {
		const char *name = words_take(w, "the target");
		if (!address_parse(name, &target))
			target = c->hosts[host_take(c, name)].address;
	}
	text_add_bytes(message, head, 8);
	text_add_bytes(message, target.bytes, 16);
	if (!address_is_unspecified(&sender->address)) {
		text_add_bytes(message, (uint8_t[]){ advertisement ? 2 : 1, 1 }, 2);
		text_add_bytes(message, mac, 6);
	}
	return true;
}

static void icmp_echo(struct compiler *c, bool v6, bool reply, struct text *message,
		      struct shape *shape)
{
	struct words *w = &c->words;
	uint8_t head[8] = { 0 };
	int64_t identifier = 1, sequence = 1;
	struct text payload = { 0 };
	head[0] = v6 ? (reply ? 129 : 128) : (reply ? 0 : 8);
	while (words_more(w)) {
		if (words_accept(w, "ipid"))
			shape->id = words_integer(w, "the IP identification", 0, 65535);
		else if (words_accept(w, "id"))
			identifier = words_integer(w, "the identifier", 0, 65535);
		else if (words_accept(w, "seq"))
			sequence = words_integer(w, "the sequence number", 0, 65535);
		else if (!payload_accept(c, &payload, payload.length) && !shape_accept(c, shape))
			words_end(w);
	}
	wire_put16(head + 4, (uint32_t)identifier);
	wire_put16(head + 6, (uint32_t)sequence);
	text_add_bytes(message, head, 8);
	for (size_t i = payload.length; i < 48 && payload.length == 0; i++)
		text_add_char(message, (char)pattern_byte(i));
	if (payload.length)
		text_add_bytes(message, payload.bytes, payload.length);
	text_finish(&payload);
}

/* An error: 8 bytes, then the packet it is about, copied in once that one is complete. */
static size_t icmp_error(struct compiler *c, bool v6, const struct icmp_name *error,
			 struct text *message, struct shape *shape)
{
	struct words *w = &c->words;
	uint8_t head[8] = { 0 };
	size_t quoted = SIZE_MAX, keep = 28;
	head[0] = v6 ? error->type6 : error->type;
	head[1] = v6 ? error->code6 : error->code;
	while (words_more(w)) {
		if (words_accept(w, "mtu"))
			wire_put32(head + 4, (uint32_t)words_integer(w, "the MTU", 0, 65535));
		else if (words_accept(w, "gateway"))
			memcpy(head + 4,
			       c->hosts[host_take(c, words_take(w, "the gateway"))].address.bytes,
			       4);
		else if (words_accept(w, "keep"))
			keep = (size_t)words_integer(w, "the bytes kept of the quoted packet", 20,
						     548);
		else if (words_accept(w, "quoting"))
			quoted = packet_by_label(c, words_take(w, "the quoted packet"));
		else if (!shape_accept(c, shape))
			words_end(w);
	}
	if (quoted == SIZE_MAX && !w->failed)
		compile_fail(c, "an ICMP error quotes a packet: quoting last, or quoting @LABEL");
	if (w->failed)
		return 0;
	const struct trace_packet *packet = &c->trace.packets[quoted];
	size_t room = packet->original_length - packet->ip_offset;
	if (v6 && keep < 48)
		keep = 48;
	if (keep > room)
		keep = room;
	text_add_bytes(message, head, 8);
	text_add_bytes(message, packet->bytes + packet->ip_offset, keep);
	return quoted + 1;
}

static const struct icmp_name *icmp_find(const char *word)
{
	for (size_t i = 0; i < sizeof icmp_errors / sizeof *icmp_errors; i++)
		if (strcmp(icmp_errors[i].name, word) == 0)
			return &icmp_errors[i];
	return NULL;
}

void statement_icmp(struct compiler *c)
{
	struct words *w = &c->words;
	struct text message = { 0 };
	struct shape shape;
	size_t quotes = 0;
	w->usage = icmp_usage;
	shape_begin(&shape);
	unsigned from = host_take(c, words_take(w, "the sender"));
	if (!words_accept(w, ">"))
		compile_fail(c, "expected > between sender and receiver");
	unsigned to = host_take(c, words_take(w, "the receiver"));
	const char *word = words_take(w, "the kind of message");
	if (w->failed)
		return;
	bool v6 = c->hosts[from].address.family == ADDRESS_IPV6;
	const struct icmp_name *error = icmp_find(word);
	if (strcmp(word, "echo") == 0 || strcmp(word, "reply") == 0) {
		icmp_echo(c, v6, word[0] == 'r', &message, &shape);
	} else if (error) {
		quotes = icmp_error(c, v6, error, &message, &shape);
	} else if (strcmp(word, "type") == 0) {
		uint8_t head[4] = { (uint8_t)words_integer(w, "the type", 0, 255) };
		if (words_accept(w, "code"))
			head[1] = (uint8_t)words_integer(w, "the code", 0, 255);
		text_add_bytes(&message, head, 4);
	} else if (icmp_neighbour(c, from, word, &message)) {
		shape.ttl = 255;
	} else {
		compile_fail(c, "unknown ICMP message \"%s\"", word);
	}
	take_rest(c, &message, &shape);
	if (!w->failed) {
		size_t index = packet_emit(c, from, to, v6 ? 58 : 1, (const uint8_t *)message.bytes,
					   message.length, &shape);
		struct trace_packet *packet = &c->trace.packets[index];
		packet->quotes = quotes;
		packet->quote_offset = (uint16_t)(packet->ip_offset + (v6 ? 40 : 20) + 8);
	}
	text_finish(&message);
}

/* ARP, RFC 826 */

struct arp_line {
	unsigned operation;
	struct address sender, target;
	uint8_t sender_mac[6], target_mac[6], frame_source[6], frame_destination[6];
};

static struct address ipv4_take(struct compiler *c, const char *what)
{
	struct address address = { .family = ADDRESS_IPV4 };
	const char *text = words_take(&c->words, what);
	if (!c->words.failed && !address_parse(text, &address))
		address = c->hosts[host_take(c, text)].address;
	return address;
}

static void arp_from(struct compiler *c, struct arp_line *arp, unsigned host)
{
	arp->sender = c->hosts[host].address;
	memcpy(arp->sender_mac, c->hosts[host].mac, 6);
	memcpy(arp->frame_source, c->hosts[host].mac, 6);
	memcpy(arp->frame_destination, broadcast_mac, 6);
}

static void arp_is_at(struct compiler *c, struct arp_line *arp)
{
	struct words *w = &c->words;
	arp->operation = 2;
	arp->sender = ipv4_take(c, "the address");
	if (!words_accept(w, "is-at"))
		compile_fail(c, "expected is-at");
	const char *where = words_take(w, "the host or MAC");
	if (!mac_from_text(where, arp->sender_mac) && !w->failed)
		memcpy(arp->sender_mac, c->hosts[host_take(c, where)].mac, 6);
	memcpy(arp->frame_source, arp->sender_mac, 6);
	memcpy(arp->frame_destination, broadcast_mac, 6);
	arp->target = arp->sender;
	if (words_accept(w, "to")) {
		unsigned to = host_take(c, words_take(w, "the receiver"));
		arp->target = c->hosts[to].address;
		memcpy(arp->target_mac, c->hosts[to].mac, 6);
		memcpy(arp->frame_destination, c->hosts[to].mac, 6);
	}
}

void statement_arp(struct compiler *c)
{
	struct words *w = &c->words;
	struct arp_line arp = { .operation = 1 };
	struct shape shape;
	uint8_t frame[60] = { 0 };
	w->usage = "arp who-has ADDRESS tell HOST | ADDRESS is-at HOST|MAC [to HOST] | probe "
		   "ADDRESS from "
		   "HOST | announce HOST";
	shape_begin(&shape);
	if (words_accept(w, "who-has")) {
		arp.target = ipv4_take(c, "the address");
		if (!words_accept(w, "tell"))
			compile_fail(c, "expected tell");
		arp_from(c, &arp, host_take(c, words_take(w, "the asking host")));
	} else if (words_accept(w, "probe")) {
		arp.target = ipv4_take(c, "the address");
		if (!words_accept(w, "from"))
			compile_fail(c, "expected from");
		arp_from(c, &arp, host_take(c, words_take(w, "the probing host")));
		memset(arp.sender.bytes, 0, 4);
	} else if (words_accept(w, "announce")) {
		unsigned host = host_take(c, words_take(w, "the host"));
		arp_from(c, &arp, host);
		arp.target = arp.sender;
	} else {
		arp_is_at(c, &arp);
	}
	take_rest(c, &(struct text){ 0 }, &shape);
	if (w->failed)
		return;
	if (shape.has_source_mac)
		memcpy(arp.frame_source, shape.source_mac, 6);
	if (shape.has_destination_mac)
		memcpy(arp.frame_destination, shape.destination_mac, 6);
	uint16_t vlan = (uint16_t)shape.vlan;
	size_t at = wire_ethernet(arp.frame_source, arp.frame_destination, &vlan, shape.vlan > 0,
				  0x0806, frame);
	memcpy(frame + at, "\0\1\10\0\6\4\0", 7);
	frame[at + 7] = (uint8_t)arp.operation;
	memcpy(frame + at + 8, arp.sender_mac, 6);
	memcpy(frame + at + 14, arp.sender.bytes, 4);
	memcpy(frame + at + 18, arp.target_mac, 6);
	memcpy(frame + at + 24, arp.target.bytes, 4);
	frame_emit(c, 0, frame, sizeof frame, &shape);
}

/* Frames byte by byte */

static void frame_bytes(struct compiler *c, const struct text *frame, const struct shape *shape)
{
	static uint8_t padded[60];
	if (c->words.failed)
		return;
	if (frame->length < sizeof padded) {
		memset(padded, 0, sizeof padded);
		memcpy(padded, frame->bytes, frame->length);
		frame_emit(c, 0, padded, sizeof padded, shape);
	} else {
		frame_emit(c, 0, (const uint8_t *)frame->bytes, frame->length, shape);
	}
}

void statement_raw(struct compiler *c)
{
	struct text frame = { 0 };
	struct shape shape;
	c->words.usage = "raw hex DIGITS…: a whole frame";
	shape_begin(&shape);
	text_add(&frame, "");
	take_rest(c, &frame, &shape);
	frame_bytes(c, &frame, &shape);
	text_finish(&frame);
}

void statement_eth(struct compiler *c)
{
	struct words *w = &c->words;
	struct text frame = { 0 };
	struct shape shape;
	uint8_t source[6], destination[6], header[32];
	w->usage = "eth MAC|HOST > MAC|HOST|broadcast TYPE payload…  (TYPE below 1536 is an 802.3 "
		   "length)";
	shape_begin(&shape);
	const char *name = words_take(w, "the sender");
	if (!w->failed && !mac_from_text(name, source))
		memcpy(source, c->hosts[host_take(c, name)].mac, 6);
	if (!words_accept(w, ">"))
		compile_fail(c, "expected > between sender and receiver");
	name = words_take(w, "the receiver");
	if (!w->failed && !mac_from_text(name, destination))
		memcpy(destination, c->hosts[host_take(c, name)].mac, 6);
	uint16_t type = (uint16_t)words_integer(w, "the EtherType", 0, 65535);
	if (!w->failed)
		text_add_bytes(&frame, header,
			       wire_ethernet(source, destination, NULL, 0, type, header));
	take_rest(c, &frame, &shape);
	frame_bytes(c, &frame, &shape);
	text_finish(&frame);
}
