/* The values that parameters of traces take, and why others are refused. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/address.h"
#include "zos/panel.h"

static bool refuse(const struct zos_parameter *parameter, const char *value, const char *why, struct error *error)
{
	return error_set(error, ERROR_USAGE, parameter->range, "--%s: \"%.40s\" %s", parameter->option, value, why);
}

/* z/OS knows capital letters only. False when it does not fit, or is empty. */
static bool to_capitals(const char *value, char to[static ZOS_VALUE_SIZE])
{
	size_t length = strlen(value);
	if (length == 0 || length >= ZOS_VALUE_SIZE)
		return false;
	for (size_t i = 0; i <= length; i++)
		to[i] = (char)toupper((unsigned char)value[i]);
	return true;
}

static bool is_word(const struct zos_parameter *parameter, const char *value)
{
	const char *words = parameter->words;
	size_t length = strlen(value);
	while (words && *words) {
		size_t word = strcspn(words, " ");
		if (word == length && memcmp(words, value, length) == 0)
			return true;
		words += word;
		words += strspn(words, " ");
	}
	return false;
}

/* True: the value is settled, whatever `*good` is. */
static bool settled(const struct zos_parameter *parameter, const char *value, char *to, struct error *error,
		    bool *good)
{
	if (!to_capitals(value, to)) {
		*good = refuse(parameter, value, value[0] ? "is too long" : "is empty", error);
		return true;
	}
	*good = is_word(parameter, to);
	return *good;
}

/* Digits only, and not more than any range has. */
static bool read_number(const char *value, unsigned long *to)
{
	size_t digits = strspn(value, "0123456789");
	*to = strtoul(value, NULL, 10);
	return digits > 0 && digits <= 10 && !value[digits];
}

bool zos_check_number(const struct zos_parameter *parameter, const char *value, char *to, struct error *error)
{
	bool good;
	unsigned long number;
	char why[64];
	if (settled(parameter, value, to, error, &good))
		return good;
	if (parameter->most == 0)
		return refuse(parameter, value, "is none of them", error);
	if (!read_number(to, &number))
		return refuse(parameter, value, "is no number", error);
	if (number < parameter->least || number > parameter->most) {
		snprintf(why, sizeof why, "is not in %u - %u", parameter->least, parameter->most);
		return refuse(parameter, value, why, error);
	}
	snprintf(to, ZOS_VALUE_SIZE, "%lu", number);
	return true;
}

static bool is_name_letter(char c, bool first)
{
	return isupper((unsigned char)c) || (c && strchr("@#$", c)) || (!first && isdigit((unsigned char)c));
}

bool zos_check_name(const struct zos_parameter *parameter, const char *value, char *to, struct error *error)
{
	bool good;
	char why[64];
	if (settled(parameter, value, to, error, &good))
		return good;
	if (strchr(to, '*'))
		return refuse(parameter, value, "is no name: * stands alone, for all of them; patterns do not exist",
			      error);
	if (strlen(to) > parameter->most) {
		snprintf(why, sizeof why, "is longer than %u characters", parameter->most);
		return refuse(parameter, value, why, error);
	}
	/* Links of more than 8 characters are z/OS's own words: they may hold more than members do. */
	for (const char *c = to; *c; c++)
		if (!is_name_letter(*c, c == to && parameter->most <= 8) &&
		    !(parameter->most > 8 && strchr("-_.", *c)))
			return refuse(parameter, value, "is no name: letters, digits, @, # and $, no digit first",
				      error);
	return true;
}

bool zos_check_data_set(const struct zos_parameter *parameter, const char *value, char *to, struct error *error)
{
	bool good;
	size_t part = 0;
	if (settled(parameter, value, to, error, &good))
		return good;
	for (const char *c = to; *c; c++) {
		if (*c == '.' && part > 0 && c[1]) {
			part = 0;
			continue;
		}
		if ((!is_name_letter(*c, part == 0) && !(*c == '-' && part > 0)) || ++part > 8)
			return refuse(parameter, value,
				      "is no data set: names of 1 to 8 characters with dots between", error);
	}
	return strlen(to) <= 44 || refuse(parameter, value, "is longer than 44 characters", error);
}

bool zos_check_protocol(const struct zos_parameter *parameter, const char *value, char *to, struct error *error)
{
	bool good;
	unsigned long number;
	if (settled(parameter, value, to, error, &good))
		return good;
	if (!read_number(to, &number))
		return refuse(parameter, value, "is no protocol that z/OS knows by name: give its number", error);
	if (number > 255)
		return refuse(parameter, value, "is not in 0 - 255", error);
	snprintf(to, ZOS_VALUE_SIZE, "%lu", number);
	return true;
}

