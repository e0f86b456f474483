/* Names of IP protocol numbers and EtherTypes.
 * https://www.iana.org/assignments/protocol-numbers and …/ieee-802-numbers */
#include <stdlib.h>

#include "decode/decoder.h"

static const char *const ip_protocols[256] = {
	[0] = "HOPOPT", [1] = "ICMP", [2] = "IGMP", [3] = "GGP", [4] = "IPv4", [5] = "ST", [6] = "TCP",
	[7] = "CBT", [8] = "EGP", [9] = "IGRP", [10] = "BBN-RCC-MON", [11] = "NVP-II", [12] = "PUP",
	[13] = "ARGUS", [14] = "EMCON", [15] = "XNET", [16] = "CHAOS", [17] = "UDP", [18] = "MUX",
	[19] = "DCN-MEAS", [20] = "HMP", [21] = "PRM", [22] = "XNS-IDP", [23] = "TRUNK-1",
	[24] = "TRUNK-2", [25] = "LEAF-1", [26] = "LEAF-2", [27] = "RDP", [28] = "IRTP",
	[29] = "ISO-TP4", [30] = "NETBLT", [31] = "MFE-NSP", [32] = "MERIT-INP", [33] = "DCCP",
	[34] = "3PC", [35] = "IDPR", [36] = "XTP", [37] = "DDP", [38] = "IDPR-CMTP", [39] = "TP++",
	[40] = "IL", [41] = "IPv6", [42] = "SDRP", [43] = "IPv6-Route", [44] = "IPv6-Frag",
	[45] = "IDRP", [46] = "RSVP", [47] = "GRE", [48] = "DSR", [49] = "BNA", [50] = "ESP",
	[51] = "AH", [52] = "I-NLSP", [53] = "SWIPE", [54] = "NARP", [55] = "Min-IPv4", [56] = "TLSP",
	[57] = "SKIP", [58] = "ICMPv6", [59] = "IPv6-NoNxt", [60] = "IPv6-Opts", [61] = "any host",
	[62] = "CFTP", [63] = "any local network", [64] = "SAT-EXPAK", [65] = "KRYPTOLAN",
	[66] = "RVD", [67] = "IPPC", [68] = "any distributed file system", [69] = "SAT-MON",
	[70] = "VISA", [71] = "IPCV", [72] = "CPNX", [73] = "CPHB", [74] = "WSN", [75] = "PVP",
	[76] = "BR-SAT-MON", [77] = "SUN-ND", [78] = "WB-MON", [79] = "WB-EXPAK", [80] = "ISO-IP",
	[81] = "VMTP", [82] = "SECURE-VMTP", [83] = "VINES", [84] = "IPTM", [85] = "NSFNET-IGP",
	[86] = "DGP", [87] = "TCF", [88] = "EIGRP", [89] = "OSPF", [90] = "Sprite-RPC", [91] = "LARP",
	[92] = "MTP", [93] = "AX.25", [94] = "IPIP", [95] = "MICP", [96] = "SCC-SP", [97] = "ETHERIP",
	[98] = "ENCAP", [99] = "any private encryption", [100] = "GMTP", [101] = "IFMP",
	[102] = "PNNI", [103] = "PIM", [104] = "ARIS", [105] = "SCPS", [106] = "QNX", [107] = "A/N",
	[108] = "IPComp", [109] = "SNP", [110] = "Compaq-Peer", [111] = "IPX-in-IP", [112] = "VRRP",
	[113] = "PGM", [114] = "any 0-hop protocol", [115] = "L2TP", [116] = "DDX", [117] = "IATP",
	[118] = "STP", [119] = "SRP", [120] = "UTI", [121] = "SMP", [122] = "SM", [123] = "PTP",
	[124] = "ISIS over IPv4", [125] = "FIRE", [126] = "CRTP", [127] = "CRUDP", [128] = "SSCOPMCE",
	[129] = "IPLT", [130] = "SPS", [131] = "PIPE", [132] = "SCTP", [133] = "FC",
	[134] = "RSVP-E2E-IGNORE", [135] = "Mobility Header", [136] = "UDPLite", [137] = "MPLS-in-IP",
	[138] = "manet", [139] = "HIP", [140] = "Shim6", [141] = "WESP", [142] = "ROHC",
	[143] = "Ethernet", [144] = "AGGFRAG", [145] = "NSH", [253] = "experiment 1",
	[254] = "experiment 2", [255] = "Reserved",
};

