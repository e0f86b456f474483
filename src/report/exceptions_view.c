/* The Exception Report for people and for programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "report/chart.h"
#include "report/exceptions.h"
#include "report/report.h"
#include "report/table.h"
#include "report/tally.h"
#include "report/view.h"
#include "report/words.h"

#define DEFAULT_WIDTH 80
#define DEFAULT_TOP 5
#define LABEL_WIDTH 7

struct exceptions_view {
	struct view view;
	struct culprit_output output;
	struct exceptions *exceptions;
	const struct trace_analysis *analysis;
	int class;                   /* -1: all */
	size_t top;                  /* 0: as is usual */
};

/* ---- For programs ---- */

struct line {                    /* one row; what it does not have is NULL, 0 or INT64_MIN */
	unsigned class;
	const char *row;             /* "class", "host", "finding", "packet", "interval" */
	const struct exception_class *sums;
	const struct finding *finding;
	const char *host, *text, *session, *message, *destination;
	const struct exception_packet *packet;
	bool has_count;
	uint64_t count;
	int64_t first, last;
	unsigned digits;
};

static const struct column columns[] = {
	{ "class" }, { "name" }, { "row" }, { "count" }, { "findings" }, { "sessions" }, { "first" }, { "last" },
	{ "host" }, { "finding" }, { "id" }, { "severity" }, { "text" }, { "packet" }, { "session" },
	{ "src" }, { "src_port" }, { "dst" }, { "dst_port" }, { "message" },
};

static void cells(const void *from, struct cell *cell)
{
	const struct line *line = from;
	const struct finding *finding = line->finding;
	const struct exception_packet *packet = line->packet;
	*cell++ = cell_words(exception_class_code(line->class));
	*cell++ = cell_words(exception_class_title(line->class));
	*cell++ = cell_words(line->row);
	*cell++ = cell_number_if(line->has_count, line->count);
	*cell++ = cell_number_if(line->sums != NULL, line->sums ? line->sums->findings : 0);
	*cell++ = finding ? cell_number(finding->session_total)
		: cell_number_if(line->sums != NULL, line->sums ? line->sums->sessions : 0);
	*cell++ = cell_time(line->first, line->digits);
	*cell++ = cell_time(line->last, line->digits);
	*cell++ = cell_words(packet ? NULL : line->host);
	*cell++ = cell_number_if(finding != NULL, finding ? finding->number : 0);
	*cell++ = cell_words(finding ? finding->kind->id : NULL);
	*cell++ = cell_words(finding ? severity_name(finding->severity) : NULL);
	*cell++ = cell_words(line->text);
	*cell++ = packet ? cell_number(packet->number)
		: cell_number_if(finding && finding->first_packet, finding ? finding->first_packet : 0);
	*cell++ = cell_words(line->session);
	*cell++ = cell_words(packet ? line->host : NULL);
	*cell++ = cell_number_if(packet != NULL, packet ? packet->source_port : 0);
	*cell++ = cell_words(packet ? line->destination : NULL);
	*cell++ = cell_number_if(packet != NULL, packet ? packet->destination_port : 0);
	*cell++ = cell_words(line->message);
}

static const struct table table = { columns, sizeof columns / sizeof columns[0], cells };

struct rows { struct table_writer *writer; const struct exceptions_view *view; unsigned class, digits; };

static struct line new_line(const struct rows *rows, const char *row)
{
	return (struct line){ .class = rows->class, .row = row, .first = INT64_MIN, .last = INT64_MIN,
		.digits = rows->digits };
}

static void write_hosts(const struct rows *rows, const struct exception_class *class)
{
	const size_t top = rows->view->top;
	for (size_t i = 0; i < tally_size(class->hosts) && (!top || i < top); i++) {
		const struct tally_row *from = tally_get(class->hosts, i);
		struct line line = new_line(rows, "host");
		struct address address;
		char words[ADDRESS_TEXT_SIZE];
		memcpy(&address, from->key.bytes, sizeof address);
		line.host = address_text(&address, words);
		line.has_count = true;
		line.count = tally_packets(from);
		table_row(rows->writer, &line);
	}
}

