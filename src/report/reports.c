/* All reports of a thing as a whole. Lists of equal things are tables: see table.h. */
#include "report/report.h"

const struct report *const reports[] = {
	&diagnosis_as_csv,
	&diagnosis_as_html,
	&diagnosis_as_json,
	&diagnosis_as_junit,
	&diagnosis_as_markdown,
	&diagnosis_as_sarif,
	&diagnosis_as_text,
	&kind_as_json,
	&kind_as_text,
	&proof_as_json,
	&proof_as_text,
	&tuning_as_json,
	&tuning_as_text,
	&why_as_json,
	&why_as_text,
	NULL,
};

bool report_write(enum report_subject subject, const void *about, const struct culprit_output *output)
{
	for (size_t i = 0; reports[i]; i++) {
		if (reports[i]->subject != subject || reports[i]->format != output->format)
			continue;
		struct text text = { 0 };
		reports[i]->write(&text, about, output);
		bool written = output->write(output->user, text.bytes, text.length);
		text_finish(&text);
		return written;
	}
	return false;
}
