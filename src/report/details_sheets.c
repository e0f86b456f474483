/* What CleverView's Packet Details shows of each layer, in its words and its arrangement. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "decode/decoder.h"
#include "decode/dhcp.h"
#include "decode/dns.h"
#include "decode/ftp.h"
#include "report/details.h"
#include "report/message.h"
#include "report/service_words.h"
#include "source/zos.h"

#define SAID(...) (const char *const[]){ __VA_ARGS__, NULL }

static void add_address(struct text *to, const char *label, const struct address *address)
{
	char words[ADDRESS_TEXT_SIZE];
	text_addf(to, "%s : %s", label, address_text(address, words));
}

static void add_pair(struct text *to, const char *one, const struct address *source, const char *other,
		     const struct address *destination)
{
	add_address(to, one, source);
	add_address(to, other, destination);
	text_add_char(to, '\n');
}

static void add_mac(struct text *to, const char *label, const uint8_t mac[6])
{
	text_addf(to, "%s : %02X:%02X:%02X:%02X:%02X:%02X", label, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

/* "21 ftp control" */
static void add_port(struct text *to, const char *label, uint8_t protocol, uint16_t port)
{
	const char *words = service_words(service_name(protocol, port));
	text_addf(to, "%s : %u%s%s", label, port, words ? " " : "", words ? words : "");
}

static void add_checksum(struct text *to, const char *label, uint16_t checksum, uint16_t expected, uint8_t state)
{
	text_addf(to, "%s : 0x%04X", label, checksum);
	switch (state) {
	case CHECKSUM_GOOD:
		text_add(to, " [correct]\n");
		break;
	case CHECKSUM_BAD:
		text_addf(to, " [wrong: expected 0x%04X]\n", expected);
		break;
	case CHECKSUM_ABSENT:
		text_add(to, " [the sender computed none]\n");
		break;
	case CHECKSUM_ZERO:
	case CHECKSUM_PARTIAL:
		text_addf(to, " [left to the sender's card: expected 0x%04X]\n", expected);
		break;
	default:
		text_add(to, " [not verified]\n");
		break;
	}
}

static void head_frame(struct text *to, const struct layer_seen *seen)
{
	text_addf(to, "Packet ID : %" PRIu64, seen->observation->packet->record->number);
}

/* Flags stand below each other, as the IPCS formatter writes them. */
static void add_zos_flag(struct text *to, const char **label, const char *words)
{
	text_addf(to, "%s%s\n", *label, words);
	*label = "        ";
}

static void add_zos_flags(struct text *to, const struct zos_record *zos)
{
	const char *label = "Flags : ";
	char adjust[48];
	snprintf(adjust, sizeof adjust, "Record Size adjust by +%u", (unsigned)(zos->segments - 1));
	if (zos->segments > 1)
		add_zos_flag(to, &label, adjust);
	add_zos_flag(to, &label, zos->flags & ZOS_OUTBOUND ? "IP packet was sent" : "IP packet was received");
	if (zos->local)
		add_zos_flag(to, &label, "Both addresses are of this stack");
	if (zos->confidential)
		add_zos_flag(to, &label, "AT-TLS confidential");
	if (zos->clear_text)
		add_zos_flag(to, &label, "AT-TLS clear text");
}

static void lines_zos(struct text *to, const struct layer_seen *seen)
{
	const struct zos_record *zos = seen->observation->packet->record->zos;
	const char *device = zos_device_name(zos->device_type);
	text_addf(to, "CTE Format ID : %s (%u)\n", zos_format_name(zos->format), (unsigned)zos->format);
	if (device)
		text_addf(to, "Device Type : %s\n", device);
	if (zos->name[0])
		text_addf(to, "Link Name : %s\n", zos->name);
	add_zos_flags(to, zos);
	text_addf(to, "IP Packet Length : %u bytes\n", (unsigned)zos->packet_length);
	if (zos->source.family != ADDRESS_NONE)
		add_pair(to, "IP Source", &zos->source, "    IP Remote", &zos->destination);
	if (zos->source_port || zos->destination_port)
		text_addf(to, "Source Port : %u    Remote Port : %u\n", zos->source_port, zos->destination_port);
	text_addf(to, "TCB Address : 0x%X\nASID : 0x%X\nTrace Count : %u\n", (unsigned)zos->tcb, zos->asid,
		  (unsigned)zos->trace_count);
}

static void head_link(struct text *to, const struct layer_seen *seen)
{
	(void)seen;
	text_add(to, "Link Header :");
}

