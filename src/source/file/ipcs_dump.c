#include "source/file/ipcs_dump.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "source/file/words.h"

#define OFFSET_DIGITS 6
#define WORD_DIGITS 8
/* Data rows have 16 bytes; what follows is text, even where the line in front of it was lost. */
#define DATA_ROW 16
/* The longest headers: IPv4 and TCP with all options, and IPv6. */
#define HEADER_ROW 60

void ipcs_dump_clear(struct ipcs_dump *dump)
{
	*dump = (struct ipcs_dump){
		.bytes = dump->bytes, .capacity = dump->capacity, .promised = IPCS_DUMP_UNKNOWN,
		.damaged_at = IPCS_DUMP_UNKNOWN,
	};
}

void ipcs_dump_finish(struct ipcs_dump *dump)
{
	free(dump->bytes);
	memset(dump, 0, sizeof *dump);
}

static void append(struct ipcs_dump *dump, uint32_t word, unsigned digits)
{
	if (dump->length + 4 > IPCS_DUMP_LONGEST) {
		dump->broken = true;
		return;
	}
	dump->bytes = memory_grow(dump->bytes, &dump->capacity, dump->length + 4, 1);
	for (unsigned i = 0; i < digits / 2; i++)
		dump->bytes[dump->length++] = (uint8_t)(word >> (4 * digits - 8 * (i + 1)));
}

/* How many bytes the section has so far. */
static size_t section_length(const struct ipcs_dump *dump)
{
	return dump->length - dump->start;
}

/* A word with too few digits is the last of its section, or something was lost. */
static void settle(struct ipcs_dump *dump)
{
	if (!dump->odd_digits)
		return;
	size_t whole = section_length(dump) + dump->odd_digits / 2;
	bool ends_here = dump->promised == IPCS_DUMP_UNKNOWN || whole == dump->promised;
	if (dump->odd_digits % 2 || !ends_here) {
		/* One can be repaired; two are too many. */
		if (dump->damaged_at == IPCS_DUMP_UNKNOWN)
			dump->damaged_at = dump->length;
		else
			dump->broken = true;
		if (!dump->broken)
			append(dump, 0, WORD_DIGITS);
	} else {
		append(dump, dump->odd_word, dump->odd_digits);
	}
	dump->odd_digits = 0;
}

static void begin_section(struct ipcs_dump *dump, bool is_data, size_t promised)
{
	settle(dump);
	if (!dump->sections++)
		dump->data_first = is_data;
	dump->start = dump->length;
	dump->promised = promised;
	dump->is_data = is_data;
	dump->in_section = true;
	dump->in_row = false;
}

/* How many bytes the row can still have. */
static size_t room_in_row(const struct ipcs_dump *dump)
{
	size_t used = dump->length - dump->row;
	size_t most = dump->is_data ? DATA_ROW : HEADER_ROW;
	size_t room = used < most ? most - used : 0;
	if (dump->promised != IPCS_DUMP_UNKNOWN) {
		size_t left = dump->promised > section_length(dump)
				      ? dump->promised - section_length(dump)
				      : 0;
		room = left < room ? left : room;
	}
	return room;
}

/* Takes hexadecimal words until something else comes. */
static void take_words(struct ipcs_dump *dump, const char *at)
{
	struct word word;
	while (room_in_row(dump) && words_next(&at, &word)) {
		size_t digits = 0;
		while (digits < word.length && digits < WORD_DIGITS &&
		       hex_digit(word.text[digits]) >= 0)
			digits++;
		bool ends = digits == word.length || word.text[digits] == '|';
		if (!digits || !ends || dump->odd_digits + digits > WORD_DIGITS)
			return;
		for (size_t i = 0; i < digits; i++)
			dump->odd_word = dump->odd_word << 4 | (uint32_t)hex_digit(word.text[i]);
		dump->odd_digits += (unsigned)digits;
		if (dump->odd_digits < WORD_DIGITS)
			return;
		size_t room = room_in_row(dump);
		append(dump, room < 4 ? dump->odd_word >> (8 * (4 - room)) : dump->odd_word,
		       room < 4 ? 2 * (unsigned)room : WORD_DIGITS);
		dump->odd_digits = 0;
		if (word.length > digits)
			return;
	}
}

