/* What parameters of one line of filters must have in common. */
#include <stdlib.h>
#include <string.h>

#include "zos/panel.h"

static bool has_ports(const char *protocol)
{
	return strcmp(protocol, "*") == 0 || strcmp(protocol, "TCP") == 0 || strcmp(protocol, "UDP") == 0 ||
	       strcmp(protocol, "6") == 0 || strcmp(protocol, "17") == 0;
}

/* The option names a port, and one that is not just any. */
static const char *port_in(const struct zos_form *form, unsigned line)
{
	static const char *const options[] = { "source-port", "destination-port", "port", "port-number" };
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		const struct zos_parameter *parameter = zos_form_find(form, options[i]);
		if (parameter && parameter->filter && !zos_is(form, line, options[i], "*"))
			return options[i];
	}
	return NULL;
}

bool zos_check_ports(const struct zos_form *form, unsigned line, struct error *error)
{
	const char *port = port_in(form, line);
	bool either = zos_form_find(form, "source-port") && !zos_is(form, line, "port", "*");
	if (either && !(zos_is(form, line, "source-port", "*") && zos_is(form, line, "destination-port", "*")))
		return error_set(error, ERROR_USAGE, "give --port, or --source-port and --destination-port",
				 "--port means either end's port, so z/OS refuses it beside a source or destination port");
	if (port && zos_form_find(form, "protocol") && !has_ports(zos_value(form, line, "protocol")))
		return error_set(error, ERROR_USAGE, "leave out the port, or give --protocol TCP, UDP or *",
				 "--%s: packets of protocol %s have no ports, so nothing would be recorded", port,
				 zos_value(form, line, "protocol"));
	return true;
}

bool zos_check_subnet(const struct zos_form *form, unsigned line, struct error *error)
{
	const char *address = zos_value(form, line, "ip"), *mask = zos_value(form, line, "subnet");
	bool six = zos_is_ipv6(address), dotted = strchr(mask, '.') != NULL;
	if (!zos_chosen(form, line, "subnet"))
		return true;
	if (strcmp(address, "*") == 0 && strcmp(mask, "255.255.255.255") != 0 && strcmp(mask, "*") != 0)
		return error_set(error, ERROR_USAGE, "give --ip as well", "--subnet %s: a subnet needs an address", mask);
	if (strchr(address, '/'))
		return error_set(error, ERROR_USAGE, "leave out one of them",
				 "--subnet %s: --ip %s has its mask already", mask, address);
	if (six && dotted)
		return error_set(error, ERROR_USAGE, "give the length of its prefix, 1 - 128",
				 "--subnet %s: an IPv6 address has no such mask", mask);
	if (!six && !dotted && strtoul(mask, NULL, 10) > 32)
		return error_set(error, ERROR_USAGE, "1 - 32, or a mask such as 255.255.255.0",
				 "--subnet %s: an IPv4 address has only 32 bits", mask);
	return true;
}