static void write_findings(const struct rows *rows)
{
	const struct finding *finding;
	struct text words = { 0 };
	size_t at = 0, count = 0;
	while ((finding = exceptions_finding(rows->view->exceptions, rows->class, &at)) != NULL &&
	       (!rows->view->top || count++ < rows->view->top)) {
		struct line line = new_line(rows, "finding");
		char session[32] = "";
		text_clear(&words);
		finding_text(finding, &words);
		if (finding->session_count)
			snprintf(session, sizeof session, "%s:%u", session_kind_name(finding->session_kinds[0]),
				 finding->sessions[0]);
		line.finding = finding;
		line.text = words.bytes;
		line.session = session;
		line.has_count = true;
		line.count = finding->count;
		line.first = finding->first_packet ? finding->first_time : INT64_MIN;
		line.last = finding->first_packet ? finding->last_time : INT64_MIN;
		table_row(rows->writer, &line);
	}
	text_finish(&words);
}

static void write_packets(const struct rows *rows, const struct exception_class *class)
{
	const size_t top = rows->view->top;
	for (size_t i = 0; i < class->packet_count && (!top || i < top); i++) {
		const struct exception_packet *packet = &class->packets[i];
		struct line line = new_line(rows, "packet");
		char source[ADDRESS_TEXT_SIZE], destination[ADDRESS_TEXT_SIZE], session[32] = "";
		if (packet->session)
			snprintf(session, sizeof session, "tcp:%u", packet->session);
		line.packet = packet;
		line.host = address_text(&packet->source, source);
		line.destination = address_text(&packet->destination, destination);
		line.session = session;
		line.message = exception_part_name(packet->part);
		line.first = line.last = packet->time;
		table_row(rows->writer, &line);
	}
}

static void write_intervals(const struct rows *rows)
{
	const struct timeline *timeline = exceptions_timeline(rows->view->exceptions);
	for (size_t slot = 0; slot < timeline_slots(timeline); slot++) {
		struct line line = new_line(rows, "interval");
		line.count = timeline_get(timeline, slot, rows->class);
		line.has_count = true;
		line.first = timeline_start(timeline, slot);
		line.last = timeline_start(timeline, slot + 1);
		if (line.count)
			table_row(rows->writer, &line);
	}
}

static void write_rows(struct exceptions_view *view)
{
	struct rows rows = {
		table_begin(&table, &table, &view->output, view->analysis->trace.first_time), view, 0,
		analysis_time_digits(view->analysis),
	};
	for (rows.class = 0; rows.class < EXCEPTION_CLASSES; rows.class++) {
		const struct exception_class *class = exceptions_class(view->exceptions, rows.class);
		struct line line = new_line(&rows, "class");
		if (view->class >= 0 && (unsigned)view->class != rows.class)
			continue;
		line.sums = class;
		line.has_count = true;
		line.count = class->count;
		line.first = class->first;
		line.last = class->last;
		table_row(rows.writer, &line);
		write_intervals(&rows);
		write_hosts(&rows, class);
		write_findings(&rows);
		write_packets(&rows, class);
	}
	table_end(rows.writer);
}

/* ---- For people ---- */

static enum ink ink_of(enum severity severity)
{
	return severity >= SEVERITY_ERROR ? INK_RED : severity == SEVERITY_WARNING ? INK_YELLOW
	     : severity == SEVERITY_NOTICE ? INK_CYAN : INK_DIM;
}

static size_t list_length(const struct exceptions_view *view)
{
	return view->top ? view->top : view->class >= 0 ? SIZE_MAX : DEFAULT_TOP;
}

static void add_label(const struct page *page, const char *label)
{
	page_indent(page, 2);
	page_add(page, INK_DIM, label);
	page_indent(page, LABEL_WIDTH - strlen(label));
}

