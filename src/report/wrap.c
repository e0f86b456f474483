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

void page_ink(const struct page *page, enum ink ink)
{
	static const char *const escapes[] = {
		[INK_PLAIN] = "\033[0m", [INK_BOLD] = "\033[1m", [INK_DIM] = "\033[2m",
		[INK_RED] = "\033[1;31m", [INK_YELLOW] = "\033[1;33m", [INK_CYAN] = "\033[1;36m",
		[INK_GREEN] = "\033[1;32m",
	};
	if (page->colour)
		text_add(page->to, escapes[ink]);
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

void page_wrap(const struct page *page, size_t at, size_t indent, const char *words)
{
	bool fresh = true;       /* nothing stands on this line yet but what the caller put there */
	while (*words) {
		size_t length = word_length(words);
		struct text word = { 0 };
		text_add_printable(&word, words, length);
		size_t columns = text_columns(word.bytes, word.length);
		if (!fresh && at + 1 + columns > page->width) {
			text_add_char(page->to, '\n');
			page_indent(page, indent);
			at = indent;
			fresh = true;
		}
		if (!fresh) {
			text_add_char(page->to, ' ');
			at++;
		}
		text_add_bytes(page->to, word.bytes, word.length);
		text_finish(&word);
		at += columns;
		fresh = false;
		words += length;
		words += strspn(words, " ");
	}
	text_add_char(page->to, '\n');
}

void page_item(const struct page *page, size_t indent, const char *label, size_t size,
	       const char *words)
{
	size_t columns = text_columns(label, strlen(label));
	page_indent(page, indent);
	text_add(page->to, label);
	for (; columns < size; columns++)
		text_add_char(page->to, ' ');
	page_wrap(page, indent + columns, indent + columns, words);
}
