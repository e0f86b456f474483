#include "convert/convert.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "convert/anonymise.h"
#include "convert/evidence.h"
#include "convert/filtered.h"
#include "convert/losses.h"
#include "convert/notes.h"
#include "convert/slice.h"
#include "convert/target.h"
#include "source/write/writers.h"
#include "source/zos.h"

/* One conversion: records go from the source through what the options ask for to the writer. */
struct run {
	const struct culprit_conversion *wanted;
	const struct writer_format *format;
	enum ctrace_container container;
	struct source *source;
	struct slice slice;
	struct notes *notes;                 /* NULL: none */
	struct evidence_filter *evidence;    /* NULL: all packets */
	struct filtered *filtered;           /* NULL: all packets */
	struct anonymiser *anonymiser;       /* NULL: as they are */
	struct target target;
	struct writer *writer;
	int64_t origin;                      /* time of the first packet; INT64_MIN before */
	struct text comment;
	struct zos_record zos;               /* of a record whose times change */
	uint64_t read;
};

static bool choose_format(struct run *run, const char *to, struct error *error)
{
	const char *name = run->wanted->format;
	if (name)
		run->format = writer_format_find(name);
	else if (strcmp(to, "-") == 0)
		run->format = writer_format(0);
	else
		run->format = writer_format_of_path(to);
	if (run->format)
		return true;
	if (name)
		return error_set(error, ERROR_USAGE, "choose pcapng, pcap or ctrace",
				 "there is no format \"%s\" to write", name);
	return error_set(error, ERROR_USAGE, "name it .pcapng, .pcap or .ctrace, or give --format",
			 "\"%s\" does not tell which format to write", to);
}

static bool choose_container(struct run *run, struct error *error)
{
	const char *name = run->wanted->container, *known;
	run->container = CTRACE_BDW;
	if (!name)
		return true;
	if (strcmp(run->format->name, "ctrace") != 0)
		return error_set(error, ERROR_USAGE, "leave it out, or give --format ctrace",
				 "only ctrace has containers, %s has none", run->format->name);
	for (unsigned i = 0; (known = ctrace_container_name(i)); i++) {
		if (strcmp(known, name) == 0) {
			run->container = (enum ctrace_container)i;
			return true;
		}
	}
	return error_set(error, ERROR_USAGE, "choose raw, rdw, bdw, large, stripped or vbs",
			 "there is no container \"%s\"", name);
}

/* The analysis was the first reading, this is the second. */
static bool check_rereadable(const char *const *paths, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		struct stat status;
		bool standard = strcmp(paths[i], "-") == 0;
		if (standard || (stat(paths[i], &status) == 0 && !S_ISREG(status.st_mode))) {
			error_set(error, ERROR_USAGE, "save it to a file first",
				  "findings are known only at the end, and this cannot be read twice");
			error_name_file(error, standard ? "standard input" : paths[i]);
			return false;
		}
	}
	return true;
}

static bool check_options(struct run *run, const char *const *paths, size_t count,
			  const struct trace_analysis *analysis, struct error *error)
{
	const struct culprit_conversion *wanted = run->wanted;
	bool wants_findings = wanted->annotate || wanted->finding;
	if (wanted->slice && !slice_parse(&run->slice, wanted->slice, error))
		return false;
	if (wanted->anonymise && wanted->secrets)
		return error_set(error, ERROR_USAGE, "choose one of them",
				 "anonymous packets and the secrets to decrypt them do not go together");
	if (wants_findings && !analysis)
		return error_set(error, ERROR_USAGE, "analyse the same traces first",
				 "findings are wanted, but nothing was analysed");
	return !wants_findings || check_rereadable(paths, count, error);
}

static bool prepare_findings(struct run *run, const struct trace_analysis *analysis, size_t max_sessions,
			     struct error *error)
{
	const struct culprit_conversion *wanted = run->wanted;
	if (wanted->annotate)
		run->notes = notes_create(analysis->findings, !wanted->anonymise);
	if (!wanted->finding)
		return true;
	run->evidence = evidence_filter_create(analysis->findings, wanted->finding, max_sessions, error);
	return run->evidence != NULL;
}

static bool open_source(struct run *run, const char *const *paths, size_t count, struct error *error)
{
	const struct source_options options = { .keep_comments = !run->wanted->anonymise };
	run->source = source_open(paths, count, &options, error);
	return run->source != NULL;
}

static void open_writer(struct run *run)
{
	const struct writer_options options = {
		.time_step = run->wanted->time_shift,
		.snap_length = run->wanted->snap_length,
		.secrets = run->wanted->secrets,
		.application = "culprit " CULPRIT_VERSION,
		.container = run->container,
	};
	const struct source_report *report = source_report(run->source);
	if (run->anonymiser) {
		anonymiser_follow(run->anonymiser, report, false);
		report = anonymiser_report(run->anonymiser);
	}
	run->writer = run->format->create(&run->target.sink.sink, report, &options);
}

/* Every record is shown to the filters, also one that the slice does not hold: its sessions are those of the
 * whole trace. */
static bool is_wanted(struct run *run, const struct record *record)
{
	if (run->origin == INT64_MIN)
		run->origin = record->time;
	bool wanted = !run->evidence || evidence_filter_wants(run->evidence, record);
	if (run->filtered)
		wanted &= filtered_wants(run->filtered, record, source_report(run->source));
	if (!wanted)
		return false;
	return slice_holds(&run->slice, record->number, record->time, run->origin);
}

