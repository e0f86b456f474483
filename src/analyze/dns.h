/* Names and the servers that resolve them: what dns.c hears is kept by question (a client asks for a name and
 * type), by try (one query to one server) and by pair of client and server; the other files judge it.
 *
 *	dns.c           hears messages and matches them
 *	dns_silence.c   no-answer, large-answer-lost, retry-storm
 *	dns_codes.c     servfail, refused, format-error, name-error, nodata
 *	dns_answers.c   slow, truncated, late-answer
 *	dns_content.c   conflicting-answers, lame-delegation, search-suffix
 *	dns_waits.c     aaaa-trouble, reverse-delay: connections that wait for names */
#ifndef ANALYZE_DNS_H
#define ANALYZE_DNS_H

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/proof.h"
#include "analyze/rate.h"
#include "core/clock.h"
#include "decode/dns.h"

#define DNS_PORT 53
#define DNS_SHOWN 96             /* of a name, with the NUL; longer ones are cut */
#define DNS_LOOKUP_SERVERS 3     /* that one question is put to; more are not told apart */
#define DNS_ANSWER_WINDOW (30 * NANOSECONDS)     /* later answers and tries belong to nothing */

struct dns_question {            /* keys compare with memcmp: no padding */
	struct address client;
	uint8_t pad;
	uint16_t type;
	uint32_t pad2;
	uint64_t name;               /* hash */
};

struct dns_try_key { struct endpoint client; struct address server; uint8_t pad; uint16_t id; };

struct dns_try {                 /* one query, with its copies */
	struct dns_question question;
	struct sample query, answer; /* the first of each; answer.packet 0: none yet */
	uint64_t data_hash;          /* of the first answer */
	uint16_t rcode, edns_size;   /* of the first answer; of the query */
	uint16_t copies, answers;
	uint8_t answer_ttl;          /* IP time to live of the first answer */
	bool had_edns, recursive;
	struct sample fragment;      /* the start of an answer whose other fragments did not come */
};

struct dns_asked { struct address server; uint8_t pad; uint16_t tries; bool answered; };

struct dns_lookup {              /* a question, from its first try to a usable answer */
	char name[DNS_SHOWN];
	struct proof tries;
	uint32_t repeats;            /* of them, the same query once more: who does that got no answer, whatever the
				      * recorder missed. A new query for the same name may be a new lookup */
	struct dns_asked asked[DNS_LOOKUP_SERVERS];
	uint8_t asked_count;
	uint8_t session_kind;
	uint32_t session_number;
	uint32_t quality;            /* of the sessions that it was asked in */
	struct sample answer;        /* the first that can be used; 0: none */
	struct address answerer;
	struct sample error;         /* the first answer that cannot */
	struct address error_server;
	uint8_t error_case;          /* enum dns_case_kind */
	bool error_had_edns;         /* the query was EDNS */
	bool refused;                /* ICMP: nobody listens there */
	struct dns_try_key last;     /* try */
	uint16_t large_silent;       /* tries that offered more than 1232 bytes and got nothing */
	uint16_t edns_silent;        /* tries with EDNS that got nothing */
	uint16_t fragments_lost;     /* asked again although the start of an answer had come */
	struct sample fragment;
	struct sample truncated;     /* an answer that did not fit */
	bool truncated_useful;       /* … but held something */
	/* Over all lookups of the question: */
	struct rate rate;
	struct proof burst;          /* in the busiest minute so far */
	uint32_t busiest, answered_before;
};

/* Something that happened to lookups of one client at one server. */
struct dns_case {
	uint32_t count;              /* lookups, or messages */
	uint32_t harmless;           /* after which the client got what it wanted */
	uint32_t retried;            /* slow ones whose last try was answered at once */
	uint32_t repeated;           /* slow ones whose query was repeated as it was */
	int64_t cost, worst;
	struct proof proof;
	struct spread names;
	char name[DNS_SHOWN];        /* of the first, or the worst */
	uint16_t type;
	int32_t extended_error;
	char extended_text[64];
	uint32_t session_number;
	uint8_t session_kind;
	uint32_t quality;
	bool authoritative;
};

struct dns_pair_key { struct address client, server; };

enum dns_case_kind { DNS_CASE_SERVFAIL, DNS_CASE_REFUSED, DNS_CASE_DENIED, DNS_CASE_FORMAT,
	DNS_CASE_NXDOMAIN, DNS_CASE_NXDOMAIN_REVERSE, DNS_CASE_NODATA, DNS_CASE_SLOW, DNS_CASE_NEXT_SERVER,
	DNS_CASE_TRUNCATED, DNS_CASE_LATE, DNS_CASE_UNASKED, DNS_CASE_IGNORED, DNS_CASE_EDNS, DNS_CASES };

struct dns_pair {
	uint32_t queries, answers;   /* messages */
	uint32_t settled;            /* lookups with a usable answer */
	uint32_t silent;             /* lookups without any */
	uint32_t row;                /* queries since the last answer */
	int64_t row_since;           /* the first of them */
	uint64_t row_name;           /* what it asked for */
	bool row_mixed;              /* they asked for several names */
	uint32_t foreign;            /* answers to what nobody asked, or asks later in the trace */
	uint32_t unread;             /* QUALITY_* of what the server said and the trace cannot show */
	bool stopped;                /* such a row was too long for chance, or for a lazy recorder */
	int64_t fastest;             /* answer; 0: none */
	uint32_t plain_worked;       /* without EDNS, after an error with it */
	uint32_t edns_answered;      /* queries with EDNS */
	uint32_t closed;             /* ICMP about queries: nobody listens; */
	uint32_t no_way;             /* … no way there */
	uint32_t junk;               /* malformed queries of the client */
	uint32_t truncated_useful, truncated_retried;
	uint32_t streams, streams_failed;    /* TCP sessions to port 53 */
	struct sample stream_failed;
	struct dns_case cases[DNS_CASES];
};

