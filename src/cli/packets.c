/* culprit packets: one line a packet. */
#include "cli/output.h"
#include "cli/read.h"

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
	culprit_report_packets(analysis, &output.report);
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
		"and --csv add the stream and Wireshark's tcp.analysis flags.",
	.run = run,
};
