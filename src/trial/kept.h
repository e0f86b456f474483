/* Records in memory, to be analysed again and again. */
#ifndef TRIAL_KEPT_H
#define TRIAL_KEPT_H

#include "source/source.h"
#include "source/zos.h"

struct kept {
	struct record record;        /* its bytes are the list's */
	struct zos_record zos;
	uint8_t role;                /* enum collect_role */
};

struct kept_list {
	struct kept *list;
	size_t count, capacity;
	uint64_t bytes;              /* of all records */
};

/* Copies a record; comments are left out. */
struct kept *kept_add(struct kept_list *list, const struct record *record);
/* A record of the list as a source would deliver it. */
struct record kept_record(const struct kept_list *list, size_t index);
/* Takes out all records of a role. */
void kept_drop(struct kept_list *list, uint8_t role);
void kept_finish(struct kept_list *list);

#endif
