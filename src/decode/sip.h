/* Session Initiation Protocol, RFC 3261, over UDP and TCP, with the media that a session description (RFC 8866)
 * announces. */
#ifndef DECODE_SIP_H
#define DECODE_SIP_H

#include "core/address.h"
#include "decode/decoder.h"

struct sip_message {
	bool garbage;                /* neither a request nor a response, or a keep-alive */
	bool response;
	uint16_t code;               /* of a response */
	char method[16];             /* of the request, or the one that is answered (CSeq) */
	uint32_t sequence;           /* CSeq */
	uint64_t call;               /* stands for the Call-ID */
	bool has_media;
	struct endpoint media;       /* where the sender of this message wants the first medium */
};

extern const struct decoder sip_decoder;

#endif
