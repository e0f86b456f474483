/* What a diagnosis says about the displays that it read. */
#include <string.h>

#include "core/clock.h"
#include "report/words.h"
#include "report/zos.h"

#define UNKNOWN_LIMIT 8                  /* more of them tell nothing new; --json has more */

/* "console.txt: 4 displays, 3 messages and commands, 210 lines". */
void zos_displays_head(const struct page *page, const struct zos_displays *displays)
{
	struct text words = { 0 };
	if (!displays)
		return;
	text_add(&words, displays->files[0]);
	if (displays->file_count > 1)
		text_addf(&words, " and %zu more", displays->file_count - 1);
	text_add(&words, ": ");
	words_counted(&words, displays->display_count, "display", "displays");
	if (displays->message_count) {
		text_add(&words, ", ");
		words_counted(&words, displays->message_count, "message or command", "messages and commands");
	}
	text_add(&words, " in ");
	words_counted(&words, displays->lines, "line", "lines");
	page_paragraph(page, INK_DIM, 0, words.bytes);
	text_finish(&words);
}

/* What z/OS called a section: "link OSDL", "IP (IPV4)", "general". */
static void add_section(struct text *to, const struct zos_section *section)
{
	if (!*section->kind)
		return;
	text_addf(to, "%s%s%s", section->kind, *section->name ? " " : "", section->name);
}

static void add_display(const struct page *page, const struct zos_displays *displays, const struct zos_display *display)
{
	struct text words = { 0 };
	text_addf(&words, "%s line %u: %s", displays->files[display->file], display->line, zos_display_name(display));
	if (*display->stack)
		text_addf(&words, " of %s", display->stack);
	const char *between = ": ";
	for (uint32_t i = 0; i < display->section_count && i < 6; i++) {
		const struct zos_section *section = &displays->sections[display->first_section + i];
		if (!*section->kind)
			continue;
		text_add(&words, between);
		add_section(&words, section);
		between = ", ";
	}
	if (display->section_count > 6)
		text_addf(&words, " and %u more", display->section_count - 6);
	page_paragraph(page, INK_DIM, 2, words.bytes);
	text_finish(&words);
}

#define DISPLAY_LIMIT 20

void zos_displays_tail(const struct page *page, const struct zos_displays *displays)
{
	if (!displays)
		return;
	if (displays->display_count)
		text_add(page->to, "\nRead\n");
	for (size_t i = 0; i < displays->display_count && i < DISPLAY_LIMIT; i++)
		add_display(page, displays, &displays->displays[i]);
	if (displays->display_count > DISPLAY_LIMIT)
		text_addf(page->to, "  \xe2\x80\xa6 and %zu more\n", displays->display_count - DISPLAY_LIMIT);
	if (displays->unknown_total)
		text_add(page->to, "\nNot understood, and left out\n");
	size_t shown = displays->unknown_count < UNKNOWN_LIMIT ? displays->unknown_count : UNKNOWN_LIMIT;
	for (size_t i = 0; i < shown; i++) {
		const struct zos_unknown *unknown = &displays->unknown[i];
		struct text words = { 0 };
		text_addf(&words, "%s line %u: %s", displays->files[unknown->file], unknown->line, unknown->text);
		page_paragraph(page, INK_DIM, 2, words.bytes);
		text_finish(&words);
	}
	if (displays->unknown_total > shown)
		text_addf(page->to, "  \xe2\x80\xa6 and %llu more\n", (unsigned long long)(displays->unknown_total - shown));
	if (displays->left_out)
		text_addf(page->to, "  %llu displays, figures and messages were left out: there were too many\n",
			  (unsigned long long)displays->left_out);
}

static void write_figures(struct json *json, const struct zos_displays *displays, const struct zos_section *section)
{
	json_open(json, "figures", '[');
	for (uint32_t i = 0; i < section->figure_count; i++) {
		const struct zos_figure *figure = &displays->figures[section->first_figure + i];
		json_open_flat(json, NULL, '{');
		json_words(json, "name", figure->name);
		json_words(json, "text", figure->text);
		if (figure->is_number)
			json_number(json, "number", figure->number);
		else
			json_words(json, "number", NULL);
		json_number(json, "line", figure->line);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_display(struct json *json, const struct zos_displays *displays, const struct zos_display *display)
{
	json_open(json, NULL, '{');
	json_words(json, "name", zos_display_name(display));
	json_words(json, "stack", *display->stack ? display->stack : NULL);
	json_words(json, "file", displays->files[display->file]);
	json_number(json, "line", display->line);
	json_time(json, "time", display->time, 0);
	json_open(json, "sections", '[');
	for (uint32_t i = 0; i < display->section_count; i++) {
		const struct zos_section *section = &displays->sections[display->first_section + i];
		json_open(json, NULL, '{');
		json_words(json, "kind", section->kind);
		json_words(json, "name", section->name);
		write_figures(json, displays, section);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_close(json, '}');
}

static void write_line(struct json *json, const struct zos_displays *displays, uint32_t file, uint32_t line,
		       const char *id, const char *text)
{
	json_open_flat(json, NULL, '{');
	json_words(json, "file", displays->files[file]);
	json_number(json, "line", line);
	if (id)
		json_words(json, "id", *id ? id : NULL);
	json_words(json, "text", text);
	json_close(json, '}');
}

void zos_displays_json(struct json *json, const struct zos_displays *displays)
{
	json_open(json, "displays", '{');
	json_number(json, "lines", displays->lines);
	json_open(json, "displays", '[');
	for (size_t i = 0; i < displays->display_count; i++)
		write_display(json, displays, &displays->displays[i]);
	json_close(json, ']');
	json_open(json, "messages", '[');
	for (size_t i = 0; i < displays->message_count; i++)
		write_line(json, displays, displays->messages[i].file, displays->messages[i].line,
			   displays->messages[i].id, displays->messages[i].text);
	json_close(json, ']');
	json_number(json, "unknown_lines", displays->unknown_total);
	json_open(json, "unknown", '[');
	for (size_t i = 0; i < displays->unknown_count; i++)
		write_line(json, displays, displays->unknown[i].file, displays->unknown[i].line, NULL,
			   displays->unknown[i].text);
	json_close(json, ']');
	json_number(json, "left_out", displays->left_out);
	json_close(json, '}');
}
