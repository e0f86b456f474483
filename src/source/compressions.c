#include "source/compression.h"

extern const struct compression compression_gzip, compression_lz4, compression_xz, compression_zstd;

static const struct compression *const list[] = {
	&compression_gzip,
	&compression_lz4,
	&compression_xz,
	&compression_zstd,
};

#define LIST_COUNT (sizeof list / sizeof *list)

const struct compression *compression_find(struct cursor head)
{
	for (size_t i = 0; i < LIST_COUNT; i++)
		if (list[i]->probe(head))
			return list[i];
	return NULL;
}

const struct compression *const *compressions(size_t *count)
{
	*count = LIST_COUNT;
	return list;
}