static void lines_link(struct text *to, const struct layer_seen *seen)
{
	const struct link_facts *link = &seen->observation->packet->link;
	const char *name = ethertype_name(link->ethertype);
	if (link->has_source)
		add_mac(to, "Source Mac", link->source);
	if (link->has_destination)
		add_mac(to, link->has_source ? "    Remote Mac" : "Remote Mac", link->destination);
	text_add_char(to, '\n');
	if (!link->ethertype || link->vlan_count)
		return;
	if (link->ethertype == 0x0800)
		name = "IP";
	text_addf(to, "ETHERTYPE : %s%s0x%X%s\n", name ? name : "", name ? " (" : "", link->ethertype, name ? ")" : "");
}

static void head_ip(struct text *to, const struct layer_seen *seen)
{
	const struct ip_header *ip = seen->facts;
	text_addf(to, "IP Version %u", ip->version);
}

static void add_ip_protocol(struct text *to, const struct ip_header *ip)
{
	const char *name = ip_protocol_name(ip->protocol);
	if (name)
		text_addf(to, "Protocol : %s\n", name);
	else
		text_addf(to, "Protocol : %u\n", ip->protocol);
}

static void lines_ip(struct text *to, const struct layer_seen *seen)
{
	const struct ip_header *ip = seen->facts;
	text_addf(to, "Header Length : %u\n", (unsigned)ip->header_length);
	add_pair(to, "Source", &ip->source, "    Remote", &ip->destination);
	add_ip_protocol(to, ip);
	text_addf(to, "Datagram Length : %u\n", (unsigned)(ip->header_length + ip->payload_length));
	text_addf(to, "ID : 0x%04X (%u)\n", (unsigned)ip->identification, (unsigned)ip->identification);
	text_addf(to, "Flags :%s%s    Fragment Offset : %u\n", ip->dont_fragment ? " Don't Fragment" : "",
		  ip->more_fragments ? " More Fragments" : "", (unsigned)ip->fragment_offset);
	text_addf(to, "Time to live : %u\n", ip->time_to_live);
	add_checksum(to, "Header checksum", ip->checksum, ip->checksum_expected, ip->checksum_state);
}

static void lines_ipv6(struct text *to, const struct layer_seen *seen)
{
	const struct ip_header *ip = seen->facts;
	add_address(to, "Source", &ip->source);
	text_add_char(to, '\n');
	add_address(to, "Remote", &ip->destination);
	text_add_char(to, '\n');
	add_ip_protocol(to, ip);
	text_addf(to, "Datagram Length : %u\n", (unsigned)(ip->header_length + ip->payload_length));
	text_addf(to, "Hop limit : %u\n", ip->time_to_live);
}

static void head_tcp(struct text *to, const struct layer_seen *seen)
{
	(void)seen;
	text_add(to, "TCP Header Info");
}

static void lines_tcp(struct text *to, const struct layer_seen *seen)
{
	const struct tcp_header *tcp = seen->facts;
	add_port(to, "Source Port", 6, tcp->source_port);
	add_port(to, "    Remote Port", 6, tcp->destination_port);
	text_addf(to, "\nSeq. Number : %u    Ack. Number : %u\n", (unsigned)tcp->sequence_number,
		  (unsigned)tcp->acknowledgment_number);
	text_addf(to, "Window : %u    Flags : ", tcp->window);
	message_add_flags(to, tcp);
	text_add_char(to, '\n');
	add_checksum(to, "Checksum", tcp->checksum, tcp->checksum_expected, tcp->checksum_state);
}

static void head_udp(struct text *to, const struct layer_seen *seen)
{
	(void)seen;
	text_add(to, "UDP Header Info");
}

/* Of UDP, ports without a name are shown by their number where the name would be. */
static void add_udp_port(struct text *to, const char *label, uint16_t port)
{
	const char *words = service_words(service_name(17, port));
	if (words)
		text_addf(to, "%s : %u %s", label, port, words);
	else
		text_addf(to, "%s : %u %u", label, port, port);
}

static void lines_udp(struct text *to, const struct layer_seen *seen)
{
	const struct udp_header *udp = seen->facts;
	add_udp_port(to, "Source Port", udp->source_port);
	add_udp_port(to, "    Remote Port", udp->destination_port);
	text_add_char(to, '\n');
	add_checksum(to, "Checksum", udp->checksum, udp->checksum_expected, udp->checksum_state);
}

static void head_dns(struct text *to, const struct layer_seen *seen)
{
	(void)seen;
	text_add(to, "DNS Header");
}

