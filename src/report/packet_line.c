#include "report/packet_line.h"

#include <string.h>

#include "core/digits.h"
#include "report/service_words.h"

#define MOST_WITHOUT_MESSAGE 1024        /* bytes of a row, but for its message and its padding */
static char *put_words(char *to, const char *words)
{
	size_t length = strlen(words);
	memcpy(to, words, length);
	return to + length;
}

/* Messages can hold what the packet held. Most are words of ours. */
static bool is_plain(const char *words)
{
	for (; *words; words++) {
		unsigned char c = (unsigned char)*words;
		if (c < 0x20 || c >= 0x7f || c == '"' || c == ',' || c == '\\')
			return false;
	}
	return true;
}

static char *put_time(struct table_writer *writer, char *to, const struct culprit_packet *packet)
{
	struct text *out = table_out(writer);
	text_wrote(out, to);
	table_add_time(writer, out, packet->time, packet->time_digits);
	return text_room(out, MOST_WITHOUT_MESSAGE + strlen(packet->message));
}

static char *put_csv_analysis(char *to, uint32_t analysis)
{
	const char *name, *between = "";
	for (unsigned bit = 0; analysis >> bit && (name = culprit_analysis_name(bit)) != NULL; bit++)
		if (analysis >> bit & 1) {
			to = put_words(put_words(put_words(to, between), "tcp.analysis."), name);
			between = " ";
		}
	return to;
}

static char *put_csv_numbers(char *to, const struct culprit_packet *packet)
{
	if (!packet->is_tcp)
		return put_csv_analysis(put_words(to, ",,,,,"), packet->analysis);
	*to++ = ',';
	to = digits_put(to, packet->sequence);
	*to++ = ',';
	to = digits_put(to, packet->acknowledgment);
	*to++ = ',';
	to = digits_put(to, packet->window);
	*to++ = ',';
	to = digits_put(to, packet->flags);
	*to++ = ',';
	return put_csv_analysis(to, packet->analysis);
}

static char *put_csv(struct table_writer *writer, char *to, const struct culprit_packet *packet)
{
	to = digits_put(to, packet->number);
	*to++ = ',';
	to = put_time(writer, to, packet);
	*to++ = ',';
	to = digits_put(to, packet->length);
	*to++ = ',';
	to = put_words(to, packet->protocol);
	*to++ = ',';
	to = put_words(to, packet->source);
	*to++ = ',';
	to = put_words(to, packet->destination);
	*to++ = ',';
	if (packet->has_ports)
		to = digits_put(to, packet->source_port);
	*to++ = ',';
	if (packet->has_ports)
		to = digits_put(to, packet->destination_port);
	*to++ = ',';
	if (packet->has_stream)
		to = digits_put(to, packet->stream);
	*to++ = ',';
	to = put_words(to, packet->message);
	to = put_csv_numbers(to, packet);
	*to++ = '\n';
	return to;
}

/* A value as JSON has it: a number, a text without anything to escape, or null. */
static char *put_json_number(char *to, const char *key, bool there, uint64_t number)
{
	to = put_words(to, key);
	return there ? digits_put(to, number) : put_words(to, "null");
}

static char *put_json_words(char *to, const char *key, const char *words)
{
	to = put_words(to, key);
	if (!*words)
		return put_words(to, "null");
	*to++ = '"';
	to = put_words(to, words);
	*to++ = '"';
	return to;
}

static char *put_json_analysis(char *to, uint32_t analysis)
{
	const char *name, *between = "\"tcp.analysis.";
	to = put_words(to, ",\"analysis\":[");
	for (unsigned bit = 0; analysis >> bit && (name = culprit_analysis_name(bit)) != NULL; bit++)
		if (analysis >> bit & 1) {
			to = put_words(put_words(put_words(to, between), name), "\"");
			between = ",\"tcp.analysis.";
		}
	return put_words(to, "]}\n");
}

static char *put_json(struct table_writer *writer, char *to, const struct culprit_packet *packet)
{
	bool timed = packet->time != CULPRIT_NO_TIME;
	to = put_json_number(to, "{\"number\":", true, packet->number);
	to = put_words(to, timed ? ",\"time\":\"" : ",\"time\":null");
	to = put_time(writer, to, packet);
	if (timed)
		*to++ = '"';
	to = put_json_number(to, ",\"length\":", true, packet->length);
	to = put_json_words(to, ",\"protocol\":", packet->protocol);
	to = put_json_words(to, ",\"src\":", packet->source);
	to = put_json_words(to, ",\"dst\":", packet->destination);
	to = put_json_number(to, ",\"src_port\":", packet->has_ports, packet->source_port);
	to = put_json_number(to, ",\"dst_port\":", packet->has_ports, packet->destination_port);
	to = put_json_number(to, ",\"stream\":", packet->has_stream, packet->stream);
	to = put_json_words(to, ",\"message\":", packet->message);
	to = put_json_number(to, ",\"tcp.seq\":", packet->is_tcp, packet->sequence);
	to = put_json_number(to, ",\"tcp.ack\":", packet->is_tcp, packet->acknowledgment);
	to = put_json_number(to, ",\"tcp.window_size_value\":", packet->is_tcp, packet->window);
	to = put_json_number(to, ",\"tcp.flags\":", packet->is_tcp, packet->flags);
	return put_json_analysis(to, packet->analysis);
}

