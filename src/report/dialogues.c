/* Open addressing: a session is looked for from its place on, up to the first place that is free. */
#include "report/dialogues.h"

#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"

#define FIRST_PLACES 64          /* a power of two; doubles when half of them are taken */

struct dialogue { uint32_t session; struct secrets secrets; };

struct dialogues {
	struct dialogue **places;
	size_t mask, count;
};

struct dialogues *dialogues_create(void)
{
	struct dialogues *dialogues = memory_zeroed(1, sizeof *dialogues);
	dialogues->places = memory_zeroed(FIRST_PLACES, sizeof *dialogues->places);
	dialogues->mask = FIRST_PLACES - 1;
	return dialogues;
}

void dialogues_destroy(struct dialogues *dialogues)
{
	if (!dialogues)
		return;
	for (size_t i = 0; i <= dialogues->mask; i++)
		free(dialogues->places[i]);
	free(dialogues->places);
	free(dialogues);
}

static size_t home_of(const struct dialogues *dialogues, uint32_t session)
{
	return hash_mix(session, 0) & dialogues->mask;
}

/* Where it is, or would be. */
static size_t place_of(const struct dialogues *dialogues, uint32_t session)
{
	size_t place = home_of(dialogues, session);
	while (dialogues->places[place] && dialogues->places[place]->session != session)
		place = (place + 1) & dialogues->mask;
	return place;
}

static void grow(struct dialogues *dialogues)
{
	struct dialogue **old = dialogues->places;
	size_t count = dialogues->mask + 1;
	dialogues->places = memory_zeroed(count * 2, sizeof *dialogues->places);
	dialogues->mask = count * 2 - 1;
	for (size_t i = 0; i < count; i++)
		if (old[i])
			dialogues->places[place_of(dialogues, old[i]->session)] = old[i];
	free(old);
}

struct secrets *dialogues_of(struct dialogues *dialogues, uint32_t session)
{
	if (dialogues->count * 2 > dialogues->mask)
		grow(dialogues);
	struct dialogue **place = &dialogues->places[place_of(dialogues, session)];
	if (!*place) {
		*place = memory_zeroed(1, sizeof **place);
		(*place)->session = session;
		dialogues->count++;
	}
	return &(*place)->secrets;
}

void dialogues_forget(struct dialogues *dialogues, uint32_t session)
{
	size_t free_place = place_of(dialogues, session), mask = dialogues->mask;
	if (!dialogues->places[free_place])
		return;
	free(dialogues->places[free_place]);
	dialogues->places[free_place] = NULL;
	dialogues->count--;
	/* Whoever would not be found behind the gap moves into it. */
	for (size_t i = (free_place + 1) & mask; dialogues->places[i]; i = (i + 1) & mask) {
		size_t home = home_of(dialogues, dialogues->places[i]->session);
		if (((i - home) & mask) < ((i - free_place) & mask))
			continue;
		dialogues->places[free_place] = dialogues->places[i];
		dialogues->places[i] = NULL;
		free_place = i;
	}
}
