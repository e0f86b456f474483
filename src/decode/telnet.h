/* Telnet, RFC 854, and the 3270 terminals on it: TN3270 (RFC 1576) and TN3270E (RFC 2355). One message is a
 * command, a negotiation, or a piece of data as it came; of a record of a 3270 only its first piece has the
 * header and its last piece the end. */
#ifndef DECODE_TELNET_H
#define DECODE_TELNET_H

#include "decode/decoder.h"

enum telnet_kind { TELNET_COMMAND, TELNET_NEGOTIATION, TELNET_SUBNEGOTIATION, TELNET_DATA };

/* https://www.iana.org/assignments/telnet-options */
enum {
	TELNET_OPTION_BINARY = 0, TELNET_OPTION_ECHO = 1, TELNET_OPTION_TERMINAL_TYPE = 24,
	TELNET_OPTION_END_OF_RECORD = 25, TELNET_OPTION_TN3270E = 40, TELNET_OPTION_START_TLS = 46,
};
enum {
	TELNET_SE = 240, TELNET_EOR = 239, TELNET_SB = 250, TELNET_WILL = 251, TELNET_WONT = 252,
	TELNET_DO = 253, TELNET_DONT = 254, TELNET_IAC = 255,
};

/* RFC 2355, 7.1 and 7.1.5 */
enum { TN3270E_ASSOCIATE, TN3270E_CONNECT, TN3270E_DEVICE_TYPE, TN3270E_FUNCTIONS, TN3270E_IS, TN3270E_REASON,
	TN3270E_REJECT, TN3270E_REQUEST, TN3270E_SEND, TN3270E_NONE = 255 };
/* RFC 2355, 8.1.1 */
enum { TN3270E_DATA_3270, TN3270E_DATA_SCS, TN3270E_DATA_RESPONSE, TN3270E_DATA_BIND, TN3270E_DATA_UNBIND,
	TN3270E_DATA_NVT, TN3270E_DATA_REQUEST, TN3270E_DATA_SSCP_LU, TN3270E_DATA_PRINT_EOJ };

/* What a piece of plain text says of a log-in: bits of telnet_message.says. */
enum {
	TELNET_ASKS_NAME = 1u << 0,  /* of the server: "login:" */
	TELNET_ASKS_PASSWORD = 1u << 1,
	TELNET_REFUSES = 1u << 2,    /* "Login incorrect" */
	TELNET_ENDS_LINE = 1u << 3,  /* of either end: it holds the end of a line */
};

#define TELNET_NAME 32

struct telnet_message {
	uint8_t kind;                /* enum telnet_kind */
	uint8_t command;             /* what follows IAC: TELNET_DO … */
	uint8_t option;              /* of negotiations */
	/* Subnegotiation of TN3270E; TN3270E_NONE where there is none */
	uint8_t tn3270e_topic;       /* TN3270E_DEVICE_TYPE or TN3270E_FUNCTIONS */
	uint8_t tn3270e_verb;        /* TN3270E_REQUEST, IS, REJECT */
	uint8_t tn3270e_reason;      /* of REJECT */
	char device_type[TELNET_NAME], lu_name[TELNET_NAME];
	/* Data */
	uint32_t length;             /* bytes as they came, with what ends a record */
	uint8_t says;                /* TELNET_ASKS_NAME …, unless it is of a 3270 */
	bool is_3270;                /* part of a record, not of a line of text */
	bool begins, ends;           /* first and last piece of a record */
	bool has_header;             /* TN3270E: */
	uint8_t data_type, request_flag, response_flag;
	uint16_t sequence;
	uint8_t aid;                 /* of the client's record: which key (0x7d Enter); 0: none */
	uint8_t write_command;       /* of the host's record (0xf5 Erase/Write); 0: none */
	bool restores_keyboard;      /* … and its write control character does */
	bool definite_response;      /* the host wants to know when the terminal has shown it */
};

extern const struct decoder telnet_decoder;

/* "Enter", "PF3", "PA1", "Clear"; NULL when the byte is no key. */
const char *tn3270_key_name(uint8_t aid);
/* "device in use": RFC 2355, 7.1.6. NULL for others. */
const char *tn3270e_reason_name(uint8_t reason);

#endif
