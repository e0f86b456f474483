#include "convert/notes.h"

#include <stdlib.h>

#include "core/memory.h"

struct note {
	uint64_t packet;
	const struct finding *finding;
	unsigned which;              /* of its evidence */
};

struct notes {
	struct note *list;
	size_t count, capacity;
	size_t next;                 /* the first one that was not asked for */
	bool words;
};

static int compare(const void *a, const void *b)
{
	const struct note *left = a, *right = b;
	if (left->packet != right->packet)
		return left->packet < right->packet ? -1 : 1;
	if (left->finding != right->finding)
		return left->finding->number < right->finding->number ? -1 : 1;
	return (left->which > right->which) - (left->which < right->which);
}

struct notes *notes_create(const struct finding_store *findings, bool words)
{
	struct notes *notes = memory_zeroed(1, sizeof *notes);
	notes->words = words;
	for (size_t i = 0; i < finding_store_count(findings); i++) {
		const struct finding *finding = finding_store_get(findings, i);
		for (unsigned which = 0; which < finding->evidence_count; which++) {
			notes->list = memory_grow(notes->list, &notes->capacity, notes->count + 1,
						  sizeof *notes->list);
			notes->list[notes->count++] =
				(struct note){ finding->evidence[which].packet, finding, which };
		}
	}
	if (notes->count)
		qsort(notes->list, notes->count, sizeof *notes->list, compare);
	return notes;
}

void notes_destroy(struct notes *notes)
{
	if (!notes)
		return;
	free(notes->list);
	free(notes);
}

void notes_add(struct notes *notes, uint64_t packet, struct text *to)
{
	while (notes->next < notes->count && notes->list[notes->next].packet < packet)
		notes->next++;
	for (; notes->next < notes->count && notes->list[notes->next].packet == packet; notes->next++) {
		const struct note *note = &notes->list[notes->next];
		const struct finding *finding = note->finding;
		const char *words = finding->evidence[note->which].note;
		text_addf(to, "%sculprit %s %u %s", to->length ? "\n" : "", severity_name(finding->severity),
			  (unsigned)finding->number, finding->kind->id);
		if (notes->words && *words)
			text_addf(to, ": %s", words);
	}
}
