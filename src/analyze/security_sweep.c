/* Does somebody try one service on host after host? security/host-sweep. */
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/concerned.h"
#include "analyze/frame.h"
#include "analyze/probes.h"
#include "analyze/proof.h"
#include "analyze/rate.h"
#include "analyze/udp_services.h"
#include "core/hash.h"
#include "decode/decoder.h"
#include "decode/ip.h"

static const struct finding_kind host_sweep = {
	.id = "security/host-sweep",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_SEC,
	.merge = MERGE_HOST,
	.title = "Somebody searches the network for hosts",
	.say = "{client} searches the network for {what}: at least {hosts} hosts within {lasted}, of which {found} "
	       "answered.",
	.meaning = "One host tries the same thing (a port, a ping, an ARP request) on one address after "
		   "another, and most of them refuse, stay silent or do not exist. Worms, scanners and "
		   "network maps do that; programs know whom they want.",
	.false_alarms = "Monitoring asks the same hosts again and again, and most of them answer. Routers "
			"ask by ARP for whatever somebody behind them looks for, and DHCP servers look "
			"whether an address is free. File sharing, mail and "
			"browsers without a way out fail on addresses all over the world: addresses that "
			"are not close together count only for services that nobody calls on strangers. "
			"Where the trace shows no packet to the host, nothing is said.",
	.advice = { "Find out which program on {client} does this: an inventory or monitoring system, or "
		    "malicious software.",
		    "If nobody knows it, take {client} off the network." },
	.reference = "RFC 4949 (scan)",
	.beyond = "One attempt is nothing: that there were many, to many hosts, is the finding.",
	.parameters = {
		{ .name = "hosts", .unit = UNIT_COUNT, .value = 25,
		  .meaning = "different addresses within the time" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 300, .meaning = "for so many addresses" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.7,
		  .meaning = "of them refused, without an answer, or absent" },
	},
};

static const struct finding_kind *const kinds[] = { &host_sweep, NULL };

#define SEARCHES_REMEMBERED 1024
#define DHCP_SERVERS 64
enum { DHCP_PORT = 67, NETBIOS_PORT = 137 };
#define HOSTS_PER_SUBNET 4  /* and more on average: the search goes through subnets */
#define PATIENCE 4          /* tries of each host that make it monitoring */
#define ARP_PATIENCE 6      /* hosts repeat a request three times by themselves */
#define ARP_REPLIES_HEARD 2 /* different hosts whose answers to the asker were recorded */
#define LISTED_LIMIT 65536  /* conversations in vain whose numbers are kept, of all searches */

struct search_key {
	struct address source;
	uint8_t type;
	uint16_t port;
}; /* cleared before use */

struct search {
	int64_t start, first_time, last_time; /* start: of the stretch under way */
	uint32_t tried, vain;           /* in the stretch: tries of any host, and those in vain */
	struct spread stretch, subnets; /* in the stretch: addresses, and their subnets */
	bool over, dense;    /* some stretch was a search; of addresses that lie together */
	uint32_t hosts;      /* different ones; too low for very many */
	uint64_t bits[32];   /* of them, by hash */
	struct spread found; /* hosts that answered */
	uint64_t tries;
	uint8_t mac[6];             /* ARP: of the asker */
	struct proof proof;         /* of tries in vain */
	struct concerned concerned; /* conversations in vain */
};

struct sweep_state {
	struct cache searches; /* struct search_key to struct search */
	struct served served;  /* tries that were answered, by key */
	struct cache dhcp;     /* struct address of DHCP servers, to nothing */
	bool hears_tcp;        /* some SYN was answered: the recorder keeps answers, too */
	uint32_t hosts, listed;
	double share;
	int64_t time;
	struct finding_store *findings;
	const struct session_table *sessions;
};

static uint64_t subnet_of(const struct address *address)
{
	return hash_bytes(address->bytes, address->family == ADDRESS_IPV4 ? 3 : 8, address->family);
}

static void note_host(struct search *search, uint64_t hash)
{
	uint64_t place = hash >> 32 & 2047, bit = 1ULL << place % 64;
	search->hosts += !(search->bits[place / 64] & bit);
	search->bits[place / 64] |= bit;
}

/* Takes in one try. A request by ARP is in vain until its answer comes. */
static void add(const struct sweep_state *state, struct search *search,
		const struct address *target, int64_t time, uint32_t tries, bool vain)
{
	uint64_t hash = hash_bytes(target, sizeof *target, 0);
	if (time - search->start >= state->time) {
		search->start = time;
		search->tried = search->vain = 0;
		search->stretch = search->subnets = (struct spread){ 0 };
	}
	search->tried++;
	search->vain += vain;
	spread_add(&search->stretch, hash);
	spread_add(&search->subnets, subnet_of(target));
	if (search->stretch.count >= state->hosts && search->vain >= state->share * search->tried) {
		search->over = true;
		search->dense |= search->stretch.count >= HOSTS_PER_SUBNET * search->subnets.count;
	}
	note_host(search, hash);
	search->tries += tries;
	if (!search->first_time || time < search->first_time)
		search->first_time = time;
	if (time > search->last_time)
		search->last_time = time;
}

