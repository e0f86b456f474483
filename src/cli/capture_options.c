/* The options that only capture has. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/complain.h"
#include "cli/options.h"

#define SECOND 1000000000.0

static bool add_interface(struct options *options, const char *value)
{
	options->interfaces[options->capture.interface_count++] = value;
	options->capture.interfaces = options->interfaces;
	return true;
}

static bool set_netns(struct options *options, const char *value)
{
	options->capture.netns = value;
	return true;
}

static bool set_list(struct options *options, const char *value)
{
	(void)value;
	options->list_interfaces = true;
	return true;
}

static bool set_self_test(struct options *options, const char *value)
{
	(void)value;
	options->self_test = true;
	return true;
}

static bool set_no_promiscuous(struct options *options, const char *value)
{
	(void)value;
	options->capture.no_promiscuous = true;
	return true;
}

static bool set_hardware_time(struct options *options, const char *value)
{
	(void)value;
	options->capture.hardware_time = true;
	return true;
}

static bool set_resolve(struct options *options, const char *value)
{
	(void)value;
	options->capture.resolve = true;
	return true;
}

static bool set_direction(struct options *options, const char *value)
{
	static const char *const directions[] = { "both", "in", "out", NULL };
	int choice = option_choice("direction", value, directions);
	options->capture.direction = (enum culprit_capture_direction)choice;
	return choice >= 0;
}

static bool set_length(struct options *options, const char *value)
{
	size_t length = 0;
	if (strcasecmp(value, "FULL") != 0 && !option_count("length", value, &length))
		return false;
	if (length > 65535) {
		complain("--length: %zu is too much: give 1-65535, or FULL", length);
		return false;
	}
	options->capture.length = (uint32_t)length;
	return true;
}

static bool add_term(struct options *options, const char *name, const char *value)
{
	options->terms[options->capture.term_count++] = (struct culprit_capture_term){ name, value };
	options->capture.terms = options->terms;
	return true;
}

static bool add_protocol(struct options *options, const char *value)
{
	return add_term(options, "protocol", value);
}

static bool add_ip(struct options *options, const char *value)
{
	return add_term(options, "ip", value);
}

static bool add_subnet(struct options *options, const char *value)
{
	return add_term(options, "subnet", value);
}

static bool add_port(struct options *options, const char *value)
{
	return add_term(options, "port", value);
}

static bool add_source_port(struct options *options, const char *value)
{
	return add_term(options, "source-port", value);
}

static bool add_destination_port(struct options *options, const char *value)
{
	return add_term(options, "destination-port", value);
}

static bool add_ethertype(struct options *options, const char *value)
{
	return add_term(options, "ethertype", value);
}

static bool add_mac(struct options *options, const char *value)
{
	return add_term(options, "mac", value);
}

static bool add_vlan(struct options *options, const char *value)
{
	return add_term(options, "vlan", value);
}

static bool add_discard(struct options *options, const char *value)
{
	if (strcasecmp(value, "NONE") == 0)
		return true;
	options->discards[options->capture.discard_count++] = value;
	options->capture.discards = options->discards;
	return true;
}

static bool set_data(struct options *options, const char *value)
{
	options->capture.data = value;
	return true;
}

static bool set_clear_text(struct options *options, const char *value)
{
	(void)value;
	options->capture.clear_text = true;
	return true;
}

static bool set_expression(struct options *options, const char *value)
{
	options->capture.filter = value;
	return true;
}

/* "60s", "500ms", "10m", "2h"; without a unit seconds. */
static bool duration(const char *option, const char *value, int64_t *to)
{
	static const struct { const char *unit; double seconds; } units[] = { { "", 1 }, { "s", 1 }, { "ms", 1e-3 },
		{ "m", 60 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 } };
	char *end;
	double number = strtod(value, &end);
	for (size_t i = 0; end != value && i < sizeof units / sizeof *units; i++)
		if (strcmp(end, units[i].unit) == 0 && number > 0 && number * units[i].seconds < 1e9) {
			*to = (int64_t)(number * units[i].seconds * SECOND);
			return true;
		}
	complain("--%s: \"%s\" is no time: give 60s, 500ms, 10m or 2h", option, value);
	return false;
}

/* "10MB", "64KiB", "1G"; without a unit bytes. */
static bool size(const char *option, const char *value, uint64_t *to)
{
	static const struct { const char *unit; double bytes; } units[] = { { "", 1 }, { "B", 1 }, { "k", 1e3 },
		{ "kB", 1e3 }, { "KiB", 1024 }, { "M", 1e6 }, { "MB", 1e6 }, { "MiB", 1024.0 * 1024 }, { "G", 1e9 },
		{ "GB", 1e9 }, { "GiB", 1024.0 * 1024 * 1024 }, { "T", 1e12 }, { "TB", 1e12 } };
	char *end;
	double number = strtod(value, &end);
	for (size_t i = 0; end != value && i < sizeof units / sizeof *units; i++)
		if (strcasecmp(end, units[i].unit) == 0 && number * units[i].bytes >= 1 &&
		    number * units[i].bytes < 1e15) {
			*to = (uint64_t)(number * units[i].bytes);
			return true;
		}
	complain("--%s: \"%s\" is no size: give 10MB, 64KiB or 1G", option, value);
	return false;
}

