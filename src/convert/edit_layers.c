/* What the headers of each layer tell about the users of a network, and how to keep the rest. */
#include "convert/edit.h"

#include <string.h>

#include "core/checksum.h"
#include "decode/decoder.h"

/* Knows what one protocol's header tells about its users. `layer` is its place in the packet. False when
 * what follows must not be looked at: it goes, as does all that nobody knows. */
typedef bool layer_editor(struct edit *edit, const struct layer *layer);

static void know(struct edit *edit, size_t up_to)
{
	if (up_to > edit->length)
		up_to = edit->length;
	if (up_to > edit->known)
		edit->known = up_to;
}

static bool know_header(struct edit *edit, const struct layer *layer)
{
	know(edit, layer->offset + layer->length);
	return true;
}

static bool edit_ethernet(struct edit *edit, const struct layer *layer)
{
	edit_mac(edit, layer->offset);
	edit_mac(edit, layer->offset + 6);
	return know_header(edit, layer);
}

/* Linux cooked: an address of `length` bytes in a field of eight. */
static void edit_cooked(struct edit *edit, size_t at, size_t length)
{
	if (length == 6)
		edit_mac(edit, at);
	else
		edit_wipe(edit, at, 8);
	edit_wipe(edit, at + 6, 2);
}

static bool edit_sll(struct edit *edit, const struct layer *layer)
{
	if (edit_has(edit, layer->offset, 16))
		edit_cooked(edit, layer->offset + 6, edit->bytes[layer->offset + 5]);
	return know_header(edit, layer);
}

static bool edit_sll2(struct edit *edit, const struct layer *layer)
{
	if (edit_has(edit, layer->offset, 20))
		edit_cooked(edit, layer->offset + 12, edit->bytes[layer->offset + 11]);
	return know_header(edit, layer);
}

static bool edit_wlan(struct edit *edit, const struct layer *layer)
{
	/* Up to four addresses; the sequence control stands before the last one. */
	static const size_t places[] = { 4, 10, 16, 24 };
	for (unsigned i = 0; i < 4; i++)
		if (places[i] + 6 <= layer->length)
			edit_mac(edit, layer->offset + places[i]);
	return know_header(edit, layer);
}

static bool edit_fddi(struct edit *edit, const struct layer *layer)
{
	edit_mac(edit, layer->offset + 1);
	edit_mac(edit, layer->offset + 7);
	return know_header(edit, layer);
}

/* Addresses go with the other bit first: the bits that say group and source route are on top. */
static bool edit_token_ring(struct edit *edit, const struct layer *layer)
{
	for (size_t at = layer->offset + 2; at <= layer->offset + 8; at += 6) {
		if (!edit_has(edit, at, 6) || (at == layer->offset + 2 && edit->bytes[at] & 0x80))
			continue;
		uint8_t kind = edit->bytes[at] & 0xc0;
		edit_mac(edit, at);
		edit->bytes[at] = (uint8_t)((edit->bytes[at] & 0x3f) | kind);
	}
	return know_header(edit, layer);
}

static bool edit_arp(struct edit *edit, const struct layer *layer)
{
	size_t at = layer->offset;
	if (!edit_has(edit, at, 28) || edit->bytes[at + 4] != 6 || edit->bytes[at + 5] != 4) {
		know(edit, at + 8);
		return false;
	}
	edit_mac(edit, at + 8);
	edit_ipv4(edit, at + 14);
	edit_mac(edit, at + 18);
	edit_ipv4(edit, at + 24);
	know(edit, at + 28);
	edit->end = at + 28;
	return false;
}

/* Root and bridge identifiers are a priority and a MAC address: IEEE 802.1D, 9.3.1. */
static bool edit_bridge(struct edit *edit, const struct layer *layer)
{
	edit_mac(edit, layer->offset + 7);
	edit_mac(edit, layer->offset + 19);
	know(edit, layer->offset + 36);
	edit->keeps_length = true;
	return false;
}

static bool edit_pause(struct edit *edit, const struct layer *layer)
{
	know(edit, layer->offset + 20);
	edit->keeps_length = true;
	return false;
}

/* The length of the next option that has one, from `at` on, which moves there; 0 behind the last. `least` bytes of
 * it must be there. */
static size_t next_option(const struct edit *edit, size_t *at, size_t end, size_t least)
{
	while (*at + 2 <= end && edit_has(edit, *at, least)) {
		uint8_t kind = edit->bytes[*at], length = edit->bytes[*at + 1];
		if (kind != 1)
			return kind && length >= 2 && *at + length <= end ? length : 0;
		++*at;
	}
	return 0;
}

