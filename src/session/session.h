/* Packets to conversations. The only place with memory of past packets.
 *
 * Numbers follow Wireshark: a TCP session's number is tcp.stream + 1, a UDP session's udp.stream + 1.
 * Sessions share nothing with each other, so that they can be spread over threads. */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "decode/packet.h"

enum session_kind { SESSION_TCP, SESSION_UDP, SESSION_ICMP,
	SESSION_DATA,                /* bytes of one socket as its program sees them (z/OS data trace) */
	SESSION_KINDS };

struct flow_key {                /* a value; the same for both directions; compares with memcmp */
	struct endpoint end[2];      /* address and port; end[0] sorts first. ICMP echo: port is the identifier */
	uint64_t context;            /* tunnels around it; VLANs do not count (A3, key_vlan=auto) */
	uint8_t protocol;            /* IP protocol number */
	uint8_t pad[7];
};

/* How the client is known (A3), best first. */
enum role_evidence { ROLE_SYN, ROLE_SYNACK, ROLE_APPLICATION, ROLE_PORT, ROLE_FIRST_SENDER };

/* Capture quality (A4). Known for a session by its end, for the trace by the end of the trace. */
enum quality {
	QUALITY_DUPLICATES = 1u << 0,   /* CQ:dup */
	QUALITY_LOSS = 1u << 1,         /* CQ:loss: the recorder missed packets */
	QUALITY_ONE_WAY = 1u << 2,      /* CQ:oneway */
	QUALITY_MIDSTREAM = 1u << 3,    /* CQ:mid */
	QUALITY_END = 1u << 4,          /* CQ:end: the trace ends soon after the session's last packet */
	QUALITY_TRUNCATED = 1u << 5,    /* CQ:trunc */
	QUALITY_SEND_OFFLOAD = 1u << 6, /* CQ:txoff */
	QUALITY_RECEIVE_OFFLOAD = 1u << 7, /* CQ:rxoff */
	QUALITY_REORDERED = 1u << 8,    /* CQ:reorder: the recorder wrote in the wrong order */
	QUALITY_CLOCK = 1u << 9,        /* CQ:clock */
	QUALITY_COARSE = 1u << 10,      /* CQ:coarse */
	QUALITY_FILTERED = 1u << 11,    /* CQ:filtered */
};

/* Where the trace point is, seen from one end (A5). */
enum vantage { VANTAGE_UNKNOWN, VANTAGE_AT, VANTAGE_NEAR, VANTAGE_FAR };

#define SESSION_NO_VLAN UINT16_MAX

struct session_side {            /* what one end sent */
	uint64_t packets, payload_bytes, wire_bytes;   /* capture duplicates are not counted */
	int64_t first_time, last_time;
	uint64_t first_packet, last_packet;
	uint8_t mac[6];              /* of the last packet; zeros when the link has none */
	uint8_t ttl_min, ttl_max, ttl_last;
	uint8_t vlan_differs;        /* not all of its packets carried the same outer VLAN */
	uint16_t vlan;               /* outer VLAN of its first packet, SESSION_NO_VLAN when untagged */
	uint32_t bad_checksums, offload_checksums;     /* BAD; ZERO or PARTIAL */
	uint32_t outbound, inbound;  /* packets that the recorder marked as sent or received by its host */
	uint32_t truncated;          /* packets whose headers or payload the trace cut */
	uint32_t short_frames;       /* Ethernet frames below 60 bytes: recorded before padding, at the sender */
	uint32_t padded_frames;      /* Ethernet frames that are as long as they are by padding */
};

/* What a data trace tells of its socket besides the bytes (SESSION_DATA only). z/OS writes a record without
 * data when data begins to flow, and another when the socket is closed. */
struct session_socket {
	uint64_t hidden_bytes, hidden_records;   /* AT-TLS: only their length is in the trace */
	uint64_t clear_records;      /* AT-TLS: shown as the program sees them */
	uint32_t connection;         /* "Cid", as z/OS NETSTAT counts connections */
	bool begun, ended;           /* the start and the end of the flow are in the trace */
};

enum session_end { SESSION_OPEN, SESSION_END_OF_TRACE, SESSION_EVICTED, SESSION_REPLACED, SESSION_CLOSED };

struct tcp_session;
struct wireshark_stream;

/* The conversation whose message announced this one: an FTP control connection, of its data connection. */
struct session_parent {
	const struct decoder *decoder;       /* of the message; NULL: it was not announced */
	uint32_t number;             /* the session's */
	uint8_t kind;                /* enum session_kind */
	uint64_t packet;             /* that announced it */
	int64_t time;
};

