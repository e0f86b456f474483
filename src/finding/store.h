/* The inside of the store, shared by the files that finish it: gates, groups, causes and ranks. */
#ifndef FINDING_STORE_H
#define FINDING_STORE_H

#include "finding/finding.h"
#include "finding/lookup.h"
#include "finding/withheld.h"

#define STORE_GROUP_FROM 5       /* so many targets of one client (clients of one server) make one finding */
#define STORE_PER_ID_CAP 1000    /* A2: findings kept apart for one id; the rest become one more */
/* Targets of one client after which new ones go straight into one entry: they will be grouped anyway,
 * and a port scan must not fill the memory before. */
#define STORE_FOLD_FROM 64
/* What a hostile trace can make us keep: entries are some 5 kB, links 24 bytes at most. */
#define STORE_MAX_ENTRIES 16384
#define STORE_MAX_LINKS (1u << 20)

struct entry {                   /* one finding to be */
	struct finding finding;
	struct entry *merged_into;   /* what it became part of when the store was finished */
	struct entry *cause;         /* the finding that explains it */
	uint32_t index;              /* in store.entries; what session links name */
	bool weakened;               /* by the capture quality, in all that merged into it */
	bool collective;             /* stands for more than its scope says */
	bool dropped;                /* by a gate, or merged into another */
	const char *dimension;       /* what `targets` counts: "targets", "sources", "others"; or NULL */
	uint64_t targets;            /* how many merge keys it stands for, at least 1 */
};

struct session_link {            /* a session that a finding concerns */
	uint32_t entry;
	uint32_t session;            /* session_pack() */
};

struct finding_store {
	struct entry **entries;
	size_t count, capacity;
	char **ignored;
	size_t ignored_count, ignored_capacity;
	struct lookup by_key;        /* hash of the merge key to entry index + 1. 64 bits are taken as
				      * the key itself: 16384 of them collide once in 10^11 traces */
	struct lookup folds;         /* kind and client to the number of its entries */
	struct lookup targets;       /* hashes of what was folded, so that it counts once */
	struct lookup links;         /* entry << 32 | session_pack() */
	struct session_link *linked; /* finished: links by entry and session */
	size_t linked_count;
	struct entry **ranked;       /* finished: report order */
	size_t ranked_count;
	struct withheld_list withheld;       /* what the gates kept back */
	uint32_t trace_quality;      /* finished: QUALITY_* of the whole trace */
	uint64_t sessions;           /* judged, for the verdict; 0 unknown */
	uint64_t displays, messages; /* likewise */
	bool finished;
};

/* A session's kind and number in one number that sorts by both. */
static inline uint32_t session_pack(uint8_t kind, uint32_t number)
{
	return (uint32_t)kind << 30 | (number & 0x3fffffff);
}

/* quality.c: false when a gate drops the finding; else its confidence and severity are right for
 * `quality`. `*weakened`: they were lowered (now or before). */
bool quality_gate(struct finding *finding, uint32_t quality, bool *weakened);

/* store.c: makes `other` part of `into`, which then counts `dimension`. */
void entry_absorb(struct entry *into, struct entry *other, const char *dimension);
/* store.c: the hash of what entries share that may become one finding of one client, of one server. */
uint64_t entry_client_key(const struct finding *finding);
uint64_t entry_server_key(const struct finding *finding);
bool finding_is_groupable(const struct finding *finding);
/* group.c: one client with many targets, one server with many clients, too many of one id. */
void store_group(struct finding_store *store);
/* causes.c: sets entry.cause by the cause graph. */
void store_fold(struct finding_store *store);
/* rank.c: sorts, numbers, and lists the sessions of each. */
void store_link_sessions(struct finding_store *store);
void store_rank(struct finding_store *store);
/* The sessions of an entry in `linked`: the first and, through `count`, how many. */
const struct session_link *entry_sessions(const struct finding_store *store, const struct entry *entry,
					  size_t *count);

#endif
