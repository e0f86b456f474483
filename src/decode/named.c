/* Protocols that culprit knows by name only: telling a reader what a packet is beats calling it
 * data. */
#include "decode/decoder.h"

/* Over IP, https://www.iana.org/assignments/protocol-numbers */
const struct decoder egp_decoder = {
	"egp", "EGP", "Exterior Gateway Protocol", { { BY_IP_PROTOCOL, 8 } } };
const struct decoder igrp_decoder = {
	"igrp", "IGRP", "Cisco Interior Gateway Routing Protocol", { { BY_IP_PROTOCOL, 9 } } };
const struct decoder dccp_decoder = {
	"dccp", "DCCP", "Datagram Congestion Control Protocol", { { BY_IP_PROTOCOL, 33 } } };
const struct decoder rsvp_decoder = {
	"rsvp", "RSVP", "Resource Reservation Protocol", { { BY_IP_PROTOCOL, 46 } } };
const struct decoder esp_decoder = {
	"esp", "ESP", "Encapsulating Security Payload", { { BY_IP_PROTOCOL, 50 } } };
const struct decoder skip_decoder = {
	"skip", "SKIP", "Simple Key-management for Internet Protocols", { { BY_IP_PROTOCOL, 57 } } };
const struct decoder pim_decoder = {
	"pim", "PIM", "Protocol Independent Multicast", { { BY_IP_PROTOCOL, 103 } } };
const struct decoder ipcomp_decoder = {
	"ipcomp", "IPComp", "IP Payload Compression", { { BY_IP_PROTOCOL, 108 } } };
const struct decoder pgm_decoder = {
	"pgm", "PGM", "Pragmatic General Multicast", { { BY_IP_PROTOCOL, 113 } } };
const struct decoder mipv6_decoder = {
	"mipv6", "MIPv6", "Mobile IPv6", { { BY_IP_PROTOCOL, 135 } } };
const struct decoder udplite_decoder = {
	"udplite", "UDP-Lite", "Lightweight User Datagram Protocol", { { BY_IP_PROTOCOL, 136 } } };

/* Over Ethernet, https://www.iana.org/assignments/ieee-802-numbers */
const struct decoder wol_decoder = { "wol", "WOL", "Wake on LAN", { { BY_ETHERTYPE, 0x0842 } } };
const struct decoder ddp_decoder = { "ddp", "DDP", "AppleTalk", { { BY_ETHERTYPE, 0x809b } } };
const struct decoder aarp_decoder = {
	"aarp", "AARP", "AppleTalk Address Resolution Protocol", { { BY_ETHERTYPE, 0x80f3 } } };
const struct decoder ipx_decoder = {
	"ipx", "IPX", "Novell Internetwork Packet Exchange",
	{ { BY_ETHERTYPE, 0x8137 }, { BY_LLC_SAP, 0xe0 } } };
const struct decoder slow_decoder = {
	"slow", "LACP", "IEEE 802.3 slow protocols: link aggregation, OAM", { { BY_ETHERTYPE, 0x8809 } } };
const struct decoder eapol_decoder = {
	"eapol", "EAPOL", "IEEE 802.1X authentication", { { BY_ETHERTYPE, 0x888e } } };
const struct decoder profinet_decoder = {
	"pn_rt", "PNIO", "PROFINET real-time", { { BY_ETHERTYPE, 0x8892 } } };
const struct decoder aoe_decoder = {
	"aoe", "AoE", "ATA over Ethernet", { { BY_ETHERTYPE, 0x88a2 } } };
const struct decoder homeplug_decoder = {
	"homeplug_av", "HomePlug AV", "HomePlug AV power line", { { BY_ETHERTYPE, 0x88e1 } } };
const struct decoder macsec_decoder = {
	"macsec", "MACsec", "IEEE 802.1AE encryption", { { BY_ETHERTYPE, 0x88e5 } } };
const struct decoder ptp_decoder = {
	"ptp", "PTPv2", "Precision Time Protocol", { { BY_ETHERTYPE, 0x88f7 } } };
