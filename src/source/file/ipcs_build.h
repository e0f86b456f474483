/* Headers made from what a report says of them in words. */
#ifndef SOURCE_FILE_IPCS_BUILD_H
#define SOURCE_FILE_IPCS_BUILD_H

#include "source/file/ipcs_words.h"

/* IPv6, TCP without options, and the first data bytes of SUMMARY. */
#define IPCS_BUILT_LONGEST 68

/* Writes the headers as far as the words tell all of their fields, and nothing behind the first
 * field that they do not tell: how many bytes that are, 0 when not even the IP header is known.
 * `*wire` is the length of the whole packet.
 *
 * SUMMARY says nothing of the lifetime (64 stands there), of options and of checksums. A SYN had
 * options: the packet then counts as cut off in front of them. */
size_t ipcs_build(const struct ipcs_words *words, uint8_t to[static IPCS_BUILT_LONGEST],
		  size_t *wire);
/* Is this an IPv4 header, whole and with a right checksum? */
bool ipcs_header_sound(const uint8_t *bytes, size_t length);

#endif
