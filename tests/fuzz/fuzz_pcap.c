/* pcap, in either byte order; the fuzzer also gets to write the file header itself. */
#include "fuzz_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const uint8_t little[24] = {
		0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [18] = 4, [20] = 1
	};
	static const uint8_t big[24] = { 0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, [17] = 4, [23] = 1 };
	return fuzz_source(bytes, length, length && bytes[0] & 4 ? big : little, sizeof little);
}
