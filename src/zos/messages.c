/* Messages that say how a trace fares, commands that somebody typed, and what only looks like text. */
#include <ctype.h>
#include <string.h>

#include "zos/reader.h"

static const char *const kept[] = {
	"EZZ0053I", "EZZ0054I", "EZZ0055I", "EZZ0056I", "EZZ0057I", "EZZ0058I", "EZZ0059I", "EZZ0060I",
	"EZZ0061I", "EZZ0062I", "EZZ0063I", "EZZ0064I", "EZZ0065I",      /* replies of VARY TCPIP */
	"EZZ8662I", "EZZ8663I", "EZZ8664I", "EZZ8665I",                  /* a TCP queue is constrained */
	"IEE839I", "IST097I", "IST314I", "IST2273E", "IST2384E",
	"ITT006A", "ITT066A", "ITT038I", "ITT110I", "ITT111I", "ITT10016I",
	"PTRPT14I", "PTRPT15I",
};

static const char *const commands[] = {
	"TRACE CT,", "V TCPIP,", "VARY TCPIP,", "D TCPIP,", "DISPLAY TCPIP,", "D TRACE", "DISPLAY TRACE,", "D NET,",
	"DISPLAY NET,", "NETSTAT ", "ONETSTAT ",
};

static const char *const furniture[] = {
	"COMMAND ===>", "SCROLL ===>", "SYSTEM STATUS INFORMATION", "ISSUE DISPLAY TRACE", "PACKET TRACE COMMAND DISPLAY",
	"END OF THE REPORT", "LINES DISPLAYED", "RECORDS DISPLAYED",
};

/* Called for each character of each line: no locale, no call. */
static inline char capital(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool zos_starts(const char *line, const char *words)
{
	while (*words && capital(*line) == capital(*words)) {
		line++;
		words++;
	}
	return !*words;
}

bool zos_holds(const char *line, const char *words)
{
	char first = capital(*words);
	for (; *line; line++)
		if (capital(*line) == first && zos_starts(line, words))
			return true;
	return false;
}

bool zos_same(const char *a, const char *b)
{
	return zos_starts(a, b) && strlen(a) == strlen(b);
}

/* Three letters (four for subtasks), three to five digits, and what kind of message it is; where that letter was an I,
 * slides and scanners have made a 1 of it. */
const char *zos_message_id(const char *line, char id[static 12])
{
	size_t letters = 0, digits;
	size_t marks = strspn(line, "*+@-! ");
	line += marks;
	/* "*05 ITT006A": it waits for reply 5. */
	size_t reply = marks ? strspn(line, "0123456789") : 0;
	if (reply && reply <= 4 && line[reply] == ' ')
		line += reply + strspn(line + reply, " ");
	while (letters < 6 && isalpha((unsigned char)line[letters]))
		letters++;
	digits = strspn(line + letters, "0123456789");
	size_t length = letters + digits;
	if (letters < 3 || letters > 5 || digits < 2 || digits > 5)
		return NULL;
	bool scanned = digits >= 4 && line[length - 1] == '1' && (line[length] == ' ' || !line[length]);
	if (!scanned && !(line[length] && strchr("IEAWDSieawds", line[length])))
		return NULL;
	length += !scanned;
	if (length >= 12 || (line[length] && line[length] != ' '))
		return NULL;
	for (size_t i = 0; i < length; i++)
		id[i] = (char)toupper((unsigned char)line[i]);
	if (scanned)
		id[length - 1] = 'I';
	id[length] = '\0';
	return line + length + strspn(line + length, " ");
}

bool zos_message_matters(const char *id)
{
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (strcmp(kept[i], id) == 0)
			return true;
	return false;
}

bool zos_is_of_display(const char *id)
{
	static const char *const owners[] = { "EZA", "EZD", "EZZ", "IEE", "IST" };
	if (!*id)
		return true;
	for (size_t i = 0; i < sizeof owners / sizeof *owners; i++)
		if (strncmp(id, owners[i], 3) == 0)
			return true;
	return false;
}

static bool is_reply(const char *line)
{
	size_t at = 1 + strspn(line + (*line != '\0'), " ");
	if (toupper((unsigned char)line[0]) != 'R' || at < 2)
		return false;
	size_t digits = strspn(line + at, "0123456789");
	return digits >= 1 && digits <= 4 && line[at + digits] == ',';
}

bool zos_is_command(const char *line)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (zos_starts(line, commands[i]))
			/* "NETSTAT CS V1R11" heads a report. */
			return !zos_holds(line, "NETSTAT CS ");
	return is_reply(line);
}

bool zos_is_furniture(const char *line)
{
	static const char *const statuses[] = { "ST=(", "BR=", "MO=", "MO =" };  /* the rest of IEE839I */
	size_t marks = strspn(line, "-=*_.`# ");
	if (!line[marks] || zos_same(line, "READY"))
		return true;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (zos_starts(line, statuses[i]))
			return true;
	for (size_t i = 0; i < sizeof furniture / sizeof *furniture; i++)
		if (zos_holds(line, furniture[i]))
			return true;
	return false;
}
