#include "core/checksum.h"

#include <string.h>

/* Sums in the machine's own byte order, 32 bits at a time into 64: RFC 1071 (B) shows that the order
 * does not matter as long as the folded result is swapped back. The loop is written so that gcc and
 * clang turn it into vector additions. */
uint64_t checksum_add(uint64_t sum, const void *bytes, size_t length)
{
	const uint8_t *b = bytes;
	uint64_t lane[4] = { 0 };
	while (length >= 16) {
		uint32_t word[4];
		memcpy(word, b, 16);
		for (int i = 0; i < 4; i++)
			lane[i] += word[i];
		b += 16;
		length -= 16;
	}
	for (int i = 0; i < 4; i++)
		sum += (lane[i] & 0xffffffff) + (lane[i] >> 32);
	while (length >= 2) {
		uint16_t word;
		memcpy(&word, b, 2);
		sum += word;
		b += 2;
		length -= 2;
	}
	if (length) {
		uint16_t word = 0;
		memcpy(&word, b, 1);
		sum += word;
	}
	return sum;
}

uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	uint16_t folded = (uint16_t)sum;
	uint8_t b[2];
	memcpy(b, &folded, 2);
	return (uint16_t)(b[0] << 8 | b[1]);
}
