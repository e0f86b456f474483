/* libculprit reads packet traces and says what is wrong, who is to blame, which packets prove it and
 * what to do next.
 *
 *	struct culprit_analysis *analysis = culprit_create();
 *	struct culprit_error error;
 *	if (!culprit_read_files(analysis, paths, count, &error))
 *		… error.file, error.message, error.remedy …
 *	for (size_t i = 0; i < culprit_finding_count(analysis); i++)
 *		puts(culprit_finding(analysis, i)->text);
 *	culprit_destroy(analysis);
 *
 * An analysis is made, configured, fed once and then read. The library has no global state: several
 * analyses can live in one process, each used by one thread at a time. It prints nothing and never
 * ends the process, except that it calls abort() when memory runs out; what a trace can make it
 * allocate is bounded by culprit_limit_sessions. All text is UTF-8. Everything that a getter returns
 * belongs to the analysis and lives until culprit_destroy. */
#ifndef CULPRIT_H
#define CULPRIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CULPRIT_API __attribute__((visibility("default")))

/* The version of the library that runs, "0.1.0". */
CULPRIT_API const char *culprit_version(void);

/* ---- Errors ------------------------------------------------------------------------------------ */

enum culprit_error_code {
	CULPRIT_OK,
	CULPRIT_USAGE,       /* something was asked for that does not exist or make sense */
	CULPRIT_OPEN,        /* no such file, no permission, a directory */
	CULPRIT_READ,        /* input/output error */
	CULPRIT_NOT_A_TRACE, /* no format recognises the bytes */
	CULPRIT_DAMAGED,     /* a known format, too broken to read anything of it */
	CULPRIT_UNSUPPORTED, /* known, but not in this build */
	CULPRIT_WRITE,
};

/* Filled by every function that takes one and returns false. NULL is always allowed. */
struct culprit_error {
	enum culprit_error_code code;
	char message[256];   /* what is wrong */
	char remedy[256];    /* what to do about it; may be empty */
	char file[256];      /* empty when no file is concerned */
	uint64_t offset;     /* bytes into the file, UINT64_MAX when none */
};

/* ---- An analysis: configure, then read --------------------------------------------------------- */

struct culprit_analysis;

CULPRIT_API struct culprit_analysis *culprit_create(void);
CULPRIT_API void culprit_destroy(struct culprit_analysis *analysis);        /* NULL is fine */

/* Where the trace was taken: "wan" (the default), "lan", "satellite", "mainframe" or "strict". */
CULPRIT_API bool culprit_set_profile(struct culprit_analysis *analysis, const char *name,
				     struct culprit_error *error);
/* A threshold: "tcp/zero-window.min=200ms", or "tcp/zero-window=off". */
CULPRIT_API bool culprit_set_threshold(struct culprit_analysis *analysis, const char *assignment,
				       struct culprit_error *error);
/* A file of sections [group/name] with lines `parameter = value`, `off = yes`. */
CULPRIT_API bool culprit_set_config(struct culprit_analysis *analysis, const char *path,
				    struct culprit_error *error);
/* Wireshark's display filters over all fields of culprit_report_fields: "tcp.port == 80 && session.rtt_server > 50ms".
 * Lists of packets hold only what it selects; lists of sessions and transactions, and a diagnosis, what belongs to a
 * session of which it selects a packet (findings about hosts and the trace itself stay). A filter that speaks of
 * sessions only is asked again at a session's end. When the expression is wrong `error->offset` is the place in it. */
CULPRIT_API bool culprit_set_filter(struct culprit_analysis *analysis, const char *expression,
				    struct culprit_error *error);
/* True when the filter speaks of findings, which takes a first pass over the same traces without it… */
CULPRIT_API bool culprit_filter_needs_findings(const struct culprit_analysis *analysis);
/* … whose analysis is handed over here, before reading; it is destroyed with this one. */
CULPRIT_API void culprit_use_findings(struct culprit_analysis *analysis, struct culprit_analysis *first);
/* Leaves findings out whose id matches, as the shell matches file names: all of dns with "dns/", then a star. */
CULPRIT_API void culprit_ignore(struct culprit_analysis *analysis, const char *pattern);
/* At most so many conversations are kept at a time, and listed; 0 is the default, one million. Past it
 * the least recently used is closed early, which is counted. */
CULPRIT_API void culprit_limit_sessions(struct culprit_analysis *analysis, size_t count);
/* What the clock of the traced z/OS was ahead of UTC, which its traces do not record: 0, or 27 since 2017
 * where leap seconds are configured. */
CULPRIT_API void culprit_set_leap_seconds(struct culprit_analysis *analysis, int seconds);
/* What is spoken on a TCP port, whatever its first bytes look like: "2121=ftp". Up to 32 ports. The names are those
 * of culprit_protocol. */
CULPRIT_API bool culprit_decode_as(struct culprit_analysis *analysis, const char *assignment,
				   struct culprit_error *error);

/* Secrets to decrypt TLS with: a key log as browsers and OpenSSL write it (SSLKEYLOGFILE), a private RSA key in
 * PEM or DER. Those that a pcapng file brings itself are used without asking. Decrypted data is told like any other
 * and never written anywhere else. Several may be added, before reading. */
CULPRIT_API bool culprit_add_keylog(struct culprit_analysis *analysis, const char *path,
				    struct culprit_error *error);
CULPRIT_API bool culprit_add_private_key(struct culprit_analysis *analysis, const char *path,
					 struct culprit_error *error);

/* After reading: with how many TLS conversations the secrets were tried, and how many of them they opened. */
CULPRIT_API uint64_t culprit_decryption(const struct culprit_analysis *analysis, uint64_t *opened);

/* Before reading: only packets, sessions or transactions are wanted, no findings, verdict or counts; then reading is
 * faster, and the verdict is NULL. */
CULPRIT_API void culprit_skip_diagnosis(struct culprit_analysis *analysis);

/* Called now and then while reading. `total` is 0 when it is not known. False stops the reading. */
typedef bool culprit_progress(void *user, uint64_t bytes_read, uint64_t total, uint64_t packets);
CULPRIT_API void culprit_on_progress(struct culprit_analysis *analysis, culprit_progress *progress,
				     void *user);

/* Before reading: what z/OS displayed about itself around the time of the trace, as text that people pasted or a log
 * kept: D TRACE, NETSTAT DEVLINKS, CONFIG and STATS, D NET,TRL,TRLE=, OSAINFO, messages. Findings are made of it, too,
 * and joined with those of the packets. Lines that are not understood are kept and told, never an error. At most 64 MiB
 * a file; several in the order of time. "-" is standard input. */
CULPRIT_API bool culprit_add_displays(struct culprit_analysis *analysis, const char *path,
				      struct culprit_error *error);
CULPRIT_API void culprit_add_displays_memory(struct culprit_analysis *analysis, const void *bytes, size_t length,
					     const char *name);
