/* What z/OS lets one choose for a trace, as a table, and the values that somebody chose.
 *
 * The table drives everything: options, their checks, the form on a terminal, help. A panel also knows the
 * commands that its values mean: procedure.h. Ranges and defaults are those of CleverView's panels and of
 * IBM's "IP System Administrator's Commands" (VARY TCPIP,,PKTTRACE, DATTRACE, OSAENTA). */
#ifndef ZOS_PANEL_H
#define ZOS_PANEL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

#define ZOS_MAX_PARAMETERS 28
#define ZOS_MAX_LINES 32         /* of filters: what anybody types */
#define ZOS_VALUE_SIZE 64        /* of any value, with the final NUL */

struct zos_parameter {
	const char *option;          /* "source-port": what scripts call it */
	const char *label;           /* "Source Port": what the panel calls it */
	const char *argument;        /* "N" */
	const char *range;           /* "1 - 65535, * for all" */
	const char *initial;         /* what it is unless somebody says otherwise */
	/* Writes the value as z/OS takes it. False with `error`, which says why. */
	bool (*check)(const struct zos_parameter *parameter, const char *value, char to[static ZOS_VALUE_SIZE],
		      struct error *error);
	const char *words;           /* values besides those that `check` knows, blanks between: "ALL NONE *" */
	uint32_t least, most;        /* of numbers; of the length of names */
	bool filter;                 /* says which packets: can differ from one line of filters to the next */
	bool required;               /* it has no default */
};

struct zos_form;
struct zos_procedure;

struct zos_panel {
	const char *name;            /* "packet-trace" */
	const char *title;           /* "Packet Trace" */
	const char *summary;         /* one clause */
	const char *component;       /* "SYSTCPDA" */
	uint32_t most_bytes;         /* that it records of a packet, whatever is asked; 0: no limit */
	const struct zos_parameter *parameters;      /* ends with a NULL option */
	/* What no single value shows. False with `error`. */
	bool (*check)(const struct zos_form *form, struct error *error);
	void (*fill)(const struct zos_form *form, struct zos_procedure *to);
};

extern const struct zos_panel *const zos_panels[];       /* NULL-terminated; panels.c */
const struct zos_panel *zos_panel_find(const char *name);    /* NULL when there is none */

struct zos_form {
	const struct zos_panel *panel;
	unsigned line_count;         /* of filters; at least 1 */
	bool brief;                  /* commands name only what was chosen */
	char values[ZOS_MAX_LINES][ZOS_MAX_PARAMETERS][ZOS_VALUE_SIZE];  /* what is no filter: in line 0 */
	bool chosen[ZOS_MAX_LINES][ZOS_MAX_PARAMETERS];
};

/* All values are the panel's own. */
void zos_form_init(struct zos_form *form, const struct zos_panel *panel);
const struct zos_parameter *zos_form_find(const struct zos_form *form, const char *option);
/* Checks the value and takes it. False with `error`; then nothing has changed. */
bool zos_form_set(struct zos_form *form, const char *option, const char *value, struct error *error);
/* Filters that follow belong to another line. False with `error` when there are too many. */
bool zos_form_next_line(struct zos_form *form, struct error *error);
/* Checks what belongs together. False with `error`. */
bool zos_form_check(const struct zos_form *form, struct error *error);

/* The value in a line of filters. */
const char *zos_value(const struct zos_form *form, unsigned line, const char *option);
bool zos_chosen(const struct zos_form *form, unsigned line, const char *option);
bool zos_is(const struct zos_form *form, unsigned line, const char *option, const char *value);
/* A value that is a number; 0 when it is a word. */
uint32_t zos_number(const struct zos_form *form, unsigned line, const char *option);

/* check.c: the values that parameters take. */
bool zos_check_number(const struct zos_parameter *, const char *, char *, struct error *);
bool zos_check_name(const struct zos_parameter *, const char *, char *, struct error *);   /* members, links … */
bool zos_check_data_set(const struct zos_parameter *, const char *, char *, struct error *);
bool zos_check_protocol(const struct zos_parameter *, const char *, char *, struct error *);
bool zos_check_address(const struct zos_parameter *, const char *, char *, struct error *);
bool zos_check_mask(const struct zos_parameter *, const char *, char *, struct error *);
/* `most` of them, hexadecimal. */
bool zos_check_digits(const struct zos_parameter *, const char *, char *, struct error *);
bool zos_check_ether_type(const struct zos_parameter *, const char *, char *, struct error *);
bool zos_check_devices(const struct zos_parameter *, const char *, char *, struct error *);

/* filters.c: rules that panels share, about one line of filters. */
bool zos_check_ports(const struct zos_form *form, unsigned line, struct error *error);
bool zos_check_subnet(const struct zos_form *form, unsigned line, struct error *error);
bool zos_is_ipv6(const char *address);

#endif
