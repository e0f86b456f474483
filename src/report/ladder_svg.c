/* The ladder as a picture: two lines of life, an arrow a packet, what it means on the right. */
#include "report/ladder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "report/svg.h"
#include "report/wrap.h"

enum {
	WIDTH = 1150, ROW = 30, TOP = 108, BOTTOM = 52,
	NUMBER = 52, TIME = 128, ELAPSED = 200,      /* where these columns end */
	LEFT_LINE = 322, RIGHT_LINE = 730, NOTE = 752, HOST = 220,
	LABEL_COLUMNS = 58,          /* characters that fit above an arrow */
};

#define PAUSE (100 * MILLISECOND)    /* a silence that the picture shows as one */
#define PAUSE_HEIGHT 22

struct picture {
	struct svg svg;
	const struct ladder *ladder;
	const struct ladder_picture *how;
	bool *lost;                  /* by index of the row: died behind the trace point */
	bool several;                /* more than one session */
	bool others[2];              /* more than one host on the left, on the right */
	double y;
	struct text words;
};

struct colours { const char *line, *fill, *words; };

static const struct colours *ink_of(const struct ladder_row *row)
{
	static const struct colours bad = { "l bad", "f-bad", "w-bad" }, warn = { "l warn", "f-warn", "w-warn" },
		phases[LADDER_PHASES] = {
			[LADDER_NOTHING] = { "l ack thin", "f-ack", "w-ack" },
			[LADDER_SETUP] = { "l setup", "f-setup", "w-setup" },
			[LADDER_DATA] = { "l data", "f-data", "w-data" },
			[LADDER_END] = { "l end", "f-end", "w-end" },
		};
	if (row->marks & (LADDER_REPEAT | LADDER_RESET))
		return &bad;
	if (row->marks & (LADDER_ZERO_WINDOW | LADDER_PROBE | LADDER_DISORDER | LADDER_WINDOW_FULL |
			  LADDER_DUPLICATE_ACK))
		return &warn;
	return &phases[row->phase < LADDER_PHASES ? row->phase : LADDER_NOTHING];
}

static bool is_pause(const struct ladder_row *row, size_t index)
{
	return index > 0 && row->elapsed >= PAUSE;
}

static const struct address *host_of(const struct ladder_row *row, bool left)
{
	return row->to_right == left ? &row->source : &row->destination;
}

static void see_host(struct picture *picture, const struct ladder_row *row)
{
	const struct ladder_row *first = ladder_row(picture->ladder, 0);
	picture->several |= row->session != first->session || row->kind != first->kind;
	for (unsigned i = 0; i < 2; i++)
		picture->others[i] |= !address_equal(host_of(row, i == 0), host_of(first, i == 0));
}

/* The rows whose packets are repeated later because they got lost behind the trace point. */
static void find_lost(struct picture *picture)
{
	size_t count = ladder_count(picture->ladder);
	picture->lost = memory_zeroed(count + 1, sizeof *picture->lost);
	for (size_t i = 0; i < count; i++) {
		const struct ladder_row *row = ladder_row(picture->ladder, i);
		see_host(picture, row);
		if (!(row->marks & LADDER_LOST) || !row->original)
			continue;
		/* Rows are in the order of packets: search by halves. */
		size_t low = 0, high = i;
		while (low < high) {
			size_t middle = (low + high) / 2;
			if (ladder_row(picture->ladder, middle)->number < row->original)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < i && ladder_row(picture->ladder, low)->number == row->original)
			picture->lost[low] = true;
	}
}

static double height_of(const struct picture *picture)
{
	double height = TOP + BOTTOM;
	size_t count = ladder_count(picture->ladder);
	for (size_t i = 0; i < count; i++)
		height += ROW + (is_pause(ladder_row(picture->ladder, i), i) ? PAUSE_HEIGHT : 0);
	return height + (ladder_left_out(picture->ladder) ? ROW : 0);
}

static void draw_host(struct picture *picture, const struct ladder_row *row, bool left, double x)
{
	char words[ADDRESS_TEXT_SIZE + 32], address[ADDRESS_TEXT_SIZE];
	bool source = row->to_right == left, client = row->by_client == source;
	uint16_t port = source ? row->source_port : row->destination_port;
	const char *service = source ? row->source_service : row->destination_service;
	svg_box(&picture->svg, "panel", x - HOST / 2.0, 42, HOST, 44);
	snprintf(words, sizeof words, "%s%s", address_text(host_of(row, left), address),
		 picture->others[!left] ? " and others" : "");
	svg_words(&picture->svg, "strong", x, 60, SVG_MIDDLE, words);
	if (picture->several || !row->has_ports)
		snprintf(words, sizeof words, "%s", client ? "client" : "server");
	else if (service)
		snprintf(words, sizeof words, "%s, port %u (%s)", client ? "client" : "server", port, service);
	else
		snprintf(words, sizeof words, "%s, port %u", client ? "client" : "server", port);
	svg_words(&picture->svg, "small dim", x, 77, SVG_MIDDLE, words);
}

