/* culprit diagnose: the verdict and the findings. */
#include <sys/stat.h>

#include "cli/complain.h"
#include "cli/output.h"
#include "cli/read.h"

static bool set_html(struct options *options, const char *value)
{
	(void)value;
	options->format = CULPRIT_HTML;
	return true;
}

static bool set_markdown(struct options *options, const char *value)
{
	(void)value;
	options->format = CULPRIT_MARKDOWN;
	return true;
}

static bool set_junit(struct options *options, const char *value)
{
	(void)value;
	options->format = CULPRIT_JUNIT;
	return true;
}

static bool set_sarif(struct options *options, const char *value)
{
	(void)value;
	options->format = CULPRIT_SARIF;
	return true;
}

static bool add_displays(struct options *options, const char *value)
{
	options->displays[options->display_count++] = value;
	return true;
}

static bool read_displays(struct culprit_analysis *analysis, const struct options *options)
{
	struct culprit_error error;
	for (size_t i = 0; i < options->display_count; i++) {
		if (culprit_add_displays(analysis, options->displays[i], &error))
			continue;
		complain_error(&error);
		return false;
	}
	return true;
}

static const struct option diagnose_options[] = {
	{ "html", 0, NULL, "write a page that needs nothing else, with charts and the sessions", set_html },
	{ "markdown", 0, NULL, "write Markdown, for a ticket", set_markdown },
	{ "junit", 0, NULL, "write JUnit's XML: a test case fails when its finding is as bad as --fail-on says",
	  set_junit },
	{ "sarif", 0, NULL, "write SARIF 2.1.0, packets as lines", set_sarif },
	{ "displays", 0, "FILE", "join the packets with what z/OS displayed: NETSTAT DEVLINKS and so on, as text",
	  add_displays },
	{ 0 },
};

/* Which packets belong into a picture is known only at the end: files are read once more for them. A pipe
 * gives its page without. */
static struct culprit_analysis *draw(const struct culprit_analysis *analysis, const struct options *options)
{
	const struct culprit_finding *finding;
	bool worth = false;
	for (size_t i = 0; (finding = culprit_finding(analysis, i)) != NULL; i++)
		worth |= finding->severity >= CULPRIT_WARNING && finding->session_count;
	for (size_t i = 0; i < options->word_count; i++) {
		struct stat status;
		worth &= stat(options->words[i], &status) == 0 && S_ISREG(status.st_mode);
	}
	struct culprit_analysis *pictures = worth ? read_prepare(options) : NULL;
	if (!pictures)
		return NULL;
	culprit_keep_pictures(pictures, analysis);
	if (read_traces(pictures, options, NULL))
		return pictures;
	culprit_destroy(pictures);
	return NULL;
}

static enum exit_code run(const struct options *options)
{
	struct output output;
	struct culprit_analysis *analysis = read_prepare(options);
	if (!analysis)
		return EXIT_USAGE;
	enum exit_code code = EXIT_FAILED;
	if (options->format == CULPRIT_HTML) {
		culprit_keep_sessions(analysis);
		culprit_keep_timeline(analysis);
	}
	if (read_displays(analysis, options) && read_traces(analysis, options, NULL) && output_open(&output, options)) {
		struct culprit_analysis *pictures = options->format == CULPRIT_HTML ? draw(analysis, options) : NULL;
		output.report.pictures = pictures;
		culprit_report_diagnosis(analysis, &output.report);
		culprit_destroy(pictures);
		if (output_close(&output))
			code = read_fails(analysis, options) ? EXIT_REACHED : EXIT_DONE;
	}
	culprit_destroy(analysis);
	return code;
}

const struct command diagnose_command = {
	.name = "diagnose",
	.arguments = "TRACE...",
	.summary = "say what is wrong, who is to blame, what proves it and what to do",
	.description = "Prints the verdict, then the findings: root causes first, each with whom to blame, "
		"the packets that prove it and what to do next. Several traces are read as one, in "
		"time order; - is standard input.",
	.run = run,
	.options = diagnose_options,
};
