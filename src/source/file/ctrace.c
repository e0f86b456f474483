/* z/OS component trace (CTRACE) of TCP/IP: SYSTCPDA packet and data trace, SYSTCPOT OSAENTA, as the external
 * writer leaves it in a data set. doc/formats/ctrace.md draws the format; how entries are found is in
 * ctrace_walk.c, the containers in ctrace_content.c. Here entries become records. */
#include <stdlib.h>

#include "core/memory.h"
#include "source/file/ctrace_frame.h"
#include "source/file/ctrace_segments.h"
#include "source/file/ctrace_walk.h"
#include "source/file/ctrace_wrap.h"
#include "source/linktype.h"

/* Names remembered to find their interface again; further ones share the last. */
#define NAMES_REMEMBERED 256
/* The extension of SMC records begins here, whatever PTH_Len says. */
#define SMC_EXTENSION ZOS_PACKET_HEADER
/* A number of lost records above this is no number of records. */
#define MOST_LOST 100000000u

struct known_name {
	uint8_t name[16];
	uint32_t link_type, interface;
};

struct ctrace {
	struct walk walk;
	struct segments segments;
	struct cte cte;              /* the last entry; what was delivered may point to it */
	struct known_name names[NAMES_REMEMBERED];
	size_t name_count, last_name;
	bool frames_judged, frames_raw_ip;
	uint32_t lost;               /* records lost since the last one delivered */
	int64_t first_time, last_time, latest_time;  /* of the buffer */
	bool any_time;
	struct wrap wrap;            /* pivot 0: it did not wrap */
	bool looks_like_text;        /* line feeds all have carriage returns, as in text */
	bool walked;                 /* the end was reached; segments may wait */
};

static struct source_zos *counters(struct reader *reader)
{
	return &reader->ledger->report.zos;
}

/* Is there an entry in these bytes? Of one that is not whole the first 100 bytes have its name and both
 * times, which is enough to tell. */
static enum probe look_for_entry(struct cursor head)
{
	for (size_t at = 0; at + CTE_HEADER <= head.captured; at++) {
		size_t left = head.captured - at;
		enum cte_check check = cte_check(head.next + at, left < CTE_LONGEST ? left : CTE_LONGEST);
		if (check == CTE_WHOLE)
			return at ? PROBE_PERHAPS : PROBE_CERTAIN;
		if (check != CTE_NO && left >= CTE_SHORTEST - CTE_TRAILER &&
		    cte_has_header(load_be32(head.next + at + 4)))
			return PROBE_PERHAPS;
	}
	return PROBE_NO;
}

/* Entries of other z/OS components have other numbers and contents, but the same frame around them. */
static size_t foreign_entry(struct cursor in)
{
	if (in.captured < CTE_HEADER)
		return 0;
	size_t length = load_be16(in.next), offset = load_be16(in.next + 2);
	uint32_t format = load_be32(in.next + 4);
	if (length < CTE_HEADER + CTE_TRAILER || length > in.captured || offset != CTE_HEADER ||
	    format <= ZOS_SMC || format >= ZOS_LOST_RECORDS || in.next[8] < 0xa1)
		return 0;
	return load_be16(in.next + length - CTE_TRAILER) == length ? length : 0;
}

static bool is_foreign(struct cursor head)
{
	size_t first = foreign_entry(head);
	cursor_skip(&head, first);
	return first && foreign_entry(head);
}

static enum probe ctrace_probe(struct cursor head)
{
	head.declared = head.captured;
	if (is_foreign(head))
		return PROBE_PERHAPS;
	return look_for_entry(head);
}

/* Lets all OSAENTA frames vote that can be seen without waiting. */
static void judge_frames(struct ctrace *ctrace, const struct cte *first, struct source_zos *zos)
{
	struct frame_votes votes = { 0 };
	const struct content *content = &ctrace->walk.content;
	struct cte cte = { 0 };
	frame_vote(&votes, first->data, first->data_length);
	for (size_t at = 0; at + CTE_SHORTEST <= content->available; ) {
		size_t left = content->available - at;
		const uint8_t *bytes = content->next + at;
		if (cte_check(bytes, left < CTE_LONGEST ? left : CTE_LONGEST) != CTE_WHOLE) {
			at += CTE_TRAILER;
			continue;
		}
		cte_read(bytes, left, 0, &cte);
		if (cte.zos.format == ZOS_FRAME)
			frame_vote(&votes, cte.data, cte.data_length);
		at += cte.length;
	}
	ctrace->frames_judged = true;
	frame_winner(&votes, &zos->frame_start, &ctrace->frames_raw_ip);
}

