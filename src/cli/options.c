#include "cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/complain.h"

static bool set_json(struct options *options, const char *value)
{
	(void)value;
	options->format = CULPRIT_JSON;
	return true;
}

static bool set_csv(struct options *options, const char *value)
{
	(void)value;
	options->format = CULPRIT_CSV;
	return true;
}

static bool set_output(struct options *options, const char *value)
{
	options->output = strcmp(value, "-") == 0 ? NULL : value;
	return true;
}

int option_choice(const char *option, const char *value, const char *const *choices)
{
	char list[128] = "";
	for (int i = 0; choices[i]; i++) {
		if (strcmp(choices[i], value) == 0)
			return i;
		size_t used = strlen(list);
		snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", choices[i]);
	}
	complain("--%s: there is no \"%s\": choose one of %s", option, value, list);
	return -1;
}

static bool set_time(struct options *options, const char *value)
{
	static const char *const styles[] = { "utc", "local", "relative", "epoch", NULL };
	int choice = option_choice("time", value, styles);
	options->time_style = (enum culprit_time_style)(CULPRIT_TIME_UTC + choice);
	return choice >= 0;
}

static bool set_colour(struct options *options, const char *value)
{
	static const char *const choices[] = { "auto", "always", "never", NULL };
	int choice = option_choice("color", value, choices);
	options->colour = (enum colour_choice)choice;
	return choice >= 0;
}

static bool set_fail_on(struct options *options, const char *value)
{
	static const char *const severities[] = { "info", "notice", "warning", "error", "critical",
		NULL };
	options->fails = true;
	return culprit_severity_parse(value, &options->fail_on) ||
	       option_choice("fail-on", value, severities) >= 0;
}

bool option_count(const char *option, const char *value, size_t *to)
{
	char *end;
	errno = 0;
	unsigned long long number = strtoull(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end || errno || number == 0 || number > SIZE_MAX) {
		complain("--%s: \"%s\" is not a count: give a number from 1", option, value);
		return false;
	}
	*to = (size_t)number;
	return true;
}

/* The result never depends on it, and the analysis runs on one thread: only the number is checked. */
static bool set_threads(struct options *options, const char *value)
{
	size_t threads;
	(void)options;
	return option_count("threads", value, &threads);
}

static bool set_max_sessions(struct options *options, const char *value)
{
	return option_count("max-sessions", value, &options->max_sessions);
}

/* There were 27 until now, and they may be taken back one day. */
static bool set_leap_seconds(struct options *options, const char *value)
{
	char *end;
	errno = 0;
	long number = strtol(value, &end, 10);
	if (end == value || *end || errno || number < -100 || number > 100) {
		complain("--leap-seconds: \"%s\" is no number of leap seconds: give 0, or 27 since 2017", value);
		return false;
	}
	options->leap_seconds = (int)number;
	return true;
}

static bool add_decode_as(struct options *options, const char *value)
{
	options->decode_as[options->decode_as_count++] = value;
	return true;
}

static bool set_profile(struct options *options, const char *value)
{
	options->profile = value;
	return true;
}

static bool set_filter(struct options *options, const char *value)
{
	options->filter = value;
	return true;
}

static bool set_config(struct options *options, const char *value)
{
	options->config = value;
	return true;
}

static bool add_threshold(struct options *options, const char *value)
{
	options->thresholds[options->threshold_count++] = value;
	return true;
}

static bool add_ignored(struct options *options, const char *value)
{
	options->ignored[options->ignored_count++] = value;
	return true;
}

static bool add_secrets(const char *option, const char **list, size_t *count, const char *value)
{
	if (*count == MOST_SECRET_FILES) {
		complain("--%s: more than %d files: put them into one", option, MOST_SECRET_FILES);
		return false;
	}
	list[(*count)++] = value;
	return true;
}

static bool add_keylog(struct options *options, const char *value)
{
	return add_secrets("keylog", options->keylogs, &options->keylog_count, value);
}

static bool add_private_key(struct options *options, const char *value)
{
	return add_secrets("tls-key", options->private_keys, &options->private_key_count, value);
}

static bool set_quiet(struct options *options, const char *value)
{
	(void)value;
	options->quiet = true;
	return true;
}

static bool set_no_pager(struct options *options, const char *value)
{
	(void)value;
	options->no_pager = true;
	return true;
}

static bool set_help(struct options *options, const char *value)
{
	(void)value;
	options->help = true;
	return true;
}

static bool set_version(struct options *options, const char *value)
{
	(void)value;
	options->version = true;
	return true;
}

