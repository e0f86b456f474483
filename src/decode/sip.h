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
	uint8_t media_count;
	struct endpoint media[DECODER_MAX_ANNOUNCED]; /* where the sender of this message wants the first ones */
};

extern const struct decoder sip_decoder;

#endif
