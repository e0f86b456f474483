/* The commands of a z/OS trace for people: commands at the start of their lines, all else indented. */
#include <string.h>

#include "report/words.h"
#include "report/wrap.h"
#include "report/zos.h"

#define DEFAULT_WIDTH 80

static void add_heading(const struct page *page, const char *heading)
{
	if (page->to->length)
		text_add_char(page->to, '\n');
	page_add(page, INK_BOLD, heading);
	text_add_char(page->to, '\n');
}

static void add_step(const struct page *page, const struct zos_step *step)
{
	page_add(page, INK_PLAIN, step->command.bytes);
	text_add_char(page->to, '\n');
	page_paragraph(page, INK_DIM, 4, step->purpose);
	for (unsigned i = 0; i < step->reply_count; i++) {
		page_indent(page, 4);
		page_add(page, INK_DIM, "<- ");
		page_wrap(page, INK_DIM, 7, 7, step->replies[i].bytes);
	}
}

static void add_part(const struct page *page, const struct zos_procedure *procedure, int part, bool bare)
{
	static const char *const headings[ZOS_PARTS] = {
		"Start", "Check that it records, then make the problem happen again", "Stop" };
	if (!bare)
		add_heading(page, headings[part]);
	for (unsigned i = 0; i < procedure->step_count[part]; i++) {
		if (!bare) {
			add_step(page, &procedure->steps[part][i]);
			continue;
		}
		text_add(page->to, procedure->steps[part][i].command.bytes);
		text_add_char(page->to, '\n');
	}
}

static void add_lines(const struct page *page, const char *heading, const struct text *lines)
{
	if (!lines->length)
		return;
	add_heading(page, heading);
	text_add(page->to, lines->bytes);
}

static void add_jobs(const struct page *page, const struct zos_procedure *procedure)
{
	struct text heading = { 0 };
	text_addf(&heading, "Before: the writer, member %s of SYS1.PROCLIB", procedure->writer_name);
	add_lines(page, heading.bytes, &procedure->writer);
	text_clear(&heading);
	if (procedure->member_name) {
		text_addf(&heading, "Before: member %s of SYS1.PARMLIB", procedure->member_name);
		add_lines(page, heading.bytes, &procedure->member);
	}
	add_lines(page, "Before, once: its data set, of no record format or block size; the writer chooses",
		  &procedure->allocation);
	text_finish(&heading);
}

static void add_disk(const struct page *page, const struct zos_procedure *procedure)
{
	struct text words = { 0 };
	char size[DURATION_TEXT_SIZE];
	add_heading(page, "Expected disk use");
	words_counted(&words, procedure->records, "record", "records");
	text_addf(&words, " of about %llu bytes are %s, ", (unsigned long long)procedure->record_bytes,
		  size_text(procedure->bytes, size));
	words_counted(&words, procedure->cylinders, "cylinder", "cylinders");
	text_add(&words, " of a 3390 (--rate, --size and --for say what to reckon with).");
	page_paragraph(page, INK_PLAIN, 4, words.bytes);
	text_finish(&words);
}

static void add_reading(const struct page *page, const struct zos_procedure *procedure)
{
	struct text command = { 0 };
	add_lines(page, "Fetch the data set with FTP, after the writer has stopped", &procedure->transfer);
	page_paragraph(page, INK_DIM, 4, "Binary, or it is destroyed; with RDWs, or records that are split cannot all be "
		       "joined. A data set packed with TRSMAIN or XMIT must be unpacked first.");
	text_addf(&command, "culprit diagnose %s.ctrace\n", procedure->panel->name);
	add_lines(page, "Read it", &command);
	text_finish(&command);
}

void zos_commands_text(const struct zos_procedure *procedure, unsigned parts, bool bare,
		       const struct culprit_output *output, struct text *to)
{
	const struct page page = { to, output->width ? output->width : DEFAULT_WIDTH, output->colour };
	if (!parts && !bare)
		add_jobs(&page, procedure);
	for (int part = 0; part < ZOS_PARTS; part++)
		if (!parts || parts & 1u << part)
			add_part(&page, procedure, part, bare);
	if (!parts && !bare) {
		add_reading(&page, procedure);
		add_disk(&page, procedure);
	}
	if (bare || (parts && !(parts & CULPRIT_ZOS_START)) || !procedure->note_count)
		return;
	add_heading(&page, "Note");
	for (unsigned i = 0; i < procedure->note_count; i++)
		page_paragraph(&page, INK_PLAIN, 4, procedure->notes[i].bytes);
}
