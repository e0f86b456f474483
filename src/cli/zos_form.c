/* A panel on the terminal: every parameter with its range and default, asked again until it is right. */
#include <stdio.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/zos.h"

#define ANSWER_SIZE 256

/* False at the end of the input. The rest of a line that is too long is thrown away. */
static bool read_answer(char to[static ANSWER_SIZE])
{
	if (!fgets(to, ANSWER_SIZE, stdin))
		return false;
	size_t length = strcspn(to, "\r\n");
	if (!to[length])
		for (int c = getchar(); c != '\n' && c != EOF;)
			c = getchar();
	to[length] = '\0';
	return true;
}

/* False when the user left. Nothing keeps the default. */
static bool ask(struct culprit_zos_form *form, const struct culprit_zos_parameter *parameter)
{
	char answer[ANSWER_SIZE];
	struct culprit_error error;
	for (;;) {
		fprintf(stderr, "%-20s: [%s]  (%s) ", parameter->label, parameter->initial, parameter->range);
		if (!read_answer(answer)) {
			fputc('\n', stderr);
			return false;
		}
		const char *words = answer + strspn(answer, " ");
		if (!*words && !parameter->required)
			return true;
		if (culprit_zos_set(form, parameter->option, words, &error))
			return true;
		complain_error(&error);
	}
}

static bool ask_all(struct culprit_zos_form *form, const char *panel, bool filters_only)
{
	struct culprit_zos_parameter parameter;
	for (size_t i = 0; culprit_zos_parameter(panel, i, &parameter); i++)
		if ((parameter.filter || !filters_only) && !ask(form, &parameter))
			return false;
	return true;
}

bool zos_form_ask(struct culprit_zos_form *form, const char *panel)
{
	char answer[ANSWER_SIZE];
	struct culprit_error error;
	fprintf(stderr, "Press Enter to keep what stands in brackets.\n\n");
	if (!ask_all(form, panel, false))
		return false;
	for (;;) {
		fprintf(stderr, "Another line of filters? [no] ");
		if (!read_answer(answer) || (answer[0] != 'y' && answer[0] != 'Y'))
			break;
		if (!culprit_zos_next_line(form, &error)) {
			complain_error(&error);
			break;
		}
		if (!ask_all(form, panel, true))
			return false;
	}
	fputc('\n', stderr);
	return true;
}
