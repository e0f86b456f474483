/* Post Office Protocol version 3, RFC 1939, with STLS (RFC 2595) and AUTH (RFC 5034). One message is a command, the
 * first line of an answer, or the line that ends it; what stands between is skipped. */
#ifndef DECODE_POP_H
#define DECODE_POP_H

#include "decode/credentials.h"

#define POP_TEXT 100

struct pop_message {
	bool reply;
	bool ok;                     /* replies: +OK */
	bool invites;                /* replies: "+ ", the client is to go on */
	bool answers;                /* replies: to a command in the trace, not a greeting */
	bool multi_line;             /* replies: more follows up to a line of a dot */
	bool end;                    /* that line */
	bool garbage;                /* no command and no reply */
	bool credentials;            /* commands: the text is secret */
	char verb[8];                /* in upper case: of the command, or the one that is answered; may be empty */
	struct credentials login;    /* replies that decide on a log-in: whose; else outcome NONE */
	char text[POP_TEXT];         /* argument, or what the answer says; empty for secrets */
	uint8_t text_length;
};

extern const struct decoder pop_decoder;

#endif
