/* Statistics for people and for programs: rows of one form for all sections, or a page with a table each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "report/chart.h"
#include "report/statistics.h"
#include "report/table.h"
#include "report/view.h"
#include "report/words.h"

#define DEFAULT_WIDTH 80
#define WIDE 110                 /* columns from which on there is room for all of a table */
#define DEFAULT_TOP 10
#define SHARE_SIZE 16

struct statistics_view {
	struct view view;
	struct culprit_output output;
	struct statistics *statistics;
	const struct trace_analysis *analysis;
	int section;                 /* -1: all */
	size_t top;                  /* 0: as is usual */
	bool interval;               /* of rates was asked for: so people see them one by one */
	bool done;
};

struct row_writer {              /* while one section is written */
	struct table_writer *table;
	const struct statistics_view *view;
	unsigned digits;
};

struct line {
	const struct statistics_row *row;
	const struct statistics_view *view;
	unsigned digits;
	/* Words that people see, made before the row is written */
	char label[80], peer[80], share[SHARE_SIZE], share_bytes[SHARE_SIZE];
};

/* ---- For programs ---- */

static const struct column program_columns[] = {
	{ "section" }, { "name" }, { "peer" }, { "protocol" }, { "service" }, { "port" }, { "peer_port" },
	{ "stream" }, { "packets" }, { "bytes" }, { "packets_sent" }, { "bytes_sent" },
	{ "packets_received" }, { "bytes_received" }, { "minimum" }, { "maximum" }, { "first" },
	{ "duration_s" }, { "description" },
};

static void program_cells(const void *from, struct cell *cell)
{
	const struct line *line = from;
	const struct statistics_row *row = line->row;
	*cell++ = cell_words(statistics_section_name(row->section));
	*cell++ = cell_words(row->name);
	*cell++ = cell_words(row->peer);
	*cell++ = cell_words(row->protocol);
	*cell++ = cell_words(row->service);
	*cell++ = cell_number_if(row->has_port, row->port);
	*cell++ = cell_number_if(row->has_peer_port, row->peer_port);
	*cell++ = cell_number_if(row->has_stream, row->stream);
	*cell++ = cell_number(row->packets);
	*cell++ = cell_number_if(row->section != STATISTICS_RECORDS, row->bytes);
	*cell++ = cell_number_if(row->has_directions, row->packets_out);
	*cell++ = cell_number_if(row->has_directions, row->bytes_out);
	*cell++ = cell_number_if(row->has_directions, row->packets_in);
	*cell++ = cell_number_if(row->has_directions, row->bytes_in);
	*cell++ = cell_number_if(row->has_extremes, row->minimum);
	*cell++ = cell_number_if(row->has_extremes, row->maximum);
	*cell++ = cell_time(row->first, line->digits);
	*cell++ = row->first == INT64_MIN ? cell_nothing() : cell_seconds(row->duration);
	*cell++ = cell_words(row->description);
}

static const struct table for_programs = {
	program_columns, sizeof program_columns / sizeof program_columns[0], program_cells,
};

/* ---- For people: a table for each section ---- */

static void put_share(char to[static SHARE_SIZE], uint64_t part, uint64_t whole)
{
	const unsigned tenths = whole ? (unsigned)((double)part / (double)whole * 1000 + 0.5) : 0;
	snprintf(to, SHARE_SIZE, "%u.%u", tenths / 10, tenths % 10);
}

static void put_end(char to[static 80], const char *address, uint16_t port)
{
	snprintf(to, 80, strchr(address, ':') ? "[%s]:%u" : "%s:%u", address, port);
}

static void make_words(struct line *line)
{
	const struct statistics_row *row = line->row;
	const struct trace_state *trace = &line->view->analysis->trace;
	put_share(line->share, row->packets, trace->packets);
	put_share(line->share_bytes, row->bytes, trace->bytes);
	if (row->section == STATISTICS_PROTOCOLS) {
		snprintf(line->label, sizeof line->label, "%*s%s", (int)row->depth * 2, "", row->protocol);
	} else if (row->section == STATISTICS_CONNECTIONS) {
		snprintf(line->share, sizeof line->share, "%s:%u", row->protocol, row->stream + 1);
		put_end(line->label, row->name, row->port);
		put_end(line->peer, row->peer, row->peer_port);
	}
}

