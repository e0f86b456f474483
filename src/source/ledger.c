#include "source/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "source/linktype.h"

void ledger_finish(struct ledger *ledger)
{
	struct source_report *report = &ledger->report;
	for (size_t i = 0; i < report->file_count; i++)
		free(report->files[i].path);
	for (size_t i = 0; i < report->name_count; i++) {
		free(report->names[i].address);
		free(report->names[i].name);
	}
	for (size_t i = 0; i < report->secret_count; i++)
		free(report->secrets[i].bytes);
	free(report->files);
	free(report->interfaces);
	free(report->names);
	free(report->secrets);
	memset(ledger, 0, sizeof *ledger);
}

uint16_t ledger_file(struct ledger *ledger, const char *path)
{
	struct source_report *report = &ledger->report;
	report->files = memory_grow(report->files, &ledger->file_capacity, report->file_count + 1,
				    sizeof *report->files);
	report->files[report->file_count] = (struct source_file){
		.path = memory_copy_text(path), .format = "unknown", .compression = "none",
		.first_time = INT64_MIN, .last_time = INT64_MIN,
	};
	return (uint16_t)report->file_count++;
}

struct source_interface *ledger_interface(struct ledger *ledger, uint16_t file, uint32_t *index)
{
	struct source_report *report = &ledger->report;
	if (report->interface_count < SOURCE_MAX_INTERFACES) {
		report->interfaces = memory_grow(report->interfaces, &ledger->interface_capacity,
						 report->interface_count + 1,
						 sizeof *report->interfaces);
		report->interfaces[report->interface_count++] =
			(struct source_interface){ .file = file };
	}
	*index = (uint32_t)report->interface_count - 1;
	return &report->interfaces[*index];
}

void ledger_damage(struct ledger *ledger, const struct source_damage *damage)
{
	struct source_report *report = &ledger->report;
	report->damage_total++;
	report->damage_bytes += damage->bytes_lost;
	if (report->damage_count < SOURCE_MAX_DAMAGES)
		report->damages[report->damage_count++] = *damage;
}

void ledger_name(struct ledger *ledger, const struct address *address, const uint8_t *name,
		 size_t length)
{
	struct source_report *report = &ledger->report;
	if (!length || length > LEDGER_MAX_NAME || report->name_count == LEDGER_MAX_NAMES)
		return;
	report->names = memory_grow(report->names, &ledger->name_capacity, report->name_count + 1,
				    sizeof *report->names);
	char text[ADDRESS_TEXT_SIZE];
	struct source_name *entry = &report->names[report->name_count++];
	entry->address = memory_copy_text(address_text(address, text));
	entry->name = memory_zeroed(length + 1, 1);
	memcpy(entry->name, name, length);
}

void ledger_secret(struct ledger *ledger, uint32_t type, const uint8_t *bytes, size_t length)
{
	struct source_report *report = &ledger->report;
	if (report->secret_count == LEDGER_MAX_SECRETS ||
	    length > LEDGER_MAX_SECRET_BYTES - ledger->secret_bytes)
		return;
	report->secrets = memory_grow(report->secrets, &ledger->secret_capacity,
				      report->secret_count + 1, sizeof *report->secrets);
	struct source_secret *secret = &report->secrets[report->secret_count++];
	*secret = (struct source_secret){ type, memory_allocate(length), length };
	memcpy(secret->bytes, bytes, length);
	ledger->secret_bytes += length;
}

static void note_link_type(struct source_file *file, uint32_t link_type)
{
	for (unsigned i = 0; i < file->link_type_count; i++)
		if (file->link_types[i] == link_type)
			return;
	if (file->link_type_count < sizeof file->link_types / sizeof *file->link_types)
		file->link_types[file->link_type_count++] = link_type;
}

void ledger_record(struct ledger *ledger, struct record *record)
{
	struct source_file *file = &ledger->report.files[record->file];
	record->number = ++ledger->number;
	file->packets++;
	if (record->link_type != LINKTYPE_NOT_A_PACKET) {
		ledger->report.interfaces[record->interface].packets++;
		note_link_type(file, record->link_type);
	}
	if (record->time == INT64_MIN)
		return;
	if (record->time < file->first_time || file->first_time == INT64_MIN)
		file->first_time = record->time;
	if (record->time > file->last_time)
		file->last_time = record->time;
}

void ledger_text(char *to, size_t room, const uint8_t *bytes, size_t length)
{
	if (length >= room) {
		length = room - 1;
		while (length && (bytes[length] & 0xc0) == 0x80)   /* inside a character */
			length--;
	}
	memcpy(to, bytes, length);
	memset(to + length, 0, room - length);
}
