/* Figures of a whole trace: what protocols, who, with whom, how large, when. Counted packet by packet like
 * `tshark -z` does (captured twice is counted twice), in memory that does not grow with the trace. */
#ifndef REPORT_STATISTICS_H
#define REPORT_STATISTICS_H

#include <culprit.h>

#include "analysis.h"

#define STATISTICS_LIMIT 100000  /* different hosts, pairs, connections: some 10 MB each */
#define STATISTICS_INTERVALS 100000
#define STATISTICS_MAX_DEPTH PACKET_MAX_LAYERS

enum statistics_section {
	STATISTICS_PROTOCOLS, STATISTICS_SIZES, STATISTICS_RATES, STATISTICS_STATIONS, STATISTICS_ENDPOINTS,
	STATISTICS_CONVERSATIONS, STATISTICS_CONNECTIONS, STATISTICS_PORTS, STATISTICS_INTERFACES,
	STATISTICS_JOBS, STATISTICS_DISCARDS, STATISTICS_RECORDS, STATISTICS_SECTIONS
};
const char *statistics_section_name(enum statistics_section section);        /* "protocols" */

/* One row of any section; what it does not have is NULL, 0 or INT64_MIN. Valid during the call. */
struct statistics_row {
	enum statistics_section section;
	const char *name, *peer;     /* "eth/ip/tcp", an address, "40-79", an interface */
	const char *protocol, *service, *description;
	unsigned depth;              /* of a protocol: 0 is the link */
	bool has_port, has_peer_port, has_stream, has_directions, has_extremes;
	uint16_t port, peer_port;
	uint32_t stream;             /* Wireshark's */
	uint64_t packets, bytes;
	uint64_t packets_out, bytes_out, packets_in, bytes_in;       /* of `name`: sent and received */
	uint64_t minimum, maximum;   /* bytes of a packet */
	int64_t first, duration;     /* ns */
};

struct statistics;

/* `interval` of the rates in ns; 0: as long as fits a page. */
struct statistics *statistics_create(int64_t interval);
void statistics_destroy(struct statistics *statistics);      /* NULL is fine */
void statistics_observe(struct statistics *statistics, const struct observation *observation);
/* Sorts. Once, at the end. `analysis` must live on. */
void statistics_finish(struct statistics *statistics, const struct trace_analysis *analysis);

/* Called for the rows of a section, most packets first (protocols, sizes, rates: in their order); at most
 * `top` of them, 0: all. Returns how many there are. `visit` may be NULL. */
typedef void statistics_visit(void *user, const struct statistics_row *row);
size_t statistics_each(const struct statistics *statistics, enum statistics_section section, size_t top,
		       statistics_visit *visit, void *user);
/* Packets of the section that are in none of its rows, since there are too many different ones. */
uint64_t statistics_not_told_apart(const struct statistics *statistics, enum statistics_section section);
const struct timeline *statistics_timeline(const struct statistics *statistics);

#endif
