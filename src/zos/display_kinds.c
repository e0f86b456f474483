#include "zos/reader.h"

extern const struct zos_display_kind zos_config_display, zos_devlinks_display, zos_osainfo_display, zos_stats_display,
	zos_trace_display, zos_trle_display;

const struct zos_display_kind *const zos_display_kinds[] = {
	&zos_config_display,
	&zos_devlinks_display,
	&zos_osainfo_display,
	&zos_stats_display,
	&zos_trace_display,
	&zos_trle_display,
	NULL,
};