bool zos_is_ipv6(const char *address)
{
	return strchr(address, ':') != NULL;
}

bool zos_check_address(const struct zos_parameter *parameter, const char *value, char *to, struct error *error)
{
	bool good;
	char words[ZOS_VALUE_SIZE];
	struct address address;
	unsigned long bits;
	if (settled(parameter, value, to, error, &good))
		return good;
	snprintf(words, sizeof words, "%s", to);
	char *slash = strchr(words, '/');
	if (slash)
		*slash = '\0';
	if (strchr(words, '*'))
		return refuse(parameter, value, "is no address: * stands alone; for a part of them give a subnet", error);
	if (!address_parse(words, &address))
		return refuse(parameter, value, "is no IPv4 or IPv6 address", error);
	unsigned long most = address.family == ADDRESS_IPV6 ? 128 : 32;
	if (slash && (!read_number(slash + 1, &bits) || bits < 1 || bits > most))
		return refuse(parameter, value, address.family == ADDRESS_IPV6
			      ? "has a prefix that is not in 1 - 128" : "has mask bits that are not in 1 - 32", error);
	return true;
}

/* 255.255.240.0: ones, then zeros. */
static bool is_mask(const struct address *address)
{
	uint32_t mask = 0;
	for (int i = 0; i < 4; i++)
		mask = mask << 8 | address->bytes[i];
	return mask != 0 && (~mask & (~mask + 1)) == 0;
}

bool zos_check_mask(const struct zos_parameter *parameter, const char *value, char *to, struct error *error)
{
	bool good;
	struct address address;
	unsigned long bits;
	if (settled(parameter, value, to, error, &good))
		return good;
	if (read_number(to, &bits)) {
		if (bits < 1 || bits > 128)
			return refuse(parameter, value, "is no length of a prefix: 1 - 128", error);
		snprintf(to, ZOS_VALUE_SIZE, "%lu", bits);
		return true;
	}
	if (!address_parse(to, &address) || address.family != ADDRESS_IPV4)
		return refuse(parameter, value, "is no mask such as 255.255.255.0", error);
	return is_mask(&address) || refuse(parameter, value, "is no mask: its ones must come before its zeros", error);
}

/* Devices and MAC addresses are often written in pairs. */
bool zos_check_digits(const struct zos_parameter *parameter, const char *value, char *to, struct error *error)
{
	bool good;
	char why[64];
	size_t digits = 0;
	if (settled(parameter, value, to, error, &good))
		return good;
	for (const char *c = to; *c; c++) {
		if (isxdigit((unsigned char)*c))
			to[digits++] = *c;
		else if (*c != '-' && *c != ':')
			digits = ZOS_VALUE_SIZE;
		if (digits > parameter->most)
			break;
	}
	if (digits != parameter->most) {
		snprintf(why, sizeof why, "does not have %u hexadecimal digits", parameter->most);
		return refuse(parameter, value, why, error);
	}
	to[digits] = '\0';
	return true;
}

bool zos_check_ether_type(const struct zos_parameter *parameter, const char *value, char *to, struct error *error)
{
	bool good;
	if (settled(parameter, value, to, error, &good))
		return good;
	if (strlen(to) != 4 || strspn(to, "0123456789ABCDEF") != 4)
		return refuse(parameter, value, "is no EtherType: four hexadecimal digits", error);
	return strtoul(to, NULL, 16) >= 0x600 ||
	       refuse(parameter, value, "is below 0600: such numbers are lengths of IEEE 802.3 frames", error);
}

/* DATAPATH=(0406,0407) of the TRLE. */
bool zos_check_devices(const struct zos_parameter *parameter, const char *value, char *to, struct error *error)
{
	bool good;
	unsigned count = 0;
	if (settled(parameter, value, to, error, &good))
		return good;
	const char *at = to + (to[0] == '(');
	for (;; count++) {
		size_t digits = strspn(at, "0123456789ABCDEF");
		if (digits < 3 || digits > 5)
			return refuse(parameter, value, "is no list of device numbers such as 0406,0407", error);
		at += digits;
		if (*at != ',' && *at != '-')
			break;
		at++;
	}
	if (*at && strcmp(at, ")") != 0)
		return refuse(parameter, value, "is no list of device numbers such as 0406,0407", error);
	if (count == 0)
		return error_set(error, ERROR_USAGE, "add a DATAPATH device to the TRLE and activate it again",
				 "--%s: \"%.40s\" is one device: OSAENTA needs two, one for data and one for the trace",
				 parameter->option, value);
	return true;
}