/* Instead of reading a trace: the displays alone. False when they hold nothing that z/OS displays. */
CULPRIT_API bool culprit_read_displays(struct culprit_analysis *analysis, struct culprit_error *error);

/* Reads traces as one, in time order, and analyses them; "-" is standard input. Once per analysis.
 * A trace that ends early or holds damage is no error: what could be read is analysed, and findings
 * of capture/ tell the rest. True as well when a callback stopped the reading. */
CULPRIT_API bool culprit_read_files(struct culprit_analysis *analysis, const char *const *paths,
				    size_t count, struct culprit_error *error);
/* The same over bytes in memory; `name` stands for the path. The bytes are not kept. */
CULPRIT_API bool culprit_read_memory(struct culprit_analysis *analysis, const void *bytes,
				     size_t length, const char *name, struct culprit_error *error);

/* ---- What came out ----------------------------------------------------------------------------- */

#define CULPRIT_NO_TIME INT64_MIN

enum culprit_severity {
	CULPRIT_INFO, CULPRIT_NOTICE, CULPRIT_WARNING, CULPRIT_ERROR, CULPRIT_CRITICAL
};
enum culprit_confidence { CULPRIT_POSSIBLE, CULPRIT_LIKELY, CULPRIT_CERTAIN };

CULPRIT_API const char *culprit_severity_name(enum culprit_severity severity);    /* "warning" */
CULPRIT_API bool culprit_severity_parse(const char *name, enum culprit_severity *to);
CULPRIT_API const char *culprit_confidence_name(enum culprit_confidence confidence);  /* "likely" */

#define CULPRIT_MAX_LINK_TYPES 8

/* Times are nanoseconds since 1970-01-01 UTC, or CULPRIT_NO_TIME. Sizes are bytes. */
struct culprit_file {
	const char *path, *format, *compression;     /* "pcapng", "gzip" */
	uint64_t packets;
	int64_t first_time, last_time;
	const char *link_types[CULPRIT_MAX_LINK_TYPES];      /* "EN10MB" */
	size_t link_type_count;
};

struct culprit_trace {
	const struct culprit_file *files;
	size_t file_count;
	uint64_t packets, bytes;     /* bytes on the wire */
	int64_t first_time, last_time;
	unsigned time_digits;        /* decimals of a second that the trace's clock has, 0 to 9 */
	uint64_t sessions;
	uint64_t sessions_closed_early;      /* because of culprit_limit_sessions */
};

struct culprit_verdict {
	const char *text;            /* one or two plain sentences */
	const char *blame, *party;   /* as in culprit_finding; party is "none" when all is well */
	enum culprit_confidence confidence;
	uint32_t finding;            /* its number, 0 when there is nothing to report */
};

struct culprit_evidence {
	uint64_t packet;             /* from 1, as every other tool counts */
	int64_t time;
	const char *note;            /* what this packet shows */
};

struct culprit_line {                /* of a display that proves something: culprit_add_displays */
	const char *file;
	uint32_t line;               /* from 1 */
	const char *words;           /* "NETSTAT DEVLINKS OSDL: INBOUND PACKETS IN ERROR = 194353459" */
};

struct culprit_alternative {
	const char *text;
	const char *rejected;        /* why not; NULL when it could be this as well */
};

struct culprit_value {
	const char *name;            /* with its unit: "waited_s" */
	double number;
	const char *text;            /* NULL when it is a number */
};

#define CULPRIT_MAX_ADVICE 5

struct culprit_finding {
	uint32_t number;             /* from 1, in the order of the report */
	uint32_t caused_by;          /* the number of the finding that explains this one, 0 for a root */
	const char *id;              /* "tcp/zero-window"; stable */
	enum culprit_severity severity;
	enum culprit_confidence confidence;
	const char *title, *text;
	const char *blame;           /* "client", "app:server", "net:client-side" … */
	const char *party;           /* "client", "server", "network", "service", "capture", "attacker",
				      * "unknown" or "none" */
	const char *why;             /* why that party */
	const char *kind;            /* the sub-case of the rule, or NULL */
	const char *reference;       /* "RFC 9293 3.8.6", or NULL */

	/* Whom it concerns; NULL and 0 where there is nobody. About a host only: `client` alone. */
	const char *client, *server, *protocol;
	uint16_t server_port;
	bool about_host;
	const char *const *sessions; /* the first of them: "tcp:1" */
	size_t session_count;
	uint64_t session_total;

	uint64_t count;              /* how often it happened */
	int64_t cost;                /* nanoseconds by which something was lengthened */
	uint64_t first_packet, last_packet;  /* 0 when there is no packet */
	int64_t first_time, last_time;
	const struct culprit_evidence *evidence;     /* the first ones and the last */
	size_t evidence_count;
	uint64_t evidence_total;
	const struct culprit_line *lines;            /* of displays, beside packets or instead of them */
	size_t line_count;
	const struct culprit_value *values;          /* the numbers behind it */
	size_t value_count;
	const struct culprit_alternative *alternatives;
	size_t alternative_count;
	const char *advice[CULPRIT_MAX_ADVICE];      /* what to do next */
	size_t advice_count;
	const char *const *buttons;  /* "SE": where a CleverView user would look */
	size_t button_count;
};

/* All of these are complete once culprit_read_… returned true; before, there is nothing in them. */
CULPRIT_API const struct culprit_trace *culprit_trace(const struct culprit_analysis *analysis);
CULPRIT_API const struct culprit_verdict *culprit_verdict(const struct culprit_analysis *analysis);
CULPRIT_API size_t culprit_finding_count(const struct culprit_analysis *analysis);
/* In the order of the report: root causes first. NULL past the last. */
CULPRIT_API const struct culprit_finding *culprit_finding(const struct culprit_analysis *analysis,
							  size_t index);
/* What looks like a fault but is not told, or only as something possible, because the trace cannot prove it: the
 * recorder missed packets, saw one direction only, cut them … */
struct culprit_untold {
	const char *id, *title;      /* of the finding that it would be */
	enum culprit_severity severity;      /* that it would have */
	uint64_t count;              /* how often */
	uint64_t first_packet;       /* 0 when there is no packet */
	const char *reason;          /* why the trace cannot tell */
	const char *remedy;          /* what to record to know: where, with which filter, for how long */
};
/* First what is not told at all, by severity; `index` from 0. NULL past the last. */
CULPRIT_API const struct culprit_untold *culprit_untold(const struct culprit_analysis *analysis, size_t index);
/* Packets counted as Wireshark counts them. `index` from 0; NULL past the last name. */
CULPRIT_API const char *culprit_count(const struct culprit_analysis *analysis, unsigned index,
				      uint64_t *value);

/* ---- Packets and sessions, one by one ---------------------------------------------------------- */

#define CULPRIT_ADDRESS_SIZE 48

#define CULPRIT_PACKET_FINDINGS 4

