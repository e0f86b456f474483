/* The last records, in memory of a fixed size: what came before something happened. */
#ifndef CAPTURE_ROLLING_H
#define CAPTURE_ROLLING_H

#include "source/source.h"

struct rolling;

/* Holds records of the last `span` ns, as long as they fit into `bytes`. */
struct rolling *rolling_create(int64_t span, size_t bytes);
void rolling_destroy(struct rolling *rolling);         /* NULL is fine */
/* Takes a copy, of what the record points to as well. Older ones make room. */
void rolling_add(struct rolling *rolling, const struct record *record);
/* Takes the oldest out; it is valid until the next call of any function. False when there is none. */
bool rolling_take(struct rolling *rolling, struct record *record);
/* Goes over them without taking them out: zeroed, `place` is the start. False behind the last one. */
struct rolling_place { size_t at, passed; };
bool rolling_next(const struct rolling *rolling, struct rolling_place *place, struct record *record);
/* How many there were in all. */
uint64_t rolling_added(const struct rolling *rolling);
/* How many records were given up for lack of memory although they were not too old. */
uint64_t rolling_lost(const struct rolling *rolling);

#endif
