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

void edit_first_word(struct edit *edit, size_t at, size_t end)
{
	if (end > edit->length)
		end = edit->length;
	if (at >= end || edit->known != at)
		return;
	edit->known = at + known_length(edit->bytes + at, end - at);
}
