/* Does somebody hide data in the names that it asks for? security/dns-tunnel. */
#include <math.h>
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/proof.h"
#include "core/hash.h"
#include "decode/dns.h"
#include "decode/ip.h"

static const struct finding_kind dns_tunnel = {
	.id = "security/dns-tunnel",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_SEC,
	.merge = MERGE_HOST,
	.title = "Data is hidden in DNS names",
	.say = "{client} hides data in DNS names under {domain}: {names} different {kind_of_names} within "
	       "{lasted}, in {queries|question|questions}, {types} of them for types that carry data.",
	.meaning = "Many long names under one domain whose letters are distributed as in encoded data, or "
		   "many names that are asked for nothing but types that carry data (NULL, TXT, KEY, private "
		   "types): what leaves the network this way reaches the domain's own server, past every "
		   "firewall.",
	.false_alarms = "Content networks and trackers have long names, but few different ones. Virus scanners "
			"and block lists ask for checksums under domains that are known and left out, and so "
			"are reverse look-ups.",
	.advice = { "Find the program on {client} (behind a resolver: the host that asks it), and isolate it.",
		    "Block {domain} at the resolver." },
	.reference = "MITRE ATT&CK T1071.004, T1572",
	.parameters = {
		{ .name = "names", .unit = UNIT_COUNT, .value = 100,
		  .meaning = "different names under one domain within the time" },
		{ .name = "length", .unit = UNIT_BYTES, .value = 40,
		  .meaning = "of the part before the domain, at least" },
		{ .name = "entropy", .unit = UNIT_COUNT, .value = 3.5, .meaning = "bits a letter, at least" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 300, .meaning = "for so many names" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.9,
		  .meaning = "of the questions for types that carry data, where names are short" },
	},
};

static const struct finding_kind *const kinds[] = { &dns_tunnel, NULL };

#define DOMAINS_REMEMBERED 512
#define DOMAIN_SIZE 60 /* of the domain as it is shown */
#define NAME_BITS 2048
#define DNS_PORT 53
#define SHORT_LABEL 3 /* co.uk, com.au: the owner's label stands before */
#define COUNTRY_LABEL 2
enum { TYPE_NULL = 10, TYPE_TXT = 16, TYPE_KEY = 25, TYPE_PRIVATE = 65280 };

struct domain_key {
	struct address client;
	uint8_t pad[7];
	uint64_t domain;
};

struct names {                         /* different ones */
	int64_t start;                 /* of the stretch under way */
	uint64_t bits[NAME_BITS / 64]; /* in it, by hash */
	uint32_t count, most;          /* in it; in any */
};

struct domain {
	char name[DOMAIN_SIZE];
	struct names encoded, data; /* long ones like chance; those asked for data */
	uint64_t queries, data_queries;
	struct address server;
	uint32_t session_number;
	struct proof proof;
};

struct tunnel_state {
	struct cache domains; /* struct domain_key to struct domain */
	double length, entropy, share;
	uint32_t names;
	int64_t time;
	struct finding_store *findings;
};

/* Where virus scanners and mail servers look checksums up, and what holds addresses. */
static bool is_known(const char *domain)
{
	static const char *const domains[] = {
		"mcafee.com",         "sophosxl.net", "sophosxl.com", "e5.sk",
		"trendmicro.com",     "spamhaus.org", "spamhaus.net", "msbl.org",
		"senderbase.org",     "surbl.org",    "uribl.com",    "barracudacentral.org",
		"webrootcloudav.com", "avast.com",    "avcdn.net",    "f-secure.com",
		"kaspersky-labs.com", "cymru.com"
	};
	size_t length = strlen(domain);
	for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++)
		if (strcmp(domain, domains[i]) == 0)
			return true;
	return length >= 5 && strcmp(domain + length - 5, ".arpa") == 0;
}

/* Where the registered domain begins: the last two labels, or three below a country's own. */
static size_t domain_start(const char *name, size_t length)
{
	size_t start[4] = { length, length, length, length }, labels = 0, end = length;
	while (end && labels < 3) {
		size_t at = end;
		while (at && name[at - 1] != '.')
			at--;
		start[++labels] = at;
		end = at ? at - 1 : 0;
	}
	if (labels < 3)
		return start[labels];
	size_t last = length - start[1], second = start[1] - 1 - start[2];
	return last == COUNTRY_LABEL && second <= SHORT_LABEL ? start[3] : start[2];
}

/* Bits a byte of the text, dots left out (Shannon). */
static double entropy_of(const char *text, size_t length)
{
	uint16_t counts[256] = { 0 };
	unsigned total = 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '.')
			continue;
		counts[(uint8_t)text[i]]++;
		total++;
	}
	double bits = 0;
	for (unsigned i = 0; i < 256; i++) {
		if (!counts[i])
			continue;
		double share = (double)counts[i] / total;
		bits -= share * log2(share);
	}
	return bits;
}

static bool carries_data(uint16_t type)
{
	return type == TYPE_TXT || type == TYPE_NULL || type == TYPE_KEY || type >= TYPE_PRIVATE;
}

/* Only what domains are made of: names come from outside. */
static void copy_domain(char to[DOMAIN_SIZE], const char *name, size_t length)
{
	size_t used = 0;
	for (size_t i = 0; i < length && used < DOMAIN_SIZE - 1; i++) {
		bool plain = (name[i] >= 'a' && name[i] <= 'z') ||
			     (name[i] >= '0' && name[i] <= '9') || name[i] == '-' ||
			     name[i] == '_' || name[i] == '.';
		to[used++] = plain ? name[i] : '?';
	}
	to[used] = '\0';
}

