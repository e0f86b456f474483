/* What an analyzer is: one question about conversations, answered in findings. One file per question;
 * analyzers.c lists them. An analyzer reads const sessions and packets, writes its own state, submits
 * findings. It never words a report and never asks another analyzer. */
#ifndef ANALYZE_ANALYZER_H
#define ANALYZE_ANALYZER_H

#include "finding/finding.h"
#include "finding/settings.h"
#include "session/session.h"
#include "session/tcp.h"
#include "zos/displays.h"

/* The trace as a whole, as far as it was read. */
struct trace_state {
	const struct source_report *source;
	const struct session_table *sessions;
	const struct zos_displays *displays;     /* what z/OS said besides; NULL: nothing */
	uint64_t packets, bytes;         /* bytes on the wire */
	int64_t first_time, last_time;   /* lowest and highest time so far */
	int64_t now;                     /* of the current packet; never runs backwards */
	uint32_t quality;                /* QUALITY_* of the trace; set by the capture analyzers' finish */
	bool ended;                      /* the end of the trace was reached */
};

/* When to call observe. The cheapest that suffices: calls per packet cost. */
enum analyzer_wants {
	WANTS_NOTHING = 0,
	WANTS_PACKETS = 1u << 0,     /* every packet, duplicates too */
	WANTS_TCP = 1u << 1,         /* packets with observation.segment */
	WANTS_EVENTS = 1u << 2,      /* packets with observation.event_count > 0 */
	WANTS_UDP = 1u << 3,         /* UDP packets that are no duplicates */
	WANTS_ICMP = 1u << 4,        /* ICMP and ICMPv6, no duplicates */
	WANTS_LINK = 1u << 5,        /* packets without IP (ARP, BPDU, pause …), broadcasts or multicasts, and
				      * what z/OS recorded as discarded */
	WANTS_NEW_SESSIONS = 1u << 6,    /* the first packet of each session */
	/* Packets with anything out of the ordinary: cut, malformed, duplicates, fragments, checksums that
	 * are not simply good, ECN in use, a TTL that is small or has fallen, repeats and other late TCP
	 * segments, no session, the first packet of each end. Most traffic is ordinary, so this costs next
	 * to nothing. */
	WANTS_ODD = 1u << 7,
	WANTS_DATA = 1u << 8,        /* socket data of z/OS data traces and the ends of its sessions. There is no
				      * packet around it, so nobody else is called for it */
	WANTS_DISCARDED = 1u << 9,   /* packets that a Linux kernel threw away; nobody else is called for them, either */
};

struct analysis_context {            /* what an analyzer gets with every call */
	void *state;                 /* its own, zeroed at the start: analyzer.state_size bytes */
	void *session_state;         /* its own for this session: session_state_size bytes; NULL without session */
	const struct settings *settings;
	const struct trace_state *trace;
	struct trace_state *trace_writable;  /* only for the capture analyzers' finish */
	struct finding_store *findings;
};

struct analyzer {
	const char *name;
	const struct finding_kind *const *kinds;     /* NULL-terminated */
	size_t state_size, session_state_size;
	uint32_t wants;                              /* enum analyzer_wants */
	bool for_displays;                           /* it is called only where there are displays */
	void (*begin)(struct analysis_context *context);
	void (*observe)(struct analysis_context *context, const struct observation *observation);
	/* Messages of applications, over whatever transport, also those that only the end of a session brings
	 * (observation->packet is NULL then): of the decoders in the NULL-terminated list `hears`. Called
	 * before `observe` and `session_end` for the same packet or end. */
	const struct decoder *const *hears;
	/* session_state is made for a session with the first message that is heard, and NULL before: most
	 * sessions have none. For analyzers of applications. */
	bool state_on_message;
	void (*message)(struct analysis_context *context, const struct observation *observation,
			const struct session_message *message);
	/* Questions with their answers, of all decoders; at the end of a session those without one. */
	void (*exchange)(struct analysis_context *context, const struct observation *observation,
			 const struct session_exchange *exchange);
	/* A session ended; `last` holds the events that the end completed and no packet. */
	void (*session_end)(struct analysis_context *context, const struct session *session,
			    const struct observation *last);
	void (*fragments)(struct analysis_context *context, const struct fragment_report *report);
	void (*finish)(struct analysis_context *context);    /* after all sessions ended */
	void (*destroy)(struct analysis_context *context);   /* frees what state points to */
};

extern const struct analyzer *const analyzers[];     /* NULL-terminated; analyzers.c */

struct analyzer_set;                 /* the analyzers of one analysis, with their state */

struct analyzer_set *analyzer_set_create(const struct settings *settings, struct trace_state *trace,
					 struct finding_store *findings);
void analyzer_set_destroy(struct analyzer_set *set);
/* Bytes that every session must reserve for all analyzers together. */
size_t analyzer_set_session_size(void);
void analyzer_set_observe(struct analyzer_set *set, const struct observation *observation);
void analyzer_set_session_end(struct analyzer_set *set, const struct session *session,
			      const struct observation *last);
void analyzer_set_fragments(struct analyzer_set *set, const struct fragment_report *report);
void analyzer_set_finish(struct analyzer_set *set);

/* The same over another NULL-terminated list of analyzers, which must outlive the set. For tests. */
struct analyzer_set *analyzer_set_create_from(const struct analyzer *const *list,
					      const struct settings *settings, struct trace_state *trace,
					      struct finding_store *findings);
size_t analyzer_list_session_size(const struct analyzer *const *list);

/* Every kind of every analyzer, by id; NULL-terminated, static. */
const struct finding_kind *const *analyzer_kinds(void);

#endif
