/* Scenarios: conversations as a reader of traces writes them, and the findings to expect. The
 * notation is described in tests/scenario/README.md. */
#ifndef SUPPORT_SCENARIO_H
#define SUPPORT_SCENARIO_H

#include "image.h"
#include "words.h"

#define SCENARIO_MAX_SETTINGS 32

enum expectation_kind {
	EXPECT_FINDING,      /* expect ID key=value… */
	EXPECT_NO_FINDING,   /* expect-not ID key=value… */
	EXPECT_ONLY,         /* expect-only [SEVERITY]: nothing else so bad or worse */
	EXPECT_VERDICT,      /* expect-verdict key=value… */
	EXPECT_COUNT,        /* expect-count NAME=N of the contract's counts */
};

struct expectation {
	enum expectation_kind kind;
	unsigned line;
	char *id;                    /* may be a pattern as of fnmatch */
	char **keys;                 /* "key=value", "key<value", … */
	size_t key_count;
};

struct label {
	char name[32];
	uint64_t packet;
}; /* packet: number in the trace, 0 if not in it */

struct scenario {
	char *path;
	char *description;           /* the comment at its head */
	struct trace trace;          /* as recorded */
	struct image_options image;
	uint32_t cut_bytes;          /* bytes missing at the end of the file */
	struct expectation *expectations;
	size_t expectation_count, expectation_capacity;
	struct label *labels;
	size_t label_count, label_capacity;
	char *settings[SCENARIO_MAX_SETTINGS];       /* --set arguments */
	unsigned setting_count;
	char *profile;               /* NULL: the default */
	struct text displays;        /* what z/OS displayed besides; empty: nothing */
};

/* Compiles `text`. False, with the message "FILE:LINE: what is wrong" in message[512], on a
 * mistake; either way scenario_finish frees. */
bool scenario_compile(struct scenario *scenario, const char *path, const char *text, size_t length,
		      char *message);
bool scenario_load(struct scenario *scenario, const char *path, char *message);
void scenario_finish(struct scenario *scenario);
/* Appends the trace as a file. */
void scenario_write(const struct scenario *scenario, struct text *to);

#endif
