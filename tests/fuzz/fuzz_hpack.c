/* Fuzz target: bytes as header blocks of HTTP/2 one after the other, each behind two bytes of length, on one table. */
#include <stdlib.h>

#include "decode/hpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Keeps the compiler from leaving out reads whose result nobody wants. */
static volatile uint8_t sink;

static void require(bool claim)
{
	if (!claim)
		abort();
}

static void read_block(struct hpack_table *table, struct cursor block)
{
	static struct hpack_scratch scratch;
	struct hpack_header header;
	uint8_t sum = 0;
	size_t left = block.captured + 1;
	while (hpack_next(table, &block, &scratch, &header)) {
		require(block.captured < left);      /* each takes bytes, or a block would never end */
		left = block.captured;
		require(header.name_length <= HPACK_KEPT || header.cut || !header.name);
		for (size_t i = 0; header.name && i < header.name_length && i < HPACK_KEPT; i++)
			sum ^= header.name[i];
		for (size_t i = 0; header.value && i < header.value_length && i < HPACK_KEPT; i++)
			sum ^= header.value[i];
		require(table->size <= table->most && table->most <= HPACK_MOST_SIZE);
		require(hpack_held(table) <= 8 * HPACK_MOST_SIZE);
	}
	sink = sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hpack_table table;
	struct cursor in = cursor_make(data, size, size);
	hpack_init(&table);
	while (in.captured > 2) {
		size_t length = cursor_be16(&in);
		read_block(&table, cursor_split(&in, length < in.captured ? length : in.captured));
		if (length % 16 == 15)
			hpack_lose(&table);
	}
	hpack_finish(&table);
	return 0;
}