static struct search_key key_of(const struct address *source, enum probe_type type, uint16_t port)
{
	struct search_key key;
	memset(&key, 0, sizeof key);
	key.source = *source;
	key.type = (uint8_t)type;
	key.port = port;
	return key;
}

static struct search *search_of(struct sweep_state *state, const struct search_key *key,
				int64_t time)
{
	bool fresh;
	struct search *search = cache_enter(&state->searches, key, &fresh);
	if (fresh) {
		search->start = time;
		search->tried = served_count(&state->served, hash_bytes(key, sizeof *key, 0), time,
					     state->time);
	}
	return search;
}

static void list_session(struct sweep_state *state, struct search *search,
			 const struct session *session)
{
	if (state->listed == LISTED_LIMIT)
		return;
	state->listed++;
	concerned_add(&search->concerned, session);
}

static void note_kind_of_trace(struct sweep_state *state, const struct session *session)
{
	const struct endpoint *server = &session->key.end[session_server(session)];
	bool answers = session->side[session_server(session)].packets > 0;
	state->hears_tcp |= session->kind == SESSION_TCP && answers &&
			    session->tcp->side[session->client].syn_seen;
	if (session->kind == SESSION_UDP && server->port == DHCP_PORT && answers)
		cache_enter(&state->dhcp, &server->address, NULL);
}

static void sweep_end(struct analysis_context *context, const struct session *session,
		      const struct observation *last)
{
	struct sweep_state *state = context->state;
	struct probe probe;
	(void)last;
	note_kind_of_trace(state, session);
	if (!probe_of(session, context->session_state, &probe))
		return;
	const struct endpoint *source = &session->key.end[probe.prober];
	const struct endpoint *target = &session->key.end[probe.prober ^ 1];
	struct search_key key =
		key_of(&source->address, probe.type, probe.type == PROBE_PING ? 0 : target->port);
	uint64_t hash = hash_bytes(&target->address, sizeof target->address, 0);
	if (probe.answer != PROBE_SILENT) {
		/* Its reply by ARP may not be in the trace, but there was one. */
		struct search_key by_arp = key_of(&source->address, PROBE_ARP, 0);
		struct search *arp = cache_find(&state->searches, &by_arp);
		if (arp)
			spread_add(&arp->found, hash);
	}
	if (probe.answer == PROBE_OPEN) {
		served_add(&state->served, hash_bytes(&key, sizeof key, 0), probe.time,
			   state->time);
		struct search *search = cache_find(&state->searches, &key);
		if (!search)
			return; /* what works is only of interest where something else does not */
		add(state, search, &target->address, probe.time, probe.tries, false);
		spread_add(&search->found, hash);
		return;
	}
	struct search *search = search_of(state, &key, probe.time);
	add(state, search, &target->address, probe.time, probe.tries, true);
	list_session(state, search, session);
	proof_add_at(&search->proof, probe.packet, probe.time);
}

static void note_arp(struct sweep_state *state, const struct packet *packet)
{
	const struct arp_header *arp = packet->arp;
	if (!arp->sender.family || !arp->target.family || arp->gratuitous || arp->probe)
		return;
	if (arp->operation == ARP_REQUEST) {
		struct search_key key = key_of(&arp->sender, PROBE_ARP, 0);
		struct search *search = search_of(state, &key, packet->record->time);
		add(state, search, &arp->target, packet->record->time, 1, true);
		memcpy(search->mac, arp->sender_mac, sizeof search->mac);
		proof_add(&search->proof, packet);
	} else if (arp->operation == ARP_REPLY) {
		struct search_key key = key_of(&arp->target, PROBE_ARP, 0);
		struct search *search = cache_find(&state->searches, &key);
		uint64_t hash = hash_bytes(&arp->sender, sizeof arp->sender, 0);
		if (search && spread_add(&search->found, hash) && search->vain)
			search->vain--;
	}
}

static void sweep_observe(struct analysis_context *context, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	if (observation->new_session && context->session_state)
		probe_note_start(context->session_state, observation);
	if (packet->arp && !observation->twin_of && frame_has_time(packet))
		note_arp(context->state, packet);
}

/* Services that nobody calls on strangers all over the world, and that worms look for. */
static bool is_private_service(uint16_t port)
{
	static const uint16_t ports[] = { 22,   23,   135,  139,  445,  1433,  2323, 3306,
					  3389, 5555, 5900, 6379, 7547, 37215, 52869 };
	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
		if (ports[i] == port)
			return true;
	return false;
}

