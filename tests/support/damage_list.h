/* All that recorders do, by name: what every damage test applies. */
#ifndef SUPPORT_DAMAGE_LIST_H
#define SUPPORT_DAMAGE_LIST_H

#include "trace.h"

struct damage {
	const char *name;
	void (*apply)(struct trace *trace);
	bool two_clocks;             /* questions and answers change their order: mere notices may come of it */
	bool waits;                  /* somebody seems to wait, and where nobody sends time stamps nothing tells otherwise */
};

extern const struct damage damages[];
extern const size_t damage_count;

#endif
