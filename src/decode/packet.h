/* One packet, decoded: what every later stage looks at. A view; one is reused for the whole run. */
#ifndef DECODE_PACKET_H
#define DECODE_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/cursor.h"
#include "decode/dns.h"
#include "source/source.h"

#define PACKET_MAX_LAYERS 24     /* deeper nesting is reported as malformed, never followed */
#define PACKET_ROOM_SIZE 16384   /* facts of all layers of one packet */
#define PACKET_MAX_VLANS 4

struct decoder;
struct stream;

enum checksum_state {
	CHECKSUM_UNVERIFIED, /* cut by the trace, a fragment, or nobody asked */
	CHECKSUM_GOOD,
	CHECKSUM_BAD,        /* wrong and neither zero nor partial: damage, or rewritten on the way */
	CHECKSUM_ABSENT,     /* UDP over IPv4 with 0: the sender computed none (RFC 768) */
	CHECKSUM_ZERO,       /* 0 where one is required: filled in later by the sender's card */
	CHECKSUM_PARTIAL,    /* the uncomplemented pseudo-header sum: likewise */
};

struct layer {
	const struct decoder *decoder;
	size_t offset, length;       /* header bytes within the record, so that a screen can show them */
	enum cursor_status status;   /* how this layer's cursor ended; `reason` says why */
	const char *reason;
	const void *facts;           /* the decoder's struct, in the packet's room; NULL when it has none */
	/* The bytes that the decoder was given, up to the end of the enclosing layer: in the record, or in what
	 * was put together from fragments; those of messages of a stream are gone when `decode` returns. */
	const uint8_t *bytes;
	uint32_t captured, declared; /* as in struct cursor */
};

/* What all link layers have in common; which of it is there depends on the link type. */
enum link_packet_type { LINK_TO_US, LINK_BROADCAST, LINK_MULTICAST, LINK_TO_OTHERS, LINK_SENT_BY_US,
	LINK_TYPE_UNKNOWN };
struct link_facts {
	bool has_source, has_destination;   /* hardware addresses below are set */
	uint8_t source[6], destination[6];
	uint8_t packet_type;         /* enum link_packet_type: what a Linux cooked header says */
	uint8_t vlan_count;
	uint16_t vlan[PACKET_MAX_VLANS];    /* VLAN identifiers, outermost first */
	uint16_t ethertype;          /* of the innermost tag; 0 for 802.3 with LLC */
	uint16_t length_field;       /* 802.3 length; 0 for Ethernet II */
	bool is_ethernet;
	uint16_t padding;            /* bytes after the network layer's end, FCS excluded; set by IP and ARP */
	uint32_t interface_index;    /* Linux cooked v2; 0 when unknown */
};

/* IPv4 and IPv6 alike; names are those of RFC 791 and RFC 8200. */
struct ip_header {
	struct address source, destination;
	uint8_t version;             /* 4 or 6 */
	uint8_t protocol;            /* of the payload, after all IPv6 extension headers */
	uint8_t time_to_live;        /* or hop limit */
	uint8_t dscp, ecn;           /* ecn: 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE */
	bool dont_fragment, more_fragments;
	bool fragmented;             /* this packet is a fragment (offset or more_fragments) */
	bool reassembled;            /* the payload was put together from several packets */
	bool length_zero;            /* IPv4 total length 0: handed to the card as one large segment */
	uint8_t option_count;        /* IPv4 options or IPv6 extension headers seen */
	bool has_router_alert, has_source_route;
	uint32_t fragment_offset;    /* bytes */
	uint32_t identification;     /* 16 bits in IPv4; 0 in IPv6 without fragment header */
	uint32_t header_length;      /* bytes, with options and extension headers */
	uint32_t payload_length;     /* bytes after the headers, as the header promises */
	uint16_t checksum, checksum_expected;
	uint8_t checksum_state;      /* enum checksum_state; GOOD for IPv6, which has none */
	uint8_t depth;               /* 0 for the outermost IP layer */
};

enum {
	TCP_FIN = 0x001, TCP_SYN = 0x002, TCP_RST = 0x004, TCP_PSH = 0x008, TCP_ACK = 0x010,
	TCP_URG = 0x020, TCP_ECE = 0x040, TCP_CWR = 0x080, TCP_AE = 0x100,
};

