/* The groups of fields that are told by no decoder. */
#ifndef FIELD_GROUPS_H
#define FIELD_GROUPS_H

#include "field/fields.h"

extern const struct field_group culprit_group, findings_group, frame_group, malformed_group, session_group, short_group,
	tcp_group, udp_group, zos_group;

#endif