static const struct column protocol_columns[] = {
	{ "Protocol" }, { "Packets", true }, { "%", true }, { "Bytes", true }, { "%", true },
};

static void protocol_cells(const void *from, struct cell *cell)
{
	const struct line *line = from;
	*cell++ = cell_words(line->label);
	*cell++ = cell_number(line->row->packets);
	*cell++ = cell_words(line->share);
	*cell++ = cell_number(line->row->bytes);
	*cell++ = cell_words(line->share_bytes);
}

static const struct column size_columns[] = {
	{ "Bytes", true }, { "Packets", true }, { "%", true }, { "Mean", true }, { "Least", true },
	{ "Most", true },
};

static void size_cells(const void *from, struct cell *cell)
{
	const struct line *line = from;
	const struct statistics_row *row = line->row;
	*cell++ = cell_words(row->name);
	*cell++ = cell_number(row->packets);
	*cell++ = cell_words(line->share);
	*cell++ = cell_number_if(row->packets > 0, row->packets ? (row->bytes + row->packets / 2) / row->packets : 0);
	*cell++ = cell_number_if(row->has_extremes, row->minimum);
	*cell++ = cell_number_if(row->has_extremes, row->maximum);
}

static const struct column rate_columns[] = {
	{ "Start s", true }, { "Packets", true }, { "Bytes", true }, { "Bit/s", true },
};

static void rate_cells(const void *from, struct cell *cell)
{
	const struct line *line = from;
	const struct statistics_row *row = line->row;
	*cell++ = cell_seconds(row->first - timeline_origin(statistics_timeline(line->view->statistics)));
	*cell++ = cell_number(row->packets);
	*cell++ = cell_number(row->bytes);
	*cell++ = cell_number((uint64_t)((double)row->bytes * 8 * NANOSECONDS / (double)row->duration + 0.5));
}

static const struct column end_columns[] = {
	{ "Address" }, { "Packets", true }, { "Bytes", true }, { "Sent", true }, { "Bytes", true },
	{ "Received", true }, { "Bytes", true },
};

static void add_directions(struct cell *cell, const struct statistics_row *row)
{
	*cell++ = cell_number(row->packets);
	*cell++ = cell_number(row->bytes);
	*cell++ = cell_number_if(row->has_directions, row->packets_out);
	*cell++ = cell_number_if(row->has_directions, row->bytes_out);
	*cell++ = cell_number_if(row->has_directions, row->packets_in);
	*cell++ = cell_number_if(row->has_directions, row->bytes_in);
}

static void end_cells(const void *from, struct cell *cell)
{
	const struct statistics_row *row = ((const struct line *)from)->row;
	*cell++ = cell_words(row->name);
	add_directions(cell, row);
}

static const struct column pair_columns[] = {
	{ "From" }, { "To" }, { "Packets >", true }, { "Bytes", true }, { "< Packets", true },
	{ "Bytes", true }, { "Start s", true }, { "Seconds", true },
};

static int64_t rounded(int64_t nanoseconds)      /* to milliseconds: people compare no more */
{
	return (nanoseconds + MILLISECOND / 2) / MILLISECOND * MILLISECOND;
}

static void add_pair(struct cell *cell, const struct line *line)
{
	const struct statistics_row *row = line->row;
	const int64_t origin = line->view->analysis->trace.first_time;
	*cell++ = cell_number(row->packets_out);
	*cell++ = cell_number(row->bytes_out);
	*cell++ = cell_number(row->packets_in);
	*cell++ = cell_number(row->bytes_in);
	*cell++ = row->first == INT64_MIN ? cell_nothing() : cell_seconds(rounded(row->first - origin));
	*cell++ = row->first == INT64_MIN ? cell_nothing() : cell_seconds(rounded(row->duration));
}

static void pair_cells(const void *from, struct cell *cell)
{
	const struct line *line = from;
	*cell++ = cell_words(line->row->name);
	*cell++ = cell_words(line->row->peer);
	add_pair(cell, line);
}

static const struct column connection_columns[] = {
	{ "Session" }, { "Client" }, { "Server" }, { "Packets >", true }, { "Bytes", true },
	{ "< Packets", true }, { "Bytes", true }, { "Start s", true }, { "Seconds", true },
};

