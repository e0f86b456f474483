/* What z/OS says about itself: displays and messages of consoles, copied by people or kept in logs.
 *
 * Text is read as it comes: with the prefixes of logs, folded lines, other text between, in capitals or not, with
 * columns lost. Keys are matched, columns never. A *display* is the answer to one command; it has *sections* (a link,
 * a writer, a layer), and these have *figures*: a key with its value. What is not understood is kept and named. */
#ifndef ZOS_DISPLAYS_H
#define ZOS_DISPLAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* What a hostile text can make us keep. Past them lines are only counted. */
#define ZOS_MAX_DISPLAYS 1024
#define ZOS_MAX_SECTIONS 4096
#define ZOS_MAX_FIGURES 65536
#define ZOS_MAX_MESSAGES 4096
#define ZOS_MAX_UNKNOWN 64
#define ZOS_MAX_FILES 256
#define ZOS_MAX_FILE_BYTES ((size_t)64 << 20)

#define ZOS_FIGURE_NAME 56
#define ZOS_FIGURE_TEXT 48
#define ZOS_MESSAGE_TEXT 200
#define ZOS_WORD 17                      /* names of interfaces have 16 characters, of others 8 */

struct zos_figure {
	char name[ZOS_FIGURE_NAME];      /* in capitals, as z/OS writes it: "INBOUND PACKETS IN ERROR" */
	char text[ZOS_FIGURE_TEXT];      /* its value */
	uint64_t number;
	bool is_number;
	bool known;                      /* the key is one that culprit knows */
	uint32_t line;                   /* in its file, from 1 */
};

struct zos_section {
	const char *kind;                /* "link", "osaenta", "writer", "ip" …; constant text, "" for the rest */
	char name[ZOS_WORD];             /* in capitals: "OSDL"; may be empty */
	uint32_t display;
	uint32_t line;
	uint32_t first_figure, figure_count;
};

struct zos_display_kind;

struct zos_display {
	const struct zos_display_kind *kind;
	char stack[ZOS_WORD];            /* whose it is; empty when it does not say */
	uint32_t file, line;
	int64_t time;                    /* nanoseconds; of the day only, where no date is known. INT64_MIN: none */
	uint32_t first_section, section_count;
};

enum zos_message_kind { ZOS_COMMAND, ZOS_MESSAGE };

struct zos_message {                     /* a message line, or a command that somebody typed */
	enum zos_message_kind kind;
	char id[12];                     /* "ITT038I"; empty for commands */
	char text[ZOS_MESSAGE_TEXT];     /* without the id; commands in capitals, without blanks between operands */
	uint32_t file, line;
};

struct zos_unknown { uint32_t file, line; char text[100]; };

struct zos_displays {
	char **files;
	size_t file_count;
	struct zos_display *displays;
	struct zos_section *sections;
	struct zos_figure *figures;
	struct zos_message *messages;
	struct zos_unknown *unknown;
	size_t display_count, section_count, figure_count, message_count, unknown_count;
	size_t display_capacity, section_capacity, figure_capacity, message_capacity, unknown_capacity;
	uint64_t lines;                  /* that say anything */
	uint64_t unknown_total;          /* lines that were not understood */
	uint64_t left_out;               /* displays, sections, figures and messages past the limits */
};

struct zos_displays *zos_displays_create(void);
void zos_displays_destroy(struct zos_displays *displays);            /* NULL is fine */

/* Adds what a text says. Nothing in it is an error. `name` stands for its file. */
void zos_displays_read(struct zos_displays *displays, const char *name, const char *bytes, size_t length);

const char *zos_display_name(const struct zos_display *display);     /* "NETSTAT DEVLINKS" */
const char *zos_display_command(const struct zos_display *display);  /* "D TCPIP,,NETSTAT,DE" */

/* The figure of that name in a section, NULL when there is none. */
const struct zos_figure *zos_figure(const struct zos_displays *displays, const struct zos_section *section,
				    const char *name);
/* Its number. False when it has none. */
bool zos_count(const struct zos_displays *displays, const struct zos_section *section, const char *name,
	       uint64_t *to);
/* Whether the figure says that word, in capitals or not. */
bool zos_says(const struct zos_displays *displays, const struct zos_section *section, const char *name,
	      const char *word);
/* The same thing (kind, name, stack) in the first display of it, and whether it comes again later. */
const struct zos_section *zos_section_first(const struct zos_displays *displays, const struct zos_section *section);
bool zos_section_again(const struct zos_displays *displays, const struct zos_section *section);
/* Nanoseconds between two sections' displays, 0 when it is not known. */
int64_t zos_section_apart(const struct zos_displays *displays, const struct zos_section *first,
			  const struct zos_section *last);

#endif
