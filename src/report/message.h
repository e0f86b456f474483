/* What a packet says in a few words: the column "Messages" of a packet list. */
#ifndef REPORT_MESSAGE_H
#define REPORT_MESSAGE_H

#include "core/text.h"
#include "decode/packet.h"

/* "ACK SYN", "Echo request", "Who has 10.0.0.1? Tell 10.0.0.2"; nothing when there is nothing to say.
 * May hold bytes of the packet: names of the DNS. */
void message_add(struct text *to, const struct packet *packet);
/* "ACK PSH": in the order of CleverView's lists. */
void message_add_flags(struct text *to, const struct tcp_header *tcp);

#endif
