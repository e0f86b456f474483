/* A set is what there is of one datagram: its bytes, and one bit for each of them that is there, so that
 * any order and any overlap costs the same. */
#include "session/fragments.h"

#include <stdlib.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/memory.h"
#include "decode/ip.h"
#include "session/bitmap.h"
#include "session/bytes.h"

enum {
	MAX_SETS = 2048,
	BUCKETS = 2048,
	MAX_DATAGRAM = 65535,        /* what 13 bits of offset and 16 of length allow */
	MAX_BYTES = 16 << 20,        /* of all sets together: 2048 sets of a common 8 KiB datagram */
	FIRST_CAPACITY = 4096,
};
#define TIMEOUT (30 * NANOSECONDS)      /* Linux; RFC 791 says 15 s to 2 min, RFC 8200 60 s */
#define REUSE_AFTER (1 * NANOSECONDS)   /* what comes later with the same offset is another datagram */
#define END_SILENCE (5 * NANOSECONDS)   /* younger sets may be completed behind the end of the trace */

struct fragment_key {
	struct address source, destination;
	uint8_t protocol;
	uint8_t pad[5];
	uint32_t identification;
	uint32_t pad2;
	uint64_t context;
};

struct fragment_set {
	struct fragment_key key;
	struct fragment_set *next;           /* in its bucket; in the list of free sets */
	struct fragment_set *older, *newer;  /* by their first fragment */
	uint64_t hash;
	uint8_t *bytes;
	uint64_t *present;                   /* a bit a byte */
	uint32_t capacity;                   /* bytes that both have room for */
	uint32_t count;                      /* bytes present */
	uint32_t highest, total;             /* total: 0 until the last fragment came */
	uint64_t first_packet, last_packet;
	int64_t first_time, last_time;
	uint32_t fragments;
	bool whole;                          /* put together; kept for a while to know late copies */
	bool repeated;                       /* begun again once whole: maybe only late copies */
	bool cut;                            /* the trace lacks bytes of it: never delivered */
	bool conflict;
};

struct fragments {
	struct fragment_set *buckets[BUCKETS];
	struct fragment_set sets[MAX_SETS];
	struct fragment_set *free, *oldest, *newest;
	uint8_t *delivered;                  /* the last whole payload */
	size_t bytes;                        /* that sets have room for */
	uint64_t seed;
	struct fragment_statistics statistics;
	fragments_failed *failed;
	void *user;
};

struct fragments *fragments_create(void)
{
	struct fragments *fragments = memory_zeroed(1, sizeof *fragments);
	fragments->seed = hash_mix((uintptr_t)fragments, MAX_SETS);
	for (size_t i = MAX_SETS; i-- > 0;) {
		fragments->sets[i].next = fragments->free;
		fragments->free = &fragments->sets[i];
	}
	return fragments;
}

void fragments_destroy(struct fragments *fragments)
{
	if (!fragments)
		return;
	for (size_t i = 0; i < MAX_SETS; i++) {
		free(fragments->sets[i].bytes);
		free(fragments->sets[i].present);
	}
	free(fragments->delivered);
	free(fragments);
}

void fragments_on_failure(struct fragments *fragments, fragments_failed *failed, void *user)
{
	fragments->failed = failed;
	fragments->user = user;
}

static void drop_bytes(struct fragments *fragments, struct fragment_set *set)
{
	free(set->bytes);
	free(set->present);
	set->bytes = NULL;
	set->present = NULL;
	fragments->bytes -= set->capacity;
	set->capacity = 0;
}

static void release_set(struct fragments *fragments, struct fragment_set *set)
{
	struct fragment_set **link = &fragments->buckets[set->hash % BUCKETS];
	while (*link != set)
		link = &(*link)->next;
	*link = set->next;
	if (set->older)
		set->older->newer = set->newer;
	else
		fragments->oldest = set->newer;
	if (set->newer)
		set->newer->older = set->older;
	else
		fragments->newest = set->older;
	drop_bytes(fragments, set);
	set->next = fragments->free;
	fragments->free = set;
}

