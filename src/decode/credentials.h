/* Who logs in: gathered by decoders from a command or from SASL (RFC 4422), and handed out in the facts of the
 * answer that decides. Secrets are never kept, only hashes of them. */
#ifndef DECODE_CREDENTIALS_H
#define DECODE_CREDENTIALS_H

#include "decode/decoder.h"

enum login_outcome { LOGIN_NONE, LOGIN_REFUSED, LOGIN_ACCEPTED };

#define CREDENTIAL_NAME 48

struct credentials {
	uint8_t outcome;             /* enum login_outcome: what the server said; NONE while it has not */
	bool readable;               /* the secret crossed the network as it is */
	uint8_t name_length;
	char name[CREDENTIAL_NAME];  /* of the user, cut to what fits; empty: unknown */
	uint64_t user, secret;       /* hashes of the whole, 0: unknown */
	uint64_t packet;             /* that brought the secret, or asked to log in */
	int64_t time;
};

enum sasl_mechanism { SASL_NONE, SASL_PLAIN, SASL_LOGIN, SASL_OTHER };

struct sasl {
	uint8_t mechanism;           /* enum sasl_mechanism; NONE: nobody is logging in */
	uint8_t steps;               /* lines of the client so far */
};

void credentials_name(struct credentials *credentials, struct cursor name);
void credentials_secret(struct credentials *credentials, const struct stream *stream, struct cursor secret);

/* "PLAIN" or another mechanism, and behind it perhaps the client's first line. */
void sasl_begin(struct sasl *sasl, struct credentials *credentials, const struct stream *stream,
		struct cursor text);
/* A line of the client, in base64. */
void sasl_line(struct sasl *sasl, struct credentials *credentials, const struct stream *stream,
	       struct cursor text);
/* The server has decided: the credentials with the outcome go to the facts `to`. */
void credentials_decide(struct credentials *credentials, bool accepted, struct credentials *to);

#endif
