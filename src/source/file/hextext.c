/* Hexadecimal dumps of packets as text, as text2pcap reads them and as od, xxd, hexdump -C, tcpdump
 * -x and tshark -x print them:
 *
 *     I 2019-05-14T19:04:57Z                                  direction and time, when there
 *     000000 00 0e b6 00 00 02 00 0e b6 00 00 01 08 00 45 00  ..............E.
 *     000010 00 28 00 00 ...
 *
 * A row begins with its offset. Offset 0 begins a packet; an offset that does not follow ends it.
 * Bytes stand alone or, with xxd and tcpdump, in pairs. The text behind them may look like bytes:
 * the offset of the next row tells, or that all rows of a packet have the same length. */
#include <stdlib.h>

#include "core/checksum.h"
#include "core/clock.h"
#include "core/memory.h"
#include "source/file/frames.h"
#include "source/file/lines.h"
#include "source/file/words.h"
#include "source/format.h"
#include "source/linktype.h"

#define FEWEST_OFFSET_DIGITS 3
#define MOST_OFFSET_DIGITS 8
/* Enough to tell a packet from a number in some log. */
#define PROBE_BYTES 14
#define DAY (86400 * NANOSECONDS)
/* Where a day ends a clock jumps back by nearly as much; packets out of order do so by seconds. */
#define MIDNIGHT_JUMP (DAY / 2)

enum { LINK_ETHERNET, LINK_RAW, LINKS };

struct row {
	uint64_t offset;
	const char *bytes;           /* what stands behind the offset */
};

struct packet_text {                 /* a packet that is being put together */
	uint8_t *bytes;
	size_t capacity, length;
	size_t row, width;           /* where the last one begins; bytes of the first, or 0 */
	bool open;
	int64_t time;                /* INT64_MIN: not said */
	uint8_t direction;
	uint64_t offset;             /* of its first line in the file */
};

struct hextext {
	struct lines lines;
	struct packet_text packet;
	int64_t next_time;           /* what the lines in front of the next packet say */
	uint8_t next_direction;
	bool skip_next;              /* not a packet: bytes that tshark joined or decrypted */
	uint64_t lead_offset;        /* where those lines begin; UINT64_MAX when there are none */
	int64_t day;                 /* of times without a date */
	int64_t last_time_of_day;
	uint32_t interfaces[LINKS];
	bool has_interface[LINKS];
};

/* "000010 …", "0010  …", "00000010: …", "\t0x0010:  …", and all that with "> " in front. */
static bool read_row(const char *line, struct row *row)
{
	while (*line == ' ' || *line == '>')
		line++;
	if (line[0] == '0' && line[1] == 'x')
		line += 2;
	struct word word = { line, 0 };
	while (hex_digit(line[word.length]) >= 0)
		word.length++;
	row->bytes = line + word.length;
	if (word.length < FEWEST_OFFSET_DIGITS || word.length > MOST_OFFSET_DIGITS)
		return false;
	if (*row->bytes == ':')
		row->bytes++;
	return (*row->bytes == ' ' || *row->bytes == '\0') && words_hex(&line, &row->offset);
}

static size_t count_digits(const char *at)
{
	size_t digits = 0;
	while (hex_digit(at[digits]) >= 0)
		digits++;
	return digits;
}

static void append(struct packet_text *packet, uint8_t byte)
{
	packet->bytes = memory_grow(packet->bytes, &packet->capacity, packet->length + 1, 1);
	packet->bytes[packet->length++] = byte;
}

/* Takes bytes until something else comes, or so many blanks that it must be the text column. */
static void take_bytes(struct packet_text *packet, const char *at)
{
	at = skip_blanks(at);
	size_t group = count_digits(at), taken = 0;
	if (group != 2 && group != 4)
		return;
	while (packet->length < FRAMES_LARGEST) {
		size_t digits = count_digits(at);
		/* Pairs of bytes may end with a single one. */
		bool fits = digits == group || (group == 4 && digits == 2);
		if (!fits || (at[digits] != ' ' && at[digits] != '\0'))
			return;
		for (size_t i = 0; i < digits; i += 2, taken++)
			append(packet, (uint8_t)(hex_digit(at[i]) << 4 | hex_digit(at[i + 1])));
		at += digits;
		size_t blanks = (size_t)(skip_blanks(at) - at);
		/* hexdump leaves two blanks in the middle of a row. */
		if (blanks > 2 || (blanks == 2 && !(group == 2 && taken == 8)))
			return;
		at += blanks;
	}
}