static void report(struct fragments *fragments, const struct fragment_set *set)
{
	if (!fragments->failed)
		return;
	uint32_t known = set->total ? set->total : set->highest;
	struct fragment_report words = {
		.source = set->key.source,
		.destination = set->key.destination,
		.protocol = set->key.protocol,
		.identification = set->key.identification,
		.first_packet = set->first_packet,
		.last_packet = set->last_packet,
		.first_time = set->first_time,
		.last_time = set->last_time,
		.fragments = set->fragments,
		.first_seen = bitmap_count(set->present, 0, set->capacity ? 1 : 0) > 0,
		.last_seen = set->total > 0,
		.overlap_conflict = set->conflict,
		.bytes_seen = set->count,
		.bytes_missing = known > set->count ? known - set->count : 0,
	};
	fragments->failed(&words, fragments->user);
}

/* A set's time is over. Conflicts were reported when they were found. */
static void give_up(struct fragments *fragments, struct fragment_set *set)
{
	if (!set->whole && !set->repeated && !set->conflict) {
		fragments->statistics.incomplete++;
		report(fragments, set);
	}
	release_set(fragments, set);
}

static void expire(struct fragments *fragments, int64_t time)
{
	while (fragments->oldest && time - fragments->oldest->first_time > TIMEOUT)
		give_up(fragments, fragments->oldest);
}

/* Room for another set or more bytes is made at the cost of the oldest sets: no proof of a loss. */
static void evict(struct fragments *fragments, const struct fragment_set *keep)
{
	struct fragment_set *set = fragments->oldest;
	if (set == keep)
		set = set->newer;
	if (!set->whole)
		fragments->statistics.evicted++;
	release_set(fragments, set);
}

static struct fragment_set *add_set(struct fragments *fragments, const struct fragment_key *key,
				    uint64_t hash, const struct packet *packet, int64_t time)
{
	if (!fragments->free)
		evict(fragments, NULL);
	struct fragment_set *set = fragments->free;
	struct fragment_set **bucket = &fragments->buckets[hash % BUCKETS];
	fragments->free = set->next;
	*set = (struct fragment_set){ .key = *key, .hash = hash, .next = *bucket,
		.older = fragments->newest, .first_packet = packet->record->number,
		.first_time = time };
	*bucket = set;
	if (fragments->newest)
		fragments->newest->newer = set;
	else
		fragments->oldest = set;
	fragments->newest = set;
	fragments->statistics.datagrams++;
	return set;
}

static void make_room(struct fragments *fragments, struct fragment_set *set, uint32_t needed)
{
	if (needed <= set->capacity)
		return;
	uint32_t capacity = set->capacity ? set->capacity : FIRST_CAPACITY;
	while (capacity < needed)
		capacity *= 2;
	set->bytes = memory_resize(set->bytes, capacity, 1);
	set->present = memory_resize(set->present, bitmap_words(capacity), sizeof *set->present);
	bitmap_clear(set->present, set->capacity, capacity);
	fragments->bytes += capacity - set->capacity;
	set->capacity = capacity;
	while (fragments->bytes > MAX_BYTES)
		evict(fragments, set);
}

static struct fragment_key key_of(const struct packet *packet)
{
	const struct ip_header *ip = packet->ip;
	struct fragment_key key;
	memset(&key, 0, sizeof key);
	key.source = ip->source;
	key.destination = ip->destination;
	/* Later fragments of IPv6 name the header that is cut, whatever the first one goes on with. */
	key.protocol = ip->version == 4 ? ip->protocol : IP_PROTOCOL_FRAGMENT;
	key.identification = ip->identification;
	key.context = packet->context;
	return key;
}

static struct fragment_set *find_set(const struct fragments *fragments, const struct fragment_key *key,
				     uint64_t hash)
{
	struct fragment_set *set = fragments->buckets[hash % BUCKETS];
	while (set && (set->hash != hash || memcmp(&set->key, key, sizeof *key) != 0))
		set = set->next;
	return set;
}

/* Bytes that were there before and are different now. What the trace cut cannot be compared. */
static bool contradicts(const struct fragment_set *set, uint32_t start, struct cursor bytes)
{
	for (uint32_t i = 0; i < bytes.captured; i++)
		if (bitmap_has(set->present, start + i) && set->bytes[start + i] != bytes.next[i])
			return true;
	return false;
}

