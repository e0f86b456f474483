/* Other addresses and names for real ones, the same for the same key. */
#ifndef CONVERT_PSEUDONYM_H
#define CONVERT_PSEUDONYM_H

#include "core/address.h"
#include "core/error.h"

struct pseudonyms;

/* NULL `key`: a random one. NULL with `error` filled when this build cannot. */
struct pseudonyms *pseudonyms_create(const char *key, struct error *error);
void pseudonyms_destroy(struct pseudonyms *pseudonyms);        /* NULL is fine */

/* All work in place. Two addresses that share their first n bits share the first n bits of their
 * pseudonyms, too (Xu, Fan, Ammar, Moon: Prefix-Preserving IP Address Anonymization, ICNP 2002), and no
 * two get the same. What an address is, is kept: private, link-local, multicast and so on; loopback,
 * unspecified, multicast and broadcast addresses stay as they are, and an address that ends in .255 still
 * does. Of a solicited-node group only the group is kept. */
void pseudonym_ipv4(struct pseudonyms *pseudonyms, uint8_t bytes[4]);
void pseudonym_ipv6(struct pseudonyms *pseudonyms, uint8_t bytes[16]);
void pseudonym_address(struct pseudonyms *pseudonyms, struct address *address);
/* Group and local bit stay; so do group, zero and virtual router addresses. */
void pseudonym_mac(struct pseudonyms *pseudonyms, uint8_t bytes[6]);
/* Letters for the bytes of a word, as many; capitals stay capital where letters were. */
void pseudonym_word(struct pseudonyms *pseudonyms, uint8_t *bytes, size_t length);
/* A short name for a name, NUL-terminated; an empty one stays empty. */
#define PSEUDONYM_NAME_SIZE 9
void pseudonym_name(struct pseudonyms *pseudonyms, const char *name, char to[static PSEUDONYM_NAME_SIZE]);
/* A capture filter, NUL-terminated, in place, in `size` bytes: its language stays, addresses and names get
 * pseudonyms; what then does not fit is cut. */
void pseudonym_filter(struct pseudonyms *pseudonyms, char *filter, size_t size);

#endif
