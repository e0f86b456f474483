#include "decode/credentials.h"

#include <string.h>

#include "core/hash.h"
#include "decode/lines.h"

#define SASL_LIMIT 384           /* bytes of a decoded line that matter; names and passwords are shorter */

void credentials_name(struct credentials *credentials, struct cursor name)
{
	credentials->name_length = (uint8_t)line_keep(name, credentials->name, sizeof credentials->name);
	credentials->user = hash_bytes(name.next, name.captured, 0) | 1;
}

static void note_place(struct credentials *credentials, const struct stream *stream)
{
	credentials->packet = stream->packet;
	credentials->time = stream->time;
}

void credentials_secret(struct credentials *credentials, const struct stream *stream, struct cursor secret)
{
	credentials->secret = hash_bytes(secret.next, secret.captured, 0) | 1;
	credentials->readable = true;
	note_place(credentials, stream);
}

void credentials_decide(struct credentials *credentials, bool accepted, struct credentials *to)
{
	*to = *credentials;
	to->outcome = accepted ? LOGIN_ACCEPTED : LOGIN_REFUSED;
	*credentials = (struct credentials){ 0 };
}

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648, 4. What does not belong ends it. */
static struct cursor decode_base64(struct cursor in, uint8_t to[static SASL_LIMIT])
{
	size_t length = 0;
	uint32_t bits = 0;
	unsigned have = 0;
	while (in.captured && length < SASL_LIMIT) {
		int value = base64_value(cursor_u8(&in));
		if (value < 0)
			break;
		bits = (bits << 6 | (uint32_t)value) & 0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[length++] = (uint8_t)(bits >> have);
		}
	}
	return cursor_make(to, length, length);
}

/* RFC 4616: whom to act as, NUL, name, NUL, password. */
static void read_plain(struct credentials *credentials, const struct stream *stream, struct cursor in)
{
	const uint8_t *mark = in.captured ? memchr(in.next, 0, in.captured) : NULL;
	if (!mark)
		return;
	cursor_skip(&in, (size_t)(mark - in.next) + 1);
	mark = in.captured ? memchr(in.next, 0, in.captured) : NULL;
	if (!mark)
		return;
	size_t length = (size_t)(mark - in.next);
	credentials_name(credentials, cursor_make(in.next, length, length));
	cursor_skip(&in, length + 1);
	credentials_secret(credentials, stream, in);
}

void sasl_line(struct sasl *sasl, struct credentials *credentials, const struct stream *stream,
	       struct cursor text)
{
	uint8_t room[SASL_LIMIT];
	struct cursor plain = decode_base64(line_text(text), room);
	note_place(credentials, stream);
	if (sasl->mechanism == SASL_PLAIN && !sasl->steps)
		read_plain(credentials, stream, plain);
	else if (sasl->mechanism == SASL_LOGIN && !sasl->steps)
		credentials_name(credentials, plain);
	else if (sasl->mechanism == SASL_LOGIN && sasl->steps == 1)
		credentials_secret(credentials, stream, plain);
	if (sasl->steps < UINT8_MAX)
		sasl->steps++;
}

void sasl_begin(struct sasl *sasl, struct credentials *credentials, const struct stream *stream,
		struct cursor text)
{
	char mechanism[24];
	bool known = line_word(&text, mechanism, sizeof mechanism);
	*credentials = (struct credentials){ 0 };
	*sasl = (struct sasl){ .mechanism = SASL_OTHER };
	if (known && strcmp(mechanism, "PLAIN") == 0)
		sasl->mechanism = SASL_PLAIN;
	else if (known && strcmp(mechanism, "LOGIN") == 0)
		sasl->mechanism = SASL_LOGIN;
	note_place(credentials, stream);
	text = line_text(text);
	if (text.captured)
		sasl_line(sasl, credentials, stream, text);
}