static void connection_cells(const void *from, struct cell *cell)
{
	const struct line *line = from;
	*cell++ = cell_words(line->share);
	*cell++ = cell_words(line->label);
	*cell++ = cell_words(line->peer);
	add_pair(cell, line);
}

static const struct column narrow_connection_columns[] = {
	{ "Session" }, { "Client" }, { "Server" }, { "Packets", true }, { "Bytes", true }, { "Seconds", true },
};

static void narrow_connection_cells(const void *from, struct cell *cell)
{
	const struct line *line = from;
	*cell++ = cell_words(line->share);
	*cell++ = cell_words(line->label);
	*cell++ = cell_words(line->peer);
	*cell++ = cell_number(line->row->packets);
	*cell++ = cell_number(line->row->bytes);
	*cell++ = line->row->first == INT64_MIN ? cell_nothing() : cell_seconds(rounded(line->row->duration));
}

static const struct column port_columns[] = {
	{ "Port", true }, { "Protocol" }, { "Service" }, { "Packets", true }, { "Bytes", true },
	{ "From it", true }, { "Bytes", true }, { "To it", true }, { "Bytes", true },
};

static void port_cells(const void *from, struct cell *cell)
{
	const struct statistics_row *row = ((const struct line *)from)->row;
	*cell++ = cell_number(row->port);
	*cell++ = cell_words(row->protocol);
	*cell++ = cell_words(row->service);
	add_directions(cell, row);
}

static const struct column interface_columns[] = {
	{ "Interface" }, { "Packets", true }, { "Bytes", true }, { "Out", true }, { "Bytes", true },
	{ "In", true }, { "Bytes", true }, { "Device" },
};

static void interface_cells(const void *from, struct cell *cell)
{
	const struct statistics_row *row = ((const struct line *)from)->row;
	*cell++ = cell_words(row->name);
	add_directions(cell, row);
	cell[6] = cell_words(row->description);
}

static const struct column job_columns[] = {
	{ "Job" }, { "Records", true }, { "Bytes", true }, { "Sent", true }, { "Bytes", true },
	{ "Received", true }, { "Bytes", true },
};

static const struct column discard_columns[] = {
	{ "Reason" }, { "Packets", true }, { "Bytes", true }, { "Meaning" },
};

static void discard_cells(const void *from, struct cell *cell)
{
	const struct statistics_row *row = ((const struct line *)from)->row;
	*cell++ = cell_words(row->name);
	*cell++ = cell_number(row->packets);
	*cell++ = cell_number(row->bytes);
	*cell++ = cell_words(row->description);
}

static const struct column record_columns[] = { { "Records", true }, { "" } };

static void record_cells(const void *from, struct cell *cell)
{
	const struct statistics_row *row = ((const struct line *)from)->row;
	*cell++ = cell_number(row->packets);
	*cell++ = cell_words(row->name);
}

#define TABLE(columns, cells) { columns, sizeof columns / sizeof columns[0], cells }

static const struct { const char *title, *things; struct table table; } sections[STATISTICS_SECTIONS] = {
	[STATISTICS_PROTOCOLS] = { "Protocols", "protocols", TABLE(protocol_columns, protocol_cells) },
	[STATISTICS_SIZES] = { "Packet sizes", "sizes", TABLE(size_columns, size_cells) },
	[STATISTICS_RATES] = { "Rates", "intervals", TABLE(rate_columns, rate_cells) },
	[STATISTICS_STATIONS] = { "Stations", "hardware addresses", TABLE(end_columns, end_cells) },
	[STATISTICS_ENDPOINTS] = { "Endpoints", "addresses", TABLE(end_columns, end_cells) },
	[STATISTICS_CONVERSATIONS] = { "Conversations", "pairs of addresses", TABLE(pair_columns, pair_cells) },
	[STATISTICS_CONNECTIONS] = { "Connections", "sessions", TABLE(connection_columns, connection_cells) },
	[STATISTICS_PORTS] = { "Ports", "ports", TABLE(port_columns, port_cells) },
	[STATISTICS_INTERFACES] = { "Interfaces", "interfaces", TABLE(interface_columns, interface_cells) },
	[STATISTICS_JOBS] = { "Jobs (data trace)", "jobs", TABLE(job_columns, end_cells) },
	[STATISTICS_DISCARDS] = { "Discarded by z/OS", "reasons", TABLE(discard_columns, discard_cells) },
	[STATISTICS_RECORDS] = { "Trace records", "counts", TABLE(record_columns, record_cells) },
};

