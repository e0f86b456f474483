#include "filter/sieve.h"

#include <stdlib.h>

#include "core/memory.h"

struct sieve {
	struct filter *filter;
	struct fields *fields;
	fields_findings *findings;
	void *findings_user;
	/* One bit a session. */
	uint64_t *selected[SESSION_KINDS];
	size_t words[SESSION_KINDS];
};

struct sieve *sieve_create(struct filter *filter, const struct source_report *report)
{
	struct sieve *sieve = memory_zeroed(1, sizeof *sieve);
	sieve->filter = filter;
	sieve_begin(sieve, report);
	return sieve;
}

void sieve_destroy(struct sieve *sieve)
{
	if (!sieve)
		return;
	for (int kind = 0; kind < SESSION_KINDS; kind++)
		free(sieve->selected[kind]);
	fields_destroy(sieve->fields);
	filter_destroy(sieve->filter);
	free(sieve);
}

void sieve_use_findings(struct sieve *sieve, fields_findings *findings, void *user)
{
	sieve->findings = sieve->fields->findings = findings;
	sieve->findings_user = sieve->fields->findings_user = user;
}

void sieve_begin(struct sieve *sieve, const struct source_report *report)
{
	fields_destroy(sieve->fields);
	sieve->fields = fields_create(report);
	sieve_use_findings(sieve, sieve->findings, sieve->findings_user);
}

static void mark(struct sieve *sieve, const struct session *session)
{
	size_t word = session->number / 64, *words = &sieve->words[session->kind];
	uint64_t **bits = &sieve->selected[session->kind];
	while (word >= *words) {
		size_t had = *words;
		*bits = memory_grow(*bits, words, word + 1, sizeof **bits);
		for (size_t i = had; i < *words; i++)
			(*bits)[i] = 0;
	}
	(*bits)[word] |= 1ull << session->number % 64;
}

bool sieve_packet(struct sieve *sieve, const struct observation *observation)
{
	bool selected = filter_matches(sieve->filter, sieve->fields, observation);
	fields_passed(sieve->fields, observation->packet->record);
	if (selected && observation->session)
		mark(sieve, observation->session);
	return selected;
}

bool sieve_rules_out(struct sieve *sieve, const struct packet *packet)
{
	return filter_rules_out(sieve->filter, packet);
}

bool sieve_session(struct sieve *sieve, const struct session *session)
{
	const struct observation last = { .session = session };
	if (filter_is_about_sessions(sieve->filter) && filter_matches(sieve->filter, sieve->fields, &last))
		mark(sieve, session);
	return sieve_selected(sieve, (enum session_kind)session->kind, session->number);
}

bool sieve_selected(const struct sieve *sieve, enum session_kind kind, uint32_t number)
{
	size_t word = number / 64;
	return word < sieve->words[kind] && sieve->selected[kind][word] >> number % 64 & 1;
}

const struct filter *sieve_filter(const struct sieve *sieve)
{
	return sieve->filter;
}
