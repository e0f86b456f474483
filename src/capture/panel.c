#include "capture/panel.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/address.h"

#define ALL "*"

struct panel {
	const struct culprit_capture_term *terms;
	size_t count;
	unsigned mask_bits;          /* of --subnet, when has_mask */
	bool has_mask;
};

struct kind {
	const char *name;
	/* Adds what the value means. False with `error` filled. */
	bool (*add)(const struct panel *panel, const char *value, struct text *to, struct error *error);
};

static bool wrong(struct error *error, const char *name, const char *value, const char *range)
{
	return error_set(error, ERROR_USAGE, range, "--%s: \"%s\" makes no sense", name, value);
}

/* A decimal number, or with `base` 16 a hexadecimal one. */
static bool number(const char *value, int base, unsigned long least, unsigned long most, unsigned long *to)
{
	char *end;
	errno = 0;
	*to = strtoul(value, &end, base);
	return isxdigit((unsigned char)*value) && !*end && !errno && *to >= least && *to <= most;
}

static bool add_protocol(const struct panel *panel, const char *value, struct text *to, struct error *error)
{
	static const char *const names[][2] = { { "tcp", "tcp" }, { "udp", "udp" }, { "icmp", "icmp" },
		{ "icmpv6", "icmp6" }, { "sctp", "sctp" } };
	unsigned long protocol;
	(void)panel;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(value, names[i][0]) == 0) {
			text_add(to, names[i][1]);
			return true;
		}
	if (!number(value, 10, 0, 255, &protocol))
		return wrong(error, "protocol", value, "give TCP, UDP, ICMP, ICMPV6, 0-255, or * for all");
	text_addf(to, "(ip proto %lu or ip6 proto %lu)", protocol, protocol);
	return true;
}

static void mask_address(struct address *address, unsigned bits)
{
	for (unsigned bit = bits; bit < (address->family == ADDRESS_IPV4 ? 32u : 128u); bit++)
		address->bytes[bit / 8] &= (uint8_t)~(0x80u >> bit % 8);
}

static bool add_ip(const struct panel *panel, const char *value, struct text *to, struct error *error)
{
	struct address address;
	char text[ADDRESS_TEXT_SIZE], own[ADDRESS_TEXT_SIZE + 8];
	const char *slash = strchr(value, '/');
	snprintf(own, sizeof own, "%.*s", (int)(slash ? slash - value : (long)strlen(value)), value);
	if (!address_parse(own, &address))
		return wrong(error, "ip", value, "give an IPv4 or IPv6 address, or * for all");
	unsigned long most = address.family == ADDRESS_IPV4 ? 32 : 128, bits = most;
	if (slash && !number(slash + 1, 10, 0, most, &bits))
		return wrong(error, "ip", value, "the prefix of an IPv4 address is 0-32, of an IPv6 address 0-128");
	if (!slash && panel->has_mask)
		bits = panel->mask_bits;
	if (bits > most)
		return error_set(error, ERROR_USAGE, "give an IPv4 mask, or a prefix of at most 32",
				 "--subnet does not go with the IPv4 address %s", value);
	mask_address(&address, (unsigned)bits);
	if (bits == most)
		text_addf(to, "host %s", address_text(&address, text));
	else
		text_addf(to, "net %s/%lu", address_text(&address, text), bits);
	return true;
}

static bool add_ports(const char *name, const char *qualifier, const char *value, struct text *to,
		      struct error *error)
{
	unsigned long port;
	if (!number(value, 10, 1, 65535, &port))
		return wrong(error, name, value, "give 1-65535, or * for all");
	text_addf(to, "%sport %lu", qualifier, port);
	return true;
}

static bool add_port(const struct panel *panel, const char *value, struct text *to, struct error *error)
{
	(void)panel;
	return add_ports("port", "", value, to, error);
}

static bool add_source_port(const struct panel *panel, const char *value, struct text *to, struct error *error)
{
	(void)panel;
	return add_ports("source-port", "src ", value, to, error);
}

static bool add_destination_port(const struct panel *panel, const char *value, struct text *to, struct error *error)
{
	(void)panel;
	return add_ports("destination-port", "dst ", value, to, error);
}

static bool add_ethertype(const struct panel *panel, const char *value, struct text *to, struct error *error)
{
	static const struct { const char *name; unsigned type; } names[] = { { "IPV4", 0x800 }, { "IPV6", 0x86dd },
		{ "ARP", 0x806 }, { "SNA", 0x80d5 } };
	unsigned long type;
	(void)panel;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcasecmp(value, names[i].name) == 0) {
			text_addf(to, "ether proto 0x%x", names[i].type);
			return true;
		}
	if (!number(value, 16, 0x600, 0xffff, &type))
		return wrong(error, "ethertype", value, "give IPV4, IPV6, ARP, SNA, 0600-FFFF, or * for all");
	text_addf(to, "ether proto 0x%lx", type);
	return true;
}

