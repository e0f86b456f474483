/* The Internet checksum, RFC 1071. */
#ifndef CORE_CHECKSUM_H
#define CORE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Adds `length` bytes to a running sum that starts at 0. Only the last piece may have an odd length. */
uint64_t checksum_add(uint64_t sum, const void *bytes, size_t length);
/* Folds a running sum to 16 bits, not complemented, in network order as a number (host value). */
uint16_t checksum_fold(uint64_t sum);

#endif
