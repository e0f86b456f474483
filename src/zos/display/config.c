/* NETSTAT CONFIG: what the stack is told to do, and the data trace. */
#include "zos/reader.h"

static const struct zos_key keys[] = {
	{ "TCP CONFIGURATION TABLE", ZOS_HEADING, "TCP" },
	{ "UDP CONFIGURATION TABLE", ZOS_HEADING, "UDP" },
	{ "IP CONFIGURATION TABLE", ZOS_HEADING, "IP" },
	{ "IPV6 CONFIGURATION TABLE", ZOS_HEADING, "IPV6" },
	{ "SMF PARAMETERS", ZOS_HEADING, "SMF" },
	{ "GLOBAL CONFIGURATION INFORMATION", ZOS_HEADING, "GLOBAL" },
	{ "NETWORK MONITOR CONFIGURATION INFORMATION", ZOS_HEADING, "MONITOR" },
	{ "AUTOLOG CONFIGURATION INFORMATION", ZOS_HEADING, "AUTOLOG" },
	{ "DATA TRACE SETTING", ZOS_HEADING, "DATA TRACE" },
	{ "JOBNAME" }, { "TRRECCNT" }, { "LENGTH" }, { "IPADDR" }, { "SUBNET" }, { "PORTNUM" }, { "PREFIXLEN" },
	{ "DEFAULTRCVBUFSIZE" }, { "DEFAULTSNDBUFSIZE" }, { "DEFLTMAXRCVBUFSIZE" }, { "SOMAXCONN" },
	{ "MAXRETRANSMITTIME" }, { "MINRETRANSMITTIME" }, { "ROUNDTRIPGAIN" }, { "VARIANCEGAIN" },
	{ "VARIANCEMULTIPLIER" }, { "TIMEWAITINTERVAL" }, { "DEFAULTKEEPALIVE" }, { "DELAYACK" },
	{ "RESTRICTLOWPORT" }, { "SENDGARBAGE" }, { "TCPTIMESTAMP" }, { "FINWAIT2TIME" }, { "TTLS" },
	{ "UDPCHKSUM" }, { "UDPQUEUELIMIT" }, { "FORWARDING" }, { "TIMETOLIVE" }, { "RSMTIMEOUT" }, { "IPSECURITY" },
	{ "ARPTIMEOUT" }, { "MAXRSMSIZE" }, { "FORMAT" }, { "IGREDIRECT" }, { "SYSPLXROUT" }, { "DOUBLENOP" },
	{ "STOPCLAWERR" }, { "SOURCEVIPA" }, { "MULTIPATH" }, { "PATHMTUDSC" }, { "DEVRTRYDUR" },
	{ "DYNAMICXCF" }, { "QDIOACCEL" }, { "IQDIOROUTE" }, { "TCPSTACKSRCVIPA" }, { "CHECKSUMOFFLOAD" },
	{ "SEGOFFLOAD" }, { "TCPIPSTATISTICS" }, { "ECSALIMIT" }, { "POOLLIMIT" }, { "MLSCHKTERM" },
	{ 0 },
};

static bool begins(const char *id, const char *line)
{
	static const char *const words[] = { "TCP CONFIGURATION TABLE", "UDP CONFIGURATION TABLE",
		"IP CONFIGURATION TABLE", "DATA TRACE SETTING", "GLOBAL CONFIGURATION INFORMATION" };
	(void)id;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (zos_starts(line, words[i]))
			return true;
	return false;
}

/* Each table is a section, whose figures need no prefix. */
static bool read_table(struct zos_reader *reader, const char *line)
{
	for (const struct zos_key *key = keys; key->role == ZOS_HEADING; key++) {
		if (!zos_starts(line, key->words))
			continue;
		zos_open_section(reader, key->section, "", true);
		reader->at.prefix = "";
		return true;
	}
	return false;
}

const struct zos_display_kind zos_config_display = {
	.name = "config",
	.title = "NETSTAT CONFIG",
	.command = "D TCPIP,,NETSTAT,CONFIG",
	.keys = keys,
	.begins = begins,
	.line = read_table,
};
