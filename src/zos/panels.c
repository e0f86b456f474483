#include <string.h>

#include "zos/panel.h"

extern const struct zos_panel zos_data_trace, zos_osaenta, zos_packet_trace;

const struct zos_panel *const zos_panels[] = {
	&zos_packet_trace,
	&zos_data_trace,
	&zos_osaenta,
	NULL,
};

const struct zos_panel *zos_panel_find(const char *name)
{
	for (unsigned i = 0; zos_panels[i]; i++)
		if (strcmp(zos_panels[i]->name, name) == 0)
			return zos_panels[i];
	return NULL;
}
