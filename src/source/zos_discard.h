/* Why z/OS threw a packet away: the codes of PTH_DropRsn. */
#ifndef SOURCE_ZOS_DISCARD_H
#define SOURCE_ZOS_DISCARD_H

#include <stdint.h>

/* The ranges of the layers, and the codes that rules know. */
enum {
	ZOS_DISCARD_INTERFACE_GONE = 4096, ZOS_DISCARD_INTERFACE_INACTIVE = 4097,
	ZOS_DISCARD_MALFORMED_FIRST = 4098, ZOS_DISCARD_BAD_CHECKSUM = 4102,
	ZOS_DISCARD_MALFORMED_LAST = 4103,
	ZOS_DISCARD_BROADCAST = 4114, ZOS_DISCARD_NOT_FORWARDED = 4167,
	ZOS_DISCARD_OSA_LAST = 4095, ZOS_DISCARD_TCP_FIRST = 8192, ZOS_DISCARD_RAW_LAST = 20479,
};

struct zos_discard {                 /* one code, or a range that is only known as a whole */
	uint16_t first, last;
	const char *name;            /* as IPCS prints it: "IP_MAC_BRDCST"; NULL when not published */
	const char *layer;           /* "OSA adapter", "interface/IP", "TCP", … */
	const char *meaning;         /* a sentence */
	const char *cause;           /* likely causes; NULL when none is known */
	const char *advice;          /* what to do */
};

/* NULL only for 0, which is no discard. */
const struct zos_discard *zos_discard_find(uint16_t code);
/* The table by position, NULL past its end: for lists. */
const struct zos_discard *zos_discard_list(unsigned index);

#endif