static void note_name(const struct tunnel_state *state, struct names *names, uint64_t hash,
		      int64_t time)
{
	if (time - names->start >= state->time) {
		names->start = time;
		names->count = 0;
		memset(names->bits, 0, sizeof names->bits);
	}
	uint64_t place = hash % NAME_BITS, bit = 1ULL << place % 64;
	names->count += !(names->bits[place / 64] & bit);
	names->bits[place / 64] |= bit;
	if (names->count > names->most)
		names->most = names->count;
}

/* The domain of the question; NULL when nothing stands before it, when it is a known one, or when
 * the question is an ordinary one and no other was asked there. */
static struct domain *domain_of(struct tunnel_state *state, const struct packet *packet,
				size_t start, bool ordinary)
{
	const struct dns_header *dns = packet->dns;
	struct domain_key key;
	memset(&key, 0, sizeof key);
	key.client = packet->ip->source;
	key.domain = hash_bytes(dns->name + start, dns->name_length - start, 0);
	if (ordinary)
		return cache_find(&state->domains, &key);
	char name[DOMAIN_SIZE];
	copy_domain(name, dns->name + start, dns->name_length - start);
	if (!start || is_known(name))
		return NULL;
	bool fresh;
	struct domain *domain = cache_enter(&state->domains, &key, &fresh);
	if (fresh) {
		memcpy(domain->name, name, sizeof name);
		domain->server = packet->ip->destination;
	}
	return domain;
}

static void tunnel_observe(struct analysis_context *context, const struct observation *observation)
{
	struct tunnel_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct dns_header *dns = packet->dns;
	if (!dns || dns->response || !dns->questions || packet->udp->destination_port != DNS_PORT)
		return;
	size_t start = domain_start(dns->name, dns->name_length);
	bool data = carries_data(dns->query_type);
	bool encoded =
		(double)start >= state->length && entropy_of(dns->name, start) >= state->entropy;
	if (!data && !encoded && !state->domains.count)
		return;
	struct domain *domain = domain_of(state, packet, start, !data && !encoded);
	if (!domain)
		return;
	int64_t time = packet->record->time;
	uint64_t hash = hash_bytes(dns->name, start, 0);
	if (!domain->session_number && observation->session)
		domain->session_number = observation->session->number;
	domain->queries++;
	domain->data_queries += data;
	if (encoded)
		note_name(state, &domain->encoded, hash, time);
	if (data)
		note_name(state, &domain->data, hash, time);
	if (encoded || data)
		proof_add(&domain->proof, packet);
}

static void report(const struct tunnel_state *state, const struct domain_key *key,
		   const struct domain *domain)
{
	double share = (double)domain->data_queries / (double)domain->queries;
	bool encoded = domain->encoded.most >= state->names;
	bool data = share >= state->share && domain->data.most >= state->names;
	if (!encoded && !data)
		return;
	struct finding finding;
	finding_begin(&finding, &dns_tunnel, NULL);
	finding_subject(&finding, &key->client, &domain->server, DNS_PORT, IP_PROTOCOL_UDP);
	finding.service = "dns";
	finding.session_kind = SESSION_UDP;
	finding.session_number = domain->session_number;
	finding.merge_key = key->domain;
	finding.confidence = data ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	finding.count = domain->queries;
	finding_words(&finding, "domain", "%s", domain->name);
	finding_words(&finding, "kind_of_names", "%s",
		      encoded ? "long names that look like chance" : "names");
	finding_count(&finding, "names", encoded ? domain->encoded.most : domain->data.most);
	finding_count(&finding, "queries", (double)domain->queries);
	finding_number(&finding, "types", UNIT_RATIO, share, FACT_MAX);
	finding_duration(&finding, "lasted", proof_span(&domain->proof));
	finding_threshold(&finding, "threshold", UNIT_COUNT, state->names);
	blame_word(&finding, PARTY_CLIENT, "client");
	finding_why(
		&finding,
		"It asks for these names. A resolver asks for others: then the culprit is behind "
		"it.");
	if (!data)
		finding_alternative(&finding, "a product that looks checksums up by DNS", NULL);
	proof_give(&domain->proof, &finding, "a question that carries data");
	finding_submit(state->findings, &finding);
}

static void forget(void *user, const void *key, void *value)
{
	report(user, key, value);
}

static void tunnel_begin(struct analysis_context *context)
{
	struct tunnel_state *state = context->state;
	cache_init(&state->domains, DOMAINS_REMEMBERED, sizeof(struct domain_key),
		   sizeof(struct domain));
	state->domains.forget = forget;
	state->domains.user = state;
	state->length = setting(context->settings, &dns_tunnel, "length");
	state->entropy = setting(context->settings, &dns_tunnel, "entropy");
	state->share = setting(context->settings, &dns_tunnel, "share");
	state->names = (uint32_t)setting(context->settings, &dns_tunnel, "names");
	state->time = setting_duration(context->settings, &dns_tunnel, "time");
	state->findings = context->findings;
}

static void tunnel_finish(struct analysis_context *context)
{
	const struct tunnel_state *state = context->state;
	const void *key;
	const struct domain *domain;
	for (size_t at = 0; (domain = cache_next(&state->domains, &at, &key));)
		report(state, key, domain);
}

static void tunnel_destroy(struct analysis_context *context)
{
	struct tunnel_state *state = context->state;
	cache_finish(&state->domains);
}

const struct analyzer security_dns_tunnel_analyzer = {
	.name = "security-dns-tunnel",
	.kinds = kinds,
	.state_size = sizeof(struct tunnel_state),
	.wants = WANTS_UDP,
	.begin = tunnel_begin,
	.observe = tunnel_observe,
	.finish = tunnel_finish,
	.destroy = tunnel_destroy,
};
