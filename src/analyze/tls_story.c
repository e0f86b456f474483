#include "analyze/tls_story.h"

#include <stdio.h>

#include "core/memory.h"
#include "decode/tls_names.h"

static struct tls_mark mark_of(const struct observation *observation)
{
	const struct record *record = observation->packet->record;
	return (struct tls_mark){ record->number, record->time };
}

static void note_once(struct tls_mark *mark, const struct observation *observation)
{
	if (!mark->packet)
		*mark = mark_of(observation);
}

/* Where it begins and ends among what its client sent. */
static void place_hello(struct tls_story *story, const struct observation *observation, uint8_t sender,
			const struct tls_facts *tls)
{
	const struct tcp_session *tcp = observation->session->tcp;
	const struct tcp_side *side = &tcp->side[sender];
	if (tls->part)
		story->hello = (struct tls_mark){ side->first_data_packet, side->first_data_time };
	else
		note_once(&story->hello, observation);
	story->hello_end = side->snd_max;
	story->server_before = tcp->side[sender ^ 1].snd_max;
}

/* What became of the try before does not matter any more. */
static void begin_try(struct tls_story *story, const struct observation *observation)
{
	story->hello = mark_of(observation);
	story->alert = (struct tls_alert){ .code = 0 };
	story->went_on = false;
}

static void take_hello(struct tls_story *story, const struct observation *observation, uint8_t sender,
		       const struct tls_facts *tls)
{
	const struct tls_client_hello *hello = tls->connection->client;
	story->client = sender;
	story->complete = hello->complete;
	story->cut_hello = tls->part;
	if (story->datagram)
		begin_try(story, observation);
	else
		place_hello(story, observation, sender, tls);
	story->hello_length = hello->length;
	story->minimum = hello->minimum;
	story->maximum = hello->maximum;
	story->early = hello->early_data;
	story->psk = hello->psk;
	story->retried = hello->retried;
	snprintf(story->server_name, sizeof story->server_name, "%.127s", hello->server_name);
	story->offers_weak_only = hello->cipher_count > 0;
	story->cipher_count = 0;
	for (unsigned i = 0; i < hello->cipher_count; i++) {
		if (tls_is_signal(hello->ciphers[i]))
			continue;
		story->ciphers[story->cipher_count++] = hello->ciphers[i];
		story->offers_weak_only = story->offers_weak_only && tls_suite_weakness(hello->ciphers[i]);
	}
}

static void take_certificates(struct tls_story *story, const struct tls_certificates *chain)
{
	const struct tls_certificate *leaf = &chain->list[0];
	story->chain = chain->count;
	if (!chain->kept || !leaf->readable)
		return;
	story->chain_read = true;
	story->self_signed = leaf->self_issued;
	story->in_order = chain->in_order;
	story->rooted = chain->list[chain->kept - 1].self_issued;
	story->name_asked = chain->name_asked;
	story->name_matches = chain->name_matches;
	story->not_before = leaf->not_before;
	story->not_after = leaf->not_after;
	snprintf(story->subject, sizeof story->subject, "%.63s", leaf->subject);
	snprintf(story->issuer, sizeof story->issuer, "%.63s", leaf->issuer);
	snprintf(story->names, sizeof story->names, "%.127s", chain->names);
	for (unsigned i = 1; i < chain->kept; i++) {
		const struct tls_certificate *other = &chain->list[i];
		if (!other->readable || (story->other_not_after && other->not_after >= story->other_not_after))
			continue;
		story->other_not_after = other->not_after;
		snprintf(story->other_subject, sizeof story->other_subject, "%.63s", other->subject);
	}
}

static void take_messages(struct tls_story *story, const struct observation *observation, uint8_t sender,
			  const struct tls_facts *tls)
{
	bool by_client = sender == story->client;
	for (unsigned i = 0; i < tls->message_count; i++) {
		switch (tls->messages[i]) {
		case TLS_SERVER_HELLO:
			if (tls->connection->server)
				note_once(&story->server_hello, observation);
			break;
		case TLS_CERTIFICATE:
			note_once(by_client ? &story->client_certificate : &story->certificate, observation);
			if (by_client)
				story->empty_certificate = tls->empty_certificate;
			else if (tls->connection->certificates)
				take_certificates(story, tls->connection->certificates);
			break;
		case TLS_CERTIFICATE_REQUEST:
			note_once(&story->certificate_request, observation);
			break;
		case TLS_SERVER_HELLO_DONE:
			note_once(&story->server_done, observation);
			break;
		default:
			break;
		}
	}
	if (tls->connection->server) {
		story->version = tls->connection->version;
		story->cipher = tls->connection->cipher;
		story->resumed = tls->connection->server->resumed;
	}
}

