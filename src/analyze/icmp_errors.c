/* What do ICMP errors complain about? icmp/port-unreachable, icmp/unreachable, icmp/prohibited. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "analyze/rate.h"
#include "core/hash.h"
#include "decode/decoder.h"
#include "decode/ip.h"

#define COMPLAINTS_REMEMBERED 1024
#define SENDERS_REMEMBERED 512
/* Programs that look for a way to each other (calls, games, file sharing) try several addresses and
 * ports, most of them in vain, and QUIC falls back to TCP: only their persistence is a sign. */
#define TRIES_OF_A_PEER 5
#define QUIC_PORT 443
#define TTL_OF_TRACEROUTE 30     /* its packets are sent with less; nobody else's are */
enum { TRACEROUTE_FIRST_PORT = 33434, TRACEROUTE_LAST_PORT = 33434 + 30 * 16 };

static const struct finding_kind port_unreachable = {
	.id = "icmp/port-unreachable",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVER,
	.title = "No program listens on this UDP port",
	.say = "{server} has no program on UDP port {server_port} ({service}): it says so to {client} in "
	       "{errors|answer|answers}.",
	.meaning = "The host answered a request with ICMP port unreachable: it is up, its address is right, and "
		   "nothing on it listens on that port.",
	.false_alarms = "An answer that comes after the client stopped waiting is refused in the same way, by "
			"the client: only requests count. Left out are the last step of traceroute, "
			"discovery that asks everybody, and scanners. When the request is not in the "
			"trace, or a single one for no known service, it is worth a note only.",
	.advice = { "Start the service on {server}, or see on which port and address it listens.",
		    "If it runs, look for a host firewall that rejects in its name." },
	.reference = "RFC 792; RFC 4443 3.1; RFC 1122 4.1.3.1",
	.beyond = "The same error about many ports of one host is told as one, so all of them are part of it.",
	.parameters = {
		{ .name = "scan", .unit = UNIT_COUNT, .value = 10,
		  .meaning = "closed ports met by one host that make it a scanner" },
	},
};

static const struct finding_kind unreachable = {
	.id = "icmp/unreachable",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.title = "A router has no way to the destination",
	.say = "{router} says that it has no way to {server} ({what}): {errors|packet|packets} of {client} "
	       "thrown away.",
	.meaning = "A router reports that it cannot deliver packets: it knows no route (net unreachable), or "
		   "nobody answers for the host on the last network (host unreachable).",
	.false_alarms = "A single report may come from a route that is just changing, and a destination that "
			"answers at other times is only a warning. Hosts that try many addresses of one "
			"subnet search for hosts.",
	.advice = { "Look at the routing table of {router} for {server}.",
		    "If it is the last router: is {server} up, does it answer ARP there?" },
	.reference = "RFC 792; RFC 1812 5.2.7.1; RFC 4443 3.1",
	.beyond = "The same error about many hosts is told as one, so all of them are part of it.",
	.parameters = {
		{ .name = "errors", .unit = UNIT_COUNT, .value = 2, .meaning = "reports about one destination" },
		{ .name = "scan", .unit = UNIT_COUNT, .value = 10,
		  .meaning = "unreachable addresses in one subnet that make a search" },
	},
};

static const struct finding_kind prohibited = {
	.id = "icmp/prohibited",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVICE,
	.title = "A firewall forbids this traffic",
	.say = "{router} forbids {protocol} from {client} to {server} port {server_port} ({errors|packet|packets} "
	       "rejected).",
	.meaning = "A router or host reports that a filter rule rejected packets (communication "
		   "administratively prohibited).",
	.false_alarms = "A single report may come from rules that are just being loaded. A scanner meets such "
			"rules everywhere.",
	.advice = { "Ask for a rule on {router} that allows this traffic, if it should be allowed.",
		    "Otherwise stop {client} from trying." },
	.reference = "RFC 1812 5.2.7.1; RFC 4443 3.1",
	.parameters = {
		{ .name = "errors", .unit = UNIT_COUNT, .value = 2, .meaning = "reports about one service" },
		{ .name = "scan", .unit = UNIT_COUNT, .value = 10,
		  .meaning = "forbidden services met by one host that make it a scanner" },
	},
};

enum group { GROUP_NONE, GROUP_PORT, GROUP_UNREACHABLE, GROUP_PROHIBITED };

struct complaint_key {           /* cleared before it is filled */
	struct address client, server, router;
	uint8_t group, protocol;
	uint16_t port;
};

struct complaint {
	uint8_t type, code, version;
	uint64_t matched;        /* the trace holds the conversation that is complained about */
	bool answered;           /* the destination sends in that conversation, too */
	bool of_peers;           /* UDP to a port of no known service */
	struct sample request;   /* first packet of that conversation */
	uint32_t session_number;
	uint8_t session_kind;
	struct proof proof;
};

