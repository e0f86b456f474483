#include "report/service_words.h"

#include <stddef.h>
#include <string.h>

static const struct { const char *service, *words; } names[] = {
	{ "ftp", "ftp control" }, { "ftp-data", "ftp data" }, { "domain", "dns" }, { "dhcps", "bootps" },
	{ "dhcpc", "bootpc" }, { "snmp", "snmp ctrl" }, { "snmptrap", "snmp trap" }, { "netbios-ns", NULL },
	{ "netbios-dgm", NULL },
};

const char *service_words(const char *service)
{
	/* Lists of packets ask for two ports a packet, and most services are not among these. */
	if (!service || !memchr("fdsn", *service, 4))
		return service;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(service, names[i].service) == 0)
			return names[i].words;
	return service;
}