const struct option option_table[] = {
	{ "json", 0, NULL, "write JSON (lists: one object a line)", set_json },
	{ "csv", 0, NULL, "write lists as CSV", set_csv },
	{ "output", 'o', "FILE", "write to FILE instead of standard output", set_output },
	{ "filter", 'Y', "EXPR", "only what a display filter selects: 'tcp.port == 80 && session.rtt_server > 50ms'",
	  set_filter },
	{ "time", 0, "STYLE", "utc, local, relative or epoch", set_time },
	{ "profile", 0, "NAME", "where the trace was taken: wan, lan, satellite, mainframe or strict",
	  set_profile },
	{ "set", 0, "NAME=VALUE", "a threshold: tcp/zero-window.min=200ms, or tcp/zero-window=off",
	  add_threshold },
	{ "config", 0, "FILE", "thresholds from a file", set_config },
	{ "ignore", 0, "PATTERN", "leave out findings whose name matches: 'dns/*'", add_ignored },
	{ "fail-on", 0, "SEVERITY", "exit with 1 if a finding is info, notice, warning, error or critical, "
	  "or worse", set_fail_on },
	{ "keylog", 0, "FILE", "decrypt TLS with the keys that SSLKEYLOGFILE wrote", add_keylog },
	{ "tls-key", 0, "FILE", "decrypt TLS with the server's private RSA key (before TLS 1.3)", add_private_key },
	{ "decode-as", 0, "PORT=NAME", "what is spoken on a TCP port, whatever its bytes look like: 2121=ftp",
	  add_decode_as },
	{ "max-sessions", 0, "N", "keep at most N conversations in memory", set_max_sessions },
	{ "threads", 0, "N", "use up to N processors; the result never depends on it", set_threads },
	{ "leap-seconds", 0, "N", "z/OS traces: what the machine's clock is ahead of UTC (0, or 27 since 2017)",
	  set_leap_seconds },
	{ "quiet", 'q', NULL, "no progress line and no notes on standard error", set_quiet },
	{ "color", 0, "WHEN", "auto, always or never", set_colour },
	{ "no-pager", 0, NULL, "do not page long output", set_no_pager },
	{ "help", 'h', NULL, "show this help", set_help },
	{ "version", 'V', NULL, "show the version", set_version },
	{ 0 },
};

#define MOST_OPTIONS 128             /* of all commands together */

static const struct option *find_in(const struct option *table, const char *name, size_t length)
{
	for (const struct option *option = table; option && option->name; option++)
		if (strlen(option->name) == length && memcmp(option->name, name, length) == 0)
			return option;
	return NULL;
}

/* An option of one command may stand before the word that names the command, so whether it is in its place
 * is seen at the end. Where commands share the name of an option, that of the command named before wins. */
static const struct option *find_long(struct options *options, const char *name, size_t length)
{
	const struct option *option = find_in(option_table, name, length);
	if (!option && options->command && (option = find_in(options->command->options, name, length)))
		return option;
	if (!option && options->command && options->command->find &&
	    (option = options->command->find(options, name, length)))
		return option;
	for (size_t i = 0; !option && commands[i]; i++) {
		option = find_in(commands[i]->options, name, length);
		if (option) {
			options->own_option = option->name;
			options->own_option_of = commands[i]->name;
		}
	}
	return option;
}

static const struct option *find_letter(const struct option *table, char letter)
{
	for (const struct option *option = table; option && option->name; option++)
		if (option->letter == letter)
			return option;
	return NULL;
}

static const struct option *find_short(struct options *options, char letter)
{
	const struct option *option = find_letter(option_table, letter);
	if (!option && options->command && (option = find_letter(options->command->options, letter)))
		return option;
	for (size_t i = 0; !option && commands[i]; i++) {
		option = find_letter(commands[i]->options, letter);
		if (option) {
			options->own_option = option->name;
			options->own_option_of = commands[i]->name;
		}
	}
	return option;
}

static void complain_unknown(const struct options *options, const char *word, size_t length)
{
	const struct command *command = options->command;
	const char *names[MOST_OPTIONS];
	char name[64];
	size_t count = 0;
	for (const struct option *option = option_table; option->name; option++)
		names[count++] = option->name;
	for (size_t i = 0; commands[i]; i++)
		for (const struct option *option = commands[i]->options; option && option->name; option++)
			if (count < MOST_OPTIONS)
				names[count++] = option->name;
	for (size_t i = 0; command && command->name_option && count < MOST_OPTIONS; i++) {
		const char *own = command->name_option(options, i);
		if (!own)
			break;
		names[count++] = own;
	}
	snprintf(name, sizeof name, "%.*s", (int)length, word);
	const char *nearest = culprit_nearest(name, names, count);
	if (nearest)
		complain("there is no option --%s: did you mean --%s?", name, nearest);
	else
		complain("there is no option --%s: see culprit --help", name);
}

