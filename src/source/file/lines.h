/* Lines of a text file as it arrives from other machines: ASCII, UTF-8 or EBCDIC, with any line end
 * or, from z/OS data sets of fixed length, with none. A line is handed out as an ASCII copy that
 * ends with NUL and holds no control character, so that what reads words out of it cannot run past
 * its end. */
#ifndef SOURCE_FILE_LINES_H
#define SOURCE_FILE_LINES_H

#include "source/format.h"
#include "source/input.h"

enum text_code { TEXT_NONE, TEXT_ASCII, TEXT_EBCDIC };

/* Longer lines are handed out in pieces; no recorder prints so many bytes in one. */
#define LINE_LONGEST ((size_t)64 * 1024)

struct text_form {
	enum text_code code;         /* NONE: these bytes are no text */
	size_t width;                /* bytes of every line when there are no line ends, else 0 */
};

/* What kind of text begins so? */
struct text_form text_form_of(struct cursor head);

struct lines {
	struct text_form form;
	char *text;                  /* the line, NUL-terminated; LINE_LONGEST bytes and the NUL */
	size_t length;               /* of it, without blanks at the end */
	uint64_t offset;             /* of its first byte in the file */
	bool again;                  /* lines_next gives the same line once more */
};

void lines_init(struct lines *lines, struct text_form form);
void lines_finish(struct lines *lines);      /* zeroed ones are fine */
/* Reads the next line. False at the end of the input. */
bool lines_next(struct lines *lines, struct input *input);
/* The same over bytes that lie in memory, for probes. */
bool lines_take(struct lines *lines, struct cursor *in);

/* A probe of a text format: what `judge` says about the lines; those that are no text are not asked. */
enum probe lines_probe(struct cursor head, enum probe (*judge)(struct lines *lines, struct cursor *head));

#endif
