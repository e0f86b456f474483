/* The blocks of a pcapng file that hold no packet. */
#include "source/file/pcapng.h"

#include <string.h>

#include "core/memory.h"
#include "source/file/order.h"
#include "source/linktype.h"

#define OPTION_END 0
#define DEFAULT_RESOLUTION 6         /* microseconds */

/* The fields are padded to 32 bits; the last one of a sloppy writer may not be. */
static void skip_padding(struct cursor *in, size_t length)
{
	size_t padding = (4 - length % 4) % 4;
	cursor_skip(in, padding < in->captured ? padding : in->captured);
}

bool pcapng_option(struct cursor *in, bool big_endian, struct pcapng_option *option)
{
	if (!cursor_more(in))
		return false;
	option->code = order_16(in, big_endian);
	size_t length = order_16(in, big_endian);
	if (option->code == OPTION_END && cursor_ok(in))
		return false;
	option->value = cursor_split(in, length);
	skip_padding(in, length);
	return cursor_ok(in);
}

static const char *unless_ok(const struct cursor *body, const char *words)
{
	return cursor_ok(body) ? NULL : words;
}

static void option_text(char *to, size_t room, struct cursor value)
{
	size_t length = strnlen((const char *)value.next, value.captured);
	ledger_text(to, room, value.next, length);
}

const char *pcapng_section(struct reader *reader, struct cursor body)
{
	enum { HARDWARE = 2, OPERATING_SYSTEM = 3, APPLICATION = 4 };
	struct pcapng *pcapng = reader->state;
	struct source_report *report = &reader->ledger->report;
	struct pcapng_option option;
	pcapng->interface_count = 0;
	cursor_skip(&body, 4);                     /* byte order, which the caller knows */
	unsigned major = order_16(&body, pcapng->big_endian);
	unsigned minor = order_16(&body, pcapng->big_endian);
	cursor_skip(&body, 8); /* the section's length: often wrong, never needed */
	if (cursor_ok(&body) && (major != 1 || (minor != 0 && minor != 2)))
		cursor_reject(&body, "version");   /* 1.2 was written by mistake and is the same */
	while (pcapng_option(&body, pcapng->big_endian, &option)) {
		if (option.code == HARDWARE && !report->hardware[0])
			option_text(report->hardware, sizeof report->hardware, option.value);
		else if (option.code == OPERATING_SYSTEM && !report->operating_system[0])
			option_text(report->operating_system, sizeof report->operating_system,
				    option.value);
		else if (option.code == APPLICATION && !report->application[0])
			option_text(report->application, sizeof report->application, option.value);
	}
	return unless_ok(&body, "a section header contradicts itself");
}

/* The first byte says what kind of filter follows; only text is of use to people. */
static void filter_text(char *to, size_t room, struct cursor value)
{
	if (cursor_u8(&value) == 0 && cursor_ok(&value))
		option_text(to, room, value);
}

const char *pcapng_interface(struct reader *reader, struct cursor body)
{
	enum {
		NAME = 2, DESCRIPTION = 3, RESOLUTION = 9, FILTER = 11, FCS_LENGTH = 13,
		OFFSET = 14,
	};
	struct pcapng *pcapng = reader->state;
	struct pcapng_option option;
	struct pcapng_interface interface = { 0 };
	struct source_interface told = { .file = reader->file };
	uint8_t resolution = DEFAULT_RESOLUTION;
	int64_t offset = 0;
	if (pcapng->interface_count == PCAPNG_MAX_INTERFACES)
		return "more interfaces are declared than any recorder has";
	interface.link_type = link_type_from_file(order_16(&body, pcapng->big_endian));
	cursor_skip(&body, 2);
	interface.snap_length = order_32(&body, pcapng->big_endian);
	if (!cursor_ok(&body))
		return "an interface description is too short";
	while (pcapng_option(&body, pcapng->big_endian, &option)) {
		switch (option.code) {
		case NAME:
			option_text(told.name, sizeof told.name, option.value);
			break;
		case DESCRIPTION:
			option_text(told.description, sizeof told.description, option.value);
			break;
		case FILTER:
			filter_text(told.filter, sizeof told.filter, option.value);
			break;
		case RESOLUTION:
			if (option.value.captured)
				resolution = option.value.next[0];
			break;
		case FCS_LENGTH:
			interface.fcs_length = cursor_u8(&option.value);
			break;
		case OFFSET:
			offset = (int64_t)order_64(&option.value, pcapng->big_endian);
			break;
		}
	}
	/* Broken options do not take the interface from the packets that name it. */
	interface.ticks = ticks_from_resolution(resolution, offset);
	told.link_type = interface.link_type;
	told.snap_length = interface.snap_length;
	told.ticks_per_second = interface.ticks.per_second;
	*ledger_interface(reader->ledger, reader->file, &interface.index) = told;
	pcapng->interfaces = memory_grow(pcapng->interfaces, &pcapng->interface_capacity,
					 pcapng->interface_count + 1, sizeof *pcapng->interfaces);
	pcapng->interfaces[pcapng->interface_count++] = interface;
	return unless_ok(&body, "the options of an interface description are broken");
}