struct ethertype {
	uint16_t value;
	const char *name;
};

/* By value. */
static const struct ethertype ethertypes[] = {
	{ 0x0600, "XNS IDP" },
	{ 0x0800, "IPv4" },
	{ 0x0805, "X.25 level 3" },
	{ 0x0806, "ARP" },
	{ 0x0842, "Wake on LAN" },
	{ 0x0bad, "Banyan VINES" },
	{ 0x22ea, "SRP" },
	{ 0x22f0, "AVTP" },
	{ 0x22f3, "TRILL" },
	{ 0x6001, "DEC MOP dump/load" },
	{ 0x6002, "DEC MOP remote console" },
	{ 0x6003, "DECnet phase IV" },
	{ 0x6004, "DEC LAT" },
	{ 0x6558, "transparent Ethernet bridging" },
	{ 0x8035, "RARP" },
	{ 0x809b, "AppleTalk" },
	{ 0x80d5, "IBM SNA" },
	{ 0x80f3, "AppleTalk ARP" },
	{ 0x8100, "VLAN" },
	{ 0x8137, "IPX" },
	{ 0x86dd, "IPv6" },
	{ 0x8808, "MAC control" },
	{ 0x8809, "slow protocols" },
	{ 0x880b, "PPP" },
	{ 0x8847, "MPLS" },
	{ 0x8848, "MPLS multicast" },
	{ 0x8863, "PPPoE discovery" },
	{ 0x8864, "PPPoE session" },
	{ 0x886d, "Intel ANS probe" },
	{ 0x8870, "jumbo frames" },
	{ 0x887b, "HomePlug 1.0" },
	{ 0x888e, "EAPOL" },
	{ 0x8892, "PROFINET" },
	{ 0x889a, "HyperSCSI" },
	{ 0x88a2, "ATA over Ethernet" },
	{ 0x88a4, "EtherCAT" },
	{ 0x88a8, "service VLAN" },
	{ 0x88ab, "Ethernet POWERLINK" },
	{ 0x88b5, "local experiment 1" },
	{ 0x88b6, "local experiment 2" },
	{ 0x88b7, "OUI extended" },
	{ 0x88b8, "GOOSE" },
	{ 0x88ba, "Sampled Values" },
	{ 0x88c7, "802.11 pre-authentication" },
	{ 0x88ca, "TIPC" },
	{ 0x88cc, "LLDP" },
	{ 0x88cd, "SERCOS III" },
	{ 0x88e1, "HomePlug AV" },
	{ 0x88e3, "MRP" },
	{ 0x88e5, "MACsec" },
	{ 0x88e7, "provider backbone bridging" },
	{ 0x88f5, "MVRP" },
	{ 0x88f6, "MMRP" },
	{ 0x88f7, "PTP" },
	{ 0x88f8, "NC-SI" },
	{ 0x88fb, "PRP" },
	{ 0x8902, "CFM" },
	{ 0x8906, "FCoE" },
	{ 0x8914, "FIP" },
	{ 0x8915, "RoCE" },
	{ 0x891d, "TTEthernet" },
	{ 0x892f, "HSR" },
	{ 0x894f, "NSH" },
	{ 0x9000, "loopback test" },
	{ 0x9100, "VLAN (old double tag)" },
	{ 0xfc0f, "TP-Link loop detection" },
};

static int compare_ethertypes(const void *key, const void *row)
{
	return *(const uint16_t *)key - ((const struct ethertype *)row)->value;
}

const char *ip_protocol_name(uint8_t protocol)
{
	return ip_protocols[protocol];
}

const char *ethertype_name(uint16_t ethertype)
{
	const struct ethertype *row = bsearch(&ethertype, ethertypes,
		sizeof ethertypes / sizeof ethertypes[0], sizeof ethertypes[0], compare_ethertypes);
	return row ? row->name : NULL;
}
