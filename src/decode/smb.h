/* SMB, all versions, in the frames of the NetBIOS session service (RFC 1002, 4.3; [MS-SMB2], [MS-CIFS]): the
 * headers, and of SMB 2 and 3 the names that commands are about. */
#ifndef DECODE_SMB_H
#define DECODE_SMB_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/field.h"

#define SMB_NAME 64

enum smb_kind {
	SMB_SESSION_SERVICE,         /* a message of the session service itself: `command` is its type */
	SMB_1, SMB_2,
	SMB_ENCRYPTED, SMB_COMPRESSED,
	SMB_UNKNOWN,
};

struct smb_message {
	uint8_t kind;                /* enum smb_kind */
	bool framed;                 /* begins with the header of the session service; commands that are chained to
				      * others do not */
	bool response, from_client;
	uint16_t command;
	uint32_t status;             /* NT status of a response */
	uint64_t message_id, session_id;
	uint32_t tree_id;
	uint16_t dialect;            /* of a response to NEGOTIATE */
	char name[SMB_NAME];         /* file or share; "", and cut when longer */
};

extern const struct field_name smb_commands[], smb2_commands[], smb_statuses[], smb_session_types[];

/* Fails in the sense of an application: warnings are none, and neither is "more is needed". */
static inline bool smb_status_failed(uint32_t status)
{
	return status >> 30 == 3 && status != 0xc0000016;
}

struct decoder;
extern const struct decoder smb_decoder;

#endif