/* One address and the names that end with a NUL each. */
static void names_of(struct ledger *ledger, const struct address *address, struct cursor names)
{
	while (cursor_more(&names)) {
		size_t length = strnlen((const char *)names.next, names.captured);
		const uint8_t *name = cursor_take(&names, length);
		ledger_name(ledger, address, name, length);
		if (cursor_more(&names))
			cursor_skip(&names, 1);
	}
}

const char *pcapng_names(struct reader *reader, struct cursor body)
{
	enum { IPV4 = 1, IPV6 = 2 };
	const struct pcapng *pcapng = reader->state;
	struct pcapng_option record;   /* they are built like options */
	while (pcapng_option(&body, pcapng->big_endian, &record)) {
		const uint8_t *bytes = NULL;
		struct address address;
		if (record.code == IPV4 && (bytes = cursor_take(&record.value, 4)))
			address = address_ipv4(bytes);
		else if (record.code == IPV6 && (bytes = cursor_take(&record.value, 16)))
			address = address_ipv6(bytes);
		if (bytes)
			names_of(reader->ledger, &address, record.value);
	}
	return unless_ok(&body, "a name resolution block contradicts itself");
}

/* Counters only grow, so the largest of several reports is the last one. */
static void keep_largest(uint64_t *to, struct cursor value, bool big_endian)
{
	uint64_t count = order_64(&value, big_endian);
	if (count > *to)
		*to = count;
}

const char *pcapng_statistics(struct reader *reader, struct cursor body)
{
	enum { RECEIVED = 4, DROPPED = 5, DROPPED_BY_SYSTEM = 7 };
	const struct pcapng *pcapng = reader->state;
	struct pcapng_option option;
	uint32_t number = order_32(&body, pcapng->big_endian);
	cursor_skip(&body, 8);   /* time */
	if (!cursor_ok(&body))
		return "an interface statistics block is too short";
	if (number >= pcapng->interface_count)
		return "statistics of an interface that the section did not declare";
	struct source_interface *interface =
		&reader->ledger->report.interfaces[pcapng->interfaces[number].index];
	while (pcapng_option(&body, pcapng->big_endian, &option)) {
		if (option.code == RECEIVED)
			keep_largest(&interface->received, option.value, pcapng->big_endian);
		else if (option.code == DROPPED)
			keep_largest(&interface->dropped_by_interface, option.value,
				     pcapng->big_endian);
		else if (option.code == DROPPED_BY_SYSTEM)
			keep_largest(&interface->dropped_by_system, option.value,
				     pcapng->big_endian);
		else
			continue;
		interface->has_statistics = true;
	}
	return unless_ok(&body, "the options of an interface statistics block are broken");
}

const char *pcapng_secrets(struct reader *reader, struct cursor body)
{
	const struct pcapng *pcapng = reader->state;
	uint32_t type = order_32(&body, pcapng->big_endian);
	size_t length = order_32(&body, pcapng->big_endian);
	const uint8_t *bytes = cursor_take(&body, length);
	if (bytes)
		ledger_secret(reader->ledger, type, bytes, length);
	return unless_ok(&body, "a decryption secrets block is longer than itself");
}
