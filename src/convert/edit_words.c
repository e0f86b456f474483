#include "convert/edit.h"

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

/* Keeps the first word of a line and its end. Returns the length of both and what is between, 0 when the line
 * does not end here. */
static size_t edit_line(uint8_t *line, size_t length)
{
	const uint8_t *end = memchr(line, '\n', length);
	if (!end)
		return 0;
	size_t all = (size_t)(end - line) + 1, kept = known_length(line, all);
	size_t stop = all - (all > 1 && line[all - 2] == '\r' ? 2 : 1);
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
		length = edit_line(edit->bytes + at, end - at);
		if (length)
			edit->known = at + length;
		if (length <= 2)
			break;
	}
}
