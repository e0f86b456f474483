/* Text for people in lines of a given width, with hanging indents and colours. */
#ifndef REPORT_WRAP_H
#define REPORT_WRAP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text.h"

/* How many columns `count` bytes of UTF-8 take on a terminal, each character one. */
size_t text_columns(const char *words, size_t count);

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_RED, INK_YELLOW, INK_CYAN, INK_GREEN };

struct page {
	struct text *to;
	unsigned width;          /* columns */
	bool colour;
};

/* Starts a colour; INK_PLAIN ends it. Nothing on a page without colour. */
void page_ink(const struct page *page, enum ink ink);

/* Adds words, broken at spaces so that no line is longer than the page, where that can be. The first
 * line goes on at column `at`; the others are indented by `indent`. Ends the line. Control characters
 * are made visible: words may come from a packet. */
void page_wrap(const struct page *page, size_t at, size_t indent, const char *words);

/* `indent` spaces and a label that takes `size` columns at least, then the words as page_wrap. */
void page_item(const struct page *page, size_t indent, const char *label, size_t size,
	       const char *words);

void page_indent(const struct page *page, size_t columns);

#endif
