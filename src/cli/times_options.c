/* The options that only times has. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/options.h"

static bool set_by(struct options *options, const char *value)
{
	for (unsigned by = 0; culprit_times_by_name((enum culprit_times_by)by); by++)
		if (strcmp(culprit_times_by_name((enum culprit_times_by)by), value) == 0) {
			options->times.by = (enum culprit_times_by)by;
			return true;
		}
	complain("--by: there is no \"%s\": choose one of summary, transaction, session, service, host",
		 value);
	return false;
}

static bool set_sort(struct options *options, const char *value)
{
	char list[128] = "";
	for (unsigned sort = 1; culprit_times_sort_name((enum culprit_times_sort)sort); sort++) {
		const char *name = culprit_times_sort_name((enum culprit_times_sort)sort);
		if (strcmp(name, value) == 0) {
			options->times.sort = (enum culprit_times_sort)sort;
			return true;
		}
		size_t used = strlen(list);
		snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", name);
	}
	complain("--sort: there is no \"%s\": choose one of %s", value, list);
	return false;
}

static bool set_top(struct options *options, const char *value)
{
	char *end;
	errno = 0;
	unsigned long number = strtoul(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end || errno || !number) {
		complain("--top: \"%s\" is not a count: give a number from 1", value);
		return false;
	}
	options->times.top = number;
	return true;
}

static bool add_limit(struct options *options, const char *value)
{
	options->response_limits[options->response_limit_count++] = value;
	return true;
}

const struct option times_options[] = {
	{ "by", 0, "WHAT", "transaction, session, service or host; summary is the page of text", set_by },
	{ "sort", 0, "BY", "the largest first: total, network, server, transfer, client; sums also by "
	  "count and p95; or by time", set_sort },
	{ "top", 0, "N", "only the first N rows", set_top },
	{ "threshold", 0, "TIME", "what takes so long is marked: 500ms, or of one service http=1s, 8080=2s "
	  "(default: perf/response-time.time)", add_limit },
	{ 0 },
};
