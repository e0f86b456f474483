/* Client Hellos that nobody answers. What they mean hangs on what works elsewhere in the trace, so they wait for
 * its end. tls/no-server-hello, tls/clienthello-cut, tls/sni-blocked. */
#include <stdlib.h>

#include "analyze/cache.h"
#include "analyze/tls_verdict.h"
#include "core/clock.h"
#include "core/hash.h"
#include "core/memory.h"
#include "decode/ip.h"
#include "session/hosts.h"

const struct finding_kind tls_no_server_hello = {
	.id = "tls/no-server-hello",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_MIDSTREAM | QUALITY_REORDERED,
	.weakened_by = QUALITY_LOSS,
	.title = "A TLS greeting got no answer",
	.say = "{tls_server} accepted the greeting of {tls_client} but never answered it ({waited}).",
	.meaning = "The Client Hello was confirmed in full, and the server's program sent nothing. Kind closed: it "
		   "closed at once without an alert.",
	.false_alarms = "A hello that did not arrive in full is tls/clienthello-cut; names that are cut while others "
			"pass are tls/sni-blocked; a client that closes early waits for nobody; where the recorder missed "
			"or cut what the server sent nothing is said.",
	.advice = { "Look at the log of the server: does it serve TLS on this port, and this name?" },
	.reference = "RFC 8446 4.1.3",
	.parameters = {
		{ .name = "wait", .unit = UNIT_SECONDS, .value = 5, .meaning = "without an answer" },
	},
};

const struct finding_kind tls_clienthello_cut = {
	.id = "tls/clienthello-cut",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_MIDSTREAM | QUALITY_REORDERED,
	.weakened_by = QUALITY_LOSS,
	.title = "Long TLS greetings do not get through",
	.say = "The long greeting ({length}) of {tls_client} breaks at {tls_server} or before it{short_ones}.",
	.meaning = "A Client Hello that takes more than one segment (post-quantum key shares add over a kilobyte) is "
		   "answered by a reset or a close within a round trip, or its second segment is never confirmed, while "
		   "short ones work.",
	.false_alarms = "Where no packet of full size gets through it is a path MTU problem, and that is told instead. "
			"Long hellos that work elsewhere to the same server acquit it.",
	.advice = { "Try with the post-quantum group (X25519MLKEM768) switched off; if that works, update the server "
		    "or the device before it." },
	.reference = "RFC 8446 4.1.2, 5.1; tldr.fail",
};

const struct finding_kind tls_sni_blocked = {
	.id = "tls/sni-blocked",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_MIDSTREAM | QUALITY_REORDERED,
	.weakened_by = QUALITY_LOSS,
	.title = "Connections that name a certain server are cut",
	.say = "Connections naming {name} are cut on the {side} side; other names at {tls_server} pass.",
	.meaning = "A Client Hello for one name is answered by a reset or by silence, again and again, and hellos for "
		   "other names to the same address work: something on the way reads the name.",
	.false_alarms = "A server that does not know the name closes or sends an alert; a reset by the server itself "
			"looks the same, so hop counts are compared.",
	.advice = { "Ask who runs proxies and filters on that side whether {name} is blocked." },
	.reference = "RFC 6066 3",
};

#define SERVERS_REMEMBERED 1024
#define OTHER_HOPS 3             /* routes change by one or two */
#define NAMES_REMEMBERED 4
#define SILENCES_MAX 64          /* that wait for the end; further ones count for those */

struct service { struct address address; uint8_t pad; uint16_t port; };

struct works {                   /* at one server */
	uint64_t names[NAMES_REMEMBERED];    /* hashes of names that were answered */
	unsigned count;
	bool short_hello, long_hello;
};

struct silence {                 /* one hello without an answer, ready to be told in one way or the other */
	struct finding finding;
	struct service service;
	uint64_t name;               /* hash; 0: none */
	bool cut, reset, silent, by_other;
	bool unconfirmed;            /* the hello may not have arrived: that alone is no silence of the server */
};

struct tls_silences {
	struct cache works;          /* struct service to struct works */
	struct silence *list;
	size_t count, capacity;
};

struct tls_silences *tls_silences_create(void)
{
	struct tls_silences *silences = memory_zeroed(1, sizeof *silences);
	cache_init(&silences->works, SERVERS_REMEMBERED, sizeof(struct service), sizeof(struct works));
	return silences;
}

void tls_silences_destroy(struct tls_silences *silences)
{
	if (!silences)
		return;
	cache_finish(&silences->works);
	free(silences->list);
	free(silences);
}

