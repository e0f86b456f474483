/* A filter at work over a trace: which packets it selects, and with them which sessions. A session is selected by any of
 * its packets; a filter that speaks of sessions only is asked once more when the session ends. */
#ifndef FILTER_SIEVE_H
#define FILTER_SIEVE_H

#include "filter/filter.h"

struct sieve;

/* Takes the filter over. `report` may be NULL. */
struct sieve *sieve_create(struct filter *filter, const struct source_report *report);
void sieve_destroy(struct sieve *sieve);       /* NULL is fine */
/* For terms about findings: who knows them. */
void sieve_use_findings(struct sieve *sieve, fields_findings *findings, void *user);
/* The source has been opened. */
void sieve_begin(struct sieve *sieve, const struct source_report *report);
/* Of every packet, in order. */
bool sieve_packet(struct sieve *sieve, const struct observation *observation);
/* Of a packet before its session is looked at: see filter_rules_out. */
bool sieve_rules_out(struct sieve *sieve, const struct packet *packet);
/* Of a session that ends: whether it is selected. */
bool sieve_session(struct sieve *sieve, const struct session *session);
/* The same by its name, also later. */
bool sieve_selected(const struct sieve *sieve, enum session_kind kind, uint32_t number);
const struct filter *sieve_filter(const struct sieve *sieve);

#endif
