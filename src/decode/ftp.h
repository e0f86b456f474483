/* File Transfer Protocol, RFC 959, with the extensions of RFC 2228 (security), RFC 2428 (EPRT, EPSV) and
 * RFC 3659. One message is a command, or one line of a reply. */
#ifndef DECODE_FTP_H
#define DECODE_FTP_H

#include "core/address.h"
#include "decode/decoder.h"

enum ftp_announcement { FTP_NO_ANNOUNCEMENT, FTP_PORT, FTP_EPRT, FTP_PASV, FTP_EPSV };

#define FTP_TEXT 128

struct ftp_message {
	bool reply;
	bool last;                   /* replies: the last line, which counts */
	bool garbage;                /* no command and no reply */
	char verb[8];                /* in upper case: of the command, or the one that a reply answers; may be empty */
	uint16_t code;               /* of a reply */
	uint8_t announcement;        /* enum ftp_announcement: it names the end of a data connection */
	struct endpoint target;      /* which one; family NONE when only the port is named (EPSV) */
	/* Argument of a command or text of a reply, cut to what fits. Empty for secrets (PASS, ACCT). */
	char text[FTP_TEXT];
	uint8_t text_length;
	uint64_t secret;             /* of a secret: a hash, to tell whether two are the same; else 0 */
	bool protects_data;          /* PROT P, and replies from then on */
};

extern const struct decoder ftp_decoder;

/* "Entering Passive Mode", as RFC 959 words it; NULL when unknown. */
const char *ftp_reply_words(uint16_t code);

#endif
