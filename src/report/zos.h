/* What culprit tells about z/OS that is no diagnosis: the commands of a trace, discard codes. */
#ifndef REPORT_ZOS_H
#define REPORT_ZOS_H

#include <culprit.h>

#include "core/error.h"
#include "core/text.h"
#include "zos/procedure.h"

/* `parts` as culprit_zos_parts, 0: all. */
void zos_commands_text(const struct zos_procedure *procedure, unsigned parts, bool bare,
		       const struct culprit_output *output, struct text *to);
void zos_commands_json(const struct zos_form *form, const struct zos_procedure *procedure, unsigned parts,
		       struct text *to);
/* NULL `code`: all of them. */
bool zos_codes_report(const char *code, const struct culprit_output *output, struct error *error);

#endif
