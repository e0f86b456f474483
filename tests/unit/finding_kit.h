/* Findings by the line, for the tests of the store. */
#ifndef FINDING_KIT_H
#define FINDING_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/text.h"
#include "finding/finding.h"

static inline struct address host(unsigned number)
{
	uint8_t bytes[4] = { 10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number };
	return address_ipv4(bytes);
}

static inline struct finding_kind kind_of(const char *id, enum severity severity,
					  enum merge_scope merge)
{
	return (struct finding_kind){
		.id = id, .severity = severity, .merge = merge, .title = "It happened",
		.say = "{client} and {server} had it.", .meaning = "It happens.",
	};
}

/* A finding about TCP session `session` (0: none) of two hosts, seen in one packet. */
static inline struct finding finding_of(const struct finding_kind *kind, unsigned client,
					unsigned server, uint16_t port, uint32_t session,
					uint64_t packet)
{
	struct finding finding;
	struct address one = host(client), two = host(server);
	finding_begin(&finding, kind, NULL);
	finding_subject(&finding, &one, &two, port, 6);
	finding.session_kind = SESSION_TCP;
	finding.session_number = session;
	finding_evidence(&finding, packet, (int64_t)packet * 1000000, "packet %llu",
			 (unsigned long long)packet);
	blame_word(&finding, PARTY_SERVER, "server");
	return finding;
}

static inline const struct finding *finding_named(const struct finding_store *store, const char *id)
{
	for (size_t i = 0; i < finding_store_count(store); i++)
		if (strcmp(finding_store_get(store, i)->kind->id, id) == 0)
			return finding_store_get(store, i);
	return NULL;
}

static inline const struct fact *fact_of(const struct finding *finding, const char *name)
{
	for (unsigned i = 0; i < finding->fact_count; i++)
		if (strcmp(finding->facts[i].name, name) == 0)
			return &finding->facts[i];
	return NULL;
}

#endif
