/* The Packet Summary: packets as rows. */
#ifndef REPORT_PACKETS_H
#define REPORT_PACKETS_H

#include "analysis.h"
#include "report/table.h"

/* Fills `to` from an observation. `to->message` points into `message`, which is overwritten. */
void packet_row_fill(struct culprit_packet *to, const struct trace_analysis *analysis,
		     const struct observation *observation, struct text *message);

/* A list of packets; `tail`: only the last ones, written at the end (0: all); `marked`: with the
 * findings that cite them. packets_end writes what is left and frees
 * it; NULL is fine. False: the output takes no more. */
struct packet_list;
struct packet_list *packets_begin(const struct culprit_output *output, size_t tail, bool marked);
bool packets_row(struct packet_list *list, const struct culprit_packet *packet);
/* It shows nothing but what packets say: no stream, no analysis, no findings. */
bool packets_are_words(const struct packet_list *list);
/* The same as packets_row, column by column, as tables write their rows. */
bool packets_row_by_columns(struct packet_list *list, const struct culprit_packet *packet);
void packets_end(struct packet_list *list);

#endif
