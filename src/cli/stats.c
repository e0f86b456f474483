/* culprit stats: figures of a whole trace. */
#include <string.h>

#include "cli/complain.h"
#include "cli/read.h"

#define NANOSECONDS 1000000000LL

static bool set_section(struct options *options, const char *value)
{
	options->statistics.section = value;
	return true;
}

static bool set_top(struct options *options, const char *value)
{
	return option_count("top", value, &options->statistics.top);
}

/* "1", "0.5", "10ms", "2m": exact to the nanosecond. */
static bool set_interval(struct options *options, const char *value)
{
	static const struct { const char *name; int64_t nanoseconds; } units[] = {
		{ "", NANOSECONDS }, { "s", NANOSECONDS }, { "ms", 1000000 }, { "us", 1000 },
		{ "m", 60 * NANOSECONDS }, { "min", 60 * NANOSECONDS }, { "h", 3600 * NANOSECONDS },
	};
	const char *at = value;
	size_t digits = 0;
	double number = 0, place = 1;
	for (; *at >= '0' && *at <= '9'; at++, digits++)
		number = number * 10 + (*at - '0');
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9'; at++, digits++)
			number += (*at - '0') * (place /= 10);
	for (size_t i = 0; digits && digits < 18 && i < sizeof units / sizeof units[0]; i++) {
		double nanoseconds = number * (double)units[i].nanoseconds + 0.5;
		if (strcmp(at, units[i].name) != 0 || nanoseconds < 1 || nanoseconds > 9e18)
			continue;
		options->statistics.interval = (int64_t)nanoseconds;
		return true;
	}
	complain("--interval: \"%s\" is no length of time: 1, 0.1, 10ms, 5m", value);
	return false;
}

static const struct option stats_options[] = {
	{ "section", 0, "NAME", "only protocols, sizes, rates, stations, endpoints, conversations, connections, "
	  "ports or interfaces; of z/OS traces also jobs, discards or records", set_section },
	{ "top", 0, "N", "only the first N rows of each list (text: 10)", set_top },
	{ "interval", 0, "TIME", "of the rates: 1 (seconds), 100ms, 5m; text then lists them one by one",
	  set_interval },
	{ 0 },
};

static bool ask(struct culprit_analysis *analysis, const struct options *options,
		const struct culprit_output *report, struct culprit_error *error)
{
	return culprit_report_statistics(analysis, &options->statistics, report, error);
}

static enum exit_code run(const struct options *options)
{
	return read_for_report(options, ask);
}

const struct command stats_command = {
	.name = "stats",
	.arguments = "TRACE...",
	.summary = "count protocols, hosts, conversations, ports, sizes and rates",
	.description = "Prints figures of the whole trace: protocol hierarchy, packet sizes, rates over time, "
		"hardware addresses, addresses, conversations, connections, ports and interfaces; of z/OS "
		"traces also jobs, discarded packets and trace records. They are those of tshark -z; "
		"--json and --csv print a row for each of them, all with the same keys.",
	.run = run,
	.options = stats_options,
};
