/* Reports of IPCS CTRACE COMP(SYSTCPDA), COMP(SYSTCPOT) and COMP(SYSTCPIS) as text: FULL, DUMP,
 * FORMAT and SUMMARY. Packets come from the hexadecimal part; where a report has none, headers are
 * made from what it says in words. doc/formats/ipcs-text.md draws the reports and names the
 * sources. */
#include <stdio.h>

#include "source/file/ctrace_frame.h"
#include "source/file/ipcs_build.h"
#include "source/file/ipcs_dump.h"
#include "source/file/ipcs_zos.h"
#include "source/file/lines.h"
#include "source/format.h"
#include "source/linktype.h"

/* A stack has some dozen interfaces; a report that names more is hostile, and the last stands for
 * all. */
#define MAX_PLACES 64
/* A record's first line is 60 characters long; two halves of it are no longer than this. */
#define HALF_LINE 100

struct place {                       /* an interface or job */
	char name[ZOS_NAME_SIZE];
	uint32_t link_type, interface;
};

struct ipcs {
	struct lines lines;
	struct ipcs_words words;     /* of the record that is being read */
	struct ipcs_dump dump;
	uint64_t record_offset;
	bool destination_missing;    /* of a SUMMARY */
	char before[HALF_LINE];      /* the line before, when it may be half of a record's first */
	int64_t date;                /* of "**** yyyy/mm/dd", ns since 1970 */
	bool local_times;
	struct place places[MAX_PLACES];
	unsigned place_count;
	/* A file with two listings of the same trace tells each packet twice. */
	uint64_t first_number, highest_number;
	int64_t first_time;
	bool repeats;
	uint64_t records, delivered, unshown, unshown_offset, unshown_end;
	uint32_t lost;
	/* What the last record points to. */
	struct zos_record zos;
	char discard_name[IPCS_DISCARD_NAME];
	uint8_t built[IPCS_BUILT_LONGEST];
};

static const char summary_comment[] =
	"from an IPCS SUMMARY: lifetime, options and checksums are not known";
static const char words_comment[] = "from an IPCS FORMAT without DUMP: headers only";

/* Both halves of a first line that was wrapped, or that came out of a PDF file cell by cell. */
static bool begins_joined(struct ipcs_words *words, const char *before, const char *line)
{
	char joined[2 * HALF_LINE];
	if (!is_digit(*skip_blanks(before)) || strlen(line) >= HALF_LINE)
		return false;
	snprintf(joined, sizeof joined, "%s %s", before, line);
	return ipcs_begin_format(words, joined);
}

static void remember_line(char before[static HALF_LINE], const char *line)
{
	before[0] = '\0';
	if (strlen(line) < HALF_LINE)
		memcpy(before, line, strlen(line) + 1);
}

/* The headings that nobody else prints. */
static bool is_heading(const char *line)
{
	return strstr(line, "RcdNr Sysname  Mnemonic Entry Id") ||
	       strstr(line, "TCP/IP Packet Trace Formatter") ||
	       (strstr(line, "hh:mm:ss.mmmmmm") && strstr(line, "Source/Destination"));
}

static enum probe judge(struct lines *lines, struct cursor *head)
{
	struct ipcs_words words;
	char before[HALF_LINE] = "";
	bool begun = false;
	enum probe sure = PROBE_NO;
	while (lines_take(lines, head)) {
		if (ipcs_begin_format(&words, lines->text) ||
		    begins_joined(&words, before, lines->text)) {
			if (ipcs_is_packet_format(words.format))
				return PROBE_CERTAIN;
			begun = true;
		}
		if ((begun && ipcs_is_place(lines->text)) ||
		    ipcs_begin_summary(&words, lines->text))
			return PROBE_CERTAIN;
		if (is_heading(lines->text))
			sure = PROBE_PERHAPS;
		remember_line(before, lines->text);
	}
	return sure;
}

static enum probe ipcs_probe(struct cursor head)
{
	return lines_probe(head, judge);
}

static bool ipcs_open(struct reader *reader, struct error *error)
{
	struct ipcs *ipcs = reader->state;
	(void)error;
	struct cursor head = cursor_make(reader->input.next, reader->input.available, FORMAT_PROBE);
	lines_init(&ipcs->lines, text_form_of(head));
	ipcs_dump_clear(&ipcs->dump);
	reader->ledger->report.zos.container = "an IPCS report";
	return true;
}

