#include "mistakes.h"

#include <string.h>

#include "trace.h"

enum { MOST_MISTAKES = 8, LONGEST = 24 };

uint32_t mistakes_below(uint64_t *random, size_t limit)
{
	return limit ? (uint32_t)(random_next(random) % limit) : 0;
}

/* A byte that is odd, a number that is too large, bytes that are missing, that come twice, or that come early. */
static void make_one(struct text *file, size_t keep, uint64_t *random)
{
	static const uint8_t odd[] = { 0, 1, 2, 0x0a, 0x0d, 0x20, 0x7f, 0x80, 0x81, 0xc0, 0xfe, 0xff };
	uint8_t *bytes = (uint8_t *)file->bytes + keep;
	if (file->length <= keep)
		return;
	size_t length = file->length - keep;
	uint32_t at = mistakes_below(random, length), count = mistakes_below(random, LONGEST) + 1;
	if (count > length - at)
		count = (uint32_t)(length - at);
	switch (mistakes_below(random, 5)) {
	case 0:
		bytes[at] = odd[mistakes_below(random, sizeof odd)];
		break;
	case 1:
		bytes[at] ^= (uint8_t)(1u << mistakes_below(random, 8));
		break;
	case 2:
		memset(bytes + at, 0xff, count < 4 ? count : 4);
		break;
	case 3:
		memmove(bytes + at, bytes + at + count, length - at - count);
		file->length -= count;
		break;
	default:
		memmove(bytes + at, bytes + mistakes_below(random, length - count + 1), count);
	}
}

void mistakes_make(struct text *bytes, size_t keep, uint64_t *random)
{
	for (uint32_t left = mistakes_below(random, MOST_MISTAKES) + 1; left > 0; left--)
		make_one(bytes, keep, random);
}