/* The first bytes of what looks like the text of a packet? */
static enum probe judge(struct lines *lines, struct cursor *head)
{
	struct packet_text packet = { .bytes = NULL };
	struct row row;
	enum probe sure = PROBE_NO;
	while (sure == PROBE_NO && lines_take(lines, head)) {
		if (!read_row(lines->text, &row) || (row.offset && row.offset != packet.length))
			continue;
		if (!row.offset)
			packet.length = 0;
		take_bytes(&packet, row.bytes);
		sure = packet.length >= PROBE_BYTES ? PROBE_PERHAPS : PROBE_NO;
	}
	free(packet.bytes);
	return sure;
}

/* Never surer than PERHAPS: what else has such lines in it may know better what they mean. */
static enum probe hextext_probe(struct cursor head)
{
	return lines_probe(head, judge);
}

static void forget_lead(struct hextext *hextext)
{
	hextext->next_time = INT64_MIN;
	hextext->next_direction = DIRECTION_UNKNOWN;
	hextext->skip_next = false;
	hextext->lead_offset = UINT64_MAX;
}

static bool hextext_open(struct reader *reader, struct error *error)
{
	struct hextext *hextext = reader->state;
	(void)error;
	struct cursor head = cursor_make(reader->input.next, reader->input.available, FORMAT_PROBE);
	lines_init(&hextext->lines, text_form_of(head));
	forget_lead(hextext);
	return true;
}

/* Seconds since 1970, with a fraction: "1557860697.123456". */
static bool read_epoch(const char *at, int64_t *time)
{
	uint64_t seconds;
	at = skip_blanks(at);
	size_t digits = strspn(at, "0123456789");
	if (digits < 9 || digits > 10 || at[digits] != '.' || !is_digit(at[digits + 1]) ||
	    !words_decimal(&at, &seconds))
		return false;
	*time = (int64_t)seconds * NANOSECONDS;
	at++;
	for (int64_t unit = NANOSECONDS / 10; is_digit(*at); at++, unit /= 10)
		*time += (*at - '0') * unit;
	return true;
}

/* A date and time anywhere in the line: "2019-05-14T19:04:57.1Z", "2019/05/14 19:04:57". */
static bool find_date(const char *line, int64_t *time)
{
	int64_t date, of_day;
	for (const char *at = line; *at; at++) {
		const char *next = at;
		if (!is_digit(*at) || (at > line && at[-1] != ' ') || !words_date(&next, &date))
			continue;
		next += *next == 'T';
		if (words_time(&next, &of_day)) {
			*time = date + of_day;
			return true;
		}
	}
	return false;
}

/* A time without a date belongs to the day after the last one where the clock goes back far. */
static int64_t time_on_some_day(struct hextext *hextext, int64_t of_day)
{
	if (of_day < hextext->last_time_of_day - MIDNIGHT_JUMP)
		hextext->day += DAY;
	hextext->last_time_of_day = of_day;
	return hextext->day + of_day;
}

/* "Reassembled TCP (2000 bytes):": tshark dumps what it made of several packets behind the last of
 * them. */
static bool names_other_bytes(const char *line)
{
	size_t length = strlen(line);
	const char *open = strrchr(line, '(');
	return length > 8 && open && strcmp(line + length - 2, "):") == 0 && strstr(open, "byte") &&
	       strncmp(line, "Frame", 5) != 0;
}

static void read_lead(struct hextext *hextext, const char *line)
{
	int64_t time;
	struct word word;
	const char *at = line;
	if (*skip_blanks(line) == '#' || !words_next(&at, &word))
		return;
	if (hextext->lead_offset == UINT64_MAX)
		hextext->lead_offset = hextext->lines.offset;
	if (names_other_bytes(line))
		hextext->skip_next = true;
	if (word_is(word, "I") || word_is(word, "O"))
		hextext->next_direction =
			*word.text == 'I' ? DIRECTION_INBOUND : DIRECTION_OUTBOUND;
	else
		at = line;
	if (hextext->next_time != INT64_MIN)
		return;
	if (find_date(line, &time) || read_epoch(at, &time))
		hextext->next_time = time;
	else if (words_time(&at, &time))
		hextext->next_time = time_on_some_day(hextext, time);
}

/* The number of bytes of all rows but the last is known from their offsets; the last one has no
 * more. */
