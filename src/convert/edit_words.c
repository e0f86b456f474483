#include "convert/edit.h"

#include <stdio.h>
#include <string.h>

#define TLS_HEADER 5

/* Commands of protocols whose dialogue is text. */
static const char *const commands[] = {
	"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "PATCH", "TRACE", "PROPFIND", "HTTP/1.0",
	"HTTP/1.1", "USER", "PASS", "ACCT", "CWD", "QUIT", "PORT", "PASV", "EPRT", "EPSV", "TYPE", "MODE",
	"STRU", "RETR", "STOR", "LIST", "NLST", "ABOR", "AUTH", "PROT", "PBSZ", "SITE", "SYST", "FEAT", "NOOP",
	"HELO", "EHLO", "MAIL", "RCPT", "DATA", "RSET", "STARTTLS", "STAT", "UIDL", "TOP",
};

static bool ends_word(uint8_t byte)
{
	return byte == ' ' || byte == '\r' || byte == '\n' || byte == '-';
}

/* "220 ", "530-". */
static bool is_reply(const uint8_t *bytes, size_t length)
{
	return length >= 4 && bytes[0] >= '1' && bytes[0] <= '5' && bytes[1] >= '0' && bytes[1] <= '9' &&
	       bytes[2] >= '0' && bytes[2] <= '9' && ends_word(bytes[3]);
}

/* RFC 8446, 5.1. */
static bool is_tls(const uint8_t *bytes, size_t length)
{
	return length >= TLS_HEADER && bytes[0] >= 20 && bytes[0] <= 23 && bytes[1] == 3 && bytes[2] <= 4;
}

static size_t known_length(const uint8_t *bytes, size_t length)
{
	if (is_reply(bytes, length))
		return 4;
	if (is_tls(bytes, length))
		return TLS_HEADER;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		size_t word = strlen(commands[i]);
		if (length > word && memcmp(bytes, commands[i], word) == 0 && ends_word(bytes[word]))
			return word + 1;
	}
	return 0;
}

static const char *const harmless[] = { "Content-Length:", "Transfer-Encoding:", "Connection:" };

/* Header lines that say where the message ends, and nothing about anybody. */
static bool is_harmless(const uint8_t *line, size_t length)
{
	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
		size_t word = strlen(harmless[i]);
		if (length > word && memcmp(line, harmless[i], word) == 0)
			return true;
	}
	return false;
}

/* The end of up to three digits from `at` on, and their value; `at` itself when there are none. */
static size_t read_digits(const uint8_t *line, size_t at, size_t stop, unsigned *value)
{
	*value = 0;
	for (size_t most = at + 3; at < stop && at < most && line[at] >= '0' && line[at] <= '9'; at++)
		*value = *value * 10 + (line[at] - '0');
	return at;
}

/* "h1,h2,h3,h4,p1,p2" of FTP: where the address stands. False when there is none. */
static bool find_target(const uint8_t *line, size_t stop, size_t *from, size_t *to, uint8_t address[4])
{
	for (size_t start = 4; start < stop; start++) {
		size_t at = start;
		unsigned value;
		for (int i = 0; i < 6; i++) {
			size_t next = read_digits(line, at, stop, &value);
			if (next == at || value > 255 || (i < 5 && (next >= stop || line[next] != ',')))
				break;
			if (i < 4) {
				address[i] = (uint8_t)value;
				*to = next;
			}
			at = next + 1;
			if (i == 5) {
				*from = start;
				return true;
			}
		}
	}
	return false;
}

/* The address's pseudonym in as many characters, with leading zeros; 0,0,0,0 (its sender's own) where it needs
 * more. The port stays. */
static void write_target(struct edit *edit, uint8_t *line, size_t from, size_t to, uint8_t address[4])
{
	static const uint8_t own[4];
	char words[16];
	pseudonym_ipv4(edit->pseudonyms, address);
	int needed = snprintf(words, sizeof words, "%u,%u,%u,%u", address[0], address[1], address[2], address[3]);
	if ((size_t)needed > to - from)
		needed = snprintf(words, sizeof words, "%u,%u,%u,%u", own[0], own[1], own[2], own[3]);
	size_t padding = to - from - (size_t)needed;
	/* A number has three digits at the most, so the padding goes round. */
	size_t at = from;
	for (const char *c = words; *c; c++) {
		bool starts = c == words || c[-1] == ',';
		size_t digits = strcspn(c, ",");
		for (; starts && padding && digits < 3; digits++, padding--)
			line[at++] = '0';
		line[at++] = (uint8_t)*c;
	}
}

/* What announces another connection keeps its port, or that would seem to come from nowhere. Returns whether
 * the line is done with. */
