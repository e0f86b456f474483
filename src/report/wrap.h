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

/* Adds words in a colour, broken at spaces so that no line is longer than the page, where that can be.
 * The first line goes on at column `at`; the others are indented by `indent`. Ends the line. Control
 * characters are made visible: words may come from a packet. Each line is coloured by itself, since a
 * pager forgets colours from line to line. */
void page_wrap(const struct page *page, enum ink ink, size_t at, size_t indent, const char *words);

/* The same as lines of their own, all of them indented. */
void page_paragraph(const struct page *page, enum ink ink, size_t indent, const char *words);

/* Some words in a colour, as they are. */
void page_add(const struct page *page, enum ink ink, const char *words);

void page_indent(const struct page *page, size_t columns);

#endif