/* Applies the option with its value, which is the next word when none came with it. */
static bool apply(struct options *options, const struct option *option, const char *value, int *at,
		  int argc, char **argv)
{
	if (!option->argument && value) {
		complain("--%s takes no value: leave out \"%s\"", option->name, value);
		return false;
	}
	if (option->argument && !value && !option->optional) {
		if (*at + 1 >= argc) {
			complain("--%s needs a value: --%s %s", option->name, option->name,
				 option->argument);
			return false;
		}
		value = argv[++*at];
	}
	return option->apply(options, value);
}

static bool parse_long(struct options *options, int *at, int argc, char **argv)
{
	const char *word = argv[*at] + 2;
	size_t length = strcspn(word, "=");
	const struct option *option = find_long(options, word, length);
	if (!option) {
		complain_unknown(options, word, length);
		return false;
	}
	return apply(options, option, word[length] ? word + length + 1 : NULL, at, argc, argv);
}

/* "-o FILE", "-oFILE", "-qh". */
static bool parse_short(struct options *options, int *at, int argc, char **argv)
{
	for (const char *letter = argv[*at] + 1; *letter; letter++) {
		const struct option *option = find_short(options, *letter);
		if (!option) {
			complain("there is no option -%c: see culprit --help", *letter);
			return false;
		}
		if (option->argument)
			return apply(options, option, letter[1] ? letter + 1 : NULL, at, argc, argv);
		if (!apply(options, option, NULL, at, argc, argv))
			return false;
	}
	return true;
}

/* The first word can be a command, unless it stands behind "--". */
static void add_word(struct options *options, const char *word, bool only_words)
{
	const struct command *command = NULL;
	if (!options->command && options->word_count == 0 && !only_words)
		command = command_find(word);
	if (command)
		options->command = command;
	else
		options->words[options->word_count++] = word;
}

bool options_parse(struct options *options, int argc, char **argv)
{
	/* No list can be longer than the command line. */
	size_t room = (size_t)argc + 1;
	*options = (struct options){
		.words = calloc(room, sizeof *options->words),
		.thresholds = calloc(room, sizeof *options->thresholds),
		.decode_as = calloc(room, sizeof *options->decode_as),
		.ignored = calloc(room, sizeof *options->ignored),
		.response_limits = calloc(room, sizeof *options->response_limits),
		.fields = calloc(room, sizeof *options->fields),
		.displays = calloc(room, sizeof *options->displays),
		.zos.choices = calloc(room, sizeof *options->zos.choices),
		.interfaces = calloc(room, sizeof *options->interfaces),
		.terms = calloc(room, sizeof *options->terms),
		.until = calloc(room, sizeof *options->until),
		.discards = calloc(room, sizeof *options->discards),
	};
	if (!options->displays || !options->zos.choices || !options->words || !options->thresholds || !options->decode_as ||
	    !options->ignored || !options->response_limits || !options->fields || !options->interfaces || !options->terms ||
	    !options->until || !options->discards) {
		complain("out of memory");
		return false;
	}
	bool only_words = false;
	for (int at = 1; at < argc; at++) {
		const char *word = argv[at];
		if (only_words || word[0] != '-' || word[1] == '\0')
			add_word(options, word, only_words);
		else if (strcmp(word, "--") == 0)
			only_words = true;
		else if (!(word[1] == '-' ? parse_long(options, &at, argc, argv)
					  : parse_short(options, &at, argc, argv)))
			return false;
	}
	const struct command *command = options->command ? options->command : commands[0];
	if (options->own_option && !find_in(command->options, options->own_option,
					    strlen(options->own_option))) {
		complain("--%s is an option of %s: culprit %s --help", options->own_option,
			 options->own_option_of, options->own_option_of);
		return false;
	}
	return true;
}

void options_finish(struct options *options)
{
	free(options->words);
	free(options->thresholds);
	free(options->decode_as);
	free(options->ignored);
	free(options->response_limits);
	free(options->fields);
	free(options->displays);
	free(options->zos.choices);
	free(options->interfaces);
	free(options->terms);
	free(options->until);
	free(options->discards);
}
