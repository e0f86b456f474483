/* Takes from records whom they are about, and leaves how their packets behave: other addresses and names,
 * no payload, the same headers, lengths and times. */
#ifndef CONVERT_ANONYMISE_H
#define CONVERT_ANONYMISE_H

#include "core/error.h"
#include "source/source.h"

struct anonymiser;

/* NULL `key`: a random one. NULL with `error` filled when this build cannot. */
struct anonymiser *anonymiser_create(const char *key, struct error *error);
void anonymiser_destroy(struct anonymiser *anonymiser);        /* NULL is fine */

/* Makes `record` one without names, addresses and payload. Its bytes are then the anonymiser's, until the
 * next call. */
void anonymiser_record(struct anonymiser *anonymiser, struct record *record);

/* What may be told of a source: the anonymiser's own, brought up to date by anonymiser_follow. */
const struct source_report *anonymiser_report(struct anonymiser *anonymiser);
/* Brings it up to date with `source`; `ended`: names and statistics as well. */
void anonymiser_follow(struct anonymiser *anonymiser, const struct source_report *source, bool ended);

/* Records whose link layer it does not know: nothing of them could be kept. */
uint64_t anonymiser_emptied(const struct anonymiser *anonymiser);

#endif