struct culprit_packet {              /* valid during the callback */
	uint64_t number;
	int64_t time;
	unsigned time_digits;        /* of its interface's clock */
	uint32_t length;             /* bytes on the wire */
	uint32_t datagram_length;    /* of the IP datagram; `length` when there is none */
	const char *protocol;        /* "TCP", "DNS", "ARP" */
	const char *transport;       /* "TCP", "UDP", "ICMP"; `protocol` when there is none of them */
	char source[CULPRIT_ADDRESS_SIZE], destination[CULPRIT_ADDRESS_SIZE];    /* empty when none */
	bool has_ports, has_stream, is_tcp;
	uint16_t source_port, destination_port;
	const char *source_service, *destination_service;    /* "ftp", or NULL */
	uint32_t stream;             /* Wireshark's tcp.stream or udp.stream */
	const char *message;         /* "ACK SYN", "Echo request", "Who has 10.0.0.1?" */
	uint32_t sequence, acknowledgment;   /* as sent; TCP only */
	uint16_t window, flags;
	uint32_t analysis;           /* a bit for each name of culprit_analysis_name */
	/* Ids of the first findings that cite it; with culprit_packet_choice.marks. */
	const char *findings[CULPRIT_PACKET_FINDINGS];
	size_t finding_count;
};

/* The names of the bits of culprit_packet.analysis: "retransmission" …; NULL past the last. */
CULPRIT_API const char *culprit_analysis_name(unsigned bit);

/* Called for every packet in order, while reading. False stops the reading. */
typedef bool culprit_packet_seen(void *user, const struct culprit_packet *packet);
CULPRIT_API void culprit_on_packet(struct culprit_analysis *analysis, culprit_packet_seen *seen,
				   void *user);

struct culprit_session {
	uint32_t number;             /* per protocol, from 1: Wireshark's stream + 1 */
	const char *protocol;        /* "tcp", "udp", "icmp" */
	const char *application;     /* the service of the server's port, or NULL */
	char client[CULPRIT_ADDRESS_SIZE], server[CULPRIT_ADDRESS_SIZE];
	bool is_tcp, has_ports;
	uint16_t client_port, server_port;
	const char *state;           /* "S0", "SF", "REJ" … as Zeek's conn_state; NULL but for TCP */
	int64_t start, duration;     /* duration in nanoseconds */
	uint64_t packets_client, packets_server, bytes_client, bytes_server;     /* payload bytes sent */
	int64_t round_trip;          /* nanoseconds, -1 when not known */
	uint64_t retransmissions_client, retransmissions_server;     /* segments sent again by each */
	const char *setup;           /* "complete", "refused", "unanswered", "not seen"; NULL but for TCP and
				      * z/OS socket data: whether the start of the flow is in the trace */
	const char *teardown;        /* "closed", "half closed", "reset by client" …, "open"; likewise */
	const char *const *findings; /* ids of the findings that concern it */
	size_t finding_count;
};

/* Sessions are kept only when asked for, before reading. */
CULPRIT_API void culprit_keep_sessions(struct culprit_analysis *analysis);
CULPRIT_API size_t culprit_session_count(const struct culprit_analysis *analysis);
/* TCP first, then UDP, then ICMP, each by number. False past the last. */
CULPRIT_API bool culprit_session(const struct culprit_analysis *analysis, size_t index,
				 struct culprit_session *to);
/* How many more there were than culprit_limit_sessions allowed to keep. */
CULPRIT_API uint64_t culprit_sessions_not_kept(const struct culprit_analysis *analysis);

/* How many sessions of a protocol there were: "tcp", "udp", "icmp", "data". After reading. */
CULPRIT_API uint32_t culprit_session_total(const struct culprit_analysis *analysis, const char *protocol);

/* ---- Some sessions, looked at closely ---------------------------------------------------------- */

struct culprit_session_id {
	const char *protocol;        /* "tcp", "udp", "icmp", "data" */
	uint32_t number;             /* from 1, as culprit_session.number */
};

/* "3" and "tcp:3" are the third TCP session. False when the words are no such name. */
CULPRIT_API bool culprit_session_id(const char *words, struct culprit_session_id *to);

/* Zeroed, it selects every packet that belongs to a session. What it points to must live until the function
 * that takes it returns. */
struct culprit_selection {
	const struct culprit_session_id *sessions;   /* only these; none: all */
	size_t session_count;
	const char *hosts[2];        /* instead: all sessions between these two addresses */
	const char *packets;         /* and only these packets of them: "10-20,35,100-"; NULL: all */
	uint64_t link_speed;         /* bits per second, for the figures of sessions in full; 0: not known */
};

struct culprit_sequence {
	struct culprit_selection selection;
	uint64_t head, tail;         /* only so many of the first and of the last packets; both 0: all */
	bool svg;                    /* a picture; the format of the output does not matter */
};

/* One side of a session; MORE: the one that sends more data. */
enum culprit_side { CULPRIT_SIDE_MORE, CULPRIT_SIDE_CLIENT, CULPRIT_SIDE_SERVER };

enum culprit_follow_style { CULPRIT_FOLLOW_TEXT, CULPRIT_FOLLOW_EBCDIC, CULPRIT_FOLLOW_HEX };

struct culprit_follow {
	struct culprit_selection selection;  /* one session */
	enum culprit_follow_style style;
	enum culprit_side side;      /* only what this side sent; CULPRIT_SIDE_MORE: both */
	bool show_secrets;           /* passwords, cookies and the like instead of asterisks */
};

enum culprit_graph {
	CULPRIT_GRAPH_TSG,           /* time and sequence: data, acknowledgements, window's edge, SACK, repeats */
	CULPRIT_GRAPH_RTT,           /* round trips */
	CULPRIT_GRAPH_WINDOW,        /* bytes in flight and the receiver's window */
	CULPRIT_GRAPH_THROUGHPUT,
};

/* ---- Response times ---------------------------------------------------------------------------- */

/* The parts of a response time. Every moment from the first to the last byte (of the name look-up and
 * the connection's set-up too, for the first transaction of a session that shows them) belongs to exactly
 * one part, so that they add up to the total. */
enum culprit_part {
	CULPRIT_PART_DNS,            /* the name look-up before the connection was opened */
	CULPRIT_PART_CONNECT_RETRY,  /* from the first SYN to the one that was answered */
	CULPRIT_PART_CONNECT,        /* from that SYN to the end of the handshake */
	CULPRIT_PART_TLS,            /* TLS set-up */
	CULPRIT_PART_REQUEST,        /* first to last byte of the request */
	CULPRIT_PART_ROUND_TRIP,     /* the way to the server and back, once */
	CULPRIT_PART_SERVER,         /* the server's program, until its answer begins */
	CULPRIT_PART_RETRANSMISSION, /* repairs of losses */
	CULPRIT_PART_WINDOW,         /* closed and full windows */
	CULPRIT_PART_PAUSE,          /* the server paused within its answer */
	CULPRIT_PART_DELAYED_ACK,    /* late acknowledgements that held data back */
	CULPRIT_PART_TRANSFER,       /* the answer under way */
	CULPRIT_PARTS
};
/* "server_think": the key of the part in rows is this with "_ms" behind it. */
CULPRIT_API const char *culprit_part_name(enum culprit_part part);