static void end_row(struct packet_text *packet)
{
	if (packet->width && packet->length - packet->row > packet->width)
		packet->length = packet->row + packet->width;
}

static void begin_packet(struct hextext *hextext)
{
	struct packet_text *packet = &hextext->packet;
	packet->length = packet->row = packet->width = 0;
	packet->open = true;
	packet->time = hextext->next_time;
	packet->direction = hextext->next_direction;
	packet->offset =
		hextext->lead_offset != UINT64_MAX ? hextext->lead_offset : hextext->lines.offset;
	forget_lead(hextext);
}

/* Takes a row that goes on with the packet. False when its offset does not follow. */
static bool take_row(struct packet_text *packet, const struct row *row)
{
	if (row->offset <= packet->row || row->offset > packet->length)
		return false;
	packet->length = (size_t)row->offset;    /* what was read beyond was text */
	if (!packet->width)
		packet->width = packet->length;
	packet->row = packet->length;
	take_bytes(packet, row->bytes);
	return true;
}

/* IPv4 with a right header checksum or a right length, IPv6 with a right length. */
static bool is_raw_ip(const struct packet_text *packet)
{
	const uint8_t *bytes = packet->bytes;
	size_t length = packet->length;
	if (length >= 40 && bytes[0] >> 4 == 6)
		return (size_t)load_be16(bytes + 4) + 40 == length;
	size_t header = length ? (size_t)(bytes[0] & 0x0f) * 4 : 0;
	if (length < 20 || bytes[0] >> 4 != 4 || header < 20 || header > length)
		return false;
	return load_be16(bytes + 2) == length ||
	       checksum_fold(checksum_add(0, bytes, header)) == 0xffff;
}

static uint32_t find_interface(struct reader *reader, unsigned link, uint32_t link_type)
{
	struct hextext *hextext = reader->state;
	if (!hextext->has_interface[link]) {
		struct source_interface *interface = ledger_interface(reader->ledger, reader->file,
								      &hextext->interfaces[link]);
		interface->link_type = link_type;
		interface->ticks_per_second = NANOSECONDS;
		hextext->has_interface[link] = true;
	}
	return hextext->interfaces[link];
}

/* Ends the packet. False when there is none. */
static bool deliver(struct reader *reader, struct record *record)
{
	struct packet_text *packet = &((struct hextext *)reader->state)->packet;
	bool got = packet->open;
	packet->open = false;
	end_row(packet);
	if (!got || !packet->length)
		return false;
	bool raw = is_raw_ip(packet);
	record->link_type = raw ? LINKTYPE_RAW : LINKTYPE_ETHERNET;
	record->interface =
		find_interface(reader, raw ? LINK_RAW : LINK_ETHERNET, record->link_type);
	record->time = packet->time;
	record->direction = packet->direction;
	record->bytes = packet->bytes;
	record->captured_length = record->original_length = (uint32_t)packet->length;
	record->offset = packet->offset;
	return true;
}

static bool hextext_next(struct reader *reader, struct record *record)
{
	struct hextext *hextext = reader->state;
	struct packet_text *packet = &hextext->packet;
	struct lines *lines = &hextext->lines;
	struct row row;
	while (lines_next(lines, &reader->input)) {
		if (!read_row(lines->text, &row)) {
			read_lead(hextext, lines->text);
			continue;
		}
		if (row.offset) {
			if (!packet->open || take_row(packet, &row))
				continue;
			reader_damage(reader, lines->offset, lines->length,
				      "a row's offset does not follow the rows before it");
			if (deliver(reader, record))
				return true;
			continue;
		}
		/* The one before ends here; then this line is read once more. */
		if (deliver(reader, record)) {
			lines->again = true;
			return true;
		}
		bool skip = hextext->skip_next;
		begin_packet(hextext);
		packet->open = !skip;
		take_bytes(packet, row.bytes);
	}
	return deliver(reader, record);
}

static void hextext_close(struct reader *reader)
{
	struct hextext *hextext = reader->state;
	lines_finish(&hextext->lines);
	free(hextext->packet.bytes);
}

const struct source_format format_hextext = {
	.name = "hextext",
	.title = "hexadecimal dumps as text: text2pcap, tshark -x, tcpdump -x, xxd, hexdump -C",
	.probe = hextext_probe,
	.searches = true,
	.state_size = sizeof(struct hextext),
	.open = hextext_open,
	.next = hextext_next,
	.close = hextext_close,
};