static bool is_sweep(struct sweep_state *state, const struct search_key *key,
		     const struct search *search)
{
	if (!search->over)
		return false;
	/* A DHCP server looks whether an address is free before it lends it out. */
	if ((key->type == PROBE_ARP || key->type == PROBE_PING) &&
	    cache_find(&state->dhcp, &key->source))
		return false;
	/* Port 137 is what those ask who look for Windows hosts; other such services only send. */
	if (key->type == PROBE_UDP && key->port != NETBIOS_PORT && udp_may_be_silent(key->port))
		return false;
	if (key->type == PROBE_SYN && !state->hears_tcp)
		return false;
	if (key->type == PROBE_ARP)
		return search->dense && search->tries < (uint64_t)ARP_PATIENCE * search->hosts &&
		       search->found.count >= ARP_REPLIES_HEARD &&
		       search->found.count <= (1 - state->share) * search->hosts &&
		       !session_table_is_router(state->sessions, search->mac);
	const struct host *source = session_table_host(state->sessions, &key->source);
	if (!source || !source->packets_received ||
	    search->tries >= (uint64_t)PATIENCE * search->hosts)
		return false;
	return search->dense || (key->type == PROBE_SYN && is_private_service(key->port));
}

static void tell_what(struct finding *finding, const struct search_key *key)
{
	const char *service = finding->service;
	const char *protocol = key->type == PROBE_UDP ? "UDP" : "TCP";
	if (key->type == PROBE_ARP)
		finding_words(finding, "what", "stations (ARP requests)");
	else if (key->type == PROBE_PING)
		finding_words(finding, "what", "hosts that answer pings");
	else if (service)
		finding_words(finding, "what", "%s port %u (%s)", protocol, key->port, service);
	else
		finding_words(finding, "what", "%s port %u", protocol, key->port);
}

static void report(struct sweep_state *state, const struct search_key *key,
		   const struct search *search)
{
	if (!is_sweep(state, key, search))
		return;
	bool udp = key->type == PROBE_UDP;
	struct finding finding;
	finding_begin(&finding, &host_sweep, NULL);
	finding_subject(&finding, &key->source, NULL, key->port,
			udp                     ? IP_PROTOCOL_UDP
			: key->type < PROBE_UDP ? IP_PROTOCOL_TCP
						: 0);
	finding.service = key->port ? service_name(finding.subject.protocol, key->port) : NULL;
	finding.sub_kind = probe_type_name((enum probe_type)key->type);
	finding.confidence = CONFIDENCE_LIKELY;
	finding.count = search->tries;
	tell_what(&finding, key);
	finding_number(&finding, "hosts", UNIT_COUNT, search->hosts, FACT_MAX);
	finding_number(&finding, "found", UNIT_COUNT, search->found.count, FACT_MAX);
	finding_duration(&finding, "lasted", search->last_time - search->first_time);
	finding_threshold(&finding, "threshold", UNIT_COUNT, state->hosts);
	blame_attacker(&finding, &key->source);
	finding_why(&finding, "All these tries come from it, each for another address.");
	finding_alternative(&finding, "an inventory or monitoring system that is meant to search",
			    NULL);
	proof_give(&search->proof, &finding, "a try in vain");
	concerned_submit(&search->concerned, &finding, state->findings);
}

static void forget(void *user, const void *key, void *value)
{
	struct sweep_state *state = user;
	struct search *search = value;
	report(state, key, search);
	state->listed -= (uint32_t)search->concerned.count;
	concerned_finish(&search->concerned);
}

static void sweep_begin(struct analysis_context *context)
{
	struct sweep_state *state = context->state;
	cache_init(&state->searches, SEARCHES_REMEMBERED, sizeof(struct search_key),
		   sizeof(struct search));
	state->searches.forget = forget;
	state->searches.user = state;
	cache_init(&state->dhcp, DHCP_SERVERS, sizeof(struct address), 0);
	state->hosts = (uint32_t)setting(context->settings, &host_sweep, "hosts");
	state->share = setting(context->settings, &host_sweep, "share");
	state->time = setting_duration(context->settings, &host_sweep, "time");
	state->findings = context->findings;
	state->sessions = context->trace->sessions;
}

static void sweep_finish(struct analysis_context *context)
{
	struct sweep_state *state = context->state;
	const void *key;
	const struct search *search;
	for (size_t at = 0; (search = cache_next(&state->searches, &at, &key));)
		report(state, key, search);
}

static void sweep_destroy(struct analysis_context *context)
{
	struct sweep_state *state = context->state;
	const void *key;
	struct search *search;
	for (size_t at = 0; (search = cache_next(&state->searches, &at, &key));)
		concerned_finish(&search->concerned);
	cache_finish(&state->searches);
	cache_finish(&state->dhcp);
}

const struct analyzer security_sweep_analyzer = {
	.name = "security-sweep",
	.kinds = kinds,
	.state_size = sizeof(struct sweep_state),
	.session_state_size = sizeof(struct probe_start),
	.wants = WANTS_NEW_SESSIONS | WANTS_LINK,
	.begin = sweep_begin,
	.observe = sweep_observe,
	.session_end = sweep_end,
	.finish = sweep_finish,
	.destroy = sweep_destroy,
};
