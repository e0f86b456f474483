/* Hosts: their addresses, and how their packets look where the trace is taken. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "compiler.h"
#include "core/memory.h"

static unsigned host_make(struct compiler *c, const char *name, const struct address *address)
{
	c->hosts = memory_grow(c->hosts, &c->host_capacity, c->host_count + 1, sizeof *c->hosts);
	struct host *host = &c->hosts[c->host_count];
	*host = (struct host){ .address = *address, .ttl = 64 };
	snprintf(host->name, sizeof host->name, "%s", name);
	const uint8_t *tail = address->bytes + (address->family == ADDRESS_IPV4 ? 0 : 12);
	host->mac[0] = 2;
	memcpy(host->mac + 2, tail, 4);
	host->next_id = (uint16_t)(1000 + 7919 * c->host_count);
	return (unsigned)c->host_count++;
}

static bool host_find(const struct compiler *c, const char *name, unsigned *index)
{
	for (size_t i = c->host_count; i-- > 0;) {
		if (strcmp(c->hosts[i].name, name) == 0) {
			*index = (unsigned)i;
			return true;
		}
	}
	return false;
}

unsigned host_take(struct compiler *c, const char *name)
{
	unsigned index = 0;
	struct address address;
	if (host_find(c, name, &index))
		return index;
	if (address_parse(name, &address))
		return host_make(c, name, &address);
	compile_fail(c, "there is no host \"%s\" (declare it: host %s ADDRESS)", name, name);
	if (c->host_count == 0)
		host_make(c, "?", &(struct address){ .family = ADDRESS_IPV4 });
	return 0;
}

void endpoint_take(struct compiler *c, const char *what, unsigned *host, uint16_t *port)
{
	char name[64];
	const char *text = words_take(&c->words, what);
	snprintf(name, sizeof name, "%s", text);
	char *colon = strrchr(name, ':');
	double number = 0;
	if (!colon || !text_to_number(colon + 1, &number) || number < 0 || number > 65535) {
		compile_fail(c, "%s should be HOST:PORT, not \"%s\"", what, text);
		colon = NULL;
	}
	if (colon)
		*colon = '\0';
	*host = host_take(c, name);
	*port = (uint16_t)number;
}

bool mac_from_text(const char *text, uint8_t to[6])
{
	struct text bytes = { 0 };
	if (strcmp(text, "broadcast") == 0) {
		memset(to, 0xff, 6);
		return true;
	}
	bool good = strlen(text) >= 12 && text_add_hex(&bytes, text) && bytes.length == 6;
	if (good)
		memcpy(to, bytes.bytes, 6);
	text_finish(&bytes);
	return good;
}

void mac_take(struct compiler *c, uint8_t to[6])
{
	const char *text = words_take(&c->words, "the MAC address");
	if (!mac_from_text(text, to))
		compile_fail(c, "\"%s\" is no MAC address such as 02:00:00:00:00:05", text);
}

static void host_set_ttl(struct host *host, int64_t ttl)
{
	host->ttl = (uint8_t)ttl;
	host->hops = (uint8_t)((ttl <= 32 ? 32 : ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl);
}

static void host_property(struct compiler *c, struct host *host)
{
	struct words *w = &c->words;
	if (words_accept(w, "mac")) {
		mac_take(c, host->mac);
		host->has_mac = true;
	} else if (words_accept(w, "ttl")) {
		host_set_ttl(host, words_integer(w, "the TTL", 1, 255));
	} else if (words_accept(w, "hops")) {
		host_set_ttl(host, 64 - words_integer(w, "the number of hops", 0, 31));
	} else if (words_accept(w, "id")) {
		if (words_accept(w, "zero"))
			host->id_style = ID_ZERO;
		else if (words_accept(w, "random"))
			host->id_style = ID_RANDOM;
		else
			host->next_id =
				(uint16_t)words_integer(w, "the first identification", 0, 65535);
	} else if (words_accept(w, "checksums")) {
		host->checksum = words_accept(w, "partial") ? WIRE_PARTIAL
				 : words_accept(w, "zero")  ? WIRE_ZERO
				 : words_accept(w, "wrong") ? WIRE_WRONG
				 : words_accept(w, "right")
					 ? WIRE_RIGHT
					 : (compile_fail(c, "checksums should be right, "
							    "partial, zero or wrong"),
					    WIRE_RIGHT);
	} else if (words_accept(w, "unpadded")) {
		host->unpadded = true;
	} else if (words_accept(w, "vlan")) {
		host->vlan = (uint16_t)words_integer(w, "the VLAN", 1, 4095);
	} else {
		words_end(w);
	}
}

void statement_host(struct compiler *c)
{
	c->words.usage = "host NAME ADDRESS [mac M] [ttl N | hops N] [id zero|random|N] "
			 "[checksums partial|zero|wrong] [unpadded] [vlan N]";
	const char *name = words_take(&c->words, "the host's name");
	unsigned index;
	struct address address = { .family = ADDRESS_IPV4 };
	if (!host_find(c, name, &index)) {
		const char *text = words_take(&c->words, "the address");
		if (!address_parse(text, &address))
			compile_fail(c, "\"%s\" is no IPv4 or IPv6 address", text);
		if (strchr(name, ':') || strchr(name, '.') || isdigit((unsigned char)name[0]))
			compile_fail(c,
				     "a host's name has no dot or colon and begins with a letter");
		index = host_make(c, name, &address);
	}
	while (words_more(&c->words))
		host_property(c, &c->hosts[index]);
}

/* Hosts some hops away are seen with a router's address; between two of them stand two routers. */
static const uint8_t router_near[6] = { 2, 0, 0, 0, 0, 0xfd };
static const uint8_t router_far[6] = { 2, 0, 0, 0, 0, 0xfe };

static const uint8_t *seen_mac(const struct compiler *c, unsigned of, unsigned other)
{
	const struct host *host = &c->hosts[of], *peer = &c->hosts[other];
	if (host->has_mac || host->hops == 0)
		return host->mac;
	bool both_far = !peer->has_mac && peer->hops > 0;
	return both_far && of < other ? router_near : router_far;
}

void host_macs(const struct compiler *c, unsigned from, unsigned to, uint8_t source[6],
	       uint8_t destination[6])
{
	const struct address *address = &c->hosts[to].address;
	memcpy(source, seen_mac(c, from, to), 6);
	memcpy(destination, seen_mac(c, to, from), 6);
	if (address_is_broadcast(address)) {
		memset(destination, 0xff, 6);
	} else if (address_is_multicast(address) && address->family == ADDRESS_IPV4) {
		memcpy(destination, "\x01\x00\x5e", 3);
		memcpy(destination + 3, address->bytes + 1, 3);
		destination[3] &= 0x7f;
	} else if (address_is_multicast(address)) {
		memcpy(destination, "\x33\x33", 2);
		memcpy(destination + 2, address->bytes + 12, 4);
	}
}

