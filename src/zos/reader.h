/* How displays are found in text: the inside of zos_displays_read. */
#ifndef ZOS_READER_H
#define ZOS_READER_H

#include "zos/displays.h"

#define ZOS_LINE 1024                    /* of a line; what is longer is cut: no console has such lines */

enum zos_role {
	ZOS_FIGURE,                      /* with a `section`: that goes in front, whatever the heading above was */
	ZOS_HEADING,                     /* no value: figures below get its `section` in front of their names */
	ZOS_SECTION,                     /* its value names a section of that kind, once in a display */
	ZOS_SECTIONS,                    /* the same, but the name may come again */
};

/* A key that a display has. It ends with NULL words. */
struct zos_key { const char *words; enum zos_role role; const char *section; };

struct zos_reader;

struct zos_display_kind {
	const char *name;                /* "devlinks" */
	const char *title, *command;
	const struct zos_key *keys;      /* longer words are found before shorter ones that they end with */
	/* Does a line begin such a display? `id` is that of its message, or empty. */
	bool (*begins)(const char *id, const char *line);
	/* What lines say that have no keys. True: taken. NULL: there are none. */
	bool (*line)(struct zos_reader *reader, const char *line);
	bool alone;                      /* each beginning is another display */
};

extern const struct zos_display_kind *const zos_display_kinds[];     /* NULL-terminated; display_kinds.c */

/* Everything that a line can change, so that it can be taken back when it turns out to be half of one. */
struct zos_place {
	const struct zos_display_kind *kind;     /* of the display that is open; NULL: none */
	const char *prefix;                      /* of figures; "" for none */
	bool fresh;                              /* a heading of a report came since it was opened */
	int table;                               /* for the kind's own use */
	char pending[ZOS_WORD];                  /* likewise */
	char stack[ZOS_WORD];                    /* the last heading's */
	int64_t time;                            /* likewise; INT64_MIN: none */
	const struct zos_key *hanging;           /* the last line ended with this key and a colon, and no value */
	const struct zos_key *bare;              /* the last line was this key and nothing else */
	size_t displays, sections, figures, messages;
};

struct zos_reader {
	struct zos_displays *to;
	uint32_t file, line;
	struct zos_place at;
	struct zos_place before;                 /* the line before this one */
	char previous[ZOS_LINE];                 /* that line */
	uint32_t previous_line;
	unsigned strange;                        /* lines since the last one that the open display knew */
	bool previous_unknown;
	char orphan[ZOS_FIGURE_TEXT];            /* "= 79" where no key stood before: the next one's, maybe */
	uint32_t orphan_line;
	int64_t date;                            /* midnight of the day that the log last named; 0: none */
	unsigned known, unknown;                 /* keys on the line, with values */
	bool bare;                               /* the line is a key without a value, or a heading */
};

/* found.c: what a line brought. Past the limits of displays.h it is only counted. */
struct zos_place zos_place_of(const struct zos_reader *reader);
/* Forgets what came since: a line that turned out to be half of one. */
void zos_go_back(struct zos_reader *reader, const struct zos_place *to);
bool zos_open_display(struct zos_reader *reader, const struct zos_display_kind *kind);
void zos_add_message(struct zos_reader *reader, enum zos_message_kind kind, const char *id, const char *text);
void zos_keep_unknown(struct zos_reader *reader, const char *line);
/* "00000033", "1,234,567": not more than 19 digits. */
bool zos_read_number(const char *words, uint64_t *to);
/* For kinds. Sections belong to the display that is open; figures to the last section. */
void zos_open_section(struct zos_reader *reader, const char *kind, const char *name, bool once);
void zos_add_figure(struct zos_reader *reader, const char *name, size_t name_length, const char *value,
		    size_t value_length, bool known);

/* pairs.c: takes the keys of a line with their values. Returns how many it knows. */
unsigned zos_read_pairs(struct zos_reader *reader, const char *line);

/* The key that the whole line is, without a value; NULL when it is none. */
const struct zos_key *zos_bare_key(const struct zos_display_kind *kind, const char *line);

/* prefix.c: what stands in front of lines in logs. */
struct zos_stamp { int64_t date, time; };        /* midnight, and nanoseconds of the day; INT64_MIN: none */
const char *zos_skip_prefix(const char *line, struct zos_stamp *stamp);
/* "02:22:49" or "02.22.49.12"; false when there is none at `words`. */
bool zos_read_time(const char *words, int64_t *to);

/* messages.c */
/* The id of a message at the start of a line, as "ITT038I"; returns what stands behind it, NULL when there is none. */
const char *zos_message_id(const char *line, char id[static 12]);
bool zos_message_matters(const char *id);        /* it is kept, and its text is not that of a display */
bool zos_is_of_display(const char *id);          /* lines of displays have such ids, or none */
bool zos_is_command(const char *line);
bool zos_is_furniture(const char *line);         /* of screens and reports: says nothing */

/* Like strncasecmp and strcasestr, for ASCII only. */
bool zos_starts(const char *line, const char *words);
bool zos_holds(const char *line, const char *words);
bool zos_same(const char *a, const char *b);

#endif
