/* Commands about packets: TRACE... N... with ranges. */
#ifndef CLI_PACKET_WORDS_H
#define CLI_PACKET_WORDS_H

#include "cli/options.h"

struct packet_words {
	struct options options;      /* a copy whose words are the traces alone */
	char *packets;               /* "10-20,35"; NULL when none were named */
};

/* Parts the words: the first one is a trace, and those behind it that look like packets are. False when out of
 * memory. Free with packet_words_finish. */
bool packet_words_split(struct packet_words *to, const struct options *options);
void packet_words_finish(struct packet_words *words);

#endif
