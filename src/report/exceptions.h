/* The Exception Report: what went wrong or needs a look, by the classes of CleverView's buttons. INIT Packets
 * and TERM Packets are packets, counted as they pass; the other classes are findings. Counts are exact, the
 * lists of packets and hosts are bounded. */
#ifndef REPORT_EXCEPTIONS_H
#define REPORT_EXCEPTIONS_H

#include "analysis.h"
#include "report/timeline.h"

#define EXCEPTION_CLASSES 10
#define EXCEPTION_PACKETS 10000  /* kept of a class */
#define EXCEPTION_HOSTS 10000    /* different ones told apart */
#define EXCEPTION_SLOTS 60       /* of the rates over time */

/* In the order of enum button: "TE", "Traffic Errors", "traffic-errors". NULL past the last. */
const char *exception_class_code(unsigned class);
const char *exception_class_title(unsigned class);
const char *exception_class_name(unsigned class);
/* By code or name, whatever the case; -1: none. */
int exception_class_find(const char *words);
bool exception_class_is_packets(unsigned class);

enum exception_part { EXCEPTION_OTHER, EXCEPTION_SYN, EXCEPTION_SYNACK, EXCEPTION_ACK, EXCEPTION_FIN,
	EXCEPTION_FIN_ACK, EXCEPTION_RST, EXCEPTION_PARTS };
const char *exception_part_name(enum exception_part part);   /* "SYN-ACK" */

struct exception_packet {        /* of INIT or TERM Packets */
	uint64_t number;
	int64_t time;                /* INT64_MIN: not known */
	struct address source, destination;
	uint16_t source_port, destination_port;
	uint16_t flags;
	uint8_t part;                /* enum exception_part */
	uint32_t session;            /* number; 0: none */
};

struct exception_class {
	uint64_t count;              /* packets, or how often the findings happened */
	uint64_t parts[EXCEPTION_PARTS];     /* of packets */
	uint64_t findings, sessions; /* sessions: different ones that the findings are about */
	int64_t first, last;         /* INT64_MIN: none */
	struct tally *hosts;         /* senders of the packets, or whom the findings blame; by word 0 of a row */
	const struct exception_packet *packets;
	size_t packet_count;         /* kept */
};

struct exceptions;

struct exceptions *exceptions_create(void);
void exceptions_destroy(struct exceptions *exceptions);      /* NULL is fine */
void exceptions_observe(struct exceptions *exceptions, const struct observation *observation);
/* Once, when the findings have their numbers. The store must live on. */
void exceptions_finish(struct exceptions *exceptions, const struct finding_store *findings);

const struct exception_class *exceptions_class(const struct exceptions *exceptions, unsigned class);
/* Its series are the classes: packets, and those that prove findings. */
const struct timeline *exceptions_timeline(const struct exceptions *exceptions);
/* Finding number `which` (from 0) of a class, in report order; NULL past the last. `*at`, 0 at first, is
 * where to look for the next one. */
const struct finding *exceptions_finding(const struct exceptions *exceptions, unsigned class, size_t *at);

#endif
