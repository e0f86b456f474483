/* Memory that is given piece by piece and freed at once: for a diagnosis, whose parts live and die
 * together. */
#ifndef REPORT_POOL_H
#define REPORT_POOL_H

#include <stddef.h>

struct pool_block;
struct pool { struct pool_block *blocks; };  /* zeroed is empty */

/* Cleared memory for `count` elements of `size` bytes; NULL when there are none. */
void *pool_allocate(struct pool *pool, size_t count, size_t size);
const char *pool_words(struct pool *pool, const char *words);    /* a copy; NULL stays NULL */
void pool_finish(struct pool *pool);

#endif
