/* Every kind of every analyzer: whether its words are complete and in form. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analyze/analyzer.h"

#define LONGEST_TITLE 90         /* bytes: one line of a list */

/* "group/name": letters, digits and hyphens around one slash. */
static bool is_id(const char *id)
{
	size_t slashes = 0;
	for (const char *at = id; *at; at++) {
		if (*at == '/')
			slashes++;
		else if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '-')
			return false;
	}
	return slashes == 1 && id[0] != '/' && id[strlen(id) - 1] != '/';
}

static bool is_group(const char *id)
{
	static const char *const groups[] = { "capture/", "link/", "arp/", "ip/", "icmp/", "udp/", "tcp/",
					      "perf/", "dns/", "dhcp/", "ftp/", "tls/", "http/",
					      "telnet/", "snmp/", "security/" };
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if (strncmp(id, groups[i], strlen(groups[i])) == 0)
			return true;
	return false;
}

/* Ends a sentence; a closing quote or bracket may follow. */
static bool ends_a_sentence(const char *text)
{
	size_t length = strlen(text);
	while (length && strchr(")\"'", text[length - 1]))
		length--;
	return length && strchr(".?!", text[length - 1]);
}

/* What stands between braces is a name, or name|one|many; braces close before others open. */
static bool braces_are_right(const char *template_)
{
	for (const char *open = strpbrk(template_, "{}"); open; open = strpbrk(open, "{}")) {
		if (*open == '}')
			return false;
		const char *close = strpbrk(open + 1, "{}");
		if (!close || *close == '{' || close == open + 1)
			return false;
		unsigned bars = 0;
		for (const char *at = open + 1; at < close; at++) {
			if (*at == '|')
				bars++;
			else if (!bars && !islower((unsigned char)*at) &&
				 !isdigit((unsigned char)*at) && *at != '_')
				return false;
		}
		if (bars != 0 && bars != 2)
			return false;
		open = close + 1;
	}
	return true;
}

static unsigned wrong;

static void check(bool right, const struct finding_kind *kind, const char *what)
{
	if (right)
		return;
	print_error("%s: %s\n", kind->id, what);
	wrong++;
}

static void check_words(const struct finding_kind *k)
{
	check(k->title && *k->title, k, "has no title");
	check(k->say && *k->say, k, "has no words (say)");
	check(k->meaning && *k->meaning, k, "has no meaning");
	check(k->false_alarms && *k->false_alarms, k, "says nothing of false alarms");
	check(k->advice[0] && *k->advice[0], k, "gives no advice");
	check(!k->reference || *k->reference, k, "has an empty reference: leave it out");
	if (k->title) {
		check(!ends_a_sentence(k->title), k, "the title ends with a full stop");
		check(strlen(k->title) <= LONGEST_TITLE, k, "the title is too long");
		check(braces_are_right(k->title), k, "the title's braces are wrong");
	}
	if (k->say) {
		check(ends_a_sentence(k->say), k, "say ends without a full stop");
		check(braces_are_right(k->say), k, "the braces of say are wrong");
		check(!strchr(k->say, '\n'), k, "say has a line break");
	}
	bool ended = false;
	for (size_t i = 0; i < sizeof k->advice / sizeof *k->advice; i++) {
		check(!k->advice[i] || !ended, k, "an advice stands after a gap");
		ended = ended || !k->advice[i];
		check(!k->advice[i] || braces_are_right(k->advice[i]), k, "an advice's braces are wrong");
	}
}

static void check_parameters(const struct finding_kind *k)
{
	for (unsigned i = 0; i < FINDING_MAX_PARAMETERS && k->parameters[i].name; i++) {
		const struct parameter *parameter = &k->parameters[i];
		check(*parameter->name && !strpbrk(parameter->name, ".= "), k,
		      "a parameter's name cannot be set");
		check(parameter->meaning && *parameter->meaning, k, "a parameter has no meaning");
		check(parameter->unit != UNIT_TEXT, k, "a parameter is text");
		check(strcmp(parameter->name, "off") != 0, k, "a parameter is called off");
		for (unsigned j = 0; j < i; j++)
			check(strcmp(k->parameters[j].name, parameter->name) != 0, k,
			      "two parameters have the same name");
	}
}

static void every_kind_is_complete(void **state)
{
	const char *last = "";
	wrong = 0;
	for (const struct finding_kind *const *kind = analyzer_kinds(); *kind; kind++) {
		const struct finding_kind *k = *kind;
		check(is_id(k->id) && is_group(k->id), k, "is no identifier of the catalogue");
		check(strcmp(last, k->id) < 0, k, "exists twice or is out of order");
		check(k->severity <= SEVERITY_CRITICAL, k, "has no severity");
		check(k->buttons && k->buttons < BUTTON_SEC << 1, k, "has no button");
		check(!(k->suppressed_by & k->weakened_by), k, "is both suppressed and weakened");
		check_words(k);
		check_parameters(k);
		last = k->id;
	}
	assert_int_equal(wrong, 0);
}

static void analyzers_are_in_form(void **state)
{
	const char *last = "";
	for (const struct analyzer *const *analyzer = analyzers; *analyzer; analyzer++) {
		const struct analyzer *a = *analyzer;
		assert_non_null(a->name);
		if (strcmp(last, a->name) >= 0)
			fail_msg("%s stands after %s", a->name, last);
		if (!a->kinds || !*a->kinds)
			fail_msg("%s finds nothing", a->name);
		if (a->wants && !a->observe)
			fail_msg("%s wants packets and does not look at them", a->name);
		last = a->name;
	}
}

/* The checks themselves. */
static void the_checks_check(void **state)
{
	assert_true(is_id("tcp/zero-window"));
	assert_false(is_id("tcp") || is_id("/x") || is_id("x/") || is_id("a/b/c") || is_id("tcp/Zero"));
	assert_false(is_group("nothing/x"));
	assert_true(ends_a_sentence("It ended.") && ends_a_sentence("(It ended.)"));
	assert_false(ends_a_sentence("It ended") || ends_a_sentence(""));
	assert_true(braces_are_right("a {b} {c|d|e f} g"));
	assert_false(braces_are_right("{a") || braces_are_right("a}") || braces_are_right("{a b}") ||
		     braces_are_right("{}") || braces_are_right("{a|b}") || braces_are_right("{{a}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_complete),
		cmocka_unit_test(analyzers_are_in_form),
		cmocka_unit_test(the_checks_check),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