static void lines_dns(struct text *to, const struct layer_seen *seen)
{
	static const struct { uint16_t flag; const char *words; } flags[] = { { DNS_AA, " AA" }, { DNS_TC, " TC" },
		{ DNS_RD, " RD" }, { DNS_RA, " RA" }, { DNS_AD, " AD" }, { DNS_CD, " CD" } };
	const struct dns_header *dns = seen->facts;
	const char *words = dns->response ? dns_rcode_words(dns->rcode) : dns_opcode_words(dns->opcode);
	text_addf(to, "DNS Message ID : %u\n", dns->id);
	text_addf(to, "Type : %s(", dns->response ? "Response" : "Query");
	if (words)
		text_add(to, words);
	else
		text_addf(to, "%u", dns->response ? dns->rcode : dns->opcode);
	text_add(to, ")\nFlags :");
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		text_add(to, dns->flags & flags[i].flag ? flags[i].words : "");
	text_add_char(to, '\n');
}

static void head_dhcp(struct text *to, const struct layer_seen *seen)
{
	const struct dhcp_message *dhcp = seen->facts;
	text_add(to, dhcp->reply ? "DHCP : SERVER REPLY" : "DHCP : CLIENT REQUEST");
}

static void head_ftp(struct text *to, const struct layer_seen *seen)
{
	(void)seen;
	text_add(to, "FTP Data");
}

static void lines_ftp(struct text *to, const struct layer_seen *seen)
{
	const struct ftp_message *ftp = seen->facts;
	if (ftp->garbage)
		return;
	if (!ftp->reply) {
		text_addf(to, "Command : %s\n", ftp->verb);
		return;
	}
	const char *words = ftp_reply_words(ftp->code);
	text_addf(to, "Reply Code : %u%s%s%s\n", ftp->code, words ? " (" : "", words ? words : "", words ? ")" : "");
}

static void head_tls(struct text *to, const struct layer_seen *seen)
{
	(void)seen;
	text_add(to, "Secure Socket Layer");
}

static const struct layer_sheet sheets[] = {
	{ .protocol = "frame", head_frame, NULL, SAID("frame.number"), .no_facts = true, .labels = SAID("frame.time", "Time") },
	{ .protocol = "zos", NULL, lines_zos,
	  SAID("zos.format", "zos.device", "zos.link", "zos.len", "zos.src", "zos.dst", "zos.srcport", "zos.dstport",
	       "zos.tcb", "zos.asid", "zos.trace_count", "zos.flags"), .no_facts = true },
	{ .protocol = "session", NULL, NULL, SAID("session.number", "session.protocol"), .no_facts = true, .brief = true },
	{ .protocol = "culprit", NULL, NULL, NULL, .no_facts = true, .brief = true },
	{ .protocol = "eth", head_link, lines_link, SAID("eth.type"), .no_facts = true },
	{ .protocol = "ip", head_ip, lines_ip,
	  SAID("ip.version", "ip.hdr_len", "ip.len", "ip.id", "ip.frag_offset", "ip.ttl", "ip.proto", "ip.checksum",
	       "ip.checksum.status", "ip.checksum_calculated", "ip.src", "ip.dst") },
	{ .protocol = "ipv6", head_ip, lines_ipv6, SAID("ipv6.version", "ipv6.src", "ipv6.dst", "ipv6.hlim") },
	{ .protocol = "tcp", head_tcp, lines_tcp,
	  SAID("tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.window_size_value", "tcp.checksum",
	       "tcp.checksum.status", "tcp.checksum_calculated", "tcp.payload") },
	{ .protocol = "udp", head_udp, lines_udp,
	  SAID("udp.srcport", "udp.dstport", "udp.checksum", "udp.checksum.status", "udp.checksum_calculated",
	       "udp.payload") },
	{ .protocol = "dns", head_dns, lines_dns, SAID("dns.id") },
	{ .protocol = "dhcp", head_dhcp, NULL, NULL, " - ",
	  .labels = SAID("dhcp.hw.type", "Hardware Type", "dhcp.hw.len", "Hardware Address Length", "dhcp.option.end",
	       "End Option") },
	{ .protocol = "ftp", head_ftp, lines_ftp, SAID("ftp.request", "ftp.response", "ftp.request.command",
						       "ftp.response.code"), .labels = SAID("ftp.request.arg", "Parameters", "ftp.response.arg", "Message") },
	{ .protocol = "tls", head_tls, NULL, NULL, ": " },
};

const struct layer_sheet *layer_sheet(const char *protocol)
{
	for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++)
		if (strcmp(sheets[i].protocol, protocol) == 0)
			return &sheets[i];
	return NULL;
}