#define CULPRIT_SESSION_SIZE 24
#define CULPRIT_REQUEST_SIZE 128
#define CULPRIT_STATUS_SIZE 32

/* A request and its answer. All durations are nanoseconds. */
struct culprit_transaction {
	char session[CULPRIT_SESSION_SIZE];          /* "tcp:1" */
	uint32_t number;             /* from 1 in its session */
	const char *application;     /* the protocol, or the service of the server's port, or NULL */
	bool answered;               /* false: nothing is known but the request */
	char client[CULPRIT_ADDRESS_SIZE], server[CULPRIT_ADDRESS_SIZE];
	bool has_ports;
	uint16_t client_port, server_port;
	uint64_t request_packet, response_packet;    /* with the first bytes of each */
	int64_t request_time;        /* since 1970: the first byte of the request */
	int64_t end_time;            /* the last byte of the answer */
	uint64_t request_bytes, response_bytes;
	int64_t part[CULPRIT_PARTS];
	int64_t total;               /* the sum of the parts */
	/* The same in three, which add up as well. network: look-up, set-up, round trip, repairs, late
	 * acknowledgements; answering: the server's program and its pauses; transfer: request and answer
	 * under way, and closed windows. */
	int64_t network, answering, transfer;
	int64_t client_think;        /* of the client, before the request; not in the total */
	char request[CULPRIT_REQUEST_SIZE];          /* what was asked; empty when it is not known */
	/* What the answer said: "200", "NXDOMAIN"; "no answer"; or in an unknown protocol "complete", "end not seen" (the trace ended
	 * before the next request) or "not turn-based" (both ends send at will: no claim about the server) */
	char status[CULPRIT_STATUS_SIZE];
	int64_t limit;               /* from which on it counts as slow */
	bool slow;
};

/* Called for every transaction when it is complete, while reading; the struct is valid meanwhile. */
typedef void culprit_transaction_seen(void *user, const struct culprit_transaction *transaction);
CULPRIT_API void culprit_on_transaction(struct culprit_analysis *analysis, culprit_transaction_seen *seen,
					void *user);

/* From when on an answer counts as slow: "500ms" for all services, "http=1s" or "8080=200ms" for the ports
 * of one. Otherwise it is the threshold perf/response-time.time. */
CULPRIT_API bool culprit_set_response_limit(struct culprit_analysis *analysis, const char *assignment,
					    struct culprit_error *error);

enum culprit_times_by {
	CULPRIT_BY_SUMMARY,          /* text: a page about all; else the same as transactions */
	CULPRIT_BY_TRANSACTION, CULPRIT_BY_SESSION, CULPRIT_BY_SERVICE,
	CULPRIT_BY_HOST              /* each host twice: with what it answered, with what it asked */
};
enum culprit_times_sort {            /* largest first, but for time */
	CULPRIT_SORT_DEFAULT,        /* transactions: as they end; others: p95 */
	CULPRIT_SORT_TIME,           /* of the request, the first one of a group */
	CULPRIT_SORT_TOTAL, CULPRIT_SORT_NETWORK, CULPRIT_SORT_SERVER, CULPRIT_SORT_TRANSFER,
	CULPRIT_SORT_CLIENT,         /* of a group: the sum over its transactions */
	CULPRIT_SORT_COUNT, CULPRIT_SORT_P95         /* groups only */
};
/* The names for users: "service", "p95"; NULL past the last. */
CULPRIT_API const char *culprit_times_by_name(enum culprit_times_by by);
CULPRIT_API const char *culprit_times_sort_name(enum culprit_times_sort sort);

struct culprit_times {               /* zeroed: the summary */
	enum culprit_times_by by;
	enum culprit_times_sort sort;
	/* At most so many rows. 0: 10 in the summary; of transactions in another order than they end in,
	 * CULPRIT_TIMES_SORTED; else all. */
	size_t top;
};
#define CULPRIT_TIMES_SORTED 10000

/* Before `analysis` reads a trace that `of` has read to its end: draws the sessions that the findings of `of`
 * are about, for its page (culprit_output.pictures). `of` may be destroyed before. */
CULPRIT_API void culprit_keep_pictures(struct culprit_analysis *analysis, const struct culprit_analysis *of);

/* ---- Lists of packets -------------------------------------------------------------------------- */

/* Zeroed, it is all of them. */
struct culprit_packet_choice {
	const char *packets;         /* "10-20,35"; NULL: all */
	uint64_t around;             /* this packet and ten on each side; 0: none */
	uint64_t head, tail;         /* of those, only the first and only the last ones; 0: no limit */
	bool marks;                  /* say which findings cite them; needs culprit_use_findings */
};

/* Before reading: which packets culprit_on_packet, culprit_report_packets and culprit_report_packet_fields are
 * about, besides the filter. Reading ends with the last of them. `tail` holds for culprit_report_packets, at most
 * 100 000. */
CULPRIT_API bool culprit_choose_packets(struct culprit_analysis *analysis, const struct culprit_packet_choice *choice,
					struct culprit_error *error);

/* ---- Packet Details ---------------------------------------------------------------------------- */

enum culprit_hex { CULPRIT_HEX_BOTH, CULPRIT_HEX_EBCDIC, CULPRIT_HEX_ASCII, CULPRIT_HEX_NONE };

/* Zeroed, it asks for all packets, with their bytes in hexadecimal, EBCDIC and ASCII. */
struct culprit_details {
	const char *packets;         /* "10-20,35"; NULL: all, as far as a filter selects them */
	enum culprit_hex hex;        /* columns of the Hex Decode */
	bool show_secrets;           /* passwords and the like, which are masked else */
};

/* ---- The Exception Report ---------------------------------------------------------------------- */

/* Zeroed, it asks for all classes. */
struct culprit_exceptions {
	const char *class_name;      /* "TE", "SE", "RT", "AE", "IP", "TP", "IE", "XE", "CQ", "SEC"; NULL: all */
	size_t top;                  /* of each list; 0: all, and a few in text of all classes */
};

/* ---- Statistics of a trace --------------------------------------------------------------------- */

/* Zeroed, it asks for all sections. */
struct culprit_statistics {
	const char *section;         /* "protocols", "sizes", "rates", "stations", "endpoints", "conversations",
				      * "connections", "ports", "interfaces", and of z/OS traces "jobs",
				      * "discards", "records"; NULL: all */
	int64_t interval;            /* of the rates, nanoseconds; 0: as fits a page */
	size_t top;                  /* rows of a list; 0: all, and ten in text */
};

