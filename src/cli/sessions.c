/* culprit sessions: one line a conversation, one in full, or what was said in it. */
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/output.h"
#include "cli/read.h"
#include "cli/session_words.h"

static const char *const styles[] = { "text", "ebcdic", "hex", NULL };

static bool set_sort(struct options *options, const char *value)
{
	const char *keys[16] = { NULL };
	for (unsigned i = 0; i + 1 < sizeof keys / sizeof *keys && (keys[i] = culprit_session_sort_key(i)); i++)
		;
	options->session_sort = value;
	return option_choice("sort", value, keys) >= 0;
}

static bool set_top(struct options *options, const char *value)
{
	return option_count("top", value, &options->session_top);
}

static bool set_long(struct options *options, const char *value)
{
	(void)value;
	options->session_long = true;
	return true;
}

static bool set_follow(struct options *options, const char *value)
{
	int choice = value ? option_choice("follow", value, styles) : 0;
	options->follow_wanted = true;
	options->follow.style = (enum culprit_follow_style)choice;
	return choice >= 0;
}

static bool set_direction(struct options *options, const char *value)
{
	static const char *const sides[] = { "client", "server", NULL };
	int choice = option_choice("direction", value, sides);
	options->follow.side = choice == 0 ? CULPRIT_SIDE_CLIENT : CULPRIT_SIDE_SERVER;
	return choice >= 0;
}

static bool set_show_secrets(struct options *options, const char *value)
{
	(void)value;
	options->follow.show_secrets = true;
	return true;
}

/* In Mbit/s, as the option SPEED of IPCS. */
static bool set_speed(struct options *options, const char *value)
{
	char *end;
	double speed = strtod(value, &end);
	options->follow.selection.link_speed = (uint64_t)(speed > 0 && speed < 1e9 ? speed * 1e6 : 0);
	if (*value >= '0' && *value <= '9' && !*end && options->follow.selection.link_speed)
		return true;
	complain("--speed: \"%s\" is no speed in Mbit/s: 1000, or 0.064", value);
	return false;
}

const struct option sessions_options[] = {
	{ "sort", 0, "KEY", "the largest first: duration, packets, bytes, bytes_client, bytes_server, rate, rtt, "
	  "retransmissions, findings; or by start, number", set_sort },
	{ "top", 0, "N", "only the first N", set_top },
	{ "long", 0, NULL, "every session in full, as tcptrace -l", set_long },
	{ "follow", 0, "STYLE", "what was said in session N, in order: text (the default), ebcdic or hex", set_follow,
	  .optional = true },
	{ "speed", 0, "MBIT", "of sessions in full: how fast the link is, for how much of it they used", set_speed },
	{ "direction", 0, "SIDE", "with --follow: only what the client or the server said", set_direction },
	{ "show-secrets", 0, NULL, "with --follow: passwords and cookies, too", set_show_secrets },
	{ 0 },
};

static enum exit_code list(const struct options *options)
{
	struct output output;
	struct culprit_analysis *analysis = read_prepare(options);
	if (!analysis)
		return EXIT_USAGE;
	enum exit_code code = EXIT_FAILED;
	culprit_keep_sessions(analysis);
	if (read_traces(analysis, options, NULL) && output_open(&output, options)) {
		culprit_report_sessions_by(analysis, options->session_sort, options->session_top, &output.report);
		if (output_close(&output))
			code = EXIT_DONE;
	}
	uint64_t missing = culprit_sessions_not_kept(analysis);
	if (missing && !options->quiet)
		complain("%llu more sessions are not listed: raise --max-sessions",
			 (unsigned long long)missing);
	culprit_destroy(analysis);
	return code;
}

static bool ask(struct culprit_analysis *analysis, const struct session_words *words, const struct output *output)
{
	struct culprit_follow follow = words->options.follow;
	struct culprit_error error;
	follow.selection.sessions = words->sessions;
	follow.selection.session_count = words->count;
	bool good = words->options.follow_wanted
			? culprit_report_stream(analysis, &follow, &output->report, &error)
			: culprit_report_session(analysis, &follow.selection, &output->report, &error);
	if (!good)
		complain_error(&error);
	return good;
}

static enum exit_code look_closely(const struct session_words *words)
{
	struct output output;
	struct culprit_analysis *analysis = read_prepare(&words->options);
	if (!analysis)
		return EXIT_USAGE;
	enum exit_code code = EXIT_FAILED;
	if (output_open(&output, &words->options)) {
		if (!ask(analysis, words, &output))
			code = EXIT_USAGE;
		else if (read_traces(analysis, &words->options, &output))
			code = session_words_check(words, analysis) ? EXIT_DONE : EXIT_USAGE;
		if (code == EXIT_DONE && words->options.filter && !output.written && !words->options.quiet)
			complain("the filter selects none of these sessions");
		if (!output_close(&output))
			code = EXIT_FAILED;
	}
	culprit_destroy(analysis);
	return code;
}

/* "--follow hex": the option's value is optional, so the word behind it was taken for one of the others. */
static void take_style(struct session_words *words)
{
	struct options *options = &words->options;
	for (size_t i = 1; options->follow_wanted && i < options->word_count; i++) {
		for (int style = 0; styles[style]; style++) {
			if (strcmp(options->words[i], styles[style]) != 0)
				continue;
			options->follow.style = (enum culprit_follow_style)style;
			memmove(&options->words[i], &options->words[i + 1],
				(options->word_count - i) * sizeof *options->words);
			options->word_count--;
			return;
		}
	}
}

static enum exit_code run(const struct options *options)
{
	struct session_words words;
	if (!session_words_split(&words, options))
		return EXIT_FAILED;
	take_style(&words);
	enum exit_code code;
	if (options->follow_wanted && options->filter) {
		complain("--follow shows all that was said, -Y selects packets: leave one of them out");
		code = EXIT_USAGE;
	} else if (options->follow_wanted && words.options.word_count && words.count != 1) {
		complain("--follow needs one session: culprit sessions TRACE N --follow");
		code = EXIT_USAGE;
	} else if (words.count || options->session_long || options->follow_wanted) {
		code = look_closely(&words);
	} else {
		code = list(&words.options);
	}
	session_words_finish(&words);
	return code;
}

const struct command sessions_command = {
	.name = "sessions",
	.arguments = "TRACE... [N...]",
	.summary = "list the conversations, one a line; one in full, or what was said in it",
	.description = "Prints every TCP, UDP and ICMP conversation: who with whom, how it began and ended, "
		"packets, bytes and repeats of each side, round trip, and the findings about it. "
		"Numbers are Wireshark's stream numbers plus one. With numbers behind the trace (3 and tcp:3 "
		"are the same, udp:2 is another) it prints these in full, with all figures of both "
		"directions. --follow prints the bytes that both sides sent, in order, with secrets "
		"hidden.",
	.run = run,
	.options = sessions_options,
};
