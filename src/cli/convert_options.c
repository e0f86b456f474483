/* The options that only convert has. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/options.h"

#define NANOSECONDS 1000000000LL

static bool set_format(struct options *options, const char *value)
{
	options->conversion.format = value;
	return true;
}

static bool set_container(struct options *options, const char *value)
{
	options->conversion.container = value;
	return true;
}

static bool set_slice(struct options *options, const char *value)
{
	options->conversion.slice = value;
	return true;
}

/* "-3600", "0.25": exact to the nanosecond, which a double would not be. */
static bool set_time_shift(struct options *options, const char *value)
{
	const char *at = value + (*value == '-' || *value == '+');
	int64_t seconds = 0, nanoseconds = 0, unit = NANOSECONDS / 10;
	size_t digits = strspn(at, "0123456789");
	for (size_t i = 0; i < digits && i < 10; i++)
		seconds = seconds * 10 + (*at++ - '0');
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9'; at++, unit /= 10, digits++)
			nanoseconds += (*at - '0') * unit;
	if (*at || !digits || seconds > INT64_MAX / 2 / NANOSECONDS) {
		complain("--time-shift: \"%s\" is no number of seconds: 3600, -0.25", value);
		return false;
	}
	nanoseconds += seconds * NANOSECONDS;
	options->conversion.time_shift = *value == '-' ? -nanoseconds : nanoseconds;
	return true;
}

/* A number from 1 to what 32 bits hold. */
static bool parse_number(const char *option, const char *value, uint32_t *to)
{
	char *end;
	errno = 0;
	unsigned long long number = strtoull(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end || errno || !number || number > UINT32_MAX) {
		complain("--%s: \"%s\" is not a number from 1 to %u", option, value, UINT32_MAX);
		return false;
	}
	*to = (uint32_t)number;
	return true;
}

static bool set_snap_length(struct options *options, const char *value)
{
	return parse_number("snaplen", value, &options->conversion.snap_length);
}

static bool set_annotate(struct options *options, const char *value)
{
	(void)value;
	options->conversion.annotate = true;
	return true;
}

static bool set_anonymise(struct options *options, const char *value)
{
	if (value && !*value) {
		complain("--anonymise: the key is empty: give one, or leave out the =");
		return false;
	}
	options->conversion.anonymise = true;
	options->conversion.key = value;
	return true;
}

static bool set_finding(struct options *options, const char *value)
{
	return parse_number("finding", value, &options->conversion.finding);
}

static bool set_secrets(struct options *options, const char *value)
{
	(void)value;
	options->conversion.secrets = true;
	return true;
}

const struct option convert_options[] = {
	{ "format", 0, "NAME", "write pcapng, pcap or ctrace, whatever the name of OUT says", set_format },
	{ "container", 0, "NAME", "of ctrace: raw, rdw, bdw (the default), large, stripped or vbs",
	  set_container },
	{ "slice", 0, "FROM-TO,...", "only these packets: 1-100, 500-, in seconds since the first one "
	  "(2.5s-10s), or times (2012-08-08T16:30:00Z-)", set_slice },
	{ "time-shift", 0, "SECONDS", "add to every time; may be negative and have a fraction",
	  set_time_shift },
	{ "snaplen", 0, "N", "cut packets to N bytes", set_snap_length },
	{ "annotate", 0, NULL, "findings as comments of the packets that they cite, for Wireshark",
	  set_annotate },
	{ "finding", 0, "N", "only the packets that finding N cites, and those of its sessions",
	  set_finding },
	{ "anonymise", 0, "KEY", "other addresses and names (always the same ones with the same KEY), no "
	  "payload, no comments", set_anonymise, .optional = true },
	{ "secrets", 0, NULL, "copy the decryption secrets that are in a pcapng file", set_secrets },
	{ 0 },
};
