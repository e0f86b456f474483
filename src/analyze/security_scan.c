/* Does somebody try the ports of a host? security/port-scan. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/concerned.h"
#include "analyze/probes.h"
#include "analyze/proof.h"
#include "analyze/rate.h"
#include "core/hash.h"
#include "core/memory.h"
#include "decode/decoder.h"
#include "decode/ip.h"

static const struct finding_kind port_scan = {
	.id = "security/port-scan",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_SEC,
	.merge = MERGE_PAIR,
	.title = "Somebody tries the ports of a host",
	.say = "{client} probed {ports} ports of {server} with {probes|probe|probes} ({way}), "
	       "{failed} of them in vain; {open}.",
	.meaning = "One host tries many ports of another within a minute, and most of them refuse or "
		   "stay silent: what a program does that looks for services. Its kind is the kind of "
		   "packet that it sends: syn, fin, xmas, null, udp, or ftp-bounce, where an FTP server "
		   "is made to do it by somebody else.",
	.false_alarms = "Data ports of passive FTP and of remote procedure calls are many, but follow a "
			"conversation on their control port; FTP servers open data connections from "
			"port 20 to high ports. Monitoring repeats the same ports. Traceroute counts "
			"ports up. UDP counts only where the host refuses, or well-known ports are "
			"tried: streams and games use many ports, too.",
	.advice = { "Ask who runs {client} whether this is a scan that was ordered; if so, allow-list it "
		    "(--ignore security/port-scan).",
		    "If not, block {client}, and look at what it did with the ports that are open." },
	.reference = "RFC 9293 3.10.7; RFC 2577 3",
	.beyond = "One attempt is nothing: that there were many, to many ports, is the finding.",
	.parameters = {
		{ .name = "ports", .unit = UNIT_COUNT, .value = 20,
		  .meaning = "different ports of one host within the time" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 60, .meaning = "for so many ports" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.7,
		  .meaning = "of them refused or without an answer" },
	},
};

static const struct finding_kind *const kinds[] = { &port_scan, NULL };

#define PAIRS_REMEMBERED 2048
#define SERVERS_REMEMBERED 256 /* FTP servers and who gives them orders */
#define FEW_PORTS 8            /* kept in a list; a pair with more gets a map */
#define MAPS_LIMIT 512         /* of 8 KiB each */
#define LISTED_LIMIT 65536     /* conversations in vain whose numbers are kept, of all pairs */
#define PORTS_LISTED 8
#define FIRST_UNPRIVILEGED 1024
#define UDP_REFUSALS 5          /* different ports that ICMP says are closed */
#define PRIVILEGED_OF_A_SCAN 10 /* where the high ports have another explanation */
#define PRIVILEGED_OF_A_BOUNCE 5
#define PATIENCE 4              /* tries of each port that make it monitoring … */
#define PORTS_OF_MONITORING 100 /* … of no more ports than these */
enum { FTP_DATA = 20, FTP = 21, PORTMAPPER = 111, RPC_ENDPOINTS = 135, FTPS = 990 };

struct pair {
	struct address source, target;
	uint8_t protocol, pad;
};

struct searched {                 /* by one host, of another */
	int64_t start, last_time; /* of the stretch under way */
	uint32_t tried, vain;     /* in it */
	struct spread stretch;    /* ports in it */
	bool over;                /* some stretch was a scan */
	bool control;             /* there was a conversation on a port that others follow from */
	uint64_t probes, failed, from_ftp_data;
	uint32_t types[PROBE_TYPES];
	uint16_t few[FEW_PORTS];
	uint64_t *map;              /* of all ports, once there are more than a few */
	uint32_t ports, privileged; /* different ones */
	uint32_t open;
	uint16_t open_ports[PORTS_LISTED];
	struct sample first_open;
	struct spread refused;      /* ports of which ICMP says that they are closed */
	struct proof proof;         /* of vain probes */
	struct concerned concerned; /* conversations in vain */
};

struct orders {
	struct address from;
	struct sample first;
};

struct scan_state {
	struct cache pairs;   /* struct pair to struct searched */
	struct cache ftp;     /* struct address of a server to struct orders */
	struct served served; /* connections that opened, by pair */
	uint32_t maps, listed;
	uint32_t ports;
	double share;
	int64_t time;
	struct finding_store *findings;
};