/* Where a row of text is written: column by column, each on spaces that were put there before. */
struct row { struct table_writer *writer; char *at; unsigned column; };

#define BETWEEN 2                /* spaces after each column */
#define STEP 8                   /* bytes written at once: so many more than needed must be free */

static void blank(char *at, size_t count)
{
	for (size_t i = 0; i < count; i += STEP)
		memcpy(at + i, "        ", STEP);
}

/* Short words: a loop is faster than calls. */
static void put_cell(struct row *row, const char *words)
{
	size_t width = table_width(row->writer, row->column++);
	char *start = row->at, *at = start;
	blank(start, width + BETWEEN);
	while (*words)
		*at++ = *words++;
	if ((size_t)(at - start) > width) {
		blank(at, BETWEEN);
		width = (size_t)(at - start);
	}
	row->at = start + width + BETWEEN;
}

static void put_cell_right(struct row *row, const char *words)
{
	size_t length = strlen(words), width = table_width(row->writer, row->column);
	if (length >= width) {
		put_cell(row, words);
		return;
	}
	row->column++;
	blank(row->at, width + BETWEEN);
	memcpy(row->at + width - length, words, length);
	row->at += width + BETWEEN;
}

static void put_cell_number(struct row *row, bool there, uint64_t number)
{
	size_t width = table_width(row->writer, row->column++);
	if (!there || width >= DIGITS_MOST) {
		blank(row->at, width + BETWEEN);
		if (there)
			digits_before(row->at + width, number);
		row->at += width + BETWEEN;
		return;
	}
	char digits[DIGITS_MOST];
	const char *start = digits_before(digits + sizeof digits, number);
	size_t length = (size_t)(digits + sizeof digits - start);
	if (length > width)
		width = length;
	blank(row->at, width + BETWEEN);
	memcpy(row->at + width - length, start, length);
	row->at += width + BETWEEN;
}

static void put_cell_port(struct row *row, bool there, const char *service, uint16_t port)
{
	if (service)
		put_cell_right(row, service);
	else
		put_cell_number(row, there, port);
}

static size_t padding_at_most(const struct table_writer *writer, unsigned columns)
{
	size_t sum = 0;
	for (unsigned i = 0; i < columns; i++)
		sum += table_width(writer, i) + BETWEEN;
	return sum + STEP;
}

/* Without the spaces that empty cells at the end leave. */
static char *end_line(char *start, char *at)
{
	while (at > start && at[-1] == ' ')
		at--;
	*at++ = '\n';
	return at;
}

enum { PEOPLE_COLUMNS = 12 };

static void put_text(struct table_writer *writer, const struct culprit_packet *packet)
{
	struct text *out = table_out(writer);
	size_t room = MOST_WITHOUT_MESSAGE + strlen(packet->message) + padding_at_most(writer, PEOPLE_COLUMNS);
	struct row row = { .writer = writer, .at = text_room(out, room) };
	put_cell_number(&row, true, packet->number);
	size_t before = (size_t)(row.at - out->bytes);
	text_wrote(out, row.at);
	table_add_clock(writer, out, packet->time, packet->time_digits);
	size_t length = out->length - before, width = table_width(writer, row.column++);
	row.at = text_room(out, room);
	size_t missing = (length < width ? width - length : 0) + BETWEEN;
	blank(row.at, missing);
	row.at += missing;
	put_cell_number(&row, true, packet->datagram_length);
	put_cell(&row, packet->source);
	put_cell(&row, packet->destination);
	put_cell(&row, packet->transport);
	put_cell(&row, packet->message);
	/* CleverView shows the ports that ICMP does not have as 0. */
	bool ports = packet->has_ports || strncmp(packet->transport, "ICMP", 4) == 0;
	put_cell_port(&row, ports, service_words(packet->source_service), packet->source_port);
	put_cell_port(&row, ports, service_words(packet->destination_service), packet->destination_port);
	put_cell_number(&row, packet->is_tcp, packet->sequence);
	put_cell_number(&row, packet->is_tcp, packet->acknowledgment);
	put_cell_number(&row, packet->is_tcp, packet->window);
	text_wrote(out, end_line(out->bytes + before, row.at));
}

bool packet_line_add(struct table_writer *writer, const struct culprit_packet *packet)
{
	if (!table_is_ready(writer) || !is_plain(packet->message))
		return false;
	struct text *out = table_out(writer);
	switch (table_format(writer)) {
	case CULPRIT_CSV:
		text_wrote(out, put_csv(writer, text_room(out, MOST_WITHOUT_MESSAGE), packet));
		return true;
	case CULPRIT_JSON:
		text_wrote(out, put_json(writer, text_room(out, MOST_WITHOUT_MESSAGE), packet));
		return true;
	case CULPRIT_TEXT:
		put_text(writer, packet);
		return true;
	default:
		return false;
	}
}
