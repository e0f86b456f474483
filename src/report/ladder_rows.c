/* The ladder as JSON Lines and CSV, and as text in two widths: with all of CleverView's columns where there
 * is room, else in 80 columns. */
#include "report/ladder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "report/service_words.h"
#include "report/wrap.h"
#include "session/tcp.h"

#define WIDE 175                 /* columns that the wide text takes without its notes */
#define NARROW 80
#define NARROW_MESSAGE 66        /* column at which the message begins */
#define WRITE_AT 32768           /* bytes gathered before they are handed on */

static const struct column columns[] = {
	{ "session" }, { "number" }, { "time" }, { "elapsed_s" }, { "from" }, { "src" }, { "src_port" },
	{ "dst" }, { "dst_port" }, { "length" }, { "message" }, { "tcp.seq" }, { "tcp.ack" },
	{ "tcp.window_size_value" }, { "tcp.window_size" }, { "tcp.len" }, { "tcp.flags" }, { "phase" },
	{ "class" }, { "mechanism" }, { "original" }, { "note" },
};

struct cell_words {              /* what the cells of one row point to */
	char session[24], source[ADDRESS_TEXT_SIZE], destination[ADDRESS_TEXT_SIZE];
};

struct row_and_words { const struct ladder_row *row; struct cell_words words; };

static const char *session_words(const struct ladder_row *row, char to[static 24])
{
	snprintf(to, 24, "%s:%u", session_kind_name(row->kind), row->session);
	return to;
}

static void fill_cells(const void *about, struct cell *cell)
{
	const struct row_and_words *with = about;
	const struct ladder_row *row = with->row;
	*cell++ = cell_words(with->words.session);
	*cell++ = cell_number(row->number);
	*cell++ = cell_time(row->time, row->time_digits);
	*cell++ = cell_seconds(row->elapsed);
	*cell++ = cell_words(row->by_client ? "client" : "server");
	*cell++ = cell_words(with->words.source);
	*cell++ = cell_number_if(row->has_ports, row->source_port);
	*cell++ = cell_words(with->words.destination);
	*cell++ = cell_number_if(row->has_ports, row->destination_port);
	*cell++ = cell_number(row->length);
	*cell++ = cell_words(row->message);
	*cell++ = cell_number_if(row->is_tcp, row->sequence);
	*cell++ = cell_number_if(row->is_tcp, row->acknowledgment);
	*cell++ = cell_number_if(row->is_tcp, row->window);
	*cell++ = cell_number_if(row->window_known, row->scaled_window);
	*cell++ = cell_number(row->payload);
	*cell++ = cell_number_if(row->is_tcp, row->flags);
	*cell++ = cell_words(ladder_phase_name(row->phase));
	*cell++ = row->is_tcp && !(row->marks & LADDER_TWIN) ? cell_words(segment_class_name(row->class))
							     : cell_nothing();
	*cell++ = row->mechanism ? cell_words(repeat_mechanism_name(row->mechanism)) : cell_nothing();
	*cell++ = cell_number_if(row->original != 0, row->original);
	*cell++ = cell_words(row->note);
}

static const struct table ladder_table = { columns, sizeof columns / sizeof *columns, fill_cells };

struct ladder_writer {
	struct culprit_output output;
	struct table_writer *table;  /* JSON Lines and CSV; NULL for text */
	int64_t origin;
	bool several, ended, begun, wide;
	struct text out;
	struct address left, right;  /* of the heading above */
	uint64_t gap;                /* to be told below the heading */
	int time_width, elapsed_width;       /* wide: as the first row has them */
	char date[TIME_TEXT_SIZE];
};

struct ladder_writer *ladder_writer_create(const struct culprit_output *output, int64_t origin, bool several)
{
	struct ladder_writer *writer = memory_zeroed(1, sizeof *writer);
	writer->output = *output;
	writer->origin = origin;
	writer->several = several;
	writer->wide = output->width == 0 || output->width >= WIDE;
	if (output->format != CULPRIT_TEXT)
		writer->table = table_begin(&ladder_table, &ladder_table, output, origin);
	return writer;
}

