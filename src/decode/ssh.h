/* SSH (RFC 4253): what can be read, and how long what cannot is. */
#ifndef DECODE_SSH_H
#define DECODE_SSH_H

#include "decode/decoder.h"

#define SSH_BANNER_TEXT 100

enum ssh_kind { SSH_LINE, SSH_BANNER, SSH_PACKET, SSH_HIDDEN };

struct ssh_message {
	uint8_t kind;                /* enum ssh_kind */
	uint8_t code;                /* of a packet */
	bool from_client;
	uint8_t text_length;
	uint32_t length;             /* of what is hidden, bytes: mostly one packet, as long as a segment */
	char text[SSH_BANNER_TEXT];  /* "SSH-2.0-OpenSSH_9.2", cut to what fits */
};

extern const struct decoder ssh_decoder;

#endif
