/* Names and meanings: IBM "z/OS Communications Server: IP and SNA Codes", chapter "TCP/IP discard reason
 * codes", and "OSA-Express Customer's Guide and Reference"; 4114 and 4167 as seen on z/OS. Only codes that
 * a public page explains have a row of their own, the others are known by their range. */
#include "source/zos_discard.h"

#include <stddef.h>

static const struct zos_discard codes[] = {
	{ 1, 4087, NULL, "OSA adapter",
		  "The OSA-Express adapter discarded the frame. Seen only in OSAENTA (SYSTCPOT) "
		  "records; DISCARD= accepts 1-4087.",
		  "Depends on the code; commonly the destination IP or MAC is not registered by any "
		  "stack on the adapter, VLAN id mismatch, no router (PRIROUTER/SECROUTER) for an "
		  "unregistered address, or adapter buffer shortage.",
		  "Look the number up in the OSA-Express Customer's Guide and Reference (section on "
		  "OSAENTA discard codes); check D TCPIP,,OSAINFO registered addresses, VMAC/ROUTEALL, "
		  "VLAN ids and PRIROUTER." },
	{ 4088, 4095, NULL, "OSA adapter",
		  "In the OSA number space but above what the command accepts.",
		  NULL,
		  "Treat as an unknown OSA code." },
	{ 4096, 4096, "IP_NO_INTERF", "interface/IP",
		  "The interface the packet belongs to no longer exists; it was deleted while the "
		  "packet was in the stack.",
		  "Interface or link deleted or redefined by OBEYFILE while traffic was flowing.",
		  "If it stops by itself, ignore. Otherwise compare the time with OBEYFILE or "
		  "STOP/DELETE commands in the system log." },
	{ 4097, 4097, "IP_NOT_ACTIVE", "interface/IP",
		  "The interface is defined but not active.",
		  "Interface stopped, device not ready, or starting/ending.",
		  "NETSTAT DEvlinks: IntfStatus/DevStatus must be Ready; V TCPIP,,START,intf; check "
		  "VTAM TRLE state." },
	{ 4098, 4098, "IP_MAL_VER", "interface/IP",
		  "The version nibble of the IP header is neither 4 nor 6.",
		  "Corrupt or non-IP data passed as IP; wrong encapsulation.",
		  "Look at the first bytes of the packet; trace with OSAENTA to see the frame as it "
		  "arrived; suspect the sender or a tunnel." },
	{ 4099, 4099, "IP_MAL_IPHL", "interface/IP",
		  "The header-length field gives less than the minimum IP header.",
		  "Corrupt packet or crafted (attack/scan) packet.",
		  "Find the sender by MAC with OSAENTA; check IDS (SYSTCPIS/TRMD) for malformed-packet "
		  "events." },
	{ 4100, 4100, "IP_MAL_IPLEN", "interface/IP",
		  "The IP header is longer than the packet that arrived.",
		  "Truncated or crafted packet.",
		  "As 4099." },
	{ 4101, 4101, "IP_MAL_DATA", "interface/IP",
		  "The packet data is not complete as it was sent.",
		  "Packet shorter than its own length field: truncation by a device or driver in "
		  "between.",
		  "Compare total length with bytes received; check MTU and intermediate devices; take "
		  "OSAENTA or a network trace." },
	{ 4102, 4102, "IP_BAD_CKSUM", "interface/IP",
		  "The IP header checksum is wrong.",
		  "Corruption on the path, faulty NIC/router, or a sender with broken checksum offload.",
		  "Check whether all bad packets come from one MAC; replace/patch that device." },
	{ 4103, 4103, "IP_BAD_IPLEN", "interface/IP",
		  "The packet is too short to hold the protocol header it announces.",
		  "Truncated or crafted packet.",
		  "As 4101." },
	{ 4104, 4113, NULL, "interface/IP",
		  "IP layer discard, name not found in a stored public source.",
		  NULL,
		  "Look up in z/OS Communications Server: IP and SNA Codes." },
	{ 4114, 4114, "IP_MAC_BRDCST", "interface/IP",
		  "The frame arrived as a MAC-level broadcast but the packet is not one the stack "
		  "accepts as broadcast.",
		  "A packet with a unicast (or foreign subnet-broadcast) destination IP in a broadcast "
		  "frame: a sender with a wrong or missing ARP/locally-administered MAC, or chatter "
		  "such as NetBIOS name queries (UDP 137/138) on a large flat LAN.",
		  "Usually harmless noise, but it is counted in Inbound Packets In Error/Discarded. "
		  "Identify senders; fix wrong locally administered MAC addresses; put the OSA in a "
		  "smaller VLAN; filter NetBIOS." },
	{ 4115, 4166, NULL, "interface/IP",
		  "IP layer discard, name not found in a stored public source.",
		  NULL,
		  "Look up in z/OS Communications Server: IP and SNA Codes." },
	{ 4167, 4167, "IP_NO_FWD", "interface/IP",
		  "The packet is not for this stack and cannot be forwarded.",
		  "Destination is not one of the home addresses and IP forwarding is off "
		  "(NODATAGRAMFWD) or not possible; typical for a mistyped or moved address. It reaches "
		  "the stack at all only if the OSA passes unregistered addresses to it "
		  "(PRIROUTER/SECROUTER or VMAC ROUTEALL); otherwise the OSA itself drops it and no "
		  "packet trace record exists.",
		  "Check the destination against NETSTAT HOME; check DATAGRAMFWD on IPCONFIG; check "
		  "PRIROUTER; NETSTAT STATS shows it as Received Address Errors and DEvlinks as Inbound "
		  "Packets In Error." },
	{ 4168, 8191, NULL, "interface/IP",
		  "Interface or IP layer discard, name not found in a stored public source.",
		  NULL,
		  "Look up in z/OS Communications Server: IP and SNA Codes; use the packet itself "
		  "(checksums, TTL, addresses, fragment fields, IPSec/IDS rules) to explain it." },
	{ 8192, 12287, NULL, "TCP",
		  "The TCP layer discarded the segment.",
		  "Typical TCP reasons: no connection or listener for the ports, bad checksum, segment "
		  "outside the window or already acknowledged, backlog full, connection being closed, "
		  "SYN-flood protection, AT-TLS or policy denial.",
		  "Find the connection in the trace; compare seq/ack/window; NETSTAT ALLConn, NETSTAT "
		  "STATS (PROTO TCP), backlog (SOMAXCONN) counters. Exact text in IP and SNA Codes, "
		  "table 2." },
	{ 12288, 16383, NULL, "UDP",
		  "The UDP layer discarded the datagram.",
		  "Typical UDP reasons: no socket bound to the port, bad checksum, receive queue full "
		  "(UDPQUEUELIMIT), application not reading.",
		  "NETSTAT STATS PROTO UDP (no ports, in errors); check the application and "
		  "UDPQUEUELIMIT. Exact text in IP and SNA Codes, table 3. Note: the 2012 seed calls "
		  "12288-20479 reserved; current IBM pages assign UDP and RAW." },
	{ 16384, 20479, NULL, "RAW",
		  "The RAW protocol layer discarded the packet.",
		  "Typical reasons: no raw socket for the protocol, queue full.",
		  "Check OMPROUTE (OSPF), ping and other raw users. Exact text in IP and SNA Codes, "
		  "table 4." },
	{ 20480, 65535, NULL, "undefined",
		  "Outside every published range.",
		  "Most likely the field was not what the reader thought (wrong offset, or an old "
		  "header without this field).",
		  "Check PTH_Len >= 92 and show the raw header." },
};

const struct zos_discard *zos_discard_find(uint16_t code)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (code >= codes[i].first && code <= codes[i].last)
			return &codes[i];
	return NULL;
}

const struct zos_discard *zos_discard_list(unsigned index)
{
	return index < sizeof codes / sizeof *codes ? &codes[index] : NULL;
}
