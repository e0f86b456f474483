/* What a finding means, for people: `culprit explain ID`. */
#include <ctype.h>
#include <string.h>

#include "core/clock.h"
#include "report/json.h"
#include "report/report.h"
#include "report/wrap.h"

static void add_heading(const struct page *page, const char *heading)
{
	text_add_char(page->to, '\n');
	page_add(page, INK_BOLD, heading);
	text_add_char(page->to, '\n');
}

static void add_section(const struct page *page, const char *heading, const char *words)
{
	if (!words)
		return;
	add_heading(page, heading);
	page_paragraph(page, INK_PLAIN, 2, words);
}

/* A threshold as people write it: "200 ms", "1 %", "65536 bytes". --set takes the same without the space. */
static void add_value(struct text *to, double value, const char *unit)
{
	char words[DURATION_TEXT_SIZE];
	if (value == 0) {
		text_add_char(to, '0');
	} else if (strcmp(unit, "s") == 0) {
		text_add(to, duration_text((int64_t)(value * NANOSECONDS), words));
	} else if (strcmp(unit, "ratio") == 0) {
		double_add(to, value * 100);
		text_add(to, " %");
	} else {
		double_add(to, value);
		text_addf(to, "%s%s", *unit ? " " : "", unit);
	}
}

static void add_parameter(const struct page *page, const struct culprit_parameter *parameter)
{
	struct text words = { 0 };
	text_add(&words, parameter->name);
	text_add(&words, " = ");
	add_value(&words, parameter->value[0], parameter->unit);
	const char *before = " (";
	for (unsigned i = 1; culprit_profile_name(i); i++) {
		if (parameter->value[i] == parameter->value[0])
			continue;
		text_addf(&words, "%s%s: ", before, culprit_profile_name(i));
		add_value(&words, parameter->value[i], parameter->unit);
		before = ", ";
	}
	text_addf(&words, "%s: %s", *before == ',' ? ")" : "", parameter->meaning);
	page_indent(page, 2);
	page_wrap(page, INK_PLAIN, 2, 6, words.bytes);
	text_finish(&words);
}

static void add_parameters(const struct page *page, const struct culprit_kind *kind)
{
	if (kind->parameter_count == 0)
		return;
	add_heading(page, "Thresholds");
	for (size_t i = 0; i < kind->parameter_count; i++)
		add_parameter(page, &kind->parameters[i]);
	struct text words = { 0 };
	text_addf(&words, "Change one with --set %s.%s=VALUE.", kind->id, kind->parameters[0].name);
	page_paragraph(page, INK_PLAIN, 2, words.bytes);
	text_finish(&words);
}

/* Advice with its {names} in capitals: "SACK on SENDER". Of {n|packet|packets} the plural stays. */
static void add_advice(const struct page *page, const char *template_)
{
	struct text words = { 0 };
	while (*template_) {
		size_t plain = strcspn(template_, "{");
		text_add_bytes(&words, template_, plain);
		template_ += plain;
		size_t length = strcspn(template_, "}");
		if (template_[length] != '}') {  /* a brace that stands for itself */
			text_add(&words, template_);
			break;
		}
		size_t name = strcspn(template_, "|}");
		for (size_t i = 1; i < name; i++)
			text_add_char(&words, template_[i] == '_' ? ' '
				      : (char)toupper((unsigned char)template_[i]));
		const char *plural = memrchr(template_, '|', length);
		if (plural) {
			text_add_char(&words, ' ');
			text_add_bytes(&words, plural + 1, (size_t)(template_ + length - plural) - 1);
		}
		template_ += length + 1;
	}
	page_paragraph(page, INK_PLAIN, 2, words.bytes);
	text_finish(&words);
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct culprit_kind *kind = about;
	const struct page page = { to, output->width ? output->width : 80, output->colour };
	page_add(&page, INK_BOLD, kind->title);
	text_addf(to, "\n%s, %s\n", kind->id, culprit_severity_name(kind->severity));
	add_section(&page, "What it means", kind->meaning);
	add_parameters(&page, kind);
	add_section(&page, "False alarms", kind->false_alarms);
	if (kind->advice_count)
		add_heading(&page, "What to do next");
	for (size_t i = 0; i < kind->advice_count; i++)
		add_advice(&page, kind->advice[i]);
	add_section(&page, "Reference", kind->reference);
}

const struct report kind_as_text = { .subject = REPORT_KIND, .format = CULPRIT_TEXT, .write = write };
