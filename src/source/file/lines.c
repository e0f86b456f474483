#include "source/file/lines.h"

#include <stdlib.h>

#include "core/memory.h"

/* EBCDIC line ends: NEL, as z/OS UNIX writes it, and LF. */
#define EBCDIC_NEL 0x15
#define EBCDIC_LF 0x25
#define EBCDIC_BLANK 0x40

/* Print data sets have records of 80 to 255 bytes. */
#define NARROWEST 72
#define WIDEST 255
/* So many lines must begin and end like lines before a width is believed, and so large a part of
 * all. */
#define WIDTH_LINES 6
#define WIDTH_PERCENT 95

/* Code pages 037 and 1047 from 0x40 on; where they differ, 1047. What has no ASCII character is a
 * dot. */
static const char ebcdic[] =
	" ...........<(+|" "&.........!$*);^" "-/........|,%_>?" ".........`:#@'=\""
	".abcdefghi......" ".jklmnopqr......" ".~stuvwxyz...[.." ".............].."
	"{ABCDEFGHI......" "}JKLMNOPQR......" "\\.STUVWXYZ......" "0123456789......";

static bool is_end(uint8_t byte, enum text_code code)
{
	return code == TEXT_EBCDIC ? byte == EBCDIC_NEL || byte == EBCDIC_LF : byte == '\n';
}

static char to_ascii(uint8_t byte, enum text_code code)
{
	if (code == TEXT_EBCDIC)
		return byte < EBCDIC_BLANK ? ' ' : ebcdic[byte - EBCDIC_BLANK];
	if (byte >= 0x7f)
		return '.';
	return byte < ' ' ? ' ' : (char)byte;
}

/* Tab, line ends, form feed, and what terminals get: backspace and escape. */
static bool is_ascii_text(uint8_t byte)
{
	return byte >= ' ' ? byte != 0x7f : (byte >= '\b' && byte <= '\r') || byte == 0x1b;
}

static bool is_ebcdic_text(uint8_t byte)
{
	return byte >= EBCDIC_BLANK ? byte != 0xff
				    : byte == 0x05 || (byte >= 0x0b && byte <= 0x0d) ||
					      byte == EBCDIC_NEL || byte == EBCDIC_LF;
}

/* Lines of fixed length begin with a blank or a carriage control and are filled with blanks. */
static bool fits_width(struct cursor in, size_t width)
{
	size_t lines = 0, good = 0;
	for (size_t at = width; at < in.captured; at += width) {
		uint8_t first = in.next[at];
		lines++;
		good += in.next[at - 1] == EBCDIC_BLANK &&
			(first == EBCDIC_BLANK || first == 0xf0 || first == 0xf1 || first == 0x60);
	}
	return lines >= WIDTH_LINES && good * 100 >= lines * WIDTH_PERCENT;
}

static size_t find_width(struct cursor in)
{
	for (size_t i = 0; i < in.captured; i++)
		if (is_end(in.next[i], TEXT_EBCDIC))
			return 0;
	for (size_t width = NARROWEST; width <= WIDEST; width++)
		if (fits_width(in, width))
			return width;
	return 0;
}

struct text_form text_form_of(struct cursor head)
{
	size_t high = 0;             /* bytes that EBCDIC text is made of and ASCII text hardly */
	bool ascii = true, other = true;
	for (size_t i = 0; i < head.captured && (ascii || other); i++) {
		high += head.next[i] >= 0x80 || head.next[i] == EBCDIC_BLANK;
		ascii = ascii && is_ascii_text(head.next[i]);
		other = other && is_ebcdic_text(head.next[i]);
	}
	struct text_form form = { TEXT_NONE, 0 };
	if (ascii && high <= head.captured / 2) {
		form.code = TEXT_ASCII;
	} else if (other && high > head.captured / 2) {
		form.code = TEXT_EBCDIC;
		form.width = find_width(head);
	}
	return form;
}

void lines_init(struct lines *lines, struct text_form form)
{
	*lines = (struct lines){ .form = form, .text = memory_allocate(LINE_LONGEST + 1) };
}

void lines_finish(struct lines *lines)
{
	free(lines->text);
	lines->text = NULL;
}

/* How long the line at the start of these bytes is with its end. 0: its end is not among them. */
static size_t measure(const struct text_form *form, const uint8_t *bytes, size_t from, size_t count)
{
	size_t most = form->width ? form->width : LINE_LONGEST;
	for (size_t i = from; i < count && i < most && !form->width; i++)
		if (is_end(bytes[i], form->code))
			return i + 1;
	return count >= most ? most : 0;
}

static void copy(struct lines *lines, const uint8_t *bytes, size_t count)
{
	if (count && !lines->form.width && is_end(bytes[count - 1], lines->form.code))
		count--;
	lines->length = 0;
	for (size_t i = 0; i < count; i++) {
		lines->text[i] = to_ascii(bytes[i], lines->form.code);
		if (lines->text[i] != ' ')
			lines->length = i + 1;
	}
	lines->text[lines->length] = '\0';
}

bool lines_next(struct lines *lines, struct input *input)
{
	if (lines->again) {
		lines->again = false;
		return true;
	}
	size_t seen = 0, length;
	while (!(length = measure(&lines->form, input->next, seen, input->available))) {
		seen = input->available;
		(void)input_peek(input, seen + 1);
		if (input->available == seen) {
			length = seen;
			break;
		}
	}
	if (!length)
		return false;
	lines->offset = input->offset;
	copy(lines, input->next, length);
	input_skip(input, length);
	return true;
}

bool lines_take(struct lines *lines, struct cursor *in)
{
	size_t length = measure(&lines->form, in->next, 0, in->captured);
	if (!length)
		length = in->captured;
	const uint8_t *bytes = length ? cursor_take(in, length) : NULL;
	if (bytes)
		copy(lines, bytes, length);
	return bytes != NULL;
}

enum probe lines_probe(struct cursor head, enum probe (*judge)(struct lines *lines, struct cursor *head))
{
	head.declared = head.captured;
	struct text_form form = text_form_of(head);
	if (form.code == TEXT_NONE)
		return PROBE_NO;
	struct lines lines;
	lines_init(&lines, form);
	enum probe sure = judge(&lines, &head);
	lines_finish(&lines);
	return sure;
}
