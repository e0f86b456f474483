/* Text to displays, line by line. */
#include "zos/reader.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

#define FOLDED_FROM 55                   /* no screen folds shorter lines */
#define STRANGE_LINES 100                /* so much of something else does not stand within a display */
#define FULL_LINE 79                     /* one that is this long was cut in the middle of a word, maybe */

/* "NETSTAT CS V1R11 TCPIP 791", "MVS TCP/IP NETSTAT CS V1R11  TCPIP Name: TCPIP  02:22:49". */
static bool read_heading(struct zos_reader *reader, const char *line)
{
	if (!zos_holds(line, "NETSTAT CS ") && !zos_holds(line, "TCP/IP CS "))
		return false;
	reader->at.fresh = true;
	reader->at.stack[0] = '\0';
	const char *at = line;
	size_t length;
	bool named = zos_holds(line, "NAME:"), next = false;
	for (; *at; at += length + strspn(at + length, " ")) {
		int64_t time;
		length = strcspn(at, " ");
		if (next && length < sizeof reader->at.stack && length) {
			snprintf(reader->at.stack, sizeof reader->at.stack, "%.*s", (int)length, at);
			for (char *c = reader->at.stack; *c; c++)
				*c = (char)toupper((unsigned char)*c);
		}
		/* The name comes behind "Name:", or behind the release. */
		next = named ? zos_starts(at, "NAME:")
			     : length >= 4 && (at[0] == 'V' || at[0] == 'v') && isdigit((unsigned char)at[1]);
		if (zos_read_time(at, &time))
			reader->at.time = (reader->date ? reader->date : 0) + time;
	}
	return true;
}

/* A display that starts with this line, or the one that is open: does it know the line? */
static bool read_content(struct zos_reader *reader, const char *id, const char *line)
{
	const struct zos_display_kind *kind = NULL;
	for (size_t i = 0; zos_display_kinds[i] && !kind; i++)
		if (zos_display_kinds[i]->begins(id, line))
			kind = zos_display_kinds[i];
	int64_t time;
	/* "IEE843I 00.27.10 TRACE DISPLAY 789". */
	if (kind && kind->alone && zos_read_time(line, &time))
		reader->at.time = (reader->date ? reader->date : 0) + time;
	if (kind && (kind != reader->at.kind || kind->alone || reader->at.fresh) && !zos_open_display(reader, kind))
		return true;
	if (!reader->at.kind)
		return false;
	reader->known = reader->unknown = 0;
	reader->bare = false;
	if (reader->at.kind->line && reader->at.kind->line(reader, line)) {
		reader->known = 1;
		return true;
	}
	zos_read_pairs(reader, line);
	return kind || reader->known || reader->unknown || reader->bare;
}

/* True: understood. */
static bool read_line(struct zos_reader *reader, const char *line)
{
	char id[12] = "";
	const char *rest = zos_message_id(line, id);
	reader->known = reader->unknown = 0;
	reader->bare = false;
	if (!rest) {
		id[0] = '\0';
		rest = line;
	}
	if (zos_is_command(rest)) {
		zos_add_message(reader, ZOS_COMMAND, "", rest);
		reader->at.kind = NULL;
		return true;
	}
	if (read_heading(reader, rest))
		/* The same line may begin a display: OSAINFO's does not, its next one does. */
		return true;
	if (id[0] && zos_message_matters(id)) {
		zos_add_message(reader, ZOS_MESSAGE, id, rest);
		return true;
	}
	if (zos_is_furniture(rest))
		return true;
	/* Other messages come between the lines of displays, and mean nothing to them. */
	return zos_is_of_display(id) && read_content(reader, id, rest);
}