/* "TE  Traffic Errors             12 345        14        20   0.51  ▁▂█" */
static void add_summary_row(const struct exceptions_view *view, const struct page *page, unsigned number)
{
	const struct exception_class *class = exceptions_class(view->exceptions, number);
	const struct trace_state *trace = &view->analysis->trace;
	struct text line = { 0 }, count = { 0 }, rate = { 0 };
	const double seconds = ((double)trace->last_time - (double)trace->first_time) / NANOSECONDS;
	words_grouped(&count, class->count);
	text_add(&rate, "");
	if (class->count && seconds > 0)
		chart_rate(&rate, (double)class->count / seconds);
	text_addf(&line, "%-3s %-24s %9s", exception_class_code(number), exception_class_title(number),
		  count.bytes);
	if (exception_class_is_packets(number))
		text_addf(&line, " %8s %8s", "", "");
	else
		text_addf(&line, " %8llu %8llu", (unsigned long long)class->findings,
			  (unsigned long long)class->sessions);
	text_addf(&line, " %8s  ", rate.bytes);
	page_add(page, class->count ? INK_PLAIN : INK_DIM, line.bytes);
	if (class->count && page->width > line.length + 4)
		chart_line(page, INK_CYAN, exceptions_timeline(view->exceptions), number,
			   page->width - line.length < 60 ? page->width - line.length : 60);
	while (page->to->length && page->to->bytes[page->to->length - 1] == ' ')
		page->to->length--;
	text_add_char(page->to, '\n');
	text_finish(&line);
	text_finish(&count);
	text_finish(&rate);
}

static void add_summary(const struct exceptions_view *view, const struct page *page)
{
	struct text heading = { 0 };
	text_addf(&heading, "%-28s %9s %8s %8s %8s  Over time", "Class", "Count", "Findings", "Sessions",
		  "A second");
	page_add(page, INK_BOLD, heading.bytes);
	text_add_char(page->to, '\n');
	for (unsigned class = 0; class < EXCEPTION_CLASSES; class++)
		add_summary_row(view, page, class);
	text_finish(&heading);
}

static void add_hosts(const struct exceptions_view *view, const struct page *page,
		      const struct exception_class *class)
{
	struct text words = { 0 };
	const size_t most = list_length(view), count = tally_size(class->hosts);
	if (!count)
		return;
	for (size_t i = 0; i < count && i < most; i++) {
		const struct tally_row *row = tally_get(class->hosts, i);
		struct address address;
		char host[ADDRESS_TEXT_SIZE];
		memcpy(&address, row->key.bytes, sizeof address);
		text_addf(&words, "%s%s (", i ? ", " : "", address_text(&address, host));
		words_grouped(&words, tally_packets(row));
		text_add_char(&words, ')');
	}
	if (count > most) {
		text_add(&words, " and ");
		words_grouped(&words, count - most);
		text_add(&words, " more");
	}
	if (tally_packets(tally_others(class->hosts))) {
		text_add(&words, "; of others ");
		words_grouped(&words, tally_packets(tally_others(class->hosts)));
		text_addf(&words, ": only the first %d hosts are told apart", EXCEPTION_HOSTS);
	}
	add_label(page, "Hosts");
	page_wrap(page, INK_PLAIN, 2 + LABEL_WIDTH, 2 + LABEL_WIDTH, words.bytes);
	text_finish(&words);
}

