/* The scenario compiler: lines and blocks. The statements about packets are in scenario_tcp.c,
 * scenario_net.c and scenario_talk.c, those about the recorder in scenario_recorder.c. */
#include "scenario.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "core/clock.h"
#include "core/memory.h"

#define MAX_REPEATS 100000

struct line { const char *text; size_t length; };

struct lines {
	struct line *at;
	size_t count, capacity;
};

static void run(struct compiler *c, const struct lines *lines, size_t first, size_t last);

void compile_fail(struct compiler *c, const char *format, ...)
{
	char message[256];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	words_fail(&c->words, "%s", message);
}

static void lines_split(struct lines *lines, const char *text, size_t length)
{
	const char *end = text + length;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t size = (size_t)((newline ? newline : end) - text);
		lines->at = memory_grow(lines->at, &lines->capacity, lines->count + 1,
					sizeof *lines->at);
		lines->at[lines->count++] = (struct line){ text, size };
		text += size + 1;
	}
}

/* '{' for a line that opens a block, '}' for one that closes it, else 0. */
static char line_brace(const struct line *line)
{
	size_t from = 0, to = line->length;
	while (from < to && isspace((unsigned char)line->text[from]))
		from++;
	while (to > from && isspace((unsigned char)line->text[to - 1]))
		to--;
	if (from == to || line->text[from] == '#')
		return 0;
	if (to - from == 1 && line->text[from] == '}')
		return '}';
	return line->text[to - 1] == '{' ? '{' : 0;
}

/* The line that closes the block opened at `open`, or `last`. */
static size_t block_close(const struct lines *lines, size_t open, size_t last)
{
	size_t depth = 1;
	for (size_t i = open + 1; i < last; i++) {
		char brace = line_brace(&lines->at[i]);
		depth += brace == '{';
		if (brace == '}' && --depth == 0)
			return i;
	}
	return last;
}

static void run_repeat(struct compiler *c, const struct lines *lines, size_t first, size_t last)
{
	struct words *w = &c->words;
	w->usage = "repeat N [as NAME] [every TIME] {";
	int64_t times = words_integer(w, "the number of repeats", 0, MAX_REPEATS), every = -1;
	const char *name = words_accept(w, "as") ? words_take(w, "the variable's name") : "i";
	if (c->variable_count == WORDS_MAX_VARIABLES) {
		compile_fail(c, "too many blocks in each other");
		return;
	}
	struct variable *variable = &c->variables[c->variable_count++];
	snprintf(variable->name, sizeof variable->name, "%s", name);
	if (words_accept(w, "every"))
		every = words_duration(w, "the interval");
	if (!words_accept(w, "{"))
		words_end(w);
	int64_t start = c->now, origin = c->origin;
	for (variable->value = 0; variable->value < times && !w->failed; variable->value++) {
		if (every >= 0)
			c->now = start + variable->value * every;
		c->origin = c->now;
		run(c, lines, first, last);
	}
	c->origin = origin;
	c->variable_count--;
}

static void statement_options(struct compiler *c)
{
	struct words *w = &c->words;
	struct scenario *scenario = c->scenario;
	w->usage = "options [--set ID.NAME=VALUE]… [--profile NAME]";
	while (words_more(w)) {
		if (words_accept(w, "--set") && scenario->setting_count < SCENARIO_MAX_SETTINGS)
			scenario->settings[scenario->setting_count++] =
				memory_copy_text(words_take(w, "the setting"));
		else if (words_accept(w, "--profile") && !scenario->profile)
			scenario->profile = memory_copy_text(words_take(w, "the profile"));
		else
			words_end(w);
	}
}

static void statement_display(struct compiler *c)
{
	struct words *w = &c->words;
	w->usage = "display \"LINE\"…: what z/OS displays, a line a string";
	while (words_more(w)) {
		text_add(&c->scenario->displays, words_take(w, "a line of a display"));
		text_add_char(&c->scenario->displays, '\n');
	}
}

