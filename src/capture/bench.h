/* What the self-test measures with. Two processes: the sender lives in a network namespace of its own, which dies with
 * it; and for every step another one captures, just as `culprit capture` does, until it has all packets that were sent
 * or is told that no more will come. */
#ifndef CAPTURE_BENCH_H
#define CAPTURE_BENCH_H

#include <culprit.h>

#include "core/error.h"

#define BENCH_LONGEST 1514           /* bytes of a packet */

struct shared;

struct bench {
	const struct culprit_capture_options *options;
	char path[512];              /* of the file, which is deleted as soon as it is open */
	struct shared *shared;
	int wire;                    /* socket of the sending end */
	uint8_t frame[BENCH_LONGEST];
};

struct step {                        /* as measured */
	uint64_t sent, seen, lost;   /* seen: by the filter's choice, lost ones as well */
	int64_t sending, lag;        /* ns: from the first to the last packet; from there until all was in the file */
	/* ns: the process that captures was on a processor, waited for one, and for the disk */
	int64_t processor, waited, blocked;
	bool late;                   /* it did not keep up: what it had not yet done grew */
};

/* In a process that was forked for this: enters the namespace and makes its interfaces. `options` and `path` are
 * filled in. False with `error`. It is all gone when the process ends. */
bool bench_open(struct bench *bench, struct error *error);
/* Sends and captures so many packets of `length` bytes at `rate` packets a second; 0: as fast as it goes. A step does
 * not take longer than some 5 s. False with `error`: not of loss, but when something does not work at all. */
bool bench_step(struct bench *bench, uint32_t length, uint64_t packets, double rate, struct step *to,
		struct error *error);
/* Why it lost packets or did not keep up. */
enum culprit_capture_limit bench_limit(const struct step *step);
int64_t bench_now(void);             /* ns, of the monotonic clock */

#endif