static bool ctrace_open(struct reader *reader, struct error *error)
{
	struct ctrace *ctrace = reader->state;
	struct cursor head = input_peek(&reader->input, FORMAT_PROBE);
	head.declared = head.captured;
	if (is_foreign(head))
		return error_set(error, ERROR_UNSUPPORTED,
				 "take the trace with COMP(SYSTCPDA) (packet or data trace) or "
				 "COMP(SYSTCPOT) (OSAENTA)",
				 "this is a z/OS component trace, but not of packets: its records have "
				 "format %08X", load_be32(head.next + 4));
	ctrace->looks_like_text = reader_looks_like_text_mode(head);
	/* What begins with an entry has no container. */
	enum ctrace_framing framing = cte_check(head.next, head.captured) != CTE_NO
		? FRAMING_NONE : content_guess(head);
	if (wrap_find(&reader->input, framing, &ctrace->wrap)) {
		wrap_turn(&reader->input, &ctrace->wrap);
		counters(reader)->wrapped = counters(reader)->wrap_sorted = true;
	} else {
		ctrace->wrap.pivot = 0;
	}
	walk_init(&ctrace->walk, reader, framing);
	return true;
}

static void ctrace_close(struct reader *reader)
{
	struct ctrace *ctrace = reader->state;
	walk_finish(&ctrace->walk);
	segments_finish(&ctrace->segments);
}

/* A job or an interface that was not seen before. */
static uint32_t add_interface(struct reader *reader, const struct zos_record *zos, uint32_t link_type)
{
	uint32_t index;
	struct source_interface *interface = ledger_interface(reader->ledger, reader->file, &index);
	const char *device = zos_device_name(zos->device_type);
	const char *what = zos->format == ZOS_DATA ? "sockets of a job" : device ? device : "";
	interface->link_type = link_type;
	/* Clocks whose lowest bits stand still are shown as z/OS shows them. */
	interface->ticks_per_second = zos->capture_tod & 0xfff ? 1000000000 : 1000000;
	ledger_text(interface->name, sizeof interface->name, (const uint8_t *)zos->name, strlen(zos->name));
	ledger_text(interface->description, sizeof interface->description, (const uint8_t *)what,
		    strlen(what));
	return index;
}

static bool is_name(const struct known_name *known, const struct zos_record *zos, uint32_t link_type)
{
	return known->link_type == link_type && same_name(known->name, zos->raw_name, zos->format == ZOS_DATA);
}

static uint32_t find_interface(struct reader *reader, const struct zos_record *zos, uint32_t link_type)
{
	struct ctrace *ctrace = reader->state;
	if (ctrace->name_count && is_name(&ctrace->names[ctrace->last_name], zos, link_type))
		return ctrace->names[ctrace->last_name].interface;
	size_t i = 0;
	while (i < ctrace->name_count && !is_name(&ctrace->names[i], zos, link_type))
		i++;
	if (i == NAMES_REMEMBERED)
		i--;
	if (i == ctrace->name_count) {
		struct known_name *known = &ctrace->names[ctrace->name_count++];
		memcpy(known->name, zos->raw_name, sizeof known->name);
		known->link_type = link_type;
		known->interface = add_interface(reader, zos, link_type);
	}
	ctrace->last_name = i;
	return ctrace->names[i].interface;
}

struct payload { const uint8_t *bytes; size_t length; };

/* What the trace header says of addresses must be what the packet says. */
static bool addresses_agree(const struct zos_record *zos, struct payload packet)
{
	if (packet.length < 20 || packet.bytes[0] >> 4 != 4 || zos->source.family != ADDRESS_IPV4)
		return true;
	return memcmp(packet.bytes + 12, zos->source.bytes, 4) == 0 &&
	       memcmp(packet.bytes + 16, zos->destination.bytes, 4) == 0;
}