static void hand_on(struct ladder_writer *writer)
{
	if (!writer->ended && writer->out.length)
		writer->ended = !writer->output.write(writer->output.user, writer->out.bytes, writer->out.length);
	text_clear(&writer->out);
}

static struct page page_of(struct ladder_writer *writer)
{
	unsigned width = writer->output.width ? writer->output.width : writer->wide ? 4 * NARROW : NARROW;
	return (struct page){ &writer->out, width < NARROW ? NARROW : width, writer->output.colour };
}

static enum ink ink_of(const struct ladder_row *row)
{
	if (row->marks & (LADDER_REPEAT | LADDER_RESET))
		return INK_RED;
	if (row->marks & (LADDER_ZERO_WINDOW | LADDER_PROBE | LADDER_DISORDER | LADDER_WINDOW_FULL))
		return INK_YELLOW;
	if (row->phase == LADDER_SETUP)
		return INK_GREEN;
	if (row->phase == LADDER_END)
		return INK_CYAN;
	return row->phase == LADDER_DATA ? INK_PLAIN : INK_DIM;
}

static bool is_clock(const struct ladder_writer *writer)
{
	return writer->output.time_style != CULPRIT_TIME_RELATIVE &&
	       writer->output.time_style != CULPRIT_TIME_EPOCH;
}

static void add_time(struct ladder_writer *writer, const struct ladder_row *row, char to[static TIME_TEXT_SIZE])
{
	bool local = writer->output.time_style == CULPRIT_TIME_LOCAL;
	to[0] = '\0';
	if (row->time == INT64_MIN)
		return;
	if (writer->origin == CULPRIT_NO_TIME)
		writer->origin = row->time;
	if (!writer->wide && writer->output.time_style == CULPRIT_TIME_DEFAULT)
		time_text(row->time, writer->origin, TIME_STYLE_RELATIVE,
			  row->time_digits < 6 ? row->time_digits : 6, to);
	else if (is_clock(writer))
		time_of_day_text(row->time, local, row->time_digits, to);
	else
		time_text(row->time, writer->origin, writer->output.time_style == CULPRIT_TIME_EPOCH ?
			  TIME_STYLE_EPOCH : TIME_STYLE_RELATIVE, row->time_digits, to);
}

/* "172.29.122.182 port 2711": on the left, or on the right. */
static void add_end(struct text *to, const struct ladder_row *row, bool left, bool port)
{
	char words[ADDRESS_TEXT_SIZE];
	bool source = row->to_right == left;
	text_add(to, address_text(source ? &row->source : &row->destination, words));
	if (port && row->has_ports)
		text_addf(to, " port %u", source ? row->source_port : row->destination_port);
}

/* Who is on the left and on the right, whenever that changes, and the day. */
static void write_heading(struct ladder_writer *writer, const struct ladder_row *row)
{
	const struct address *left = row->to_right ? &row->source : &row->destination;
	const struct address *right = row->to_right ? &row->destination : &row->source;
	struct page page = page_of(writer);
	char words[TIME_TEXT_SIZE];
	bool same = writer->begun && address_equal(left, &writer->left) && address_equal(right, &writer->right);
	bool client_left = row->by_client == row->to_right;
	if (!same) {
		struct text line = { 0 };
		if (!writer->several)
			text_addf(&line, "%s  ", session_words(row, words));
		add_end(&line, row, true, !writer->several);
		text_add(&line, writer->several ? "" : client_left ? " (client)" : " (server)");
		text_add(&line, "  <--->  ");
		add_end(&line, row, false, !writer->several);
		text_add(&line, writer->several ? "" : client_left ? " (server)" : " (client)");
		page_paragraph(&page, INK_BOLD, 0, line.bytes);
		text_finish(&line);
		writer->left = *left;
		writer->right = *right;
	}
	if (row->time == INT64_MIN || !is_clock(writer))
		return;
	date_text(row->time, writer->output.time_style == CULPRIT_TIME_LOCAL, words);
	if (strcmp(words, writer->date) == 0)
		return;
	memcpy(writer->date, words, sizeof words);
	page_add(&page, INK_BOLD, "**** ");
	page_add(&page, INK_BOLD, words);
	text_add_char(&writer->out, '\n');
}

