/* D TCPIP,,OSAINFO: what an OSA says of itself: level, addresses, offload, queues. */
#include <stdio.h>
#include <string.h>

#include "zos/reader.h"

static const struct zos_key keys[] = {
	{ "DISPLAY OSAINFO RESULTS FOR INTFNAME", ZOS_SECTION, "osa" },
	{ "PORTNAME" }, { "PORTNUM" }, { "DATAPATH" }, { "REALADDR" }, { "PCHID" }, { "CHPID" }, { "CHPID TYPE" },
	{ "OSA CODE LEVEL" }, { "GEN" }, { "ACTIVE SPEED/MODE" }, { "MEDIA" }, { "JUMBO FRAMES" }, { "ISOLATE" },
	{ "PHYSICALMACADDR" }, { "LOCALLYCFGMACADDR" }, { "QUEUES DEFINED OUT" }, { "IN" }, { "ANCILLARY QUEUES IN USE" },
	{ "CONNECTION MODE" }, { "IPV4" }, { "IPV6" }, { "SAPSUP" }, { "SAPENA" },
	{ "IPV4 ATTRIBUTES", ZOS_HEADING, "IPV4" },
	{ "IPV6 ATTRIBUTES", ZOS_HEADING, "IPV6" },
	{ "VLAN ID" }, { "VMAC ACTIVE" }, { "VMAC ADDR" }, { "VMAC ROUTER" }, { "DEFINED ROUTER" }, { "ACTIVE ROUTER" },
	{ "ASSTPARMSENA" }, { "OUTCKSUMENA" }, { "INCKSUMENA" },
	{ "REGISTERED ADDRESSES", ZOS_HEADING, "REGISTERED" },
	{ "IPV4 UNICAST ADDRESSES", ZOS_HEADING, "IPV4 UNICAST" },
	{ "IPV4 MULTICAST ADDRESSES", ZOS_HEADING, "IPV4 MULTICAST" },
	{ "IPV6 UNICAST ADDRESSES", ZOS_HEADING, "IPV6 UNICAST" },
	{ "IPV6 MULTICAST ADDRESSES", ZOS_HEADING, "IPV6 MULTICAST" },
	{ "ARP" }, { "ADDR" }, { "MAC" },
	{ "TOTAL NUMBER OF IPV4 ADDRESSES" }, { "TOTAL NUMBER OF IPV6 ADDRESSES" },
	{ "TOTAL NUMBER OF IPV4 CONNECTIONS" }, { "TOTAL NUMBER OF IPV6 CONNECTIONS" },
	{ "ANCILLARY INPUT QUEUE ROUTING VARIABLES", ZOS_HEADING, "QUEUE" },
	{ "QUEUE TYPE" }, { "QUEUE ID" }, { "PROTOCOL" }, { "SRC" }, { "DST" },
	{ 0 },
};

static bool begins(const char *id, const char *line)
{
	(void)id;
	return zos_starts(line, "DISPLAY OSAINFO RESULTS FOR INTFNAME");
}

const struct zos_display_kind zos_osainfo_display = {
	.name = "osainfo",
	.title = "OSAINFO",
	.command = "D TCPIP,,OSAINFO,INTFNAME=",
	.keys = keys,
	.begins = begins,
	.alone = true,
};
