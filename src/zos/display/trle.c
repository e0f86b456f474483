/* D NET,TRL,TRLE=: the devices of an OSA as VTAM sees them. Released by IBM's "SNA Operation", DISPLAY TRL. */
#include <ctype.h>
#include <string.h>

#include "zos/reader.h"

static const struct zos_key keys[] = {
	{ "TRL MAJOR NODE" }, { "STATUS" }, { "DESIRED STATE" }, { "TYPE" }, { "CONTROL" }, { "HPDT" }, { "PORTNAME" },
	{ "LINKNUM" }, { "OSA CODE LEVEL" }, { "CHPID TYPE" }, { "CHPID" }, { "HEADER SIZE" }, { "DATA SIZE" },
	{ "STORAGE" }, { "STATE" }, { "I/O TRACE" }, { "TRACE LENGTH" }, { "ULPID" }, { "MPCLEVEL" }, { "MPCUSAGE" },
	{ "IQDIO ROUTING" }, { "NUMBER OF DISCARDED INBOUND READ BUFFERS" }, { "PRIORITY1" }, { "PRIORITY2" },
	{ "PRIORITY3" }, { "PRIORITY4" }, { "DEVICEID PARAMETER FOR OSAENTA TRACE COMMAND" },
	{ "P1 CURRENT" }, { "P2 CURRENT" }, { "P3 CURRENT" }, { "P4 CURRENT" }, { "AVERAGE" }, { "MAXIMUM" },
	{ 0 },
};

static bool begins(const char *id, const char *line)
{
	return strcmp(id, "IST075I") == 0 || (zos_starts(line, "NAME =") && zos_holds(line, "TYPE = TRLE"));
}

/* "TRACE DEV = 0407 STATUS = RESET STATE = N/A": each device is a section, whose name is its role. */
static bool read_device(struct zos_reader *reader, const char *line)
{
	static const char *const roles[] = { "READ", "WRITE", "DATA", "TRACE" };
	const char *role = "", *at = line;
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		size_t length = strlen(roles[i]);
		if (zos_starts(line, roles[i]) && line[length] == ' ') {
			role = roles[i];
			at = line + length + strspn(line + length, " ");
		}
	}
	if (!zos_starts(at, "DEV ") && !zos_starts(at, "DEV="))
		return false;
	at += 3 + strspn(at + 3, " =");
	char name[ZOS_WORD];
	size_t length = strcspn(at, " ");
	length = length < sizeof name - 1 ? length : sizeof name - 1;
	memcpy(name, at, length);
	name[length] = '\0';
	zos_open_section(reader, "device", name, true);
	if (*role)
		zos_add_figure(reader, "ROLE", 4, role, strlen(role), true);
	zos_read_pairs(reader, at + strcspn(at, " "));
	return true;
}

/* "NAME = OSATRL2E, TYPE = TRLE": only here, for other names are no TRLEs. */
static bool read_name(struct zos_reader *reader, const char *line)
{
	char name[ZOS_WORD];
	if (!zos_starts(line, "NAME") || !zos_holds(line, "TYPE = TRLE"))
		return false;
	const char *at = line + 4 + strspn(line + 4, " =");
	size_t length = 0;
	for (; length < sizeof name - 1 && at[length] && !strchr(" ,", at[length]); length++)
		name[length] = (char)toupper((unsigned char)at[length]);
	name[length] = '\0';
	zos_open_section(reader, "trle", name, true);
	zos_read_pairs(reader, at + length);
	return true;
}

static bool read_line(struct zos_reader *reader, const char *line)
{
	static const char *const furniture[] = { "QUEUE", "READ", "STORAGE", "PRIMARY", "SIZE", "ID ", "ACCELERATED ROUTING",
		"UNITS OF WORK FOR", "-" };
	if (read_name(reader, line) || read_device(reader, line))
		return true;
	if (strchr(line, '='))
		return false;
	for (size_t i = 0; i < sizeof furniture / sizeof *furniture; i++)
		if (zos_starts(line, furniture[i]))
			return true;
	return zos_holds(line, " SBALS)");
}

const struct zos_display_kind zos_trle_display = {
	.name = "trle",
	.title = "D NET,TRL,TRLE=",
	.command = "D NET,TRL,TRLE=",
	.keys = keys,
	.begins = begins,
	.line = read_line,
	.alone = true,
};