/* Whether the port is a new one. */
static bool note_port(struct scan_state *state, struct searched *searched, uint16_t port)
{
	if (!searched->map) {
		for (uint32_t i = 0; i < searched->ports && i < FEW_PORTS; i++)
			if (searched->few[i] == port)
				return false;
		if (searched->ports < FEW_PORTS) {
			searched->few[searched->ports] = port;
			return true;
		}
		if (state->maps == MAPS_LIMIT)
			return spread_add(&searched->stretch, port);
		state->maps++;
		searched->map = memory_zeroed(65536 / 64, sizeof *searched->map);
		for (uint32_t i = 0; i < FEW_PORTS; i++)
			searched->map[searched->few[i] / 64] |= 1ULL << searched->few[i] % 64;
	}
	uint64_t bit = 1ULL << port % 64;
	bool fresh = !(searched->map[port / 64] & bit);
	searched->map[port / 64] |= bit;
	return fresh;
}

static void note_open(struct searched *searched, uint16_t port, const struct probe *probe)
{
	for (uint32_t i = 0; i < searched->open && i < PORTS_LISTED; i++)
		if (searched->open_ports[i] == port)
			return;
	if (!searched->open)
		searched->first_open = (struct sample){ probe->packet, probe->time };
	if (searched->open < PORTS_LISTED)
		searched->open_ports[searched->open] = port;
	searched->open++;
}

static void add_to_stretch(const struct scan_state *state, struct searched *searched, uint16_t port,
			   const struct probe *probe)
{
	if (probe->time - searched->start >= state->time) {
		searched->start = probe->time;
		searched->tried = searched->vain = 0;
		searched->stretch = (struct spread){ 0 };
	}
	searched->tried++;
	searched->vain += probe->answer != PROBE_OPEN;
	spread_add(&searched->stretch, port);
	if (searched->stretch.count >= state->ports &&
	    searched->vain >= state->share * searched->tried)
		searched->over = true;
}

/* Ports on which two ends agree on other ports for what follows. */
static bool is_control(const struct session *session, uint16_t port)
{
	return session->kind == SESSION_TCP && session->tcp->side[session->client].data_segments &&
	       (port == FTP || port == FTPS || port == PORTMAPPER || port == RPC_ENDPOINTS);
}

static void note_orders(struct scan_state *state, const struct session *session)
{
	const struct endpoint *server = &session->key.end[session_server(session)];
	bool fresh;
	struct orders *orders = cache_enter(&state->ftp, &server->address, &fresh);
	if (!fresh)
		return;
	orders->from = session->key.end[session->client].address;
	orders->first = (struct sample){ session->first_packet, session->first_time };
}

static struct searched *searched_of(struct scan_state *state, const struct address *source,
				    const struct address *target, uint8_t protocol, int64_t time)
{
	struct pair pair = { *source, *target, protocol, 0 };
	bool fresh;
	struct searched *searched = cache_enter(&state->pairs, &pair, &fresh);
	if (fresh) {
		searched->start = time;
		searched->tried = served_count(&state->served, hash_bytes(&pair, sizeof pair, 0),
					       time, state->time);
	}
	return searched;
}

/* What works is only of interest where something else does not. NULL: nothing has failed yet. */
static struct searched *searched_with_success(struct scan_state *state,
					      const struct address *source,
					      const struct address *target, uint8_t protocol,
					      int64_t time)
{
	struct pair pair = { *source, *target, protocol, 0 };
	served_add(&state->served, hash_bytes(&pair, sizeof pair, 0), time, state->time);
	return cache_find(&state->pairs, &pair);
}