static void draw_head(struct picture *picture, const struct ladder_row *row)
{
	char title[64];
	snprintf(title, sizeof title, "Sequence of Execution of %s:%u%s", session_kind_name(row->kind),
		 row->session, picture->several ? " and others" : "");
	svg_words(&picture->svg, "title", 16, 26, SVG_START, picture->how->title ? picture->how->title : title);
	draw_host(picture, row, true, LEFT_LINE);
	draw_host(picture, row, false, RIGHT_LINE);
	svg_words(&picture->svg, "small dim", NUMBER, 77, SVG_FINISH, "packet");
	svg_words(&picture->svg, "small dim", TIME, 77, SVG_FINISH, "time");
	svg_words(&picture->svg, "small dim", ELAPSED, 77, SVG_FINISH, "elapsed");
}

static void time_words(const struct picture *picture, const struct ladder_row *row, char to[static TIME_TEXT_SIZE])
{
	enum culprit_time_style style = picture->how->time_style;
	unsigned digits = row->time_digits < 6 ? row->time_digits : 6;     /* what fits */
	int64_t origin = picture->how->origin;
	to[0] = '\0';
	if (row->time == INT64_MIN)
		return;
	if (style == CULPRIT_TIME_UTC || style == CULPRIT_TIME_LOCAL)
		time_of_day_text(row->time, style == CULPRIT_TIME_LOCAL, digits, to);
	else if (style == CULPRIT_TIME_EPOCH)
		time_text(row->time, 0, TIME_STYLE_EPOCH, digits, to);
	else
		time_text(row->time, origin == CULPRIT_NO_TIME ? 0 : origin, TIME_STYLE_RELATIVE, digits, to);
}

/* "ACK PSH", and its numbers behind where they fit. */
static void draw_label(struct picture *picture, const struct ladder_row *row, const struct colours *ink, double y)
{
	struct text *words = &picture->words;
	char numbers[96] = "";
	text_clear(words);
	if (picture->several)
		text_addf(words, "%s:%u ", session_kind_name(row->kind), row->session);
	text_add(words, row->message);
	if (row->is_tcp)
		snprintf(numbers, sizeof numbers, "  seq %u  ack %u  win %u", row->sequence,
			 row->acknowledgment, row->window);
	size_t taken = text_columns(words->bytes, words->length);
	bool fits = taken + strlen(numbers) <= LABEL_COLUMNS;
	if (taken > LABEL_COLUMNS) {
		size_t keep = 0;
		while (keep < words->length && text_columns(words->bytes, keep) < LABEL_COLUMNS - 1)
			keep++;
		while (keep > 0 && ((unsigned char)words->bytes[keep] & 0xc0) == 0x80)
			keep--;
		words->length = keep;
		words->bytes[keep] = '\0';
		text_add(words, "\xe2\x80\xa6");
	}
	struct svg *svg = &picture->svg;
	text_addf(svg->to, "<text class=\"mono %s\" x=\"%d\" y=\"", ink->words, LEFT_LINE + 14);
	svg_number(svg->to, y);
	text_add(svg->to, "\">");
	svg_escape(svg->to, words->bytes);
	if (fits && *numbers)
		text_addf(svg->to, "<tspan class=\"dim\">%s</tspan>", numbers);
	text_add(svg->to, "</text>\n");
}

static void draw_cross(struct picture *picture, double x, double y)
{
	svg_path_begin(&picture->svg, "l bad thick");
	svg_move(&picture->svg, x - 5, y - 5);
	svg_draw(&picture->svg, x + 5, y + 5);
	svg_move(&picture->svg, x - 5, y + 5);
	svg_draw(&picture->svg, x + 5, y - 5);
	svg_path_end(&picture->svg);
}

/* A little downhill, since packets take time; one that got lost ends on the way. */
static void draw_arrow(struct picture *picture, const struct ladder_row *row, const struct colours *ink, bool lost,
		       double y)
{
	struct svg *svg = &picture->svg;
	double from = row->to_right ? LEFT_LINE : RIGHT_LINE, to = row->to_right ? RIGHT_LINE : LEFT_LINE;
	double way = row->to_right ? 1 : -1, drop = 5;
	if (lost) {
		to = from + (to - from) * 0.8;
		svg_line(svg, ink->line, from, y, to - way * 8, y + drop * 0.78);
		draw_cross(picture, to, y + drop * 0.8);
		return;
	}
	svg_line(svg, ink->line, from, y, to - way * 6, y + drop * 0.98);
	svg_path_begin(svg, ink->fill);
	svg_move(svg, to, y + drop);
	svg_draw(svg, to - way * 9, y + drop - 4.1);
	svg_draw(svg, to - way * 9, y + drop + 3.9);
	svg_path_end(svg);
}