static void take_hidden(struct tls_story *story, const struct observation *observation, uint8_t sender,
			const struct tls_facts *tls)
{
	bool by_client = sender == story->client;
	if (tls->content_type == TLS_CHANGE_CIPHER_SPEC)
		return;
	if (by_client) {
		if (story->server_hello.packet) {
			if (story->client_hidden < 2)
				story->client_lengths[story->client_hidden] = tls->length;
			story->client_hidden++;
			note_once(&story->client_finished, observation);
		}
		return;
	}
	if (story->server_hidden < 4)
		story->server_lengths[story->server_hidden] = tls->length;
	story->server_hidden++;
	if (story->client_finished.packet && story->server_after++ == 0) {
		story->after_length = tls->length;
		story->after = mark_of(observation);
	}
	note_once(&story->server_finished, observation);
}

static void take_record(struct tls_story *story, const struct observation *observation,
			const struct session_message *message, const struct tls_facts *tls)
{
	uint8_t sender = message->direction;
	bool by_client = sender == story->client;
	if (tls->plain) {
		story->plain = story->plain || !by_client;
		if (!by_client)
			snprintf(story->plain_text, sizeof story->plain_text, "%s", tls->plain_text);
		return;
	}
	if (tls->cut)
		return;
	bool early = story->early && !story->retried;      /* a retry ends early data (RFC 8446 4.2.10) */
	bool swapped = by_client && tls->content_type == TLS_APPLICATION_DATA && !story->server_hello.packet &&
		       !early;
	story->gaps = story->gaps || tls->after_gap || swapped;
	*(by_client ? &story->client_last : &story->server_last) = mark_of(observation);
	take_messages(story, observation, sender, tls);
	bool goes_on = tls_says(tls, TLS_SERVER_HELLO) || (tls->encrypted && !tls->has_alert);
	if (story->datagram && story->alert.at.packet && sender == story->alert.sender && goes_on)
		story->went_on = true;
	if (tls->has_alert && tls->alert_level == 2 && tls->alert && !story->alert.at.packet) {
		story->alert = (struct tls_alert){ mark_of(observation), tls->alert, sender };
		story->alert_version = tls->version;
	}
	if (tls->encrypted)
		take_hidden(story, observation, sender, tls);
}

struct tls_story *tls_story_hear(struct tls_story **story, const struct observation *observation,
				 const struct session_message *message)
{
	const struct tls_facts *tls = tls_facts_in(message->decoder, message->facts);
	if (!tls || message->depth || !observation->session ||
	    (message->decoder == &tls_decoder && !observation->session->tcp))
		return NULL;
	bool hello = (tls_says(tls, TLS_CLIENT_HELLO) || tls->part) && tls->connection->client;
	/* With the end of a session only an unfinished hello is news. */
	if (!observation->packet && !tls->part)
		return *story;
	if (hello && (!*story || !(*story)->server_hello.packet)) {
		if (!*story)
			*story = memory_zeroed(1, sizeof **story);
		(*story)->datagram = !observation->session->tcp;
		(*story)->dtls = tls->connection->datagram;
		take_hello(*story, observation, message->direction, tls);
	}
	if (*story && observation->packet)
		take_record(*story, observation, message, tls);
	return *story;
}

/* The shortest Finished of TLS 1.3: header, 32 bytes of digest, type and tag. */
#define FINISHED_LEAST 45
#define ALERT_MOST 19            /* alert, type and tag */

bool tls_story_established(const struct tls_story *story)
{
	if (!story->version || !story->client_finished.packet || !story->server_finished.packet)
		return false;
	return story->version < TLS_1_3 || story->client_lengths[0] >= FINISHED_LEAST;
}

int tls_story_hidden_refusal(const struct tls_story *story)
{
	if (story->version < TLS_1_3 || !story->client_hidden || story->gaps)
		return -1;
	/* Where the Finished belongs stands something as short as an alert, and nothing behind it. */
	if (story->client_hidden == 1 && story->client_lengths[0] <= ALERT_MOST)
		return story->client;
	/* A server that got the Finished and has nothing to say but this. Tickets and answers are longer. */
	if (story->server_after == 1 && story->after_length <= ALERT_MOST && story->client_hidden <= 3 &&
	    story->client_lengths[0] >= FINISHED_LEAST &&
	    (story->client_hidden < 2 || story->client_lengths[1] > ALERT_MOST))
		return tls_server_of(story);
	return -1;
}

void tls_say_ends(struct finding *finding, const struct session *session, const struct tls_story *story)
{
	finding_address(finding, "tls_client", &session->key.end[story->client].address);
	finding_address(finding, "tls_server", &session->key.end[tls_server_of(story)].address);
	if (story->server_name[0])
		finding_words(finding, "name", "%.60s", story->server_name);
}

void tls_cite_hello(struct finding *finding, const struct tls_story *story)
{
	if (story->server_name[0])
		finding_evidence(finding, story->hello.packet, story->hello.time, "Client Hello for %.60s",
				 story->server_name);
	else
		finding_evidence(finding, story->hello.packet, story->hello.time, "Client Hello");
}
