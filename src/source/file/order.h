/* Numbers in the byte order of the machine that wrote the file. */
#ifndef SOURCE_FILE_ORDER_H
#define SOURCE_FILE_ORDER_H

#include "core/cursor.h"

static inline uint16_t order_16(struct cursor *in, bool big_endian)
{
	return big_endian ? cursor_be16(in) : cursor_le16(in);
}

static inline uint32_t order_32(struct cursor *in, bool big_endian)
{
	return big_endian ? cursor_be32(in) : cursor_le32(in);
}

static inline uint64_t order_64(struct cursor *in, bool big_endian)
{
	const uint8_t *bytes = cursor_take(in, 8);
	return !bytes ? 0 : big_endian ? load_be64(bytes) : load_le64(bytes);
}

#endif
