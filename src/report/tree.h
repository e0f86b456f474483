/* Which findings a root cause explains, directly or not: what every report shows below it. */
#ifndef REPORT_TREE_H
#define REPORT_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "report/diagnosis.h"

#define FINDING_TREE_NONE SIZE_MAX

struct finding_tree {            /* one for each finding, by its index; lists of indices end with NONE */
	size_t root;             /* of this finding; its own index when it is one */
	size_t first, last;      /* root: the findings of warning and above that it explains */
	size_t next;             /* the next that the same root explains */
	bool shown;              /* root: it or something that it explains is a warning or worse */
};

/* To be freed with free(). */
struct finding_tree *finding_trees(const struct diagnosis *diagnosis);
/* Does it deserve more than a line? Roots whose tree matters, and consequences that matter. */
bool finding_tree_matters(const struct diagnosis *diagnosis, const struct finding_tree *trees, size_t index);

#endif
