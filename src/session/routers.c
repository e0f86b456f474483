/* A host may have several addresses itself: IPv4 and IPv6, temporary and permanent ones, aliases. So
 * addresses count by family, and those whose TTL is still an initial one may be the host's own.
 *
 * The table is set-associative and never grows: no trace of a network segment has more than some
 * hundred cards, and invented ones push each other out. */
#include "session/routers.h"

#include <stdlib.h>

#include "core/hash.h"
#include "core/memory.h"

enum {
	SETS = 512, WAYS = 4,
	PREFIXES_OF_ROUTER = 3,      /* networks behind one card, even with unspent TTL */
	REMEMBERED = 3,
};

struct family {                  /* what a card sent from, in IPv4 or in IPv6 */
	uint64_t remote;             /* hash of the first address behind a router; 0: none */
	uint64_t prefixes[REMEMBERED];
	uint8_t prefix_count;
	bool several_remote;
};

struct card {
	uint8_t mac[6];
	bool used, router;
	uint32_t last_use;
	struct family family[2];
};

struct routers {
	struct card cards[SETS][WAYS];
	uint32_t uses;
};

struct routers *routers_create(void)
{
	return memory_zeroed(1, sizeof(struct routers));
}

void routers_destroy(struct routers *routers)
{
	free(routers);
}

static size_t set_of(const uint8_t mac[6])
{
	return hash_bytes(mac, 6, 0) % SETS;
}

static struct card *find_or_make(struct routers *routers, const uint8_t mac[6])
{
	struct card *set = routers->cards[set_of(mac)], *oldest = set;
	routers->uses++;
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].used && memcmp(set[i].mac, mac, 6) == 0) {
			set[i].last_use = routers->uses;
			return &set[i];
		}
		if (oldest->used && (!set[i].used || set[i].last_use < oldest->last_use))
			oldest = &set[i];
	}
	*oldest = (struct card){ .used = true, .last_use = routers->uses };
	memcpy(oldest->mac, mac, 6);
	return oldest;
}

/* The network that an address is in, as far as that can be guessed: /24 and /64. */
static uint64_t prefix_hash(const struct address *address)
{
	return hash_bytes(address->bytes, address->family == ADDRESS_IPV4 ? 3 : 8, 1) | 1;
}

static void add_prefix(struct family *family, uint64_t prefix)
{
	for (unsigned i = 0; i < family->prefix_count; i++)
		if (family->prefixes[i] == prefix)
			return;
	if (family->prefix_count < REMEMBERED)
		family->prefixes[family->prefix_count++] = prefix;
}

void routers_observe(struct routers *routers, const uint8_t mac[6], const struct address *source,
		     unsigned hops)
{
	if (mac_is_group(mac) || address_is_unspecified(source) || address_is_link_local(source) ||
	    address_is_loopback(source) || address_is_multicast(source))
		return;
	struct card *card = find_or_make(routers, mac);
	if (card->router)
		return;
	struct family *family = &card->family[source->family == ADDRESS_IPV6];
	add_prefix(family, prefix_hash(source));
	if (hops > 0) {
		uint64_t address = hash_bytes(source, sizeof *source, 0) | 1;
		if (!family->remote)
			family->remote = address;
		else if (family->remote != address)
			family->several_remote = true;
	}
	card->router = family->several_remote || family->prefix_count >= PREFIXES_OF_ROUTER ||
		(family->remote && family->prefix_count >= 2);
}

bool routers_has(const struct routers *routers, const uint8_t mac[6])
{
	const struct card *set = routers->cards[set_of(mac)];
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].used && memcmp(set[i].mac, mac, 6) == 0)
			return set[i].router;
	return false;
}
