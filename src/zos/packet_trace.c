/* SYSTCPDA: packets that enter or leave a TCP/IP stack (VARY TCPIP,,PKTTRACE). */
#include <string.h>

#include "zos/common.h"
#include "zos/procedure.h"

static const struct zos_parameter parameters[] = {
	ZOS_SYSTEM_PARAMETERS,
	{ .option = "link", .label = "Link / INTF", .argument = "NAME", .range = "Link / Interface Name, * for all",
	  .initial = "*", .check = zos_check_name, .words = "*", .most = 16, .filter = true },
	{ .option = "length", .label = "Packet Length", .argument = "FULL|N",
	  .range = "1 - 65535, FULL for entire packet",
	  .initial = "FULL", .check = zos_check_number, .words = "FULL", .least = 1, .most = 65535 },
	{ .option = "protocol", .label = "Protocol", .argument = "P",
	  .range = "TCP, UDP, ICMP, ICMPV6, 0-255, * for all",
	  .initial = "*", .check = zos_check_protocol, .words = "TCP UDP ICMP ICMPV6 *", .filter = true },
	{ .option = "ip", .label = "IP Address", .argument = "ADDR",
	  .range = "Source/Destination IP Address, * for all",
	  .initial = "*", .check = zos_check_address, .words = "*", .filter = true },
	{ .option = "subnet", .label = "Subnet/Mask/Prefix", .argument = "MASK",
	  .range = "IPV4 subnet/mask or IPV6 prefix length",
	  .initial = "255.255.255.255", .check = zos_check_mask, .words = "*", .filter = true },
	{ .option = "source-port", .label = "Source Port", .argument = "N", .range = "1 - 65535, * for all",
	  .initial = "*", .check = zos_check_number, .words = "*", .least = 1, .most = 65535, .filter = true },
	{ .option = "destination-port", .label = "Destination Port", .argument = "N",
	  .range = "1 - 65535, * for all",
	  .initial = "*", .check = zos_check_number, .words = "*", .least = 1, .most = 65535, .filter = true },
	{ .option = "port", .label = "Packet Port", .argument = "N",
	  .range = "1 - 65535, * for any source/destination port",
	  .initial = "*", .check = zos_check_number, .words = "*", .least = 1, .most = 65535, .filter = true },
	{ .option = "discard", .label = "Discard", .argument = "NONE|ALL|N",
	  .range = "ALL, NONE, *, or Discard Code: 4096 - 20479",
	  .initial = "NONE", .check = zos_check_number, .words = "ALL NONE *", .least = 4096, .most = 20479,
	  .filter = true },
	ZOS_OUTPUT_PARAMETERS,
	{ 0 },
};

static bool check(const struct zos_form *form, struct error *error)
{
	for (unsigned line = 0; line < form->line_count; line++)
		if (!zos_check_subnet(form, line, error) || !zos_check_ports(form, line, error))
			return false;
	return true;
}

static void add_ports(const struct zos_form *form, unsigned line, struct text *to)
{
	if (!zos_is(form, line, "port", "*")) {
		text_addf(to, ",PORTNUM=%s", zos_value(form, line, "port"));
		return;
	}
	zos_add_operand(form, line, "source-port", "SRCP", to);
	zos_add_operand(form, line, "destination-port", "DEST", to);
}

static void add_filters(const struct zos_form *form, unsigned line, struct zos_procedure *to)
{
	struct text command = { 0 };
	text_addf(&command, "V TCPIP,%s,PKT", zos_value(form, 0, "tcpip"));
	zos_add_operand(form, line, "link", "LINKN", &command);
	text_add(&command, ",ON");
	zos_add_length(form, &command);
	zos_add_operand(form, line, "protocol", "PROT", &command);
	zos_add_address(form, line, &command);
	add_ports(form, line, &command);
	/* Releases before V1R11 do not know it: it is named only where it matters. */
	if (!zos_is(form, line, "discard", "NONE"))
		text_addf(&command, ",DISCARD=%s", zos_value(form, line, "discard"));
	zos_step_varied(zos_step_add(to, ZOS_START, line ? "or these packets: any line suffices"
				     : "choose the packets: all conditions of a line must hold", "%s", command.bytes),
			"PKTTRACE");
	text_finish(&command);
}

static void add_notes(const struct zos_form *form, struct zos_procedure *to)
{
	bool discards = false, passing = false;
	for (unsigned line = 0; line < form->line_count; line++) {
		bool none = zos_is(form, line, "discard", "NONE");
		discards |= !none;
		passing |= none;
	}
	if (discards)
		zos_note(to, "DISCARD selects packets that the stack threw away and nothing else%s. It costs little, and is "
			     "the first thing to try for unexplained \"Inbound Packets In Error\". `culprit zos codes` "
			     "explains the codes.", passing ? "; the other lines record the packets that pass" : "");
	if (passing && !discards)
		zos_note(to, "With DISCARD=NONE no discarded packet is recorded, so their absence from the trace proves "
			     "nothing.");
	if (!zos_is(form, 0, "length", "FULL"))
		zos_note(to, "IP and transport headers are always recorded whole; of the rest %s bytes a packet.",
			 zos_value(form, 0, "length"));
}

static void fill(const struct zos_form *form, struct zos_procedure *to)
{
	const char *stack = zos_value(form, 0, "tcpip");
	zos_writer_start(form, to);
	zos_step_varied(zos_step_add(to, ZOS_START, "forget the settings of earlier traces", "V TCPIP,%s,PKT,CLEAR",
				     stack), "PKTTRACE");
	for (unsigned line = 0; line < form->line_count; line++)
		add_filters(form, line, to);
	zos_component_on(form, to);
	zos_writer_check(form, to);
	struct zos_step *step = zos_step_add(to, ZOS_CHECK, "twice: TRRECCNT must be above zero and rise",
					     "D TCPIP,%s,NETSTAT,DE", stack);
	zos_step_reply(step, "PACKET TRACE SETTING: ... TRRECCNT: 00000033");
	zos_step_varied(zos_step_add(to, ZOS_STOP, "select no more packets", "V TCPIP,%s,PKT,OFF", stack), "PKTTRACE");
	zos_component_off(form, to);
	add_notes(form, to);
}

const struct zos_panel zos_packet_trace = {
	.name = "packet-trace",
	.title = "Packet Trace",
	.summary = "packets that enter or leave a TCP/IP stack",
	.component = "SYSTCPDA",
	.parameters = parameters,
	.check = check,
	.fill = fill,
};
