/* Was this conversation somebody's attempt to find out whether there is anything? For the analyzers
 * that look for scanners. */
#ifndef ANALYZE_PROBES_H
#define ANALYZE_PROBES_H

#include "analyze/analyzer.h"

enum probe_type { /* as the scanners' manuals call them */
		  PROBE_SYN,
		  PROBE_FIN,
		  PROBE_XMAS,
		  PROBE_NULL,
		  PROBE_UDP,
		  PROBE_PING,
		  PROBE_ARP,
		  PROBE_TYPES
};

enum probe_answer { PROBE_OPEN, PROBE_REFUSED, PROBE_SILENT };

struct probe {
	enum probe_type type;
	enum probe_answer answer;
	uint8_t prober;  /* index into the session's key and sides */
	uint32_t tries;  /* packets that asked, where each is a try of its own (pings, UDP) */
	uint64_t packet; /* the first that asked */
	int64_t time;
};

/* The flags of a session's first packet, kept by whoever asks probe_of later. */
struct probe_start {
	uint16_t flags;
	uint8_t sender;
	bool seen;
};

static inline void probe_note_start(struct probe_start *start,
				    const struct observation *observation)
{
	if (!observation->packet->tcp)
		return;
	start->flags = observation->packet->tcp->flags;
	start->sender = observation->direction;
	start->seen = true;
}

/* What the session tells, judged at its end. False when it can have been no attempt: it was under
 * way when the trace began, asked everybody (multicast), or only answers are in the trace. */
bool probe_of(const struct session *session, const struct probe_start *start, struct probe *probe);

/* TCP flags that no end of a connection may send: neither SYN, ACK nor RST (RFC 9293 3.10.7). */
static inline bool probe_flags_alone(uint16_t flags)
{
	return !(flags & (TCP_SYN | TCP_ACK | TCP_RST));
}

const char *probe_type_name(enum probe_type type); /* "syn" */

#endif