struct session {                 /* all that is remembered of one conversation */
	struct flow_key key;
	uint8_t kind;                /* enum session_kind */
	uint8_t client;              /* index into key.end and side */
	uint8_t role;                /* enum role_evidence */
	uint8_t end;                 /* enum session_end, set when analyzers see its end */
	uint32_t number;             /* from 1, per kind */
	uint32_t quality;            /* QUALITY_* known so far */
	int64_t first_time, last_time;
	uint64_t first_packet, last_packet;
	/* With capture duplicates, as Wireshark counts: the first packet, the latest, and the one before that. */
	int64_t seen_first, seen_last, seen_before;
	uint64_t duplicates;         /* capture duplicates removed */
	struct session_side side[2];
	struct tcp_session *tcp;     /* NULL unless kind is SESSION_TCP; see session/tcp.h */
	struct session_socket socket;    /* zeros unless kind is SESSION_DATA */
	void *analyzer_state;        /* one zeroed block, shared out by analyzers.c */
	struct session_parent parent;
	uint64_t requests, responses;    /* UDP and ICMP echo: datagrams of client and server */
};

static inline uint8_t session_server(const struct session *session)
{
	return session->client ^ 1;
}

/* Something that a packet (or the session's end) completed. Payloads are in session/tcp.h. */
enum session_event_type {
	EVENT_HANDSHAKE,             /* SYN, SYN-ACK and ACK seen: struct tcp_handshake in tcp_session */
	EVENT_EPISODE,               /* a loss recovery ended: event.episode */
	EVENT_ZERO_WINDOW,           /* a zero window ended, or stands at the session's end: event.zero_window */
	EVENT_STALL,                 /* a silence inside open work ended: event.stall */
	EVENT_TRANSACTION,           /* a request and its response are complete: event.transaction */
	EVENT_SPURIOUS,              /* a repeat of what had been acknowledged: event.spurious */
	EVENT_CAPTURE_HOLE,          /* acknowledged bytes that the trace does not hold: event.hole */
};

struct session_event {
	enum session_event_type type;
	union {
		const struct tcp_episode *episode;
		const struct tcp_zero_window *zero_window;
		const struct tcp_stall *stall;
		const struct tcp_transaction *transaction;
		const struct tcp_spurious *spurious;
		const struct tcp_hole *hole;
	};
};
#define OBSERVATION_MAX_EVENTS 16

/* A message of an application that the packet completed, over whatever transport, with the facts of its
 * decoder. One packet can complete many; further ones than OBSERVATION_MAX_MESSAGES are left out. */
struct session_message {
	const struct decoder *decoder;
	const void *facts;
	uint8_t direction;           /* index of the sender in key.end */
	uint8_t depth;               /* 0: on the wire; 1 and more: inside another protocol (decrypted) */
	size_t length;
	const uint8_t *bytes;        /* NULL unless session_limits.message_bytes */
};
#define OBSERVATION_MAX_MESSAGES 64

/* A question and its answer (decoder.h: .exchange). */
#define EXCHANGE_WORDS 96
struct session_exchange {
	const struct decoder *decoder;
	uint8_t client;              /* index into key.end of who asked */
	bool answered, failed;       /* failed: the answer says no */
	uint16_t repeats;            /* of the question, before there was an answer */
	int32_t code;                /* of the answer: 200, 550, an RCODE */
	const char *status;          /* its name, constant text; NULL */
	uint64_t request_packet, request_last_packet;
	uint64_t progress_packet;    /* of the first answer that was not the last (FTP 150); 0: none */
	uint64_t response_packet, response_last_packet;      /* 0: not answered */
	int64_t request_time, request_last_time, progress_time, response_time, response_last_time;
	char request[EXCHANGE_WORDS];        /* what was asked; empty unless session_limits.exchange_words */
};
#define OBSERVATION_MAX_EXCHANGES 64

/* What the session stage says about one packet. Valid until the next packet. */
struct observation {
	const struct packet *packet;
	const struct session *session;      /* NULL: not part of a conversation */
	uint8_t direction;                  /* index of the sender in key.end and side */
	uint64_t twin_of;                   /* packet number whose capture duplicate this is, else 0 (A7 #0) */
	int64_t twin_lag;                   /* ns behind the original */
	int8_t twin_ttl_change;             /* TTL of the original minus this one's */
	bool twin_other_path;               /* other MACs or VLAN than the original */
	bool new_session;
	const struct segment *segment;      /* TCP only, and not for twins; see session/tcp.h */
	const struct session *replaced;     /* a session that ended because its ports are used again */
	const struct wireshark_stream *wireshark;   /* TCP only: for wireshark_look */
	uint32_t analysis;                  /* ANALYSIS_* as Wireshark would set them; see session/wireshark.h */
	unsigned message_count;
	const struct session_message *messages;
	unsigned exchange_count;            /* answered by the packet; at a session's end: those that were not */
	const struct session_exchange *exchanges;
	unsigned event_count;
	struct session_event events[OBSERVATION_MAX_EVENTS];
};

/* What the user says is spoken on a port. */
struct decode_as { uint16_t port; const struct decoder *decoder; };

struct session_limits {
	size_t max_sessions;         /* 0: default. Past it the least recently used is closed and counted */
	size_t analyzer_state_size;  /* bytes of analyzer_state to give each session */
	bool message_bytes;          /* keep the bytes of a packet's messages: somebody wants their fields */
	bool exchange_words;         /* keep what was asked */
	bool words_only;             /* nobody asks for more than what packets say: see session_table_observe */
	struct tls_keys *keys;       /* secrets to decrypt with (decode/tls_keys.h), must outlive the table; NULL */
	const struct decode_as *decode_as;   /* must outlive the table */
	size_t decode_as_count;
};

