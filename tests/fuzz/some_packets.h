/* Some packets, written as few bytes, as a trace in memory. The lowest three bits of the first byte choose the link
 * type (what those above mean is left to the target); then come packets, each behind two bytes of length and two of
 * time since the one before, in units of 100 µs. */
#ifndef FUZZ_SOME_PACKETS_H
#define FUZZ_SOME_PACKETS_H

#include "core/text.h"

/* Appends a pcapng file. */
void some_packets_image(const uint8_t *bytes, size_t size, struct text *image);
/* For culprit_output: only counts, in a size_t. */
bool some_packets_swallow(void *user, const void *bytes, size_t count);

#endif