static uint32_t find_interface(struct reader *reader, const char *name, uint32_t link_type)
{
	struct ipcs *ipcs = reader->state;
	for (unsigned i = 0; i < ipcs->place_count; i++)
		if (strcmp(ipcs->places[i].name, name) == 0 &&
		    ipcs->places[i].link_type == link_type)
			return ipcs->places[i].interface;
	if (ipcs->place_count == MAX_PLACES)
		return ipcs->places[MAX_PLACES - 1].interface;
	struct place *place = &ipcs->places[ipcs->place_count++];
	snprintf(place->name, sizeof place->name, "%s", name);
	place->link_type = link_type;
	struct source_interface *interface = ledger_interface(reader->ledger, reader->file,
							      &place->interface);
	interface->link_type = link_type;
	interface->ticks_per_second = 1000000;
	snprintf(interface->name, sizeof interface->name, "%s", name);
	snprintf(interface->description, sizeof interface->description, "%s%s", ipcs->words.device,
		 ipcs->local_times ? " (times are local)" : "");
	return place->interface;
}

/* The packet as far as the report shows it. */
struct shown { const uint8_t *bytes; size_t length, wire; const char *comment; };

static bool is_ip(const struct shown *shown)
{
	return frame_is_ip(cursor_make(shown->bytes, shown->length, shown->length));
}

/* The IP header tells how long the packet was. */
static size_t ip_length(const struct shown *shown)
{
	size_t length = shown->bytes[0] >> 4 == 4 ? load_be16(shown->bytes + 2)
						   : load_be16(shown->bytes + 4) + (size_t)40;
	return length > shown->length ? length : shown->length;
}

/* A word of the dump that lost digits may be said in words, too; otherwise the packet ends before
 * it. */
static void repair(struct ipcs *ipcs)
{
	struct ipcs_dump *dump = &ipcs->dump;
	uint8_t built[IPCS_BUILT_LONGEST];
	size_t at = dump->damaged_at, wire;
	if (at == IPCS_DUMP_UNKNOWN)
		return;
	size_t length = ipcs_build(&ipcs->words, built, &wire);
	if (at + 4 <= length && at + 4 <= dump->length && memcmp(built, dump->bytes, at) == 0)
		memcpy(dump->bytes + at, built + at, 4);
	else
		dump->length = at;
}

static uint32_t link_type_of(const struct zos_record *zos, const struct shown *shown)
{
	switch (zos->format) {
	case ZOS_DATA:
		return LINKTYPE_ZOS_DATA;
	case ZOS_SMC:
		return LINKTYPE_ZOS_SMC;
	case ZOS_EE:
		return is_ip(shown) ? LINKTYPE_RAW : LINKTYPE_ZOS_EE;
	case ZOS_FRAME:
		return is_ip(shown) ? LINKTYPE_RAW : LINKTYPE_ETHERNET;
	default:
		return LINKTYPE_RAW;
	}
}

/* What the report shows of the packet. False when that is nothing. */
static bool find_bytes(struct ipcs *ipcs, const struct zos_record *zos, struct shown *shown)
{
	const struct ipcs_words *words = &ipcs->words;
	struct ipcs_dump *dump = &ipcs->dump;
	bool socket = zos->format == ZOS_DATA;
	if (zos->format == ZOS_OLD_X25 || (socket && words->kind == IPCS_SUMMARY))
		return false;
	repair(ipcs);
	*shown = (struct shown){ dump->bytes, dump->length, dump->length, NULL };
	if (socket && words->value[IPCS_FULL] > shown->wire)
		shown->wire = (size_t)words->value[IPCS_FULL];
	if (socket)
		return words->placed;
	if (dump->length && !dump->data_first) {
		if (is_ip(shown))
			shown->wire = ip_length(shown);
		return true;
	}
	shown->bytes = ipcs->built;
	shown->length = ipcs_build(words, ipcs->built, &shown->wire);
	shown->comment = words->kind == IPCS_SUMMARY ? summary_comment : words_comment;
	return shown->length > 0;
}

/* Does the dump say what the words say? Text that lost or changed digits does not. */
static bool dump_is_sound(const struct ipcs *ipcs, const struct shown *shown)
{
	if (shown->bytes != ipcs->dump.bytes || !ipcs->words.header_was_right || !is_ip(shown))
		return true;
	return shown->bytes[0] >> 4 != 4 || ipcs_header_sound(shown->bytes, shown->length);
}