/* What is known about one host (address) over all its sessions; bounded, least recently used first out. */
struct host {
	struct address address;
	uint8_t mac[6];              /* last seen as source; zeros when unknown */
	bool has_mac;
	bool mac_shared;             /* its MAC also carries other (remote) addresses: behind a router */
	bool seen_sending;           /* at least one packet from it */
	uint64_t packets_sent, packets_received;
	uint64_t offload_checksums, bad_checksums, good_checksums;   /* of its sent TCP and UDP packets */
	uint64_t sent_outbound;      /* packets that the recorder marked as sent by its host */
	int64_t first_time, last_time;
	int64_t last_sent;           /* when it sent its last packet; 0 before */
	uint8_t ttl_min, ttl_max;
	uint8_t ttl_usual, ttl_steady;       /* of its TCP packets within connections, no SYN and no RST, which others may
				      * send for it; so many in a row had it, 255: or more */
	uint32_t rto_floor_ms;       /* smallest first retransmission time-out learned from chains; 0 unknown */
};

struct session_table;

struct session_table *session_table_create(const struct session_limits *limits);
void session_table_destroy(struct session_table *table);     /* NULL is fine */

/* Feeds one packet: finds duplicates, reassembles IP fragments, finds or makes the session, runs the
 * TCP engine. The packet is written to only when fragments are put together. The observation points
 * into the table and the packet. With words_only, packets of conversations that will say nothing any more (no
 * protocol is known, or all was said) are passed by: they have no segment, analysis or events, and their session
 * does not count them. */
void session_table_observe(struct session_table *table, struct packet *packet,
			   struct observation *observation);

/* What an earlier run over the same trace found out about a packet by looking at packets of other sessions, too. */
struct session_told {
	uint32_t number;             /* of its session; 0: it has none */
	uint32_t before;             /* of the session that ended because this packet uses its ports again; 0: none */
	bool has_quality;            /* `quality` is what is known of the session from this packet on */
	uint32_t quality;
	struct session_parent parent;    /* of the session that begins with this packet */
	uint64_t twin_of;            /* as in observation */
	int64_t twin_lag;
	int8_t twin_ttl_change;
	bool twin_other_path;
};

/* The same for some packets of a trace: those of the sessions that somebody wants to see, all fragments, and any
 * others; what they say of wanted sessions is what session_table_observe would say. A table is fed either way. */
void session_table_observe_told(struct session_table *table, struct packet *packet,
				const struct session_told *told, struct observation *observation);
/* Sessions had to be read anew because too many messages were incomplete at a time: what is known of one then depends
 * on the others. */
bool session_table_was_short(const struct session_table *table);

/* Called for sessions that end: by eviction during observe, and all that are left at the end of the
 * trace, in the order of their numbers. `last` carries the events that the end completes. */
typedef void session_ended(const struct session *session, const struct observation *last, void *user);
void session_table_on_end(struct session_table *table, session_ended *ended, void *user);
void session_table_finish(struct session_table *table, int64_t trace_end);

uint64_t session_table_count(const struct session_table *table, enum session_kind kind); /* ever made */
uint64_t session_table_evicted(const struct session_table *table);
const struct host *session_table_host(const struct session_table *table, const struct address *address);
/* True if `mac` was seen as source of more than one remote IP address: a router. */
bool session_table_is_router(const struct session_table *table, const uint8_t mac[6]);
/* The session that an ICMP error is about, by the packet that it quotes. NULL when the trace holds no
 * packet of it. */
const struct session *session_table_quoted(const struct session_table *table, const struct packet *error);

/* Where the trace point is, seen from one side of a session, and the reason as constant text. */
enum vantage session_vantage(const struct session_table *table, const struct session *session,
			     uint8_t side, const char **reason);
/* Hops between a host and the trace point by its TTL (A5), -1 when unknown. */
int session_hops(const struct session *session, uint8_t side);

/* IP fragments: what became of incomplete sets, for ip/fragment-lost and ip/fragment-overlap. */
struct fragment_statistics {
	uint64_t fragments, datagrams, completed, incomplete, overlapping, conflicting, evicted;
};
struct fragment_report {         /* of one set that failed; delivered through session_table_on_fragments */
	struct address source, destination;
	uint8_t protocol;
	uint32_t identification;
	uint64_t first_packet, last_packet;
	int64_t first_time, last_time;
	unsigned fragments;
	bool first_seen, last_seen;  /* the fragment with offset 0; the one without more_fragments */
	bool overlap_conflict;       /* overlapping bytes that differ (else: incomplete) */
	uint32_t bytes_seen, bytes_missing;     /* missing: as far as known */
};
typedef void fragments_failed(const struct fragment_report *report, void *user);
void session_table_on_fragments(struct session_table *table, fragments_failed *failed, void *user);
const struct fragment_statistics *session_table_fragments(const struct session_table *table);

const char *session_kind_name(enum session_kind kind);        /* "tcp" */
/* The service of the server port ("http", "ftp"), or NULL. */
const char *session_service(const struct session *session);

#endif
