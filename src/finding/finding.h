/* What a finding is, and the store that merges, counts, ranks and folds them.
 *
 * An analyzer fills a struct finding (a value on its stack) with names, numbers and evidence and
 * submits it; the wording lives in the kind, as templates in which {name} stands for a fact. */
#ifndef FINDING_FINDING_H
#define FINDING_FINDING_H

#include "session/session.h"

enum severity { SEVERITY_INFO, SEVERITY_NOTICE, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_CRITICAL };
enum confidence { CONFIDENCE_POSSIBLE, CONFIDENCE_LIKELY, CONFIDENCE_CERTAIN };
enum party { PARTY_NONE, PARTY_CLIENT, PARTY_SERVER, PARTY_NETWORK, PARTY_SERVICE, PARTY_CAPTURE,
	PARTY_ATTACKER, PARTY_UNKNOWN };

/* The buttons of the seed's screen (A1). */
enum button {
	BUTTON_TE = 1u << 0, BUTTON_SE = 1u << 1, BUTTON_RT = 1u << 2, BUTTON_AE = 1u << 3,
	BUTTON_IP = 1u << 4, BUTTON_TP = 1u << 5, BUTTON_IE = 1u << 6, BUTTON_XE = 1u << 7,
	BUTTON_CQ = 1u << 8, BUTTON_SEC = 1u << 9,
};

/* What two findings of one kind must share to become one. */
enum merge_scope {
	MERGE_SESSION,     /* the session (or, without one, the whole subject) */
	MERGE_SERVICE,     /* client, server and server port */
	MERGE_SERVER,      /* server and server port */
	MERGE_PAIR,        /* the two addresses */
	MERGE_HOST,        /* subject.client only: the host that the finding is about */
	MERGE_TRACE,       /* one in the whole trace */
};

/* Units of facts and parameters. Values are doubles in the unit named; durations are seconds. */
enum unit { UNIT_NONE, UNIT_COUNT, UNIT_SECONDS, UNIT_BYTES, UNIT_RATIO, UNIT_RATE_PER_SECOND,
	UNIT_BITS_PER_SECOND, UNIT_TEXT };

/* A threshold that users can set: --set group/name.parameter=VALUE. Zero in a profile's column means
 * "as `value`"; PARAMETER_ZERO means 0. Durations in seconds, ratios as fractions (0.01 is 1 %). */
#define PARAMETER_ZERO (-1.0)
struct parameter {
	const char *name;
	enum unit unit;
	double value;                /* profile wan, the default */
	double lan, satellite, mainframe, strict;
	const char *meaning;         /* one clause */
};

#define FINDING_MAX_PARAMETERS 10

struct finding_kind {            /* const, compiled in, beside the logic that finds it */
	const char *id;              /* "tcp/zero-window": stable; in JSON, scenarios, --ignore */
	enum severity severity;
	uint32_t buttons;            /* BUTTON_* */
	enum merge_scope merge;
	uint32_t suppressed_by;      /* QUALITY_*: with these it is not reported at all */
	uint32_t weakened_by;        /* QUALITY_*: with these confidence falls to POSSIBLE, severity by one */
	const char *title;           /* "The receiver closed its window" */
	const char *say;             /* template: what happened here, with {facts}; see finding_text */
	const char *meaning;         /* what such a finding means and how it is decided, for `explain` */
	const char *false_alarms;    /* what looks like it and how that is kept out, for `explain` */
	const char *advice[4];       /* templates: what to do next */
	const char *reference;       /* "RFC 9293 3.8.6" */
	const char *beyond;          /* a sentence: why proving it takes packets of other sessions than its own, for
				      * `prove`; NULL: those of its own suffice */
	struct parameter parameters[FINDING_MAX_PARAMETERS];   /* ends with a NULL name */
};

#define FINDING_MAX_FACTS 20
#define FINDING_MAX_EVIDENCE 9   /* the first 8 and the last */
#define FINDING_MAX_ALTERNATIVES 4
#define FINDING_MAX_CITATIONS 6

enum fact_merge { FACT_FIRST, FACT_SUM, FACT_MAX, FACT_MIN };
struct fact {                    /* name, unit, value: reports do the wording */
	const char *name;            /* constant text; the {name} of templates and the key in JSON's values */
	enum unit unit;
	enum fact_merge merge;       /* what becomes of it when two findings merge */
	double value;
	char text[64];               /* UNIT_TEXT */
	bool threshold;              /* a threshold that the rule used */
};

struct evidence {
	uint64_t packet;
	int64_t time;
	char note[112];              /* what this packet shows; no line breaks */
};