static struct service service_of(const struct session *session, const struct tls_story *story)
{
	const struct endpoint *end = &session->key.end[tls_server_of(story)];
	return (struct service){ end->address, 0, end->port };
}

static uint64_t name_of(const struct tls_story *story)
{
	size_t length = strlen(story->server_name);
	return length ? hash_bytes(story->server_name, length, 1) | 1 : 0;
}

/* The hello does not fit into one segment. */
static bool is_long(const struct session *session, const struct tls_story *story)
{
	const struct tcp_side *client = &session->tcp->side[story->client];
	uint32_t size = client->segment_maximum;
	uint16_t mss = session->tcp->side[tls_server_of(story)].mss;
	if (mss && mss < size)
		size = mss;
	return story->hello_length + 9 > size || story->cut_hello;
}

void tls_silences_answered(struct tls_silences *silences, const struct session *session,
			   const struct tls_story *story)
{
	struct service service = service_of(session, story);
	struct works *works = cache_enter(&silences->works, &service, NULL);
	uint64_t name = name_of(story);
	*(is_long(session, story) ? &works->long_hello : &works->short_hello) = true;
	for (unsigned i = 0; i < works->count; i++)
		if (works->names[i] == name)
			return;
	if (name && works->count < NAMES_REMEMBERED)
		works->names[works->count++] = name;
}

struct signs { bool long_hello, unconfirmed, repeated, closed, reset, early_close; int64_t waited; };

static struct signs read_signs(const struct tls_case *judged)
{
	const struct tls_story *story = judged->story;
	const struct tcp_session *tcp = judged->session->tcp;
	const struct tcp_side *client = &tcp->side[story->client], *server = &tcp->side[tls_server_of(story)];
	int64_t first = client->first_data_time;
	int64_t trip = tcp_round_trip(judged->session);
	struct signs signs = { .long_hello = is_long(judged->session, story) };
	signs.unconfirmed = client->ack_hi < story->hello_end;
	signs.repeated = client->repeated_segments >= 2;
	signs.reset = server->rst_seen;
	int64_t closed = server->rst_seen ? server->rst_time : server->fin_seen ? server->fin_first_time : 0;
	/* A client that closes first (an FTP client whose file does not exist) gets no answer, whatever the server does. */
	int64_t given_up = client->fin_seen ? client->fin_first_time : client->rst_seen ? client->rst_time : INT64_MAX;
	if (closed > given_up) {
		closed = 0;
		signs.reset = false;
	}
	signs.closed = closed != 0;
	signs.early_close = closed && closed - story->hello.time <= 2 * trip + 100 * MILLISECOND;
	int64_t end = closed ? closed : given_up < INT64_MAX ? given_up : judged->context->trace->last_time;
	signs.waited = end - first;
	return signs;
}

static void begin_silence(struct silence *silence, const struct tls_case *judged, const struct signs *signs)
{
	const struct tls_story *story = judged->story;
	const struct session *session = judged->session;
	const struct tcp_side *server = &session->tcp->side[tls_server_of(story)];
	struct finding *finding = &silence->finding;
	char waited[DURATION_TEXT_SIZE];
	finding_begin(finding, &tls_no_server_hello, session);
	tls_say_ends(finding, session, story);
	duration_text(signs->waited, waited);
	finding_words(finding, "waited", "%s", signs->closed ? signs->reset ? "it sent a reset" : "it closed" : waited);
	finding_number(finding, "length", UNIT_BYTES, story->hello_length, FACT_MAX);
	finding_duration(finding, "silence", signs->waited);
	tls_cite_hello(finding, story);
	if (server->rst_seen)
		finding_evidence(finding, server->rst_packet, server->rst_time, "reset instead of an answer");
	else if (server->fin_seen)
		finding_evidence(finding, server->fin_first_packet, server->fin_first_time,
				 "the server closes without an alert");
	else
		finding_evidence(finding, session->last_packet, session->last_time, "the last packet");
	silence->service = service_of(session, story);
	silence->name = name_of(story);
	silence->cut = signs->long_hello && (signs->early_close || (signs->unconfirmed && signs->repeated));
	silence->reset = signs->reset;
	silence->silent = !signs->closed;
	silence->by_other = server->rst_ttl_expected &&
			    hop_difference(server->rst_ttl, server->rst_ttl_expected) >= OTHER_HOPS;
	silence->unconfirmed = signs->unconfirmed && !signs->closed;
	finding->sub_kind = signs->closed ? "closed" : NULL;
	if (signs->closed) {
		blame_config(finding, session, tls_server_of(story));
		finding_why(finding, "It refuses the hello without saying why: often a name that it does not serve.");
		finding->confidence = CONFIDENCE_LIKELY;
	} else {
		const char *reason;
		blame_program(finding, session, tls_server_of(story));
		finding_why(finding, "Its stack confirmed the hello, so it arrived; the program did not answer.");
		if (session_vantage(judged->context->trace->sessions, session, tls_server_of(story), &reason) <
		    VANTAGE_AT)
			finding->confidence = CONFIDENCE_LIKELY;
	}
	if (silence->by_other) {
		blame_middlebox(finding, session, -1);
		finding_why(finding, "The reset has another hop count than the server's packets.");
	}
}

