/* SYSTCPOT: frames at a port of an OSA-Express adapter (VARY TCPIP,,OSAENTA). */
#include <string.h>

#include "zos/common.h"
#include "zos/procedure.h"

#define OSA_LENGTH_STEP 32       /* it rounds lengths up to a multiple */
#define OSA_LENGTH_MOST 480      /* and records no more: z/OS shows ABBREV: 480 when FULL is asked */
#define OSA_FILTER_VALUES 8      /* of each filter */

static const struct zos_parameter parameters[] = {
	ZOS_SYSTEM_PARAMETERS,
	{ .option = "port", .label = "OSA Port Name", .argument = "NAME", .range = "Port name for tracing",
	  .initial = "", .check = zos_check_name, .most = 8, .required = true },
	{ .option = "length", .label = "Data Length", .argument = "FULL|N",
	  .range = "64 - 65472, FULL for entire packet",
	  .initial = "FULL", .check = zos_check_number, .words = "FULL", .least = 64, .most = 65472 },
	{ .option = "megabytes", .label = "Trace Amount", .argument = "N", .range = "1 - 2147483647 MB, 0 = Max value",
	  .initial = "0", .check = zos_check_number, .words = "0", .least = 1, .most = 2147483647 },
	{ .option = "frames", .label = "No. of Frames", .argument = "N",
	  .range = "100 - 2147483647 frames, 0 = Max value",
	  .initial = "0", .check = zos_check_number, .words = "0", .least = 100, .most = 2147483647 },
	{ .option = "minutes", .label = "Trace Duration", .argument = "N", .range = "1 - 10080 minutes, 0 = Max value",
	  .initial = "1", .check = zos_check_number, .words = "0", .least = 1, .most = 10080 },
	{ .option = "discard", .label = "Discard", .argument = "NONE|ALL|EXCEPTION|N",
	  .range = "ALL, NONE, EXCEPTION, or discard code: 1 - 4087",
	  .initial = "NONE", .check = zos_check_number, .words = "ALL NONE EXCEPTION", .least = 1, .most = 4087 },
	{ .option = "device", .label = "Device ID", .argument = "ID",
	  .range = "8-hex digits OSA Device ID, * for all",
	  .initial = "*", .check = zos_check_digits, .words = "*", .most = 8, .filter = true },
	{ .option = "protocol", .label = "Protocol", .argument = "P",
	  .range = "TCP, UDP, ICMP, ICMPV6, 0 - 255, * for all",
	  .initial = "*", .check = zos_check_protocol, .words = "TCP UDP ICMP ICMPV6 *", .filter = true },
	{ .option = "ip", .label = "IP Address", .argument = "ADDR", .range = "* for all",
	  .initial = "*", .check = zos_check_address, .words = "*", .filter = true },
	{ .option = "mask-bits", .label = "Mask Bits/Prefix", .argument = "N",
	  .range = "IPV4 mask bits or IPV6 prefix length",
	  .initial = "32", .check = zos_check_number, .least = 1, .most = 128, .filter = true },
	{ .option = "port-number", .label = "Port number", .argument = "N", .range = "1 - 65535, * for all",
	  .initial = "*", .check = zos_check_number, .words = "*", .least = 1, .most = 65535, .filter = true },
	{ .option = "ethertype", .label = "Ethernet Type", .argument = "T",
	  .range = "IPV4, IPV6, ARP, SNA, 0600 - FFFF, * for all",
	  .initial = "*", .check = zos_check_ether_type, .words = "IPV4 IPV6 ARP SNA *", .filter = true },
	{ .option = "mac", .label = "Mac Address", .argument = "M", .range = "12-hex digits MAC address, * for all",
	  .initial = "*", .check = zos_check_digits, .words = "*", .most = 12, .filter = true },
	{ .option = "vlan", .label = "VLAN ID", .argument = "N", .range = "0 - 4094, ALL for VLAN tag, * for all",
	  .initial = "*", .check = zos_check_number, .words = "* ALL", .least = 0, .most = 4094, .filter = true },
	{ .option = "datapath", .label = "DATAPATH", .argument = "DEVICES",
	  .range = "the TRLE's DATAPATH devices, as 0406,0407: two at least",
	  .initial = "", .check = zos_check_devices },
	{ .option = "trle", .label = "TRLE", .argument = "NAME", .range = "name of the OSA's TRLE",
	  .initial = "", .check = zos_check_name, .most = 8 },
	ZOS_OUTPUT_PARAMETERS,
	{ 0 },
};

