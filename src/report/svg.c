#include "report/svg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Contrast of at least 4.5 to 1 for text and 3 to 1 for lines on both backgrounds (WCAG 2.1, 1.4.3). */
static const char style[] =
	".culprit{--c-back:#ffffff;--c-panel:#f6f8fa;--c-ink:#1c2430;--c-dim:#5d6875;--c-grid:#e2e6eb;"
	"--c-axis:#9aa4af;--c-data:#1f5fbf;--c-ack:#6b7683;--c-setup:#18794a;--c-end:#7a3fb5;--c-bad:#c8232c;"
	"--c-warn:#b25e00;--c-fill:#dbe7f8;"
	"font:12px system-ui,'Segoe UI',Helvetica,Arial,sans-serif;background:var(--c-back);max-width:100%;"
	"height:auto}"
	"@media(prefers-color-scheme:dark){.culprit{--c-back:#12161b;--c-panel:#1a2027;--c-ink:#e6eaef;"
	"--c-dim:#9aa5b1;--c-grid:#272e37;--c-axis:#5b6672;--c-data:#6ea8fe;--c-ack:#8f9aa6;--c-setup:#4cc38a;"
	"--c-end:#c08bf0;--c-bad:#ff6b6b;--c-warn:#f0a63c;--c-fill:#1d2f4a}}"
	".culprit .back{fill:var(--c-back)}.culprit .panel{fill:var(--c-panel);stroke:var(--c-grid)}"
	".culprit text{fill:var(--c-ink);font-variant-numeric:tabular-nums}.culprit .title{font-size:15px;"
	"font-weight:600}.culprit .strong{font-weight:600}.culprit .small{font-size:11px}"
	".culprit .dim{fill:var(--c-dim)}.culprit .mono{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,"
	"Consolas,monospace;font-size:11px}"
	".culprit .w-bad{fill:var(--c-bad)}.culprit .w-warn{fill:var(--c-warn)}.culprit .w-setup{fill:var(--c-setup)}"
	".culprit .w-end{fill:var(--c-end)}.culprit .w-data{fill:var(--c-data)}.culprit .w-ack{fill:var(--c-dim)}"
	".culprit .l{fill:none;stroke-width:1.5;stroke:var(--c-ack)}.culprit .thin{stroke-width:1}"
	".culprit .grid{stroke:var(--c-grid);stroke-width:1}.culprit .axis{stroke:var(--c-axis);stroke-width:1}"
	".culprit .dash{stroke-dasharray:5 4}.culprit .dots{stroke-dasharray:1 4;stroke-linecap:round}"
	".culprit .data{stroke:var(--c-data)}.culprit .ack{stroke:var(--c-ack)}.culprit .setup{stroke:var(--c-setup)}"
	".culprit .end{stroke:var(--c-end)}.culprit .bad{stroke:var(--c-bad)}.culprit .warn{stroke:var(--c-warn)}"
	".culprit .thick{stroke-width:2.5}"
	".culprit .f-data{fill:var(--c-data)}.culprit .f-ack{fill:var(--c-ack)}.culprit .f-setup{fill:var(--c-setup)}"
	".culprit .f-end{fill:var(--c-end)}.culprit .f-bad{fill:var(--c-bad)}.culprit .f-warn{fill:var(--c-warn)}"
	".culprit .area{fill:var(--c-fill);stroke:none}";

void svg_style(struct text *to)
{
	text_add(to, style);
}

void svg_number(struct text *to, double value)
{
	/* What no picture is large enough for is drawn at its edge. */
	if (!(value > -1e7))
		value = -1e7;
	if (value > 1e7)
		value = 1e7;
	long long hundredths = llround(value * 100);
	if (hundredths < 0)
		text_add_char(to, '-');
	unsigned long long size = hundredths < 0 ? (unsigned long long)-hundredths : (unsigned long long)hundredths;
	text_addf(to, "%llu", size / 100);
	if (size % 100)
		text_addf(to, size % 10 ? ".%02llu" : ".%llu", size % 10 ? size % 100 : size % 100 / 10);
}

