#include "zos/procedure.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

const char *const zos_part_names[ZOS_PARTS] = { "start", "check", "stop" };

/* What an entry of a component trace has around the packet: its own header and length, and the packet trace
 * header (doc/formats/ctrace.md). OSAENTA has the frame's header besides. */
#define ENTRY_BYTES 110
/* A cylinder of a 3390 holds 15 tracks of two blocks of 27 998 bytes, as the writer makes them. */
#define CYLINDER_BYTES (15u * 2 * 27998)

struct zos_step *zos_step_add(struct zos_procedure *to, enum zos_part part, const char *purpose,
			      const char *format, ...)
{
	/* The last one stays the last one: no panel has so many. */
	unsigned at = to->step_count[part] < ZOS_MAX_STEPS ? to->step_count[part]++ : ZOS_MAX_STEPS - 1;
	struct zos_step *step = &to->steps[part][at];
	va_list arguments;
	va_start(arguments, format);
	text_clear(&step->command);
	text_addv(&step->command, format, arguments);
	va_end(arguments);
	step->purpose = purpose;
	return step;
}

void zos_step_reply(struct zos_step *step, const char *format, ...)
{
	va_list arguments;
	if (step->reply_count == ZOS_MAX_REPLIES)
		return;
	va_start(arguments, format);
	text_addv(&step->replies[step->reply_count++], format, arguments);
	va_end(arguments);
}

void zos_note(struct zos_procedure *to, const char *format, ...)
{
	va_list arguments;
	if (to->note_count == ZOS_MAX_NOTES)
		return;
	va_start(arguments, format);
	text_addv(&to->notes[to->note_count++], format, arguments);
	va_end(arguments);
}

static void reply_done(struct zos_step *step)
{
	zos_step_reply(step, "ITT038I ALL OF THE TRANSACTIONS REQUESTED VIA THE TRACE CT COMMAND WERE "
			     "SUCCESSFULLY EXECUTED.");
}

void zos_step_varied(struct zos_step *step, const char *what)
{
	/* It echoes the whole verb. */
	const char *rest = strchr(step->command.bytes, ' ');
	zos_step_reply(step, "EZZ0060I PROCESSING COMMAND: VARY%s", rest ? rest : "");
	zos_step_reply(step, "EZZ0053I COMMAND VARY %s COMPLETED SUCCESSFULLY", what);
}

void zos_writer_start(const struct zos_form *form, struct zos_procedure *to)
{
	const char *writer = zos_value(form, 0, "writer");
	struct zos_step *step = zos_step_add(to, ZOS_START, "start the external writer", "TRACE CT,WTRSTART=%s%s%s", writer,
					     zos_chosen(form, 0, "wrap") ? "," : "",
					     zos_chosen(form, 0, "wrap") ? zos_value(form, 0, "wrap") : "");
	reply_done(step);
	zos_step_reply(step, "ITT110I INITIALIZATION OF CTRACE WRITER %s COMPLETE.", writer);
}

void zos_component_on(const struct zos_form *form, struct zos_procedure *to)
{
	bool member = !zos_is(form, 0, "parm", "NONE");
	struct zos_step *step = zos_step_add(to, ZOS_START, "connect the component to the writer",
		"TRACE CT,ON,COMP=%s,SUB=(%s)%s%s", form->panel->component, zos_value(form, 0, "tcpip"),
		member ? ",PARM=" : "", member ? zos_value(form, 0, "parm") : "");
	if (member) {
		reply_done(step);
		return;
	}
	zos_step_reply(step, "*nn ITT006A SPECIFY OPERAND(S) FOR TRACE CT COMMAND.");
	step = zos_step_add(to, ZOS_START, "without a member the writer is named in the reply (nn: its number)",
			    "R nn,WTR=%s,END", zos_value(form, 0, "writer"));
	reply_done(step);
}

void zos_writer_check(const struct zos_form *form, struct zos_procedure *to)
{
	struct zos_step *step = zos_step_add(to, ZOS_CHECK, "is the writer active, and for this component?",
					     "D TRACE,WTR=%s", zos_value(form, 0, "writer"));
	zos_step_reply(step, "%-8s ACTIVE        %s %s", zos_value(form, 0, "writer"), form->panel->component,
		       zos_value(form, 0, "tcpip"));
}

void zos_component_off(const struct zos_form *form, struct zos_procedure *to)
{
	const char *writer = zos_value(form, 0, "writer");
	reply_done(zos_step_add(to, ZOS_STOP, "disconnect the component, before the writer stops",
				"TRACE CT,OFF,COMP=%s,SUB=(%s)", form->panel->component,
				zos_value(form, 0, "tcpip")));
	struct zos_step *step = zos_step_add(to, ZOS_STOP, "stop the writer; FLUSH writes what its buffers hold",
					     "TRACE CT,WTRSTOP=%s,FLUSH", writer);
	reply_done(step);
	zos_step_reply(step, "ITT111I CTRACE WRITER %s TERMINATED BECAUSE OF A WTRSTOP REQUEST.", writer);
}

void zos_add_operand(const struct zos_form *form, unsigned line, const char *option, const char *name,
		     struct text *to)
{
	if (!form->brief || zos_chosen(form, line, option))
		text_addf(to, ",%s=%s", name, zos_value(form, line, option));
}

