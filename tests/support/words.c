#include "words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void words_fail(struct words *words, const char *format, ...)
{
	if (words->failed)
		return;
	words->failed = true;
	int length = snprintf(words->message, sizeof words->message, "%s:%u: ", words->file,
			      words->line);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(words->message + length, sizeof words->message - (size_t)length, format,
		  arguments);
	va_end(arguments);
	if (words->usage) {
		size_t used = strlen(words->message);
		snprintf(words->message + used, sizeof words->message - used, "\n  usage: %s",
			 words->usage);
	}
}

void words_finish(struct words *words)
{
	text_finish(&words->store);
}

static char escape(const char **at, const char *end)
{
	char c = *(*at)++;
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case '0':
		return '\0';
	case 'x':
		if (end - *at >= 2) {
			char digits[3] = { (*at)[0], (*at)[1], 0 };
			*at += 2;
			return (char)strtoul(digits, NULL, 16);
		}
		return 'x';
	default:
		return c;
	}
}

/* Reads up to `close`; for strings with escapes. Returns where to go on. */
static const char *read_enclosed(struct words *words, const char *at, const char *end, char close)
{
	while (at < end && *at != close) {
		if (close == '"' && *at == '\\' && at + 1 < end) {
			at++;
			text_add_char(&words->store, escape(&at, end));
		} else {
			text_add_char(&words->store, *at++);
		}
	}
	if (at == end)
		words_fail(words, "there is no closing %c", close);
	return at < end ? at + 1 : at;
}

static const char *read_plain(struct words *words, const char *at, const char *end)
{
	const char *start = at;
	while (at < end && !isspace((unsigned char)*at) &&
	       !(*at == '"' && at > start && at[-1] == '='))
		text_add_char(&words->store, *at++);
	return at;
}

void words_split(struct words *words, const char *line, size_t length)
{
	const char *at = line, *end = line + length;
	size_t starts[WORDS_MAX];
	text_clear(&words->store);
	text_add_char(&words->store, ' ');   /* so that the store exists even for an empty line */
	words->count = words->next = 0;
	for (;;) {
		while (at < end && isspace((unsigned char)*at))
			at++;
		if (at == end || *at == '#')
			break;
		if (words->count == WORDS_MAX) {
			words_fail(words, "more than %d words on a line", WORDS_MAX);
			break;
		}
		struct word *word = &words->at[words->count];
		starts[words->count++] = words->store.length;
		size_t before = words->store.length;
		if (*at == '"') {
			word->kind = WORD_STRING;
			at = read_enclosed(words, at + 1, end, '"');
		} else if (*at == '<' && at + 1 < end && !isspace((unsigned char)at[1])) {
			word->kind = WORD_OPTIONS;
			at = read_enclosed(words, at + 1, end, '>');
		} else if (*at == '[') {
			word->kind = WORD_BUILDER;
			at = read_enclosed(words, at + 1, end, ']');
		} else {
			word->kind = WORD_PLAIN;
			at = read_plain(words, at, end);
		}
		word->length = words->store.length - before;
		text_add_char(&words->store, '\0');
	}
	for (unsigned i = 0; i < words->count; i++)
		words->at[i].text = words->store.bytes + starts[i];
}

bool words_more(const struct words *words)
{
	return !words->failed && words->next < words->count;
}

bool words_next_is(const struct words *words, const char *text)
{
	return words_more(words) && words->at[words->next].kind == WORD_PLAIN &&
	       strcmp(words->at[words->next].text, text) == 0;
}

bool words_accept(struct words *words, const char *text)
{
	if (!words_next_is(words, text))
		return false;
	words->next++;
	return true;
}

const char *words_take(struct words *words, const char *what)
{
	if (!words_more(words)) {
		words_fail(words, "%s is missing at the end of the line", what);
		return "";
	}
	return words->at[words->next++].text;
}

bool words_is_number(const struct words *words)
{
	return words_more(words) && words->at[words->next].kind == WORD_PLAIN &&
	       isdigit((unsigned char)words->at[words->next].text[0]);
}

static bool unit_factor(const char *unit, const char *const *names, const double *factors,
			double *factor)
{
	for (unsigned i = 0; names[i]; i++) {
		if (strcmp(unit, names[i]) == 0) {
			*factor = factors[i];
			return true;
		}
	}
	return false;
}

bool text_to_number(const char *text, double *number)
{
	static const char *const units[] = { "", "k", "M", "G", "%", NULL };
	static const double factors[] = { 1, 1e3, 1e6, 1e9, 0.01 };
	char *end;
	double factor;
	double value = strtod(text, &end);
	if (end == text || !unit_factor(end, units, factors, &factor))
		return false;
	*number = value * factor;
	return true;
}

bool text_to_duration(const char *text, int64_t *nanoseconds)
{
	static const char *const units[] = { "", "s", "ms", "us", "ns", "min", "h", NULL };
	static const double factors[] = { 1e9, 1e9, 1e6, 1e3, 1, 60e9, 3600e9 };
	char *end;
	double factor;
	double value = strtod(text, &end);
	if (end == text || !unit_factor(end, units, factors, &factor))
		return false;
	value *= factor;
	*nanoseconds = (int64_t)(value + (value < 0 ? -0.5 : 0.5));
	return true;
}