void svg_escape(struct text *to, const char *words)
{
	struct text printable = { 0 };
	text_add_printable(&printable, words, strlen(words));
	for (const char *at = printable.bytes ? printable.bytes : ""; *at; at++) {
		if (*at == '&')
			text_add(to, "&amp;");
		else if (*at == '<')
			text_add(to, "&lt;");
		else if (*at == '>')
			text_add(to, "&gt;");
		else if (*at == '"')
			text_add(to, "&quot;");
		else if (strncmp(at, "\xef\xbf\xbe", 3) == 0 || strncmp(at, "\xef\xbf\xbf", 3) == 0)
			at += 2;     /* U+FFFE and U+FFFF are no characters of XML 1.0 */
		else
			text_add_char(to, *at);
	}
	text_finish(&printable);
}

static void attribute(struct svg *svg, const char *name, double value)
{
	text_addf(svg->to, " %s=\"", name);
	svg_number(svg->to, value);
	text_add_char(svg->to, '"');
}

void svg_begin(struct svg *svg, double width, double height, const char *title, bool embedded)
{
	text_add(svg->to, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"culprit\" role=\"img\"");
	attribute(svg, "width", width);
	attribute(svg, "height", height);
	text_add(svg->to, " viewBox=\"0 0 ");
	svg_number(svg->to, width);
	text_add_char(svg->to, ' ');
	svg_number(svg->to, height);
	text_add(svg->to, "\">\n<title>");
	svg_escape(svg->to, title);
	text_add(svg->to, "</title>\n");
	if (!embedded)
		text_addf(svg->to, "<style>%s</style>\n", style);
	svg_box(svg, "back", 0, 0, width, height);
}

void svg_end(struct svg *svg)
{
	text_add(svg->to, "</svg>\n");
}

void svg_line(struct svg *svg, const char *class, double x1, double y1, double x2, double y2)
{
	text_addf(svg->to, "<line class=\"%s\"", class);
	attribute(svg, "x1", x1);
	attribute(svg, "y1", y1);
	attribute(svg, "x2", x2);
	attribute(svg, "y2", y2);
	text_add(svg->to, "/>\n");
}

void svg_box(struct svg *svg, const char *class, double x, double y, double width, double height)
{
	text_addf(svg->to, "<rect class=\"%s\"", class);
	attribute(svg, "x", x);
	attribute(svg, "y", y);
	attribute(svg, "width", width);
	attribute(svg, "height", height);
	text_add(svg->to, "/>\n");
}

void svg_dot(struct svg *svg, const char *class, double x, double y, double radius)
{
	text_addf(svg->to, "<circle class=\"%s\"", class);
	attribute(svg, "cx", x);
	attribute(svg, "cy", y);
	attribute(svg, "r", radius);
	text_add(svg->to, "/>\n");
}

void svg_words(struct svg *svg, const char *class, double x, double y, enum svg_anchor anchor, const char *words)
{
	static const char *const anchors[] = { "", " text-anchor=\"middle\"", " text-anchor=\"end\"" };
	text_addf(svg->to, "<text class=\"%s\"%s", class, anchors[anchor]);
	attribute(svg, "x", x);
	attribute(svg, "y", y);
	text_add_char(svg->to, '>');
	svg_escape(svg->to, words);
	text_add(svg->to, "</text>\n");
}

void svg_path_begin(struct svg *svg, const char *class)
{
	text_addf(svg->to, "<path class=\"%s\" d=\"", class);
}

static void tenths(struct text *to, double value)
{
	svg_number(to, nearbyint(value * 10) / 10);
}

static void path_step(struct svg *svg, char letter, double x, double y)
{
	text_add_char(svg->to, letter);
	tenths(svg->to, x);
	text_add_char(svg->to, ' ');
	tenths(svg->to, y);
}

void svg_move(struct svg *svg, double x, double y)
{
	path_step(svg, 'M', x, y);
}

void svg_draw(struct svg *svg, double x, double y)
{
	path_step(svg, 'L', x, y);
}

void svg_path_end(struct svg *svg)
{
	text_add(svg->to, "\"/>\n");
}

struct unit { double factor; const char *name; };

static const struct unit seconds[] = { { 1e-9, "ns" }, { 1e-6, "\xc2\xb5s" }, { 1e-3, "ms" }, { 1, "s" },
	{ 60, "min" }, { 3600, "h" }, { 0, NULL } };
static const struct unit bytes[] = { { 1, "bytes" }, { 1e3, "kB" }, { 1e6, "MB" }, { 1e9, "GB" },
	{ 1e12, "TB" }, { 0, NULL } };
