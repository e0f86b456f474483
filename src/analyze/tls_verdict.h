/* The findings about one failed TLS connection. Each file knows some kinds; analyze/tls_failure.c decides which
 * one it is, so that there is exactly one root. */
#ifndef ANALYZE_TLS_VERDICT_H
#define ANALYZE_TLS_VERDICT_H

#include "analyze/tls_story.h"

extern const struct finding_kind tls_fatal_alert, tls_version_mismatch, tls_no_common_cipher,
	tls_client_cert_required, tls_cert_expired, tls_cert_name_mismatch, tls_cert_untrusted,
	tls_no_server_hello, tls_clienthello_cut, tls_sni_blocked, tls_plaintext;

struct tls_case {                /* what a verdict looks at */
	struct analysis_context *context;
	const struct session *session;
	const struct tls_story *story;
	bool server_prefers_other;   /* what this server chose with others is not in the hello */
	bool other_issuer;           /* another client got this name's certificate from somebody else */
	bool lower_works;            /* a lower version works between the two */
};

/* An alert that could be read, or one whose record gives it away. */
void tls_judge_alert(const struct tls_case *judged);
void tls_judge_hidden_alert(const struct tls_case *judged, uint8_t sender);
/* The server's certificate: true if it is wrong. `refused`: the client broke off because of it. Submits when
 * something is wrong. */
bool tls_judge_certificate(const struct tls_case *judged, bool refused);
/* The client does not trust the issuer. */
void tls_judge_trust(const struct tls_case *judged);
/* The client's certificate is missing, or (`rejected`) was not good enough. */
void tls_judge_client_certificate(const struct tls_case *judged, bool rejected);
/* A hello answered in words. */
void tls_judge_words(const struct tls_case *judged);

/* The first words of a client where a server expects TLS. */
struct tls_words {
	struct tls_mark at, answered;
	char asked[24];              /* printable */
	uint8_t answer[12];          /* the server's first bytes */
};
/* True if the client's first data reads as words that TLS servers choke on. */
bool tls_words_begin(struct tls_words *words, const struct packet *packet);
void tls_words_answer(struct tls_words *words, const struct packet *packet);
void tls_judge_wrong_port(struct analysis_context *context, const struct session *session,
			  const struct tls_words *words);

/* Hellos without any answer wait for the end of the trace: only then it is known what works. */
struct tls_silences;
struct tls_silences *tls_silences_create(void);
void tls_silences_destroy(struct tls_silences *silences);       /* NULL is fine */
/* A hello that got an answer: its server, name and length. */
void tls_silences_answered(struct tls_silences *silences, const struct session *session,
			   const struct tls_story *story);
/* Did this server ever answer a hello? */
bool tls_silences_know(struct tls_silences *silences, const struct endpoint *server);
/* A hello that got none. */
void tls_silences_add(struct tls_silences *silences, const struct tls_case *judged);
void tls_silences_finish(struct tls_silences *silences, struct analysis_context *context);

#endif
