/* Lightweight Directory Access Protocol, RFC 4511, over TCP and UDP. What a security layer of SASL wraps is skipped. */
#ifndef DECODE_LDAP_H
#define DECODE_LDAP_H

#include "decode/credentials.h"

enum ldap_operation {            /* in the order of the CHOICE in RFC 4511, 4.2 to 4.14 */
	LDAP_BIND_REQUEST, LDAP_BIND_RESPONSE, LDAP_UNBIND_REQUEST, LDAP_SEARCH_REQUEST, LDAP_SEARCH_ENTRY,
	LDAP_SEARCH_DONE, LDAP_SEARCH_REFERENCE, LDAP_MODIFY_REQUEST, LDAP_MODIFY_RESPONSE, LDAP_ADD_REQUEST,
	LDAP_ADD_RESPONSE, LDAP_DELETE_REQUEST, LDAP_DELETE_RESPONSE, LDAP_RENAME_REQUEST, LDAP_RENAME_RESPONSE,
	LDAP_COMPARE_REQUEST, LDAP_COMPARE_RESPONSE, LDAP_ABANDON_REQUEST, LDAP_EXTENDED_REQUEST,
	LDAP_EXTENDED_RESPONSE, LDAP_INTERMEDIATE_RESPONSE, LDAP_UNKNOWN,
};

enum { LDAP_SUCCESS = 0, LDAP_REFERRAL = 10, LDAP_SASL_IN_PROGRESS = 14, LDAP_INVALID_CREDENTIALS = 49 };

#define LDAP_NAME 80

struct ldap_message {
	uint32_t id;
	uint8_t operation;           /* enum ldap_operation */
	bool has_result;
	uint16_t result;             /* of an answer: resultCode */
	char name[LDAP_NAME];        /* DN of the bind, the base of a search, or the object; cut to what fits */
	uint8_t name_length;
	bool asks_tls;               /* StartTLS */
	struct credentials login;    /* answers that decide on a log-in: whose; else outcome NONE */
};

extern const struct decoder ldap_decoder;

#endif