/* Packets over time, in intervals of equal length that are short enough to be drawn, and at most some
 * hundreds. Kept only when asked for, before reading. */
CULPRIT_API void culprit_keep_timeline(struct culprit_analysis *analysis);

struct culprit_interval { int64_t start, width; uint64_t packets, bytes; };      /* nanoseconds; on the wire */

/* In order, with the empty ones. False past the last. */
CULPRIT_API bool culprit_interval(const struct culprit_analysis *analysis, size_t index,
				  struct culprit_interval *to);

/* ---- Conversion -------------------------------------------------------------------------------- */

/* What to write. Zeroed, it is a copy of all packets in the format that the path's extension names. */
struct culprit_conversion {
	const char *format;          /* "pcapng", "pcap" or "ctrace"; NULL: by the extension */
	const char *container;       /* of ctrace: "raw", "rdw", "bdw", "large", "stripped", "vbs"; NULL: "bdw" */
	/* Packets to keep: "1-100,200-" or "2.5s-10s" after the first one or "2012-08-08T16:30:00Z-"; both
	 * ends belong to a range. NULL: all. */
	const char *slice;
	/* Only packets that a display filter selects (culprit_set_filter). One that speaks of findings needs the
	 * analysis, too. NULL: all. */
	const char *filter;
	int64_t time_shift;          /* nanoseconds to add to every time */
	uint32_t snap_length;        /* cut packets to so many bytes; 0: do not */

	/* Other addresses and names, no payload: see `culprit convert --help`. NULL `key`: a random one; the same
	 * key gives the same pseudonyms. CULPRIT_UNSUPPORTED when this build cannot. */
	bool anonymise;
	const char *key;
	bool secrets;                /* copy decryption secrets */

	/* Both need an analysis of the same files, which is read by then; so the files must be such that can
	 * be read twice. */
	const struct culprit_analysis *analysis;
	bool annotate;               /* findings become comments of the packets that they cite */
	uint32_t finding;            /* only what finding N cites, and its sessions; 0: not */

	culprit_progress *progress;  /* may be NULL */
	void *user;
};

#define CULPRIT_MAX_LOSSES 16

/* What the format has no place for: "3" "packet comments". */
struct culprit_loss { uint64_t count; const char *what; };

struct culprit_conversion_result {
	const char *format;          /* "pcapng" */
	uint64_t read, written;      /* packets */
	struct culprit_loss losses[CULPRIT_MAX_LOSSES];
	size_t loss_count;
};

/* Reads traces as one, in time order, and writes one; "-" is standard input, or standard output. Nothing is
 * left of a file that could not be written whole, and none of the traces is overwritten. */
CULPRIT_API bool culprit_convert(const char *const *paths, size_t count, const char *to,
				 const struct culprit_conversion *conversion,
				 struct culprit_conversion_result *result, struct culprit_error *error);

/* ---- What this build knows --------------------------------------------------------------------- */

#define CULPRIT_PROFILES 5   /* wan, lan, satellite, mainframe, strict */
CULPRIT_API const char *culprit_profile_name(unsigned profile);     /* NULL past the last */

struct culprit_parameter {
	const char *name, *meaning;
	const char *unit;            /* "s", "bytes", "ratio", "1/s", "bit/s"; empty for plain numbers */
	double value[CULPRIT_PROFILES];
};

#define CULPRIT_MAX_PARAMETERS 10

struct culprit_kind {                /* a sort of finding */
	const char *id, *title, *meaning, *false_alarms, *reference;     /* all but id and title may be NULL */
	enum culprit_severity severity;
	const char *advice[CULPRIT_MAX_ADVICE];      /* {names} stand for what is found */
	size_t advice_count;
	struct culprit_parameter parameters[CULPRIT_MAX_PARAMETERS];
	size_t parameter_count;
};

/* By id in alphabetical order, `index` from 0. False past the last. */
CULPRIT_API bool culprit_kind(size_t index, struct culprit_kind *to);
CULPRIT_API bool culprit_kind_find(const char *id, struct culprit_kind *to);
/* The id that `id` is most likely meant to be, or NULL when none looks like it. */
CULPRIT_API const char *culprit_kind_nearest(const char *id);
/* The one of `words` that `word` is most likely meant to be, or NULL when none looks like it. */
CULPRIT_API const char *culprit_nearest(const char *word, const char *const *words, size_t count);

struct culprit_format {
	const char *name, *title;
	bool compression;            /* around a trace, not a trace */
	bool written;                /* culprit_convert writes it; all are read */
};
CULPRIT_API bool culprit_format(size_t index, struct culprit_format *to);

struct culprit_protocol {
	const char *name;            /* as in Wireshark's filters: "tcp" */
	const char *title;
	bool decoded;                /* false: known by name only */
};
CULPRIT_API bool culprit_protocol(size_t index, struct culprit_protocol *to);

/* ---- Taking traces ------------------------------------------------------------------------------ */

#define CULPRIT_INTERFACE_SIZE 16
#define CULPRIT_INTERFACE_ADDRESSES 8

struct culprit_interface {           /* of a host, as it is now */
	char name[CULPRIT_INTERFACE_SIZE];
	uint32_t index, mtu;
	uint16_t hardware_type;      /* ARPHRD_ of Linux */
	bool up, running, loopback;  /* running: there is a carrier */
	bool hardware_time;          /* its adapter can stamp every packet */
	char mac[18];                /* empty when it has none */
	char addresses[CULPRIT_INTERFACE_ADDRESSES][CULPRIT_ADDRESS_SIZE];   /* "10.0.0.1/24"; the first ones */
	size_t address_count;
};

/* Calls `seen` for each network interface of this host, or of its network namespace `netns`. */
CULPRIT_API bool culprit_interfaces(const char *netns,
				    void (*seen)(void *user, const struct culprit_interface *interface), void *user,
				    struct culprit_error *error);

/* One line of the trace panels. Names and values: "protocol" TCP, UDP, ICMP, ICMPV6, 0-255; "ip" an address, also
 * with a prefix; "subnet" a mask or prefix for the addresses; "port", "source-port", "destination-port" 1-65535;
 * "ethertype" IPV4, IPV6, ARP, SNA, 0600-FFFF; "mac" 12 hexadecimal digits; "vlan" 0-4094, ALL. A star is any. */
struct culprit_capture_term { const char *name, *value; };

enum culprit_capture_direction { CULPRIT_CAPTURE_BOTH, CULPRIT_CAPTURE_IN, CULPRIT_CAPTURE_OUT };

