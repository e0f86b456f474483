#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"

static void reserve(struct text *text, size_t more)
{
	if (more < text->capacity - text->length)
		return;
	text->bytes = memory_grow(text->bytes, &text->capacity, text->length + more + 1, 1);
}

void text_finish(struct text *text)
{
	free(text->bytes);
	memset(text, 0, sizeof *text);
}

void text_clear(struct text *text)
{
	text->length = 0;
	if (text->bytes)
		text->bytes[0] = '\0';
}

void text_cut(struct text *text, size_t length)
{
	if (length >= text->length)
		return;
	text->length = length;
	text->bytes[length] = '\0';
}

void text_add_bytes(struct text *text, const void *bytes, size_t count)
{
	reserve(text, count);
	if (count)
		memcpy(text->bytes + text->length, bytes, count);
	text->length += count;
	text->bytes[text->length] = '\0';
}

char *text_room(struct text *text, size_t count)
{
	reserve(text, count);
	return text->bytes + text->length;
}

void text_wrote(struct text *text, const char *end)
{
	text->length = (size_t)(end - text->bytes);
	text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *words)
{
	text_add_bytes(text, words, strlen(words));
}

void text_add_char(struct text *text, char c)
{
	text_add_bytes(text, &c, 1);
}

void text_addv(struct text *text, const char *format, va_list arguments)
{
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return;
	reserve(text, (size_t)length);
	vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
	text->length += (size_t)length;
}

void text_addf(struct text *text, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	text_addv(text, format, arguments);
	va_end(arguments);
}

/* Length of the UTF-8 sequence at `b`, 0 when it is none (RFC 3629: no overlong forms, no surrogates). */
static size_t utf8_length(const uint8_t *b, size_t left)
{
	if (b[0] < 0x80)
		return 1;
	size_t length = b[0] >= 0xc2 && b[0] <= 0xdf ? 2 : (b[0] & 0xf0) == 0xe0 ? 3
		      : b[0] >= 0xf0 && b[0] <= 0xf4 ? 4 : 0;
	if (!length || length > left)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) ||
	    (b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] > 0x8f))
		return 0;
	return length;
}

void text_add_json_bytes(struct text *text, const char *bytes, size_t count)
{
	const uint8_t *b = (const uint8_t *)bytes;
	text_add_char(text, '"');
	for (size_t i = 0; i < count;) {
		size_t run = i;
		while (run < count && b[run] >= 0x20 && b[run] < 0x7f && b[run] != '"' && b[run] != '\\')
			run++;
		text_add_bytes(text, b + i, run - i);
		i = run;
		if (i == count)
			break;
		size_t length;
		if (b[i] == '"' || b[i] == '\\') {
			text_addf(text, "\\%c", b[i++]);
		} else if (b[i] < 0x20 || b[i] == 0x7f) {
			text_addf(text, "\\u%04x", b[i++]);
		} else if ((length = utf8_length(b + i, count - i)) != 0) {
			text_add_bytes(text, b + i, length);
			i += length;
		} else {
			text_add(text, "\xef\xbf\xbd");
			i++;
		}
	}
	text_add_char(text, '"');
}

void text_add_json(struct text *text, const char *words)
{
	text_add_json_bytes(text, words, strlen(words));
}

void text_add_csv(struct text *text, const char *words)
{
	if (!strpbrk(words, "\",\r\n")) {
		text_add(text, words);
		return;
	}
	text_add_char(text, '"');
	for (; *words; words++) {
		if (*words == '"')
			text_add_char(text, '"');
		text_add_char(text, *words);
	}
	text_add_char(text, '"');
}

void text_add_printable(struct text *text, const char *bytes, size_t count)
{
	const uint8_t *b = (const uint8_t *)bytes;
	text_add_bytes(text, "", 0); /* of no words an empty text, not none */
	for (size_t i = 0; i < count;) {
		size_t length = utf8_length(b + i, count - i);
		/* C1 controls (U+0080 to U+009F) drive terminals just as C0 controls do. */
		bool control = b[i] < 0x20 || b[i] == 0x7f || (length == 2 && b[i] == 0xc2 && b[i + 1] < 0xa0);
		if (!length || control) {
			text_addf(text, "\\x%02x", b[i++]);
			continue;
		}
		text_add_bytes(text, b + i, length);
		i += length;
	}
}

const char *duration_text(int64_t nanoseconds, char to[static DURATION_TEXT_SIZE])
{
	const char *sign = nanoseconds < 0 ? "-" : "";
	double ns = nanoseconds < 0 ? -(double)nanoseconds : (double)nanoseconds;
	double s = ns / 1e9;
	if (s >= 7200)
		snprintf(to, DURATION_TEXT_SIZE, "%s%.0f h %.0f min", sign, (double)(long)(s / 3600),
			 (double)((long)(s / 60) % 60));
	else if (s >= 120)
		snprintf(to, DURATION_TEXT_SIZE, "%s%.0f min %.0f s", sign, (double)(long)(s / 60),
			 (double)((long)s % 60));
	else if (ns >= 0.9995e9)     /* what three digits would round up to the next unit belongs there */
		snprintf(to, DURATION_TEXT_SIZE, "%s%.3g s", sign, s);
	else if (ns >= 0.9995e6)
		snprintf(to, DURATION_TEXT_SIZE, "%s%.3g ms", sign, ns / 1e6);
	else if (ns >= 1e3)
		snprintf(to, DURATION_TEXT_SIZE, "%s%.3g \xc2\xb5s", sign, ns / 1e3);
	else
		snprintf(to, DURATION_TEXT_SIZE, "%s%.0f ns", sign, ns);
	return to;
}

const char *size_text(uint64_t bytes, char to[static DURATION_TEXT_SIZE])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	if (bytes < 10000) {
		snprintf(to, DURATION_TEXT_SIZE, "%llu bytes", (unsigned long long)bytes);
		return to;
	}
	double value = (double)bytes / 1000;
	unsigned unit = 0;
	while (value >= 999.5 && unit < 4) {
		value /= 1000;
		unit++;
	}
	snprintf(to, DURATION_TEXT_SIZE, "%.3g %s", value, units[unit]);
	return to;
}
