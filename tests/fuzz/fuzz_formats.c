/* The small formats. The fuzzer's first byte chooses between a whole file of its own and one of these
 * headers before its bytes. */
#include "fuzz_source.h"

#define HEADER_ROOM 128

/* Each as long as the format's file header; the numbers in it are little-endian but for snoop's. */
static size_t make_header(unsigned choice, uint8_t header[static HEADER_ROOM])
{
	static const struct { const char *bytes; uint8_t given, length; } headers[] = {
		{ "snoop\0\0\0\0\0\0\2\0\0\0\4", 16, 16 },
		{ "iptrace 1.0", 11, 11 },
		{ "iptrace 2.0", 11, 11 },
		{ "TRSNIFF data    \x1a\1\0\x12\0\0\0\4\0\0\0\0\0\x29\x2b\4\1\1\5", 35, 41 },
		{ "TRSNIFF data    \x1a\1\0\x12\0\0\0\4\0\0\0\0\0\x29\x2b\4\1\2\5", 35, 41 },
		{ "TRSNIFF data    \x1a\1\0\x12\0\0\0\5\0\0\0\0\0\x29\x2b\4\x0a\1\5", 35, 41 },
		{ "XCP\0" "001.100\0\0\xca\x9a\x3b\0\0\0\0\0\0\0\0\x80\0\0\0\0\2\0", 30, 128 },
		{ "XCP\0" "002.001\0\0\xca\x9a\x3b\0\0\0\0\0\0\0\0\x80\0\0\0\0\2\0", 30, 128 },
		{ "XCP\0" "002.001\0\0\xca\x9a\x3b\0\0\0\0\0\0\0\0\0\1\0\0\xc0\0\0", 30, 128 },
		{ "RTSS\1\1\1\0\xd1\7\1\0\0\0\1\0\0\0\0\0\0\0\0\0\x40\1\0\0\x10\0\0", 31, 128 },
		{ "GMBU\0\2\1\0\xd1\7\1\0\0\0\1\0\0\0\0\0\0\0\0\0\x40\1\0\0\x10\0\0", 31, 128 },
		{ "GMBU\3\2\1\0\xd1\7\1\0\0\0\1\0\0\0\0\0\0\0\0\0\xff\xff\xff\0\x10\0\0", 31, 128 },
		{ "\0\0\0\0\0\xca\x9a\x3b\2\4\0\x20\0\0\0\x0c", 16, 16 },   /* ERF has none */
	};
	size_t count = sizeof headers / sizeof *headers;
	memset(header, 0, HEADER_ROOM);
	memcpy(header, headers[choice % count].bytes, headers[choice % count].given);
	return headers[choice % count].length;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	uint8_t header[HEADER_ROOM];
	size_t header_length = make_header(length ? bytes[0] >> 2 : 0, header);
	return fuzz_source(bytes, length, header, header_length);
}
