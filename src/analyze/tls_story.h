/* What is remembered of one TLS connection until it is known how it ended. */
#ifndef ANALYZE_TLS_STORY_H
#define ANALYZE_TLS_STORY_H

#include "analyze/analyzer.h"
#include "decode/tls.h"

struct tls_mark { uint64_t packet; int64_t time; };      /* packet 0: did not happen */

struct tls_alert { struct tls_mark at; uint8_t code, sender; };   /* sender: index in key.end */

struct tls_story {
	uint8_t client;              /* who said the Client Hello: index in key.end */
	bool complete;               /* the hello's lists are whole */
	bool plain;                  /* the server answered in words, not in TLS */
	bool empty_certificate;      /* the client answered the request with none */
	bool early;                  /* the hello came with early data */
	bool offers_weak_only;
	bool resumed, retried, psk;
	bool cut_hello;              /* the hello never came in full */
	bool datagram;               /* carried by datagrams: QUIC or DTLS, no TCP below */
	bool dtls;                   /* … DTLS: so its versions are called */
	bool went_on;                /* who sent a fatal alert went on with the handshake: it was not its own, or of an
				      * earlier try */
	bool gaps;                   /* records behind it are missing, or were recorded in the wrong order: what came
				      * first, or last, is not known */
	uint16_t minimum, maximum;   /* versions offered */
	uint16_t version, cipher;    /* chosen; 0: not yet */
	uint16_t alert_version;      /* of the record of the alert */
	uint32_t hello_length;
	uint64_t hello_end;          /* position of the hello's end in the client's bytes */
	uint64_t server_before;      /* position of the server before the hello */
	struct tls_mark hello, server_hello, certificate, server_done, certificate_request,
		client_certificate, client_finished, server_finished;
	struct tls_mark client_last, server_last;    /* records */
	struct tls_alert alert;      /* the first fatal one that could be read */
	uint32_t client_hidden, server_hidden;       /* encrypted records behind the hello */
	uint16_t client_lengths[2], server_lengths[4];       /* of the first of them */
	uint32_t server_after;       /* records of the server behind the client's Finished */
	uint16_t after_length;       /* of the first of those */
	struct tls_mark after;
	char server_name[128];
	char plain_text[TLS_PLAIN_SIZE];
	uint16_t ciphers[TLS_MAX_CIPHERS];
	uint16_t cipher_count;
	/* The server's certificate */
	bool chain_read, self_signed, in_order, rooted, name_asked, name_matches;
	uint32_t chain;
	int64_t not_before, not_after;
	char subject[64], issuer[64], names[128];
	int64_t other_not_after;     /* the earliest end of those that are not the leaf */
	char other_subject[64];
};

/* The story of a session, made with its first hello; NULL when there is none. `session_state` is a pointer to it,
 * NULL at first. */
struct tls_story *tls_story_hear(struct tls_story **story, const struct observation *observation,
				 const struct session_message *message);

static inline uint8_t tls_server_of(const struct tls_story *story)
{
	return story->client ^ 1;
}

/* Both ends finished the handshake as far as that can be seen from outside. */
bool tls_story_established(const struct tls_story *story);
/* A TLS 1.3 handshake that one end broke off with an alert that is encrypted, as far as lengths tell. Who:
 * index in key.end, or -1. */
int tls_story_hidden_refusal(const struct tls_story *story);

/* Facts {tls_client}, {tls_server}, {name}: addresses, and the name asked for. */
void tls_say_ends(struct finding *finding, const struct session *session, const struct tls_story *story);
/* Evidence: the hello. */
void tls_cite_hello(struct finding *finding, const struct tls_story *story);

#endif
