/* culprit packets: one line a packet. */
#include "cli/complain.h"
#include "cli/output.h"
#include "cli/read.h"

static bool add_field(struct options *options, const char *value)
{
	options->fields[options->field_count++] = value;
	return true;
}

const struct option packets_options[] = {
	{ "field", 'e', "FIELD", "show this column, any of culprit fields; can be repeated", add_field },
	{ 0 },
};

/* Asks for the rows. False after telling what is wrong. */
static bool ask(struct culprit_analysis *analysis, const struct options *options,
		const struct culprit_output *report)
{
	struct culprit_error error;
	if (!options->field_count) {
		culprit_report_packets(analysis, report);
		return true;
	}
	if (culprit_report_packet_fields(analysis, options->fields, options->field_count, report, &error))
		return true;
	complain_error(&error);
	return false;
}

static enum exit_code run(const struct options *options)
{
	struct output output;
	struct culprit_analysis *analysis = read_prepare(options);
	if (!analysis)
		return EXIT_USAGE;
	if (!output_open(&output, options)) {
		culprit_destroy(analysis);
		return EXIT_FAILED;
	}
	culprit_skip_diagnosis(analysis);
	if (!ask(analysis, options, &output.report)) {
		culprit_destroy(analysis);
		output_close(&output);
		return EXIT_USAGE;
	}
	bool done = read_traces(analysis, options, &output);
	culprit_destroy(analysis);       /* writes the last rows */
	return output_close(&output) && done ? EXIT_DONE : EXIT_FAILED;
}

const struct command packets_command = {
	.name = "packets",
	.arguments = "TRACE...",
	.summary = "list the packets, one a line",
	.description = "Prints the Packet Summary: number, time, size, addresses, protocol, what the packet "
		"says, ports, sequence and acknowledgement number and window of every packet. --json "
		"and --csv add the stream and Wireshark's tcp.analysis flags. With -e, the columns are fields: "
		"culprit packets --csv -e frame.time_epoch -e ip.src -e tcp.seq TRACE.",
	.run = run,
	.options = packets_options,
};