struct sender_key { struct address client; uint8_t group; };

struct sender {                  /* whose packets are complained about */
	struct spread targets;   /* addresses and ports */
	struct spread subnets;   /* /24 or /64 */
	struct sample first, last;
	struct address server, router;   /* of the first */
	uint8_t protocol;
	uint16_t port;
};

struct errors_state {
	struct cache complaints; /* struct complaint_key to struct complaint */
	struct cache senders;    /* struct sender_key to struct sender */
	uint64_t unreachable_least, prohibited_least;
	uint32_t scan[4];        /* by enum group */
};

static void errors_begin(struct analysis_context *context)
{
	struct errors_state *state = context->state;
	const struct settings *settings = context->settings;
	cache_init(&state->complaints, COMPLAINTS_REMEMBERED, sizeof(struct complaint_key),
		   sizeof(struct complaint));
	cache_init(&state->senders, SENDERS_REMEMBERED, sizeof(struct sender_key), sizeof(struct sender));
	state->unreachable_least = (uint64_t)setting(settings, &unreachable, "errors");
	state->prohibited_least = (uint64_t)setting(settings, &prohibited, "errors");
	state->scan[GROUP_PORT] = (uint32_t)setting(settings, &port_unreachable, "scan");
	state->scan[GROUP_UNREACHABLE] = (uint32_t)setting(settings, &unreachable, "scan");
	state->scan[GROUP_PROHIBITED] = (uint32_t)setting(settings, &prohibited, "scan");
}

static enum group group_of(const struct icmp_header *icmp)
{
	static const uint8_t ipv4[16] = { GROUP_UNREACHABLE, GROUP_UNREACHABLE, GROUP_NONE, GROUP_PORT,
		GROUP_NONE, GROUP_NONE, GROUP_UNREACHABLE, GROUP_UNREACHABLE, GROUP_NONE,
		GROUP_PROHIBITED, GROUP_PROHIBITED, GROUP_UNREACHABLE, GROUP_UNREACHABLE,
		GROUP_PROHIBITED, GROUP_NONE, GROUP_NONE };
	static const uint8_t ipv6[8] = { GROUP_UNREACHABLE, GROUP_PROHIBITED, GROUP_NONE,
		GROUP_UNREACHABLE, GROUP_PORT, GROUP_PROHIBITED, GROUP_PROHIBITED, GROUP_NONE };
	if (icmp->version == 4 && icmp->type == 3 && icmp->code < 16)
		return ipv4[icmp->code];
	if (icmp->version == 6 && icmp->type == 1 && icmp->code < 8)
		return ipv6[icmp->code];
	return GROUP_NONE;
}

static const char *words_of(const struct complaint *complaint)
{
	static const char *const ipv4[13] = { "net unreachable", "host unreachable", NULL, NULL, NULL, NULL,
		"net unknown", "host unknown", NULL, NULL, NULL, "net unreachable for this service",
		"host unreachable for this service" };
	if (complaint->version == 6)
		return complaint->code == 0 ? "no route" : "address unreachable";
	return complaint->code < 13 && ipv4[complaint->code] ? ipv4[complaint->code] : "unreachable";
}

/* Requests that ask everybody whether they have a service: to be refused is an ordinary answer. */
static bool is_discovery(uint16_t port)
{
	static const uint16_t ports[] = { 137, 138, 427, 1900, 3702, 5353, 5355 };
	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
		if (ports[i] == port)
			return true;
	return false;
}

/* Whether a refused datagram was an answer, which nobody waited for any more. */
static bool was_answer(const struct icmp_quote *quote, const struct session *session)
{
	if (session)
		return address_equal(&session->key.end[session_server(session)].address, &quote->source) &&
		       session->key.end[session_server(session)].port == quote->source_port;
	return service_name(quote->protocol, quote->source_port) &&
	       !service_name(quote->protocol, quote->destination_port);
}

static bool was_traceroute(const struct icmp_quote *quote, const struct session *session)
{
	if (quote->destination_port >= TRACEROUTE_FIRST_PORT &&
	    quote->destination_port <= TRACEROUTE_LAST_PORT)
		return true;
	return session && session->side[session->client].ttl_max <= TTL_OF_TRACEROUTE;
}

