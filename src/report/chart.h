/* A small chart of a timeline in characters, for terminals. */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include "report/timeline.h"
#include "report/wrap.h"

/* Adds some lines: the rate of a series over time, its scale in front, the time below, to the end of the last
 * slot. Nothing for an empty timeline. */
void chart_add(const struct page *page, const struct timeline *timeline, unsigned series);
/* The same in one line of `columns`, without scale and time: "▁▂█". */
void chart_line(const struct page *page, enum ink ink, const struct timeline *timeline, unsigned series,
		size_t columns);
/* "1 234", "0.25": for rates. */
void chart_rate(struct text *to, double per_second);

#endif