/* Bits of tcp_header.options: which options were there (IANA TCP option kinds). */
enum {
	TCP_OPTION_MSS = 1u << 0, TCP_OPTION_WINDOW_SCALE = 1u << 1, TCP_OPTION_SACK_PERMITTED = 1u << 2,
	TCP_OPTION_SACK = 1u << 3, TCP_OPTION_TIMESTAMPS = 1u << 4, TCP_OPTION_FAST_OPEN = 1u << 5,
	TCP_OPTION_MPTCP = 1u << 6, TCP_OPTION_MD5 = 1u << 7, TCP_OPTION_AO = 1u << 8,
	TCP_OPTION_USER_TIMEOUT = 1u << 9, TCP_OPTION_OTHER = 1u << 10,
};
#define TCP_MAX_SACK_BLOCKS 4

struct tcp_header {
	uint16_t source_port, destination_port;
	uint32_t sequence_number, acknowledgment_number;
	uint16_t flags;              /* TCP_FIN … */
	uint16_t window;             /* as sent, not scaled */
	uint16_t checksum, checksum_expected, urgent_pointer;
	uint8_t checksum_state;
	uint8_t header_length;       /* bytes, with options */
	uint16_t options;            /* TCP_OPTION_… seen */
	uint16_t maximum_segment_size;
	uint8_t window_scale;        /* shift as sent; more than 14 counts as 14 (RFC 7323, 2.3) */
	uint8_t sack_count;
	uint8_t nop_run;             /* longest run of NOPs: 4 and more is what an option stripper leaves */
	uint8_t mptcp_subtype;
	uint32_t timestamp_value, timestamp_echo;
	uint32_t sack[TCP_MAX_SACK_BLOCKS][2];   /* left and right edge, in the order sent */
	uint32_t options_hash;       /* order and kinds of the options: a fingerprint of the sender's stack */
	uint32_t payload_length;     /* bytes of data as the IP length promises, whatever was captured */
	uint16_t payload_sum;        /* stands for the payload; only if the checksum is good */
	bool options_malformed;
	bool options_truncated;      /* the trace does not hold them all: what is missing here may be there */
};

struct udp_header {
	uint16_t source_port, destination_port;
	uint16_t length;             /* header and data, as sent */
	uint16_t checksum, checksum_expected;
	uint8_t checksum_state;
	uint32_t payload_length;
};

/* The start of the packet that an ICMP error complains about. */
struct icmp_quote {
	bool present;                /* at least its IP addresses could be read */
	bool has_ports;
	uint8_t version, protocol, time_to_live;
	bool dont_fragment;
	struct address source, destination;
	uint16_t source_port, destination_port;
	uint16_t identification;
	uint32_t total_length;
	uint32_t sequence_number;    /* TCP; 0 otherwise */
	bool has_sequence;
	uint16_t tcp_flags;          /* when the quote is long enough, else 0 */
	uint16_t icmp_type;          /* when the quoted packet is ICMP: type << 8 | code */
	bool has_echo;               /* it is an echo request or reply, with: */
	uint16_t echo_identifier, echo_sequence;
};

/* ICMP and ICMPv6. Types and codes are those of `version`. */
struct icmp_header {
	uint8_t version;             /* 4 or 6 */
	uint8_t type, code;
	uint16_t checksum, checksum_expected;
	uint8_t checksum_state;
	bool is_error;               /* quotes a packet */
	uint16_t identifier, sequence;   /* echo */
	uint32_t mtu;                /* fragmentation needed (3/4), packet too big */
	struct address gateway;      /* redirect: better first hop */
	struct icmp_quote quote;
	/* Neighbour discovery, RFC 4861 */
	struct address target;       /* NS, NA, redirect */
	bool router_flag, solicited_flag, override_flag;   /* NA */
	bool has_link_address;
	uint8_t link_address[6];     /* source or target link-layer address option */
	uint8_t router_preference;   /* RA, RFC 4191: 0 medium, 1 high, 3 low */
	uint16_t router_lifetime;    /* RA, seconds */
	uint32_t advertised_mtu;     /* RA MTU option, 0 when absent */
	uint8_t prefix_count;
	struct { struct address prefix; uint8_t length; bool on_link, autonomous; uint32_t valid, preferred; }
		prefix[4];           /* RA prefix information */
	uint32_t payload_length;     /* bytes after the 8-byte header of echo messages */
};