static void add_finding(const struct page *page, const struct finding *finding)
{
	struct text label = { 0 }, words = { 0 };
	text_addf(&label, "%s %u: ", severity_name(finding->severity), finding->number);
	finding_text(finding, &words);
	text_addf(&words, " [%s]", finding->kind->id);
	for (unsigned i = 0; i < finding->session_count; i++)
		text_addf(&words, "%s%s:%u", i ? " " : " ", session_kind_name(finding->session_kinds[i]),
			  finding->sessions[i]);
	if (finding->session_total > finding->session_count) {
		text_add(&words, " and ");
		words_grouped(&words, finding->session_total - finding->session_count);
		text_add(&words, " more");
	}
	for (unsigned i = 0; i < finding->evidence_count; i++)
		text_addf(&words, "%s%llu", i ? " " : finding->evidence_count > 1 ? ", packets " : ", packet ",
			  (unsigned long long)finding->evidence[i].packet);
	if (finding->evidence_total > finding->evidence_count) {
		text_add(&words, " and ");
		words_grouped(&words, finding->evidence_total - finding->evidence_count);
		text_add(&words, " more");
	}
	page_indent(page, 2);
	page_add(page, ink_of(finding->severity), label.bytes);
	page_wrap(page, INK_PLAIN, 2 + label.length, 4, words.bytes);
	text_finish(&label);
	text_finish(&words);
}

static void add_more(const struct exceptions_view *view, const struct page *page, uint64_t count, unsigned class)
{
	struct text words = { 0 };
	if (!count)
		return;
	text_add(&words, "and ");
	words_grouped(&words, count);
	text_addf(&words, view->class < 0 && !view->top ? " more: --class %s" : " more",
		  exception_class_code(class));
	page_paragraph(page, INK_DIM, 2, words.bytes);
	text_finish(&words);
}

static void add_findings(const struct exceptions_view *view, const struct page *page, unsigned class)
{
	const struct finding *finding;
	size_t at = 0, count = 0;
	while ((finding = exceptions_finding(view->exceptions, class, &at)) != NULL)
		if (count++ < list_length(view))
			add_finding(page, finding);
	add_more(view, page, count > list_length(view) ? count - list_length(view) : 0, class);
}

static void add_packet(const struct exceptions_view *view, const struct page *page,
		       const struct exception_packet *packet)
{
	static const enum time_style styles[] = {
		[CULPRIT_TIME_DEFAULT] = TIME_STYLE_RELATIVE, [CULPRIT_TIME_UTC] = TIME_STYLE_UTC,
		[CULPRIT_TIME_LOCAL] = TIME_STYLE_LOCAL, [CULPRIT_TIME_RELATIVE] = TIME_STYLE_RELATIVE,
		[CULPRIT_TIME_EPOCH] = TIME_STYLE_EPOCH,
	};
	const struct endpoint from = { .address = packet->source, .port = packet->source_port };
	const struct endpoint to = { .address = packet->destination, .port = packet->destination_port };
	char time[TIME_TEXT_SIZE] = "", source[ENDPOINT_TEXT_SIZE], destination[ENDPOINT_TEXT_SIZE];
	struct text line = { 0 };
	if (packet->time != INT64_MIN)
		time_text(packet->time, view->analysis->trace.first_time, styles[view->output.time_style], 6, time);
	text_addf(&line, "%7llu %12s  %s \xe2\x86\x92 %s  %s", (unsigned long long)packet->number, time,
		  endpoint_text(&from, source), endpoint_text(&to, destination),
		  exception_part_name(packet->part));
	if (packet->session)
		text_addf(&line, "  tcp:%u", packet->session);
	page_indent(page, 2);
	page_add(page, INK_PLAIN, line.bytes);
	text_add_char(page->to, '\n');
	text_finish(&line);
}

static void add_packets(const struct exceptions_view *view, const struct page *page, unsigned number)
{
	const struct exception_class *class = exceptions_class(view->exceptions, number);
	const size_t most = list_length(view);
	size_t shown = 0;
	if (!exception_class_is_packets(number))
		return;
	for (; shown < class->packet_count && shown < most; shown++)
		add_packet(view, page, &class->packets[shown]);
	if (shown == EXCEPTION_PACKETS && class->count > shown) {
		struct text words = { 0 };
		text_add(&words, "and ");
		words_grouped(&words, class->count - shown);
		text_addf(&words, " more: only the first %d packets are kept", EXCEPTION_PACKETS);
		page_paragraph(page, INK_DIM, 2, words.bytes);
		text_finish(&words);
		return;
	}
	add_more(view, page, class->count - shown, number);
}

