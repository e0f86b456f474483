#include "report/message.h"

#include <string.h>

#include "decode/decoder.h"
#include "decode/tls.h"
#include "report/json.h"
#include "session/secrets.h"

struct word { uint16_t value; const char *words; };      /* a list of them ends with NULL words */

/* The order of CleverView's packet list: ACK before SYN and PSH, FIN and RST last. */
static const struct word tcp_flags[] = {
	{ TCP_ACK, "ACK" }, { TCP_PSH, "PSH" }, { TCP_SYN, "SYN" }, { TCP_FIN, "FIN" },
	{ TCP_RST, "RST" }, { TCP_URG, "URG" }, { TCP_ECE, "ECE" }, { TCP_CWR, "CWR" },
	{ TCP_AE, "AE" }, { 0, NULL },
};

#define TYPE(type) ((type) << 8 | 0xff)          /* any code */
#define CODE(type, code) ((type) << 8 | (code))

/* RFC 792, RFC 1122, RFC 1812; a type's codes stand before the type. */
#define DESTINATION "Destination Unreachable : "

static const struct word icmp_types[] = {
	{ TYPE(0), "Echo reply" },
	{ CODE(3, 0), DESTINATION "Network unreachable" }, { CODE(3, 1), DESTINATION "Host unreachable" },
	{ CODE(3, 2), DESTINATION "Protocol unreachable" }, { CODE(3, 3), DESTINATION "Port unreachable" },
	{ CODE(3, 4), DESTINATION "Fragmentation needed" }, { CODE(3, 5), DESTINATION "Source route failed" },
	{ CODE(3, 9), DESTINATION "Network prohibited" }, { CODE(3, 10), DESTINATION "Host prohibited" },
	{ CODE(3, 13), DESTINATION "Communication prohibited" }, { TYPE(3), "Destination Unreachable" },
	{ TYPE(4), "Source quench" }, { TYPE(5), "Redirect" }, { TYPE(8), "Echo request" },
	{ TYPE(9), "Router advertisement" }, { TYPE(10), "Router solicitation" },
	{ CODE(11, 0), "Time to live exceeded" }, { CODE(11, 1), "Fragment reassembly time exceeded" },
	{ TYPE(11), "Time exceeded" }, { TYPE(12), "Parameter problem" },
	{ TYPE(13), "Timestamp request" }, { TYPE(14), "Timestamp reply" },
	{ TYPE(17), "Address mask request" }, { TYPE(18), "Address mask reply" }, { 0, NULL },
};

/* RFC 4443, RFC 4861, RFC 2710, RFC 3810 */
static const struct word icmpv6_types[] = {
	{ CODE(1, 0), DESTINATION "No route to destination" }, { CODE(1, 1), DESTINATION "Communication prohibited" },
	{ CODE(1, 3), DESTINATION "Address unreachable" }, { CODE(1, 4), DESTINATION "Port unreachable" },
	{ TYPE(1), "Destination Unreachable" }, { TYPE(2), "Packet too big" },
	{ CODE(3, 0), "Hop limit exceeded" }, { CODE(3, 1), "Fragment reassembly time exceeded" },
	{ TYPE(3), "Time exceeded" }, { TYPE(4), "Parameter problem" },
	{ TYPE(128), "Echo request" }, { TYPE(129), "Echo reply" },
	{ TYPE(130), "Multicast listener query" }, { TYPE(131), "Multicast listener report" },
	{ TYPE(132), "Multicast listener done" }, { TYPE(133), "Router solicitation" },
	{ TYPE(134), "Router advertisement" }, { TYPE(135), "Neighbor solicitation" },
	{ TYPE(136), "Neighbor advertisement" }, { TYPE(137), "Redirect" },
	{ TYPE(143), "Multicast listener report" }, { 0, NULL },
};

static const char *lookup(const struct word *list, uint16_t value)
{
	for (; list->words; list++)
		if (list->value == value)
			return list->words;
	return NULL;
}

void message_add_flags(struct text *to, const struct tcp_header *tcp)
{
	size_t start = to->length;
	for (const struct word *flag = tcp_flags; flag->words; flag++) {
		if (!tcp_has(tcp, flag->value))
			continue;
		if (to->length > start)
			text_add_char(to, ' ');
		text_add(to, flag->words);
	}
}

static void add_address(struct text *to, const char *before, const struct address *address)
{
	char words[ADDRESS_TEXT_SIZE];
	text_add(to, before);
	text_add(to, address_text(address, words));
}

static void add_icmp(struct text *to, const struct icmp_header *icmp)
{
	const struct word *types = icmp->version == 6 ? icmpv6_types : icmp_types;
	const char *words = lookup(types, (uint16_t)CODE(icmp->type, icmp->code));
	if (!words)
		words = lookup(types, (uint16_t)TYPE(icmp->type));
	if (words)
		text_add(to, words);
	else
		text_addf(to, "Type %u code %u", icmp->type, icmp->code);
	if (icmp->target.family != ADDRESS_NONE)
		add_address(to, " ", &icmp->target);
	if (icmp->mtu)
		text_addf(to, ", MTU %u", icmp->mtu);
	if (icmp->gateway.family != ADDRESS_NONE)
		add_address(to, " to ", &icmp->gateway);
	if (icmp->quote.present)
		add_address(to, ": ", &icmp->quote.destination);
	if (icmp->quote.present && icmp->quote.has_ports)
		text_addf(to, " port %u", icmp->quote.destination_port);
}

