/* The hexadecimal part of an IPCS record, put together again:
 *
 *     Ip Header         : 20               IP: 172.29.96.9, 172.29.191.255  Offset: 0
 *    000000 4500004E 78B70000 521177A4 AC1D6009 AC1DBFFF
 *     Data              : 50               Data Length: 50                  Offset: 1C
 *    000000 84E20110 00010000 00000000 20464946 |dS.............. ............ FIF|
 *
 * Sections follow each other; the offsets of rows count from the start of their section. */
#ifndef SOURCE_FILE_IPCS_DUMP_H
#define SOURCE_FILE_IPCS_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A packet or a socket call is at most that long; what a report shows beyond is not kept. */
#define IPCS_DUMP_LONGEST ((size_t)256 * 1024)
#define IPCS_DUMP_UNKNOWN SIZE_MAX

struct ipcs_dump {
	uint8_t *bytes;
	size_t capacity, length;
	size_t sections;             /* begun since ipcs_dump_clear */
	size_t start;                /* of the section in `bytes` */
	size_t promised;             /* bytes of the section as its heading says, or UNKNOWN */
	size_t row;                  /* where the current row begins in `bytes` */
	bool in_section, is_data, in_row;
	bool data_first;             /* the first section was data: no header was dumped */
	unsigned odd_digits;         /* digits of a word that has fewer than eight so far */
	uint32_t odd_word;
	bool broken;                 /* bytes are missing inside; those before are kept */
	size_t damaged_at;           /* where a word has too few digits; UNKNOWN when none has */
};

void ipcs_dump_clear(struct ipcs_dump *dump);        /* keeps the memory */
void ipcs_dump_finish(struct ipcs_dump *dump);       /* frees; a zeroed one is fine */
/* Does this line belong to the dump? Then it is taken. */
bool ipcs_dump_take(struct ipcs_dump *dump, const char *line);
/* Says that no more comes. False when the last section is shorter than its heading promised. */
bool ipcs_dump_end(struct ipcs_dump *dump);

#endif