static bool edit_announcement(struct edit *edit, uint8_t *line, size_t stop)
{
	uint8_t address[4];
	size_t from = 0, to = 0;
	bool names_address = memcmp(line, "PORT", 4) == 0 || memcmp(line, "227 ", 4) == 0;
	if (names_address && find_target(line, stop, &from, &to, address)) {
		size_t end = to;
		while (end < stop && (line[end] == ',' || (line[end] >= '0' && line[end] <= '9')))
			end++;
		memset(line + 4, ' ', from - 4);
		write_target(edit, line, from, to, address);
		memset(line + end, ' ', stop - end);
		return true;
	}
	return memcmp(line, "229 ", 4) == 0 && memchr(line, '|', stop);
}

/* "GET /path HTTP/1.1" keeps all but the path, which gets a pseudonym; "HTTP/1.1 404 Not Found" all but the words.
 * Returns whether the line is done with. */
static bool edit_http_start(struct edit *edit, uint8_t *line, size_t stop)
{
	if (stop >= 12 && memcmp(line, "HTTP/1.", 7) == 0 && is_reply(line + 9, stop - 9 + 1)) {
		memset(line + 12, ' ', stop - 12);
		return true;
	}
	const size_t version = 9;        /* " HTTP/1.1" */
	const uint8_t *blank = memchr(line, ' ', stop);
	if (!blank || stop < version || memcmp(line + stop - version, " HTTP/1.", version - 1) != 0)
		return false;
	size_t from = (size_t)(blank - line) + 1, to = stop - version;
	if (from < to && line[from] == '/')
		from++;
	/* The page and what is asked of it by themselves: one page stays one. */
	const uint8_t *mark = from < to ? memchr(line + from, '?', to - from) : NULL;
	size_t query = mark ? (size_t)(mark - line) : to;
	if (from < query)
		pseudonym_word(edit->pseudonyms, line + from, query - from);
	if (query + 1 < to)
		pseudonym_word(edit->pseudonyms, line + query + 1, to - query - 1);
	return true;
}

/* "Authorization: Basic …" keeps what it is; the credentials become others without a name, so that a second try
 * still differs from the first. Returns whether the line is done with. */
static bool edit_credentials(struct edit *edit, uint8_t *line, size_t stop)
{
	static const char *const names[] = { "Authorization: ", "Proxy-Authorization: ", "WWW-Authenticate: ",
		"Proxy-Authenticate: " };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t from = strlen(names[i]);
		if (stop < from || memcmp(line, names[i], from) != 0)
			continue;
		while (from < stop && line[from] != ' ')
			from++;
		from++;
		if (from < stop)
			pseudonym_word(edit->pseudonyms, line + from, stop - from);
		if (from + 4 <= stop)
			memcpy(line + from, "Ojo6", 4);  /* ":::" in base64 */
		return true;
	}
	return false;
}

/* "USER joe" names somebody by a pseudonym; who logs in as anonymous stays nobody. Returns whether the line is done
 * with. */
static bool edit_user(struct edit *edit, uint8_t *line, size_t stop)
{
	static const char *const nobody[] = { "anonymous", "ftp" };
	const size_t from = 5;           /* "USER " */
	if (stop <= from || memcmp(line, "USER ", from) != 0)
		return false;
	for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++)
		if (stop - from == strlen(nobody[i]) && memcmp(line + from, nobody[i], stop - from) == 0)
			return true;
	pseudonym_word(edit->pseudonyms, line + from, stop - from);
	return true;
}

/* Keeps the first word of a line and its end. Returns the length of both and what is between, 0 when the line
 * does not end here. */
static size_t edit_line(struct edit *edit, uint8_t *line, size_t length)
{
	const uint8_t *end = memchr(line, '\n', length);
	if (!end)
		return 0;
	size_t all = (size_t)(end - line) + 1, kept = known_length(line, all);
	size_t stop = all - (all > 1 && line[all - 2] == '\r' ? 2 : 1);
	if (stop > 4 && kept && (edit_announcement(edit, line, stop) || edit_http_start(edit, line, stop)))
		return all;
	if (edit_user(edit, line, stop) || edit_credentials(edit, line, stop))
		return all;
	if (!is_harmless(line, all) && kept < stop)
		memset(line + kept, 0, stop - kept);
	return all;
}

void edit_first_word(struct edit *edit, size_t at, size_t end)
{
	if (end > edit->length)
		end = edit->length;
	if (at >= end || edit->known != at)
		return;
	size_t first = known_length(edit->bytes + at, end - at);
	edit->known = at + first;
	if (!first || is_tls(edit->bytes + at, end - at))
		return;
	/* A dialogue of lines keeps its lines: they tell where a command, a reply or a header ends. */
	for (size_t length = 1; length && at < end; at += length) {
		length = edit_line(edit, edit->bytes + at, end - at);
		if (length)
			edit->known = at + length;
		if (length <= 2)
			break;
	}
}
