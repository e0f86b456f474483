#include "source/zos_words.h"

#include <string.h>

#include "source/zos_discard.h"

static void add_number(struct text *to, const char *key, uint64_t value)
{
	if (value)
		text_addf(to, " zos.%s=%llu", key, (unsigned long long)value);
}

/* Names come from the trace: nothing in them may look like the end of the value. */
static void add_words(struct text *to, const char *key, const char *words)
{
	if (!words || !*words)
		return;
	text_addf(to, " zos.%s=\"", key);
	for (const char *c = words; *c; c++)
		text_add_char(to, *c == '"' || (unsigned char)*c < 0x20 ? '\'' : *c);
	text_add_char(to, '"');
}

static void add_flag(struct text *to, const char *key, bool set)
{
	if (set)
		text_addf(to, " zos.%s=1", key);
}

static void add_discard(struct text *to, const struct zos_record *zos)
{
	const struct zos_discard *discard = zos_discard_find(zos->discard);
	add_number(to, "discard", zos->discard);
	if (!discard)
		return;
	add_words(to, "discard_name", zos_discard_name(zos));
	add_words(to, "discard_meaning", discard->meaning);
}

static void add_end(struct text *to, const char *key, const struct address *address, uint16_t port)
{
	char words[ENDPOINT_TEXT_SIZE];
	struct endpoint end = { .address = *address, .port = port };
	if (address->family != ADDRESS_NONE)
		text_addf(to, " zos.%s=%s", key, endpoint_text(&end, words));
}

void zos_words_add(struct text *to, const struct zos_record *zos)
{
	text_addf(to, "zos.format=%u", (unsigned)zos->format);
	add_words(to, "format_name", zos_format_name(zos->format));
	add_words(to, zos->format == ZOS_DATA ? "job" : "interface", zos->name);
	add_number(to, "interface_index", zos->interface_index);
	add_number(to, "device_type", zos->device_type);
	add_words(to, "device", zos_device_name(zos->device_type));
	text_addf(to, " zos.flags=0x%02x", zos->flags);
	add_flag(to, "local", zos->local);
	add_flag(to, "confidential", zos->confidential);
	add_flag(to, "clear_text", zos->clear_text);
	add_discard(to, zos);
	add_number(to, "trace_count", zos->trace_count);
	text_addf(to, " zos.capture_time=%lld zos.buffer_time=%lld", (long long)zos->capture_time,
		  (long long)zos->buffer_time);
	add_number(to, "asid", zos->asid);
	add_number(to, "tcb", zos->tcb);
	add_number(to, "connection", zos->connection);
	add_number(to, "family", zos->family);
	add_words(to, "family_name", zos_family_name(zos->family));
	add_number(to, "socket_type", zos->socket_type);
	add_words(to, "socket_type_name", zos_socket_type_name(zos->socket_type));
	add_number(to, "state", zos->state);
	add_number(to, "protocol", zos->protocol);
	add_end(to, "source", &zos->source, zos->source_port);
	add_end(to, "destination", &zos->destination, zos->destination_port);
	add_number(to, "packet_length", zos->packet_length);
	add_number(to, "traced_length", zos->traced_length);
	add_number(to, "vlan", zos->vlan);
	add_number(to, "offload_segment_length", zos->offload_segment_length);
	add_number(to, "segments", zos->segments);
	add_flag(to, "incomplete", zos->incomplete);
}
