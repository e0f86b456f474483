/* Numbers to little-endian bytes, for formats whose byte order is the writer's choice. */
#ifndef SOURCE_WRITE_LITTLE_H
#define SOURCE_WRITE_LITTLE_H

#include <stdint.h>

static inline void store_le16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)value;
	to[1] = (uint8_t)(value >> 8);
}

static inline void store_le32(uint8_t *to, uint32_t value)
{
	store_le16(to, value & 0xffff);
	store_le16(to + 2, value >> 16);
}

static inline void store_le64(uint8_t *to, uint64_t value)
{
	store_le32(to, (uint32_t)value);
	store_le32(to + 4, (uint32_t)(value >> 32));
}

#endif