/* The length on the wire: as z/OS tells it, else as the IP header does. */
static size_t original_length(const struct zos_record *zos, struct payload packet, bool is_ip)
{
	size_t length = packet.length;
	if (zos->packet_length >= length)
		length = zos->packet_length;
	else if (!zos->packet_length && is_ip && packet.length >= 6 && packet.bytes[0] >> 4 == 4)
		length = load_be16(packet.bytes + 2);
	else if (!zos->packet_length && is_ip && packet.length >= 6 && packet.bytes[0] >> 4 == 6)
		length = load_be16(packet.bytes + 4) + (size_t)40;
	if (length < zos->traced_length && (zos->format == ZOS_DATA || zos->incomplete))
		length = zos->traced_length;
	return length > packet.length ? length : packet.length;
}

/* The SMC extension lies behind the header or is its end. What is delivered begins with it. */
static struct payload smc_payload(const struct cte *cte, struct payload data)
{
	size_t header = cte->zos.header_length;
	if (header > SMC_EXTENSION && cte->zos.header) {
		data.length += header - SMC_EXTENSION;
		data.bytes = cte->zos.header + SMC_EXTENSION;
	}
	return data;
}

static void shift(struct payload *data, size_t count)
{
	if (count > data->length)
		count = data->length;
	data->bytes += count;
	data->length -= count;
}

/* Which link type the data has; for frames also skips what lies in front of them. */
static uint32_t link_type_of(const struct ctrace *ctrace, const struct source_zos *zos, uint32_t format,
			     struct payload *data)
{
	switch (format) {
	case ZOS_DATA:
		return LINKTYPE_ZOS_DATA;
	case ZOS_EE:
		return frame_is_ip(cursor_make(data->bytes, data->length, data->length))
			? LINKTYPE_RAW : LINKTYPE_ZOS_EE;
	case ZOS_FRAME:
		shift(data, zos->frame_start);
		return ctrace->frames_raw_ip ? LINKTYPE_RAW : LINKTYPE_ETHERNET;
	case ZOS_SMC:
		return LINKTYPE_ZOS_SMC;
	default:
		return LINKTYPE_RAW;
	}
}

static void count_record(struct source_zos *counts, const struct zos_record *zos, struct payload data)
{
	counts->confidential += zos->confidential;
	counts->discarded += zos->discard != 0;
	counts->segments_lost += zos->incomplete;
	counts->abbreviated += zos_is_abbreviated(zos);
	counts->header_disagrees += zos->format == ZOS_PACKET && !addresses_agree(zos, data);
}

static void deliver(struct reader *reader, const struct zos_record *zos, struct payload data, uint64_t offset,
		    struct record *record)
{
	struct ctrace *ctrace = reader->state;
	struct source_zos *counts = counters(reader);
	if (zos->confidential)
		data.length = 0;
	count_record(counts, zos, data);
	size_t before = data.length;
	record->link_type = link_type_of(ctrace, counts, zos->format, &data);
	size_t original = original_length(zos, data, record->link_type == LINKTYPE_RAW);
	if (zos->format == ZOS_FRAME && zos->packet_length >= before)
		original = data.length + (zos->packet_length - before);
	record->time = zos->capture_time;
	record->interface = find_interface(reader, zos, record->link_type);
	record->captured_length = (uint32_t)data.length;
	record->original_length = (uint32_t)original;
	record->bytes = data.bytes;
	record->direction = zos->flags & ZOS_OUTBOUND ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
	/* An OSA sees frames of others, too. */
	if (zos->format == ZOS_FRAME)
		record->direction = DIRECTION_UNKNOWN;
	record->offset = ctrace->wrap.pivot ? (offset + ctrace->wrap.pivot) % ctrace->wrap.size : offset;
	record->zos = zos;
	record->drop_count = ctrace->lost;
	ctrace->lost = 0;
}

static void deliver_joined(struct reader *reader, const struct joined *packet, struct record *record)
{
	deliver(reader, &packet->zos, (struct payload){ packet->bytes, packet->length }, packet->offset,
		record);
}

