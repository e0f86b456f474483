/* Why did a TLS connection fail? Remembers the story of each and decides at its end which finding it is. */
#include <stdlib.h>

#include "analyze/cache.h"
#include "analyze/tls_verdict.h"
#include "core/hash.h"
#include "core/memory.h"

#define SERVERS_REMEMBERED 1024
#define NAMES_REMEMBERED 1024
#define CHOICES 8

struct service { struct address address; uint8_t pad; uint16_t port; };
struct choices { uint16_t ciphers[CHOICES]; unsigned count; };

struct named { struct service service; uint32_t pad; uint64_t name; };
struct issuer { uint64_t issuer; struct address client; bool differs; };

struct failure_state {
	struct tls_silences *silences;
	struct cache choices;        /* struct service to struct choices: what servers chose */
	struct cache issuers;        /* struct named to struct issuer: who vouches for a name */
	struct cache lowest;         /* two addresses to the lowest version that worked between them */
};

struct failure_session {
	struct tls_story *story;
	struct tls_words *words;
	bool answered;
};

static void failure_begin(struct analysis_context *context)
{
	struct failure_state *state = context->state;
	state->silences = tls_silences_create();
	cache_init(&state->choices, SERVERS_REMEMBERED, sizeof(struct service), sizeof(struct choices));
	cache_init(&state->issuers, NAMES_REMEMBERED, sizeof(struct named), sizeof(struct issuer));
	cache_init(&state->lowest, SERVERS_REMEMBERED, 2 * sizeof(struct address), sizeof(uint16_t));
}

static void failure_destroy(struct analysis_context *context)
{
	struct failure_state *state = context->state;
	tls_silences_destroy(state->silences);
	cache_finish(&state->choices);
	cache_finish(&state->issuers);
	cache_finish(&state->lowest);
}

static struct service service_of(const struct session *session, const struct tls_story *story)
{
	const struct endpoint *end = &session->key.end[tls_server_of(story)];
	return (struct service){ end->address, 0, end->port };
}

static void learn_choice(struct failure_state *state, const struct session *session,
			 const struct tls_story *story)
{
	struct service service = service_of(session, story);
	struct choices *choices = cache_enter(&state->choices, &service, NULL);
	for (unsigned i = 0; i < choices->count; i++)
		if (choices->ciphers[i] == story->cipher)
			return;
	if (choices->count < CHOICES)
		choices->ciphers[choices->count++] = story->cipher;
}

static bool prefers_other(struct failure_state *state, const struct session *session,
			  const struct tls_story *story)
{
	struct service service = service_of(session, story);
	const struct choices *choices = cache_find(&state->choices, &service);
	if (!choices || !story->complete)
		return false;
	for (unsigned c = 0; c < choices->count; c++)
		for (unsigned i = 0; i < story->cipher_count; i++)
			if (story->ciphers[i] == choices->ciphers[c])
				return false;
	return choices->count > 0;
}

/* Notes who issued the certificate of a name; true when another client was shown another issuer. */
static bool learn_issuer(struct failure_state *state, const struct session *session,
			 const struct tls_story *story)
{
	struct named key = { service_of(session, story), 0,
		hash_bytes(story->server_name, strlen(story->server_name), 1) };
	uint64_t name = hash_bytes(story->issuer, strlen(story->issuer), 1);
	const struct address *client = &session->key.end[story->client].address;
	bool fresh;
	struct issuer *issuer = cache_enter(&state->issuers, &key, &fresh);
	if (fresh)
		*issuer = (struct issuer){ name, *client, false };
	return issuer->issuer != name && !address_equal(&issuer->client, client);
}

static uint16_t *lowest_between(struct failure_state *state, const struct session *session)
{
	struct address pair[2] = { session->key.end[0].address, session->key.end[1].address };
	return cache_enter(&state->lowest, pair, NULL);
}

static void failure_message(struct analysis_context *context, const struct observation *observation,
			    const struct session_message *message)
{
	struct failure_state *state = context->state;
	struct failure_session *own = context->session_state;
	if (!own)
		return;
	struct tls_story *story = tls_story_hear(&own->story, observation, message);
	if (!story || story->datagram || own->answered || !story->server_last.packet)
		return;
	own->answered = true;
	tls_silences_answered(state->silences, observation->session, story);
}