enum { ARP_REQUEST = 1, ARP_REPLY = 2, RARP_REQUEST = 3, RARP_REPLY = 4 };
struct arp_header {
	uint16_t operation, hardware_type, protocol_type;
	uint8_t sender_mac[6], target_mac[6];
	struct address sender, target;   /* IPv4; family NONE for other protocols */
	bool gratuitous;             /* sender == target, RFC 5227 announcement */
	bool probe;                  /* sender 0.0.0.0, RFC 5227 */
};

struct sctp_header { uint16_t source_port, destination_port; uint32_t verification_tag, checksum;
	uint8_t first_chunk_type; uint16_t chunk_count; };
struct igmp_header { uint8_t type, version; struct address group; uint8_t checksum_state;
	uint16_t checksum_expected; };

struct bpdu_facts { uint8_t version, type; bool topology_change; uint8_t root[8], bridge[8]; uint16_t port;
	uint32_t root_path_cost; };
struct pause_facts { bool priority; uint16_t quanta; };    /* 802.3x; the largest of PFC's eight */

/* Bytes that a program gave to or got from a socket, as z/OS traces them. */
struct socket_data {
	struct address source, destination;  /* source: who sent the bytes */
	uint16_t source_port, destination_port;
	uint8_t protocol;            /* IP protocol number */
	uint8_t state;               /* start, data or end of the flow; the numbers are not published */
	uint32_t connection;         /* as z/OS NETSTAT counts connections */
	uint32_t length;             /* bytes of the call, whatever was captured */
	bool confidential;           /* AT-TLS: the bytes are hidden */
	bool clear_text;             /* AT-TLS: the bytes as the program sees them */
};

struct room {                    /* memory for facts, emptied for each packet */
	size_t used;
	_Alignas(16) uint8_t bytes[PACKET_ROOM_SIZE];
};

struct packet {
	const struct record *record;
	struct layer layers[PACKET_MAX_LAYERS];
	unsigned layer_count;

	/* Shortcuts into the room; NULL when there is no such layer. Innermost where layers repeat. */
	struct link_facts link;
	const struct ip_header *ip, *outer_ip;   /* outer_ip: outermost; equal to ip without a tunnel */
	const struct tcp_header *tcp;
	const struct udp_header *udp;
	const struct icmp_header *icmp;
	const struct arp_header *arp;
	const struct sctp_header *sctp;
	const struct igmp_header *igmp;
	const struct dns_header *dns;
	const struct bpdu_facts *bpdu;
	const struct pause_facts *pause;
	const struct socket_data *socket;
	struct stream *stream;       /* while a message of a stream is decoded; else NULL */

	struct cursor payload;       /* of the innermost layer: what no decoder claimed */
	uint64_t context;            /* identity of the tunnels that this packet is in; 0 when none */
	uint8_t tunnel_count;
	bool truncated;              /* the trace holds less than the packet had (_ws.short) */
	bool malformed;              /* some layer contradicts itself (_ws.malformed) */
	const char *problem;         /* why the first layer that is not OK is not; NULL when all are */
	bool unchecked;              /* set by who decodes, once, and kept (so packets are zeroed when they are made):
				      * nobody asks for checksums of segments */
	bool unknown_link_type;      /* nobody decodes this LINKTYPE */

	struct room room;
};

/* Decodes a record from its link type up. Fills `packet`, whose old content is forgotten. The record
 * must stay valid as long as the packet is looked at. Never fails: problems are told in the layers. */
void packet_decode(struct packet *packet, const struct record *record);

/* Goes on behind the IP layer of `packet` with a payload that was put together from fragments. The
 * packet keeps its IP layer, which is marked as reassembled; what was decoded above it is replaced. */
void packet_decode_reassembled(struct packet *packet, const uint8_t *payload, size_t length);

/* Hands `in`, the next message of a stream, to `decoder` as one more layer. NULL when it is malformed or
 * there is no room. */
const struct layer *packet_decode_message(struct packet *packet, const struct decoder *decoder,
					  struct stream *stream, struct cursor in);

/* The facts of the innermost layer of this decoder, or NULL. */
const void *packet_facts(const struct packet *packet, const struct decoder *decoder);

/* Name of the innermost protocol, for lists: "TCP", "DNS", "ARP". Upper case, constant text. */
const char *packet_protocol(const struct packet *packet);

static inline bool tcp_has(const struct tcp_header *tcp, uint16_t flag)
{
	return (tcp->flags & flag) != 0;
}

#endif
