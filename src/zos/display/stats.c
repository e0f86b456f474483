/* NETSTAT STATS: what the layers counted since the stack was started. */
#include <ctype.h>
#include <string.h>

#include "zos/reader.h"

static const struct zos_key keys[] = {
	{ "PACKETS RECEIVED" }, { "RECEIVED HEADER ERRORS" }, { "RECEIVED ADDRESS ERRORS" }, { "DATAGRAMS FORWARDED" },
	{ "UNKNOWN PROTOCOLS RECEIVED" }, { "RECEIVED PACKETS DISCARDED" }, { "RECEIVED PACKETS DELIVERED" },
	{ "OUTPUT REQUESTS" }, { "OUTPUT DISCARDS NO ROUTE" }, { "OUTPUT DISCARDS (OTHER)" }, { "REASSEMBLY TIMEOUTS" },
	{ "REASSEMBLY REQUIRED" }, { "REASSEMBLY SUCCESSFUL" }, { "REASSEMBLY FAILURES" },
	{ "DATAGRAMS SUCCESSFULLY FRAGMENTED" }, { "DATAGRAMS FAILING FRAGMENTATION" }, { "FRAGMENTS CREATED" },
	{ "INBOUND PACKETS HANDLED BY ZIIP" }, { "OUTBOUND PACKETS HANDLED BY ZIIP" },
	{ "CURRENT ESTABLISHED CONNECTIONS" }, { "ACTIVE CONNECTIONS OPENED" }, { "PASSIVE CONNECTIONS OPENED" },
	{ "CONNECTIONS CLOSED" }, { "ESTABLISHED CONNECTIONS DROPPED" }, { "CONNECTION ATTEMPTS DROPPED" },
	{ "CONNECTION ATTEMPTS DISCARDED" }, { "TIMEWAIT CONNECTIONS REUSED" }, { "SEGMENTS RECEIVED" },
	{ "HEADER PREDICTIONS OK FOR ACK" }, { "HEADER PREDICTIONS OK FOR DATA" }, { "DUPLICATE ACKS" },
	{ "DISCARDS FOR BAD CHECKSUM" }, { "DISCARDS FOR BAD HEADER LENGTH" }, { "DISCARDS FOR DATA TOO SHORT" },
	{ "DISCARDS FOR OLD TIMESTAMP" }, { "SEGMENTS COMPLETELY DUPLICATE" }, { "SEGMENTS PARTIALLY DUPLICATE" },
	{ "SEGMENTS COMPLETELY AFTER WINDOW" }, { "SEGMENTS PARTIALLY AFTER WINDOW" }, { "SEGMENTS OUT OF ORDER" },
	{ "SEGMENTS RECEIVED AFTER CLOSE" }, { "WINDOW PROBES RECEIVED" }, { "WINDOW UPDATES RECEIVED" },
	{ "SEGMENTS SENT" }, { "WINDOW UPDATES SENT" }, { "DELAYED ACKS SENT" }, { "SEGMENTS RETRANSMITTED" },
	{ "RETRANSMIT TIMEOUTS" }, { "CONNECTIONS DROPPED BY RETRANSMIT" }, { "PATH MTU DISCOVERY RETRANSMITS" },
	{ "PROBES SENT" }, { "CONNECTIONS DROPPED DURING PROBE" }, { "KEEPALIVE PROBES SENT" },
	{ "CONNECTIONS DROPPED BY KEEPALIVE" }, { "CONNECTIONS DROPPED BY FINWAIT2" },
	{ "DATAGRAMS RECEIVED" }, { "NO PORT ERRORS" }, { "RECEIVE ERRORS" }, { "DATAGRAMS SENT" },
	{ 0 },
};

static const char *const layers[] = { "IP", "ICMP", "TCP", "UDP", "IPV6", "ICMPV6", "SMCR", "SMCD" };

/* "IP Statistics (IPv4)": the layer, NULL when the line is none of these headings. */
static const char *layer_of(const char *line)
{
	for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
		size_t length = strlen(layers[i]);
		const char *rest = line + length + strspn(zos_starts(line, layers[i]) ? line + length : "", " ");
		if (zos_starts(line, layers[i]) && rest > line + length && zos_starts(rest, "STATISTICS"))
			return layers[i];
	}
	return NULL;
}

static bool begins(const char *id, const char *line)
{
	(void)id;
	return layer_of(line) != NULL;
}

static bool read_heading(struct zos_reader *reader, const char *line)
{
	const char *layer = layer_of(line);
	if (!layer)
		return false;
	bool six = zos_holds(line, "IPV6");
	zos_open_section(reader, layer, six ? "IPV6" : "IPV4", true);
	return true;
}

const struct zos_display_kind zos_stats_display = {
	.name = "stats",
	.title = "NETSTAT STATS",
	.command = "D TCPIP,,NETSTAT,STATS",
	.keys = keys,
	.begins = begins,
	.line = read_heading,
};