static const struct unit bits[] = { { 1, "bit/s" }, { 1e3, "kbit/s" }, { 1e6, "Mbit/s" }, { 1e9, "Gbit/s" },
	{ 0, NULL } };

/* The largest unit of which the highest value has at least two. */
static const struct unit *choose(enum svg_unit kind, double high)
{
	const struct unit *list = kind == SVG_SECONDS ? seconds : kind == SVG_BYTES ? bytes : bits;
	const struct unit *best = list;
	for (; list->name; list++)
		if (high >= 2 * list->factor * (kind == SVG_SECONDS && list->factor > 1 ? 5 : 1))
			best = list;
	return best;
}

static double round_step(double least)
{
	double power = pow(10, floor(log10(least)));
	double ratio = least / power;
	return power * (ratio <= 1.0001 ? 1 : ratio <= 2.0001 ? 2 : ratio <= 5.0001 ? 5 : 10);
}

void svg_axis_init(struct svg_axis *axis, double low, double high, unsigned ticks, enum svg_unit unit, bool tight)
{
	if (!(high > low))
		high = low + (unit == SVG_SECONDS ? 1e-6 : 1);
	const struct unit *scale = choose(unit, high);
	double step = round_step((high - low) / scale->factor / ticks);
	*axis = (struct svg_axis){ .factor = scale->factor, .unit = scale->name, .step = step * scale->factor };
	double least = floor(low / axis->step + 1e-9), most = ceil(high / axis->step - 1e-9);
	axis->low = tight ? low : least * axis->step;
	axis->high = tight ? high : most * axis->step;
	for (double left = step; left < 0.9999 && axis->digits < 9; left *= 10)
		axis->digits++;
}

double svg_place(const struct svg_axis *axis, double value)
{
	return axis->from + (value - axis->low) / (axis->high - axis->low) * (axis->to - axis->from);
}

void svg_tick_words(const struct svg_axis *axis, double value, struct text *to)
{
	double scaled = value / axis->factor;
	long long power = 1;
	for (unsigned i = 0; i < axis->digits; i++)
		power *= 10;
	double limit = 9e17 / (double)power;
	scaled = scaled > limit ? limit : scaled < -limit ? -limit : scaled;
	long long units = llround(scaled * (double)power);
	unsigned long long size = units < 0 ? (unsigned long long)-units : (unsigned long long)units;
	text_addf(to, "%s%llu", units < 0 ? "-" : "", size / (unsigned long long)power);
	if (axis->digits)
		text_addf(to, ".%0*llu", (int)axis->digits, size % (unsigned long long)power);
}

static void add_title(struct text *to, const char *title, const char *unit)
{
	text_clear(to);
	text_addf(to, "%s (%s)", title, unit);
}

void svg_axes(struct svg *svg, const struct svg_axis *x, const struct svg_axis *y, const char *x_title,
	      const char *y_title)
{
	struct text words = { 0 };
	double slack = x->step * 1e-6;
	for (double n = ceil((x->low - slack) / x->step); n * x->step <= x->high + slack; n++) {
		double at = svg_place(x, n * x->step);
		text_clear(&words);
		svg_tick_words(x, n * x->step, &words);
		svg_line(svg, "grid", at, y->to, at, y->from);
		svg_words(svg, "small dim", at, y->from + 16, SVG_MIDDLE, words.bytes);
	}
	slack = y->step * 1e-6;
	for (double n = ceil((y->low - slack) / y->step); n * y->step <= y->high + slack; n++) {
		double at = svg_place(y, n * y->step);
		text_clear(&words);
		svg_tick_words(y, n * y->step, &words);
		svg_line(svg, "grid", x->from, at, x->to, at);
		svg_words(svg, "small dim", x->from - 8, at + 4, SVG_FINISH, words.bytes);
	}
	svg_line(svg, "axis", x->from, y->from, x->to, y->from);
	svg_line(svg, "axis", x->from, y->to, x->from, y->from);
	add_title(&words, x_title, x->unit);
	svg_words(svg, "dim", (x->from + x->to) / 2, y->from + 36, SVG_MIDDLE, words.bytes);
	add_title(&words, y_title, y->unit);
	/* Above its axis, where it can be read without turning one's head. */
	svg_words(svg, "dim", x->from - 8, y->to - 14, SVG_START, words.bytes);
	text_finish(&words);
}
