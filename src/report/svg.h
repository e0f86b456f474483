/* Pictures as SVG: shapes, text, axes with round ticks. The same input gives the same bytes, whatever the
 * locale. Colours are CSS variables that follow prefers-color-scheme; a page around the picture may set
 * them (--c-ink, --c-data …, see svg_style) for its own theme. Coordinates are pixels. */
#ifndef REPORT_SVG_H
#define REPORT_SVG_H

#include <stdbool.h>

#include "core/text.h"

struct svg { struct text *to; };

/* The style sheet of all pictures, for a page that holds several: then each begins `embedded`. */
void svg_style(struct text *to);
/* `title` is also what screen readers say. */
void svg_begin(struct svg *svg, double width, double height, const char *title, bool embedded);
void svg_end(struct svg *svg);

/* `class` is one or more class names of the style sheet, constant text. */
void svg_line(struct svg *svg, const char *class, double x1, double y1, double x2, double y2);
void svg_box(struct svg *svg, const char *class, double x, double y, double width, double height);
void svg_dot(struct svg *svg, const char *class, double x, double y, double radius);
enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_FINISH };
void svg_words(struct svg *svg, const char *class, double x, double y, enum svg_anchor anchor,
	       const char *words);

/* A path: svg_path_begin, then moves and lines, then svg_path_end. Coordinates have tenths of pixels. */
void svg_path_begin(struct svg *svg, const char *class);
void svg_move(struct svg *svg, double x, double y);
void svg_draw(struct svg *svg, double x, double y);
void svg_path_end(struct svg *svg);

/* Escapes &, <, >, quotes, and what XML does not allow; control characters become visible. */
void svg_escape(struct text *to, const char *words);
/* At most two decimals, without zeros at the end, with a point. */
void svg_number(struct text *to, double value);

enum svg_unit { SVG_SECONDS, SVG_BYTES, SVG_BITS_PER_SECOND };

struct svg_axis {                /* from values to pixels */
	double low, high;            /* values at the ends, round */
	double step;                 /* between ticks */
	double from, to;             /* pixels at low and high */
	double factor;               /* values of one of `unit` */
	const char *unit;            /* "ms", "kB" */
	unsigned digits;             /* decimals of tick labels */
};

/* An axis that holds all values from low to high with at most `ticks` steps of 1, 2 or 5 times a power of
 * ten. `low` stays exact when `tight`. */
void svg_axis_init(struct svg_axis *axis, double low, double high, unsigned ticks, enum svg_unit unit, bool tight);
double svg_place(const struct svg_axis *axis, double value);
/* The value in the axis's unit with its decimals: "12.5". */
void svg_tick_words(const struct svg_axis *axis, double value, struct text *to);
/* Grid lines, ticks, labels and titles for a plot; `y` grows upwards. */
void svg_axes(struct svg *svg, const struct svg_axis *x, const struct svg_axis *y, const char *x_title,
	      const char *y_title);

#endif
