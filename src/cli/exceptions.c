/* culprit exceptions: the Exception Report. */
#include "cli/read.h"

static bool set_class(struct options *options, const char *value)
{
	options->exceptions.class_name = value;
	return true;
}

static bool set_top(struct options *options, const char *value)
{
	return option_count("top", value, &options->exceptions.top);
}

static const struct option exceptions_options[] = {
	{ "class", 0, "NAME", "only this class, in full: TE, SE, RT, AE, IP, TP, IE, XE, CQ or SEC", set_class },
	{ "top", 0, "N", "only the first N of each list (text: 5)", set_top },
	{ 0 },
};

static bool ask(struct culprit_analysis *analysis, const struct options *options,
		const struct culprit_output *report, struct culprit_error *error)
{
	return culprit_report_exceptions(analysis, &options->exceptions, report, error);
}

static enum exit_code run(const struct options *options)
{
	return read_for_report(options, ask);
}

const struct command exceptions_command = {
	.name = "exceptions",
	.arguments = "TRACE...",
	.summary = "list what went wrong by class: traffic, sessions, response times, set-up, end, security",
	.description = "Prints the Exception Report: for each class its count, its rate over time, the hosts "
		"that were most often to blame, and its findings or packets. TE Traffic Errors, SE Session "
		"Errors, RT Response Time Thresholds, AE Application Errors, IP INIT Packets (every SYN, "
		"SYN-ACK and their ACK), TP TERM Packets (every FIN, its ACK, RST), IE INIT Errors, XE TERM "
		"Errors, CQ Capture Quality, SEC Security. A finding can be in several classes. Counts are "
		"exact; of the packets of a class the first 10 000 are listed.",
	.run = run,
	.options = exceptions_options,
};
