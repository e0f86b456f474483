#include "config.h"

#ifdef HAVE_CRYPTO
#include "decode/tls_library.h"

#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <pthread.h>

static OSSL_LIB_CTX *context;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
	context = OSSL_LIB_CTX_new();
	OSSL_PROVIDER_load(context, "default");
	/* May be missing: then the old ciphers are said to be unsupported. */
	OSSL_PROVIDER_load(context, "legacy");
}

struct ossl_lib_ctx_st *tls_library(void)
{
	pthread_once(&once, load);
	return context;
}
#endif
