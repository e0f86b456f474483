/* Counters that z/OS displayed: what two displays say about the time between, or one about the time before. */
#ifndef ANALYZE_READINGS_H
#define ANALYZE_READINGS_H

#include "analyze/analyzer.h"

struct reading {
	const struct zos_displays *displays;
	const struct zos_section *first, *last;
	bool between;            /* there are two, and nothing was reset: figures are what came between them */
	int64_t apart;           /* nanoseconds between them; 0: not known */
};

/* The next thing of a kind ("link"), each once, with its first and its last reading; `basis` is a counter that falls
 * only when all are reset. `*at` starts as 0. False past the last. */
bool reading_next(const struct zos_displays *displays, const char *kind, const char *basis, size_t *at,
		  struct reading *to);
/* By how much a counter rose, or what it is. False when it does not stand there. */
bool reading_count(const struct reading *reading, const char *name, uint64_t *to);
/* Cites the line of a figure, in both displays where there are two. */
void reading_cite(const struct reading *reading, const char *name, struct finding *finding);
/* Cites a figure of one section. */
void reading_cite_section(const struct zos_displays *displays, const struct zos_section *section, const char *name,
			  struct finding *finding);
/* Fact `since`: " in 5 min", " between the displays", " since the stack was started". */
void reading_tell_since(const struct reading *reading, struct finding *finding);
/* Keeps findings about different things apart. */
uint64_t reading_key(const struct zos_section *section);

#endif
