/* Built once, at the first question, and then only read. */
#include "field/registry.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "decode/decoder.h"
#include "finding/nearest.h"

#define SLOT_COUNT 16384         /* a power of two, several times the names */
#define MOST_NAMES (SLOT_COUNT / 2)
#define MOST_PROTOCOLS 256       /* decoders and groups */

struct protocol_entry {
	const void *of;              /* a decoder or a group */
	struct field field;
};

static struct {
	struct field_term terms[MOST_NAMES];
	struct field_answer *last[MOST_NAMES];   /* of the answers of terms[i] */
	size_t term_count;
	uint16_t slots[SLOT_COUNT];  /* index of the term + 1; 0: free */
	struct protocol_entry protocols[MOST_PROTOCOLS];
	size_t protocol_count;
} registry;
static pthread_once_t registry_built = PTHREAD_ONCE_INIT;

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv */
static size_t slot_of(const char *name, size_t length)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)name[i]) * 16777619u;
	size_t slot = (hash ^ hash >> 15) % SLOT_COUNT;
	while (registry.slots[slot]) {
		const char *there = registry.terms[registry.slots[slot] - 1].name;
		if (strncmp(there, name, length) == 0 && !there[length])
			break;
		slot = (slot + 1) % SLOT_COUNT;
	}
	return slot;
}

static bool same_answer(const struct field_term *term, const struct field *field, const void *who)
{
	for (const struct field_answer *answer = term->answers; answer; answer = answer->next)
		if (answer->field == field && (answer->decoder == who || (const void *)answer->group == who))
			return true;
	return false;
}

static void add_name(const char *name, const struct field *field, const struct decoder *decoder,
		     const struct field_group *group)
{
	size_t slot = slot_of(name, strlen(name));
	if (!registry.slots[slot]) {
		if (registry.term_count == MOST_NAMES)
			return;
		registry.terms[registry.term_count].name = name;
		registry.slots[slot] = (uint16_t)++registry.term_count;
	}
	size_t index = registry.slots[slot] - 1u;
	struct field_term *term = &registry.terms[index];
	if (same_answer(term, field, decoder ? (const void *)decoder : group))
		return;
	struct field_answer *answer = memory_zeroed(1, sizeof *answer);
	*answer = (struct field_answer){ .field = field, .decoder = decoder, .group = group };
	if (registry.last[index])
		registry.last[index]->next = answer;
	else
		term->answers = answer;
	registry.last[index] = answer;
}

static void add_fields(const struct field *fields, const struct decoder *decoder,
		       const struct field_group *group)
{
	for (const struct field *field = fields; field && field->name; field++) {
		add_name(field->name, field, decoder, group);
		if (field->also)
			add_name(field->also, field, decoder, group);
	}
}

static const struct field *add_protocol(const void *of, const char *name, const char *title)
{
	if (registry.protocol_count == MOST_PROTOCOLS)
		return NULL;
	struct protocol_entry *entry = &registry.protocols[registry.protocol_count++];
	*entry = (struct protocol_entry){ of, { .name = name, .title = title, .type = FIELD_GROUP } };
	return &entry->field;
}

static int by_name(const void *left, const void *right)
{
	const struct field_term *a = left, *b = right;
	return strcmp(a->name, b->name);
}

static void build(void)
{
	for (const struct decoder *const *d = decoders; *d; d++) {
		const struct field *whole = add_protocol(*d, (*d)->name, (*d)->title);
		if (whole)
			add_name((*d)->name, whole, *d, NULL);
		add_fields((*d)->fields, *d, NULL);
	}
	for (const struct field_group *const *group = field_groups; *group; group++) {
		const struct field *whole = (*group)->name ? add_protocol(*group, (*group)->name, (*group)->title)
							   : NULL;
		if (whole)
			add_name((*group)->name, whole, NULL, *group);
		add_fields((*group)->fields, NULL, *group);
	}
	qsort(registry.terms, registry.term_count, sizeof registry.terms[0], by_name);
	memset(registry.slots, 0, sizeof registry.slots);
	for (size_t i = 0; i < registry.term_count; i++)
		registry.slots[slot_of(registry.terms[i].name, strlen(registry.terms[i].name))] =
			(uint16_t)(i + 1);
}

const struct field_term *field_find(const char *name, size_t length)
{
	pthread_once(&registry_built, build);
	size_t slot = slot_of(name, length);
	return registry.slots[slot] ? &registry.terms[registry.slots[slot] - 1] : NULL;
}

const struct field_term *field_term_at(size_t index)
{
	pthread_once(&registry_built, build);
	return index < registry.term_count ? &registry.terms[index] : NULL;
}

static const struct field *find_protocol(const void *of)
{
	pthread_once(&registry_built, build);
	for (size_t i = 0; i < registry.protocol_count; i++)
		if (registry.protocols[i].of == of)
			return &registry.protocols[i].field;
	return NULL;
}

const struct field *field_of_protocol(const struct decoder *decoder)
{
	return find_protocol(decoder);
}

const struct field *field_of_group(const struct field_group *group)
{
	return find_protocol(group);
}

const char *field_nearest(const char *name, size_t length)
{
	struct nearest nearest = { 0 };
	char word[64];
	if (length >= sizeof word)
		return NULL;
	memcpy(word, name, length);
	word[length] = '\0';
	pthread_once(&registry_built, build);
	for (size_t i = 0; i < registry.term_count; i++)
		nearest_offer(&nearest, word, registry.terms[i].name);
	return nearest.word;
}
