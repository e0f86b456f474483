/* AES-128 under a key made from words: the one primitive that anonymising needs. From libcrypto; a build
 * without it cannot anonymise. */
#ifndef CONVERT_CIPHER_H
#define CONVERT_CIPHER_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define CIPHER_BLOCK 16

struct cipher;

/* NULL `key`: a random one, which nobody will ever know. The same words make the same cipher everywhere;
 * `salt` takes so many more bytes that are as secret as the key. NULL with `error` filled
 * (ERROR_UNSUPPORTED) when this build has no cryptography. Free with cipher_destroy. */
struct cipher *cipher_create(const char *key, uint8_t *salt, size_t salt_length, struct error *error);
void cipher_destroy(struct cipher *cipher);    /* NULL is fine */
/* Encrypts `count` blocks, each on its own. */
void cipher_blocks(struct cipher *cipher, const uint8_t *from, uint8_t *to, size_t count);

#endif