/* The filters of VARY, in the order in which z/OS displays them. */
static const struct { const char *option, *name; } filters[] = {
	{ "device", "DEVICEID" }, { "mac", "MAC" }, { "vlan", "VLANID" }, { "ethertype", "ETHTYPE" },
	{ "ip", "IPADDR" }, { "protocol", "PROTOCOL" }, { "port-number", "PORTNUM" },
};

#define FILTERS (sizeof filters / sizeof *filters)

static bool check_bits(const struct zos_form *form, unsigned line, struct error *error)
{
	const char *address = zos_value(form, line, "ip");
	uint32_t bits = zos_number(form, line, "mask-bits");
	if (!zos_chosen(form, line, "mask-bits"))
		return true;
	if (strcmp(address, "*") == 0 && bits != 32)
		return error_set(error, ERROR_USAGE, "give --ip as well", "--mask-bits %u: mask bits need an address", bits);
	if (strchr(address, '/'))
		return error_set(error, ERROR_USAGE, "leave out one of them",
				 "--mask-bits %u: --ip %s has them already", bits, address);
	if (!zos_is_ipv6(address) && bits > 32)
		return error_set(error, ERROR_USAGE, "1 - 32", "--mask-bits %u: an IPv4 address has only 32 bits", bits);
	return true;
}

/* Lines add up: every filter collects the values of all lines. */
static bool check_counts(const struct zos_form *form, struct error *error)
{
	for (size_t i = 0; i < FILTERS; i++) {
		unsigned count[2] = { 0 };       /* addresses of IPv6 have room of their own */
		for (unsigned line = 0; line < form->line_count; line++)
			if (!zos_is(form, line, filters[i].option, "*"))
				count[zos_is_ipv6(zos_value(form, line, filters[i].option))]++;
		if (count[0] > OSA_FILTER_VALUES || count[1] > OSA_FILTER_VALUES)
			return error_set(error, ERROR_USAGE, "leave some out", "--%s: an OSA takes %d values for it, not more",
					 filters[i].option, OSA_FILTER_VALUES);
	}
	return true;
}

static bool check(const struct zos_form *form, struct error *error)
{
	for (unsigned line = 0; line < form->line_count; line++)
		if (!check_bits(form, line, error) || !zos_check_ports(form, line, error))
			return false;
	return check_counts(form, error);
}

static unsigned add_filters(const struct zos_form *form, unsigned line, struct text *to)
{
	unsigned count = 0;
	for (size_t i = 0; i < FILTERS; i++) {
		const char *value = zos_value(form, line, filters[i].option);
		if (strcmp(value, "*") == 0)
			continue;
		text_addf(to, ",%s=%s", filters[i].name, value);
		if (strcmp(filters[i].option, "ip") == 0 && !strchr(value, '/'))
			text_addf(to, "/%u", zos_is_ipv6(value) && !zos_chosen(form, line, "mask-bits")
				  ? 128 : zos_number(form, line, "mask-bits"));
		count++;
	}
	return count;
}

static void add_limits(const struct zos_form *form, struct text *to)
{
	zos_add_length(form, to);
	zos_add_operand(form, 0, "megabytes", "DATA", to);
	zos_add_operand(form, 0, "frames", "FRAMES", to);
	zos_add_operand(form, 0, "minutes", "TIME", to);
	zos_add_operand(form, 0, "discard", "DISCARD", to);
}

static void add_on(const struct zos_form *form, unsigned line, struct zos_procedure *to)
{
	struct text filtered = { 0 };
	unsigned count = add_filters(form, line, &filtered);
	if (count == 0 && line == 0 && form->line_count == 1)
		text_add(&filtered, ",NOFILTER=ALL");
	struct text limits = { 0 };
	if (line == 0)
		add_limits(form, &limits);
	zos_step_varied(zos_step_add(to, ZOS_START, line ? "add these values to the filters"
				     : "choose the frames", "V TCPIP,%s,OSAENTA,PORTNAME=%s,ON%s%s",
				     zos_value(form, 0, "tcpip"), zos_value(form, 0, "port"),
				     filtered.bytes ? filtered.bytes : "", limits.bytes ? limits.bytes : ""),
			"OSAENTA");
	text_finish(&filtered);
	text_finish(&limits);
}

