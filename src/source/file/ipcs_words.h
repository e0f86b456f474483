/* What an IPCS report says of a record in words: the line that begins it, the SUMMARY lines, and
 * the "label : value" pairs of FORMAT. The labels are those of the IP Diagnosis Guide's samples. */
#ifndef SOURCE_FILE_IPCS_WORDS_H
#define SOURCE_FILE_IPCS_WORDS_H

#include "source/file/words.h"
#include "source/zos.h"

/* Values that are numbers once read. */
enum ipcs_field {
	IPCS_INTERFACE_INDEX, IPCS_CONNECTION, IPCS_DISCARD, IPCS_ASID, IPCS_TCB, IPCS_FULL,
	IPCS_ABBREV, IPCS_FAMILY, IPCS_SOCKET_TYPE, IPCS_SOCKET_PROTOCOL, IPCS_SOCKET_SOURCE_PORT,
	IPCS_SOCKET_DESTINATION_PORT,
	IPCS_VERSION, IPCS_HEADER_LENGTH, IPCS_TOS, IPCS_PACKET_LENGTH, IPCS_ID, IPCS_FRAGMENT,
	IPCS_OFFSET, IPCS_TTL, IPCS_PROTOCOL, IPCS_IP_CHECKSUM, IPCS_PAYLOAD_LENGTH, IPCS_HOP_LIMIT,
	IPCS_SOURCE_PORT, IPCS_DESTINATION_PORT, IPCS_SEQUENCE, IPCS_ACKNOWLEDGMENT,
	IPCS_TCP_LENGTH, IPCS_TCP_FLAGS, IPCS_WINDOW, IPCS_CHECKSUM, IPCS_URGENT,
	IPCS_DATAGRAM_LENGTH, IPCS_DATA_LENGTH,
	IPCS_FIELDS,
};

/* Which header the lines talk about: labels repeat. */
enum ipcs_part { IPCS_TRACE, IPCS_IP, IPCS_TRANSPORT, IPCS_OTHER };

enum ipcs_kind { IPCS_NOTHING, IPCS_FORMAT, IPCS_SUMMARY };

#define IPCS_DISCARD_NAME 24
#define IPCS_FIRST_BYTES 8           /* that SUMMARY shows of the data */
#define IPCS_CELL 64                 /* a value that waits for its label; longer ones are none */

struct ipcs_words {                  /* of one record; all zero when nothing is known */
	enum ipcs_kind kind;
	uint64_t number;             /* IPCS' record number */
	uint32_t format;             /* CTEFMTID, the entry id; 0 when other */
	int64_t time_of_day;         /* of the first line, ns since midnight */
	int64_t tod;                 /* "Tod Clock", ns since 1970; INT64_MIN: not there */
	uint64_t known;              /* bits by enum ipcs_field */
	uint64_t value[IPCS_FIELDS];
	struct address source, destination;                /* of the packet */
	struct address socket_source, socket_destination;  /* of the trace header */
	char name[ZOS_NAME_SIZE];    /* interface, link or job */
	char device[32], discard_name[IPCS_DISCARD_NAME];
	bool placed, outbound;       /* placed: the direction is known */
	bool header_was_right;       /* the checksum over the IP header was */
	bool unusable;               /* SUMMARY of a protocol whose header it does not show */
	uint8_t first_bytes[IPCS_FIRST_BYTES];
	unsigned first_byte_count;
	enum ipcs_part part;
	/* Text out of slides and PDF files has labels and values on lines of their own. */
	int waiting_label;           /* index of the label whose value is still to come, + 1 */
	char waiting_value[IPCS_CELL];
};

static inline bool ipcs_knows(const struct ipcs_words *words, enum ipcs_field field)
{
	return words->known >> field & 1;
}

/* Notes a value, unless the record told it before: what follows a record's end may look alike. */
bool ipcs_learn(struct ipcs_words *words, enum ipcs_field field, uint64_t value);
/* The bit of a TCP flag's name. */
bool ipcs_find_flag(struct word word, uint64_t *bit);
/* Empties `words` for a new record. */
void ipcs_begin(struct ipcs_words *words, enum ipcs_kind kind, uint64_t number, int64_t time);
/* Does a FORMAT record begin in this line? Then `words` is emptied and begun. */
bool ipcs_begin_format(struct ipcs_words *words, const char *line);
/* The same for SUMMARY; the destination follows in the next line. */
bool ipcs_begin_summary(struct ipcs_words *words, const char *line);
/* The second line of a SUMMARY. False when it is something else. */
bool ipcs_end_summary(struct ipcs_words *words, const char *line);
/* Takes what a line of FORMAT says. Whatever it does not know it passes over. */
void ipcs_read_words(struct ipcs_words *words, const char *line);
/* "From Interface : X", "To Jobname : Y": no other reports have such lines. */
bool ipcs_is_place(const char *line);

#endif
