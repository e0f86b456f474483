/* Simple Network Management Protocol, RFC 1157, RFC 3416 and RFC 3412: what analysis needs of a message. */
#ifndef DECODE_SNMP_H
#define DECODE_SNMP_H

#include <stdbool.h>
#include <stdint.h>

struct decoder;

/* The context tags of PDUs, without the tag's upper bits */
enum snmp_pdu { SNMP_GET, SNMP_GET_NEXT, SNMP_RESPONSE, SNMP_SET, SNMP_TRAP_V1, SNMP_GET_BULK, SNMP_INFORM, SNMP_TRAP,
	SNMP_REPORT };

enum { SNMP_PORT = 161, SNMP_TRAP_PORT = 162, SNMP_NO_SUCH_NAME = 2 };

/* What stands in place of a value (RFC 3416, 3) */
enum snmp_exception { SNMP_NO_EXCEPTION, SNMP_NO_SUCH_OBJECT, SNMP_NO_SUCH_INSTANCE, SNMP_END_OF_VIEW };

#define SNMP_NAME_SIZE 80

struct snmp_message {
	uint8_t version;             /* 1, 2 (v2c), 3; 0: unknown */
	bool has_pdu;                /* it could be read: not encrypted */
	uint8_t pdu;                 /* enum snmp_pdu */
	int32_t request;             /* request-id; of v3 without PDU: msgID */
	int32_t error_status, error_index;
	uint8_t exception;           /* enum snmp_exception, of the first variable that has one */
	bool default_community;      /* "public" or "private" */
	char community[8];           /* that one; empty for others, which are secrets */
	char user[33];               /* v3, printable */
	uint64_t credential;         /* hash of community or user, to tell requests under several apart */
	char name[SNMP_NAME_SIZE];   /* of the first variable, "1.3.6.1…"; of the one with the error or exception */
	uint64_t variables;          /* hash of all names: the same question again */
	uint8_t usm_report;          /* v3: which usmStats counter a report names (RFC 3414, 5); 0: none */
};

/* "genErr", "notInTimeWindows"; NULL: unknown. */
const char *snmp_error_name(int32_t status);
const char *snmp_report_name(uint8_t counter);
const char *snmp_exception_name(uint8_t exception);
bool snmp_asks(uint8_t pdu);         /* its receiver owes an answer */

extern const struct decoder snmp_decoder;

#endif
