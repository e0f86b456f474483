/* The one query language: Wireshark's display filters over all fields of field/registry.h, and what culprit adds
 * (session.*, finding, durations as 50ms, percents as 1%). Compiled once, then evaluated without allocation.
 *
 *	struct filter *filter = filter_compile("tcp.port == 80 && session.rtt_server > 50ms", &error);
 *	for each packet, in order:
 *		if (filter_matches(filter, fields, &observation)) …
 *		fields_passed(fields, record);
 *
 * A comparison holds when any value of the field fulfils it, with != when all do; `all` and `any` before it choose
 * themselves. A packet without the field fulfils no comparison. Times without a zone are UTC.
 *
 * Bounded: FILTER_MAX_LENGTH bytes of text, FILTER_MAX_DEPTH of brackets, FILTER_MAX_TESTS comparisons. */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include "core/error.h"
#include "field/fields.h"

#define FILTER_MAX_LENGTH 65536
#define FILTER_MAX_DEPTH 100     /* of brackets and nots: evaluating recurses as deep */
#define FILTER_MAX_TESTS 1024

struct filter;

/* NULL with `error` filled when it makes no sense: message and remedy say why, `offset` is the place in `text`
 * (bytes from 0). */
struct filter *filter_compile(const char *text, struct error *error);
void filter_destroy(struct filter *filter);    /* NULL is fine */

/* What it costs to ask: */
bool filter_needs_walk(const struct filter *filter);          /* not only addresses, ports and the like */
bool filter_needs_message_bytes(const struct filter *filter); /* fields of applications on streams */
bool filter_needs_findings(const struct filter *filter);      /* culprit.finding and the like: a second pass */
/* Nothing but addresses, ports, and whether it is IP, TCP or UDP. */
bool filter_is_about_ends(const struct filter *filter);
/* The same, and it selects whole TCP connections and nothing else: one packet tells for both directions. */
bool filter_selects_connections(const struct filter *filter);
/* Nothing but what is known of a session: it can be asked at a session's end as well, when
 * observation->packet is NULL. */
bool filter_is_about_sessions(const struct filter *filter);

/* Whether the facts alone show that the packet is not selected, before its session is looked at. */
bool filter_rules_out(struct filter *filter, const struct packet *packet);
/* Not for two threads at a time: the filter holds what it heard of the packet. */
bool filter_matches(struct filter *filter, struct fields *fields, const struct observation *observation);

#endif