static bool is_of_interest(enum group group, const struct icmp_quote *quote,
			   const struct session *session)
{
	if (group == GROUP_NONE || !quote->present || address_is_multicast(&quote->destination) ||
	    address_is_broadcast(&quote->destination))
		return false;
	if (group != GROUP_PORT)
		return !was_answer(quote, session) || !quote->has_ports;
	/* A refused SYN is tcp/syn-refused. */
	return quote->has_ports && quote->protocol == IP_PROTOCOL_UDP &&
	       !is_discovery(quote->destination_port) && !was_answer(quote, session) &&
	       !was_traceroute(quote, session);
}

static void note_sender(struct errors_state *state, const struct packet *packet, enum group group)
{
	const struct icmp_quote *quote = &packet->icmp->quote;
	struct sender_key key;
	memset(&key, 0, sizeof key);
	key.client = quote->source;
	key.group = (uint8_t)group;
	struct sender *sender = cache_enter(&state->senders, &key, NULL);
	sender->last = (struct sample){ packet->record->number, packet->record->time };
	if (!sender->first.packet) {
		sender->first = sender->last;
		sender->server = quote->destination;
		sender->router = packet->ip->source;
		sender->protocol = quote->protocol;
		sender->port = quote->destination_port;
	}
	uint64_t port = group == GROUP_UNREACHABLE ? 0 : quote->destination_port;
	size_t subnet = quote->version == 4 ? 3 : 8;
	spread_add(&sender->targets, hash_bytes(&quote->destination, sizeof quote->destination, port));
	spread_add(&sender->subnets, hash_bytes(quote->destination.bytes, subnet, 0));
}

static void errors_observe(struct analysis_context *context, const struct observation *observation)
{
	struct errors_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct icmp_header *icmp = packet->icmp;
	enum group group = group_of(icmp);
	if (group == GROUP_NONE)
		return;
	const struct icmp_quote *quote = &icmp->quote;
	const struct session *session = session_table_quoted(context->trace->sessions, packet);
	if (!is_of_interest(group, quote, session))
		return;
	note_sender(state, packet, group);
	struct complaint_key key;
	memset(&key, 0, sizeof key);
	key.client = quote->source;
	key.server = quote->destination;
	key.router = packet->ip->source;
	key.group = (uint8_t)group;
	if (group != GROUP_UNREACHABLE) {
		key.protocol = quote->protocol;
		key.port = quote->destination_port;
	}
	struct complaint *complaint = cache_enter(&state->complaints, &key, NULL);
	complaint->type = icmp->type;
	complaint->code = icmp->code;
	complaint->version = icmp->version;
	complaint->of_peers = quote->protocol == IP_PROTOCOL_UDP && quote->has_ports &&
			      !service_name(quote->protocol, quote->destination_port);
	proof_add(&complaint->proof, packet);
	if (!session)
		return;
	if (!complaint->matched++) {
		complaint->request = (struct sample){ session->first_packet, session->first_time };
		complaint->session_kind = session->kind;
		complaint->session_number = session->number;
	}
	complaint->answered |= session->side[session_server(session)].packets > 0;
}

/* Many targets: of ports always a scan, of addresses when they lie in few subnets. */
static bool is_scan(const struct errors_state *state, enum group group, const struct sender *sender)
{
	if (sender->targets.count < state->scan[group])
		return false;
	return group != GROUP_UNREACHABLE || sender->targets.count >= 4 * sender->subnets.count;
}

static const struct finding_kind *kind_of(enum group group)
{
	return group == GROUP_PORT ? &port_unreachable
		: group == GROUP_PROHIBITED ? &prohibited : &unreachable;
}

static void report_scan(struct analysis_context *context, const struct sender_key *key,
			const struct sender *sender)
{
	struct finding finding;
	finding_begin(&finding, kind_of((enum group)key->group), NULL);
	finding_subject(&finding, &key->client, &sender->server, sender->port, sender->protocol);
	finding.service = service_name(sender->protocol, sender->port);
	finding_address(&finding, "router", &sender->router);
	finding.severity = SEVERITY_NOTICE;
	finding.sub_kind = "scan";
	finding.say = "{client} tried more than {targets} destinations that refuse or do not exist: it searches "
		      "the network.";
	finding_count(&finding, "targets", sender->targets.count - 1);
	char host[ADDRESS_TEXT_SIZE];
	blame_word(&finding, PARTY_CLIENT, "config:%s", address_text(&key->client, host));
	finding.confidence = CONFIDENCE_LIKELY;
	finding_why(&finding, "The destinations are many; the one who tries them all is the same.");
	finding_evidence(&finding, sender->first.packet, sender->first.time, "the first refusal");
	finding_evidence(&finding, sender->last.packet, sender->last.time, "the last refusal");
	finding_submit(context->findings, &finding);
}

