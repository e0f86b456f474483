#include "source/file/ctrace_frame.h"

#define MACS 12
#define LONGEST_802_3 0x05dc
enum { TYPE_IPV4 = 0x0800, TYPE_ARP = 0x0806, TYPE_VLAN = 0x8100, TYPE_IPV6 = 0x86dd, TYPE_QINQ = 0x88a8,
	TYPE_JUMBO_LLC = 0x8870, TYPE_SNA = 0x80d5 };
#define MOST_TAGS 2

bool frame_is_ip(struct cursor in)
{
	if (in.captured < 20)
		return false;
	unsigned version = in.next[0] >> 4;
	/* A length of 0 is what segmentation offload leaves. */
	size_t total = load_be16(in.next + 2);
	if (version == 4)
		return (in.next[0] & 0x0f) >= 5 && (total >= 20 || total == 0);
	return version == 6 && in.captured >= 40;
}

/* SNA, spanning tree, NetBIOS, SNAP: the service access points that are in use. */
static bool is_llc(struct cursor in)
{
	uint8_t destination = cursor_u8(&in), source = cursor_u8(&in);
	return cursor_ok(&in) && destination && (destination & 0xfe) == (source & 0xfe);
}

static bool fits(struct cursor in)
{
	/* No card sends frames from a group address. */
	if (in.captured < MACS + 2 || in.next[6] & 1)
		return false;
	cursor_skip(&in, MACS);
	uint16_t type = cursor_be16(&in);
	for (unsigned tags = 0; (type == TYPE_VLAN || type == TYPE_QINQ) && tags < MOST_TAGS; tags++) {
		cursor_skip(&in, 2);
		type = cursor_be16(&in);
	}
	if (!cursor_ok(&in))
		return false;
	switch (type) {
	case TYPE_IPV4:
	case TYPE_IPV6:
		return frame_is_ip(in) && in.next[0] >> 4 == (type == TYPE_IPV4 ? 4 : 6);
	case TYPE_ARP:
		return in.captured >= 6 && load_be32(in.next) == 0x00010800 &&
		       load_be16(in.next + 4) == 0x0604;
	case TYPE_JUMBO_LLC:
	case TYPE_SNA:
		return true;
	default:
		return type <= LONGEST_802_3 && type >= 3 && is_llc(in);
	}
}

void frame_vote(struct frame_votes *votes, const uint8_t *data, size_t traced)
{
	votes->frames++;
	votes->ip_votes += frame_is_ip(cursor_make(data, traced, traced));
	for (size_t i = 0; i < FRAME_STARTS && i * FRAME_START_STEP < traced; i++) {
		size_t at = i * FRAME_START_STEP;
		votes->votes[i] += fits(cursor_make(data + at, traced - at, traced - at));
	}
}

bool frame_winner(const struct frame_votes *votes, uint32_t *start, bool *raw_ip)
{
	uint64_t best = 0;
	for (unsigned i = 0; i < FRAME_STARTS; i++) {
		if (votes->votes[i] > best) {
			best = votes->votes[i];
			*start = i * FRAME_START_STEP;
		}
	}
	*raw_ip = votes->ip_votes > best;
	if (*raw_ip)
		*start = 0;
	return best || votes->ip_votes;
}