double words_number(struct words *words, const char *what)
{
	double number = 0;
	const char *text = words_take(words, what);
	if (!words->failed && !text_to_number(text, &number))
		words_fail(words, "%s should be a number, not \"%s\"", what, text);
	return number;
}

int64_t words_integer(struct words *words, const char *what, int64_t low, int64_t high)
{
	double number = words_number(words, what);
	if (words->failed)
		return low;
	if (number < (double)low || number > (double)high)
		words_fail(words, "%s should be from %lld to %lld, not %.0f", what, (long long)low,
			   (long long)high, number);
	return (int64_t)number;
}

int64_t words_duration(struct words *words, const char *what)
{
	int64_t duration = 0;
	const char *text = words_take(words, what);
	if (!words->failed && !text_to_duration(text, &duration))
		words_fail(words, "%s should be a time such as 20ms or 1.5s, not \"%s\"", what,
			   text);
	return duration;
}

double words_rate(struct words *words, const char *what)
{
	static const char *const units[] = { "bit", "kbit", "mbit", "gbit", NULL };
	static const double factors[] = { 1, 1e3, 1e6, 1e9 };
	const char *text = words_take(words, what);
	char *end;
	double factor = 0, value = strtod(text, &end);
	if (!words->failed && (end == text || !unit_factor(end, units, factors, &factor)))
		words_fail(words, "%s should be a rate such as 10mbit or 64kbit, not \"%s\"", what,
			   text);
	return value * factor;
}

void words_end(struct words *words)
{
	if (words_more(words))
		words_fail(words, "\"%s\" is not understood here", words->at[words->next].text);
}

bool text_add_hex(struct text *to, const char *digits)
{
	int high = -1;
	for (; *digits; digits++) {
		if (*digits == ' ' || *digits == ':' || *digits == '.')
			continue;
		if (!isxdigit((unsigned char)*digits))
			return false;
		int value = isdigit((unsigned char)*digits)
				    ? *digits - '0'
				    : tolower((unsigned char)*digits) - 'a' + 10;
		if (high < 0) {
			high = value;
		} else {
			text_add_char(to, (char)(high << 4 | value));
			high = -1;
		}
	}
	return high < 0;
}

/* Expressions */

struct expression {
	struct words *words;
	const char *at, *end;
	const struct variable *variables;
	unsigned count;
};

static int64_t sum(struct expression *e, unsigned depth);

static void skip_space(struct expression *e)
{
	while (e->at < e->end && *e->at == ' ')
		e->at++;
}

static int64_t variable_value(struct expression *e)
{
	char name[32] = "";
	size_t length = 0;
	while (e->at < e->end && (isalnum((unsigned char)*e->at) || *e->at == '_') &&
	       length + 1 < sizeof name)
		name[length++] = *e->at++;
	for (unsigned i = e->count; i-- > 0;)
		if (strcmp(e->variables[i].name, name) == 0)
			return e->variables[i].value;
	words_fail(e->words, "there is no variable $%s here", name);
	return 0;
}

static int64_t factor(struct expression *e, unsigned depth)
{
	skip_space(e);
	if (e->at < e->end && *e->at == '$')
		e->at++;
	if (e->at < e->end && *e->at == '(' && depth < 8) {
		e->at++;
		int64_t value = sum(e, depth + 1);
		skip_space(e);
		if (e->at < e->end && *e->at == ')')
			e->at++;
		else
			words_fail(e->words, "an expression has no closing )");
		return value;
	}
	if (e->at < e->end && isdigit((unsigned char)*e->at)) {
		char *end;
		int64_t value = strtoll(e->at, &end, 0);
		e->at = end;
		return value;
	}
	return variable_value(e);
}

static int64_t product(struct expression *e, unsigned depth)
{
	int64_t value = factor(e, depth);
	for (;;) {
		skip_space(e);
		char operator = e->at < e->end ? *e->at : 0;
		if (operator != '*' && operator != '/' && operator != '%')
			return value;
		e->at++;
		int64_t right = factor(e, depth);
		if (operator == '*')
			value *= right;
		else if (right == 0)
			words_fail(e->words, "an expression divides by zero");
		else
			value = operator == '/' ? value / right : value % right;
	}
}

static int64_t sum(struct expression *e, unsigned depth)
{
	int64_t value = product(e, depth);
	for (;;) {
		skip_space(e);
		char operator = e->at < e->end ? *e->at : 0;
		if (operator != '+' && operator != '-')
			return value;
		e->at++;
		int64_t right = product(e, depth);
		value = operator == '+' ? value + right : value - right;
	}
}

void words_substitute(struct words *words, const char *line, size_t length,
		      const struct variable *variables, unsigned count, struct text *to)
{
	struct expression e = { words, line, line + length, variables, count };
	text_clear(to);
	text_add(to, "");
	while (e.at < e.end && !words->failed) {
		if (*e.at != '$') {
			text_add_char(to, *e.at++);
			continue;
		}
		e.at++;
		if (e.at < e.end && *e.at == '$')
			text_add_char(to, *e.at++);
		else
			text_addf(to, "%lld",
				  (long long)(e.at < e.end && *e.at == '(' ? factor(&e, 0)
									   : variable_value(&e)));
	}
}
