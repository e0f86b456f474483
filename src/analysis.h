/* An analysis: one trace on its way through all stages. Read analysis.c first. */
#ifndef ANALYSIS_H
#define ANALYSIS_H

#include "analyze/analyzer.h"
#include "decode/packet.h"
#include "decode/tls_keys.h"
#include "index/reader.h"
#include "index/writer.h"
#include "session/wireshark.h"

struct trace_analysis;

/* Who wants to see packets and sessions go by; any may be NULL. `packet` returning false stops. */
struct analysis_listener {
	/* Of a packet that was just decoded: true leaves it out of everything. */
	bool (*unwanted)(void *user, const struct packet *packet);
	bool (*packet)(void *user, const struct trace_analysis *analysis, const struct observation *observation);
	/* In no particular order; the numbers of all findings are known only at the end. */
	void (*session)(void *user, const struct trace_analysis *analysis, const struct session *session);
	/* A packet, or the end of a session (then there is no packet), completed turns or exchanges. False
	 * stops. */
	bool (*answers)(void *user, const struct trace_analysis *analysis, const struct observation *observation);
	bool (*progress)(void *user, const struct trace_analysis *analysis);
	/* At the end: whether findings about this session are wanted. NULL: all are. */
	bool (*wants)(void *user, enum session_kind kind, uint32_t number);
	void *user;
};

#define ANALYSIS_MAX_DECODE_AS 32
#define ANALYSIS_PROGRESS_EVERY 16384    /* packets between two calls of `progress` */

struct trace_analysis {                        /* others read it and leave it as it is */
	struct settings *settings;       /* to be changed only before the run */
	struct finding_store *findings;
	struct tls_keys *keys;           /* secrets to decrypt with; to be added to only before the run */
	struct trace_state trace;
	struct session_table *sessions;  /* from here on: made by the run */
	struct analyzer_set *analyzers;
	struct wireshark_counter *counter;
	const struct wireshark_counts *counts;   /* NULL until the end of the trace */
	struct verdict verdict;
	struct analysis_listener listener;
	struct index_writer *index;      /* owned, set before the run: notes what is found out; NULL: nobody does */
	struct packet packet;            /* one is reused for the whole run */
	struct decode_as decode_as[ANALYSIS_MAX_DECODE_AS];  /* set before the run */
	size_t decode_as_count;
	bool unchecked;                  /* set before the run: no checksums either */
	bool undiagnosed;                /* set before the run: nobody wants findings, verdict or counts */
	bool words_only;                 /* set before the run, with undiagnosed: nobody asks for sessions either */
	bool message_bytes;              /* set before the run: somebody wants the fields of messages */
	bool stopped;                    /* a listener wanted no more */
	bool borrows;                    /* settings and keys are another's */
};

struct trace_analysis *analysis_create(void);
/* Another one under the same conditions: it uses the settings, keys and ports of `other`, which must live longer. */
struct trace_analysis *analysis_create_like(const struct trace_analysis *other);
void analysis_destroy(struct trace_analysis *analysis);    /* NULL is fine */

/* Reads `source` to its end. The source stays the caller's and must live as long as the analysis.
 * `max_sessions` as in session_limits. False, with `error`, when the source fails on the way. Once. */
bool analysis_run(struct trace_analysis *analysis, struct source *source, size_t max_sessions,
		  struct error *error);

/* The same in single steps, for records that come from elsewhere: begin, feed each, end. `report` must live as
 * long as the analysis. Feeding fills in the time of a record that has none. */
void analysis_begin(struct trace_analysis *analysis, const struct source_report *report, size_t max_sessions);
void analysis_feed(struct trace_analysis *analysis, struct record *record);
void analysis_end(struct trace_analysis *analysis);
/* Reads some packets of a trace, with what an earlier run noted about them. Undiagnosed; the findings are the
 * reader's. */
bool analysis_replay(struct trace_analysis *analysis, struct index_reader *reader, struct error *error);

/* Decimals of a second that the clocks of the trace have, 0 to 9: the finest of all interfaces. */
unsigned analysis_time_digits(const struct trace_analysis *analysis);
/* The same for one interface. */
unsigned interface_time_digits(const struct source_report *report, uint32_t interface);

#endif
