/* What the user asked for: the words of the command line, checked. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <culprit.h>

enum colour_choice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* Lists and words point into argv. */
#define MOST_SECRET_FILES 16         /* of each kind */

struct options {
	const struct command *command;
	const char **words;          /* what is no option: traces, identifiers */
	size_t word_count;
	bool help, version;

	enum culprit_report_format format;
	enum culprit_time_style time_style;
	enum colour_choice colour;
	const char *output;          /* NULL: standard output */
	bool quiet, no_pager;

	const char *filter;          /* -Y; NULL: none */
	const char *profile, *config;
	const char **thresholds, **ignored, **decode_as;
	size_t threshold_count, ignored_count, decode_as_count;
	const char *keylogs[MOST_SECRET_FILES], *private_keys[MOST_SECRET_FILES];
	size_t keylog_count, private_key_count;
	size_t max_sessions;
	int leap_seconds;            /* of z/OS clocks */         /* 0: the library's default */
	bool fails;                  /* --fail-on was given */
	enum culprit_severity fail_on;
	struct culprit_capture_options capture;
	const char **interfaces;     /* of capture */
	struct culprit_capture_term *terms;
	const char **until, **discards;
	bool list_interfaces;
	bool self_test;
	struct culprit_conversion conversion;
	struct culprit_sequence sequence;
	bool pair;                   /* --pair */
	bool graph_wanted;
	enum culprit_graph graph;
	enum culprit_side side;      /* --direction */
	const char *session_sort;    /* of sessions */
	size_t session_top;
	bool session_long, follow_wanted;
	struct culprit_follow follow;
	struct culprit_packet_choice packet_choice;  /* of packets */
	struct culprit_details details;
	bool no_index;               /* of packet: the trace is read as a whole */
	struct culprit_exceptions exceptions;
	struct culprit_statistics statistics;
	struct culprit_times times;
	const char **displays;       /* of diagnose */
	size_t display_count;
	const char **response_limits;        /* of times: --threshold */
	size_t response_limit_count;
	const char **fields;         /* of packets: -e */
	size_t field_count;
	struct {                     /* of zos */
		struct zos_choice { const char *option, *value; } *choices;  /* option NULL: the next line */
		size_t count;
		unsigned parts;      /* enum culprit_zos_parts */
		bool brief, figures;
	} zos;
	const char *own_option;      /* one that only some command has, and that command's name */
	const char *own_option_of;
};

struct option {
	const char *name;            /* without the two dashes */
	char letter;                 /* of the short form, 0 when there is none */
	const char *argument;        /* what stands behind it: "FILE"; NULL for a switch */
	const char *help;
	/* False after it told on standard error what is wrong. `value` is NULL for a switch. */
	bool (*apply)(struct options *options, const char *value);
	bool optional;               /* the argument may be missing; then it comes only behind a "=" */
};

extern const struct option option_table[];      /* of all commands; ends with a NULL name */
extern const struct option capture_options[];
extern const struct option convert_options[];   /* of convert; likewise */
extern const struct option packet_options[];
extern const struct option packets_options[];
extern const struct option sequence_options[];
extern const struct option sessions_options[];
extern const struct option times_options[];     /* of times; likewise */

/* Reads argv. False after telling what is wrong. Free with options_finish in either case. */
bool options_parse(struct options *options, int argc, char **argv);
void options_finish(struct options *options);

/* The index of `value` in a NULL-terminated list, or -1 after telling what there is. */
int option_choice(const char *option, const char *value, const char *const *choices);
/* "--head N": a number from 1. False after telling that it is none. */
bool option_count(const char *option, const char *value, size_t *to);

#endif
