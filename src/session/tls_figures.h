/* What a session's details say about its TLS: which version and ciphers, with whom, and whether it could be
 * decrypted. */
#ifndef SESSION_TLS_FIGURES_H
#define SESSION_TLS_FIGURES_H

#include "session/session.h"

struct tls_figures {             /* zeroed: no TLS */
	bool there;                  /* records were seen */
	bool resumed, datagram;      /* datagram: DTLS */
	uint8_t secrets;             /* enum tls_secrets */
	uint16_t version, cipher;    /* 0: the trace does not hold the handshake */
	int64_t not_after;           /* of the certificate; meaningless without a subject */
	char name[96], protocol[32], subject[64], issuer[64];        /* empty: not seen */
};

void tls_figures_observe(struct tls_figures *figures, const struct observation *observation);
/* "TLS 1.2, TLS_ECDHE_… for www.example.com; no key for it in the key log". Empty without TLS. */
struct text;
void tls_figures_words(const struct tls_figures *figures, struct text *to);

#endif