/* One note tells of all records that the report does not show, not one each. */
static void note_unshown(struct ipcs *ipcs, uint64_t end)
{
	if (!ipcs->unshown++)
		ipcs->unshown_offset = ipcs->record_offset;
	ipcs->unshown_end = end;
}

static bool told_before(struct ipcs *ipcs)
{
	const struct ipcs_words *words = &ipcs->words;
	if (ipcs->delivered && words->number == ipcs->first_number &&
	    words->time_of_day == ipcs->first_time)
		ipcs->repeats = true;
	if (ipcs->repeats && words->number <= ipcs->highest_number)
		return true;
	if (!ipcs->delivered) {
		ipcs->first_number = words->number;
		ipcs->first_time = words->time_of_day;
	}
	if (words->number > ipcs->highest_number)
		ipcs->highest_number = words->number;
	return false;
}

static void count(struct source_zos *counts, const struct ipcs *ipcs, const struct zos_record *zos)
{
	counts->records++;
	counts->formats[zos->format < ZOS_FORMATS ? zos->format : 0]++;
	counts->discarded += zos->discard != 0;
	counts->abbreviated += ipcs_knows(&ipcs->words, IPCS_ABBREV);
}

static void fill_record(struct reader *reader, const struct shown *shown, struct record *record)
{
	struct ipcs *ipcs = reader->state;
	struct zos_record *zos = &ipcs->zos;
	bool full = ipcs_knows(&ipcs->words, IPCS_FULL);
	zos->traced_length = (uint32_t)ipcs->words.value[full ? IPCS_FULL : IPCS_ABBREV];
	if (!zos->traced_length)
		zos->traced_length = (uint32_t)shown->length;
	zos->packet_length = (uint16_t)(shown->wire < UINT16_MAX ? shown->wire : UINT16_MAX);
	record->link_type = link_type_of(zos, shown);
	record->time = zos->capture_time;
	record->interface = find_interface(reader, zos->name, record->link_type);
	record->bytes = shown->bytes;
	record->captured_length = (uint32_t)shown->length;
	record->original_length = (uint32_t)shown->wire;
	/* An OSA sees frames of others, too. */
	if (ipcs->words.placed && zos->format != ZOS_FRAME)
		record->direction = ipcs->words.outbound ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
	record->offset = ipcs->record_offset;
	record->zos = zos;
	record->drop_count = ipcs->lost;
	ipcs->lost = 0;
	if (shown->comment && reader->keep_comments) {
		record->comment = shown->comment;
		record->comment_length = (uint32_t)strlen(shown->comment);
	}
}

/* Ends the record that is being read, at `end` in the file. True when it is one to deliver. */
static bool finish_record(struct reader *reader, uint64_t end, bool at_end, struct record *record)
{
	struct ipcs *ipcs = reader->state;
	struct ipcs_words *words = &ipcs->words;
	struct shown shown;
	if (words->kind == IPCS_NOTHING)
		return false;
	ipcs->records++;
	bool whole = ipcs_dump_end(&ipcs->dump);
	bool lost = words->kind == IPCS_FORMAT && words->format >= ZOS_LOST_RECORDS;
	ipcs_fill_zos(words, ipcs->date, reader->leap_seconds, &ipcs->zos);
	if (words->discard_name[0]) {
		snprintf(ipcs->discard_name, sizeof ipcs->discard_name, "%s", words->discard_name);
		ipcs->zos.discard_name = ipcs->discard_name;
	}
	words->unusable |= ipcs->destination_missing;
	bool repeated = !lost && told_before(ipcs);
	bool got = !lost && !repeated && find_bytes(ipcs, &ipcs->zos, &shown);
	reader->ledger->report.zos.lost_notes += lost;
	reader->ledger->report.zos.lost_untold += lost;
	ipcs->lost += lost;
	if (!lost && !repeated)
		count(&reader->ledger->report.zos, ipcs, &ipcs->zos);
	if (got && !dump_is_sound(ipcs, &shown)) {
		reader_damage(reader, ipcs->record_offset, end - ipcs->record_offset,
			      "the dump of an IP header does not have the checksum that the report "
			      "found");
		got = false;
	} else if (!got && !lost && !repeated) {
		note_unshown(ipcs, end);
	} else if (got && ipcs->dump.broken) {
		reader_damage(reader, ipcs->record_offset, 0,
			      "lines of a packet's dump are missing");
	} else if (got && at_end && !whole) {
		reader_cut(reader, ipcs->record_offset, 0,
			   "the report ends inside a packet's dump");
	}
	if (got) {
		fill_record(reader, &shown, record);
		ipcs->delivered++;
	}
	words->kind = IPCS_NOTHING;
	return got;
}