static void scan_end(struct analysis_context *context, const struct session *session,
		     const struct observation *last)
{
	struct scan_state *state = context->state;
	struct probe probe;
	(void)last;
	if (session->kind == SESSION_ICMP || !probe_of(session, context->session_state, &probe))
		return;
	const struct endpoint *source = &session->key.end[probe.prober];
	const struct endpoint *target = &session->key.end[probe.prober ^ 1];
	bool opened = probe.answer == PROBE_OPEN && !is_control(session, target->port);
	struct searched *searched = (opened ? searched_with_success : searched_of)(
		state, &source->address, &target->address, session->key.protocol, probe.time);
	if (!searched)
		return;
	if (is_control(session, target->port)) {
		searched->control = true;
		if (target->port == FTP)
			note_orders(state, session);
	}
	if (note_port(state, searched, target->port)) {
		searched->ports++;
		searched->privileged += target->port < FIRST_UNPRIVILEGED;
	}
	add_to_stretch(state, searched, target->port, &probe);
	searched->types[probe.type]++;
	searched->probes++;
	searched->from_ftp_data += source->port == FTP_DATA;
	if (probe.time > searched->last_time)
		searched->last_time = probe.time;
	if (probe.answer == PROBE_OPEN) {
		note_open(searched, target->port, &probe);
		return;
	}
	searched->failed++;
	if (state->listed < LISTED_LIMIT) {
		state->listed++;
		concerned_add(&searched->concerned, session);
	}
	proof_add_at(&searched->proof, probe.packet, probe.time);
}

/* What ICMP says of closed UDP ports comes before the ends of the conversations are told. */
static void note_refusal(struct scan_state *state, const struct icmp_header *icmp, int64_t time)
{
	const struct icmp_quote *quote = &icmp->quote;
	bool closed = (icmp->version == 4 && icmp->type == 3 && icmp->code == 3) ||
		      (icmp->version == 6 && icmp->type == 1 && icmp->code == 4);
	if (closed && quote->has_ports && quote->protocol == IP_PROTOCOL_UDP)
		spread_add(&searched_of(state, &quote->source, &quote->destination, IP_PROTOCOL_UDP,
					time)
				    ->refused,
			   quote->destination_port);
}

static void scan_observe(struct analysis_context *context, const struct observation *observation)
{
	if (observation->new_session && context->session_state)
		probe_note_start(context->session_state, observation);
	if (observation->packet->icmp && !observation->twin_of)
		note_refusal(context->state, observation->packet->icmp,
			     observation->packet->record->time);
}

static bool is_scan(const struct searched *searched, uint8_t protocol)
{
	if (!searched->over)
		return false;
	if (searched->ports < PORTS_OF_MONITORING && searched->probes >= PATIENCE * searched->ports)
		return false;
	if (searched->from_ftp_data * 2 > searched->probes)
		return searched->privileged >= PRIVILEGED_OF_A_BOUNCE;
	if (searched->control && searched->privileged < PRIVILEGED_OF_A_SCAN)
		return false;
	return protocol != IP_PROTOCOL_UDP || searched->refused.count >= UDP_REFUSALS ||
	       searched->privileged >= PRIVILEGED_OF_A_SCAN;
}

static enum probe_type main_type(const struct searched *searched)
{
	enum probe_type main = PROBE_SYN;
	for (enum probe_type type = PROBE_SYN; type < PROBE_TYPES; type++)
		if (searched->types[type] > searched->types[main])
			main = type;
	return main;
}

static void tell_open_ports(struct finding *finding, const struct searched *searched)
{
	char list[64];
	size_t used = 0;
	uint32_t listed = searched->open < PORTS_LISTED ? searched->open : PORTS_LISTED;
	list[0] = '\0';
	for (uint32_t i = 0; i < listed; i++)
		used += (size_t)snprintf(list + used, sizeof list - used, "%s%u", i ? ", " : "",
					 searched->open_ports[i]);
	if (!listed)
		finding_words(finding, "open", "none was seen to answer");
	else if (searched->open > listed)
		finding_words(finding, "open", "open: %s …", list);
	else
		finding_words(finding, "open", "open: %s", list);
	finding_number(finding, "open_ports", UNIT_COUNT, searched->open, FACT_SUM);
}

static void name_scanner(struct scan_state *state, struct finding *finding, const struct pair *pair,
			 bool bounce)
{
	const struct orders *orders = bounce ? cache_find(&state->ftp, &pair->source) : NULL;
	if (!bounce) {
		blame_attacker(finding, &pair->source);
		finding_why(finding,
			    "All these probes come from it, and a program that wants a service "
			    "does not try every port.");
		finding_alternative(finding, "a scan that the owner of the network ordered", NULL);
	} else if (orders) {
		blame_attacker(finding, &orders->from);
		finding_why(finding,
			    "The FTP server only opens data connections where the client of its "
			    "control connection tells it to.");
		finding_evidence(finding, orders->first.packet, orders->first.time,
				 "the control connection");
	} else {
		blame_word(finding, PARTY_ATTACKER, "attacker:a client of the FTP server");
		finding_why(finding,
			    "The FTP server only opens data connections where a client tells it "
			    "to; that client is not in the trace.");
	}
}

