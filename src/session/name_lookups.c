#include "session/name_lookups.h"

#include <stdlib.h>

#include "core/hash.h"
#include "core/memory.h"
#include "decode/dns.h"

/* Room for some 8000 addresses that were told within NAME_LOOKUP_AGE: half a MiB, made with the first. */
#define SETS 2048
#define WAYS 4

struct name_lookups { struct name_lookup (*sets)[WAYS]; };     /* NULL before the first */

struct name_lookups *name_lookups_create(void)
{
	return memory_zeroed(1, sizeof(struct name_lookups));
}

void name_lookups_destroy(struct name_lookups *lookups)
{
	if (!lookups)
		return;
	free(lookups->sets);
	free(lookups);
}

static size_t set_of(const struct address *client, const struct address *address)
{
	return hash_mix(hash_bytes(client, sizeof *client, 0), hash_bytes(address, sizeof *address, 1)) %
	       SETS;
}

static bool is_for(const struct name_lookup *lookup, const struct address *client, const struct address *address)
{
	return lookup->client.family && address_equal(&lookup->client, client) &&
	       address_equal(&lookup->address, address);
}

void name_lookups_add(struct name_lookups *lookups, const struct name_lookup *lookup)
{
	if (!lookups->sets)
		lookups->sets = memory_zeroed(SETS, sizeof *lookups->sets);
	struct name_lookup *set = lookups->sets[set_of(&lookup->client, &lookup->address)], *place = &set[0];
	for (unsigned i = 0; i < WAYS; i++) {
		if (is_for(&set[i], &lookup->client, &lookup->address)) {
			place = &set[i];
			break;
		}
		if (!set[i].client.family || (place->client.family && set[i].answered < place->answered))
			place = &set[i];
	}
	*place = *lookup;
}

static void add_answer(struct name_lookups *lookups, const struct observation *observation,
		       const struct session_exchange *exchange, const struct dns_header *dns)
{
	struct name_lookup lookup = { .client = observation->session->key.end[exchange->client].address,
		.asked = exchange->request_time, .answered = exchange->response_time };
	for (unsigned i = 0; i < dns->address_count; i++) {
		lookup.address = dns->addresses[i];
		name_lookups_add(lookups, &lookup);
	}
}

void name_lookups_observe(struct name_lookups *lookups, const struct observation *observation)
{
	const struct session_exchange *exchange = &observation->exchanges[0];
	/* Which of several answers in one segment belongs to which question is not told. */
	if (observation->exchange_count != 1 || !exchange->answered || exchange->decoder != &dns_decoder)
		return;
	for (unsigned i = 0; i < observation->message_count; i++) {
		const struct session_message *message = &observation->messages[i];
		if (message->decoder == &dns_decoder && message->direction != exchange->client)
			add_answer(lookups, observation, exchange, message->facts);
	}
}

const struct name_lookup *name_lookups_find(const struct name_lookups *lookups, const struct address *client,
				  const struct address *server, int64_t now)
{
	if (!lookups->sets)
		return NULL;
	const struct name_lookup *set = lookups->sets[set_of(client, server)];
	for (unsigned i = 0; i < WAYS; i++)
		if (is_for(&set[i], client, server))
			return set[i].answered <= now && now - set[i].answered <= NAME_LOOKUP_AGE ? &set[i] : NULL;
	return NULL;
}
