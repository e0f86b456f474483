/* Who asked for whose hardware address and got no answer: the same question in ARP (RFC 826) and in
 * IPv6 neighbour discovery (RFC 4861). */
#ifndef ANALYZE_ASKED_H
#define ANALYZE_ASKED_H

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/proof.h"

struct ask {
	struct proof tries;      /* since the target was last heard */
	bool unfinished;         /* one was recorded before its sender padded it, so the recorder is there */
};

struct asked {
	struct cache asks;       /* asker and target to struct ask */
	struct cache alive;      /* address to struct sample: when it last said its own name */
	struct cache askers;     /* address to struct asker */
};

struct asker {
	uint64_t answers;        /* it got, so that the trace would show others */
	uint32_t missing;        /* targets that never answered it; known at the end */
	struct sample first;     /* request for one of them */
	struct address target;   /* which it was for */
};

/* A target that never answered, with what decides how sure that is. */
struct unanswered {
	const struct address *asker, *target;
	const struct proof *tries;
	uint32_t missing;        /* targets that this asker misses in all */
	bool at_asker;           /* the trace was taken at the asker, so that it would show an answer */
	bool cut_off;            /* the asker got nothing from anybody */
	bool sends;              /* the asker sent IP packets */
	bool was_there;          /* the target was heard before it was asked for in vain */
	bool awaited;            /* others send IP packets to the target, which never sent one */
	bool remote;             /* its packets came through a router: it is not on this LAN */
	const struct address *named_by;      /* who told the asker that this is its router; NULL: nobody */
	int64_t watched;         /* ns that the trace goes on after the first try */
};

void asked_init(struct asked *asked);
void asked_finish(struct asked *asked);
/* `asker` asks everybody for `target`. */
void asked_question(struct asked *asked, const struct packet *packet, const struct address *asker,
		    const struct address *target);
/* `address` is there: it answered, asked itself or announced itself. `asker` got that as an answer to
 * itself alone; NULL: it was for everybody. */
void asked_heard(struct asked *asked, const struct packet *packet, const struct address *address,
		 const struct address *asker);
/* After the last packet: counts what every asker misses, then walks over the unanswered questions. */
void asked_conclude(struct asked *asked);
bool asked_next(const struct asked *asked, const struct trace_state *trace, size_t *at,
		struct unanswered *to);
/* Fills in what the missing station means: kind, severity, confidence, alternatives, the fact `harm`.
 * Hosts ask for stations that are switched off all day, and nobody minds. What makes it an error is a
 * sign that somebody needs the station. `enough`: there were as many tries as it takes. */
void asked_weigh(const struct unanswered *missing, bool enough, struct finding *finding);
/* Walks over the askers that miss more than `limit` targets: they search, nobody is missing. */
const struct asker *asked_searcher(const struct asked *asked, uint32_t limit, size_t *at,
				   const struct address **address);

#endif