static void note_conflict(struct fragments *fragments, struct fragment_set *set)
{
	if (set->conflict)
		return;
	set->conflict = true;
	fragments->statistics.conflicting++;
	report(fragments, set);
}

static void keep_first_bytes(struct fragment_set *set, uint32_t start, struct cursor bytes)
{
	for (uint32_t i = 0; i < bytes.captured; i++)
		if (!bitmap_has(set->present, start + i))
			set->bytes[start + i] = bytes.next[i];
}

/* Adds the bytes [start, start + declared) to the set. */
static void add_bytes(struct fragments *fragments, struct fragment_set *set, uint32_t start,
		      struct cursor bytes, bool last)
{
	uint32_t end = start + (uint32_t)bytes.declared;
	uint32_t old = bitmap_count(set->present, start, end);
	bool conflict = (last && set->total && set->total != end) || (last && set->highest > end) ||
		(!last && set->total && end > set->total) ||
		(old && !set->cut && contradicts(set, start, bytes));
	bool same = old == bytes.declared && !conflict;
	if (old && !same)
		fragments->statistics.overlapping++;
	if (old)
		keep_first_bytes(set, start, bytes);
	else if (bytes.captured)
		memcpy(set->bytes + start, bytes.next, bytes.captured);
	bitmap_set(set->present, start, end);
	set->count += end - start - old;
	set->cut |= bytes.captured < bytes.declared;
	if (end > set->highest)
		set->highest = end;
	if (last && !set->total)
		set->total = end;
	if (conflict)
		note_conflict(fragments, set);
}

/* The set that a fragment belongs to. Identifications come round again: after a while the same offset
 * means another datagram. */
static struct fragment_set *choose_set(struct fragments *fragments, const struct packet *packet,
				       int64_t time)
{
	struct fragment_key key = key_of(packet);
	uint64_t hash = hash_bytes(&key, sizeof key, fragments->seed);
	struct fragment_set *set = find_set(fragments, &key, hash);
	bool repeated = false;
	uint32_t offset = packet->ip->fragment_offset;
	if (set && !set->whole && time - set->last_time > REUSE_AFTER && offset < set->capacity &&
	    bitmap_has(set->present, offset)) {
		give_up(fragments, set);
		set = NULL;
	} else if (set && set->whole) {
		repeated = true;
		release_set(fragments, set);
		set = NULL;
	}
	if (!set)
		set = add_set(fragments, &key, hash, packet, time);
	set->repeated |= repeated;
	return set;
}

/* Contradicting fragments may hold more bytes than the datagram that the last one ended. */
static bool is_whole(const struct fragment_set *set)
{
	return set->total && set->count >= set->total &&
	       bitmap_count(set->present, 0, set->total) == set->total;
}

const uint8_t *fragments_add(struct fragments *fragments, const struct packet *packet, int64_t time,
			     size_t *length)
{
	const struct ip_header *ip = packet->ip;
	struct cursor bytes = bytes_behind(packet, ip, ip->payload_length);
	expire(fragments, time);
	fragments->statistics.fragments++;
	if (!bytes.next || !bytes.declared || ip->fragment_offset + bytes.declared > MAX_DATAGRAM)
		return NULL;
	struct fragment_set *set = choose_set(fragments, packet, time);
	set->fragments++;
	set->last_packet = packet->record->number;
	set->last_time = time;
	make_room(fragments, set, ip->fragment_offset + (uint32_t)bytes.declared);
	add_bytes(fragments, set, ip->fragment_offset, bytes, !ip->more_fragments);
	if (!is_whole(set))
		return NULL;
	set->whole = true;
	fragments->statistics.completed++;
	free(fragments->delivered);
	fragments->delivered = set->bytes;
	set->bytes = NULL;
	*length = set->total;
	drop_bytes(fragments, set);
	return set->cut ? NULL : fragments->delivered;
}

void fragments_finish(struct fragments *fragments, int64_t trace_end)
{
	while (fragments->oldest) {
		if (trace_end - fragments->oldest->last_time < END_SILENCE)
			release_set(fragments, fragments->oldest);
		else
			give_up(fragments, fragments->oldest);
	}
}

const struct fragment_statistics *fragments_statistics(const struct fragments *fragments)
{
	return &fragments->statistics;
}
