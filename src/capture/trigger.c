#include "capture/trigger.h"

#include <stdlib.h>

#include "capture/live.h"
#include "capture/rolling.h"
#include "core/clock.h"
#include "core/memory.h"

#define MEMORY ((size_t)64 << 20)    /* for the last records, unless said otherwise */
#define SPAN (60 * NANOSECONDS)      /* of them, where only the diagnosis wants them */

struct trigger {
	struct capture_file *file;
	struct live *live;           /* NULL: nothing is waited for */
	struct rolling *rolling;     /* the last records; NULL: nobody wants them any more */
	bool keeps;                  /* they go to the file when it fires, and none before */
	int64_t after;
	bool fired;
	int64_t fired_at;
};

struct trigger *trigger_create(const struct culprit_capture_options *options, struct capture_file *file,
			       const struct source_report *report, struct error *error)
{
	struct trigger *trigger = memory_zeroed(1, sizeof *trigger);
	trigger->file = file;
	trigger->after = options->keep_after;
	trigger->keeps = options->keep_before > 0;
	if (!options->until_count) {
		if (!options->keep_before && !options->keep_after)
			return trigger;
		error_set(error, ERROR_USAGE, "say what for: --until FINDING",
			  "what comes before and after is kept when a finding fires");
	} else if ((trigger->live = live_create(options->until, options->until_count, report, error))) {
		trigger->rolling = rolling_create(trigger->keeps ? options->keep_before : SPAN,
						  options->keep_bytes ? options->keep_bytes : MEMORY);
		return trigger;
	}
	free(trigger);
	return NULL;
}

void trigger_destroy(struct trigger *trigger)
{
	if (!trigger)
		return;
	live_destroy(trigger->live);
	rolling_destroy(trigger->rolling);
	free(trigger);
}

static bool write_one(struct trigger *trigger, const struct record *record, struct written *written,
		      struct error *error)
{
	written->packets++;
	written->bytes += record->original_length;
	return capture_file_write(trigger->file, record, error);
}

/* What was kept goes to the file; from now on everything does. */
static enum trigger_state fire(struct trigger *trigger, int64_t time, struct written *written, struct error *error)
{
	struct record record;
	bool good = true;
	trigger->fired = true;
	trigger->fired_at = time;
	while (good && trigger->keeps && rolling_take(trigger->rolling, &record))
		good = write_one(trigger, &record, written, error);
	rolling_destroy(trigger->rolling);
	trigger->rolling = NULL;
	return good ? TRIGGER_FIRED : TRIGGER_FAILED;
}

enum trigger_state trigger_take(struct trigger *trigger, const struct record *record, struct written *written,
				struct error *error)
{
	*written = (struct written){ .packets = 0 };
	if (trigger->fired && record->time > trigger->fired_at + trigger->after)
		return TRIGGER_DONE;
	if ((trigger->fired || !trigger->keeps) && !write_one(trigger, record, written, error))
		return TRIGGER_FAILED;
	if (!trigger->rolling)
		return TRIGGER_WAITS;
	rolling_add(trigger->rolling, record);
	return live_check(trigger->live, trigger->rolling, record->time, false)
		? fire(trigger, record->time, written, error) : TRIGGER_WAITS;
}

enum trigger_state trigger_wait(struct trigger *trigger, int64_t time, bool ends, struct written *written,
				struct error *error)
{
	*written = (struct written){ .packets = 0 };
	if (trigger->fired)
		return time > trigger->fired_at + trigger->after ? TRIGGER_DONE : TRIGGER_WAITS;
	return trigger->live && live_check(trigger->live, trigger->rolling, time, ends)
		? fire(trigger, time, written, error) : TRIGGER_WAITS;
}

const char *trigger_words(const struct trigger *trigger)
{
	return trigger->live ? live_words(trigger->live) : NULL;
}
