/* Which packets a list shows: by number, the first ones, the last ones. */
#ifndef REPORT_PACKET_CHOICE_H
#define REPORT_PACKET_CHOICE_H

#include "report/selection.h"

struct packet_choice {           /* zeroed: all of them */
	struct selection selection;
	uint64_t head, taken;        /* head 0: no limit */
};

/* False, with `error`, when a range makes no sense. Free with packet_choice_finish. */
bool packet_choice_init(struct packet_choice *choice, const struct culprit_packet_choice *from, struct error *error);
void packet_choice_finish(struct packet_choice *choice);
/* For each packet in order that nothing else speaks against. */
bool packet_choice_takes(struct packet_choice *choice, uint64_t number);
/* No packet behind this one will be taken. */
bool packet_choice_is_over(const struct packet_choice *choice, uint64_t number);

#endif