void zos_add_length(const struct zos_form *form, struct text *to)
{
	if (form->brief && !zos_chosen(form, 0, "length"))
		return;
	if (zos_is(form, 0, "length", "FULL"))
		text_add(to, ",FULL");
	else
		text_addf(to, ",ABBREV=%s", zos_value(form, 0, "length"));
}

static void add_dotted(uint32_t bits, struct text *to)
{
	uint32_t mask = bits >= 32 ? UINT32_MAX : ~(UINT32_MAX >> bits);
	text_addf(to, "%u.%u.%u.%u", mask >> 24, mask >> 16 & 255, mask >> 8 & 255, mask & 255);
}

void zos_add_address(const struct zos_form *form, unsigned line, struct text *to)
{
	const char *address = zos_value(form, line, "ip"), *mask = zos_value(form, line, "subnet");
	bool six = zos_is_ipv6(address), has_bits = strchr(address, '/') != NULL;
	zos_add_operand(form, line, "ip", "IP", to);
	/* An IPv6 address carries its prefix, and so may an IPv4 address. */
	if (six || has_bits) {
		if (six && !has_bits && zos_chosen(form, line, "subnet"))
			text_addf(to, "/%s", mask);
		return;
	}
	if (form->brief && !zos_chosen(form, line, "subnet"))
		return;
	text_add(to, ",SUBN=");
	if (strchr(mask, '.') || strcmp(mask, "*") == 0)
		text_add(to, mask);
	else
		add_dotted(zos_number(form, line, "subnet"), to);
}

static void estimate(const struct zos_form *form, struct zos_procedure *to)
{
	uint64_t size = zos_number(form, 0, "size"), length = zos_number(form, 0, "length");
	uint64_t minutes = zos_number(form, 0, "for");
	if (zos_form_find(form, "minutes") && zos_number(form, 0, "minutes"))
		minutes = zos_number(form, 0, "minutes");
	to->records = (uint64_t)zos_number(form, 0, "rate") * 60 * minutes;
	if (form->panel->most_bytes && (!length || length > form->panel->most_bytes))
		length = form->panel->most_bytes;
	to->record_bytes = ENTRY_BYTES + (length && length < size ? length : size);
	to->bytes = to->records * to->record_bytes;
	to->cylinders = to->bytes / CYLINDER_BYTES + 1;
}

static void write_jobs(const struct zos_form *form, struct zos_procedure *to)
{
	const char *writer = zos_value(form, 0, "writer"), *data_set = zos_value(form, 0, "dataset");
	text_addf(&to->writer, "//%-8s PROC\n"
			       "//IEFPROC  EXEC PGM=ITTTRCWR,REGION=0K,TIME=1440,DPRTY=15\n"
			       "//TRCOUT01 DD DISP=SHR,DSN=%s\n", writer, data_set);
	text_addf(&to->allocation, "//ALLOC    EXEC PGM=IEFBR14\n"
				   "//TRCOUT01 DD DISP=(NEW,CATLG),DSN=%s,\n"
				   "//            UNIT=SYSDA,SPACE=(CYL,(%llu),,CONTIG)\n", data_set,
		  (unsigned long long)to->cylinders);
	text_addf(&to->transfer, "binary\nquote site rdw\nget '%s' %s.ctrace\n", data_set, form->panel->name);
	to->writer_name = writer;
	if (zos_is(form, 0, "parm", "NONE"))
		return;
	to->member_name = zos_value(form, 0, "parm");
	text_addf(&to->member, "TRACEOPTS ON WTR(%s)\n", writer);
}

struct zos_procedure *zos_procedure_create(const struct zos_form *form)
{
	struct zos_procedure *to = memory_zeroed(1, sizeof *to);
	to->panel = form->panel;
	estimate(form, to);
	write_jobs(form, to);
	form->panel->fill(form, to);
	for (int part = 0; part < ZOS_PARTS; part++)
		for (unsigned i = 0; i < to->step_count[part]; i++)
			if (to->steps[part][i].command.length > ZOS_COMMAND_LENGTH)
				zos_note(to, "A console takes %d characters in one command, and \"%.40s...\" has %zu: "
					     "use --brief, fewer conditions, or an automation that takes more.",
					 ZOS_COMMAND_LENGTH, to->steps[part][i].command.bytes,
					 to->steps[part][i].command.length);
	return to;
}

void zos_procedure_destroy(struct zos_procedure *procedure)
{
	if (!procedure)
		return;
	for (int part = 0; part < ZOS_PARTS; part++) {
		for (unsigned i = 0; i < ZOS_MAX_STEPS; i++) {
			text_finish(&procedure->steps[part][i].command);
			for (unsigned j = 0; j < ZOS_MAX_REPLIES; j++)
				text_finish(&procedure->steps[part][i].replies[j]);
		}
	}
	for (unsigned i = 0; i < ZOS_MAX_NOTES; i++)
		text_finish(&procedure->notes[i]);
	text_finish(&procedure->writer);
	text_finish(&procedure->allocation);
	text_finish(&procedure->member);
	text_finish(&procedure->transfer);
	free(procedure);
}
