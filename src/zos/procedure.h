/* The commands of a trace in their order, with the replies to expect; the writer's JCL, the PARMLIB member, how
 * much disk it takes and how to bring the data set home. Text only: nothing is sent to any system. */
#ifndef ZOS_PROCEDURE_H
#define ZOS_PROCEDURE_H

#include "core/text.h"
#include "zos/panel.h"

enum zos_part { ZOS_START, ZOS_CHECK, ZOS_STOP, ZOS_PARTS };

#define ZOS_MAX_STEPS (ZOS_MAX_LINES + 8)
#define ZOS_MAX_REPLIES 4
#define ZOS_MAX_NOTES 12
/* What a console takes in one command. A longer one belongs into a member that EZACMD or AUTOCMD issues, or is
 * split into several lines of filters. */
#define ZOS_COMMAND_LENGTH 126

struct zos_step {
	struct text command;
	struct text replies[ZOS_MAX_REPLIES];
	unsigned reply_count;
	const char *purpose;         /* constant text */
};

struct zos_procedure {
	const struct zos_panel *panel;
	struct zos_step steps[ZOS_PARTS][ZOS_MAX_STEPS];
	unsigned step_count[ZOS_PARTS];
	struct text notes[ZOS_MAX_NOTES];
	unsigned note_count;
	struct text writer;          /* JCL of the writer's procedure */
	struct text allocation;      /* JCL that makes its data set, once */
	struct text member;          /* of PARMLIB; empty without one */
	struct text transfer;        /* commands of an FTP client */
	const char *writer_name, *member_name;       /* the form's; NULL without a member */
	uint64_t records, record_bytes, bytes, cylinders;    /* how much to expect */
};

extern const char *const zos_part_names[ZOS_PARTS];      /* "start", "check", "stop" */

/* What the form means. The form must have passed its check and outlive the procedure. */
struct zos_procedure *zos_procedure_create(const struct zos_form *form);
void zos_procedure_destroy(struct zos_procedure *procedure);         /* NULL is fine */

/* For panels. Steps come out in the order in which they are added. */
struct zos_step *zos_step_add(struct zos_procedure *to, enum zos_part part, const char *purpose,
			      const char *format, ...) __attribute__((format(printf, 4, 5)));
void zos_step_reply(struct zos_step *step, const char *format, ...) __attribute__((format(printf, 2, 3)));
void zos_note(struct zos_procedure *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The steps around what a panel adds between: the writer must run before the component is connected to it, and
 * the component must let go before it stops. */
void zos_writer_start(const struct zos_form *form, struct zos_procedure *to);
void zos_component_on(const struct zos_form *form, struct zos_procedure *to);
void zos_writer_check(const struct zos_form *form, struct zos_procedure *to);
void zos_component_off(const struct zos_form *form, struct zos_procedure *to);
/* The replies of VARY: it is echoed, and says that it did what was asked. */
void zos_step_varied(struct zos_step *step, const char *what);
/* Adds ",NAME=value", unless the form is brief and nobody chose it. */
void zos_add_operand(const struct zos_form *form, unsigned line, const char *option, const char *name,
		     struct text *to);
/* ",FULL" or ",ABBREV=n". */
void zos_add_length(const struct zos_form *form, struct text *to);
/* ",IP=…" with the mask or prefix that belongs to it. */
void zos_add_address(const struct zos_form *form, unsigned line, struct text *to);

#endif
