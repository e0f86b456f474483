#include "field/fields.h"

#include <stdlib.h>

#include "core/memory.h"
#include "decode/decoder.h"
#include "source/linktype.h"

struct fields *fields_create(const struct source_report *report)
{
	struct fields *fields = memory_zeroed(1, sizeof *fields);
	fields->report = report;
	fields->first_time = fields->previous_time = INT64_MIN;
	return fields;
}

void fields_destroy(struct fields *fields)
{
	if (!fields)
		return;
	free(fields->quoted);
	free(fields);
}

void fields_passed(struct fields *fields, const struct record *record)
{
	if (fields->first_time == INT64_MIN)
		fields->first_time = record->time;
	fields->previous_time = record->time;
}

void field_want(struct field_wanted *wanted, const struct field_answer *answer)
{
	bool whole = answer->field == field_of_protocol(answer->decoder);
	for (unsigned i = 0; i < wanted->count; i++) {
		struct field_want *want = &wanted->want[i];
		if (want->decoder == answer->decoder && want->group == answer->group) {
			want->fields |= !whole;
			return;
		}
	}
	if (wanted->count == FIELDS_MAX_WANTED) {
		wanted->all = true;
		return;
	}
	wanted->want[wanted->count++] = (struct field_want){ answer->decoder, answer->group, !whole };
}

enum { NOT_WANTED, WANTED_THERE, WANTED_FIELDS };

static int wants(const struct field_wanted *wanted, const struct decoder *decoder,
		 const struct field_group *group)
{
	if (!wanted || wanted->all)
		return WANTED_FIELDS;
	for (unsigned i = 0; i < wanted->count; i++)
		if (wanted->want[i].decoder == decoder && wanted->want[i].group == group)
			return wanted->want[i].fields ? WANTED_FIELDS : WANTED_THERE;
	return NOT_WANTED;
}

static void tell_group(const struct fields *fields, const struct observation *observation,
		       struct teller *teller, const struct field_group *group)
{
	if (group->there && !group->there(observation))
		return;
	const struct record *record = group->record ? observation->packet->record : NULL;
	if (group->name)
		tell_open(teller, field_of_group(group), record ? record->bytes : NULL,
			  record ? record->captured_length : 0, 0, NULL);
	group->tell(teller, fields, observation);
	if (group->name)
		tell_close(teller);
}

static void tell_groups(const struct fields *fields, const struct observation *observation,
			struct teller *teller, const struct field_wanted *wanted, bool first)
{
	for (const struct field_group *const *group = field_groups; *group; group++)
		if (!(*group)->inside && (*group)->first == first && wants(wanted, NULL, *group) &&
		    (observation->packet || (*group)->sessions))
			tell_group(fields, observation, teller, *group);
}

static void tell_inside(const struct fields *fields, const struct observation *observation,
			struct teller *teller, const struct field_wanted *wanted,
			const struct decoder *decoder)
{
	for (const struct field_group *const *group = field_groups; *group; group++)
		if ((*group)->inside == decoder && wants(wanted, NULL, *group))
			tell_group(fields, observation, teller, *group);
}

/* A layer or message with its fields; `session` is what knows more about it, or NULL. */
static void tell_one(const struct fields *fields, const struct observation *session, struct teller *teller,
		     const struct field_wanted *wanted, const struct decoder *decoder, struct cursor in,
		     size_t header, const struct packet *packet, const void *facts)
{
	int wish = wants(wanted, decoder, NULL);
	bool inside = false;
	for (const struct field_group *const *group = field_groups; session && *group; group++)
		inside |= (*group)->inside == decoder && wants(wanted, NULL, *group);
	if (!wish && !inside)
		return;
	const struct told whole = { field_of_protocol(decoder), { .bytes = in.next, .length = in.captured },
		.at = in.next, .length = header < in.captured ? header : in.captured };
	teller->open(teller, &whole);
	if (wish == WANTED_FIELDS && decoder->tell)
		decoder->tell(teller, in, packet, facts);
	if (inside)
		tell_inside(fields, session, teller, wanted, decoder);
	tell_close(teller);
}

/* Layers above these are messages of a stream, which are told one by one; what they were read from is gone. */
static bool carries_stream(const struct packet *packet, const struct layer *layer)
{
	return layer->facts && (layer->facts == packet->tcp || layer->facts == packet->socket);
}