static void draw_row(struct picture *picture, const struct ladder_row *row, size_t index)
{
	struct svg *svg = &picture->svg;
	const struct colours *ink = ink_of(row);
	char words[64];
	double y = picture->y + 14;
	snprintf(words, sizeof words, "%llu", (unsigned long long)row->number);
	svg_words(svg, "mono", NUMBER, y + 6, SVG_FINISH, words);
	time_words(picture, row, words);
	svg_words(svg, "mono", TIME, y + 6, SVG_FINISH, words);
	if (index > 0)
		svg_words(svg, "mono dim", ELAPSED, y + 6, SVG_FINISH, duration_text(row->elapsed, words));
	draw_label(picture, row, ink, y - 1);
	draw_arrow(picture, row, ink, picture->lost[index], y + 5);
	text_clear(&picture->words);
	if (row->payload)
		text_addf(&picture->words, "%u bytes", row->payload);
	if (*row->note)
		text_addf(&picture->words, "%s%s", row->payload ? ": " : "", row->note);
	if (picture->words.length)
		svg_words(svg, *row->note ? ink->words : "small dim", NOTE, y + 9, SVG_START, picture->words.bytes);
	picture->y += ROW;
}

static void draw_pause(struct picture *picture, int64_t elapsed)
{
	char words[DURATION_TEXT_SIZE];
	double y = picture->y + PAUSE_HEIGHT / 2.0 + 2;
	svg_line(&picture->svg, "grid dash", LEFT_LINE + 12, y, RIGHT_LINE - 12, y);
	svg_box(&picture->svg, "back", (LEFT_LINE + RIGHT_LINE) / 2.0 - 50, y - 9, 100, 18);
	svg_words(&picture->svg, "small dim", (LEFT_LINE + RIGHT_LINE) / 2.0, y + 4, SVG_MIDDLE,
		  duration_text(elapsed, words));
	picture->y += PAUSE_HEIGHT;
}

static void draw_left_out(struct picture *picture)
{
	char words[64];
	uint64_t count = ladder_left_out(picture->ladder);
	if (!count)
		return;
	snprintf(words, sizeof words, "%llu packet%s left out", (unsigned long long)count, count == 1 ? "" : "s");
	svg_words(&picture->svg, "dim", (LEFT_LINE + RIGHT_LINE) / 2.0, picture->y + 20, SVG_MIDDLE, words);
	picture->y += ROW;
}

static void draw_legend(struct picture *picture, double y)
{
	static const struct { const char *line, *words; } items[] = {
		{ "l setup", "setup" }, { "l data", "data" }, { "l ack thin", "acknowledgement" },
		{ "l bad", "sent again, reset" }, { "l warn", "window, probe, disorder" }, { "l end", "end" },
	};
	double x = LEFT_LINE - HOST / 2.0;
	for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
		svg_line(&picture->svg, items[i].line, x, y - 4, x + 22, y - 4);
		svg_words(&picture->svg, "small dim", x + 28, y, SVG_START, items[i].words);
		x += 52 + 6.2 * (double)strlen(items[i].words);
	}
}

static void draw_nothing(struct text *to, bool embedded)
{
	struct svg svg = { to };
	svg_begin(&svg, 480, 60, "Sequence of Execution", embedded);
	svg_words(&svg, "dim", 240, 34, SVG_MIDDLE, "No packets.");
	svg_end(&svg);
}

void ladder_svg(const struct ladder *ladder, const struct ladder_picture *how, struct text *to)
{
	struct picture picture = { .svg = { to }, .ladder = ladder, .how = how, .y = TOP };
	size_t count = ladder_count(ladder);
	if (!count) {
		draw_nothing(to, how->embedded);
		return;
	}
	find_lost(&picture);
	double height = height_of(&picture);
	svg_begin(&picture.svg, WIDTH, height, how->title ? how->title : "Sequence of Execution", how->embedded);
	svg_line(&picture.svg, "axis", LEFT_LINE, 86, LEFT_LINE, height - BOTTOM + 10);
	svg_line(&picture.svg, "axis", RIGHT_LINE, 86, RIGHT_LINE, height - BOTTOM + 10);
	draw_head(&picture, ladder_row(ladder, 0));
	for (size_t i = 0; i < count; i++) {
		const struct ladder_row *row = ladder_row(ladder, i);
		if (i == ladder_head_count(ladder))
			draw_left_out(&picture);
		if (is_pause(row, i))
			draw_pause(&picture, row->elapsed);
		draw_row(&picture, row, i);
	}
	if (count == ladder_head_count(ladder))
		draw_left_out(&picture);
	draw_legend(&picture, height - 18);
	svg_end(&picture.svg);
	text_finish(&picture.words);
	free(picture.lost);
}
