#include "capture/live.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <culprit.h>

#include "analysis.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/text.h"
#include "finding/finding.h"
#include "source/stack_drop.h"

#define SESSIONS 65536               /* remembered at a time */
#define INTERVAL (1000 * MILLISECOND)        /* between two diagnoses, at least */
#define SHARE 10                     /* and so many times as long as the last one took: a tenth of a processor */

struct live {
	const char *const *patterns;
	size_t count;
	const struct source_report *report;
	int64_t next;                /* not before */
	uint64_t seen;               /* records that were diagnosed already */
	struct text words;
};

static bool is_wanted(const struct live *live, const char *id)
{
	for (size_t i = 0; i < live->count; i++)
		if (fnmatch(live->patterns[i], id, 0) == 0)
			return true;
	return false;
}

static bool check_pattern(const char *pattern, struct error *error)
{
	struct culprit_kind kind;
	for (size_t i = 0; culprit_kind(i, &kind); i++)
		if (fnmatch(pattern, kind.id, 0) == 0)
			return true;
	const char *nearest = culprit_kind_nearest(pattern);
	error_set(error, ERROR_USAGE, "see the list of: culprit explain", "there is no finding \"%s\"", pattern);
	if (nearest && error)
		snprintf(error->remedy, sizeof error->remedy, "did you mean %s? See: culprit explain", nearest);
	return false;
}

struct live *live_create(const char *const *patterns, size_t count, const struct source_report *report,
			 struct error *error)
{
	for (size_t i = 0; i < count; i++)
		if (!check_pattern(patterns[i], error))
			return NULL;
	struct live *live = memory_zeroed(1, sizeof *live);
	live->patterns = patterns;
	live->count = count;
	live->report = report;
	return live;
}

void live_destroy(struct live *live)
{
	if (!live)
		return;
	text_finish(&live->words);
	free(live);
}

static void tell(struct live *live, const struct finding *finding)
{
	struct text text = { .bytes = NULL };
	finding_text(finding, &text);
	text_addf(&live->words, "%s: ", finding->kind->id);
	/* It quotes packets, and goes to a terminal. */
	text_add_printable(&live->words, text.bytes, text.length);
	text_finish(&text);
}

static void diagnose(struct live *live, const struct rolling *rolling)
{
	struct trace_analysis *analysis = analysis_create();
	struct rolling_place place = { 0 };
	struct record record;
	uint64_t number = 0;
	analysis_begin(analysis, live->report, SESSIONS);
	while (rolling_next(rolling, &place, &record)) {
		struct stack_drop drop;
		record.number = ++number;
		if (record.comment && stack_drop_read(record.comment, record.comment_length, &drop))
			record.drop = &drop;
		analysis_feed(analysis, &record);
	}
	analysis_end(analysis);
	for (size_t i = 0; i < finding_store_count(analysis->findings) && !live->words.length; i++) {
		const struct finding *finding = finding_store_get(analysis->findings, i);
		if (is_wanted(live, finding->kind->id))
			tell(live, finding);
	}
	analysis_destroy(analysis);
}

static int64_t spent(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

bool live_check(struct live *live, const struct rolling *rolling, int64_t now, bool must)
{
	if (live->words.length)
		return true;
	if ((now < live->next && !must) || rolling_added(rolling) == live->seen)
		return false;
	int64_t before = spent();
	live->seen = rolling_added(rolling);
	diagnose(live, rolling);
	int64_t pause = SHARE * (spent() - before);
	live->next = now + (pause > INTERVAL ? pause : INTERVAL);
	return live->words.length > 0;
}

const char *live_words(const struct live *live)
{
	return live->words.bytes;
}