static void statement_wait(struct compiler *c)
{
	c->now += words_duration(&c->words, "the time to wait");
}

static void statement_label(struct compiler *c)
{
	struct words *w = &c->words;
	w->usage = "label NAME: names the packet before";
	const char *name = words_take(w, "the label");
	if (c->trace.count == 0)
		compile_fail(c, "there is no packet before");
	else
		c->trace.packets[c->trace.count - 1].label = label_index(c, name);
}

static void statement_expect_one(struct compiler *c) { statement_expect(c, EXPECT_FINDING); }
static void statement_expect_not(struct compiler *c) { statement_expect(c, EXPECT_NO_FINDING); }
static void statement_expect_only(struct compiler *c) { statement_expect(c, EXPECT_ONLY); }
static void statement_expect_verdict(struct compiler *c) { statement_expect(c, EXPECT_VERDICT); }
static void statement_expect_count(struct compiler *c) { statement_expect(c, EXPECT_COUNT); }

struct statement { const char *word; void (*read)(struct compiler *c); };

static const struct statement statements[] = {
	{ "arp", statement_arp },
	{ "display", statement_display },
	{ "eth", statement_eth },
	{ "expect", statement_expect_one },
	{ "expect-count", statement_expect_count },
	{ "expect-not", statement_expect_not },
	{ "expect-only", statement_expect_only },
	{ "expect-verdict", statement_expect_verdict },
	{ "flow", statement_flow },
	{ "host", statement_host },
	{ "icmp", statement_icmp },
	{ "label", statement_label },
	{ "options", statement_options },
	{ "raw", statement_raw },
	{ "udp", statement_udp },
	{ "wait", statement_wait },
};

/* A time at the start of a line: +20ms after the line before, 1.5 or 1.5s since the start (in a
 * repeat: since the start of this turn). */
static void take_time(struct compiler *c)
{
	struct words *w = &c->words;
	const char *text = w->count ? w->at[0].text : "";
	bool sign = text[0] == '+' || text[0] == '-';
	if (!isdigit((unsigned char)text[sign ? 1 : 0]))
		return;
	int64_t duration = words_duration(w, "the time");
	c->now = sign ? c->now + duration : c->origin + duration;
}

static void remember_recorder_line(struct compiler *c, const char *line)
{
	if (c->recorder_count == 64) {
		compile_fail(c, "too many statements about the recorder");
		return;
	}
	c->recorder_line_numbers[c->recorder_count] = c->words.line;
	c->recorder_lines[c->recorder_count++] = memory_copy_text(line);
}

static void run_line(struct compiler *c, const char *line)
{
	struct words *w = &c->words;
	if (c->talk) {
		talk_line(c);
		return;
	}
	take_time(c);
	if (!words_more(w))
		return;
	const char *word = w->at[w->next].text;
	if (recorder_statement(word)) {
		remember_recorder_line(c, line);
		return;
	}
	for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
		if (words_accept(w, statements[i].word)) {
			statements[i].read(c);
			words_end(w);
			return;
		}
	}
	statement_tcp(c);
	words_end(w);
}

static void run_block(struct compiler *c, const struct lines *lines, size_t open, size_t close)
{
	struct words *w = &c->words;
	if (!c->talk)
		take_time(c);
	if (words_accept(w, "repeat")) {
		run_repeat(c, lines, open + 1, close);
	} else if (words_accept(w, "talk") && !c->talk) {
		statement_talk(c);
		run(c, lines, open + 1, close);
		w->line = (unsigned)open + 1;
		talk_run(c);
	} else {
		compile_fail(c, "only repeat and talk open a block");
	}
}