/* Options that hold addresses: record route, source routes, timestamps. */
static void edit_ipv4_options(struct edit *edit, size_t at, size_t end)
{
	for (size_t length; (length = next_option(edit, &at, end, 2)) > 0; at += length) {
		uint8_t kind = edit->bytes[at];
		if (kind == 7 || kind == 131 || kind == 137 || kind == 68)
			edit_wipe(edit, at + 4, length > 4 ? length - 4 : 0);
	}
}

/* Routing headers and home addresses name other hosts. */
static void edit_ipv6_extensions(struct edit *edit, size_t at, size_t end, uint8_t kind)
{
	while (at + 8 <= end && edit_has(edit, at, 8)) {
		size_t length = kind == 44 ? 8 : 8 + (size_t)edit->bytes[at + 1] * 8;
		if (kind == 43)
			edit_wipe(edit, at + 8, length - 8);
		else if (kind == 60 && length >= 24)
			edit_wipe(edit, at + 8, length - 8);
		kind = edit->bytes[at];
		at += length;
	}
}

static bool edit_ip(struct edit *edit, const struct layer *layer)
{
	const struct ip_header *ip = layer->facts;
	size_t at = layer->offset, header = edit_ip_header(edit, at, ip->checksum_state);
	if (!header)
		return false;
	if (ip->version == 4)
		edit_ipv4_options(edit, at + 20, at + ip->header_length);
	else
		edit_ipv6_extensions(edit, at + 40, at + ip->header_length, edit->bytes[at + 6]);
	edit->end = at + ip->header_length + ip->payload_length;
	know(edit, at + (layer->length > ip->header_length ? layer->length : ip->header_length));
	return true;
}

/* Bad, missing and unfinished checksums are findings, and only whole packets show them. */
static void judge_checksum(struct edit *edit, uint8_t state)
{
	edit->is_good = state == CHECKSUM_GOOD;
	edit->is_remarkable = state == CHECKSUM_BAD || state == CHECKSUM_ZERO || state == CHECKSUM_PARTIAL;
	edit->keeps_length = edit->is_remarkable;
}

/* ADD_ADDR of Multipath TCP (RFC 8684, 3.4.1) tells another address of the host. */
static void edit_tcp_options(struct edit *edit, size_t at, size_t end)
{
	for (size_t length; (length = next_option(edit, &at, end, 3)) > 0; at += length)
		if (edit->bytes[at] == 30 && edit->bytes[at + 2] >> 4 == 3)
			edit_wipe(edit, at + 4, length > 4 ? length - 4 : 0);
}

/* DNS messages over TCP that lie whole in one segment (RFC 1035, 4.2.2). */
static void edit_dns_segment(struct edit *edit, size_t at, size_t end)
{
	while (at + 2 <= end && edit_has(edit, at, 2)) {
		size_t length = (size_t)edit->bytes[at] << 8 | edit->bytes[at + 1];
		if (at + 2 + length > end || !edit_has(edit, at + 2, length))
			return;
		edit_dns(edit, at + 2, at + 2 + length);
		if (edit->known < at + 2 + length)
			return;
		at += 2 + length;
	}
}

static bool edit_tcp(struct edit *edit, const struct layer *layer)
{
	const struct tcp_header *tcp = layer->facts;
	size_t at = layer->offset;
	edit_checksum(edit, at + 16, at, edit->end, true, tcp->checksum_state);
	edit_tcp_options(edit, at + 20, at + tcp->header_length);
	know(edit, at + (tcp->header_length > 20 ? tcp->header_length : 20));
	judge_checksum(edit, tcp->checksum_state);
	if (at + tcp->header_length < edit->end)
		edit_first_word(edit, at + tcp->header_length, edit->end);
	if (tcp->source_port == 53 || tcp->destination_port == 53)
		edit_dns_segment(edit, at + tcp->header_length, edit->end);
	return false;
}

static bool is_dhcp(const struct udp_header *udp)
{
	return udp->source_port == 67 || udp->source_port == 68 || udp->destination_port == 67 ||
	       udp->destination_port == 68;
}

static bool edit_udp(struct edit *edit, const struct layer *layer)
{
	const struct udp_header *udp = layer->facts;
	size_t at = layer->offset;
	edit_checksum(edit, at + 6, at, edit->end, true, udp->checksum_state);
	know(edit, at + 8);
	judge_checksum(edit, udp->checksum_state);
	if (!is_dhcp(udp))
		return true;         /* names and tunnels */
	edit_dhcp(edit, at + 8, edit->end);
	edit->keeps_length = true;
	return false;
}

static bool edit_sctp(struct edit *edit, const struct layer *layer)
{
	know(edit, layer->offset + 12);      /* chunks hold addresses */
	return false;
}

