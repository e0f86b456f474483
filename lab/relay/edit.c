/* What is in a frame (Ethernet, IPv4, TCP and UDP), and changing it with right checksums. */
#include "relay.h"

#include <netinet/in.h>
#include <string.h>

uint16_t get16(const uint8_t *b) { return (uint16_t)(b[0] << 8 | b[1]); }
uint32_t get32(const uint8_t *b) { return (uint32_t)get16(b) << 16 | get16(b + 2); }
void put16(uint8_t *b, uint16_t v) { b[0] = (uint8_t)(v >> 8); b[1] = (uint8_t)v; }
void put32(uint8_t *b, uint32_t v) { put16(b, (uint16_t)(v >> 16)); put16(b + 2, (uint16_t)v); }

struct view view_frame(const uint8_t *bytes, unsigned length)
{
	struct view view = { .end = length };
	if (length < 34)
		return view;
	view.arp = get16(bytes + 12) == 0x0806;
	unsigned header = (bytes[14] & 15u) * 4;
	if (get16(bytes + 12) != 0x0800 || header < 20 || 14 + header > length)
		return view;
	view.ip = 14;
	view.protocol = bytes[23];
	unsigned total = 14 + get16(bytes + 16);
	if (total < length)
		view.end = total;
	if (get16(bytes + 20) & 0x1fff)            /* a later fragment has no ports */
		return view;
	unsigned at = 14 + header;
	if (view.protocol == IPPROTO_TCP && at + 20 <= view.end) {
		view.transport = at;
		view.flags = bytes[at + 13];
		view.payload = at + (bytes[at + 12] >> 4) * 4u;
	} else if (view.protocol == IPPROTO_UDP && at + 8 <= view.end) {
		view.transport = at;
		view.payload = at + 8;
	} else {
		return view;
	}
	if (view.payload > view.end)
		view.payload = view.end;
	view.source_port = get16(bytes + at);
	view.target_port = get16(bytes + at + 2);
	return view;
}

static uint32_t sum(const uint8_t *bytes, unsigned length, uint32_t start)
{
	for (unsigned i = 0; i + 1 < length; i += 2)
		start += get16(bytes + i);
	if (length & 1)
		start += (uint32_t)bytes[length - 1] << 8;
	return start;
}

static uint16_t fold(uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return (uint16_t)~value;
}

void edit_checksums(uint8_t *bytes, const struct view *view)
{
	if (!view->ip)
		return;
	unsigned header = (bytes[view->ip] & 15u) * 4;
	put16(bytes + view->ip + 10, 0);
	put16(bytes + view->ip + 10, fold(sum(bytes + view->ip, header, 0)));
	if (!view->transport)
		return;
	unsigned at = view->transport + (view->protocol == IPPROTO_TCP ? 16 : 6);
	unsigned length = view->end - view->transport;
	put16(bytes + at, 0);
	uint32_t start = sum(bytes + view->ip + 12, 8, view->protocol + length);
	put16(bytes + at, fold(sum(bytes + view->transport, length, start)));
}

/* Turns a TCP option into NOPs, or sets its 16-bit value; false: it is not there. */
bool edit_option(uint8_t *bytes, const struct view *view, uint8_t kind, bool strip, uint16_t value)
{
	unsigned end = view->transport + (bytes[view->transport + 12] >> 4) * 4u;
	for (unsigned at = view->transport + 20; at + 1 < end && at + 1 < view->end && bytes[at];) {
		unsigned length = bytes[at] == 1 ? 1 : bytes[at + 1];
		if (!length || at + length > end)
			break;
		if (bytes[at] == kind) {
			if (strip)
				memset(bytes + at, 1, length);
			else if (get16(bytes + at + 2) > value)
				put16(bytes + at + 2, value);
			return true;
		}
		at += length;
	}
	return false;
}

/* Makes the reset that a device forges about this segment: back to its sender or on to its receiver. */
unsigned edit_reset(uint8_t *out, const uint8_t *bytes, const struct view *view, bool back, uint8_t ttl)
{
	static const uint8_t fresh_ip[] = { 0x45, 0, 0, 40, 0, 0, 0, 0, 0, IPPROTO_TCP, 0, 0 };
	const uint8_t *tcp = bytes + view->transport;
	uint32_t length = view->end - view->payload + (view->flags & 3 ? 1u : 0u);
	memset(out, 0, 60);
	memcpy(out, bytes + (back ? 6 : 0), 6);
	memcpy(out + 6, bytes + (back ? 0 : 6), 6);
	put16(out + 12, 0x0800);
	memcpy(out + 14, fresh_ip, sizeof fresh_ip);
	out[22] = ttl;
	memcpy(out + 26, bytes + view->ip + (back ? 16 : 12), 4);
	memcpy(out + 30, bytes + view->ip + (back ? 12 : 16), 4);
	put16(out + 34, back ? view->target_port : view->source_port);
	put16(out + 36, back ? view->source_port : view->target_port);
	put32(out + 38, back && view->flags & 0x10 ? get32(tcp + 8) : back ? 0 : get32(tcp + 4));
	if (back)
		put32(out + 42, get32(tcp + 4) + length);
	out[46] = 0x50;
	out[47] = back ? 0x14 : 0x04;
	struct view made = view_frame(out, 54);
	edit_checksums(out, &made);
	return 54;
}