struct culprit_capture_status {      /* while it goes on, and at its end */
	uint64_t packets, bytes;     /* written; bytes of packets */
	uint64_t dropped;            /* packets that the kernel had no room for: give a larger buffer */
	uint64_t discarded;          /* packets written that the kernel threw away */
	uint64_t left_out;           /* packets that a filter in this process did not want */
	int64_t elapsed;             /* ns */
	double packets_per_second;   /* of the last interval */
	const char *fired;           /* the finding that was waited for, in words; NULL: none yet */
	const char *file;            /* being written */
	uint32_t files;
	uint64_t file_bytes;         /* of all files */
	int64_t blocked;             /* ns that writing them waited */
};

/* Zeroed, it takes all packets of all interfaces until it is stopped. What it points to must live until
 * culprit_capture_destroy. */
struct culprit_capture_options {
	const char *output;          /* a pcapng file, "-" standard output */
	const char *const *interfaces;       /* none, or "any": all of them, with those to come */
	size_t interface_count;
	const char *netns;           /* the network namespace of the interfaces; NULL: this one */
	uint32_t length;             /* bytes kept of a packet; 0: all */
	bool no_promiscuous;         /* only what the interface takes for itself */
	bool hardware_time;
	enum culprit_capture_direction direction;
	size_t buffer;               /* bytes of packets that the kernel keeps for us; 0: 64 MiB */

	/* All of these have to select a packet. */
	const struct culprit_capture_term *terms;
	size_t term_count;
	const char *filter;          /* of libpcap: "tcp port 21"; NULL: none */
	const char *display_filter;  /* of culprit; NULL: none. See culprit_capture_filter */
	/* Packets that the kernel drops are recorded, too (by eBPF, Linux 5.17), with its reasons: "all", or names of
	 * the running kernel as "NETFILTER_DROP". */
	const char *const *discards;
	size_t discard_count;
	/* What programs send and receive through their sockets is recorded, too, as a data trace: "1234" a process, ":443" a
	 * port, else the name of a program. NULL: nothing. Without interfaces that is all that is recorded. */
	const char *data;
	bool clear_text;             /* and what they hand to OpenSSL and GnuTLS, before it is encrypted */
	bool resolve;                /* `filter` may name hosts, for which the DNS is asked */

	uint64_t packets, bytes;     /* it stops after so many; 0: never */
	int64_t duration;            /* ns, likewise */
	uint64_t file_bytes;         /* the next file begins; 0: there is only one */
	int64_t file_time;           /* ns, likewise */
	uint32_t files;              /* the last ones are kept; 0: all */

	/* It stops when the last minute (or what is kept) shows one of these findings: ids, or patterns of them as the
	 * shell has them. It is diagnosed about once a second. */
	const char *const *until;
	size_t until_count;
	int64_t keep_after;          /* ns: and goes on for so long */
	int64_t keep_before;         /* ns: only so much from before goes to the file; 0: everything does */
	size_t keep_bytes;           /* of memory for that; 0: 64 MiB */

	/* Called about twice a second. False stops the capture. NULL: not called. */
	bool (*status)(void *user, const struct culprit_capture_status *status);
	/* Something that the user should know: an interface went away. One line. NULL: not called. */
	void (*note)(void *user, const char *words);
	void *user;
};

struct culprit_capture;

/* Opens everything that the capture will need: interfaces, filters, the file. It takes rights (CAP_NET_RAW; with
 * netns CAP_SYS_ADMIN); the error says which, and how to give them. NULL with `error` filled. */
CULPRIT_API struct culprit_capture *culprit_capture_create(const struct culprit_capture_options *options,
							   struct culprit_error *error);
/* How packets are chosen: the expression that the kernel runs (NULL: it passes everything), and the one that this
 * process asks of every packet since the kernel cannot (NULL: none). */
CULPRIT_API void culprit_capture_filter(const struct culprit_capture *capture, const char **kernel,
					const char **process);

struct culprit_confinement { bool landlock, seccomp; };      /* which of them this kernel has */

/* Gives away all rights of this process, for good, and shuts it in: it can read its packets and write its file, and
 * nothing else any more. Programs that do something else as well leave it out. No other thread may run. */
CULPRIT_API bool culprit_capture_confine(struct culprit_capture *capture, struct culprit_confinement *confinement,
					 struct culprit_error *error);
/* Captures until a limit is reached, it is stopped, or something fails (false; what was captured is in the file).
 * Once. */
CULPRIT_API bool culprit_capture_run(struct culprit_capture *capture, struct culprit_error *error);
/* Ends culprit_capture_run when all packets up to now are written; called again, at once. Signal handlers may. */
CULPRIT_API void culprit_capture_stop(struct culprit_capture *capture);
CULPRIT_API void culprit_capture_status(const struct culprit_capture *capture, struct culprit_capture_status *to);
CULPRIT_API void culprit_capture_destroy(struct culprit_capture *capture);   /* NULL is fine */

/* What ends a capture without loss: nothing that the test's sender could do; too small a buffer of the kernel for
 * what comes at once; the disk, on which the capture waited; the processor, which it had no more of. */
enum culprit_capture_limit { CULPRIT_LIMIT_SENDER, CULPRIT_LIMIT_BUFFER, CULPRIT_LIMIT_DISK,
	CULPRIT_LIMIT_PROCESSOR };

struct culprit_capture_budget {      /* for packets of one size */
	uint32_t length;             /* bytes of a packet, with its Ethernet header */
	bool selected;               /* by the filter; if not, the rest is 0 */
	double packets_per_second, bytes_per_second; /* steadily, without loss; 0: lost at every rate that was tried */
	enum culprit_capture_limit limit;    /* of that */
	int64_t cpu_per_packet;      /* ns of the capturing process, at that rate */
	uint64_t burst;              /* packets at once, as fast as they could be sent, without loss */
	bool burst_lost;             /* larger ones lost packets; if not, it is the largest that was tried */
};

/* Measures what this host can capture without loss: on a pair of virtual interfaces in a network namespace of its own,
 * with packets of 60, 200 and 1514 bytes, of which `seen` hears in turn. Captures as culprit_capture_run does, into
 * files of at most 256 MiB in the directory of `output` (NULL: the current one), which are deleted. Of the options count
 * buffer, length, filters and duration: about how long it takes at most (0: 14 s; shorter is less exact); those that
 * choose anything else are refused. Needs CAP_NET_RAW, CAP_NET_ADMIN and CAP_SYS_ADMIN, and forks. */
CULPRIT_API bool culprit_capture_self_test(const struct culprit_capture_options *options,
					   void (*seen)(void *user, const struct culprit_capture_budget *budget),
					   void *user, struct culprit_error *error);

/* ---- Reports ----------------------------------------------------------------------------------- */

enum culprit_report_format { CULPRIT_TEXT, CULPRIT_JSON, CULPRIT_CSV,
	/* Of a diagnosis only: a page that needs nothing else (with sessions and rates where they were kept:
	 * culprit_keep_sessions, culprit_keep_timeline), a ticket, and JUnit's XML and SARIF 2.1.0 for pipelines. */
	CULPRIT_HTML, CULPRIT_MARKDOWN, CULPRIT_JUNIT, CULPRIT_SARIF };
