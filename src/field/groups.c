/* Every group of this build, in the order in which they are told. */
#include "field/groups.h"

const struct field_group *const field_groups[] = {
	&frame_group,
	&zos_group,
	&tcp_group,
	&udp_group,
	&malformed_group,
	&short_group,
	&session_group,
	&culprit_group,
	&findings_group,
	NULL,
};
