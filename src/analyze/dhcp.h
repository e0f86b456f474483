/* Clients that ask for an address and the servers that lease it: what dhcp.c hears is kept by client and by
 * address; the other files judge it. DHCPv6 has the same steps under other names.
 *
 *	dhcp.c         hears messages
 *	dhcp_waits.c   no-offer, no-ack, renewal-unanswered, pool-exhausted, slow
 *	dhcp_leases.c  nak, decline, double-lease, rogue-server, malformed */
#ifndef ANALYZE_DHCP_H
#define ANALYZE_DHCP_H

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/proof.h"
#include "analyze/rate.h"
#include "core/clock.h"
#include "decode/dhcp.h"

#define DHCP_NAME_SIZE 40        /* of a client: its MAC address, or "client with DUID …" */

/* What a message does, in DHCP and in DHCPv6. */
enum dhcp_step { DHCP_STEP_NONE, DHCP_STEP_SEARCH, DHCP_STEP_OFFER, DHCP_STEP_SELECT, DHCP_STEP_RENEW,
	DHCP_STEP_REBOOT, DHCP_STEP_CONFIRM, DHCP_STEP_DENY, DHCP_STEP_DECLINE, DHCP_STEP_RELEASE };

struct dhcp_heard {
	const struct observation *observation;
	const struct dhcp_message *dhcp;     /* NULL: DHCPv6 */
	enum dhcp_step step;
	uint64_t client;             /* who it is about */
	char name[DHCP_NAME_SIZE];
	uint8_t mac[6];
	struct address address;      /* that it is about; family NONE without */
	struct address server;       /* named, or the sender */
	struct sample here;
	uint32_t transaction;
	bool relayed, unicast, from_server;
	bool bound;                  /* the client shows that it has its address */
	bool full;                   /* the server says that it has no addresses */
};

struct dhcp_terms {
	struct address server, mask, router, name_server;
	uint64_t name_servers;       /* hash of all; servers that share the work list themselves first */
	struct sample here;
	uint8_t mac[6];
	uint32_t transaction;
};

struct dhcp_client {
	char name[DHCP_NAME_SIZE];
	uint8_t mac[6];
	bool version_6, relayed;
	uint8_t session_kind;
	uint32_t session_number, quality;
	struct proof searches;       /* since the last offer */
	struct proof selects;        /* of one server, since the last answer */
	struct address selected;     /* that server */
	uint32_t select_transaction, confirmed_transaction, asked_transaction, renew_transaction;
	bool renew_changed;          /* renewals had other transactions: new ones, not tries of one */
	struct address offerer;      /* the server that spoke to it last; family NONE: none has */
	struct proof renewals;       /* sent to one server alone, since the last answer */
	struct proof rebinds;        /* … and then to everybody, without an answer */
	bool rebound;
	struct address address;      /* last confirmed; or asked for */
	struct address server;       /* that confirmed it */
	int64_t confirmed, expires;  /* 0: unknown */
	/* The set-up under way */
	struct sample begun;         /* its first search; packet 0: none */
	struct sample offered, asked;
	int64_t own_time;            /* the client's own between offer and request */
	int64_t server_time;         /* the longest of its waits for a server's answer to its last try */
	bool ever_offered;
	struct sample denied;        /* the last NAK, until it is known what became of it */
	struct address denied_address, denied_by;
	bool denied_selected;        /* the server had offered it */
	bool denied_beside;          /* the same request was confirmed before */
	char denied_message[80];
	struct dhcp_terms terms;     /* of the last offer */
	bool told_malformed;
};

struct dhcp_lease { uint64_t client; char name[DHCP_NAME_SIZE]; struct address server; struct sample here;
	int64_t expires; };

struct dhcp_owner { uint8_t mac[6]; struct sample here; };      /* who says in ARP to have an address */

struct dhcp_state {
	struct cache clients;        /* uint64_t to struct dhcp_client */
	struct cache leases;         /* struct address to struct dhcp_lease */
	struct cache owners;         /* struct address to struct dhcp_owner */
	struct rate searches;        /* clients that are new to the trace */
	uint32_t starving;           /* the most of them within a minute */
	struct sample starving_here;
	uint64_t confirmed;          /* leases that were confirmed in the trace */
	uint64_t answers;
	struct address any_server;
	struct sample full;          /* a server said that it has no free address */
	struct address full_server;
	struct analysis_context *context;
	int64_t offer_wait, slow_total, slow_server;
	uint64_t offer_tries, ack_tries, renewal_tries, pool_clients, starvation;
};

extern const struct finding_kind dhcp_no_offer, dhcp_no_ack, dhcp_renewal_unanswered, dhcp_pool_exhausted, dhcp_slow;
extern const struct finding_kind dhcp_nak, dhcp_decline, dhcp_double_lease, dhcp_rogue_server, dhcp_malformed;

/* Starts a finding about a client. */
void dhcp_finding(struct finding *finding, const struct finding_kind *kind, const struct dhcp_client *client,
		  const struct address *server);

/* dhcp_waits.c */
void dhcp_judge_slow(struct analysis_context *context, const struct dhcp_heard *heard,
		     const struct dhcp_client *client);
void dhcp_judge_renewals(struct analysis_context *context, const struct dhcp_client *client);
void dhcp_judge_client(struct analysis_context *context, const struct dhcp_client *client);
void dhcp_judge_pool(struct analysis_context *context);
/* dhcp_leases.c */
void dhcp_judge_denial(struct analysis_context *context, const struct dhcp_client *client, bool recovered);
void dhcp_judge_decline(struct analysis_context *context, const struct dhcp_heard *heard,
			const struct dhcp_client *client);
void dhcp_note_lease(struct analysis_context *context, const struct dhcp_heard *heard,
		     const struct dhcp_client *client, int64_t expires);
void dhcp_note_terms(struct analysis_context *context, const struct dhcp_heard *heard, struct dhcp_client *client);
void dhcp_judge_form(struct analysis_context *context, const struct dhcp_heard *heard, struct dhcp_client *client);

#endif
