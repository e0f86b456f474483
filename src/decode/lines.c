#include "decode/lines.h"

#include <string.h>

struct cursor line_text(struct cursor in)
{
	size_t length = in.captured;
	while (length && (in.next[length - 1] == '\n' || in.next[length - 1] == '\r'))
		length--;
	return cursor_make(in.next, length, length);
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool ends_word(uint8_t c)
{
	return c == ' ' || c == '\r' || c == '\n';
}

bool line_word(struct cursor *in, char *word, size_t size)
{
	size_t length = 0;
	while (length < in->captured && length < size - 1) {
		uint8_t c = in->next[length];
		if (!is_letter(c) && !is_digit(c) && c != '-')
			break;
		word[length++] = (char)(is_letter(c) ? c & ~0x20 : c);
	}
	word[length] = 0;
	if (!length || (length < in->captured && !ends_word(in->next[length]))) {
		word[0] = 0;
		return false;
	}
	cursor_skip(in, length);
	if (in->captured && *in->next == ' ')
		cursor_skip(in, 1);
	return true;
}

uint16_t line_code(struct cursor *in, bool *more)
{
	if (in->captured < 4)
		return 0;
	const uint8_t *c = in->next;
	if (c[0] < '1' || c[0] > '6' || !is_digit(c[1]) || !is_digit(c[2]) || (!ends_word(c[3]) && c[3] != '-'))
		return 0;
	*more = c[3] == '-';
	uint16_t code = (uint16_t)((c[0] - '0') * 100 + (c[1] - '0') * 10 + (c[2] - '0'));
	cursor_skip(in, 3);
	return code;
}

bool line_starts(struct cursor in, const char *word)
{
	size_t length = strlen(word);
	if (in.captured < length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (in.next[i] != (uint8_t)word[i] &&
		    (!is_letter(in.next[i]) || (in.next[i] | 0x20) != (word[i] | 0x20)))
			return false;
	return true;
}

bool line_has(struct cursor in, const char *word)
{
	for (; in.captured; cursor_skip(&in, 1))
		if (line_starts(in, word))
			return true;
	return false;
}

int64_t line_number(struct cursor *in, int64_t limit)
{
	int64_t value = -1;
	while (in->captured && is_digit(*in->next)) {
		value = (value < 0 ? 0 : value) * 10 + (cursor_u8(in) - '0');
		if (value > limit)
			return -1;
	}
	return value;
}

size_t line_keep(struct cursor text, char *to, size_t size)
{
	size_t length = text.captured < size - 1 ? text.captured : size - 1;
	if (length)
		memcpy(to, text.next, length);
	to[length] = 0;
	return length;
}

bool line_printable(struct cursor text)
{
	for (size_t i = 0; i < text.captured; i++)
		if ((text.next[i] < ' ' && text.next[i] != '\t') || text.next[i] == 0x7f)
			return false;
	return true;
}

void line_tell(struct teller *teller, const struct field *field, struct cursor text, bool secret)
{
	if (!text.captured)
		return;
	if (secret)
		tell_secret(teller, field, text.next, text.captured);
	else
		tell_text(teller, field, text.next, text.captured, (const char *)text.next, text.captured);
}

/* Could these bytes, with those to come, be the line of a dot? */
static bool begins_dot_line(struct cursor in)
{
	return in.captured < 3 && in.captured && in.next[0] == '.' && (in.captured == 1 || in.next[1] == '\r');
}

/* The length of the line of a dot that starts here, 0 when there is none. */
static size_t dot_line(struct cursor in)
{
	if (in.captured >= 2 && in.next[0] == '.' && in.next[1] == '\n')
		return 2;
	return in.captured >= 3 && memcmp(in.next, ".\r\n", 3) == 0 ? 3 : 0;
}

struct frame dot_body_frame(struct dot_body *body, const struct stream *stream, struct cursor in)
{
	struct cursor rest = in;
	bool at_start = !body->mid_line;
	while (rest.captured) {
		size_t done = in.captured - rest.captured, dot = at_start ? dot_line(rest) : 0;
		if (dot && !done)
			return frame_message(dot);
		if (dot || (at_start && begins_dot_line(rest) && !stream->ended && !stream->cut)) {
			body->mid_line = false;
			return done ? frame_skip(done) : frame_more();
		}
		const uint8_t *end = memchr(rest.next, '\n', rest.captured);
		at_start = end != NULL;
		if (!end)
			break;
		cursor_skip(&rest, (size_t)(end - rest.next) + 1);
	}
	body->mid_line = !at_start;
	return in.captured ? frame_skip(in.captured) : frame_more();
}
