#include "core/checksum.h"

#include <string.h>
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

#define WIDE_FROM 128              /* bytes: shorter pieces are summed before the vectors are warm */

/* Sums in the machine's own byte order, 32 bits at a time into 64: RFC 1071 (B) shows that the order
 * does not matter as long as the folded result is swapped back. */
#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx2"))) static uint64_t add_blocks_avx2(const uint8_t *b, size_t blocks)
{
	__m256i low = _mm256_setzero_si256(), high = low;
	const __m256i mask = _mm256_set1_epi64x(0xffffffff);
	for (; blocks; blocks--, b += 32) {
		__m256i words = _mm256_loadu_si256((const __m256i *)b);
		low = _mm256_add_epi64(low, _mm256_and_si256(words, mask));
		high = _mm256_add_epi64(high, _mm256_srli_epi64(words, 32));
	}
	uint64_t lane[4];
	_mm256_storeu_si256((__m256i *)lane, _mm256_add_epi64(low, high));
	return lane[0] + lane[1] + lane[2] + lane[3];
}
#endif

uint64_t checksum_add(uint64_t sum, const void *bytes, size_t length)
{
	const uint8_t *b = bytes;
#if defined(__x86_64__) && defined(__GNUC__)
	if (length >= WIDE_FROM && __builtin_cpu_supports("avx2")) {
		sum += add_blocks_avx2(b, length / 32);
		b += length / 32 * 32;
		length %= 32;
	}
#endif
	for (; length >= 8; b += 8, length -= 8) {
		uint64_t words;
		memcpy(&words, b, 8);
		sum += (words & 0xffffffff) + (words >> 32);
	}
	if (length >= 4) {
		uint32_t word;
		memcpy(&word, b, 4);
		sum += word;
		b += 4;
		length -= 4;
	}
	if (length >= 2) {
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
