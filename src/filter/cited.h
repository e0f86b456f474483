/* Which findings concern a packet or its session: an index over a finished analysis. */
#ifndef FILTER_CITED_H
#define FILTER_CITED_H

#include "field/fields.h"

struct cited;
struct finding_store;

/* The store must be finished and outlive it. */
struct cited *cited_create(const struct finding_store *findings);
void cited_destroy(struct cited *cited);       /* NULL is fine */
/* A fields_findings: of the packet those that cite it, then those about its session. `user` is the index. */
unsigned cited_findings(void *user, const struct observation *observation, const struct finding **list,
			unsigned room);

#endif
