/* When records go to the file: always; until a finding fired and some time after; or only then, with what came some
 * time before. */
#ifndef CAPTURE_TRIGGER_H
#define CAPTURE_TRIGGER_H

#include <culprit.h>

#include "capture/file.h"

struct trigger;

/* NULL with `error` filled when the options make no sense. */
struct trigger *trigger_create(const struct culprit_capture_options *options, struct capture_file *file,
			       const struct source_report *report, struct error *error);
void trigger_destroy(struct trigger *trigger);         /* NULL is fine */

struct written { uint64_t packets, bytes; };   /* bytes of packets on the wire */

enum trigger_state { TRIGGER_WAITS, TRIGGER_FIRED, TRIGGER_DONE, TRIGGER_FAILED };

/* Takes a record. `*written`: what went to the file. TRIGGER_FIRED comes once. TRIGGER_FAILED: `error` is filled. */
enum trigger_state trigger_take(struct trigger *trigger, const struct record *record, struct written *written,
				struct error *error);
/* The same when `time` has come without a record; `ends`: no more will come. */
enum trigger_state trigger_wait(struct trigger *trigger, int64_t time, bool ends, struct written *written, struct error *error);
/* What fired; NULL: nothing. */
const char *trigger_words(const struct trigger *trigger);

#endif
