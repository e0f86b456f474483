#include "source/file/ipcs_zos.h"

#include "core/clock.h"

#define DAY (86400 * NANOSECONDS)

static uint8_t device_type(const char *name)
{
	for (unsigned type = 1; type <= UINT8_MAX; type++) {
		const char *known = zos_device_name((uint8_t)type);
		if (known && strcmp(known, name) == 0)
			return (uint8_t)type;
	}
	return 0;
}

/* The first line has the time of day at which the record went into the buffer: shortly after
 * capture, but maybe on the next day. */
static int64_t buffer_time(const struct ipcs_words *words, int64_t date)
{
	int64_t captured = words->tod;
	if (captured == INT64_MIN)
		return date + words->time_of_day;
	int64_t time = captured - captured % DAY + words->time_of_day;
	return time < captured - DAY / 2 ? time + DAY : time;
}

void ipcs_fill_zos(const struct ipcs_words *words, int64_t date, int leap_seconds,
		   struct zos_record *zos)
{
	int64_t buffered = buffer_time(words, date);
	int64_t captured = words->tod == INT64_MIN ? buffered : words->tod;
	*zos = (struct zos_record){
		.format = ipcs_is_packet_format(words->format) ? words->format : ZOS_PACKET,
		.segments = 1,
		.flags = words->outbound ? ZOS_OUTBOUND : 0,
		.device_type = device_type(words->device),
		.buffer_tod = zos_tod_from_time(buffered, 0),
		.capture_tod = zos_tod_from_time(captured, 0),
		.buffer_time = buffered - leap_seconds * NANOSECONDS,
		.capture_time = captured - leap_seconds * NANOSECONDS,
		.trace_count = (uint32_t)words->number,
		.tcb = (uint32_t)words->value[IPCS_TCB],
		.asid = (uint16_t)words->value[IPCS_ASID],
		.interface_index = (uint32_t)words->value[IPCS_INTERFACE_INDEX],
		.discard = (uint16_t)words->value[IPCS_DISCARD],
		.connection = (uint32_t)words->value[IPCS_CONNECTION],
		.family = (uint8_t)words->value[IPCS_FAMILY],
		.socket_type = (uint8_t)words->value[IPCS_SOCKET_TYPE],
		.protocol = (uint8_t)words->value[IPCS_PROTOCOL],
		.source = words->socket_source.family ? words->socket_source : words->source,
		.destination = words->socket_destination.family ? words->socket_destination
								: words->destination,
		.source_port = (uint16_t)words->value[IPCS_SOCKET_SOURCE_PORT],
		.destination_port = (uint16_t)words->value[IPCS_SOCKET_DESTINATION_PORT],
	};
	if (ipcs_knows(words, IPCS_SOCKET_PROTOCOL))
		zos->protocol = (uint8_t)words->value[IPCS_SOCKET_PROTOCOL];
	if (zos->format == ZOS_OLD_PACKET)
		zos->format = ZOS_PACKET;
	if (zos->format == ZOS_OLD_DATA)
		zos->format = ZOS_DATA;
	memcpy(zos->name, words->name, sizeof zos->name);
	zos_text_to_ebcdic(words->name, zos->raw_name, sizeof zos->raw_name);
}
