/* Internet Message Access Protocol, RFC 3501 and RFC 9051. One message is a line of a command or of an answer;
 * literals, in which mails come, are skipped. */
#ifndef DECODE_IMAP_H
#define DECODE_IMAP_H

#include "decode/credentials.h"

enum imap_kind {
	IMAP_GARBAGE, IMAP_COMMAND,
	IMAP_MORE,                   /* the rest of a line behind a literal */
	IMAP_CREDENTIALS,            /* a line of the client that logs in, or DONE of IDLE */
	IMAP_INVITATION,             /* "+": the client is to go on */
	IMAP_UNTAGGED,               /* "*": news */
	IMAP_TAGGED,                 /* the answer to a command is complete */
};

enum imap_status { IMAP_NO_STATUS, IMAP_OK, IMAP_NO, IMAP_BAD, IMAP_BYE, IMAP_PREAUTH };

#define IMAP_TEXT 80

struct imap_message {
	uint8_t kind;                /* enum imap_kind */
	uint8_t status;              /* enum imap_status: of an answer that has one */
	bool secret;                 /* the line belongs to a log-in */
	bool waits;                  /* IDLE: it lasts as long as the client likes */
	char tag[16];                /* cut to what fits; empty: none */
	uint64_t id;                 /* stands for the whole tag */
	char verb[16];               /* in upper case: of the command, or what an untagged answer is about */
	struct credentials login;    /* answers that decide on a log-in: whose; else outcome NONE */
	char text[IMAP_TEXT];        /* of an answer with a status, cut to what fits */
	uint8_t text_length;
};

extern const struct decoder imap_decoder;

#endif