static bool edit_icmp_layer(struct edit *edit, const struct layer *layer)
{
	const struct icmp_header *icmp = layer->facts;
	size_t at = layer->offset;
	edit_checksum(edit, at + 2, at, edit->end, icmp->version == 6, icmp->checksum_state);
	edit->keeps_length = true;
	if (icmp->version == 6)
		edit_icmpv6(edit, at, icmp);
	else
		edit_icmp(edit, at, icmp);
	return false;
}

static bool edit_igmp(struct edit *edit, const struct layer *layer)
{
	edit_checksum(edit, layer->offset + 2, layer->offset, edit->end, false, CHECKSUM_GOOD);
	know(edit, layer->offset + 8);
	edit->keeps_length = true;
	return false;
}

static bool edit_dns_layer(struct edit *edit, const struct layer *layer)
{
	edit_dns(edit, layer->offset, edit->end);
	edit->keeps_length = true;
	return false;
}

static const struct { const char *decoder; layer_editor *edit; } editors[] = {
	{ "ah", know_header }, { "arp", edit_arp }, { "chdlc", know_header }, { "dns", edit_dns_layer },
	{ "erspan", know_header }, { "erspan3", know_header }, { "eth", edit_ethernet },
	{ "fddi", edit_fddi }, { "fr", know_header }, { "geneve", know_header }, { "gre", know_header },
	{ "icmp", edit_icmp_layer }, { "icmpv6", edit_icmp_layer }, { "igmp", edit_igmp },
	{ "ip", edit_ip }, { "ipv6", edit_ip }, { "llc", know_header }, { "llmnr", edit_dns_layer },
	{ "macc", edit_pause }, { "mdns", edit_dns_layer }, { "mpls", know_header },
	{ "netanalyzer", know_header }, { "null", know_header }, { "ppp", know_header },
	{ "pppd", know_header }, { "pppoes", know_header }, { "prism", know_header },
	{ "radiotap", know_header }, { "rarp", edit_arp }, { "raw", know_header }, { "sctp", edit_sctp },
	{ "sll", edit_sll }, { "sll2", edit_sll2 }, { "stp", edit_bridge }, { "tcp", edit_tcp },
	{ "tr", edit_token_ring }, { "udp", edit_udp }, { "vlan", know_header }, { "vxlan", know_header },
	{ "wlan", edit_wlan },
};

static layer_editor *find_editor(const struct layer *layer)
{
	for (size_t i = 0; i < sizeof editors / sizeof *editors; i++)
		if (strcmp(editors[i].decoder, layer->decoder->name) == 0)
			return editors[i].edit;
	return NULL;
}

/* RFC 1624, 3: HC' = ~(~HC + ~m + m'). */
static uint16_t corrected(uint16_t field, uint64_t before, uint64_t after)
{
	uint32_t sum = (uint32_t)(uint16_t)~field + (uint16_t)~checksum_fold(before) + checksum_fold(after);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	uint16_t result = (uint16_t)~sum;
	return result ? result : 0xffff;     /* the same number, and 0 can mean that there is none */
}

static void correct(struct edit *edit, const struct edit_checksum *checksum)
{
	uint8_t *at = edit->bytes + checksum->at;
	uint16_t field = load_be16(at);
	uint64_t after = checksum_add(checksum->pseudo_after, edit->bytes + checksum->start,
				      checksum->end - checksum->start);
	if (checksum->state == CHECKSUM_ABSENT || checksum->state == CHECKSUM_ZERO ||
	    (field == 0 && checksum->state == CHECKSUM_UNVERIFIED))
		return;
	/* The sum of the pseudo-header is there without the final complement. */
	if (checksum->state == CHECKSUM_PARTIAL)
		field = (uint16_t)~corrected((uint16_t)~field, checksum->pseudo_before, checksum->pseudo_after);
	else
		field = corrected(field, checksum->before, after);
	at[0] = (uint8_t)(field >> 8);
	at[1] = (uint8_t)field;
}

void edit_packet(struct edit *edit)
{
	const struct packet *packet = edit->packet;
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct layer *layer = &packet->layers[i];
		layer_editor *editor = find_editor(layer);
		if (!editor || !editor(edit, layer))
			break;
	}
	/* What stands behind the datagram fills a short frame. */
	if (edit->end && edit->known >= edit->end)
		edit->keeps_length = true;
	edit_wipe(edit, edit->known, edit->length);
	/* From the inside out: an outer checksum covers the inner ones. */
	for (unsigned i = edit->checksum_count; i-- > 0; )
		correct(edit, &edit->checksums[i]);
}