static bool set_packets(struct options *options, const char *value)
{
	size_t count;
	if (!option_count("packets", value, &count))
		return false;
	options->capture.packets = count;
	return true;
}

static bool set_bytes(struct options *options, const char *value)
{
	return size("bytes", value, &options->capture.bytes);
}

static bool set_duration(struct options *options, const char *value)
{
	return duration("duration", value, &options->capture.duration);
}

static bool set_file_bytes(struct options *options, const char *value)
{
	return size("file-bytes", value, &options->capture.file_bytes);
}

static bool set_file_time(struct options *options, const char *value)
{
	return duration("file-time", value, &options->capture.file_time);
}

static bool set_files(struct options *options, const char *value)
{
	size_t count;
	if (!option_count("files", value, &count))
		return false;
	options->capture.files = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
	return true;
}

static bool set_buffer(struct options *options, const char *value)
{
	uint64_t bytes;
	if (!size("buffer", value, &bytes))
		return false;
	options->capture.buffer = bytes;
	return true;
}

static bool add_until(struct options *options, const char *value)
{
	options->until[options->capture.until_count++] = value;
	options->capture.until = options->until;
	return true;
}

static bool set_keep_before(struct options *options, const char *value)
{
	return duration("keep-before", value, &options->capture.keep_before);
}

static bool set_keep_after(struct options *options, const char *value)
{
	return duration("keep-after", value, &options->capture.keep_after);
}

static bool set_keep_bytes(struct options *options, const char *value)
{
	uint64_t bytes;
	if (!size("keep-bytes", value, &bytes))
		return false;
	options->capture.keep_bytes = bytes;
	return true;
}

const struct option capture_options[] = {
	{ "list", 'D', NULL, "list the interfaces with their addresses and state", set_list },
	{ "self-test", 0, NULL, "measure what this host captures without loss, on a pair of virtual interfaces of its own",
	  set_self_test },
	{ "interface", 'i', "NAME", "an interface; may be given several times; any (the default): all of them",
	  add_interface },
	{ "netns", 0, "NAME", "the network namespace of the interfaces, as ip netns names it", set_netns },
	{ "length", 's', "N", "keep the first N bytes of a packet: 1-65535, or FULL", set_length },
	{ "abbrev", 0, "N", "the same", set_length },
	{ "protocol", 0, "P", "TCP, UDP, ICMP, ICMPV6, 0-255, or * for all", add_protocol },
	{ "ip", 0, "ADDR", "from or to this address, or net as ADDR/PREFIX", add_ip },
	{ "subnet", 0, "MASK", "the mask, or the length of the prefix, of the addresses of --ip", add_subnet },
	{ "port", 0, "N", "from or to this port", add_port },
	{ "source-port", 0, "N", "from this port", add_source_port },
	{ "destination-port", 0, "N", "to this port", add_destination_port },
	{ "ethertype", 0, "T", "IPV4, IPV6, ARP, SNA, or 0600-FFFF", add_ethertype },
	{ "mac", 0, "M", "from or to this hardware address: 12 hexadecimal digits", add_mac },
	{ "vlan", 0, "N", "of this VLAN: 0-4094, or ALL for any VLAN", add_vlan },
	{ "discard", 0, "REASON", "also packets that the kernel drops: ALL, NONE (the default), or reasons as "
	  "NETFILTER_DROP; may be given several times", add_discard },
	{ "data", 0, "WHOM", "what a program sends and receives: a process number, a name, or :PORT", set_data },
	{ "cleartext", 0, NULL, "with --data: what it hands to OpenSSL or GnuTLS, before it is encrypted", set_clear_text },
	{ "expression", 'f', "EXPR", "what a capture filter selects, as the words at the end: 'tcp port 21'",
	  set_expression },
	{ "resolve", 0, NULL, "the capture filter may name hosts, for which the DNS is asked", set_resolve },
	{ "direction", 0, "WHICH", "in, out or both", set_direction },
	{ "no-promiscuous", 'p', NULL, "only what the interface takes for itself", set_no_promiscuous },
	{ "hardware-time", 0, NULL, "time stamps of the adapter's clock", set_hardware_time },
	{ "packets", 'c', "N", "stop after N packets", set_packets },
	{ "bytes", 0, "SIZE", "stop after so many bytes of packets: 10MB", set_bytes },
	{ "duration", 0, "TIME", "stop after this time: 60s, 10m, 2h", set_duration },
	{ "file-bytes", 0, "SIZE", "begin a new file when one has this size", set_file_bytes },
	{ "file-time", 0, "TIME", "begin a new file when one is so old", set_file_time },
	{ "files", 0, "N", "keep only the last N files", set_files },
	{ "until", 0, "FINDING", "stop when this finding fires: tcp/zero-window, 'ftp/*'; may be given several times",
	  add_until },
	{ "keep-after", 0, "TIME", "and go on for so long: 10s", set_keep_after },
	{ "keep-before", 0, "TIME", "write only what came so long before it: 60s", set_keep_before },
	{ "keep-bytes", 0, "SIZE", "of memory for what came before: 64MiB", set_keep_bytes },
	{ "buffer", 0, "SIZE", "what the kernel may keep for culprit: 64MiB", set_buffer },
	{ 0 },
};