static void run(struct compiler *c, const struct lines *lines, size_t first, size_t last)
{
	struct text line = { 0 };
	for (size_t i = first; i < last && !c->words.failed; i++) {
		c->words.line = (unsigned)i + 1;
		c->words.usage = NULL;
		words_substitute(&c->words, lines->at[i].text, lines->at[i].length, c->variables,
				 c->variable_count, &line);
		words_split(&c->words, line.bytes, line.length);
		char brace = line_brace(&lines->at[i]);
		if (brace == '{') {
			size_t close = block_close(lines, i, last);
			if (close == last)
				compile_fail(c, "the block has no closing }");
			run_block(c, lines, i, close);
			i = close;
		} else if (brace == '}') {
			compile_fail(c, "there is no block to close here");
		} else {
			run_line(c, line.bytes);
		}
	}
	text_finish(&line);
}

static char *take_description(const struct lines *lines)
{
	struct text description = { 0 };
	text_add(&description, "");
	for (size_t i = 0; i < lines->count && lines->at[i].length && lines->at[i].text[0] == '#';
	     i++) {
		const char *text = lines->at[i].text + 1;
		size_t length = lines->at[i].length - 1;
		while (length && *text == ' ')
			text++, length--;
		if (i)
			text_add_char(&description, ' ');
		text_add_bytes(&description, text, length);
	}
	return description.bytes;
}

static void compiler_finish(struct compiler *c)
{
	for (size_t i = 0; i < c->flow_count; i++)
		for (unsigned side = 0; side < 2; side++)
			text_finish(&c->flows[i].end[side].stream);
	for (unsigned i = 0; i < c->recorder_count; i++)
		free((char *)c->recorder_lines[i]);
	free(c->flows);
	free(c->hosts);
	trace_finish(&c->trace);
	words_finish(&c->words);
}

bool scenario_compile(struct scenario *scenario, const char *path, const char *text, size_t length,
		      char *message)
{
	struct compiler c = { .scenario = scenario, .now = TRACE_EPOCH, .origin = TRACE_EPOCH,
		.random = 1 };
	struct lines lines = { 0 };
	*scenario = (struct scenario){ .path = memory_copy_text(path), .image = IMAGE_DEFAULT };
	c.words.file = scenario->path;
	lines_split(&lines, text, length);
	scenario->description = take_description(&lines);
	run(&c, &lines, 0, lines.count);
	c.words.usage = NULL;
	if (!c.words.failed)
		scenario_complete(&c);
	if (c.words.failed)
		memcpy(message, c.words.message, sizeof c.words.message);
	bool good = !c.words.failed;
	free(lines.at);
	compiler_finish(&c);
	return good;
}

bool scenario_load(struct scenario *scenario, const char *path, char *message)
{
	struct text text = { 0 };
	char part[4096];
	size_t got;
	FILE *file = fopen(path, "rb");
	if (!file) {
		*scenario = (struct scenario){ 0 };
		snprintf(message, 512, "%s: cannot be opened", path);
		return false;
	}
	text_add(&text, "");
	while ((got = fread(part, 1, sizeof part, file)) > 0)
		text_add_bytes(&text, part, got);
	fclose(file);
	bool good = scenario_compile(scenario, path, text.bytes, text.length, message);
	text_finish(&text);
	return good;
}

void scenario_finish(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->expectation_count; i++) {
		struct expectation *expectation = &scenario->expectations[i];
		for (size_t k = 0; k < expectation->key_count; k++)
			free(expectation->keys[k]);
		free(expectation->keys);
		free(expectation->id);
	}
	for (unsigned i = 0; i < scenario->setting_count; i++)
		free(scenario->settings[i]);
	free(scenario->expectations);
	free(scenario->labels);
	free(scenario->profile);
	text_finish(&scenario->displays);
	free(scenario->description);
	free(scenario->path);
	trace_finish(&scenario->trace);
	*scenario = (struct scenario){ 0 };
}

void scenario_write(const struct scenario *scenario, struct text *to)
{
	image_write(&scenario->trace, &scenario->image, to);
	to->length -= scenario->cut_bytes < to->length ? scenario->cut_bytes : to->length;
}