/* Words where a server expects TLS: only the first data of each end is looked at. */
static void failure_observe(struct analysis_context *context, const struct observation *observation)
{
	struct failure_state *state = context->state;
	struct failure_session *own = context->session_state;
	const struct session *session = observation->session;
	if (!own || !observation->segment->has_data || observation->segment->stray)
		return;
	uint64_t number = observation->packet->record->number;
	if (session->tcp->side[observation->direction].first_data_packet != number)
		return;
	bool by_client = observation->direction == session->client;
	if (!by_client) {
		if (own->words)
			tls_words_answer(own->words, observation->packet);
		return;
	}
	const struct endpoint *server = &session->key.end[session_server(session)];
	struct tls_words words = { .asked = "" };
	if (own->words || session->tcp->side[session_server(session)].first_data_packet ||
	    (!tls_is_port(server->port) && !tls_silences_know(state->silences, server)) ||
	    !tls_words_begin(&words, observation->packet))
		return;
	own->words = memory_allocate(sizeof *own->words);
	*own->words = words;
}

static bool has_closed(const struct session *session, uint8_t side)
{
	return session->tcp->side[side].fin_seen || session->tcp->side[side].rst_seen;
}

static void judge_quiet_end(const struct tls_case *judged)
{
	const struct tls_story *story = judged->story;
	const struct session *session = judged->session;
	bool established = tls_story_established(story);
	int refuser = tls_story_hidden_refusal(story);
	/* Where a record stands for an alert by its place, the order has to be right. */
	if (refuser >= 0 && has_closed(session, (uint8_t)refuser) &&
	    !(session->quality & QUALITY_REORDERED)) {
		tls_judge_hidden_alert(judged, (uint8_t)refuser);
		return;
	}
	if (!established && story->certificate_request.packet && story->client_certificate.packet &&
	    story->empty_certificate && !story->server_finished.packet &&
	    has_closed(session, tls_server_of(story)) &&
	    !(session->quality & (QUALITY_LOSS | QUALITY_ONE_WAY))) {
		tls_judge_client_certificate(judged, false);
		return;
	}
	if (story->certificate.packet)
		tls_judge_certificate(judged, !established && has_closed(session, story->client) &&
				      !story->client_finished.packet);
}

/* Silence proves nothing here: flights are sent again until they are answered, and nobody acknowledges them; and
 * nothing shows that an end closed but its alert. */
static void judge_datagrams(const struct tls_case *judged)
{
	const struct tls_story *story = judged->story;
	if (story->alert.at.packet && !story->went_on)
		tls_judge_alert(judged);
	else if (story->certificate.packet)
		tls_judge_certificate(judged, false);
}

static void judge(struct analysis_context *context, const struct session *session, const struct tls_story *story)
{
	struct failure_state *state = context->state;
	struct tls_case judged = { .context = context, .session = session, .story = story };
	uint16_t *lowest = lowest_between(state, session);
	judged.server_prefers_other = prefers_other(state, session, story);
	judged.other_issuer = story->chain_read && learn_issuer(state, session, story);
	judged.lower_works = !story->datagram && *lowest && *lowest < story->maximum;
	if (story->cipher && !story->alert.at.packet)
		learn_choice(state, session, story);
	if (!story->datagram && tls_story_established(story) && (!*lowest || story->version < *lowest))
		*lowest = story->version;
	if (story->datagram)
		judge_datagrams(&judged);
	else if (story->plain)
		tls_judge_words(&judged);
	else if (story->alert.at.packet)
		tls_judge_alert(&judged);
	else if (!story->server_last.packet)
		tls_silences_add(state->silences, &judged);
	else
		judge_quiet_end(&judged);
}

static void failure_end(struct analysis_context *context, const struct session *session,
			const struct observation *last)
{
	struct failure_session *own = context->session_state;
	(void)last;
	if (!own)
		return;
	if (own->story)
		judge(context, session, own->story);
	if (own->words && !own->story)
		tls_judge_wrong_port(context, session, own->words);
	free(own->story);
	free(own->words);
	*own = (struct failure_session){ NULL };
}

static void failure_finish(struct analysis_context *context)
{
	struct failure_state *state = context->state;
	tls_silences_finish(state->silences, context);
}

static const struct finding_kind *const kinds[] = {
	&tls_fatal_alert, &tls_version_mismatch, &tls_no_common_cipher, &tls_client_cert_required,
	&tls_cert_expired, &tls_cert_name_mismatch, &tls_cert_untrusted, &tls_no_server_hello,
	&tls_clienthello_cut, &tls_sni_blocked, &tls_plaintext, NULL };

const struct analyzer tls_failure_analyzer = {
	.name = "tls-failure",
	.kinds = kinds,
	.state_size = sizeof(struct failure_state),
	.session_state_size = sizeof(struct failure_session),
	.wants = WANTS_TCP,
	.hears = tls_carriers,
	.begin = failure_begin,
	.message = failure_message,
	.observe = failure_observe,
	.session_end = failure_end,
	.finish = failure_finish,
	.destroy = failure_destroy,
};
