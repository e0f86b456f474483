/* One end speaks TLS, the other does not. tls/plaintext-on-tls-port. */
#include <ctype.h>
#include <stdio.h>

#include "analyze/tls_verdict.h"

const struct finding_kind tls_plaintext = {
	.id = "tls/plaintext-on-tls-port",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_MIDSTREAM | QUALITY_REORDERED,
	.title = "One end speaks TLS, the other does not",
	.say = "{tls_client} speaks plain {protocol_name} to a TLS port of {tls_server}.",
	.meaning = "The client's first bytes are words where the server expects TLS, and the server refuses them. Kind "
		   "tls-to-plain: a Client Hello to a service that does not speak TLS, which answers in words.",
	.false_alarms = "STARTTLS begins in words on purpose; a server that answers the words with success simply "
			"does not speak TLS on that port, and a proxy is asked in words first.",
	.advice = { "Correct the address in the client: the port, or http instead of https and the other way "
		    "round." },
	.reference = "RFC 9110 4.2",
};

static bool is_word(const struct cursor *in)
{
	for (size_t i = 0; i < 4; i++)
		if (!isupper(in->next[i]) && !(i == 3 && in->next[i] == ' '))
			return false;
	return true;
}

bool tls_words_begin(struct tls_words *words, const struct packet *packet)
{
	const struct cursor *in = &packet->payload;
	static const char connect[] = "CONNECT ";
	if (in->captured < 8 || !is_word(in) || memcmp(in->next, connect, sizeof connect - 1) == 0)
		return false;
	words->at = (struct tls_mark){ packet->record->number, packet->record->time };
	for (size_t i = 0; i + 1 < sizeof words->asked && i < in->captured && isprint(in->next[i]); i++)
		words->asked[i] = (char)in->next[i];
	return true;
}

void tls_words_answer(struct tls_words *words, const struct packet *packet)
{
	const struct cursor *in = &packet->payload;
	size_t length = in->captured < sizeof words->answer ? in->captured : sizeof words->answer;
	words->answered = (struct tls_mark){ packet->record->number, packet->record->time };
	memcpy(words->answer, in->next, length);
}

static const char *protocol_of(const char *asked)
{
	static const struct { const char *word, *protocol; } words[] = {
		{ "GET ", "HTTP" }, { "POST", "HTTP" }, { "HEAD", "HTTP" }, { "PUT ", "HTTP" },
		{ "OPTI", "HTTP" }, { "PRI ", "HTTP/2" }, { "EHLO", "SMTP" }, { "HELO", "SMTP" },
		{ "USER", "FTP or POP" }, { "CAPA", "POP" },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strncmp(asked, words[i].word, 4) == 0)
			return words[i].protocol;
	return "text";
}

void tls_judge_wrong_port(struct analysis_context *context, const struct session *session,
			  const struct tls_words *words)
{
	const struct tcp_side *server = &session->tcp->side[session_server(session)];
	const uint8_t *answer = words->answer;
	bool refused = memcmp(answer, "HTTP/1.", 7) == 0 && answer[8] == ' ' && answer[9] == '4';
	bool alert = answer[0] == TLS_ALERT && answer[1] == 3;
	bool closed = !words->answered.packet && (server->rst_seen || server->fin_seen) && !server->data_segments;
	struct finding finding;
	if (!refused && !alert && !closed)
		return;
	finding_begin(&finding, &tls_plaintext, session);
	finding_address(&finding, "tls_client", &session->key.end[session->client].address);
	finding_address(&finding, "tls_server", &session->key.end[session_server(session)].address);
	finding_words(&finding, "protocol_name", "%s", protocol_of(words->asked));
	finding.confidence = closed ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY;
	blame_config(&finding, session, session->client);
	finding_why(&finding, "It speaks another protocol than the server of this port.");
	finding_evidence(&finding, words->at.packet, words->at.time, "\"%s\" in the clear", words->asked);
	if (words->answered.packet)
		finding_evidence(&finding, words->answered.packet, words->answered.time, "%s",
				 alert ? "the server answers with a TLS alert" : "the server refuses it");
	finding_submit(context->findings, &finding);
}

void tls_judge_words(const struct tls_case *judged)
{
	const struct tls_story *story = judged->story;
	struct finding finding;
	finding_begin(&finding, &tls_plaintext, judged->session);
	tls_say_ends(&finding, judged->session, story);
	finding.sub_kind = "tls-to-plain";
	finding.say = "{tls_client} speaks TLS to {tls_server} port {server_port}, where the server answers in words: "
		      "\"{words}\".";
	finding_words(&finding, "words", "%.40s", story->plain_text);
	finding_words(&finding, "protocol_name", "%s", "text");
	finding.confidence = CONFIDENCE_CERTAIN;
	blame_config(&finding, judged->session, story->client);
	finding_why(&finding, "It speaks TLS to a service that does not.");
	tls_cite_hello(&finding, story);
	const struct tcp_side *server = &judged->session->tcp->side[tls_server_of(story)];
	finding_evidence(&finding, server->first_data_packet, server->first_data_time, "\"%.60s\"",
			 story->plain_text);
	finding_submit(judged->context->findings, &finding);
}