static void annotate(struct run *run, struct record *record)
{
	text_clear(&run->comment);
	if (record->comment)
		text_add_bytes(&run->comment, record->comment, record->comment_length);
	size_t before = run->comment.length;
	notes_add(run->notes, record->number, &run->comment);
	if (run->comment.length == before)
		return;
	record->comment = run->comment.bytes;
	record->comment_length = (uint32_t)run->comment.length;
}

/* Within what every stage can calculate with: 146 years from 1970. */
static int64_t shifted(int64_t time, int64_t shift)
{
	int64_t moved;
	if (__builtin_add_overflow(time, shift, &moved))
		moved = shift < 0 ? -(INT64_MAX / 2) : INT64_MAX / 2;
	return moved > INT64_MAX / 2 ? INT64_MAX / 2 : moved < -(INT64_MAX / 2) ? -(INT64_MAX / 2) : moved;
}

static void shift(struct run *run, struct record *record)
{
	int64_t by = run->wanted->time_shift;
	if (!by || record->time == INT64_MIN)
		return;
	record->time = shifted(record->time, by);
	if (!record->zos)
		return;
	run->zos = *record->zos;
	run->zos.capture_time = shifted(run->zos.capture_time, by);
	run->zos.buffer_time = shifted(run->zos.buffer_time, by);
	record->zos = &run->zos;
}

static void change(struct run *run, struct record *record)
{
	uint32_t most = run->wanted->snap_length;
	if (run->anonymiser) {
		anonymiser_follow(run->anonymiser, source_report(run->source), false);
		anonymiser_record(run->anonymiser, record);
	}
	if (run->notes)
		annotate(run, record);
	if (most && record->captured_length > most) {
		record->captured_length = most;
		record->fcs_length = 0;
	}
	shift(run, record);
}

static bool report_progress(const struct run *run)
{
	uint64_t bytes, total;
	if (!run->wanted->progress || run->read % ANALYSIS_PROGRESS_EVERY != 0)
		return true;
	source_progress(run->source, &bytes, &total);
	return run->wanted->progress(run->wanted->user, bytes, total, run->read);
}

static bool copy_records(struct run *run, struct error *error)
{
	struct record record;
	enum source_status got = SOURCE_END;
	while (!slice_is_over(&run->slice, run->read + 1) && report_progress(run) &&
	       (got = source_next(run->source, &record, error)) == SOURCE_RECORD) {
		run->read++;
		if (!is_wanted(run, &record))
			continue;
		change(run, &record);
		if (!writer_write(run->writer, &record, error)) {
			error_name_file(error, run->target.path);
			return false;
		}
	}
	return got != SOURCE_ERROR;
}

static bool finish(struct run *run, struct error *error)
{
	if (run->anonymiser)
		anonymiser_follow(run->anonymiser, source_report(run->source), true);
	if (writer_finish(run->writer, error))
		return true;
	error_name_file(error, run->target.path);
	return false;
}

static bool copy(struct run *run, const char *to, const char *const *paths, size_t count,
		 struct error *error)
{
	if (!target_open(&run->target, to, paths, count, error)) {
		error_name_file(error, to);
		return false;
	}
	open_writer(run);
	bool good = copy_records(run, error) && finish(run, error);
	if (!target_close(&run->target, good, error)) {
		error_name_file(error, to);
		return false;
	}
	return true;
}

static bool prepare(struct run *run, const char *const *paths, size_t count, const char *to,
		    const struct trace_analysis *analysis, size_t max_sessions, struct error *error)
{
	if (!choose_format(run, to, error) || !choose_container(run, error) ||
	    !check_options(run, paths, count, analysis, error) ||
	    !prepare_findings(run, analysis, max_sessions, error))
		return false;
	if (run->wanted->filter) {
		run->filtered = filtered_create(run->wanted->filter, analysis ? analysis->findings : NULL,
						max_sessions, error);
		if (!run->filtered)
			return false;
	}
	if (run->wanted->anonymise) {
		run->anonymiser = anonymiser_create(run->wanted->key, error);
		if (!run->anonymiser)
			return false;
	}
	return open_source(run, paths, count, error);
}

static void clean_up(struct run *run)
{
	writer_destroy(run->writer);
	anonymiser_destroy(run->anonymiser);
	evidence_filter_destroy(run->evidence);
	filtered_destroy(run->filtered);
	notes_destroy(run->notes);
	source_close(run->source);
	text_finish(&run->comment);
}

bool convert(const char *const *paths, size_t count, const char *to,
	     const struct culprit_conversion *conversion, const struct trace_analysis *analysis,
	     size_t max_sessions, struct culprit_conversion_result *result, struct error *error)
{
	struct run run = { .wanted = conversion, .origin = INT64_MIN };
	*result = (struct culprit_conversion_result){ 0 };
	bool good = prepare(&run, paths, count, to, analysis, max_sessions, error) &&
		    copy(&run, to, paths, count, error);
	if (good) {
		result->format = run.format->name;
		result->read = run.read;
		result->written = run.writer->report.written;
		losses_tell(&run.writer->report,
			    run.anonymiser ? anonymiser_emptied(run.anonymiser) : 0, result);
	}
	clean_up(&run);
	return good;
}
