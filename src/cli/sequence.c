/* culprit sequence: the ladder of a session, or of several. */
#include <string.h>

#include "cli/complain.h"
#include "cli/output.h"
#include "cli/read.h"
#include "cli/session_words.h"
#include "cli/spool.h"

static bool set_pair(struct options *options, const char *value)
{
	(void)value;
	options->pair = true;
	return true;
}

static bool set_svg(struct options *options, const char *value)
{
	(void)value;
	options->sequence.svg = true;
	return true;
}

static bool set_head(struct options *options, const char *value)
{
	size_t count;
	bool good = option_count("head", value, &count);
	options->sequence.head = good ? count : 0;
	return good;
}

static bool set_tail(struct options *options, const char *value)
{
	size_t count;
	bool good = option_count("tail", value, &count);
	options->sequence.tail = good ? count : 0;
	return good;
}

static bool set_packets(struct options *options, const char *value)
{
	options->sequence.selection.packets = value;
	return true;
}

static bool set_graph(struct options *options, const char *value)
{
	static const char *const graphs[] = { "tsg", "rtt", "window", "throughput", NULL };
	int choice = option_choice("graph", value, graphs);
	options->graph = (enum culprit_graph)choice;
	options->graph_wanted = true;
	return choice >= 0;
}

static bool set_direction(struct options *options, const char *value)
{
	static const char *const sides[] = { "client", "server", NULL };
	int choice = option_choice("direction", value, sides);
	options->side = choice == 0 ? CULPRIT_SIDE_CLIENT : CULPRIT_SIDE_SERVER;
	return choice >= 0;
}

const struct option sequence_options[] = {
	{ "graph", 0, "KIND", "draw a graph instead: tsg (time and sequence), rtt, window or throughput", set_graph },
	{ "direction", 0, "SIDE", "about the data that this side sends: client or server", set_direction },
	{ "pair", 0, NULL, "all sessions between the two hosts of session N", set_pair },
	{ "head", 0, "N", "only the first N packets", set_head },
	{ "tail", 0, "N", "only the last N packets; with --head, both", set_tail },
	{ "packets", 0, "FROM-TO,...", "only packets with these numbers", set_packets },
	{ "svg", 0, NULL, "draw a picture", set_svg },
	{ 0 },
};

/* The hosts of a session stand in the list of sessions, and only the end of the trace knows it whole. */
static bool find_hosts(const struct session_words *words, struct culprit_session *found)
{
	const struct culprit_session_id *id = &words->sessions[0];
	struct options first = words->options;
	if (words->count != 1) {
		complain("--pair needs one session: culprit sequence TRACE N --pair");
		return false;
	}
	/* The session is looked for whatever packets of it are wanted. */
	first.filter = NULL;
	struct culprit_analysis *analysis = spool_begin(&first) ? read_prepare(&first) : NULL;
	if (!analysis)
		return false;
	culprit_keep_sessions(analysis);
	bool good = read_traces(analysis, &first, NULL) && session_words_check(words, analysis);
	for (size_t i = 0; good && culprit_session(analysis, i, found); i++)
		if (found->number == id->number && strcmp(found->protocol, id->protocol) == 0)
			break;
	culprit_destroy(analysis);
	return good && spool_rewind(&first);
}

static bool ask(struct culprit_analysis *analysis, const struct options *options,
		const struct culprit_sequence *sequence, const struct output *output)
{
	struct culprit_error error;
	bool good = options->graph_wanted ? culprit_report_graph(analysis, &sequence->selection, options->graph,
								 options->side, &output->report, &error)
			: culprit_report_sequence(analysis, sequence, &output->report, &error);
	if (!good)
		complain_error(&error);
	return good;
}

static enum exit_code write_sequence(const struct session_words *words, const struct culprit_sequence *sequence)
{
	struct output output;
	struct culprit_analysis *analysis = read_prepare(&words->options);
	if (!analysis)
		return EXIT_USAGE;
	enum exit_code code = EXIT_FAILED;
	if (output_open(&output, &words->options)) {
		if (!ask(analysis, &words->options, sequence, &output)) {
			code = EXIT_USAGE;
		} else if (read_traces(analysis, &words->options, &output)) {
			/* Reading ends with the last of the packets that are wanted, maybe before the session begins. */
			bool there = sequence->selection.packets || session_words_check(words, analysis);
			code = there ? EXIT_DONE : EXIT_USAGE;
		}
		if (!output_close(&output))
			code = EXIT_FAILED;
	}
	culprit_destroy(analysis);
	return code;
}

static enum exit_code run(const struct options *options)
{
	struct session_words words;
	struct culprit_session found = { 0 };
	struct culprit_sequence sequence = options->sequence;
	if (!session_words_split(&words, options))
		return EXIT_FAILED;
	enum exit_code code = EXIT_USAGE;
	sequence.selection.sessions = words.sessions;
	sequence.selection.session_count = words.count;
	if (options->graph_wanted && options->filter)
		complain("a graph shows all packets of a session, -Y selects some: leave one of them out");
	else if (words.options.word_count && !words.count)
		complain("which session? culprit sequence TRACE N: see culprit sessions %s", options->words[0]);
	else if (!options->pair)
		code = write_sequence(&words, &sequence);
	else if (find_hosts(&words, &found)) {
		sequence.selection.hosts[0] = found.client;
		sequence.selection.hosts[1] = found.server;
		code = write_sequence(&words, &sequence);
	}
	session_words_finish(&words);
	return code;
}

const struct command sequence_command = {
	.name = "sequence",
	.arguments = "TRACE... N...",
	.summary = "show who sent what to whom in a session, with elapsed times",
	.description = "Prints the Sequence of Execution of session N (a TCP session; udp:2 and the like name "
		"others), or of several, interleaved: time, elapsed time, direction, size, message, "
		"sequence and acknowledgement number and window of every packet, with setup, data, "
		"repeats, closed windows and the end marked. --svg draws it; --graph "
		"draws time and sequence, round trips, windows or throughput; with --json or --csv the "
		"points of the graph.",
	.run = run,
	.options = sequence_options,
};
