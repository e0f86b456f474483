/* NETSTAT DEVLINKS: devices with their links, interfaces, packet trace settings, counters, and at its end what
 * OSAENTA does. Released by IBM's "IP System Administrator's Commands", Netstat DEvlinks/-d report. */
#include "zos/reader.h"

static const struct zos_key keys[] = {
	{ "DEVNAME", ZOS_SECTIONS, "device" },
	{ "LNKNAME", ZOS_SECTION, "link" },
	{ "INTFNAME", ZOS_SECTION, "interface" },
	{ "OSA PORTNAME", ZOS_SECTION, "osaenta" },
	{ "DEVTYPE" }, { "DEVSTATUS" }, { "LNKTYPE" }, { "LNKSTATUS" }, { "INTFTYPE" }, { "INTFSTATUS" },
	{ "PORTNAME" }, { "DATAPATH" }, { "DATAPATHSTATUS" }, { "CHPIDTYPE" }, { "PNETID" }, { "QUESIZE" },
	{ "SPEED" },
	{ "NETNUM" }, { "IPBROADCASTCAPABILITY" }, { "VMACADDR" }, { "VMACORIGIN" }, { "VMACROUTER" },
	{ "SRCVIPAINTF" },
	{ "CFGROUTER" }, { "ACTROUTER" }, { "ARPOFFLOAD" }, { "ARPOFFLOADINFO" }, { "CFGMTU" }, { "ACTMTU" },
	{ "IPADDR" }, { "INTFID" }, { "MACADDRESS" }, { "TEMPPREFIX" }, { "VLANID" }, { "VLANPRIORITY" },
	{ "DYNVLANREGCFG" }, { "DYNVLANREGCAP" }, { "READSTORAGE" }, { "INBPERF" }, { "WORKLOADQUEUEING" },
	{ "CHECKSUMOFFLOAD" }, { "SEGMENTATIONOFFLOAD" }, { "SECCLASS" }, { "MONSYSPLEX" }, { "ISOLATE" },
	{ "OPTLATENCYMODE" }, { "DUPADDRDET" }, { "TRLE" },
	{ "ROUTING PARAMETERS", ZOS_HEADING, "ROUTING" },
	{ "MTU SIZE" }, { "METRIC" }, { "DESTADDR" }, { "SUBNETMASK" },
	{ "PACKET TRACE SETTING", ZOS_HEADING, "TRACE" },
	{ "PROTOCOL" }, { "TRRECCNT", ZOS_FIGURE, "TRACE" }, { "PCKLENGTH", ZOS_FIGURE, "TRACE" },
	{ "DISCARD" }, { "SRCPORT" }, { "DESTPORT" }, { "PORTNUM" },
	{ "SUBNET" }, { "PREFIXLEN" },
	{ "MULTICAST SPECIFIC", ZOS_HEADING, "" },
	{ "MULTICAST CAPABILITY" }, { "SRCADDR" }, { "REFCNT" }, { "GROUP" },
	{ "LINK STATISTICS", ZOS_HEADING, "" },
	{ "INTERFACE STATISTICS", ZOS_HEADING, "" },
	{ "BYTESIN", ZOS_FIGURE, "" },
	{ "INBOUND PACKETS", ZOS_FIGURE, "" },
	{ "INBOUND PACKETS IN ERROR", ZOS_FIGURE, "" },
	{ "INBOUND PACKETS DISCARDED", ZOS_FIGURE, "" },
	{ "INBOUND PACKETS WITH NO PROTOCOL", ZOS_FIGURE, "" },
	{ "BYTESOUT", ZOS_FIGURE, "" },
	{ "OUTBOUND PACKETS", ZOS_FIGURE, "" },
	{ "OUTBOUND PACKETS IN ERROR", ZOS_FIGURE, "" },
	{ "OUTBOUND PACKETS DISCARDED", ZOS_FIGURE, "" },
	{ "OSA-EXPRESS NETWORK TRAFFIC ANALYZER INFORMATION", ZOS_HEADING, "" },
	{ "OSA DEVSTATUS" }, { "OSA INTFNAME" }, { "OSA INTFSTATUS" }, { "OSA SPEED" }, { "OSA AUTHORIZATION" },
	{ "OSAENTA CUMULATIVE TRACE STATISTICS", ZOS_HEADING, "CUMULATIVE" },
	{ "OSAENTA ACTIVE TRACE STATISTICS", ZOS_HEADING, "ACTIVE" },
	{ "DATAMEGS" }, { "FRAMES" }, { "DATABYTES" }, { "FRAMESDISCARDED" }, { "FRAMESLOST" }, { "TIMEACTIVE" },
	{ "OSAENTA TRACE SETTINGS", ZOS_HEADING, "SETTING" },
	{ "STATUS" }, { "DATAMEGSLIMIT" }, { "FRAMESLIMIT" }, { "ABBREV" }, { "TIMELIMIT" },
	{ "OSAENTA TRACE FILTERS", ZOS_HEADING, "FILTER" },
	{ "NOFILTER" }, { "DEVICEID" }, { "MAC" }, { "ETHTYPE" },
	{ 0 },
};

static bool begins(const char *id, const char *line)
{
	(void)id;
	return zos_starts(line, "DEVNAME:") || zos_starts(line, "INTFNAME:") ||
	       zos_holds(line, "NETWORK TRAFFIC ANALYZER INFORMATION");
}

/* "GROUP  REFCNT  SRCFLTMD" and a line for each group: "224.0.0.1 0000000001 EXCLUDE". */
static bool read_group(struct zos_reader *reader, const char *line)
{
	(void)reader;
	return zos_holds(line, "SRCFLTMD") || zos_holds(line, " EXCLUDE") || zos_holds(line, " INCLUDE");
}

const struct zos_display_kind zos_devlinks_display = {
	.name = "devlinks",
	.title = "NETSTAT DEVLINKS",
	.command = "D TCPIP,,NETSTAT,DE",
	.keys = keys,
	.begins = begins,
	.line = read_group,
};
