/* Words and evidence that findings about TCP have in common. */
#ifndef ANALYZE_TCP_WORDS_H
#define ANALYZE_TCP_WORDS_H

#include "analyze/analyzer.h"

/* Facts {sender} and {receiver}: the addresses of X and Y. */
void tcp_say_ends(struct finding *finding, const struct session *session, uint8_t sender);
/* Cites a recovery: the gap or the original, the first repeats, the acknowledgement that ended it. */
void tcp_cite_episode(struct finding *finding, const struct tcp_episode *episode);
/* "the server's side", "the client's side": the network between the trace point and that end. */
const char *tcp_side_words(const struct session *session, uint8_t side);
/* Blames the loss of X's data by where the engine saw it die (loss-upstream, loss-downstream), with
 * the reason, and the vantage taken into account. */
void tcp_blame_loss(struct analysis_context *context, struct finding *finding,
		    const struct session *session, uint8_t sender, enum loss_location location);

#endif