const struct decoder fcoe_decoder = {
	"fcoe", "FCoE", "Fibre Channel over Ethernet", { { BY_ETHERTYPE, 0x8906 } } };
const struct decoder fip_decoder = {
	"fip", "FIP", "FCoE Initialization Protocol", { { BY_ETHERTYPE, 0x8914 } } };
const struct decoder roce_decoder = {
	"roce", "RoCE", "RDMA over Converged Ethernet", { { BY_ETHERTYPE, 0x8915 } } };
const struct decoder ieee1905_decoder = {
	"ieee1905", "ieee1905", "IEEE 1905.1 home networks", { { BY_ETHERTYPE, 0x893a } } };
const struct decoder loop_decoder = {
	"loop", "LOOP", "Ethernet configuration testing", { { BY_ETHERTYPE, 0x9000 } } };

/* Over LLC, and between Cisco devices */
const struct decoder netbios_decoder = {
	"netbios", "NetBIOS", "NetBIOS Frames", { { BY_LLC_SAP, 0xf0 } } };
const struct decoder sna_decoder = {
	"sna", "SNA", "IBM Systems Network Architecture",
	{ { BY_LLC_SAP, 0x04 }, { BY_LLC_SAP, 0x08 }, { BY_LLC_SAP, 0x0c } } };
const struct decoder osi_decoder = { "osi", "OSI", "ISO network layer: IS-IS, ES-IS, CLNP",
	{ { BY_LLC_SAP, 0xfe }, { BY_PPP_PROTOCOL, 0x0023 } } };
const struct decoder pagp_decoder = {
	"pagp", "PAgP", "Port Aggregation Protocol", { { BY_CISCO_PROTOCOL, 0x0104 } } };
const struct decoder udld_decoder = {
	"udld", "UDLD", "Unidirectional Link Detection", { { BY_CISCO_PROTOCOL, 0x0111 } } };
const struct decoder vtp_decoder = {
	"vtp", "VTP", "VLAN Trunking Protocol", { { BY_CISCO_PROTOCOL, 0x2003 } } };
const struct decoder slarp_decoder = {
	"slarp", "SLARP", "Cisco serial line keepalives", { { BY_CISCO_PROTOCOL, 0x8035 } } };
const struct decoder dtp_decoder = {
	"dtp", "DTP", "Dynamic Trunking Protocol", { { BY_CISCO_PROTOCOL, 0x2004 } } };

/* Over PPP, https://www.iana.org/assignments/ppp-numbers */
const struct decoder ppp_compressed_decoder = {
	"comp_data", "PPP Comp", "PPP compressed datagram", { { BY_PPP_PROTOCOL, 0x00fd } } };
const struct decoder ipcp_decoder = {
	"ipcp", "PPP IPCP", "PPP IP Control Protocol", { { BY_PPP_PROTOCOL, 0x8021 } } };
const struct decoder cdpcp_decoder = {
	"cdpcp", "PPP CDPCP", "PPP CDP Control Protocol", { { BY_PPP_PROTOCOL, 0x8207 } } };
const struct decoder ipv6cp_decoder = {
	"ipv6cp", "PPP IPV6CP", "PPP IPv6 Control Protocol", { { BY_PPP_PROTOCOL, 0x8057 } } };
const struct decoder ccp_decoder = {
	"ccp", "PPP CCP", "PPP Compression Control Protocol", { { BY_PPP_PROTOCOL, 0x80fd } } };
const struct decoder lcp_decoder = {
	"lcp", "PPP LCP", "PPP Link Control Protocol", { { BY_PPP_PROTOCOL, 0xc021 } } };
const struct decoder pap_decoder = {
	"pap", "PPP PAP", "PPP Password Authentication Protocol", { { BY_PPP_PROTOCOL, 0xc023 } } };
const struct decoder chap_decoder = {
	"chap", "PPP CHAP", "PPP Challenge Handshake Authentication", { { BY_PPP_PROTOCOL, 0xc223 } } };
