#include "capture/choose.h"

#include "capture/panel.h"
#include "capture/translate.h"
#include "source/linktype.h"

#define COOKED 16                    /* bytes of the header of LINKTYPE_LINUX_SLL */
#define SESSIONS 65536               /* that a display filter may remember */

static void add_part(struct text *expression, const char *part)
{
	if (expression->length)
		text_add(expression, " and ");
	text_addf(expression, "(%s)", part);
}

/* A display filter that the kernel can run becomes part of the expression. */
static bool add_display(struct choice *choice, const char *display, struct error *error)
{
	struct text translated = { .bytes = NULL };
	choice->filtered = filtered_create(display, NULL, SESSIONS, error);
	if (!choice->filtered)
		return false;
	if (translate_filter(display, &translated)) {
		struct bpf *bpf = bpf_create(translated.bytes, false, NULL);
		if (bpf) {
			add_part(&choice->expression, translated.bytes);
			filtered_destroy(choice->filtered);
			choice->filtered = NULL;
		}
		bpf_destroy(bpf);
	}
	if (choice->filtered)
		choice->display = display;
	text_finish(&translated);
	return true;
}

bool choice_init(struct choice *choice, const struct culprit_capture_options *options, struct error *error)
{
	*choice = (struct choice){ .in_kernel = true };
	if (!panel_expression(options->terms, options->term_count, &choice->expression, error))
		return false;
	if (options->filter && *options->filter)
		add_part(&choice->expression, options->filter);
	if (options->display_filter && !add_display(choice, options->display_filter, error))
		return false;
	if (!choice->expression.length)
		return true;
	choice->in_kernel = !bpf_needs_record(choice->expression.bytes);
	choice->bpf = bpf_create(choice->expression.bytes, options->resolve, error);
	return choice->bpf != NULL;
}

void choice_finish(struct choice *choice)
{
	text_finish(&choice->expression);
	bpf_destroy(choice->bpf);
	filtered_destroy(choice->filtered);
}

bool choice_wants(struct choice *choice, const struct record *record, const struct source_report *report)
{
	return (choice->in_kernel || bpf_wants(choice->bpf, record)) &&
	       (!choice->filtered || filtered_wants(choice->filtered, record, report));
}

bool choice_wants_discarded(const struct choice *choice, const struct record *record)
{
	struct record packet = *record;
	if (packet.link_type == LINKTYPE_LINUX_SLL) {
		packet.link_type = LINKTYPE_RAW;
		packet.bytes += COOKED;
		packet.captured_length -= COOKED;
		packet.original_length -= COOKED;
	}
	return !choice->bpf || bpf_wants(choice->bpf, &packet);
}

bool choice_asks_here(const struct choice *choice)
{
	return !choice->in_kernel || choice->filtered;
}
