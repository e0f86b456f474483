/* Where sessions live: a hash table over their keys, a list in the order of last use, and a pool that
 * gives the memory of ended sessions to new ones. Knows nothing about packets. */
#ifndef SESSION_STORE_H
#define SESSION_STORE_H

#include "session/session.h"

struct wireshark_stream;
struct messages;

struct session_entry {           /* a session and what only the session stage knows of it */
	struct session_entry *next;  /* in its bucket; in the list of free entries */
	uint64_t hash;
	struct session session;      /* its key is next to the hash: looking it up loads one line */
	struct session_entry *older, *newer;
	struct wireshark_stream *wireshark;
	struct messages *messages;   /* NULL before its first data, and soon after its last */
	bool no_messages;            /* nobody does, or both ends have said all */
	bool heard;                  /* an application's message was in it, over TCP: then it is large */
	struct host *host[2];        /* may have been given to another address: compare before use */
	bool ordinary;               /* false: so far only quoted by ICMP errors, unknown to analyzers */
};

struct session_store;

/* `state_size` bytes of analyzer state go with every session. Free with session_store_destroy. */
struct session_store *session_store_create(size_t state_size);
/* Frees the memory of all entries, but not what they point to: remove them before. NULL is fine. */
void session_store_destroy(struct session_store *store);

uint64_t session_store_hash(const struct session_store *store, const struct flow_key *key);
/* Brings the place of `hash` into the cache. */
void session_store_prefetch(const struct session_store *store, uint64_t hash);
/* The present session of a key, or NULL. */
struct session_entry *session_store_find(const struct session_store *store, const struct flow_key *key,
					 uint64_t hash);
/* A zeroed entry with its key, the most recently used. */
struct session_entry *session_store_add(struct session_store *store, const struct flow_key *key,
					uint64_t hash);
/* Makes `entry` the most recently used. */
void session_store_touch(struct session_store *store, struct session_entry *entry);
/* The key no longer finds the entry, which stays valid until it is released. */
void session_store_remove(struct session_store *store, struct session_entry *entry);
/* Gives a removed entry's memory to the next session. */
void session_store_release(struct session_store *store, struct session_entry *entry);

size_t session_store_count(const struct session_store *store);
struct session_entry *session_store_oldest(const struct session_store *store);     /* NULL when empty */

#endif
