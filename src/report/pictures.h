/* Pictures of the sessions that findings are about: which packets matter is known only when a trace was read
 * to its end, so they are made when it is read once more. */
#ifndef REPORT_PICTURES_H
#define REPORT_PICTURES_H

#include "report/diagnosis.h"
#include "report/graph.h"
#include "report/ladder.h"
#include "report/view.h"

#define PICTURES_MOST 20         /* findings with pictures; a page with more would be slow to open */

struct pictures;

/* For the first findings of `diagnosis` that are root causes, a warning and worse, and about a session. It is
 * a view (its first member). Free it as such. */
struct pictures *pictures_create(const struct diagnosis *diagnosis);
struct view *pictures_view(struct pictures *pictures);

/* The set-up of the session and the packets around those that prove the finding; NULL: there is none. */
const struct ladder *pictures_ladder(const struct pictures *pictures, uint32_t finding);
/* The first packets of a TCP session with data; only the first finding about it has one. NULL: none. */
const struct graph *pictures_graph(const struct pictures *pictures, uint32_t finding);

#endif