static const char *way_of(enum probe_type type)
{
	static const char *const ways[PROBE_TYPES] = {
		[PROBE_SYN] = "connection requests",
		[PROBE_FIN] = "FIN alone",
		[PROBE_XMAS] = "FIN, PSH and URG without ACK",
		[PROBE_NULL] = "segments without flags",
		[PROBE_UDP] = "UDP",
	};
	return ways[type];
}

static void report(struct scan_state *state, const struct pair *pair,
		   const struct searched *searched)
{
	if (!is_scan(searched, pair->protocol))
		return;
	bool bounce = searched->from_ftp_data * 2 > searched->probes;
	enum probe_type type = main_type(searched);
	struct finding finding;
	finding_begin(&finding, &port_scan, NULL);
	finding_subject(&finding, &pair->source, &pair->target, 0, pair->protocol);
	finding.merge_key = pair->protocol;
	finding.sub_kind = bounce ? "ftp-bounce" : probe_type_name(type);
	finding.confidence = CONFIDENCE_LIKELY;
	finding.count = searched->probes;
	finding_count(&finding, "ports", searched->ports);
	finding_count(&finding, "probes", (double)searched->probes);
	finding_count(&finding, "failed", (double)searched->failed);
	finding_words(&finding, "way", "%s", bounce ? "as data connections of FTP" : way_of(type));
	finding_duration(&finding, "lasted", searched->last_time - searched->proof.first[0].time);
	finding_threshold(&finding, "threshold", UNIT_COUNT, state->ports);
	tell_open_ports(&finding, searched);
	name_scanner(state, &finding, pair, bounce);
	proof_give(&searched->proof, &finding, "a probe in vain");
	if (searched->open)
		finding_evidence(&finding, searched->first_open.packet, searched->first_open.time,
				 "a probe that was answered");
	concerned_submit(&searched->concerned, &finding, state->findings);
}

static void finish(struct searched *searched)
{
	free(searched->map);
	concerned_finish(&searched->concerned);
}

static void forget(void *user, const void *key, void *value)
{
	struct scan_state *state = user;
	struct searched *searched = value;
	report(state, key, searched);
	state->maps -= searched->map != NULL;
	state->listed -= (uint32_t)searched->concerned.count;
	finish(searched);
}

static void scan_begin(struct analysis_context *context)
{
	struct scan_state *state = context->state;
	cache_init(&state->pairs, PAIRS_REMEMBERED, sizeof(struct pair), sizeof(struct searched));
	state->pairs.forget = forget;
	state->pairs.user = state;
	cache_init(&state->ftp, SERVERS_REMEMBERED, sizeof(struct address), sizeof(struct orders));
	state->ports = (uint32_t)setting(context->settings, &port_scan, "ports");
	state->share = setting(context->settings, &port_scan, "share");
	state->time = setting_duration(context->settings, &port_scan, "time");
	state->findings = context->findings;
}

static void scan_finish(struct analysis_context *context)
{
	struct scan_state *state = context->state;
	const void *pair;
	const struct searched *searched;
	for (size_t at = 0; (searched = cache_next(&state->pairs, &at, &pair));)
		report(state, pair, searched);
}

static void scan_destroy(struct analysis_context *context)
{
	struct scan_state *state = context->state;
	const void *pair;
	struct searched *searched;
	for (size_t at = 0; (searched = cache_next(&state->pairs, &at, &pair));)
		finish(searched);
	cache_finish(&state->pairs);
	cache_finish(&state->ftp);
}

const struct analyzer security_scan_analyzer = {
	.name = "security-scan",
	.kinds = kinds,
	.state_size = sizeof(struct scan_state),
	.session_state_size = sizeof(struct probe_start),
	.wants = WANTS_NEW_SESSIONS | WANTS_ICMP,
	.begin = scan_begin,
	.observe = scan_observe,
	.session_end = scan_end,
	.finish = scan_finish,
	.destroy = scan_destroy,
};
