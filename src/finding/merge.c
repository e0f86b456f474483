#include "finding/merge.h"

#include <string.h>

#include "core/sum.h"

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int finding_order(const struct finding *a, const struct finding *b)
{
	int order = compare_u64(a->first_packet, b->first_packet);
	if (!order)
		order = compare_u64(a->session_kind, b->session_kind);
	if (!order)
		order = compare_u64(a->session_number, b->session_number);
	if (!order)
		order = address_compare(&a->subject.client, &b->subject.client);
	if (!order)
		order = address_compare(&a->subject.server, &b->subject.server);
	if (!order)
		order = compare_u64(a->subject.server_port, b->subject.server_port);
	if (!order)
		order = compare_u64(a->merge_key, b->merge_key);
	if (!order)
		order = compare_u64(a->last_packet, b->last_packet);
	return order;
}

static int evidence_order(const struct evidence *a, const struct evidence *b)
{
	int order = compare_u64(a->packet, b->packet);
	return order ? order : strcmp(a->note, b->note);
}

/* Both lists in packet order, each note once; of too many the first ones and the last. */
static void merge_evidence(struct finding *into, const struct finding *other)
{
	struct evidence all[2 * FINDING_MAX_EVIDENCE];
	unsigned count = 0;
	for (unsigned i = 0; i < into->evidence_count + other->evidence_count; i++) {
		const struct evidence *next = i < into->evidence_count
			? &into->evidence[i] : &other->evidence[i - into->evidence_count];
		unsigned place = count;
		while (place && evidence_order(&all[place - 1], next) > 0)
			place--;
		if (place && evidence_order(&all[place - 1], next) == 0)
			continue;
		memmove(&all[place + 1], &all[place], (count - place) * sizeof *all);
		all[place] = *next;
		count++;
	}
	if (count > FINDING_MAX_EVIDENCE) {
		all[FINDING_MAX_EVIDENCE - 1] = all[count - 1];
		count = FINDING_MAX_EVIDENCE;
	}
	memcpy(into->evidence, all, count * sizeof *all);
	into->evidence_count = count;
	into->evidence_total += other->evidence_total;
}

static void merge_fact(struct fact *into, const struct fact *other)
{
	switch (into->merge) {
	case FACT_FIRST:
		break;
	case FACT_SUM:
		into->value += other->value;
		break;
	case FACT_MAX:
		if (other->value > into->value)
			into->value = other->value;
		break;
	case FACT_MIN:
		if (other->value < into->value)
			into->value = other->value;
		break;
	}
}

static void merge_facts(struct finding *into, const struct finding *other)
{
	for (unsigned i = 0; i < other->fact_count; i++) {
		unsigned same = 0;
		while (same < into->fact_count &&
		       strcmp(into->facts[same].name, other->facts[i].name) != 0)
			same++;
		if (same < into->fact_count)
			merge_fact(&into->facts[same], &other->facts[i]);
		else if (into->fact_count < FINDING_MAX_FACTS)
			into->facts[into->fact_count++] = other->facts[i];
	}
}

/* What is the same whichever of the two comes first. */
static void merge_sums(struct finding *into, const struct finding *other)
{
	if (other->severity > into->severity)
		into->severity = other->severity;
	if (other->confidence > into->confidence)
		into->confidence = other->confidence;
	into->role_guessed = into->role_guessed && other->role_guessed;
	into->quality |= other->quality;
	/* One that nothing weakened stands for all. */
	into->weakened_for = into->weakened_for && other->weakened_for
		? into->weakened_for | other->weakened_for : 0;
	into->count += other->count;
	into->cost = sum_of(into->cost, other->cost);
	if (other->last_packet > into->last_packet)
		into->last_packet = other->last_packet;
	if (other->first_time < into->first_time)
		into->first_time = other->first_time;
	if (other->last_time > into->last_time)
		into->last_time = other->last_time;
}

void finding_absorb(struct finding *into, const struct finding *other)
{
	if (finding_order(other, into) < 0) {
		struct finding first = *other;
		merge_facts(&first, into);
		merge_evidence(&first, into);
		merge_sums(&first, into);
		*into = first;
		return;
	}
	merge_facts(into, other);
	merge_evidence(into, other);
	merge_sums(into, other);
}
