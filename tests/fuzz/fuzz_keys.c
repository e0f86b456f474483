/* Fuzz target: bytes as a key log and as a private key, then looked for as if a trace had them. */
#include <stdlib.h>
#include <string.h>

#include "decode/tls_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tls_keys *keys = tls_keys_create();
	struct error error = ERROR_INIT;
	uint8_t secret[TLS_MAX_SECRET], premaster[TLS_MASTER_LENGTH];
	size_t understood = tls_keys_add_log(keys, (const char *)data, size);
	if (understood && !tls_keys_any(keys))
		abort();
	if (!tls_keys_add_private(keys, data, size, &error) && !error.message[0])
		abort();
	for (int label = TLS_LABEL_MASTER; label <= TLS_LABEL_SESSION; label++)
		if (tls_keys_find(keys, (enum tls_label)label, data, size < 32 ? size : 32, secret) > TLS_MAX_SECRET)
			abort();
	if (tls_keys_has_private(keys))
		tls_keys_decrypt(keys, data, size < 512 ? size : 512, premaster);
	tls_keys_destroy(keys);
	return 0;
}