static bool is_own(const struct packet *packet, const struct layer *layer)
{
	return layer->facts && (layer->facts == packet->tcp || layer->facts == packet->udp);
}

/* Of a layer that does not lie in the record only its decoder knew how long the header is. */
static size_t header_length(const struct layer *layer)
{
	return layer->length ? layer->length : layer->captured;
}

static bool is_fragment(const struct packet *packet, const struct layer *layer)
{
	return layer->facts && layer->facts == packet->ip && packet->ip->fragmented &&
	       !packet->ip->reassembled;
}

static void tell_layers(struct fields *fields, const struct observation *observation, struct teller *teller,
			const struct field_wanted *wanted, const struct packet *packet);

/* The packet that an ICMP error is about: what the error's payload holds of it, decoded like a packet. */
static void tell_quoted(struct fields *fields, struct teller *teller, const struct field_wanted *wanted,
			const struct packet *error)
{
	if (!error->payload.captured || !error->payload.next)
		return;
	if (!fields->quoted)
		fields->quoted = memory_zeroed(1, sizeof *fields->quoted);
	fields->quoted_record = (struct record){
		.number = error->record->number, .time = error->record->time, .link_type = LINKTYPE_RAW,
		.bytes = error->payload.next, .captured_length = (uint32_t)error->payload.captured,
		.original_length = (uint32_t)error->payload.declared,
	};
	packet_decode(fields->quoted, &fields->quoted_record);
	/* Of a part no checksum can be right. */
	struct icmp_header *icmp = (struct icmp_header *)(uintptr_t)fields->quoted->icmp;
	if (icmp)
		icmp->checksum_state = CHECKSUM_UNVERIFIED;
	tell_layers(fields, NULL, teller, wanted, fields->quoted);
}

/* `observation` is NULL for a quoted packet: no session knows it. */
static void tell_layers(struct fields *fields, const struct observation *observation, struct teller *teller,
			const struct field_wanted *wanted, const struct packet *packet)
{
	/* Of a quoted packet the layer without a header is ours: it is no part of the packet. */
	const struct decoder *raw = observation ? NULL : decoder_find(BY_LINK_TYPE, LINKTYPE_RAW);
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct layer *layer = &packet->layers[i];
		if (layer->decoder == raw)
			continue;
		const struct cursor in = cursor_make(layer->bytes, layer->captured, layer->declared);
		tell_one(fields, is_own(packet, layer) ? observation : NULL, teller, wanted, layer->decoder, in,
			 header_length(layer), packet, layer->facts);
		if (layer->facts && layer->facts == packet->icmp && packet->icmp->is_error && observation)
			tell_quoted(fields, teller, wanted, packet);
		if (carries_stream(packet, layer) || is_fragment(packet, layer))
			return;
	}
}

/* Only messages of streams: all others are layers of the packet and were told with them, but for what is inside of
 * them. */
static void tell_messages(const struct fields *fields, const struct observation *observation,
			  struct teller *teller, const struct field_wanted *wanted)
{
	bool stream = observation->packet->tcp || observation->packet->socket;
	for (unsigned i = 0; i < observation->message_count; i++) {
		const struct session_message *message = &observation->messages[i];
		if (!stream && !message->depth)
			continue;
		const struct cursor in = cursor_make(message->bytes, message->bytes ? message->length : 0,
						     message->length);
		tell_one(fields, NULL, teller, wanted, message->decoder, in, message->length,
			 observation->packet, message->facts);
	}
}

void fields_walk(struct fields *fields, const struct observation *observation, struct teller *teller,
		 const struct field_wanted *wanted)
{
	tell_groups(fields, observation, teller, wanted, true);
	if (observation->packet) {
		tell_layers(fields, observation, teller, wanted, observation->packet);
		tell_messages(fields, observation, teller, wanted);
	}
	tell_groups(fields, observation, teller, wanted, false);
}

bool fields_simple(const struct packet *packet)
{
	const struct ip_header *ip = packet->ip;
	return !packet->problem && packet->ip == packet->outer_ip && !packet->tunnel_count && !(ip && (ip->fragmented || ip->has_source_route)) &&
	       !(packet->icmp && packet->icmp->is_error);
}