static void deliver_entry(struct reader *reader, struct cte *cte, uint64_t offset, bool cut,
			  struct record *record)
{
	struct payload data = { cte->data, cte->data_length };
	/* Behind the last byte there can be one to make the length even. */
	if (data.length > cte->zos.traced_length)
		data.length = cte->zos.traced_length;
	if (cte->zos.format == ZOS_SMC)
		data = smc_payload(cte, data);
	cte->zos.incomplete = cut && data.length < cte->zos.traced_length && !cte->zos.confidential;
	deliver(reader, &cte->zos, data, offset, record);
}

/* Where the counts of lost packets and data records lie is taken from another program; they are only
 * believed when they look like counts. */
static void note_lost(struct reader *reader, const struct cte *cte)
{
	struct ctrace *ctrace = reader->state;
	struct source_zos *counts = counters(reader);
	struct cursor in = cursor_make(cte->data, cte->data_length, cte->data_length);
	cursor_skip(&in, 16);
	uint32_t packets = cursor_be32(&in), data = cursor_be32(&in);
	bool told = cursor_ok(&in) && packets < MOST_LOST && data < MOST_LOST && packets + data;
	counts->lost_notes++;
	counts->lost_packets += told ? packets : 0;
	counts->lost_data += told ? data : 0;
	counts->lost_untold += !told;
	ctrace->lost += told ? packets + data : 1;
}

static void note_time(struct ctrace *ctrace, int64_t time)
{
	if (!ctrace->any_time)
		ctrace->first_time = ctrace->latest_time = time;
	ctrace->any_time = true;
	ctrace->last_time = time;
	if (time > ctrace->latest_time)
		ctrace->latest_time = time;
}

/* What an entry gives: true when it is a record to deliver. */
static bool use_entry(struct reader *reader, struct cte *cte, uint64_t offset, bool cut, struct record *record)
{
	struct ctrace *ctrace = reader->state;
	struct source_zos *counts = counters(reader);
	uint32_t format = cte->zos.format;
	counts->records++;
	counts->formats[format < ZOS_FORMATS ? format : 0]++;
	note_time(ctrace, cte->zos.buffer_time);
	if (format >= ZOS_LOST_RECORDS)
		note_lost(reader, cte);
	if (!cte_has_header(format))
		return false;
	if (format == ZOS_FRAME && !ctrace->frames_judged)
		judge_frames(ctrace, cte, counts);
	if (!segments_concern(cte)) {
		deliver_entry(reader, cte, offset, cut, record);
		return true;
	}
	const struct joined *made;
	enum segment_fate fate = segments_add(&ctrace->segments, cte, offset, &made);
	counts->segments += fate == SEGMENT_HELD;
	counts->orphans += fate == SEGMENT_ORPHAN;
	if (made)
		deliver_joined(reader, made, record);
	return made != NULL;
}

/* A data set that is full is written again from its start, so what comes first is the newest. Several
 * stacks in one data set also go back in time, but never to before the first record. */
static void conclude(struct reader *reader)
{
	struct ctrace *ctrace = reader->state;
	struct source_zos *counts = counters(reader);
	if (ctrace->looks_like_text && reader->damages)
		reader->ledger->report.files[reader->file].text_mode_damage = true;
	counts->container = content_name(&ctrace->walk.content);
	counts->writer_header = (uint32_t)ctrace->walk.header;
	counts->wrapped |= ctrace->any_time && ctrace->last_time < ctrace->first_time;
	ctrace->walked = true;
}

static bool ctrace_next(struct reader *reader, struct record *record)
{
	struct ctrace *ctrace = reader->state;
	uint64_t offset;
	bool cut;
	while (!ctrace->walked && walk_next(&ctrace->walk, &ctrace->cte, &offset, &cut))
		if (use_entry(reader, &ctrace->cte, offset, cut, record))
			return true;
	if (!ctrace->walked)
		conclude(reader);
	const struct joined *left = segments_flush(&ctrace->segments);
	if (left)
		deliver_joined(reader, left, record);
	return left != NULL;
}

const struct source_format format_ctrace = {
	.name = "ctrace",
	.title = "z/OS component trace: packet trace, data trace, OSAENTA",
	.probe = ctrace_probe,
	.searches = true,
	.state_size = sizeof(struct ctrace),
	.open = ctrace_open,
	.next = ctrace_next,
	.close = ctrace_close,
};