static void add_heading(const struct page *page, unsigned number, const struct exception_class *class)
{
	struct text words = { 0 };
	text_addf(&words, "%s  %s: ", exception_class_code(number), exception_class_title(number));
	words_grouped(&words, class->count);
	const char *between = " (";
	for (int part = 0; part < EXCEPTION_PARTS; part++) {
		if (!class->parts[part])
			continue;
		text_addf(&words, "%s%s ", between, exception_part_name((enum exception_part)part));
		words_grouped(&words, class->parts[part]);
		between = ", ";
	}
	if (*between == ',')
		text_add_char(&words, ')');
	text_add_char(page->to, '\n');
	page_paragraph(page, INK_BOLD, 0, words.bytes);
	text_finish(&words);
}

static void add_class(const struct exceptions_view *view, const struct page *page, unsigned number)
{
	const struct exception_class *class = exceptions_class(view->exceptions, number);
	if (!class->count && !class->findings && view->class < 0)
		return;
	add_heading(page, number, class);
	add_hosts(view, page, class);
	add_findings(view, page, number);
	add_packets(view, page, number);
}

static void write_page(struct exceptions_view *view)
{
	struct text words = { 0 };
	const struct page page = { &words, view->output.width ? view->output.width : DEFAULT_WIDTH,
		view->output.colour };
	if (view->class < 0)
		add_summary(view, &page);
	for (unsigned class = 0; class < EXCEPTION_CLASSES; class++)
		if (view->class < 0 || (unsigned)view->class == class)
			add_class(view, &page, class);
	const char *start = view->class >= 0 && *words.bytes == '\n' ? words.bytes + 1 : words.bytes;
	view->output.write(view->output.user, start, words.length - (size_t)(start - words.bytes));
	text_finish(&words);
}

/* ---- The view ---- */

static bool observe(struct view *view, const struct trace_analysis *analysis,
		    const struct observation *observation)
{
	(void)analysis;
	exceptions_observe(((struct exceptions_view *)view)->exceptions, observation);
	return true;
}

static void finish(struct view *base, const struct trace_analysis *analysis, const struct diagnosis *diagnosis)
{
	struct exceptions_view *view = (struct exceptions_view *)base;
	(void)diagnosis;
	view->analysis = analysis;
	exceptions_finish(view->exceptions, analysis->findings);
	if (view->output.format == CULPRIT_TEXT)
		write_page(view);
	else
		write_rows(view);
}

static void destroy(struct view *base)
{
	struct exceptions_view *view = (struct exceptions_view *)base;
	exceptions_destroy(view->exceptions);
	free(view);
}

static void pass_over(struct view *base, const struct observation *observation)
{
	(void)base, (void)observation;
}

static const struct view_operations operations = { observe, NULL, finish, destroy, pass_over };

static bool complain_class(const char *name, struct error *error)
{
	struct text names = { 0 };
	for (unsigned class = 0; class < EXCEPTION_CLASSES; class++)
		text_addf(&names, "%s%s", class ? ", " : "", exception_class_code(class));
	bool failed = error_set(error, ERROR_USAGE, "", "there is no class \"%s\": choose one of %s", name,
				names.bytes);
	text_finish(&names);
	return failed;
}

struct view *exceptions_view(const struct culprit_exceptions *wanted, const struct culprit_output *output,
			     struct error *error)
{
	const int class = wanted->class_name ? exception_class_find(wanted->class_name) : -1;
	if (wanted->class_name && class < 0) {
		complain_class(wanted->class_name, error);
		return NULL;
	}
	if (output->format > CULPRIT_CSV) {
		error_set(error, ERROR_USAGE, "", "exceptions have no such format");
		return NULL;
	}
	struct exceptions_view *view = memory_zeroed(1, sizeof *view);
	view->view.do_ = &operations;
	view->output = *output;
	view->class = class;
	view->top = wanted->top;
	view->exceptions = exceptions_create();
	return &view->view;
}
