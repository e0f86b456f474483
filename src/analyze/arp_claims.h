/* Which stations say that an address is theirs, and in what manner: the memory behind
 * arp/duplicate-address and arp/spoof-suspect. */
#ifndef ANALYZE_ARP_CLAIMS_H
#define ANALYZE_ARP_CLAIMS_H

#include "analyze/cache.h"
#include "analyze/proof.h"
#include "analyze/rate.h"

struct claimant {
	struct mac mac;
	struct sample first, last;
	bool answered;           /* its last claim was a reply */
	struct address to;       /* whom that went to; family ADDRESS_NONE: to everybody */
};

struct claims {                  /* on one address */
	struct claimant claimant[2];     /* the last two stations; packets are 0 where there is none */
	uint8_t current;         /* index of who claimed last */
	uint32_t returns;        /* a station claimed again after the other had, to the same host */
	bool two_answers;        /* both answered the same host within a second */
	struct sample probe;     /* somebody checked whether the address is free (RFC 5227) */
	struct mac prober;
	bool probe_answered;
	struct proof proof;      /* claims that followed another station's */
};

#define SPEAKER_ADDRESSES 4

struct speaker {                 /* one station */
	struct address address[SPEAKER_ADDRESSES];   /* the first that it claimed */
	struct spread addresses;
	struct rate unsolicited; /* replies that nobody asked for, in the last minute */
	uint32_t unsolicited_peak;
	struct proof proof;      /* of these replies */
	struct mac victim;       /* to whom the last of them went */
	struct address claimed;  /* what it said was its own: best an address that is contested */
	bool contested;          /* another station claims that, too */
	struct mac old_station;  /* whose traffic it then got; packets are 0 when nobody's */
	struct sample old_use, new_use;
};

struct arp_claims {
	struct cache claims;     /* struct address to struct claims */
	struct cache speakers;   /* struct mac to struct speaker */
	struct cache requests;   /* asker and target to struct request */
	int64_t window;          /* ns for which a claim stands */
};

void arp_claims_init(struct arp_claims *all, int64_t window);
void arp_claims_finish(struct arp_claims *all);
/* Takes in one ARP packet. */
void arp_claims_observe(struct arp_claims *all, const struct packet *packet);

#endif
