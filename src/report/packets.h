/* The Packet Summary: packets as rows. */
#ifndef REPORT_PACKETS_H
#define REPORT_PACKETS_H

#include "analysis.h"
#include "report/table.h"

/* Fills `to` from an observation. `to->message` points into `message`, which is overwritten. */
void packet_row_fill(struct culprit_packet *to, const struct trace_analysis *analysis,
		     const struct observation *observation, struct text *message);

/* A writer of packet rows; see table_begin. Close it with table_end. */
struct table_writer *packets_begin(const struct culprit_output *output);
bool packets_row(struct table_writer *writer, const struct culprit_packet *packet);
/* The same, column by column, as tables write their rows. */
bool packets_row_by_columns(struct table_writer *writer, const struct culprit_packet *packet);

#endif
