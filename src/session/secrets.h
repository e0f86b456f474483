/* Finds what must not be shown: passwords and the like in the streams of protocols that send them in clear.
 * A view shows SECRET_MASK instead of each such byte, so that lengths and offsets stay as they are.
 *
 * A stream is given in order, both directions to the same struct; bytes are judged as they come, so memory is
 * a line's start for each direction. A single packet is judged with a fresh struct, as if its first byte
 * began a line; what only an earlier packet can tell (a password after a prompt) is not found then.
 *
 * What is found: PASS and ACCT (FTP, POP3), AUTH and what answers it (SMTP, POP3: RFC 4954, RFC 5034),
 * AUTHENTICATE and LOGIN (IMAP: RFC 9051, 6.2), the values of Authorization, Proxy-Authorization, Cookie and
 * Set-Cookie (HTTP: RFC 9110, RFC 6265) and of password parameters in requests, and the line that follows a
 * prompt for a password or passphrase (Telnet, rlogin). The port does not matter: it is often not the usual. */
#ifndef SESSION_SECRETS_H
#define SESSION_SECRETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECRET_MASK '*'
#define SECRETS_LINE 96          /* bytes of a line that can say that a secret comes */

enum secret_state {
	SECRET_LINE,                 /* in a line's start that may announce one */
	SECRET_PLAIN,                /* in the rest of a line that does not */
	SECRET_ALL,                  /* to the end of the line */
	SECRET_SKIP_WORD,            /* behind the next space: the word before is a name, not a secret */
	SECRET_COOKIES,              /* values behind "=", to the next ";" */
	SECRET_FIRST_COOKIE,         /* the same, but only the first value */
	SECRET_VALUE,                /* of a parameter: to "&", space or the end */
};

struct secrets_side {
	char line[SECRETS_LINE];     /* the line so far, lower case */
	uint8_t length;
	uint8_t state, after;        /* enum secret_state; `after`: what SECRET_SKIP_WORD leads to */
	bool in_value;               /* SECRET_COOKIES: behind "="; else: behind the blanks before it */
	bool long_line;              /* past what could announce a secret at its start */
	bool authenticates;          /* its lines are the client's part of a dialogue of AUTH */
	uint8_t telnet;              /* inside of a Telnet command: 1 verb, 2 option */
	char tail[16];               /* the last bytes sent, lower case: a prompt ends without a line's end */
};

struct secrets { struct secrets_side side[2]; };     /* zeroed before the first byte */

/* Copies `length` bytes sent by `side` with their secrets masked. `to` may be `from`. */
void secrets_mask(struct secrets *secrets, unsigned side, const uint8_t *from, size_t length, uint8_t *to);
/* Bytes are missing in the stream of `side`: the next ones begin a line, or go on with a secret. */
void secrets_gap(struct secrets *secrets, unsigned side);

#endif