/* Twelve digits, or six pairs with colons, hyphens or dots between them. */
static bool add_mac(const struct panel *panel, const char *value, struct text *to, struct error *error)
{
	char digits[13];
	size_t count = 0;
	(void)panel;
	for (const char *at = value; *at; at++) {
		if (strchr(":-.", *at))
			continue;
		if (count == 12 || !isxdigit((unsigned char)*at))
			return wrong(error, "mac", value, "give 12 hexadecimal digits, or * for all");
		digits[count++] = *at;
	}
	if (count != 12)
		return wrong(error, "mac", value, "give 12 hexadecimal digits, or * for all");
	text_addf(to, "ether host %.2s:%.2s:%.2s:%.2s:%.2s:%.2s", digits, digits + 2, digits + 4, digits + 6,
		  digits + 8, digits + 10);
	return true;
}

static bool add_vlan(const struct panel *panel, const char *value, struct text *to, struct error *error)
{
	unsigned long id;
	(void)panel;
	if (strcasecmp(value, "ALL") == 0) {
		text_add(to, "vlan");
		return true;
	}
	if (!number(value, 10, 0, 4094, &id))
		return wrong(error, "vlan", value, "give 0-4094, ALL for any VLAN, or * for all packets");
	text_addf(to, "vlan %lu", id);
	return true;
}

/* libpcap looks for what stands behind `vlan` behind the tag: it comes first. */
static const struct kind kinds[] = {
	{ "vlan", add_vlan }, { "ethertype", add_ethertype }, { "mac", add_mac }, { "protocol", add_protocol },
	{ "ip", add_ip }, { "port", add_port }, { "source-port", add_source_port },
	{ "destination-port", add_destination_port },
};

static bool is_of(const struct culprit_capture_term *term, const char *name)
{
	return strcmp(term->name, name) == 0 && strcmp(term->value, ALL) != 0;
}

static size_t count_of(const struct panel *panel, const char *name)
{
	size_t count = 0;
	for (size_t i = 0; i < panel->count; i++)
		count += is_of(&panel->terms[i], name);
	return count;
}

static bool read_mask(struct panel *panel, const char *value, struct error *error)
{
	struct address mask;
	unsigned long bits;
	if (number(value, 10, 0, 128, &bits)) {
		panel->mask_bits = (unsigned)bits;
	} else {
		if (!address_parse(value, &mask) || mask.family != ADDRESS_IPV4)
			return wrong(error, "subnet", value, "give an IPv4 mask, or the length of a prefix");
		for (bits = 0; bits < 32 && mask.bytes[bits / 8] >> (7 - bits % 8) & 1; bits++)
			;
		panel->mask_bits = (unsigned)bits;
		mask_address(&mask, panel->mask_bits);
		struct address given;
		if (!address_parse(value, &given) || !address_equal(&given, &mask))
			return wrong(error, "subnet", value, "the ones of a mask stand in front of its zeros");
	}
	panel->has_mask = true;
	return true;
}

static bool check_panel(struct panel *panel, struct error *error)
{
	for (size_t i = 0; i < panel->count; i++)
		if (is_of(&panel->terms[i], "subnet") && !read_mask(panel, panel->terms[i].value, error))
			return false;
	if (count_of(panel, "subnet") > 1)
		return error_set(error, ERROR_USAGE, "write the others as --ip ADDRESS/PREFIX",
				 "--subnet is given twice");
	if (panel->has_mask && !count_of(panel, "ip"))
		return error_set(error, ERROR_USAGE, "give --ip, too", "--subnet is the mask of an address");
	if (count_of(panel, "port") && (count_of(panel, "source-port") || count_of(panel, "destination-port")))
		return error_set(error, ERROR_USAGE, "leave --port out",
				 "--port stands for either end, --source-port and --destination-port for one");
	return true;
}

static bool add_kind(const struct panel *panel, const struct kind *kind, struct text *to, struct error *error)
{
	const char *between = to->length ? " and (" : "(";
	for (size_t i = 0; i < panel->count; i++) {
		if (!is_of(&panel->terms[i], kind->name))
			continue;
		text_add(to, between);
		between = " or ";
		if (!kind->add(panel, panel->terms[i].value, to, error))
			return false;
	}
	if (strcmp(between, " or ") == 0)
		text_add(to, ")");
	return true;
}

bool panel_expression(const struct culprit_capture_term *terms, size_t count, struct text *to, struct error *error)
{
	struct panel panel = { .terms = terms, .count = count };
	if (!check_panel(&panel, error))
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!add_kind(&panel, &kinds[i], to, error))
			return false;
	return true;
}