static void write_column_names(struct ladder_writer *writer, const struct ladder_row *row)
{
	struct page page = page_of(writer);
	char line[320], words[TIME_TEXT_SIZE];
	add_time(writer, row, words);
	writer->time_width = (int)strlen(words) < 9 ? 9 : (int)strlen(words);
	writer->elapsed_width = (int)strlen(elapsed_text(0, row->time_digits, words));
	if (writer->elapsed_width < 11)
		writer->elapsed_width = 11;
	if (writer->wide)
		snprintf(line, sizeof line, "%6s  %s%-*s  %*s  %13s  %-26s  %12s  %-9s  %-12s  %11s  %11s  %11s  %s",
			 "ID", writer->several ? "Session    " : "", writer->time_width, "Timestamp",
			 writer->elapsed_width, "Elapse Time", "Datagram Size", "Messages", "Local Port",
			 "Direction", "Rmt. Port", "Seq. Number", "Ack. Number", "Window Size", "Note");
	else
		snprintf(line, sizeof line, "%6s %9s %9s %5s     %10s %10s %6s %s", "ID", "Time", "Elapsed",
			 "Size", "Seq", "Ack", "Window", "Message");
	page_add(&page, INK_BOLD, line);
	text_add_char(&writer->out, '\n');
}

static const char *port_words(bool there, const char *service, uint16_t port, char to[static 16])
{
	const char *words = service_words(service);
	to[0] = 0;
	if (words)
		snprintf(to, 16, "%s", words);
	else if (there)
		snprintf(to, 16, "%u", port);
	return to;
}

static const char *number_words(bool there, uint32_t number, char to[static 16])
{
	to[0] = 0;
	if (there)
		snprintf(to, 16, "%u", number);
	return to;
}

static void add_padded(struct text *to, const char *words, size_t width)
{
	size_t columns_taken = text_columns(words, strlen(words));
	text_add(to, words);
	for (size_t i = columns_taken; i < width; i++)
		text_add_char(to, ' ');
}

static void end_line(struct text *to)
{
	while (to->length && to->bytes[to->length - 1] == ' ')
		to->length--;
	text_add_char(to, '\n');
}

/* One row as it stands in the text, without colours and line end. */
static void make_wide(struct ladder_writer *writer, const struct ladder_row *row, struct text *line)
{
	char time[TIME_TEXT_SIZE], elapsed[TIME_TEXT_SIZE], session[24], left[16], right[16], seq[16], ack[16],
		window[16];
	const char *from = port_words(row->has_ports, row->source_service, row->source_port,
				      row->to_right ? left : right);
	const char *to = port_words(row->has_ports, row->destination_service, row->destination_port,
				    row->to_right ? right : left);
	add_time(writer, row, time);
	text_addf(line, "%6llu  ", (unsigned long long)row->number);
	if (writer->several)
		text_addf(line, "%-9s  ", session_words(row, session));
	text_addf(line, "%-*s  %*s  %13u  ", writer->time_width, time, writer->elapsed_width,
		  elapsed_text(row->elapsed, row->time_digits, elapsed), row->length);
	struct text message = { 0 };
	text_add_printable(&message, row->message, strlen(row->message));
	add_padded(line, message.bytes ? message.bytes : "", 26);
	text_finish(&message);
	text_addf(line, "  %12s  %s  %-12s  %11s  %11s  %11s  ", row->to_right ? from : to,
		  row->to_right ? "-------->" : "<--------", row->to_right ? to : from,
		  number_words(row->is_tcp, row->sequence, seq),
		  number_words(row->is_tcp, row->acknowledgment, ack),
		  number_words(row->is_tcp, row->window, window));
	text_add(line, row->note);
}

