/* Finds the decoder bound to a value, through one hash table over the bindings of all decoders. */
#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "decode/decoder.h"

/* A power of two, several times the number of bindings: nearly every lookup looks at one slot.
 * Small enough to stay in the first level cache. */
#define SLOT_COUNT 1024

struct slot {
	uint64_t key;                /* 0: free */
	const struct decoder *decoder;
};

static struct slot slots[SLOT_COUNT];
static pthread_once_t slots_built = PTHREAD_ONCE_INIT;

static uint64_t slot_key(enum binding_table table, uint32_t value)
{
	return (uint64_t)table << 32 | value;
}

static struct slot *slot_find(uint64_t key)
{
	size_t i = (key * 0x9e3779b97f4a7c15ULL) >> 54;
	while (slots[i].key && slots[i].key != key)
		i = (i + 1) % SLOT_COUNT;
	return &slots[i];
}

static void build_slots(void)
{
	for (const struct decoder *const *d = decoders; *d; d++)
		for (size_t i = 0; i < DECODER_MAX_BINDINGS; i++) {
			const struct binding *binding = &(*d)->bindings[i];
			if (binding->table == BY_NOTHING)
				break;
			struct slot *slot = slot_find(slot_key(binding->table, binding->value));
			assert(!slot->key); /* two decoders want the same value */
			slot->key = slot_key(binding->table, binding->value);
			slot->decoder = *d;
		}
}

const struct decoder *decoder_find(enum binding_table table, uint32_t value)
{
	pthread_once(&slots_built, build_slots);
	return slot_find(slot_key(table, value))->decoder;
}

const struct decoder *decoder_named(const char *name)
{
	for (const struct decoder *const *d = decoders; *d; d++)
		if (strcmp((*d)->name, name) == 0)
			return *d;
	return NULL;
}