struct dns_state {
	struct cache lookups;        /* struct dns_question to struct dns_lookup */
	struct cache tries;          /* struct dns_try_key to struct dns_try */
	struct cache pairs;          /* struct dns_pair_key to struct dns_pair */
	struct cache ports;          /* struct endpoint of clients to struct dns_try_key: the last query */
	struct cache delegations;    /* struct dns_pair_key to struct dns_delegation */
	struct cache clients;        /* struct address to struct dns_habit */
	struct cache resolved;       /* struct dns_pair_key (client, address) to struct dns_resolved */
	struct cache reverse;        /* struct dns_pair_key (who asks, whose name) to struct dns_reverse */
	struct cache junk;           /* struct endpoint to struct sample: a malformed query came from there */
	struct analysis_context *context;    /* of the current call, for what caches forget */
	struct cache connecting;     /* struct address of hosts that open TCP connections, to nothing */
	int64_t wait, answer_late, slow_limit, slow_single, follow, waits_least, reverse_least;
	int64_t tried_ipv6;          /* when a host last connected to an IPv6 address that DNS told */
	uint64_t storm, suffix_least, suffix_lookups;
};

/* One message, with what it belongs to. */
struct dns_heard {
	const struct observation *observation;
	const struct dns_header *dns;
	struct endpoint client, server;
	struct sample here;
	struct dns_question question;
	uint8_t ttl;                 /* of the IP packet */
	bool stream;                 /* not over UDP */
};

extern const struct finding_kind dns_no_answer, dns_large_answer_lost, dns_retry_storm;
extern const struct finding_kind dns_servfail, dns_refused, dns_format_error, dns_name_error, dns_nodata;
extern const struct finding_kind dns_slow, dns_truncated, dns_late_answer;
extern const struct finding_kind dns_conflicting_answers, dns_lame_delegation, dns_search_suffix;
extern const struct finding_kind dns_aaaa_trouble, dns_reverse_delay;

/* dns.c */
/* A name as zone files write it (RFC 1035, 5.1): what is not printable as \\DDD; cut if it is too long. */
void dns_show(char to[DNS_SHOWN], const char *name, size_t length);
struct dns_pair *dns_pair_of(struct dns_state *state, const struct address *client,
			     const struct address *server);
/* Of a server that asks other servers in turn: one of those at which it met the same, for as long as most of `worst`;
 * NULL: none. */
const struct dns_pair_key *dns_passed_on(struct dns_state *state, const struct address *server,
					 enum dns_case_kind kind, int64_t worst);
void dns_case_add(struct dns_case *what, const struct dns_heard *heard);
/* Starts a finding about what happened between the two; `what` may be NULL. */
void dns_finding(struct finding *finding, const struct finding_kind *kind, const struct address *client,
		 const struct address *server, const struct dns_case *what);

/* dns_silence.c: a lookup is over, for good. */
void dns_judge_lookup(struct analysis_context *context, const struct dns_question *question,
		      const struct dns_lookup *lookup, int64_t end);
void dns_judge_answered(struct analysis_context *context, const struct dns_question *question,
			const struct dns_lookup *lookup, int64_t end);
void dns_judge_ignored(struct analysis_context *context, const struct dns_pair_key *key,
		       const struct dns_pair *pair);
void dns_judge_storm(struct analysis_context *context, const struct dns_question *question,
		     const struct dns_lookup *lookup);
/* dns_codes.c, dns_answers.c: what a pair went through. */
void dns_judge_codes(struct analysis_context *context, const struct dns_pair_key *key,
		     const struct dns_pair *pair);
void dns_judge_answers(struct analysis_context *context, const struct dns_pair_key *key,
		       const struct dns_pair *pair);
/* dns_content.c */
void dns_content_begin(struct analysis_context *context);
void dns_second_answer(struct analysis_context *context, const struct dns_heard *heard, struct dns_try *try);
void dns_foreign_answer(struct analysis_context *context, const struct dns_heard *heard);
/* Does the server deny to serve a zone that was delegated to it? */
bool dns_note_lame(struct analysis_context *context, const struct dns_heard *heard, const struct dns_pair *pair,
		   const struct dns_try *try);
void dns_note_referral(struct analysis_context *context, const struct dns_heard *heard, const struct dns_try *try);
void dns_note_suffix(struct analysis_context *context, const struct dns_heard *heard,
		     const struct dns_lookup *lookup);
void dns_judge_suffixes(struct analysis_context *context);
/* dns_waits.c */
void dns_waits_begin(struct analysis_context *context);
void dns_note_reverse(struct dns_state *state, const struct dns_heard *heard);
void dns_note_addresses(struct dns_state *state, const struct dns_heard *heard);
void dns_connection(struct analysis_context *context, const struct observation *observation);
void dns_transaction(struct analysis_context *context, const struct session *session,
		     const struct tcp_transaction *transaction);
void dns_connection_up(struct dns_state *state, const struct session *session);
void dns_connection_end(struct analysis_context *context, const struct session *session);

#endif