static void make_narrow(struct ladder_writer *writer, const struct ladder_row *row, struct text *line)
{
	char time[TIME_TEXT_SIZE], elapsed[TIME_TEXT_SIZE], seq[16], ack[16], window[16];
	add_time(writer, row, time);
	time_text(row->elapsed, 0, TIME_STYLE_RELATIVE, row->time_digits < 6 ? row->time_digits : 6, elapsed);
	text_addf(line, "%6llu %9s %9s %5u %s %10s %10s %6s ", (unsigned long long)row->number, time, elapsed,
		  row->length, row->to_right ? "-->" : "<--", number_words(row->is_tcp, row->sequence, seq),
		  number_words(row->is_tcp, row->acknowledgment, ack),
		  number_words(row->is_tcp, row->window, window));
}

/* Behind the numbers what fits into the line, the rest indented below. */
static void write_narrow(struct ladder_writer *writer, const struct ladder_row *row)
{
	struct page page = page_of(writer);
	struct text line = { 0 }, message = { 0 };
	char session[24];
	make_narrow(writer, row, &line);
	if (writer->several)
		text_addf(&message, "%s ", session_words(row, session));
	text_add_printable(&message, row->message, strlen(row->message));
	size_t room = page.width > NARROW_MESSAGE ? page.width - NARROW_MESSAGE : 0;
	size_t taken = text_columns(message.bytes ? message.bytes : "", message.length);
	size_t note = text_columns(row->note, strlen(row->note));
	if (taken <= room)
		text_add(&line, message.bytes ? message.bytes : "");
	bool note_fits = note && taken + 2 + note <= room;
	if (note_fits)
		text_addf(&line, "  %s", row->note);
	page_add(&page, ink_of(row), line.bytes);
	end_line(&writer->out);
	if (taken > room)
		page_paragraph(&page, ink_of(row), 7, message.bytes);
	if (note && !note_fits)
		page_paragraph(&page, ink_of(row), 7, row->note);
	text_finish(&line);
	text_finish(&message);
}

static void write_wide(struct ladder_writer *writer, const struct ladder_row *row)
{
	struct page page = page_of(writer);
	struct text line = { 0 };
	make_wide(writer, row, &line);
	while (line.length && line.bytes[line.length - 1] == ' ')
		line.bytes[--line.length] = '\0';
	page_add(&page, ink_of(row), line.bytes);
	text_add_char(&writer->out, '\n');
	text_finish(&line);
}

bool ladder_writer_row(struct ladder_writer *writer, const struct ladder_row *row)
{
	if (writer->table) {
		struct row_and_words with = { .row = row };
		session_words(row, with.words.session);
		address_text(&row->source, with.words.source);
		address_text(&row->destination, with.words.destination);
		return table_row(writer->table, &with);
	}
	write_heading(writer, row);
	if (!writer->begun)
		write_column_names(writer, row);
	writer->begun = true;
	if (writer->gap)
		ladder_writer_gap(writer, writer->gap);
	writer->gap = 0;
	if (writer->wide)
		write_wide(writer, row);
	else
		write_narrow(writer, row);
	if (writer->out.length >= WRITE_AT)
		hand_on(writer);
	return !writer->ended;
}

bool ladder_writer_gap(struct ladder_writer *writer, uint64_t count)
{
	if (writer->table || !count)
		return !writer->ended;
	if (!writer->begun) {
		writer->gap = count;
		return !writer->ended;
	}
	struct page page = page_of(writer);
	char words[64];
	snprintf(words, sizeof words, "%llu packet%s left out", (unsigned long long)count, count == 1 ? "" : "s");
	page_paragraph(&page, INK_DIM, 7, words);
	return !writer->ended;
}

bool ladder_writer_finish(struct ladder_writer *writer)
{
	bool complete = true;
	if (writer->table)
		complete = table_end(writer->table);
	hand_on(writer);
	complete &= !writer->ended;
	text_finish(&writer->out);
	free(writer);
	return complete;
}