/* Where there is no room for all columns: pairs without times, connections without directions. */
static const struct table narrow_pair = { pair_columns, 6, pair_cells };
static const struct table narrow_connection = TABLE(narrow_connection_columns, narrow_connection_cells);

/* ---- Writing ---- */

static void write_row(void *user, const struct statistics_row *row)
{
	struct row_writer *writer = user;
	struct line line = { .row = row, .view = writer->view, .digits = writer->digits };
	if (table_is_text(writer->table))
		make_words(&line);
	table_row(writer->table, &line);
}

static bool say(struct statistics_view *view, struct text *words)
{
	bool taken = !words->length || view->output.write(view->output.user, words->bytes, words->length);
	text_clear(words);
	view->done |= !taken;
	return taken;
}

/* Sections whose rows have an order of their own are not cut to the first few. */
static size_t top_of(const struct statistics_view *view, enum statistics_section section)
{
	if (section < STATISTICS_STATIONS || section == STATISTICS_RECORDS)
		return 0;
	if (view->output.format != CULPRIT_TEXT)
		return view->top;
	return view->top ? view->top : DEFAULT_TOP;
}

static void write_table(struct statistics_view *view, enum statistics_section section)
{
	const struct table *people = &sections[section].table;
	if (view->output.width < WIDE && section == STATISTICS_CONVERSATIONS)
		people = &narrow_pair;
	if (view->output.width < WIDE && section == STATISTICS_CONNECTIONS)
		people = &narrow_connection;
	struct row_writer writer = {
		table_begin(people, people, &view->output, view->analysis->trace.first_time), view, 6,
	};
	statistics_each(view->statistics, section, top_of(view, section), write_row, &writer);
	view->done |= !table_end(writer.table);
}

static void add_rates(struct statistics_view *view, struct text *to)
{
	const struct page page = { to, view->output.width ? view->output.width : DEFAULT_WIDTH,
		view->output.colour };
	text_add(to, "  packets a second\n");
	chart_add(&page, statistics_timeline(view->statistics), TIMELINE_PACKETS);
	text_add(to, "  bytes a second\n");
	chart_add(&page, statistics_timeline(view->statistics), TIMELINE_BYTES);
}

static void add_heading(struct statistics_view *view, struct text *to, enum statistics_section section,
			size_t all)
{
	const struct page page = { to, DEFAULT_WIDTH, view->output.colour };
	const size_t top = top_of(view, section);
	text_add_char(to, '\n');
	page_add(&page, INK_BOLD, sections[section].title);
	if (section >= STATISTICS_STATIONS && section != STATISTICS_RECORDS) {
		text_add(to, top && all > top ? " (" : ": ");
		if (top && all > top) {
			text_addf(to, "%zu of ", top);
			words_grouped(to, all);
			text_addf(to, " %s)", sections[section].things);
		} else {
			words_grouped(to, all);
		}
	}
	text_add_char(to, '\n');
}

static void write_section(struct statistics_view *view, enum statistics_section section)
{
	struct text words = { 0 };
	const size_t all = statistics_each(view->statistics, section, 0, NULL, NULL);
	const uint64_t others = statistics_not_told_apart(view->statistics, section);
	if (all == 0 || (section == STATISTICS_INTERFACES && all == 1 && view->section < 0 &&
			 !view->analysis->trace.source->zos.records))
		return;
	add_heading(view, &words, section, all);
	if (section == STATISTICS_RATES)
		add_rates(view, &words);
	if (!say(view, &words))
		return;
	if (section != STATISTICS_RATES || view->interval)
		write_table(view, section);
	if (others) {
		words_counted(&words, others, "packet", "packets");
		text_addf(&words, " of others: only the first %d different ones are told apart\n",
			  STATISTICS_LIMIT);
		say(view, &words);
	}
	text_finish(&words);
}