/* Is this line the rest of the one before? Then both are read as one. */
static bool read_folded(struct zos_reader *reader, const char *line, unsigned known)
{
	char joined[2 * ZOS_LINE];
	struct zos_place now = zos_place_of(reader);
	unsigned before = 0;
	/* A line that is short may have lost the prefix of a log. */
	if (!reader->before.kind || (strlen(reader->previous) < FOLDED_FROM && !reader->previous_unknown))
		return false;
	uint32_t here = reader->line;
	reader->line = reader->previous_line;
	zos_go_back(reader, &reader->before);
	read_line(reader, reader->previous);
	before = reader->known;
	for (int blank = 0; blank < 2; blank++) {
		snprintf(joined, sizeof joined, "%s%s%s", reader->previous, blank ? " " : "", line);
		zos_go_back(reader, &reader->before);
		if (read_line(reader, joined) && reader->known > before + known && !reader->unknown) {
			snprintf(reader->previous, sizeof reader->previous, "%.*s", ZOS_LINE - 1, joined);
			if (reader->previous_unknown && reader->to->unknown_total) {
				/* Half of it stands there. */
				reader->to->unknown_total--;
				if (reader->to->unknown_count && reader->to->unknown_total < ZOS_MAX_UNKNOWN)
					reader->to->unknown_count--;
			}
			reader->previous_unknown = false;
			reader->line = here;
			return true;
		}
	}
	zos_go_back(reader, &reader->before);
	read_line(reader, reader->previous);
	reader->line = here;
	reader->at = now;
	return false;
}

/* The rest of a message, a command or a value that did not fit on its line. */
static bool read_rest(struct zos_reader *reader, const char *line)
{
	struct zos_displays *to = reader->to;
	size_t length = strlen(reader->previous);
	if (length < FOLDED_FROM || reader->previous_unknown || strlen(line) > FULL_LINE)
		return false;
	if (to->message_count > reader->before.messages) {
		struct zos_message *message = &to->messages[to->message_count - 1];
		size_t used = strlen(message->text);
		if (used && message->text[used - 1] == '.')
			return false;
		snprintf(message->text + used, sizeof message->text - used, "%s", line);
		return true;
	}
	if (to->figure_count <= reader->before.figures || strchr(line, ':') || strchr(line, '=') || length < FULL_LINE - 9)
		return false;
	struct zos_figure *figure = &to->figures[to->figure_count - 1];
	size_t used = strlen(figure->text);
	snprintf(figure->text + used, sizeof figure->text - used, "%s%s", length < FULL_LINE ? " " : "", line);
	figure->is_number = zos_read_number(figure->text, &figure->number);
	return true;
}

static void add_below(struct zos_reader *reader, const struct zos_key *key, const char *value)
{
	const char *prefix = reader->at.prefix;
	if (key->section)
		reader->at.prefix = key->section;
	zos_add_figure(reader, key->words, strlen(key->words), value, strlen(value), true);
	reader->at.prefix = prefix;
}

/* A value whose key never came. */
static void drop_orphan(struct zos_reader *reader)
{
	uint32_t line = reader->line;
	if (!reader->orphan[0])
		return;
	reader->line = reader->orphan_line;
	zos_keep_unknown(reader, reader->orphan);
	reader->line = line;
	reader->orphan[0] = '\0';
}

/* Copies of slides put keys and values below one another, and out of step: "= 4620", "= 79", "OUTBOUND PACKETS". */
static bool read_scattered(struct zos_reader *reader, const char *line)
{
	const struct zos_key *before = reader->at.bare, *key = zos_bare_key(reader->at.kind, line);
	reader->at.bare = NULL;
	if (line[0] == '=' && strlen(line) < ZOS_FIGURE_TEXT && reader->at.kind && !strchr(line + 1, '=')) {
		const char *value = line + 1 + strspn(line + 1, " ");
		drop_orphan(reader);
		if (before) {
			add_below(reader, before, value);
		} else {
			snprintf(reader->orphan, sizeof reader->orphan, "%s", line);
			reader->orphan_line = reader->line;
		}
		return true;
	}
	if (!key || key->role != ZOS_FIGURE) {
		drop_orphan(reader);
		return false;
	}
	if (reader->orphan[0]) {
		add_below(reader, key, reader->orphan + 1 + strspn(reader->orphan + 1, " "));
		reader->orphan[0] = '\0';
	} else {
		reader->at.bare = key;
	}
	return true;
}