/* "000010 41464745 ..." */
static bool take_row(struct ipcs_dump *dump, const char *line)
{
	struct word word, next;
	uint64_t offset;
	const char *at = line;
	if (!words_next(&at, &word))
		return false;
	/* A printer's order to skip a line can stand in front. */
	if (word.length == OFFSET_DIGITS + 1 && word.text[0] == '0')
		word = (struct word){ word.text + 1, OFFSET_DIGITS };
	const char *rest = at;
	if (!word_is_hex(word, OFFSET_DIGITS, OFFSET_DIGITS) || !words_next(&rest, &next) ||
	    hex_digit(next.text[0]) < 0 || hex_digit(next.text[1]) < 0 ||
	    !words_hex(&word.text, &offset))
		return false;
	settle(dump);
	/* Without its heading a section shows by rows that count from 0 again. */
	if (!dump->in_section || (!offset && section_length(dump)))
		begin_section(dump, dump->sections > 0 && offset, IPCS_DUMP_UNKNOWN);
	if (dump->broken || offset < section_length(dump))
		return true;
	dump->broken = offset > section_length(dump);
	if (dump->broken)
		return true;
	dump->row = dump->length;
	dump->in_row = true;
	take_words(dump, at);
	return true;
}

/* "Ip Header         : 20               IP: ...  Offset: 0" */
static bool take_heading(struct ipcs_dump *dump, const char *line)
{
	line = skip_blanks(line);
	size_t length = strcspn(line, ":");
	const char *gap = strstr(line, "  "), *value = line + length + (line[length] == ':');
	if (gap && (size_t)(gap - line) < length) {
		length = (size_t)(gap - line);
		value = skip_blanks(gap);
		value += *value == ':';
	}
	while (length && line[length - 1] == ' ')
		length--;
	bool is_data = length >= 4 && memcmp(line + length - 4, "Data", 4) == 0 &&
		       (length == 4 || line[length - 5] == ' ');
	bool is_header = length > 7 && memcmp(line + length - 7, " Header", 7) == 0;
	if ((!is_data && !is_header) || line[0] < 'A' || line[0] > 'Z')
		return false;
	uint64_t promised, place;
	const char *offset = strstr(value, "Offset:");
	bool told = words_decimal(&value, &promised) && promised <= IPCS_DUMP_LONGEST;
	begin_section(dump, is_data, told ? (size_t)promised : IPCS_DUMP_UNKNOWN);
	/* What stands between two sections was lost. */
	if (offset) {
		offset += strlen("Offset:");
		if (words_hex(&offset, &place) && place > dump->length)
			dump->broken = true;
	}
	return true;
}

/* The length of a section on a line of its own, as in text out of PDF files. */
static bool take_length(struct ipcs_dump *dump, const char *line)
{
	uint64_t promised;
	line = skip_blanks(line);
	bool named = dump->is_data && strncmp(line, "Data Length:", 12) == 0;
	line += named ? 12 : 0;
	if (dump->promised != IPCS_DUMP_UNKNOWN || section_length(dump) || dump->odd_digits ||
	    !words_decimal(&line, &promised) || *skip_blanks(line) || promised > IPCS_DUMP_LONGEST)
		return false;
	dump->promised = (size_t)promised;
	return true;
}

/* Are the digits of the last word all that the section still lacks? */
static bool odd_word_completes(const struct ipcs_dump *dump)
{
	return dump->odd_digits && dump->odd_digits % 2 == 0 &&
	       section_length(dump) + dump->odd_digits / 2 == dump->promised;
}

/* The rest of a row that was wrapped: nothing but words, and room for them. A single digit on its
 * line is rather an order to the printer. */
static bool take_wrapped(struct ipcs_dump *dump, const char *line)
{
	struct word word;
	const char *at = line;
	if (!dump->in_row || !room_in_row(dump) || odd_word_completes(dump) ||
	    !words_next(&at, &word) || (!dump->odd_digits && word.length < 2) ||
	    !word_is_hex(word, 1, WORD_DIGITS - dump->odd_digits))
		return false;
	if (!dump->odd_digits && word.length < WORD_DIGITS && *skip_blanks(at))
		return false;
	take_words(dump, line);
	return true;
}

bool ipcs_dump_take(struct ipcs_dump *dump, const char *line)
{
	if (take_row(dump, line) || take_heading(dump, line))
		return true;
	return dump->in_section && (take_length(dump, line) || take_wrapped(dump, line));
}

bool ipcs_dump_end(struct ipcs_dump *dump)
{
	settle(dump);
	return !dump->in_section || dump->promised == IPCS_DUMP_UNKNOWN ||
	       section_length(dump) >= dump->promised;
}