static void write_head(struct statistics_view *view)
{
	const struct trace_state *trace = &view->analysis->trace;
	struct text words = { 0 };
	char size[DURATION_TEXT_SIZE], duration[DURATION_TEXT_SIZE], start[TIME_TEXT_SIZE];
	words_counted(&words, trace->packets, "packet", "packets");
	text_addf(&words, ", %s", size_text(trace->bytes, size));
	if (trace->packets)
		text_addf(&words, ", mean size %.0f bytes", (double)trace->bytes / (double)trace->packets);
	if (trace->first_time != INT64_MIN)
		text_addf(&words, "\n%s from %s",
			  duration_text(trace->last_time - trace->first_time, duration),
			  time_rfc3339(trace->first_time, analysis_time_digits(view->analysis), start));
	if (trace->first_time != INT64_MIN && trace->last_time > trace->first_time) {
		double seconds = (double)(trace->last_time - trace->first_time) / NANOSECONDS;
		text_add(&words, ": ");
		chart_rate(&words, (double)trace->packets / seconds);
		text_add(&words, " packets/s, ");
		chart_rate(&words, (double)trace->bytes * 8 / 1000 / seconds);
		text_add(&words, " kbit/s");
	}
	text_add_char(&words, '\n');
	say(view, &words);
	text_finish(&words);
}

static void write_page(struct statistics_view *view)
{
	write_head(view);
	for (int section = 0; section < STATISTICS_SECTIONS && !view->done; section++)
		if (view->section < 0 || view->section == section)
			write_section(view, (enum statistics_section)section);
}

static void write_rows(struct statistics_view *view)
{
	struct row_writer writer = {
		table_begin(&for_programs, &for_programs, &view->output, view->analysis->trace.first_time),
		view, analysis_time_digits(view->analysis),
	};
	for (int section = 0; section < STATISTICS_SECTIONS; section++)
		if (view->section < 0 || view->section == section)
			statistics_each(view->statistics, (enum statistics_section)section,
					top_of(view, (enum statistics_section)section), write_row, &writer);
	table_end(writer.table);
}

/* ---- The view ---- */

static bool observe(struct view *view, const struct trace_analysis *analysis,
		    const struct observation *observation)
{
	(void)analysis;
	statistics_observe(((struct statistics_view *)view)->statistics, observation);
	return true;
}

static void finish(struct view *base, const struct trace_analysis *analysis, const struct diagnosis *diagnosis)
{
	struct statistics_view *view = (struct statistics_view *)base;
	(void)diagnosis;
	view->analysis = analysis;
	statistics_finish(view->statistics, analysis);
	if (view->output.format == CULPRIT_TEXT)
		write_page(view);
	else
		write_rows(view);
}

static void destroy(struct view *base)
{
	struct statistics_view *view = (struct statistics_view *)base;
	statistics_destroy(view->statistics);
	free(view);
}

static void pass_over(struct view *base, const struct observation *observation)
{
	(void)base, (void)observation;
}

static const struct view_operations operations = { observe, NULL, finish, destroy, pass_over };

static int find_section(const char *name)
{
	for (int section = 0; section < STATISTICS_SECTIONS; section++)
		if (strcmp(statistics_section_name((enum statistics_section)section), name) == 0)
			return section;
	return -1;
}

static bool complain_section(const char *name, struct error *error)
{
	struct text names = { 0 };
	for (int section = 0; section < STATISTICS_SECTIONS; section++)
		text_addf(&names, "%s%s", section ? ", " : "",
			  statistics_section_name((enum statistics_section)section));
	bool failed = error_set(error, ERROR_USAGE, "", "there is no section \"%s\": choose one of %s", name,
				names.bytes);
	text_finish(&names);
	return failed;
}

struct view *statistics_view(const struct culprit_statistics *wanted, const struct culprit_output *output,
			     struct error *error)
{
	const int section = wanted->section ? find_section(wanted->section) : -1;
	if (wanted->section && section < 0) {
		complain_section(wanted->section, error);
		return NULL;
	}
	if (wanted->interval < 0 || output->format > CULPRIT_CSV) {
		error_set(error, ERROR_USAGE, "", wanted->interval < 0 ? "an interval is longer than 0"
								       : "statistics have no such format");
		return NULL;
	}
	struct statistics_view *view = memory_zeroed(1, sizeof *view);
	view->view.do_ = &operations;
	view->output = *output;
	view->section = section;
	view->top = wanted->top;
	view->interval = wanted->interval > 0;
	view->statistics = statistics_create(wanted->interval);
	return &view->view;
}
