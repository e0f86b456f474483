/* culprit packet: single packets in full. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/output.h"
#include "cli/packet_words.h"
#include "cli/read.h"

static bool set_hex(struct options *options, const char *value)
{
	static const char *const choices[] = { "both", "ebcdic", "ascii", "none", NULL };
	static const enum culprit_hex columns[] = { CULPRIT_HEX_BOTH, CULPRIT_HEX_EBCDIC, CULPRIT_HEX_ASCII,
		CULPRIT_HEX_NONE };
	int choice = option_choice("hex", value, choices);
	if (choice >= 0)
		options->details.hex = columns[choice];
	return choice >= 0;
}

static bool set_show_secrets(struct options *options, const char *value)
{
	(void)value;
	options->details.show_secrets = options->follow.show_secrets = true;
	return true;
}

static bool set_no_index(struct options *options, const char *value)
{
	(void)value;
	options->no_index = true;
	return true;
}

const struct option packet_options[] = {
	{ "hex", 0, "COLUMNS", "of the bytes: both (EBCDIC and ASCII), ebcdic, ascii, or none for no bytes", set_hex },
	{ "show-secrets", 0, NULL, "passwords and cookies, too", set_show_secrets },
	{ "no-index", 0, NULL, "neither use nor make an index of the trace", set_no_index },
	{ 0 },
};

#define INDEX_LEAST ((uint64_t)16 << 20)     /* bytes: shorter traces are read at once anyway */

/* In the user's cache: the XDG Base Directory Specification. CULPRIT_INDEX can be "off", or "always" for short traces,
 * too. */
static void keep_index(struct culprit_analysis *analysis, const struct options *options)
{
	const char *say = getenv("CULPRIT_INDEX"), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char directory[4096];
	if (options->no_index || (say && strcmp(say, "off") == 0))
		return;
	bool given = cache && *cache == '/';
	if (!given && !(home && *home == '/'))
		return;
	int length = snprintf(directory, sizeof directory, "%s%s/culprit", given ? cache : home,
			      given ? "" : "/.cache");
	if (length > 0 && (size_t)length < sizeof directory)
		culprit_keep_index(analysis, directory, say && strcmp(say, "always") == 0 ? 0 : INDEX_LEAST);
}

/* After reading. False after telling which packet the trace does not have. */
static bool check(const char *packets, const struct culprit_analysis *analysis)
{
	uint64_t total = culprit_trace(analysis)->packets;
	for (const char *at = packets; at && *at; at += strspn(at, ",")) {
		uint64_t first = strtoull(at, NULL, 10);
		if (first > total) {
			complain("there is no packet %llu: the trace has %llu", (unsigned long long)first,
				 (unsigned long long)total);
			return false;
		}
		at += strcspn(at, ",");
	}
	return true;
}

static enum exit_code show(const struct options *options, const struct culprit_details *details)
{
	struct output output;
	struct culprit_error error;
	struct culprit_analysis *analysis = read_prepare(options);
	if (!analysis)
		return EXIT_USAGE;
	if (!output_open(&output, options)) {
		culprit_destroy(analysis);
		return EXIT_FAILED;
	}
	enum exit_code code = EXIT_FAILED;
	keep_index(analysis, options);
	if (!culprit_report_details(analysis, details, &output.report, &error)) {
		complain_error(&error);
		code = EXIT_USAGE;
	} else if (read_traces(analysis, options, &output)) {
		code = check(details->packets, analysis) ? EXIT_DONE : EXIT_USAGE;
	}
	if (!output_close(&output))
		code = EXIT_FAILED;
	culprit_destroy(analysis);
	return code;
}

static enum exit_code run(const struct options *options)
{
	struct packet_words words;
	enum exit_code code = EXIT_USAGE;
	if (!packet_words_split(&words, options))
		return EXIT_FAILED;
	if (words.options.word_count && !words.packets && !options->filter) {
		complain("which packet? culprit packet TRACE N: see culprit packets %s", options->words[0]);
	} else {
		struct culprit_details details = options->details;
		details.packets = words.packets;
		code = show(&words.options, &details);
	}
	packet_words_finish(&words);
	return code;
}

const struct command packet_command = {
	.name = "packet",
	.arguments = "TRACE... N...",
	.summary = "show single packets in full: all fields, what belongs to them, bytes",
	.description = "Prints Packet Details: every layer of packet N (10-20 and 10,35 name several, -Y "
		"selects by content) with all its fields; what is not in the packet but worked out stands in "
		"[brackets]. Then what belongs to it: request and reply, data and acknowledgement, the "
		"original and its repeats, fragments, announced connections; the findings that cite it; and "
		"Hex Decode, its bytes in hexadecimal, EBCDIC and ASCII, coloured by layers. Passwords and "
		"the like are masked. The first call on a large trace leaves an index of it in the user's cache "
		"(~/.cache/culprit), so that the next ones answer at once; CULPRIT_INDEX=off keeps none.",
	.run = run,
	.options = packet_options,
};
