/* SYSTCPDA: socket data into and out of the physical file system (VARY TCPIP,,DATTRACE). */
#include "zos/common.h"
#include "zos/procedure.h"

static const struct zos_parameter parameters[] = {
	ZOS_SYSTEM_PARAMETERS,
	{ .option = "job", .label = "Job Name", .argument = "NAME", .range = "Job Name, * for all",
	  .initial = "*", .check = zos_check_name, .words = "*", .most = 8, .filter = true },
	{ .option = "length", .label = "Data Length", .argument = "FULL|N", .range = "1 - 65535, FULL for all data",
	  .initial = "FULL", .check = zos_check_number, .words = "FULL", .least = 1, .most = 65535 },
	{ .option = "ip", .label = "IP Address", .argument = "ADDR",
	  .range = "Source/Destination IP Address, * for all",
	  .initial = "*", .check = zos_check_address, .words = "*", .filter = true },
	{ .option = "subnet", .label = "Subnet/Mask/Prefix", .argument = "MASK",
	  .range = "IPV4 subnet/mask or IPV6 prefix length",
	  .initial = "255.255.255.255", .check = zos_check_mask, .words = "*", .filter = true },
	{ .option = "port", .label = "Port", .argument = "N", .range = "1 - 65535, * for all",
	  .initial = "*", .check = zos_check_number, .words = "*", .least = 1, .most = 65535, .filter = true },
	ZOS_OUTPUT_PARAMETERS,
	{ 0 },
};

static bool check(const struct zos_form *form, struct error *error)
{
	for (unsigned line = 0; line < form->line_count; line++)
		if (!zos_check_subnet(form, line, error))
			return false;
	return true;
}

static void add_filters(const struct zos_form *form, unsigned line, struct zos_procedure *to)
{
	struct text command = { 0 };
	text_addf(&command, "V TCPIP,%s,DAT,ON", zos_value(form, 0, "tcpip"));
	zos_add_length(form, &command);
	zos_add_operand(form, line, "job", "JOBNAME", &command);
	zos_add_address(form, line, &command);
	zos_add_operand(form, line, "port", "PORTNUM", &command);
	zos_step_varied(zos_step_add(to, ZOS_START, line ? "or this data: any line suffices"
				     : "choose the data: all conditions of a line must hold", "%s", command.bytes),
			"DATTRACE");
	text_finish(&command);
}

static void fill(const struct zos_form *form, struct zos_procedure *to)
{
	const char *stack = zos_value(form, 0, "tcpip");
	zos_writer_start(form, to);
	for (unsigned line = 0; line < form->line_count; line++)
		add_filters(form, line, to);
	zos_component_on(form, to);
	zos_writer_check(form, to);
	struct zos_step *step = zos_step_add(to, ZOS_CHECK, "twice: TRRECCNT must be above zero and rise",
					     "D TCPIP,%s,NETSTAT,CONFIG", stack);
	zos_step_reply(step, "DATA TRACE SETTING: JOBNAME: * TRRECCNT: 00000033 LENGTH: FULL");
	zos_step_varied(zos_step_add(to, ZOS_STOP, "select no more data", "V TCPIP,%s,DAT,OFF", stack), "DATTRACE");
	zos_component_off(form, to);
	zos_note(to, "The clear text of AT-TLS connections is recorded only where the AT-TLS policy says CtraceClearText On "
		     "and the user may see it; else the record says that data is withheld.");
	zos_note(to, "The data set then holds secrets as they were sent: passwords, names, contents. Protect it as such.");
}

const struct zos_panel zos_data_trace = {
	.name = "data-trace",
	.title = "Data Trace",
	.summary = "data that programs send and receive on sockets",
	.component = "SYSTCPDA",
	.parameters = parameters,
	.check = check,
	.fill = fill,
};