/* The default is UTC, but for the text of a diagnosis, which counts from the start of the trace. */
enum culprit_time_style { CULPRIT_TIME_DEFAULT, CULPRIT_TIME_UTC, CULPRIT_TIME_LOCAL,
	CULPRIT_TIME_RELATIVE, CULPRIT_TIME_EPOCH };

/* Takes the next bytes of a report. False ends it. */
typedef bool culprit_write(void *user, const void *bytes, size_t count);

struct culprit_output {
	culprit_write *write;
	void *user;
	enum culprit_report_format format;
	enum culprit_time_style time_style;  /* of text and rows; the JSON of a diagnosis is always UTC */
	unsigned width;                      /* of text, in columns; 0 is 80 */
	bool colour;                         /* of text, by the escapes of ECMA-48 */
	/* HTML: an analysis of the same trace that kept pictures (culprit_keep_pictures); NULL: no pictures. */
	const struct culprit_analysis *pictures;
	bool fails;                          /* JUnit: findings fail from `fail_on` on; else from warning on */
	enum culprit_severity fail_on;
};

/* They return false when the output ended early or the format does not exist for the report. */
/* In every format. JSON is one document of doc/schema/diagnosis-1.schema.json, CSV a row for each finding. */
CULPRIT_API bool culprit_report_diagnosis(const struct culprit_analysis *analysis,
					  const struct culprit_output *output);
/* Before reading: one row a packet is written while it goes on. Text, JSON Lines, CSV. */
CULPRIT_API void culprit_report_packets(struct culprit_analysis *analysis,
					const struct culprit_output *output);
/* The same with columns of the caller's choice: names of culprit_field. Where a packet has a field several
 * times, the values stand behind one another with commas between; in JSON they are a list. */
CULPRIT_API bool culprit_report_packet_fields(struct culprit_analysis *analysis, const char *const *names,
					      size_t count, const struct culprit_output *output,
					      struct culprit_error *error);
/* Before reading: culprit_report_details of a plain file of at least `least` bytes notes in `directory` (which is made)
 * where packets stand and what belongs together, and the next one reads no more of the same file than it needs. What is
 * noted counts only for the file as it is, by device, inode, size and times, and for this build. Together with a filter,
 * other reports or settings, and of several or compressed files, the whole trace is read. After an answer from an index
 * culprit_trace knows the number of packets only, and there are no findings. */
CULPRIT_API void culprit_keep_index(struct culprit_analysis *analysis, const char *directory, uint64_t least);
/* Before reading: packets in full, written at the end of the trace: every layer with all its fields, the packets that
 * belong to it (request and reply, data and acknowledgement, original and repeat, fragments, announced connections; at
 * most 65 536 packets away), findings that cite it, its bytes. At most 10 000 packets. Text, or JSON Lines: an object
 * for each packet with the keys number, time, message, layers (name, title, offset, length, fields, each with name,
 * title, value, text, offset, length, generated, secret, fields), bytes (hexadecimal, secrets as asterisks), links
 * (relation, packet, between_s) and findings (number, id, severity, note). */
CULPRIT_API bool culprit_report_details(struct culprit_analysis *analysis, const struct culprit_details *details,
					const struct culprit_output *output, struct culprit_error *error);
/* Before reading: the Sequence of Execution of some sessions, written while it goes on. Text, JSON Lines, CSV,
 * or a picture. The rows have the keys session ("tcp:1"), number (of the packet), time, elapsed_s (since the
 * row before), from ("client" or "server"), src, src_port, dst, dst_port, length (of the IP datagram),
 * message, tcp.seq and tcp.ack (as sent), tcp.window_size_value (as sent), tcp.window_size (scaled, null when
 * the scale is not known), tcp.len (bytes of data), tcp.flags, phase ("setup", "data", "end"), class (of the
 * diagnosis: "new", "repeated-downstream" …), mechanism (of a repeat: "fast", "timeout" …), original (the
 * packet that is repeated) and note (what it means, in words). */
CULPRIT_API bool culprit_report_sequence(struct culprit_analysis *analysis,
					 const struct culprit_sequence *sequence,
					 const struct culprit_output *output, struct culprit_error *error);
/* Before reading: a graph of one TCP session, about the data of one side. The format CULPRIT_TEXT is an SVG
 * picture; as JSON Lines and CSV its points have the keys series ("data", "again", "disorder", "ack",
 * "window_edge", "sack", "duplicate_ack", "zero_window", "syn", "fin", "rst"; "rtt"; "in_flight", "window";
 * "throughput", "goodput"), number (of the packet), time_s (since the session's first packet), value (relative
 * sequence number, seconds, bytes or bits per second) and end (where a series has ranges). */
CULPRIT_API bool culprit_report_graph(struct culprit_analysis *analysis,
				      const struct culprit_selection *selection, enum culprit_graph graph,
				      enum culprit_side sender, const struct culprit_output *output,
				      struct culprit_error *error);
/* After reading, with culprit_keep_sessions. Text, JSON Lines, CSV. */
CULPRIT_API bool culprit_report_sessions(const struct culprit_analysis *analysis,
					 const struct culprit_output *output);
/* The same in another order, the largest first: by one of culprit_session_sort_key, NULL by number; only the
 * first `top`, 0 for all. */
CULPRIT_API bool culprit_report_sessions_by(const struct culprit_analysis *analysis, const char *sort, size_t top,
					    const struct culprit_output *output);
/* "number", "start", "duration", "packets", "bytes" …; NULL past the last. */
CULPRIT_API const char *culprit_session_sort_key(unsigned index);
/* Before reading: sessions in full, with all figures of both directions and their findings, written at the
 * end. Text, JSON Lines, CSV; doc/session-figures.md says what each figure is. At most 100 000 sessions are
 * kept. */
CULPRIT_API bool culprit_report_session(struct culprit_analysis *analysis,
					const struct culprit_selection *selection,
					const struct culprit_output *output, struct culprit_error *error);
/* Before reading: the bytes of one session in the order of their streams, written while it goes on. Text, or
 * JSON Lines with the keys session, from ("client", "server"), number (of the packet that completed them),
 * time, offset (in the stream of that side), length, data (text, EBCDIC as text, or hex digits; null in a gap)
 * and gap (why bytes are missing, else null). */
CULPRIT_API bool culprit_report_stream(struct culprit_analysis *analysis, const struct culprit_follow *follow,
				       const struct culprit_output *output, struct culprit_error *error);
/* Before reading. Transactions in the order in which they end are written while it goes on, the rest at
 * its end. Percentiles are exact up to 64 values and off by 1/64 at most beyond. Text, JSON Lines, CSV. */
CULPRIT_API bool culprit_report_times(struct culprit_analysis *analysis, const struct culprit_times *choice,
				      const struct culprit_output *output, struct culprit_error *error);
