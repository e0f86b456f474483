/* One component trace entry (CTE) with its packet trace header (PTHDR): is it one, and what does it say?
 *
 * Nothing is trusted because of where it stands: an entry is known by its two equal lengths, its format
 * number, its time and a header that fits (doc/formats/ctrace.md). */
#ifndef SOURCE_FILE_CTRACE_ENTRY_H
#define SOURCE_FILE_CTRACE_ENTRY_H

#include "core/cursor.h"
#include "source/zos.h"

#define CTE_HEADER 16                /* length, offset of the data, format, time */
#define CTE_TRAILER 2                /* the length again */
#define CTE_LONGEST 65535
#define CTE_SHORTEST_LOST 42         /* lost records hold no PTHDR */
#define PTHDR_SHORTEST 84            /* up to the interface index */
#define PTHDR_LONGEST 1024
#define CTE_SHORTEST (CTE_HEADER + PTHDR_SHORTEST + CTE_TRAILER)

enum cte_check {
	CTE_NO,
	CTE_HEAD,                    /* it begins like one, but the trailing length is not there */
	CTE_CUT,                     /* it begins like one, and the bytes end before it does */
	CTE_WHOLE,
};

/* What do these bytes begin with? */
enum cte_check cte_check(const uint8_t *bytes, size_t available);
/* The length that an entry gives for itself. */
static inline size_t cte_length(const uint8_t *bytes)
{
	return load_be16(bytes);
}

struct cte {
	uint16_t length;             /* CTELENP */
	uint8_t segment;             /* PTH_SeqNum: 0 for the first or only one */
	const uint8_t *data;         /* what follows the header */
	size_t data_length;          /* up to the trailing length, pad byte included */
	uint8_t named;               /* bytes of zos.raw_name that zos.name was made of; 0: none yet */
	struct zos_record zos;
};

/* The same answer, sooner when the name is that of `last`, which cte_read has read. */
enum cte_check cte_check_behind(const uint8_t *bytes, size_t available, const struct cte *last);
/* Reads an entry for which cte_check said that it begins well. `to` is zeroed before its first use and
 * remembers the last name. `available` may be less than its length.
 * Lost records and old types have only `zos.format` and the buffer's time. */
void cte_read(const uint8_t *bytes, size_t available, int leap_seconds, struct cte *to);

/* Do the parts of two name areas that are a name say the same? In a data trace it is the first half. */
static inline bool same_name(const uint8_t a[16], const uint8_t b[16], bool data)
{
	return memcmp(a, b, 8) == 0 && (data || memcmp(a + 8, b + 8, 8) == 0);
}

/* Has this format a packet trace header of the published layout? */
static inline bool cte_has_header(uint32_t format)
{
	return format >= ZOS_PACKET && format <= ZOS_SMC;
}

#endif
