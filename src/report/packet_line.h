/* Rows of the Packet Summary, written at once: the same words as the table's own, some times as fast. */
#ifndef REPORT_PACKET_LINE_H
#define REPORT_PACKET_LINE_H

#include "report/table.h"

/* Adds the packet to table_out. False: the table has to do it itself, by its columns. */
bool packet_line_add(struct table_writer *writer, const struct culprit_packet *packet);

#endif