static void add_arp(struct text *to, const struct arp_header *arp)
{
	char mac[MAC_TEXT_SIZE];
	if (arp->operation == ARP_REQUEST && arp->gratuitous) {
		add_address(to, "Announcement of ", &arp->sender);
	} else if (arp->operation == ARP_REQUEST) {
		add_address(to, "Who has ", &arp->target);
		text_add(to, "?");
		if (!arp->probe)
			add_address(to, " Tell ", &arp->sender);
	} else if (arp->operation == ARP_REPLY) {
		add_address(to, "", &arp->sender);
		text_addf(to, " is at %s", mac_text(arp->sender_mac, mac));
	} else {
		text_addf(to, "Operation %u", arp->operation);
	}
}

static void add_udp(struct text *to, const struct udp_header *udp)
{
	const char *service = service_name(17, udp->destination_port);
	if (!service)
		service = service_name(17, udp->source_port);
	if (service) {
		text_add(to, service);
		text_add(to, ", ");
	}
	number_add(to, udp->payload_length);
	text_add(to, " bytes");
}

static void add_socket(struct text *to, const struct packet *packet)
{
	const struct socket_data *socket = packet->socket;
	text_add(to, packet->record->direction == DIRECTION_OUTBOUND ? "Program sends " : "Program receives ");
	number_add(to, socket->length);
	text_add(to, " bytes");
	if (socket->confidential)
		text_add(to, ", hidden: AT-TLS confidential");
	else if (socket->clear_text)
		text_add(to, ", AT-TLS in clear text");
	else if (!socket->length)
		text_addf(to, ": the flow begins or ends (state %u)", socket->state);
}

/* Does this message say what the one at `last` did? */
static bool repeats(const struct text *to, size_t last, size_t last_length, size_t start)
{
	return last_length && to->length - start == last_length &&
	       memcmp(to->bytes + last, to->bytes + start, last_length) == 0;
}

/* The length of "telnet : " and the like, if what begins at `start` begins as what is at `last` does. */
static size_t common_name(const struct text *to, size_t last, size_t last_length, size_t start)
{
	for (size_t i = 0; i < last_length && start + i < to->length; i++) {
		if (to->bytes[last + i] != to->bytes[start + i])
			break;
		if (i >= 2 && memcmp(to->bytes + last + i - 2, " : ", 3) == 0)
			return i + 1;
	}
	return 0;
}

/* Passwords in what was asked for: "GET /?password=…". */
static void hide_secrets(struct text *to, size_t start)
{
	struct secrets secrets = { 0 };
	uint8_t *words = (uint8_t *)to->bytes + start;
	if (to->length > start && memchr(words, '=', to->length - start))
		secrets_mask(&secrets, 0, words, to->length - start, words);
}

/* What the applications in the packet say, one message after the other. */
static void add_applications(struct text *to, const struct packet *packet, size_t flags)
{
	const char *between = packet->tcp ? " : " : "";
	size_t last = 0, last_length = 0;
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct layer *layer = &packet->layers[i];
		if (!layer->decoder->words || !layer->facts || layer->status == CURSOR_MALFORMED)
			continue;
		/* CleverView leaves the usual flags out before what TLS says. */
		if (packet->tcp && layer->decoder == &tls_decoder && !last_length &&
		    !tcp_has(packet->tcp, TCP_SYN | TCP_FIN | TCP_RST | TCP_URG)) {
			text_cut(to, flags);
			between = "";
		}
		size_t before = to->length;
		text_add(to, between);
		size_t start = to->length;
		layer->decoder->words(to, layer->facts);
		hide_secrets(to, start);
		if (to->length == start || repeats(to, last, last_length, start)) {
			text_cut(to, before);
			continue;
		}
		size_t name = common_name(to, last, last_length, start);
		memmove(to->bytes + start, to->bytes + start + name, to->length - start - name + 1);
		to->length -= name;
		if (!last_length) {
			last = start;
			last_length = to->length - start;
		}
		between = ", ";
	}
}

/* What is no application and no TCP. */
static void add_other(struct text *to, const struct packet *packet)
{
	const struct ip_header *ip = packet->ip;
	if (packet->udp)
		add_udp(to, packet->udp);
	else if (packet->icmp)
		add_icmp(to, packet->icmp);
	else if (packet->arp)
		add_arp(to, packet->arp);
	else if (packet->bpdu)
		text_add(to, packet->bpdu->topology_change ? "Bridge: topology change" : "Bridge");
	else if (packet->socket)
		add_socket(to, packet);
	else if (packet->pause)
		text_addf(to, "Pause, %u quanta", packet->pause->quanta);
	else if (ip && ip->fragmented && !ip->reassembled)
		text_addf(to, "Fragment at %u%s", ip->fragment_offset, ip->more_fragments ? ", more" : ", last");
}

void message_add(struct text *to, const struct packet *packet)
{
	size_t start = to->length;
	if (packet->tcp)
		message_add_flags(to, packet->tcp);
	add_applications(to, packet, start);
	if (to->length == start)
		add_other(to, packet);
	if (packet->malformed)
		text_add(to, to->length ? " [malformed]" : "[malformed]");
}
