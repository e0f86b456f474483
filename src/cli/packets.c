/* culprit packets: one line a packet. */
#include "cli/complain.h"
#include "cli/output.h"
#include "cli/packet_words.h"
#include "cli/read.h"

static bool add_field(struct options *options, const char *value)
{
	options->fields[options->field_count++] = value;
	return true;
}

static bool set_count(const char *option, const char *value, uint64_t *to)
{
	size_t count;
	bool good = option_count(option, value, &count);
	if (good)
		*to = count;
	return good;
}

static bool set_head(struct options *options, const char *value)
{
	return set_count("head", value, &options->packet_choice.head);
}

static bool set_tail(struct options *options, const char *value)
{
	return set_count("tail", value, &options->packet_choice.tail);
}

static bool set_marks(struct options *options, const char *value)
{
	(void)value;
	options->packet_choice.marks = true;
	return true;
}

static bool set_around(struct options *options, const char *value)
{
	return set_count("around", value, &options->packet_choice.around);
}

const struct option packets_options[] = {
	{ "field", 'e', "FIELD", "show this column, any of culprit fields; can be repeated", add_field },
	{ "marks", 0, NULL, "a column with the findings that cite them; the trace is read twice", set_marks },
	{ "head", 0, "N", "only the first N of them", set_head },
	{ "tail", 0, "N", "only the last N of them", set_tail },
	{ "around", 0, "N", "packet N, the ten before it and the ten behind it", set_around },
	{ 0 },
};

/* Asks for the rows. False after telling what is wrong. */
static bool ask(struct culprit_analysis *analysis, const struct packet_words *words,
		const struct culprit_output *report)
{
	const struct options *options = &words->options;
	struct culprit_packet_choice choice = options->packet_choice;
	struct culprit_error error;
	choice.packets = words->packets;
	if (options->field_count && (choice.tail || choice.marks)) {
		complain(choice.tail ? "--tail and -e do not go together: name a range of packets instead"
				     : "--marks and -e do not go together: ask for one of them");
		return false;
	}
	bool good = culprit_choose_packets(analysis, &choice, &error);
	if (good && options->field_count)
		good = culprit_report_packet_fields(analysis, options->fields, options->field_count, report, &error);
	else if (good)
		culprit_report_packets(analysis, report);
	if (!good)
		complain_error(&error);
	return good;
}

static enum exit_code list(const struct packet_words *words)
{
	struct output output;
	struct culprit_analysis *analysis = read_prepare(&words->options);
	if (!analysis)
		return EXIT_USAGE;
	if (!output_open(&output, &words->options)) {
		culprit_destroy(analysis);
		return EXIT_FAILED;
	}
	culprit_skip_diagnosis(analysis);
	if (!ask(analysis, words, &output.report)) {
		culprit_destroy(analysis);
		output_close(&output);
		return EXIT_USAGE;
	}
	bool done = read_traces(analysis, &words->options, &output);
	culprit_destroy(analysis);       /* writes the last rows */
	return output_close(&output) && done ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_code run(const struct options *options)
{
	struct packet_words words;
	if (!packet_words_split(&words, options))
		return EXIT_FAILED;
	enum exit_code code = list(&words);
	packet_words_finish(&words);
	return code;
}

const struct command packets_command = {
	.name = "packets",
	.arguments = "TRACE... [N...]",
	.summary = "list the packets, one a line",
	.description = "Prints the Packet Summary: number, time, size, addresses, protocol, what the packet "
		"says, ports, sequence and acknowledgement number and window of every packet, or of those named "
		"(10-20,35). --json "
		"and --csv add the stream and Wireshark's tcp.analysis flags. With -e, the columns are fields: "
		"culprit packets --csv -e frame.time_epoch -e ip.src -e tcp.seq TRACE.",
	.run = run,
	.options = packets_options,
};