struct citation {                /* a line of a display; see zos/displays.h */
	const char *file;        /* lives as long as the displays */
	uint32_t line;
	char words[96];
};

struct alternative { char text[128]; char rejected[128]; };   /* rejected empty: it stands */

struct blame {
	enum party party;
	char word[80];               /* A1: "client", "app:server", "net:client-side", "service:dns" … */
};

struct subject {                 /* whom it concerns; family ADDRESS_NONE where there is nobody */
	struct address client, server;
	uint16_t server_port;
	uint8_t protocol;            /* IP protocol number, 0 when none */
	bool is_host;                /* only `client` is meant, and it is just a host */
};

struct finding {
	const struct finding_kind *kind;
	enum severity severity;
	enum confidence confidence;
	const char *sub_kind;        /* constant text: the sub-case named in the rule; NULL when none */
	const char *say;             /* constant text that replaces kind->say; NULL: as the kind */
	const char *advice;          /* constant text put before kind->advice; NULL when none */
	struct blame blame;
	char why[256];               /* why that party: one or two sentences */
	struct subject subject;
	uint8_t session_kind;        /* enum session_kind */
	uint32_t session_number;     /* 0: no session */
	bool role_guessed;           /* TCP: who is the client is not known from SYN or SYN-ACK (A3) */
	const char *service;         /* constant text: name of the server port's service; NULL when none */
	uint32_t quality;            /* QUALITY_* of the session at that time */
	uint64_t count;              /* how often; sums when findings merge */
	int64_t cost;                /* ns by which something was lengthened; sums */
	uint64_t first_packet, last_packet;
	int64_t first_time, last_time;
	uint64_t evidence_total;     /* given; those kept are below */
	uint64_t merge_key;          /* set when findings of one session must stay apart (0: by scope alone) */

	/* Filled by the store */
	const char *group;           /* told as one with others: "targets" (servers or ports of one client),
				      * "sources" (clients of one server), "others"; also a fact. NULL: not */
	uint64_t group_size;         /* how many, with the one whose words these are */
	uint32_t number;             /* from 1, in report order */
	uint32_t caused_by;          /* number of the finding that explains this one, 0 when a root */
	uint32_t sessions[8];        /* first sessions concerned, by number */
	uint8_t session_kinds[8];    /* enum session_kind of each: hosts and traces mix them */
	unsigned session_count;      /* in sessions[] */
	uint64_t session_total;      /* all sessions concerned */
	uint32_t weakened_for;       /* QUALITY_* that lowered confidence and severity; 0: none did */

	/* What is used of them, `*_count`, comes first in them. Last, since finding_pack leaves out the rest. */
	unsigned fact_count, evidence_count, citation_count, alternative_count;
	struct fact facts[FINDING_MAX_FACTS];
	struct evidence evidence[FINDING_MAX_EVIDENCE];
	struct citation citations[FINDING_MAX_CITATIONS];    /* what displays say, beside packets */
	struct alternative alternatives[FINDING_MAX_ALTERNATIVES];
};

/* Starts a finding of `kind` about `session` (NULL: about no conversation). Subject, session number and
 * quality are taken from it; confidence is CERTAIN, severity the kind's, count 1. */
void finding_begin(struct finding *finding, const struct finding_kind *kind,
		   const struct session *session);
void finding_subject(struct finding *finding, const struct address *client,
		     const struct address *server, uint16_t server_port, uint8_t protocol);
void finding_host(struct finding *finding, const struct address *host);

/* Facts. A later fact of the same name replaces the earlier one. */
void finding_count(struct finding *finding, const char *name, double value);        /* FACT_SUM */
void finding_number(struct finding *finding, const char *name, enum unit unit, double value,
		    enum fact_merge merge);
