/* Where live records come from: a ring of the kernel's, programs in the kernel. Several feeds are merged by time.
 *
 * A feed knows at most one record ahead. `record.interface` is an index into the capture's source_report. */
#ifndef CAPTURE_FEED_H
#define CAPTURE_FEED_H

#include "source/source.h"

enum feed_state { FEED_RECORD, FEED_EMPTY, FEED_ENDED };

struct feed {
	/* The next record, which stays the next until `take`. FEED_EMPTY: none now. FEED_ENDED: there will be none
	 * any more, and `ended` says why. */
	enum feed_state (*peek)(struct feed *feed, struct record *record);
	void (*take)(struct feed *feed);
	/* It cannot hold much more: waiting for other feeds would cost packets. */
	bool (*is_crowded)(struct feed *feed);
	/* Brings the counters of its interfaces in the report up to date. */
	void (*count)(struct feed *feed);
	void (*destroy)(struct feed *feed);
	uint32_t interface;          /* its own in the report */
	int descriptor;              /* to wait for with poll() */
	const char *ended;           /* constant text */
};

#endif
