/* Simple Mail Transfer Protocol, RFC 5321, with pipelining (RFC 2920), STARTTLS (RFC 3207), AUTH (RFC 4954) and
 * chunks (RFC 3030). One message is a command, one line of a reply, or the end of a mail, whose text is skipped. */
#ifndef DECODE_SMTP_H
#define DECODE_SMTP_H

#include "decode/credentials.h"

#define SMTP_TEXT 100

struct smtp_message {
	bool reply;
	bool last;                   /* replies: the last line, which counts */
	bool garbage;                /* no command and no reply */
	bool mail_end;               /* the line of a dot behind a mail */
	bool credentials;            /* a line that logs in: its text is secret */
	char verb[12];               /* in upper case: of the command, or the one that a reply answers; may be empty */
	uint16_t code;               /* of a reply */
	struct credentials login;    /* replies that decide on a log-in: whose; else outcome NONE */
	/* Argument of a command or text of a reply, cut to what fits. Empty for what logs in. */
	char text[SMTP_TEXT];
	uint8_t text_length;
};

extern const struct decoder smtp_decoder;

#endif