void finding_duration(struct finding *finding, const char *name, int64_t nanoseconds); /* FACT_MAX */
void finding_words(struct finding *finding, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void finding_address(struct finding *finding, const char *name, const struct address *address);
void finding_threshold(struct finding *finding, const char *name, enum unit unit, double value);

/* Evidence in packet order; the first 8 and the last are kept. Widens first/last packet and time. Packet 0, which the
 * trace does not hold, is none. */
void finding_evidence(struct finding *finding, uint64_t packet, int64_t time, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* A line of a display that proves it; past FINDING_MAX_CITATIONS none is added. */
void finding_cite(struct finding *finding, const char *file, uint32_t line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void finding_why(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* `rejected` NULL: the alternative stands. */
void finding_alternative(struct finding *finding, const char *text, const char *rejected);

/* A finding put by until more is known: a copy of what is filled in, a fifth of the size of most. free() it.
 * finding_unpack fills all of `to`. */
struct packed_finding;
struct packed_finding *finding_pack(const struct finding *finding);
void finding_unpack(const struct packed_finding *packed, struct finding *to);

/* What the analyzer itself knows that the trace cannot prove, for reasons of `flags` (QUALITY_*), which the gate
 * does not see: it is only possible, a notice at most, and reports say what to record to know. */
void finding_doubt(struct finding *finding, uint32_t flags);

/* Blame, in the words of A1. `side` is an index into the session's key and sides. */
void blame_host(struct finding *finding, const struct session *session, uint8_t side);       /* client, server */
void blame_program(struct finding *finding, const struct session *session, uint8_t side);    /* app:… */
void blame_config(struct finding *finding, const struct session *session, uint8_t side);     /* config:ADDRESS */
/* The network between the trace point and `side`'s host: net:client-side or net:server-side. */
void blame_network_at(struct finding *finding, const struct session *session, uint8_t side);
void blame_network(struct finding *finding);                                                  /* net:path */
void blame_middlebox(struct finding *finding, const struct session *session, int side);      /* -1: unknown side */
void blame_service(struct finding *finding, const char *name);
void blame_capture(struct finding *finding);
void blame_attacker(struct finding *finding, const struct address *address);
void blame_unknown(struct finding *finding);
void blame_nobody(struct finding *finding);
void blame_word(struct finding *finding, enum party party, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Renders a template: {name} becomes the fact of that name in words fit for people ("1.2 s", "0.5 %",
 * "14 packets" is up to the template). Also known: {client} {server} {server_port} {service} {count}
 * {cost} {protocol}, and {host} where the subject is a host. {n|packet|packets} becomes "1 packet" or
 * "5 packets". An unknown name stays visible as {name}: a test renders every kind. */
struct text;
void finding_render(const struct finding *finding, const char *template_, struct text *to);
/* What happened here, in words: `say` (else kind->say) rendered, and how many more it happened to. */
void finding_text(const struct finding *finding, struct text *to);
/* The value of a fact as templates write it: "1.2 s". */
void fact_render(const struct fact *fact, struct text *to);
/* The first {name} that rendering left over, NULL when there is none. For tests. */
const char *finding_unrendered(const char *rendered);

struct finding_store;

struct finding_store *finding_store_create(void);
void finding_store_destroy(struct finding_store *store);
void finding_ignore(struct finding_store *store, const char *pattern);     /* --ignore: an id or a pattern as of fnmatch */
/* Takes a copy. Applies the kind's gates (suppressed_by, weakened_by) with the finding's quality. */
void finding_submit(struct finding_store *store, const struct finding *finding);
/* Forgets what is about sessions, if `wants` wants none of them. Before finish. */
typedef bool finding_wants(void *user, enum session_kind kind, uint32_t number);
void finding_store_restrict(struct finding_store *store, finding_wants *wants, void *user);
/* Applies the trace's quality, merges, folds by the cause graph (C4), ranks and numbers. Once. */
void finding_store_finish(struct finding_store *store, uint32_t trace_quality);
size_t finding_store_count(const struct finding_store *store);
const struct finding *finding_store_get(const struct finding_store *store, size_t index); /* report order */
/* Session number `which` (from 0 to below session_total) of all that the finding at `index` concerns;
 * finding.sessions holds the first of them. False past the last. */
bool finding_store_session(const struct finding_store *store, size_t index, size_t which,
			   enum session_kind *kind, uint32_t *number);
/* QUALITY_* of the whole trace, as finish was given it. */
uint32_t finding_store_quality(const struct finding_store *store);
/* What the gates kept back, by severity (withheld.h); NULL past the last. After finish. */
struct withheld;
const struct withheld *finding_store_withheld(const struct finding_store *store, size_t index);
bool finding_store_has(const struct finding_store *store, const char *id);  /* before or after finish */
/* How many conversations were judged, for the words of a healthy verdict; 0: leave them out. */
void finding_store_sessions(struct finding_store *store, uint64_t sessions);
/* How many displays and messages of a system, likewise. */
void finding_store_displays(struct finding_store *store, uint64_t displays, uint64_t messages);

struct verdict {
	char text[512];              /* one or two plain sentences */
	char blame[80];
	enum party party;
	enum confidence confidence;
	uint32_t finding;            /* number, 0 when healthy */
};
void finding_store_verdict(const struct finding_store *store, uint64_t packets, struct verdict *to);

const char *severity_name(enum severity severity);            /* "warning" */
bool severity_parse(const char *name, enum severity *to);
const char *confidence_name(enum confidence confidence);
const char *party_name(enum party party);
const char *button_name(unsigned bit);                        /* "TE"; NULL past the last */

#endif
