/* pcapng behind a section header of either byte order; or the fuzzer writes that itself. */
#include "fuzz_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const uint8_t little[28] = {
		10, 13, 13, 10, 28, [8] = 0x4d, 0x3c, 0x2b, 0x1a, 1, [24] = 28
	};
	static const uint8_t big[28] = {
		10, 13, 13, 10, [7] = 28, 0x1a, 0x2b, 0x3c, 0x4d, [13] = 1, [27] = 28
	};
	return fuzz_source(bytes, length, length && bytes[0] & 4 ? big : little, sizeof little);
}