/* "**** 2011/01/25" */
static bool read_date(struct ipcs *ipcs, const char *line)
{
	line = skip_blanks(line);
	if (strncmp(line, "****", 4) != 0)
		return false;
	line += 4;
	return words_date(&line, &ipcs->date);
}

/* Is the line one with which a record begins? `begun` then holds it. */
static bool begins(struct ipcs *ipcs, const char *line, struct ipcs_words *begun)
{
	return ipcs_begin_format(begun, line) || begins_joined(begun, ipcs->before, line) ||
	       ipcs_begin_summary(begun, line);
}

/* SUMMARY and FORMAT of one record, one after the other: the second says more. */
static bool says_the_same_again(const struct ipcs *ipcs, const struct ipcs_words *begun)
{
	return ipcs->words.kind == IPCS_SUMMARY && begun->kind == IPCS_FORMAT &&
	       ipcs->words.number == begun->number && ipcs->words.time_of_day == begun->time_of_day;
}

static void read_inside(struct ipcs *ipcs, const char *line)
{
	struct ipcs_words *words = &ipcs->words;
	if (words->kind == IPCS_SUMMARY && ipcs->destination_missing)
		ipcs->destination_missing = !ipcs_end_summary(words, line);
	if (words->kind != IPCS_FORMAT)
		return;
	const char *from = skip_blanks(line);
	/* After a rule come other reports, or what an application sent, in words. */
	if (strncmp(from, "--------", 8) == 0 || strncmp(from, "========", 8) == 0)
		words->part = IPCS_OTHER;
	else if (!ipcs_dump_take(&ipcs->dump, line))
		ipcs_read_words(words, line);
}

static bool ipcs_next(struct reader *reader, struct record *record)
{
	struct ipcs *ipcs = reader->state;
	struct lines *lines = &ipcs->lines;
	struct ipcs_words begun;
	while (lines_next(lines, &reader->input)) {
		if (read_date(ipcs, lines->text))
			continue;
		if (!begins(ipcs, lines->text, &begun)) {
			read_inside(ipcs, lines->text);
			remember_line(ipcs->before, lines->text);
			/* "Both Bootp(67,68) … Local Ntp(123)": options in the heading. */
			ipcs->local_times |= !ipcs->delivered && strstr(lines->text, " Local ");
			continue;
		}
		if (!says_the_same_again(ipcs, &begun) &&
		    finish_record(reader, lines->offset, false, record)) {
			lines->again = true;
			return true;
		}
		ipcs->words = begun;
		ipcs->before[0] = '\0';
		ipcs->record_offset = lines->offset;
		ipcs->destination_missing = begun.kind == IPCS_SUMMARY;
		ipcs_dump_clear(&ipcs->dump);
	}
	if (finish_record(reader, reader->input.offset, true, record))
		return true;
	if (ipcs->unshown)
		reader_damage(reader, ipcs->unshown_offset,
			      ipcs->unshown_end - ipcs->unshown_offset,
			      "the report lists records without showing their packets: print it "
			      "with FULL");
	else if (!ipcs->records)
		reader_damage(reader, 0, reader->input.offset,
			      "the report lists no packets: print it with FULL");
	return false;
}

static void ipcs_close(struct reader *reader)
{
	struct ipcs *ipcs = reader->state;
	lines_finish(&ipcs->lines);
	ipcs_dump_finish(&ipcs->dump);
}

const struct source_format format_ipcs = {
	.name = "ipcs",
	.title = "text of IPCS CTRACE reports: FULL, DUMP, FORMAT, SUMMARY",
	.probe = ipcs_probe,
	.searches = true,
	.state_size = sizeof(struct ipcs),
	.open = ipcs_open,
	.next = ipcs_next,
	.close = ipcs_close,
};
