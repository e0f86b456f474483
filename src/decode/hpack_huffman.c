#include "decode/hpack.h"

/* RFC 7541, appendix B. The code is canonical: codes of one length follow each other, and so do the lengths, so
 * that how many there are of each length and their order is all there is to know. */
#define LONGEST 30
#define END_OF_STRING 256

static const uint8_t codes_of_length[LONGEST + 1] = {
	0, 0, 0, 0, 0, 10, 26, 32, 6, 0, 5, 3, 2, 6, 2, 3, 0, 0, 0, 3, 8, 13, 26, 29, 12, 4, 15, 19, 29, 0, 4 };

static const uint16_t symbols[257] = {
	48, 49, 50, 97, 99, 101, 105, 111, 115, 116, 32, 37, 45, 46, 47, 51,
	52, 53, 54, 55, 56, 57, 61, 65, 95, 98, 100, 102, 103, 104, 108, 109,
	110, 112, 114, 117, 58, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76,
	77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 89, 106, 107, 113, 118,
	119, 120, 121, 122, 38, 42, 44, 59, 88, 90, 33, 34, 40, 41, 63, 39,
	43, 124, 35, 62, 0, 36, 64, 91, 93, 126, 94, 125, 60, 96, 123, 92,
	195, 208, 128, 130, 131, 162, 184, 194, 224, 226, 153, 161, 167, 172, 176, 177,
	179, 209, 216, 217, 227, 229, 230, 129, 132, 133, 134, 136, 146, 154, 156, 160,
	163, 164, 169, 170, 173, 178, 181, 185, 186, 187, 189, 190, 196, 198, 228, 232,
	233, 1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157,
	158, 165, 166, 168, 174, 175, 180, 182, 183, 188, 191, 197, 231, 239, 9, 142,
	144, 145, 148, 159, 171, 206, 215, 225, 236, 237, 199, 207, 234, 235, 192, 193,
	200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255, 203, 204, 211,
	212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254,
	2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20,
	21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, 220, 249, 10, 13, 22,
	256,
};

/* The symbol that `bits`, from the highest on, start with; -1 when none does within `count` bits. */
static int take_symbol(uint32_t bits, unsigned count, unsigned *length)
{
	uint32_t code = 0, first = 0;
	unsigned index = 0;
	for (*length = 1; *length <= count && *length <= LONGEST; ++*length) {
		code = bits >> (32 - *length);
		if (code - first < codes_of_length[*length])
			return symbols[index + code - first];
		index += codes_of_length[*length];
		first = (first + codes_of_length[*length]) << 1;
	}
	return -1;
}

size_t hpack_huffman(struct cursor *in, uint8_t *to, size_t size)
{
	uint64_t bits = 0;               /* the lowest `count` of them are unread */
	unsigned count = 0, length;
	size_t written = 0;
	while (cursor_ok(in)) {
		while (count <= 32 && cursor_more(in)) {
			bits = bits << 8 | cursor_u8(in);
			count += 8;
		}
		if (!count)
			break;
		uint32_t top = (uint32_t)(count >= 32 ? bits >> (count - 32) : bits << (32 - count));
		int symbol = take_symbol(top, count, &length);
		if (symbol < 0) {
			/* What is left of the last byte are the first bits of END_OF_STRING: ones. */
			if (count > 7 || (uint32_t)(top >> (32 - count)) != (1u << count) - 1)
				cursor_reject(in, "the Huffman code ends in no symbol");
			break;
		}
		if (symbol == END_OF_STRING) {
			cursor_reject(in, "the Huffman code holds its end");
			break;
		}
		if (written < size)
			to[written] = (uint8_t)symbol;
		written++;
		count -= length;
		bits &= (1ull << count) - 1;
	}
	return written;
}