bool tls_silences_know(struct tls_silences *silences, const struct endpoint *server)
{
	struct service service = { server->address, 0, server->port };
	return cache_find(&silences->works, &service) != NULL;
}

void tls_silences_add(struct tls_silences *silences, const struct tls_case *judged)
{
	const struct tcp_side *server = &judged->session->tcp->side[tls_server_of(judged->story)];
	/* What it sent and the trace does not show, or only in part, may have been the answer. */
	if (server->snd_max - server->fin_seen > judged->story->server_before)
		return;
	const struct signs signs = read_signs(judged);
	int64_t wait = setting_duration(judged->context->settings, &tls_no_server_hello, "wait");
	bool unanswered = !signs.unconfirmed && !judged->story->cut_hello && !signs.closed && signs.waited >= wait;
	bool cut = signs.long_hello && (signs.early_close || (signs.unconfirmed && signs.repeated));
	bool dropped = signs.unconfirmed && signs.repeated && judged->story->server_name[0];
	if (!unanswered && !cut && !signs.closed && !dropped)
		return;
	if (silences->count == SILENCES_MAX)
		return;
	silences->list = memory_grow(silences->list, &silences->capacity, silences->count + 1,
				     sizeof *silences->list);
	struct silence *silence = &silences->list[silences->count++];
	*silence = (struct silence){ .name = 0 };
	begin_silence(silence, judged, &signs);
}

static bool knows(const struct works *works, uint64_t name)
{
	for (unsigned i = 0; works && i < works->count; i++)
		if (works->names[i] == name)
			return true;
	return false;
}

static void tell_cut(struct silence *silence, const struct works *works)
{
	struct finding *finding = &silence->finding;
	bool short_works = works && works->short_hello;
	finding->kind = &tls_clienthello_cut;
	finding->sub_kind = NULL;
	finding_words(finding, "short_ones", "%s", short_works ? "; short ones work" : "");
	finding->confidence = short_works ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	blame_word(finding, PARTY_NETWORK, "middlebox:server-side");
	finding_why(finding, "The hello takes more than one segment, and it fails where %s.",
		    short_works ? "short ones to the same server pass" : "only its size is unusual");
	finding_alternative(finding, "the server itself cannot read a hello in two parts", NULL);
}

static void tell_blocked(struct silence *silence)
{
	struct finding *finding = &silence->finding;
	finding->kind = &tls_sni_blocked;
	finding->sub_kind = silence->reset ? "reset" : "dropped";
	finding_words(finding, "side", "server's");
	finding->confidence = silence->by_other ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	blame_word(finding, PARTY_NETWORK, "middlebox:server-side");
	finding_why(finding, "The same server answers when it is asked for other names.%s",
		    silence->by_other ? " The reset has another hop count than the server's packets." : "");
	if (!silence->by_other)
		finding_alternative(finding, "the server itself refuses this name", NULL);
}

static void tell(struct tls_silences *silences, struct silence *silence, struct analysis_context *context)
{
	const struct works *works = cache_find(&silences->works, &silence->service);
	bool other_names = works && works->count > knows(works, silence->name);
	if (silence->cut && !(works && works->long_hello))
		tell_cut(silence, works);
	else if (silence->name && other_names && !knows(works, silence->name) &&
		 (silence->reset || silence->silent))
		tell_blocked(silence);
	else if (silence->unconfirmed)
		return;
	finding_submit(context->findings, &silence->finding);
}

void tls_silences_finish(struct tls_silences *silences, struct analysis_context *context)
{
	for (size_t i = 0; i < silences->count; i++)
		tell(silences, &silences->list[i], context);
}