/* A value that stands below its key. */
static bool read_hanging(struct zos_reader *reader, const char *line)
{
	const struct zos_key *hanging = reader->at.hanging;
	char id[12];
	reader->at.hanging = NULL;
	if (!hanging || strlen(line) >= ZOS_FIGURE_TEXT || strpbrk(line, ":=") || zos_message_id(line, id) ||
	    zos_bare_key(reader->at.kind, line))
		return false;
	add_below(reader, hanging, line);
	return true;
}

static void take_line(struct zos_reader *reader, const char *line)
{
	if (read_hanging(reader, line) || read_scattered(reader, line)) {
		/* No later line is the rest of this one. */
		reader->before = zos_place_of(reader);
		reader->previous[0] = '\0';
		reader->previous_unknown = false;
		return;
	}
	struct zos_place start = zos_place_of(reader);
	bool understood = read_line(reader, line);
	unsigned known = reader->known;
	if (!understood || reader->unknown) {
		/* Perhaps its keys are halves. What it brought goes first. */
		zos_go_back(reader, &start);
		if (read_folded(reader, line, known))
			return;
		if (!understood && read_rest(reader, line))
			return;
		start = zos_place_of(reader);
		understood = read_line(reader, line);
	}
	if (!understood)
		zos_keep_unknown(reader, line);
	reader->strange = reader->known || reader->bare ? 0 : reader->strange + 1;
	if (reader->strange > STRANGE_LINES)
		reader->at.kind = NULL;
	reader->before = start;
	reader->previous_unknown = !understood;
	reader->previous_line = reader->line;
	snprintf(reader->previous, sizeof reader->previous, "%s", line);
}

/* One line of the text: without the end, tabs and other control characters, and the backslashes of marked-up text. */
static void clean(const char *bytes, size_t length, char to[static ZOS_LINE])
{
	size_t at = 0;
	for (size_t i = 0; i < length && at < ZOS_LINE - 1; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if (c == '\\' && i + 1 < length && strchr("*_", bytes[i + 1]))
			continue;
		to[at++] = c < ' ' || c == 0x7f ? ' ' : (char)c;
	}
	while (at && to[at - 1] == ' ')
		at--;
	to[at] = '\0';
}

static void read_text(struct zos_reader *reader, const char *bytes, size_t length)
{
	char line[ZOS_LINE];
	struct zos_stamp stamp;
	for (size_t at = 0; at < length; reader->line++) {
		const char *end = memchr(bytes + at, '\n', length - at);
		size_t size = end ? (size_t)(end - bytes) - at : length - at;
		clean(bytes + at, size, line);
		at += size + 1;
		const char *rest = zos_skip_prefix(line, &stamp);
		if (!*rest)
			continue;
		reader->to->lines++;
		if (stamp.date != INT64_MIN)
			reader->date = stamp.date;
		if (stamp.time != INT64_MIN)
			reader->at.time = (reader->date ? reader->date : 0) + stamp.time;
		take_line(reader, rest);
		/* Its first lines may have lost their prefix. */
		struct zos_displays *to = reader->to;
		if (reader->at.kind && stamp.time != INT64_MIN && to->display_count &&
		    to->displays[to->display_count - 1].time == INT64_MIN)
			to->displays[to->display_count - 1].time = reader->at.time;
	}
	drop_orphan(reader);
}

void zos_displays_read(struct zos_displays *displays, const char *name, const char *bytes, size_t length)
{
	size_t capacity = displays->file_count;
	if (displays->file_count == ZOS_MAX_FILES) {
		displays->left_out++;
		return;
	}
	displays->files = memory_grow(displays->files, &capacity, displays->file_count + 1, sizeof *displays->files);
	displays->files[displays->file_count++] = memory_copy_text(name);
	struct zos_reader *reader = memory_zeroed(1, sizeof *reader);
	reader->to = displays;
	reader->file = (uint32_t)displays->file_count - 1;
	reader->line = 1;
	reader->at.prefix = "";
	reader->at.time = INT64_MIN;
	reader->before = zos_place_of(reader);
	read_text(reader, bytes, length);
	free(reader);
}
