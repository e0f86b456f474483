/* Mistakes in bytes, of the kinds that readers stumble over. The same `random` gives the same mistakes. */
#ifndef FUZZ_MISTAKES_H
#define FUZZ_MISTAKES_H

#include "core/text.h"

/* Below `limit`; 0 for 0. */
uint32_t mistakes_below(uint64_t *random, size_t limit);
/* Makes one to eight of them in `bytes`, of which the first `keep` stay as they are. */
void mistakes_make(struct text *bytes, size_t keep, uint64_t *random);

#endif
