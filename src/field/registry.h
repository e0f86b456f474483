/* All fields of this build by their names: those of decoders, which stand beside them, and those of groups that
 * belong to no layer (frame, session, culprit, zos) or need the session as well (tcp, udp). */
#ifndef FIELD_REGISTRY_H
#define FIELD_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "decode/field.h"

struct decoder;
struct fields;
struct observation;

/* Fields that no decoder can tell alone. */
struct field_group {
	const char *name, *title;    /* its line in details; NULL: none of its own */
	/* Told at the end of this decoder's layer, for the packet's own (innermost) one. NULL: on its own. */
	const struct decoder *inside;
	bool first;                  /* stands before the layers */
	bool record;                 /* stands for the record: its bytes are all of the packet's */
	bool sessions;               /* knows something of a session that ended, without a packet */
	bool (*there)(const struct observation *observation);    /* NULL: with every packet */
	const struct field *fields;  /* the last with a NULL name */
	void (*tell)(struct teller *teller, const struct fields *context, const struct observation *observation);
};

extern const struct field_group *const field_groups[];   /* NULL-terminated; groups.c */

/* One field that answers to a name, and who tells it: a decoder or a group. */
struct field_answer {
	const struct field *field;
	const struct decoder *decoder;
	const struct field_group *group;
	struct field_answer *next;   /* the next that answers to the same name; NULL */
};

struct field_term {              /* a name that can be asked for */
	const char *name;
	const struct field_answer *answers;  /* one at least */
};

/* NULL: there is no such name. `length` bytes at `name`. */
const struct field_term *field_find(const char *name, size_t length);
/* All of them in the order of their names; NULL past the last. */
const struct field_term *field_term_at(size_t index);
/* The field that stands for the protocol as a whole: "tcp". */
const struct field *field_of_protocol(const struct decoder *decoder);
/* The same for a group with a name. */
const struct field *field_of_group(const struct field_group *group);
/* The name nearest to one that does not exist, or NULL. */
const char *field_nearest(const char *name, size_t length);

#endif
