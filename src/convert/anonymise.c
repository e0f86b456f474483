#include "convert/anonymise.h"

#include <stdlib.h>
#include <string.h>

#include "convert/edit.h"
#include "core/hash.h"
#include "core/memory.h"
#include "source/linktype.h"
#include "source/zos.h"

#define LONGEST_PACKET ((size_t)256 * 1024)

/* Wrong checksums mean something else when all of a host's are wrong. So of each host's packets with a
 * right one some keep their length, and more for each wrong one: cut off, they could not be verified. */
#define SOURCES 1024
#define WITNESSES_FIRST 16
#define WITNESSES_EACH 4

struct anonymiser {
	struct pseudonyms *pseudonyms;
	struct packet packet;
	struct edit edit;
	uint8_t bytes[LONGEST_PACKET];
	struct zos_record zos;
	struct source_report report;
	size_t interface_capacity;
	uint64_t emptied;
	struct witnesses { struct address source; uint32_t left; } witnesses[SOURCES];
};

static struct witnesses *witnesses_of(struct anonymiser *anonymiser)
{
	const struct ip_header *ip = anonymiser->packet.ip;
	size_t at = hash_bytes(&ip->source, sizeof ip->source, 0) % SOURCES;
	struct witnesses *witnesses = &anonymiser->witnesses[at];
	if (!address_equal(&witnesses->source, &ip->source))
		*witnesses = (struct witnesses){ ip->source, WITNESSES_FIRST };
	return witnesses;
}

static bool is_witness(struct anonymiser *anonymiser)
{
	struct witnesses *witnesses = witnesses_of(anonymiser);
	if (!witnesses->left)
		return false;
	witnesses->left--;
	return true;
}

static void add_credit(struct anonymiser *anonymiser)
{
	struct witnesses *witnesses = witnesses_of(anonymiser);
	if (witnesses->left < UINT32_MAX - WITNESSES_EACH)
		witnesses->left += WITNESSES_EACH;
}

static void edit_zos(struct anonymiser *anonymiser, struct record *record)
{
	struct zos_record *zos = &anonymiser->zos;
	char name[PSEUDONYM_NAME_SIZE];
	*zos = *record->zos;
	pseudonym_name(anonymiser->pseudonyms, zos->name, name);
	memset(zos->name, 0, sizeof zos->name);
	memcpy(zos->name, name, sizeof name);
	zos_text_to_ebcdic(name, zos->raw_name, sizeof zos->raw_name);
	pseudonym_address(anonymiser->pseudonyms, &zos->source);
	pseudonym_address(anonymiser->pseudonyms, &zos->destination);
	zos->header = NULL;          /* holds all of it a second time */
	record->zos = zos;
}

/* Bytes of the frame without its check sequence. Some recorders announce one that is not there: then the IP packet
 * reaches into it. */
static size_t without_check_sequence(const struct packet *packet, size_t length)
{
	const struct record *record = packet->record;
	if (record->captured_length != record->original_length || record->fcs_length > length)
		return length;
	const struct ip_header *ip = packet->outer_ip;
	for (unsigned i = 0; ip && i < packet->layer_count; i++)
		if (packet->layers[i].facts == ip &&
		    packet->layers[i].offset + ip->header_length + ip->payload_length > length - record->fcs_length)
			return length;
	return length - record->fcs_length;
}

void anonymiser_record(struct anonymiser *anonymiser, struct record *record)
{
	struct edit *edit = &anonymiser->edit;
	size_t length = record->captured_length;
	if (length > sizeof anonymiser->bytes)
		length = sizeof anonymiser->bytes;
	packet_decode(&anonymiser->packet, record);
	length = without_check_sequence(&anonymiser->packet, length);
	*edit = (struct edit){ .pseudonyms = anonymiser->pseudonyms, .packet = &anonymiser->packet,
		.bytes = anonymiser->bytes, .length = length };
	memcpy(anonymiser->bytes, record->bytes, length);
	edit_packet(edit);
	if (!edit->keeps_length && edit->is_good)
		edit->keeps_length = is_witness(anonymiser);
	else if (edit->keeps_length && edit->is_remarkable)
		add_credit(anonymiser);
	anonymiser->emptied += edit->known == 0 && record->link_type != LINKTYPE_NOT_A_PACKET;
	record->bytes = anonymiser->bytes;
	record->captured_length = (uint32_t)(edit->keeps_length ? length : edit->known);
	record->fcs_length = 0;
	record->comment = NULL;
	record->comment_length = 0;
	if (record->zos)
		edit_zos(anonymiser, record);
}

