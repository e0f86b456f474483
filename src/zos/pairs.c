/* Keys and values of a line. Where a value ends is known from where the next key begins, and that from the list of
 * keys, since copies lose the blanks between: "DATAMEGS: 1 FRAMES: 3625". */
#include <ctype.h>
#include <string.h>

#include "zos/reader.h"

#define MOST_PAIRS 16                    /* on a line; z/OS writes three */

struct pair {
	const char *key;
	size_t key_length;
	const struct zos_key *known;     /* NULL: none that culprit knows */
	const char *value;
	size_t value_length;
};

/* "KEY: ", "KEY:" at the end, "KEY:**" of marked-up text, "KEY = ", "KEY=". Not the colons of times and addresses. */
static bool is_separator(const char *line, size_t at)
{
	char next = line[at + 1];
	return (line[at] == ':' && (next == ' ' || !next || (next == '*' && line[at + 2] == '*'))) ||
	       line[at] == '=';
}

/* Where the words begin that end at `end`, NULL when they do not. A blank stands for any number of them. */
static const char *match_back(const char *start, const char *end, const char *words)
{
	size_t left = strlen(words);
	while (end > start && end[-1] == ' ')
		end--;
	while (left) {
		if (words[left - 1] == ' ') {
			if (end == start || end[-1] != ' ')
				return NULL;
			while (end > start && end[-1] == ' ')
				end--;
		} else {
			if (end == start || toupper((unsigned char)end[-1]) != words[left - 1])
				return NULL;
			end--;
		}
		left--;
	}
	return end == start || strchr(" ,*#/(", end[-1]) ? end : NULL;
}

/* The longest key that ends at `end`. */
static const struct zos_key *find_key(const struct zos_key *keys, const char *start, const char *end, const char **at)
{
	const struct zos_key *best = NULL;
	for (const struct zos_key *key = keys; key && key->words; key++) {
		const char *begin = match_back(start, end, key->words);
		if (begin && (!best || strlen(key->words) > strlen(best->words))) {
			best = key;
			*at = begin;
		}
	}
	return best;
}

/* A key that nobody knows: what stands behind two blanks or a comma; all of it, if it comes first; else a word. */
static const char *guess_key(const char *start, const char *end, bool first)
{
	const char *at = end, *word = NULL;
	while (at > start && at[-1] == ' ')
		at--;
	for (; at > start; at--) {
		if (at[-1] == ',' || (at[-1] == ' ' && at - 1 > start && at[-2] == ' '))
			return at;
		if (at[-1] == ' ' && !word)
			word = at;
	}
	return first || !word ? start : word;
}

static void trim(const char **words, size_t *length)
{
	while (*length && (*words)[0] == ' ') {
		(*words)++;
		(*length)--;
	}
	/* "** 480": the end of bold type. */
	size_t marks = 0;
	while (marks < *length && (*words)[marks] == '*')
		marks++;
	if (marks >= 2 && marks < *length && (*words)[marks] == ' ') {
		*words += marks + 1;
		*length -= marks + 1;
	}
	while (*length && strchr(" ,", (*words)[*length - 1]))
		(*length)--;
}

static unsigned find_pairs(const struct zos_key *keys, const char *line, struct pair *pairs)
{
	unsigned count = 0;
	const char *start = line;
	for (size_t at = 0; line[at] && count < MOST_PAIRS; at++) {
		if (!is_separator(line, at))
			continue;
		struct pair *pair = &pairs[count];
		const char *end = line + at;
		pair->known = find_key(keys, start, end, &pair->key);
		if (!pair->known)
			pair->key = guess_key(start, end, count == 0);
		pair->key_length = (size_t)(end - pair->key);
		if (count)
			pairs[count - 1].value_length = (size_t)(pair->key - pairs[count - 1].value);
		pair->value = end + 1;
		pair->value_length = strlen(pair->value);
		start = pair->value;
		count++;
	}
	for (unsigned i = 0; i < count; i++) {
		trim(&pairs[i].value, &pairs[i].value_length);
		trim(&pairs[i].key, &pairs[i].key_length);
	}
	return count;
}

/* A heading takes no value, and no colon in some reports. */
static const struct zos_key *whole_line(const struct zos_key *keys, const char *line)
{
	const char *at = NULL;
	const struct zos_key *key = find_key(keys, line, line + strlen(line), &at);
	return key && strspn(line, " *#") == (size_t)(at - line) ? key : NULL;
}

const struct zos_key *zos_bare_key(const struct zos_display_kind *kind, const char *line)
{
	return kind ? whole_line(kind->keys, line) : NULL;
}

static void take_figure(struct zos_reader *reader, const struct pair *pair)
{
	const char *prefix = reader->at.prefix;
	if (!pair->value_length) {
		reader->at.hanging = pair->known;
		return;
	}
	if (!pair->known) {
		zos_add_figure(reader, pair->key, pair->key_length, pair->value, pair->value_length, false);
		return;
	}
	if (pair->known->section)
		reader->at.prefix = pair->known->section;
	zos_add_figure(reader, pair->known->words, strlen(pair->known->words), pair->value, pair->value_length, true);
	reader->at.prefix = prefix;
}

static void take(struct zos_reader *reader, const struct pair *pair)
{
	char name[ZOS_WORD];
	switch (pair->known ? pair->known->role : ZOS_FIGURE) {
	case ZOS_HEADING:
		reader->at.prefix = pair->known->section;
		break;
	case ZOS_SECTION:
	case ZOS_SECTIONS:
		if (!pair->value_length)
			break;
		size_t length = strcspn(pair->value, " ");
		length = length < pair->value_length ? length : pair->value_length;
		length = length < sizeof name - 1 ? length : sizeof name - 1;
		for (size_t i = 0; i < length; i++)
			name[i] = (char)toupper((unsigned char)pair->value[i]);
		name[length] = '\0';
		zos_open_section(reader, pair->known->section, name, pair->known->role == ZOS_SECTION);
		break;
	case ZOS_FIGURE:
		take_figure(reader, pair);
		break;
	}
}

unsigned zos_read_pairs(struct zos_reader *reader, const char *line)
{
	struct pair pairs[MOST_PAIRS];
	const struct zos_key *keys = reader->at.kind->keys;
	unsigned count = find_pairs(keys, line, pairs);
	reader->known = reader->unknown = 0;
	reader->bare = false;
	if (!count) {
		const struct zos_key *key = whole_line(keys, line);
		if (key && key->role == ZOS_HEADING)
			reader->at.prefix = key->section;
		reader->bare = key != NULL;
		return 0;
	}
	for (unsigned i = 0; i < count; i++) {
		take(reader, &pairs[i]);
		if (pairs[i].known && (pairs[i].value_length || pairs[i].known->role == ZOS_HEADING))
			reader->known++;
		else if (pairs[i].known)
			reader->bare = true;
		else if (pairs[i].key_length && pairs[i].value_length)
			reader->unknown++;
	}
	return reader->known;
}
