#include "session/secrets.h"

#include <string.h>

static char lower(uint8_t byte)
{
	return (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

/* What a line that begins so leads to. Where `word` says so, another word comes first: the tag of IMAP. */
static const struct {
	const char *start;
	bool tagged;
	uint8_t state, after;
	bool authenticates;          /* further lines of this side are secret, too */
} starts[] = {
	{ "pass ", false, SECRET_ALL, 0, false },
	{ "acct ", false, SECRET_ALL, 0, false },
	{ "apop ", false, SECRET_SKIP_WORD, SECRET_ALL, false },
	{ "auth plain", false, SECRET_ALL, 0, true },
	{ "auth login", false, SECRET_ALL, 0, true },
	{ "auth cram-md5", false, SECRET_ALL, 0, true },
	{ "auth xoauth2", false, SECRET_ALL, 0, true },
	{ "auth oauthbearer", false, SECRET_ALL, 0, true },
	{ "auth digest-md5", false, SECRET_ALL, 0, true },
	{ "auth scram-", false, SECRET_ALL, 0, true },
	{ "auth ntlm", false, SECRET_ALL, 0, true },
	{ "login ", true, SECRET_SKIP_WORD, SECRET_ALL, false },
	{ "authenticate ", true, SECRET_SKIP_WORD, SECRET_ALL, true },
	{ "authorization:", false, SECRET_ALL, 0, false },
	{ "proxy-authorization:", false, SECRET_ALL, 0, false },
	{ "cookie:", false, SECRET_COOKIES, 0, false },
	{ "set-cookie:", false, SECRET_FIRST_COOKIE, 0, false },
};

#define STARTS_WITHIN 48         /* a line's start is never longer, with the tag of IMAP */

/* Parameters of requests, forms and JSON; the character before must not be a letter. */
static const char *const parameters[] = { "password=", "passwd=", "pwd=", "passphrase=", "secret=",
	"access_token=", "refresh_token=", "client_secret=", "api_key=", "\"password\":\"", "\"password\": \"",
	"\"passwd\":\"", "\"secret\":\"", "\"token\":\"", "\"access_token\":\"", "\"access_token\": \"" };

static const char *const prompts[] = { "password:", "passphrase:", "passcode:", "password?" };

static bool ends_with(const char *bytes, size_t length, const char *end)
{
	size_t count = strlen(end);
	return count <= length && memcmp(bytes + length - count, end, count) == 0;
}

static bool starts_line(const struct secrets_side *side, size_t index)
{
	const char *start = starts[index].start, *line = side->line;
	size_t length = side->length, count = strlen(start);
	if (starts[index].tagged) {
		const char *space = memchr(line, ' ', length);
		if (!space || space == line)
			return false;
		length -= (size_t)(space + 1 - line);
		line = space + 1;
	}
	return length == count && memcmp(line, start, count) == 0;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static void begin_line(struct secrets_side *side)
{
	side->length = 0;
	side->in_value = false;
	side->state = side->authenticates ? SECRET_ALL : SECRET_LINE;
}

static bool look_for_start(struct secrets_side *side)
{
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		if (!starts_line(side, i))
			continue;
		side->state = starts[i].state;
		side->after = starts[i].after;
		side->authenticates |= starts[i].authenticates;
		return true;
	}
	return false;
}

static void look_for_parameter(struct secrets_side *side)
{
	for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
		size_t count = strlen(parameters[i]);
		if (!ends_with(side->line, side->length, parameters[i]))
			continue;
		if (side->length > count && is_letter(side->line[side->length - count - 1]))
			continue;
		side->state = SECRET_VALUE;
		return;
	}
}

/* A byte that is shown: does a secret follow? Long lines keep their end, for a parameter stands anywhere. */
static void add_to_line(struct secrets_side *side, char c)
{
	if (side->length == SECRETS_LINE) {
		memmove(side->line, side->line + SECRETS_LINE / 2, SECRETS_LINE / 2);
		side->length = SECRETS_LINE / 2;
	}
	side->line[side->length++] = c;
	if (side->length <= STARTS_WITHIN && !side->long_line && look_for_start(side))
		return;
	side->long_line = side->length > STARTS_WITHIN;
	if (c == '=' || c == '"')
		look_for_parameter(side);
}

/* True for a byte of a cookie's value. */
static bool judge_cookie(struct secrets_side *side, char c)
{
	if (c == ';') {
		side->in_value = false;
		if (side->state == SECRET_FIRST_COOKIE)
			side->state = SECRET_PLAIN;
		return false;
	}
	bool secret = side->in_value;
	side->in_value |= c == '=';
	return secret;
}

/* True for a byte that must be masked. */
static bool judge(struct secrets_side *side, uint8_t byte)
{
	char c = lower(byte);
	switch (side->state) {
	case SECRET_LINE:
		add_to_line(side, c);
		return false;
	case SECRET_ALL:
		/* Blanks before it are none of it. */
		side->in_value |= c != ' ';
		return side->in_value;
	case SECRET_SKIP_WORD:
		if (c == ' ' && side->in_value) {
			side->state = side->after;
			side->in_value = false;
		} else if (c != ' ') {
			side->in_value = true;
		}
		return false;
	case SECRET_COOKIES:
	case SECRET_FIRST_COOKIE:
		return judge_cookie(side, c);
	case SECRET_VALUE:
		if (c != '&' && c != ' ' && c != '"' && c != ';')
			return true;
		side->state = SECRET_LINE;
		add_to_line(side, c);
		return false;
	default:
		return false;
	}
}

static void remember(struct secrets_side *side, char c)
{
	memmove(side->tail, side->tail + 1, sizeof side->tail - 1);
	side->tail[sizeof side->tail - 1] = c;
}

/* What the side sent last asks for a password; blanks behind the colon do not matter. */
static bool asks(const struct secrets_side *side)
{
	size_t length = sizeof side->tail;
	while (length && (side->tail[length - 1] == ' ' || side->tail[length - 1] == '\0'))
		length--;
	for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++)
		if (ends_with(side->tail, length, prompts[i]))
			return true;
	return false;
}

