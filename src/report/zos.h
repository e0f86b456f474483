/* What culprit tells about z/OS that is no diagnosis: the commands of a trace, discard codes. */
#ifndef REPORT_ZOS_H
#define REPORT_ZOS_H

#include <culprit.h>

#include "core/error.h"
#include "core/text.h"
#include "report/json.h"
#include "report/wrap.h"
#include "zos/displays.h"
#include "zos/procedure.h"

/* `parts` as culprit_zos_parts, 0: all. */
void zos_commands_text(const struct zos_procedure *procedure, unsigned parts, bool bare,
		       const struct culprit_output *output, struct text *to);
void zos_commands_json(const struct zos_form *form, const struct zos_procedure *procedure, unsigned parts,
		       struct text *to);
/* Of a diagnosis: how much was read; at the end what, and what of it was not understood. Nothing without displays. */
void zos_displays_head(const struct page *page, const struct zos_displays *displays);
void zos_displays_tail(const struct page *page, const struct zos_displays *displays);
/* The member "displays" of the document. */
void zos_displays_json(struct json *json, const struct zos_displays *displays);
bool zos_figures_report(const struct zos_displays *displays, const struct culprit_output *output);
/* NULL `code`: all of them. */
bool zos_codes_report(const char *code, const struct culprit_output *output, struct error *error);

#endif
