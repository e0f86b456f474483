#include "session/announced.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/memory.h"
#include "decode/decoder.h"

#define SLOTS 4096               /* a power of two; four of them are looked at for one end */
#define WAYS 4
#define SEED 0x616e6e6f
/* Announcements are used within seconds; after so long the port belongs to somebody else. */
#define LIFETIME (120 * NANOSECONDS)

struct announcement {
	struct endpoint end;         /* family NONE: free */
	struct session_parent parent;
};

struct announced {
	bool used;                   /* anything was announced: few traces have any */
	struct announcement slots[SLOTS];
};

struct announced *announced_create(void)
{
	return memory_zeroed(1, sizeof(struct announced));
}

void announced_destroy(struct announced *announced)
{
	free(announced);
}

static struct announcement *bucket_of(struct announced *announced, const struct endpoint *end)
{
	return &announced->slots[hash_bytes(end, sizeof *end, SEED) & (SLOTS - WAYS)];
}

static struct announcement *find(struct announced *announced, const struct endpoint *end)
{
	struct announcement *bucket = bucket_of(announced, end);
	for (int i = 0; i < WAYS; i++)
		if (memcmp(&bucket[i].end, end, sizeof *end) == 0)
			return &bucket[i];
	return NULL;
}

static void remember(struct announced *announced, const struct endpoint *end,
		     const struct session_parent *parent)
{
	struct announcement *at = find(announced, end), *bucket = bucket_of(announced, end);
	for (int i = 0; !at && i < WAYS; i++)
		if (bucket[i].end.address.family == ADDRESS_NONE)
			at = &bucket[i];
	if (!at) {
		at = bucket;
		for (int i = 1; i < WAYS; i++)
			if (bucket[i].parent.packet < at->parent.packet)
				at = &bucket[i];
	}
	announced->used = true;
	at->end = *end;
	at->parent = *parent;
}

static void observe_end(struct announced *announced, const struct session *session,
			const struct session_message *message, const struct packet *packet, struct endpoint end)
{
	const struct address *sender = &session->key.end[message->direction].address;
	const struct session_parent parent = { .decoder = message->decoder, .number = session->number,
		.kind = session->kind, .packet = packet->record->number, .time = packet->record->time };
	bool elsewhere = end.address.family != ADDRESS_NONE && !address_equal(&end.address, sender);
	if (elsewhere)
		remember(announced, &end, &parent);
	/* Behind an address translation the sender itself is meant, whatever address it names. */
	end.address = *sender;
	remember(announced, &end, &parent);
}

void announced_observe(struct announced *announced, const struct session *session,
		       const struct session_message *message, const struct packet *packet)
{
	struct endpoint ends[DECODER_MAX_ANNOUNCED] = { 0 };
	unsigned count = message->decoder->announce ? message->decoder->announce(message->facts, ends) : 0;
	for (unsigned i = 0; i < count; i++)
		observe_end(announced, session, message, packet, ends[i]);
}

void announced_match(struct announced *announced, struct session *session, const struct endpoint *to,
		     int64_t now)
{
	struct announcement *at = announced->used ? find(announced, to) : NULL;
	if (at && now - at->parent.time <= LIFETIME)
		session->parent = at->parent;
}