/* Telnet commands are no text (RFC 854): IAC, a verb, and behind WILL to DONT an option. In UTF-8 there
 * is no byte 255. */
static bool is_telnet(struct secrets_side *side, uint8_t byte)
{
	enum { IAC = 255, WILL = 251 };
	if (side->telnet == 0) {
		side->telnet = byte == IAC;
		return byte == IAC;
	}
	side->telnet = side->telnet == 1 && byte >= WILL && byte < IAC ? 2 : 0;
	return true;
}

/* The server's verdict ends a dialogue of AUTH: as long as it goes on SMTP says 334, POP3 and IMAP "+". */
static bool goes_on(const struct secrets_side *server)
{
	if (server->line[0] == '+')
		return server->length == 1 || server->line[1] == ' ';
	return server->length >= 3 && memcmp(server->line, "334", 3) == 0;
}

static void end_line(struct secrets_side *side, struct secrets_side *other)
{
	if (side->length && other->authenticates && !goes_on(side)) {
		other->authenticates = false;
		if (!other->in_value)
			begin_line(other);
	}
	side->long_line = false;
	begin_line(side);
	remember(side, '\n');
}

void secrets_mask(struct secrets *secrets, unsigned sender, const uint8_t *from, size_t length, uint8_t *to)
{
	struct secrets_side *side = &secrets->side[sender & 1], *other = &secrets->side[!(sender & 1)];
	if (length && asks(other)) {
		memset(other->tail, 0, sizeof other->tail);
		begin_line(side);
		side->state = SECRET_ALL;
	}
	for (size_t i = 0; i < length; i++) {
		uint8_t byte = from[i];
		to[i] = byte;
		if (byte == '\0' || is_telnet(side, byte))
			continue;
		if (byte == '\n' || byte == '\r') {
			end_line(side, other);
			continue;
		}
		bool secret = judge(side, byte);
		remember(side, secret ? SECRET_MASK : lower(byte));
		if (secret)
			to[i] = SECRET_MASK;
	}
}

void secrets_gap(struct secrets *secrets, unsigned sender)
{
	struct secrets_side *side = &secrets->side[sender & 1];
	if (side->state == SECRET_LINE || side->state == SECRET_PLAIN)
		begin_line(side);
}