static void note_length(const struct zos_form *form, struct zos_procedure *to)
{
	uint32_t length = zos_number(form, 0, "length");
	uint32_t rounded = (length + OSA_LENGTH_STEP - 1) / OSA_LENGTH_STEP * OSA_LENGTH_STEP;
	if (length && rounded <= OSA_LENGTH_MOST && rounded == length)
		return;
	if (length && rounded <= OSA_LENGTH_MOST)
		zos_note(to, "Length %u becomes %u: the OSA rounds up to a multiple of %d bytes.", length, rounded,
			 OSA_LENGTH_STEP);
	else
		zos_note(to, "Length %s becomes %d: to save its buffers the OSA rounds up to a multiple of %d bytes and "
			     "records %d at most. For whole packets take a packet trace at the same time "
			     "(`culprit zos packet-trace`, with a writer of its own).", zos_value(form, 0, "length"),
			 OSA_LENGTH_MOST, OSA_LENGTH_STEP, OSA_LENGTH_MOST);
}

static void add_notes(const struct zos_form *form, struct zos_procedure *to)
{
	note_length(form, to);
	if (form->line_count > 1)
		zos_note(to, "Lines add up: of the values of one filter any may match, but of all filters every one must.");
	if (!zos_value(form, 0, "datapath")[0])
		zos_note(to, "The TRLE needs two DATAPATH devices, one for data and one for the trace: D NET,TRL,TRLE= must "
			     "show a TRACE DEV.");
	zos_note(to, "The OSA must allow it (HMC, Advanced Facilities): authorization LOGICAL PARTITION shows this LPAR's frames "
		     "only, CHPID those of all systems on the port. One stack at a time can trace a port.");
	zos_note(to, "The trace ends by itself after %s MB, %s frames or %s minutes (0: the maximum).",
		 zos_value(form, 0, "megabytes"), zos_value(form, 0, "frames"), zos_value(form, 0, "minutes"));
}

static void fill(const struct zos_form *form, struct zos_procedure *to)
{
	const char *stack = zos_value(form, 0, "tcpip"), *port = zos_value(form, 0, "port");
	const char *trle = zos_value(form, 0, "trle");
	struct zos_step *step;
	zos_writer_start(form, to);
	zos_step_varied(zos_step_add(to, ZOS_START, "forget the settings of earlier traces",
				     "V TCPIP,%s,OSAENTA,PORTNAME=%s,CLEAR", stack, port), "OSAENTA");
	for (unsigned line = 0; line < form->line_count; line++)
		add_on(form, line, to);
	zos_component_on(form, to);
	if (trle[0]) {
		step = zos_step_add(to, ZOS_CHECK, "is there a TRACE DEV, and is it active?", "D NET,TRL,TRLE=%s", trle);
		zos_step_reply(step, "IST1221I TRACE DEV = nnnn STATUS = ACTIVE");
	}
	zos_writer_check(form, to);
	step = zos_step_add(to, ZOS_CHECK, "twice: FRAMES must rise, FRAMESLOST must not", "D TCPIP,%s,NETSTAT,DE", stack);
	zos_step_reply(step, "OSAENTA TRACE SETTINGS: STATUS: ON");
	/* The stack may go unnamed where there is one, as there is where it has the usual name. */
	zos_step_varied(zos_step_add(to, ZOS_STOP, "select no more frames", "V TCPIP,%s,OSAENTA,PORTNAME=%s,OFF",
				     strcmp(stack, "TCPIP") == 0 ? "" : stack, port), "OSAENTA");
	zos_component_off(form, to);
	add_notes(form, to);
}

const struct zos_panel zos_osaenta = {
	.name = "osaenta",
	.title = "OSA-Express Network Traffic Analyzer",
	.summary = "frames at a port of an OSA adapter",
	.component = "SYSTCPOT",
	.most_bytes = OSA_LENGTH_MOST,
	.parameters = parameters,
	.check = check,
	.fill = fill,
};
