/* The z/OS trace record behind a record of an IPCS report. */
#ifndef SOURCE_FILE_IPCS_ZOS_H
#define SOURCE_FILE_IPCS_ZOS_H

#include "source/file/ipcs_words.h"

/* Fills all but the lengths from what the report says in words. `date` is that of "**** yyyy/mm/dd"
 * in ns since 1970, for records without their own. */
void ipcs_fill_zos(const struct ipcs_words *words, int64_t date, int leap_seconds,
		   struct zos_record *zos);

static inline bool ipcs_is_packet_format(uint32_t format)
{
	return format > 0 && format < ZOS_FORMATS;
}

#endif
