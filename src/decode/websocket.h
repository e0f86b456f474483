/* WebSocket, RFC 6455, behind the 101 of HTTP. One message is the head of a frame; of frames of control with what
 * they carry. Payload is passed over. */
#ifndef DECODE_WEBSOCKET_H
#define DECODE_WEBSOCKET_H

#include "decode/decoder.h"

enum { WEBSOCKET_CONTINUE, WEBSOCKET_TEXT, WEBSOCKET_BINARY, WEBSOCKET_CLOSE = 8, WEBSOCKET_PING, WEBSOCKET_PONG };

struct websocket_message {
	bool final;                  /* the last frame of what was sent in parts */
	bool masked;                 /* as clients have to */
	uint8_t opcode;
	uint64_t length;             /* of the payload */
	uint16_t close_code;         /* of WEBSOCKET_CLOSE: 1000 normal … ; 0: none */
};

extern const struct decoder websocket_decoder;

/* "Internal Server Error": https://www.iana.org/assignments/websocket. NULL for unknown ones. */
const char *websocket_close_name(uint16_t code);

#endif
