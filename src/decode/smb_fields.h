/* The fields of the NetBIOS session service and of SMB, and who tells them. */
#ifndef DECODE_SMB_FIELDS_H
#define DECODE_SMB_FIELDS_H

#include "decode/tells.h"

extern const struct field smb_fields[];
tell_layer smb_tell;

#endif
