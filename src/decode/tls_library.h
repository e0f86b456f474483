/* libcrypto with a context of our own, so that neither the system's settings nor what a program around this
 * library does to the default one changes what is read. Only where HAVE_CRYPTO is set. */
#ifndef DECODE_TLS_LIBRARY_H
#define DECODE_TLS_LIBRARY_H

/* Made on first use, with the default and the legacy provider (RC4, DES, SEED), and kept. An OSSL_LIB_CTX. */
struct ossl_lib_ctx_st *tls_library(void);

#endif
