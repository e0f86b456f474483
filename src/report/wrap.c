#include "report/wrap.h"

#include <ctype.h>
#include <string.h>

size_t text_columns(const char *words, size_t count)
{
	size_t columns = 0;
	for (size_t i = 0; i < count; i++)
		columns += ((unsigned char)words[i] & 0xc0) != 0x80;     /* not a continuation byte */
	return columns;
}

/* Starts a colour; INK_PLAIN ends it. Nothing on a page without colour. */
static void change_ink(const struct page *page, enum ink ink)
{
	static const char *const escapes[] = {
		[INK_PLAIN] = "\033[0m", [INK_BOLD] = "\033[1m", [INK_DIM] = "\033[2m",
		[INK_RED] = "\033[1;31m", [INK_YELLOW] = "\033[1;33m", [INK_CYAN] = "\033[1;36m",
		[INK_GREEN] = "\033[1;32m",
	};
	if (page->colour)
		text_add(page->to, escapes[ink]);
}

static void start_ink(const struct page *page, enum ink ink)
{
	if (ink != INK_PLAIN)
		change_ink(page, ink);
}

static void end_ink(const struct page *page, enum ink ink)
{
	if (ink != INK_PLAIN)
		change_ink(page, INK_PLAIN);
}

void page_add(const struct page *page, enum ink ink, const char *words)
{
	start_ink(page, ink);
	text_add(page->to, words);
	end_ink(page, ink);
}

void page_indent(const struct page *page, size_t columns)
{
	for (size_t i = 0; i < columns; i++)
		text_add_char(page->to, ' ');
}

/* Bytes up to the next space where a line may break: not inside a number such as "12 117". */
static size_t word_length(const char *words)
{
	size_t length = strcspn(words, " ");
	while (length && words[length] == ' ' && isdigit((unsigned char)words[length - 1]) &&
	       isdigit((unsigned char)words[length + 1]))
		length += 1 + strcspn(words + length + 1, " ");
	return length;
}

void page_wrap(const struct page *page, enum ink ink, size_t at, size_t indent, const char *words)
{
	bool fresh = true;       /* nothing stands on this line yet but what the caller put there */
	struct text word = { 0 };
	start_ink(page, ink);
	while (*words) {
		size_t length = word_length(words);
		text_clear(&word);
		text_add_printable(&word, words, length);
		size_t columns = text_columns(word.bytes, word.length);
		if (!fresh && at + 1 + columns > page->width) {
			end_ink(page, ink);
			text_add_char(page->to, '\n');
			page_indent(page, indent);
			start_ink(page, ink);
			at = indent;
			fresh = true;
		}
		if (!fresh) {
			text_add_char(page->to, ' ');
			at++;
		}
		text_add_bytes(page->to, word.bytes, word.length);
		at += columns;
		fresh = false;
		words += length;
		words += strspn(words, " ");
	}
	end_ink(page, ink);
	text_add_char(page->to, '\n');
	text_finish(&word);
}

void page_paragraph(const struct page *page, enum ink ink, size_t indent, const char *words)
{
	page_indent(page, indent);
	page_wrap(page, ink, indent, indent, words);
}