static void name_blame(struct finding *finding, const struct complaint_key *key)
{
	char router[ADDRESS_TEXT_SIZE];
	address_text(&key->router, router);
	bool itself = address_equal(&key->router, &key->server);
	if (key->group == GROUP_PORT) {
		blame_word(finding, PARTY_SERVER, "server");
		finding_why(finding, itself ? "The host itself says that nothing listens there."
					    : "%s says in its name that nothing listens there.", router);
	} else if (key->group == GROUP_UNREACHABLE) {
		blame_word(finding, PARTY_NETWORK, "net:server-side");
		finding_why(finding, "%s threw the packets away and says why.", router);
	} else if (itself) {
		blame_word(finding, PARTY_SERVER, "config:%s", router);
		finding_why(finding, "The destination itself rejects them: its own firewall does.");
	} else {
		blame_word(finding, PARTY_NETWORK, "middlebox:server-side");
		finding_why(finding, "%s rejects them and says so.", router);
	}
}

static void weigh(struct finding *finding, const struct analysis_context *context,
		  const struct complaint_key *key, const struct complaint *complaint)
{
	const struct errors_state *state = context->state;
	uint64_t count = complaint->proof.total;
	const struct host *server = session_table_host(context->trace->sessions, &key->server);
	if (key->group == GROUP_PORT) {
		bool known = service_name(key->protocol, key->port) && key->port != QUIC_PORT;
		if (complaint->answered || (count < TRIES_OF_A_PEER && !known))
			finding->severity = SEVERITY_NOTICE;
	} else if (key->group == GROUP_UNREACHABLE) {
		if (count < (complaint->of_peers ? TRIES_OF_A_PEER : state->unreachable_least))
			finding->severity = SEVERITY_NOTICE;
		else if (server && server->seen_sending)
			finding->severity = SEVERITY_WARNING;
	} else if (count < state->prohibited_least) {
		finding->severity = SEVERITY_NOTICE;
	}
	if (!complaint->matched) {
		finding->confidence = CONFIDENCE_POSSIBLE;
		if (finding->severity > SEVERITY_NOTICE)
			finding->severity--;
		finding_alternative(finding, "the packet that it quotes is not in the trace: the error may be "
				    "forged, or about something else", NULL);
	}
}

static void report_complaint(struct analysis_context *context, const struct complaint_key *key,
			     const struct complaint *complaint)
{
	struct finding finding;
	finding_begin(&finding, kind_of((enum group)key->group), NULL);
	finding_subject(&finding, &key->client, &key->server, key->port, key->protocol);
	finding.service = service_name(key->protocol, key->port);
	finding.session_kind = complaint->session_kind;
	finding.session_number = complaint->session_number;
	finding.count = complaint->proof.total;
	finding.cost = proof_span(&complaint->proof);
	finding_count(&finding, "errors", (double)complaint->proof.total);
	finding_address(&finding, "router", &key->router);
	if (key->group == GROUP_UNREACHABLE)
		finding_words(&finding, "what", "%s", words_of(complaint));
	name_blame(&finding, key);
	weigh(&finding, context, key, complaint);
	if (complaint->request.packet)
		finding_evidence(&finding, complaint->request.packet, complaint->request.time,
				 "the first packet of the conversation");
	proof_give(&complaint->proof, &finding, "the ICMP error");
	finding_submit(context->findings, &finding);
}

static void errors_finish(struct analysis_context *context)
{
	struct errors_state *state = context->state;
	size_t at = 0;
	const void *found;
	const struct complaint *complaint;
	while ((complaint = cache_next(&state->complaints, &at, &found))) {
		const struct complaint_key *key = found;
		struct sender_key from;
		memset(&from, 0, sizeof from);
		from.client = key->client;
		from.group = key->group;
		const struct sender *sender = cache_find(&state->senders, &from);
		if (!sender || !is_scan(state, (enum group)key->group, sender))
			report_complaint(context, key, complaint);
	}
	const struct sender *sender;
	for (at = 0; (sender = cache_next(&state->senders, &at, &found));) {
		const struct sender_key *key = found;
		if (is_scan(state, (enum group)key->group, sender))
			report_scan(context, key, sender);
	}
}

static void errors_destroy(struct analysis_context *context)
{
	struct errors_state *state = context->state;
	cache_finish(&state->complaints);
	cache_finish(&state->senders);
}

static const struct finding_kind *const kinds[] = { &port_unreachable, &prohibited, &unreachable, NULL };

const struct analyzer icmp_errors_analyzer = {
	.name = "icmp-errors",
	.kinds = kinds,
	.state_size = sizeof(struct errors_state),
	.wants = WANTS_ICMP,
	.begin = errors_begin,
	.observe = errors_observe,
	.finish = errors_finish,
	.destroy = errors_destroy,
};