struct anonymiser *anonymiser_create(const char *key, struct error *error)
{
	struct anonymiser *anonymiser = memory_zeroed(1, sizeof *anonymiser);
	anonymiser->pseudonyms = pseudonyms_create(key, error);
	if (anonymiser->pseudonyms)
		return anonymiser;
	anonymiser_destroy(anonymiser);
	return NULL;
}

static void forget_names(struct source_report *report)
{
	for (size_t i = 0; i < report->name_count; i++) {
		free(report->names[i].address);
		free(report->names[i].name);
	}
	free(report->names);
	report->names = NULL;
	report->name_count = 0;
}

void anonymiser_destroy(struct anonymiser *anonymiser)
{
	if (!anonymiser)
		return;
	forget_names(&anonymiser->report);
	free(anonymiser->report.interfaces);
	pseudonyms_destroy(anonymiser->pseudonyms);
	free(anonymiser);
}

const struct source_report *anonymiser_report(struct anonymiser *anonymiser)
{
	return &anonymiser->report;
}

static void follow_interfaces(struct anonymiser *anonymiser, const struct source_report *source)
{
	struct source_report *own = &anonymiser->report;
	own->interfaces = memory_grow(own->interfaces, &anonymiser->interface_capacity,
				      source->interface_count, sizeof *own->interfaces);
	for (own->interface_count = 0; own->interface_count < source->interface_count; ) {
		struct source_interface *interface = &own->interfaces[own->interface_count];
		char name[PSEUDONYM_NAME_SIZE];
		*interface = source->interfaces[own->interface_count++];
		pseudonym_name(anonymiser->pseudonyms, interface->name, name);
		memset(interface->name, 0, sizeof interface->name);
		memcpy(interface->name, name, sizeof name);
		memset(interface->description, 0, sizeof interface->description);
		pseudonym_filter(anonymiser->pseudonyms, interface->filter, sizeof interface->filter);
	}
}

static void follow_names(struct anonymiser *anonymiser, const struct source_report *source)
{
	struct source_report *own = &anonymiser->report;
	forget_names(own);
	if (!source->name_count)
		return;
	own->names = memory_zeroed(source->name_count, sizeof *own->names);
	for (size_t i = 0; i < source->name_count; i++) {
		struct address address;
		char text[ADDRESS_TEXT_SIZE], name[PSEUDONYM_NAME_SIZE];
		if (!address_parse(source->names[i].address, &address))
			continue;
		pseudonym_address(anonymiser->pseudonyms, &address);
		pseudonym_name(anonymiser->pseudonyms, source->names[i].name, name);
		own->names[own->name_count++] = (struct source_name){
			memory_copy_text(address_text(&address, text)), memory_copy_text(name),
		};
	}
}

void anonymiser_follow(struct anonymiser *anonymiser, const struct source_report *source, bool ended)
{
	struct source_report *own = &anonymiser->report;
	/* Which recorder it was explains what a trace looks like; on which machine does not. */
	memcpy(own->application, source->application, sizeof own->application);
	own->files = source->files;  /* for their formats; their paths are not written */
	own->file_count = source->file_count;
	if (ended || own->interface_count != source->interface_count)
		follow_interfaces(anonymiser, source);
	if (ended)
		follow_names(anonymiser, source);
}

uint64_t anonymiser_emptied(const struct anonymiser *anonymiser)
{
	return anonymiser->emptied;
}