/* Rows that culprit_times.top left out, and transactions that were summed up as "others" since there were
 * too many sessions, services or hosts. Once reading is done. */
CULPRIT_API uint64_t culprit_times_left_out(const struct culprit_analysis *analysis);
/* Before reading: what went wrong, by class, is written at the end of the trace. Text, or rows of one form:
 * JSON Lines, CSV. False when there is no such class. */
CULPRIT_API bool culprit_report_exceptions(struct culprit_analysis *analysis,
					   const struct culprit_exceptions *exceptions,
					   const struct culprit_output *output, struct culprit_error *error);
/* Before reading: protocols, hosts, conversations, ports, sizes and rates of the whole trace are written at
 * its end. Text, or rows of one form for all sections: JSON Lines, CSV. False when that makes no sense. */
CULPRIT_API bool culprit_report_statistics(struct culprit_analysis *analysis,
					   const struct culprit_statistics *statistics,
					   const struct culprit_output *output, struct culprit_error *error);
/* Why the finding with this number is there: its rule, the numbers it saw, the thresholds and where they come
 * from, what else was considered and why it was rejected, what would raise the confidence. Text or one JSON
 * object. False as well when there is no such finding. */
CULPRIT_API bool culprit_report_why(const struct culprit_analysis *analysis, uint32_t number,
				    const struct culprit_output *output);
/* Analyses the packets that the finding with this number cites, then more of the trace, until the same finding
 * comes out again (or does not), leaves out what is not needed, and writes which packets it took: text or one
 * JSON object. The paths are those that the analysis read. False when there is no such finding, a path cannot be
 * read again (then `error` is filled), or the output ended. */
CULPRIT_API bool culprit_prove(const struct culprit_analysis *analysis, const char *const *paths, size_t count,
			       uint32_t number, bool *proved, const struct culprit_output *output,
			       struct culprit_error *error);
/* Thresholds from known-good traces: reads each of them many times, under the conditions of an analysis that was
 * configured but has not read. `profile` is what they are at least. Text is a file for culprit_set_config; or one
 * JSON object. False with `error` filled when a path cannot be read; false as well when the output ended. */
CULPRIT_API bool culprit_tune(const struct culprit_analysis *configured, const char *const *paths, size_t count,
			      const char *profile, const struct culprit_output *output, struct culprit_error *error);
/* What a finding means: text or one JSON object. False with `error` filled when there is none. */
CULPRIT_API bool culprit_report_kind(const char *id, const struct culprit_output *output,
				     struct culprit_error *error);
/* Lists: text, JSON Lines, CSV. */
CULPRIT_API bool culprit_report_kinds(const struct culprit_output *output);
CULPRIT_API bool culprit_report_formats(const struct culprit_output *output);
CULPRIT_API bool culprit_report_protocols(const struct culprit_output *output);
/* The fields whose name or title contains `pattern` (NULL: all), or whose name matches it as the shell matches
 * file names. False with `error` filled when there is none. */
CULPRIT_API bool culprit_report_fields(const char *pattern, const struct culprit_output *output,
				       struct culprit_error *error);

/* ---- z/OS: taking traces ------------------------------------------------------------------------ */

/* Text in, text out: nothing is sent to any system. A panel is a kind of trace with its parameters, a form is what
 * somebody chose on it. */
struct culprit_zos_panel {
	const char *name;            /* "packet-trace", "data-trace", "osaenta" */
	const char *title, *summary;
};
struct culprit_zos_parameter {
	const char *option;          /* "source-port" */
	const char *label;           /* "Source Port", as CleverView's panel calls it */
	const char *argument;        /* "N" */
	const char *range;           /* what may be given, in words */
	const char *initial;         /* the default; empty when there is none */
	bool required;
	bool filter;                 /* says which packets: every line of filters has its own */
};
struct culprit_zos_form;

CULPRIT_API bool culprit_zos_panel(size_t index, struct culprit_zos_panel *to);      /* false past the last */
CULPRIT_API bool culprit_zos_parameter(const char *panel, size_t index, struct culprit_zos_parameter *to);

/* NULL with `error` when there is no such panel. */
CULPRIT_API struct culprit_zos_form *culprit_zos_form(const char *panel, struct culprit_error *error);
CULPRIT_API void culprit_zos_form_destroy(struct culprit_zos_form *form);            /* NULL is fine */
/* Checks one value and takes it. False with `error`, which says why not. */
CULPRIT_API bool culprit_zos_set(struct culprit_zos_form *form, const char *option, const char *value,
				 struct culprit_error *error);
/* Filters that follow are another line: packets are recorded that any line selects (OSAENTA: lines add up). */
CULPRIT_API bool culprit_zos_next_line(struct culprit_zos_form *form, struct culprit_error *error);
/* Commands name only what was set. */
CULPRIT_API void culprit_zos_brief(struct culprit_zos_form *form);

enum culprit_zos_parts { CULPRIT_ZOS_START = 1, CULPRIT_ZOS_CHECK = 2, CULPRIT_ZOS_STOP = 4 };

/* The commands of some parts with the replies to expect; with all of them (0) the writer's JCL, its PARMLIB member,
 * how much disk it takes and how to fetch the data set. `bare`: text of commands only, one a line. Text, or JSON: one
 * object with the keys schema ("culprit.zos-commands/1"), trace, title, parameters (an object for each line of
 * filters), start, check, stop (lists of command, purpose, replies), writer, allocation, member (name, text; or
 * null), transfer (lists of lines), read (the command that reads the trace), expected (records, record_bytes, bytes,
 * cylinders) and notes. False with `error` when values do not go together. */
CULPRIT_API bool culprit_report_zos_commands(const struct culprit_zos_form *form, unsigned parts, bool bare,
					     const struct culprit_output *output, struct culprit_error *error);

/* After reading: all figures that displays show (culprit_add_displays). Text, JSON Lines and CSV with the keys file,
 * line, time, display, stack, section, name ("OSDL"), figure ("INBOUND PACKETS"), value (a number where it is one)
 * and known. False when the output ended early. */
CULPRIT_API bool culprit_report_figures(const struct culprit_analysis *analysis,
					const struct culprit_output *output);

/* Why z/OS throws packets away. A row can stand for a range of codes that nobody explains one by one. */
struct culprit_zos_code {
	uint16_t first, last;
	const char *name;            /* as IPCS prints it: "IP_MAC_BRDCST"; or NULL */
	const char *layer, *meaning;
	const char *cause, *advice;  /* or NULL */
};
CULPRIT_API bool culprit_zos_code(size_t index, struct culprit_zos_code *to);        /* false past the last */
/* Explains one code: text, JSON Lines or CSV. NULL `code`: lists all. False with `error` when it is no code. */
CULPRIT_API bool culprit_report_zos_codes(const char *code, const struct culprit_output *output,
					  struct culprit_error *error);

#ifdef __cplusplus
}
#endif

#endif
